import type { FanOut } from './returns.js';

/** Something a piece of Python does to the world outside its arguments and its result. */
export interface Effect {
  readonly action: 'write' | 'read';
  /** What it touches, in a few words: `a file`, `an HTTP POST`, `SQL INSERT`, `an object store`. */
  readonly what: string;
  /** The call as written, shortened: `df.to_sql`. */
  readonly call: string;
  readonly line: number;
  readonly endLine: number;
}

export interface FunctionEffects {
  /** As Python's `__qualname__`. */
  readonly qualname: string;
  /** Decorators, through the file's imports. */
  readonly decorators: readonly string[];
  readonly line: number;
  readonly endLine: number;
  readonly effects: readonly Effect[];
  /** What it returns, should it be a dynamic block. */
  readonly fanOut: FanOut;
  /** How much of its signature is typed. */
  readonly typed: { readonly params: number; readonly annotated: number; readonly returns: boolean };
}

export interface ModuleEffects {
  readonly functions: readonly FunctionEffects[];
}
