import type { Literal } from '../../languages/python/flow.js';
import type { Cls, Fn, SourceModule } from './program.js';

/** What an expression may stand for. Several of them at once mean "one of these"; none means that nothing is known. */
export type Value =
  | { readonly kind: 'module'; readonly module: SourceModule }
  /** A name outside the repository, or a method of such a class: `requests.get`, `redis.Redis.get`. */
  | { readonly kind: 'external'; readonly name: string; readonly bound?: boolean }
  /** An instance of a class outside the repository. */
  | {
      readonly kind: 'object';
      readonly type: string;
      readonly items?: readonly Value[];
      /** A queue that holds a limited number of items. */
      readonly sized?: boolean;
    }
  | { readonly kind: 'class'; readonly cls: Cls }
  /** `exact` when the class itself was called, so that it is no subclass. */
  | { readonly kind: 'instance'; readonly cls: Cls; readonly exact?: true }
  | {
      readonly kind: 'function';
      readonly fn: Fn;
      readonly self?: Cls | undefined;
      readonly closure?: Frame | undefined;
      /** Found on an instance that may be one of a subclass, which may have its own. */
      readonly open?: true;
    }
  /** `super()` as seen from a class, on behalf of another. */
  | { readonly kind: 'super'; readonly after: Cls; readonly self: Cls }
  | { readonly kind: 'partial'; readonly of: readonly Value[] }
  /** Runs elsewhere when called: `sync_to_async(f)`. */
  | { readonly kind: 'offloaded'; readonly of: readonly Value[] }
  | { readonly kind: 'coroutine'; readonly of: readonly Value[] }
  /** A list, a tuple, an iterator: by position where `each` is false. */
  | {
      readonly kind: 'sequence';
      readonly of: readonly (readonly Value[])[];
      readonly each: boolean;
      /** A generator: the function that runs when it is iterated over. */
      readonly run?: Frame;
    }
  | { readonly kind: 'dict'; readonly of: ReadonlyMap<string, readonly Value[]> }
  /** What `with` gives. */
  | { readonly kind: 'context'; readonly of: readonly Value[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'none' };

/** What a call says of a parameter: its value, or that something is given. */
export type Told = Literal | typeof PRESENT;
export const PRESENT = { given: true } as const;

/** One way in which a function runs: on behalf of which class, with which arguments that matter, inside which function. */
export interface Frame {
  readonly fn: Fn;
  readonly self: Cls | undefined;
  readonly args: ReadonlyMap<string, readonly Value[]> | undefined;
  readonly closure: Frame | undefined;
  /** Parameters on which tests depend, with what the call says of them. */
  readonly literals: ReadonlyMap<string, Told> | undefined;
  readonly key: string;
  /** Values of the symbols of `fn`, as far as they were asked for. */
  readonly known: Map<unknown, readonly Value[]>;
}

/** Names a value, so that equal ones are equal. Empty for values that make no difference to a function called with them. */
export function keyOf(value: Value): string {
  switch (value.kind) {
    case 'function':
      return `f${value.fn.id}${value.self ? `@${value.self.id}` : ''}${value.closure ? `<${value.closure.key}>` : ''}`;
    case 'class':
      return `c${value.cls.id}`;
    case 'instance':
      return `i${value.cls.id}`;
    case 'object':
      return `o${value.type}`;
    case 'external':
      return `e${value.name}`;
    case 'partial':
      return `p(${value.of.map(keyOf).join()})`;
    case 'offloaded':
      return `t(${value.of.map(keyOf).join()})`;
    case 'sequence':
      return value.run ? `g${value.run.key}` : '';
    case 'coroutine':
      return value.of.length > 0 ? `a(${value.of.map(keyOf).join()})` : '';
    default:
      return '';
  }
}

export function unique(values: readonly Value[]): readonly Value[] {
  if (values.length < 2) return values;
  const seen = new Set<string>();
  return values.filter((value) => {
    const key = keyOf(value);
    if (key === '') return true;
    return !seen.has(key) && seen.add(key);
  });
}

/** What iterating over a value gives. */
export function elementsOf(value: Value): readonly Value[] {
  if (value.kind === 'sequence') return value.of.flat();
  return value.kind === 'object' && value.items ? value.items : [];
}
