import type { Gap } from './types.js';

/**
 * Reads one file's content into plain facts. A pure function of the bytes, so that facts can be cached by blob id for
 * ever: nothing in here may depend on the path, the clock or the configuration.
 */
export interface Extractor<F> {
  /** Unique. Part of the cache key. */
  readonly name: string;
  /** Raised whenever the shape or the meaning of the facts changes. Part of the cache key. */
  readonly version: number;
  /**
   * @param bytes the whole file
   * @returns structured-cloneable facts, and what in the file could not be understood
   * @throws Unparsable when nothing in the file can be used
   */
  extract(bytes: Uint8Array): Extracted<F> | Promise<Extracted<F>>;
}

/**
 * The first step of an extractor, by itself: what another thread can do. Like the extractor a pure function of the bytes.
 */
export interface FileParser<P> {
  /** Unique. */
  readonly name: string;
  /** @throws Unparsable when nothing in the file can be used */
  parse(bytes: Uint8Array): Promise<P>;
  /** Memory of the result that goes over to the other thread instead of being copied. */
  buffers(parsed: P): readonly ArrayBuffer[];
}

/** An extractor in two steps, of which the first may have been done in another thread. `extract` does both. */
export interface StagedExtractor<F, P> extends Extractor<F> {
  readonly parser: FileParser<P>;
  extractParsed(bytes: Uint8Array, parsed: P): Extracted<F> | Promise<Extracted<F>>;
}

export type Parsed<P> = { readonly ok: P } | { readonly failed: Problem };

/** Other threads that parse for this one. Nothing depends on them but the time it takes. */
export interface ParserThreads {
  /** How many there are; none any more once one has failed. */
  readonly size: number;
  /** Whether so many bytes are worth the start of a thread. */
  pays(bytes: number): boolean;
  /** @returns one answer a file, in their order; undefined when the thread came to an end and nothing is known */
  parse<P>(parser: FileParser<P>, files: readonly Uint8Array[]): Promise<readonly Parsed<P>[] | undefined>;
}

export interface Extracted<F> {
  readonly facts: F;
  /** Parts that were not understood; recorded as gaps of the file whenever its facts are asked for. */
  readonly problems?: readonly Problem[];
}

export interface Problem {
  readonly kind: Exclude<Gap['kind'], 'assumed'>;
  readonly reason: string;
  readonly line?: number;
}

/** Where facts, and what is worked out from them alone, are kept between reviews. Keys of facts are `<extractor>@<version>:<blob>`. */
export interface FactStore {
  get(key: string): unknown;
  set(key: string, value: unknown, weight: number): void;
}
