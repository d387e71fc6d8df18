import type { Expr, Span, Stmt } from '../../languages/python/ast.js';
import type { Data, Mark, MarkKind, ObjectValue, Place, Relation, Scope, Value } from './values.js';

/** What the code does that a reviewer wants to know of. */
export type Event = {
  /** The line a person would change. */
  readonly at: Place;
  readonly message: string;
  readonly trace: readonly (Place & { readonly label: string })[];
  /** Lowers the severity: the harm is smaller, or the code leaves room for doubt. */
  readonly mild?: 'warn' | 'note';
} & (
  | { readonly rule: 'shuffled-split' | 'future-feature' | 'target-derived' }
  | { readonly rule: 'fit-before-split' | 'resample-before-split' | 'fit-on-test' | 'tuned-on-test' }
);

export type Rule = Event['rule'];

/** What a split or a walk forward over time in the code shows, for the table of scenarios. */
export interface Split extends Place {
  readonly how: string;
  readonly forward: boolean;
  readonly time: boolean;
}

/** A column made from later rows by a function that makes features, with no use in sight. */
export interface Survivor {
  readonly mark: Mark;
  readonly column: string;
  readonly definition: unknown;
  readonly functionName: string;
  readonly place: Place;
}

/** The interpreter, as the parts that know pandas, scikit-learn and Python see it. */
export interface Machine {
  /** False once the budget is spent: everything evaluates to unknown from then on. */
  alive(): boolean;
  place(node: Span, scope: Scope): Place;
  mark(kind: MarkKind, label: string, place: Place, steps?: number): Mark;
  emit(event: Event): void;
  split(split: Split): void;
  /** Remembers that one side of a table was cut off; true once both were. */
  cutBothWays(data: Data, side: 'before' | 'after'): boolean;
  evaluate(expr: Expr, scope: Scope): Value;
  run(body: readonly Stmt[], scope: Scope): void;
  assign(target: Expr, value: Value, scope: Scope): void;
  /** Calls a function of the repository, or a lambda. */
  invoke(func: Value, args: readonly Value[], keywords: ReadonlyMap<string, Value>, place: Place): Value;
}

/** One call, arguments evaluated. */
export interface Invocation {
  readonly args: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
  readonly place: Place;
  readonly scope: Scope;
}

/** An argument by position or by any of its names. */
export function arg(call: Invocation, position: number | undefined, ...names: string[]): Value | undefined {
  for (const name of names) {
    const value = call.keywords.get(name);
    if (value) return value;
  }
  return position === undefined ? undefined : call.args[position];
}

export const flag = (call: Invocation, position: number | undefined, name: string): boolean | undefined => {
  const value = arg(call, position, name);
  return value?.kind === 'const' && typeof value.value === 'boolean' ? value.value : undefined;
};

export const step = (place: Place, label: string): Place & { label: string } => ({
  path: place.path,
  line: place.line,
  endLine: place.endLine,
  label,
});

export type { Data, Mark, ObjectValue, Place, Relation, Scope, Value };
