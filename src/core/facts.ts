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
