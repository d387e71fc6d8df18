import type { Expr } from './ast.js';
import type { FlowCondition, Introspection } from './flow.js';
import { dottedName } from './names.js';

/** `if x`, `if x is not None`, `if (x := f())` and their opposites. */
export function presenceTest(test: Expr): { name: string; present: boolean } | undefined {
  if (test.kind === 'Name') return { name: test.id, present: true };
  if (test.kind === 'NamedExpr') return presenceTest(test.target);
  if (test.kind === 'UnaryOp' && test.op === 'not') {
    const inner = presenceTest(test.operand);
    return inner && { ...inner, present: !inner.present };
  }
  if (test.kind === 'BoolOp') return test.values[0] && presenceTest(test.values[0]);
  if (test.kind !== 'Compare' || test.comparators[0]?.kind !== 'None') return undefined;
  const subject = presenceTest(test.left);
  const op = test.ops[0];
  return subject && (op === 'is' || op === '==' ? { ...subject, present: false } : subject);
}

export interface Narrowing {
  readonly name: string;
  readonly type: Expr;
  readonly negated: boolean;
  readonly line: number;
}

/** `isinstance(name, Class)`, also behind `not` and as the first of several conditions. */
export function narrowing(test: Expr): Narrowing | undefined {
  if (test.kind === 'UnaryOp' && test.op === 'not') {
    const inner = narrowing(test.operand);
    return inner && { ...inner, negated: !inner.negated };
  }
  if (test.kind === 'BoolOp' && test.op === 'and') return test.values[0] && narrowing(test.values[0]);
  if (test.kind !== 'Call' || test.func.kind !== 'Name' || test.func.id !== 'isinstance') return undefined;
  const [subject, type] = test.args;
  return subject?.kind === 'Name' && type ? { name: subject.id, type, negated: false, line: test.line } : undefined;
}

/** What holds of plain names where a test is true, or where it is false: `a and not b`, `mode == "sync"`, `x is None`. */
export function conditionsOf(test: Expr, holds: boolean): readonly FlowTest[] {
  switch (test.kind) {
    case 'Name':
      return [{ name: test.id, is: 'truthy', holds }];
    case 'UnaryOp':
      return test.op === 'not' ? conditionsOf(test.operand, !holds) : [];
    case 'BoolOp':
      // `a and b` says nothing about either where it is false, nor `a or b` where it is true.
      return (test.op === 'and') === holds ? test.values.flatMap((value) => conditionsOf(value, holds)) : [];
    case 'Compare':
      return comparison(test, holds);
    default: {
      const asked = introspection(test);
      return asked ? [{ ...asked, name: '', holds }] : [];
    }
  }
}

const INTROSPECTIONS: Readonly<Record<string, Introspection>> = {
  iscoroutinefunction: 'coroutine-function',
  is_async_callable: 'coroutine-function',
  isasyncgenfunction: 'async-generator-function',
  isgeneratorfunction: 'generator-function',
  isawaitable: 'awaitable',
  iscoroutine: 'awaitable',
};
const ASYNC_FLAG = /^_?(?:is_?|use_?)?async(?:hronous|_mode|_enabled|_mode_enabled)?$/;

/** `inspect.iscoroutinefunction(f)`, `task.is_async`: what is asked, and about what. */
export function introspection(test: Expr): { readonly is: Introspection; readonly subject: Expr } | undefined {
  if (test.kind === 'Attribute' && ASYNC_FLAG.test(test.attr)) return { is: 'async-flag', subject: test.value };
  if (test.kind !== 'Call') return undefined;
  const [subject] = test.args;
  const name = test.func.kind === 'Name' ? test.func.id : test.func.kind === 'Attribute' ? test.func.attr : '';
  const is = Object.hasOwn(INTROSPECTIONS, name) ? INTROSPECTIONS[name] : undefined;
  return is && subject && dottedName(subject) !== undefined ? { is, subject } : undefined;
}

function comparison(test: Extract<Expr, { kind: 'Compare' }>, holds: boolean): readonly FlowTest[] {
  const [op] = test.ops;
  const [right] = test.comparators;
  if (test.left.kind !== 'Name' || right === undefined || test.ops.length !== 1) return [];
  if (op !== '==' && op !== 'is' && op !== '!=' && op !== 'is not') return [];
  const value = constantOf(right);
  const equal = op === '==' || op === 'is';
  return value === undefined ? [] : [{ name: test.left.id, is: 'equal', value, holds: equal === holds }];
}

function constantOf(node: Expr): FlowTest['value'] {
  if (node.kind === 'Str' || node.kind === 'Num' || node.kind === 'Bool') return node.value;
  return node.kind === 'None' ? null : undefined;
}

type FlowTest = Omit<FlowCondition, 'line' | 'endLine' | 'of'> & { readonly subject?: Expr };

/** What these say is true when nothing has to be waited for any more. */
const READY = /^(?:done|is_set|ready|qsize|poll|has_next)$/;
const NOT_READY = /^(?:empty|is_alive|running|full)$/;

/** Objects that need no waiting where the test is true: `not queue.empty()`, `future.done()`. */
export function readyHolders(test: Expr, holds = true): readonly string[] {
  if (test.kind === 'UnaryOp' && test.op === 'not') return readyHolders(test.operand, !holds);
  if (test.kind === 'BoolOp') {
    return (test.op === 'and') === holds ? test.values.flatMap((value) => readyHolders(value, holds)) : [];
  }
  if (test.kind === 'Compare') {
    const [op] = test.ops;
    const counts = op === '>' || op === '>=' || op === '!=' || op === 'is not';
    // `if ready is queue._reader`: a select on the queue's pipe says so.
    const [right] = test.comparators;
    if (holds && (op === 'is' || op === '==') && right?.kind === 'Attribute' && right.attr === '_reader') {
      const holder = dottedName(right.value);
      return holder === undefined ? [] : [holder];
    }
    return counts && holds ? readyHolders(test.left, true) : [];
  }
  if (test.kind !== 'Call' || test.func.kind !== 'Attribute') return [];
  const says = holds ? READY : NOT_READY;
  const holder = says.test(test.func.attr) ? dottedName(test.func.value) : undefined;
  return holder === undefined ? [] : [holder];
}
