/** A place in a program that makes, or is, a POJO: a model written out as Java source. */
export interface PojoPlace {
  readonly kind: 'export' | 'request' | 'generated';
  /** As it stands in the program: `h2o.download_pojo`, the address, the class. */
  readonly text: string;
  readonly line: number;
  readonly endLine: number;
}

/** H2O's REST interface writes a POJO at this address. */
export const REST_POJO = /\/(?:3|99|LATEST|EXPERIMENTAL)\/Models\.java\//;
