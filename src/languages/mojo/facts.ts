/** What a MOJO archive or folder says, and where it departs from what h2o-genmodel reads. */
export interface MojoFacts {
  /** False for any other archive: then the rest says nothing. */
  readonly isMojo: boolean;
  /** Undefined when `model.ini` could not be read. */
  readonly model?: MojoModel;
  /** What the reader refuses, or scores wrongly, in the order found; the first is the one to repair. */
  readonly violations: readonly Violation[];
  /** Readable all the same: keys that old writers left out, missing trees. */
  readonly warnings: readonly Violation[];
  readonly archive?: { readonly entries: number; readonly inflatedBytes: number; readonly largestEntry: number };
}

export interface Violation {
  /** Name inside the archive or folder; empty for the archive itself. */
  readonly file: string;
  readonly line?: number;
  /** Bytes from the start of that file. */
  readonly offset?: number;
  readonly expected: string;
  readonly found: string;
}

export interface MojoModel {
  /** Folder inside the container, with a slash at the end; empty for the model itself. */
  readonly folder: string;
  /** Canonical: `Gradient Boosting Machine`. */
  readonly algorithm: string;
  readonly category: string | undefined;
  readonly supervised: boolean | undefined;
  readonly h2oVersion: string | undefined;
  readonly mojoVersion: string | undefined;
  readonly endianness: string | undefined;
  readonly uuid: string | undefined;
  readonly timestamp: string | undefined;
  readonly columns: number;
  readonly features: number | undefined;
  readonly classes: number | undefined;
  /** The last column of a supervised model. */
  readonly response: string | undefined;
  /** Columns with a list of categories. */
  readonly domains: number;
  readonly trees?: TreeSummary;
  readonly submodels: readonly MojoModel[];
  /** Lines of `model.ini` that others quote. */
  readonly lines: Readonly<Record<string, number>>;
}

export interface TreeSummary {
  readonly expected: number;
  readonly present: number;
  readonly nodes: number;
  readonly leaves: number;
  readonly bytes: number;
}

/** Files by name, wherever they are kept. */
export interface Container {
  readonly names: ReadonlySet<string>;
  /** @throws Damaged when the content cannot be had */
  read(name: string): Promise<Uint8Array>;
}

/** Content that the container cannot give: a damaged stream, a size that lies. */
export class Damaged extends Error {
  constructor(readonly violation: Violation) {
    super(`${violation.file}: expected ${violation.expected}, found ${violation.found}`);
    this.name = 'Damaged';
  }
}
