/** A place in the decoded text (byte order mark removed). Lines and columns count from 1, columns and offsets in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** `end` is exclusive: the position after the last character. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export type ScalarValue = string | number | boolean | null;

/**
 * Nodes of one document in one array, children and aliases as indexes into it: plain, cloneable, and a thousand aliases of
 * one mapping cost a thousand small nodes. {@link YamlNode} is the comfortable way to read them.
 */
export type RawNode = RawScalar | RawMapping | RawSequence | RawAlias;

interface RawBase {
  readonly range: Range;
  readonly tag?: string;
  /** Where the tag stands; a mapping may begin on a later line. */
  readonly tagLine?: number;
}

export interface RawScalar extends RawBase {
  readonly kind: 'scalar';
  /** By YAML 1.2's core schema; quoted and block scalars are strings. */
  readonly value: ScalarValue;
  /** The characters after unquoting and unfolding, before the schema: `010`, `1e3`, `yes`. */
  readonly text: string;
  readonly style: 'plain' | 'single' | 'double' | 'literal' | 'folded';
}

export interface RawMapping extends RawBase {
  readonly kind: 'mapping';
  /** Key and value indexes, in file order, duplicates and `<<` included. */
  readonly pairs: readonly (readonly [number, number])[];
}

export interface RawSequence extends RawBase {
  readonly kind: 'sequence';
  readonly items: readonly number[];
}

export interface RawAlias extends RawBase {
  readonly kind: 'alias';
  readonly name: string;
  readonly target: number;
}

export interface RawDocument {
  readonly nodes: readonly RawNode[];
  readonly root: number;
}

export interface YamlFacts {
  /** Those that parse; an empty document has none. */
  readonly documents: readonly RawDocument[];
}
