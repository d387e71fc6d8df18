/** Something that lets a datastore fail, and the line that does it: a command, an experiment or a test. */
export interface Drill {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}
