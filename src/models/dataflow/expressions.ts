import type { Compare, Comprehension, Expr, FString, Subscript } from '../../languages/python/ast.js';
import { call } from './calls.js';
import { property, select, slides } from './frames.js';
import type { Machine } from './machine.js';
import { UNKNOWN, combine, constant, dataIn, derive, isData, list, newData, textOf, textsOf } from './values.js';
import type { Data, Scope, Value } from './values.js';

/** A loop over this many known values is followed value by value; a longer one is followed once. */
const UNROLL = 12;

export function evaluate(machine: Machine, expr: Expr, scope: Scope): Value {
  const of = (part: Expr): Value => machine.evaluate(part, scope);
  switch (expr.kind) {
    case 'Name':
      return lookup(scope, expr.id);
    case 'Str':
    case 'Num':
    case 'Bool':
      return constant(expr.value);
    case 'None':
      return constant(null);
    case 'FString':
      return constant(formatted(machine, expr, scope));
    case 'Attribute':
      return attribute(of(expr.value), expr.attr);
    case 'Call':
      return call(machine, expr, scope);
    case 'Subscript':
      return subscript(machine, expr, scope);
    case 'List':
    case 'Tuple':
    case 'Set':
      return sequence(machine, expr.elements, scope);
    case 'Dict':
      return dictionary(machine, expr.entries, scope);
    case 'BinOp':
      return binary(of(expr.left), expr.op, of(expr.right));
    case 'BoolOp':
      return joined(expr.values.map(of));
    case 'UnaryOp':
      return unary(expr.op, of(expr.operand));
    case 'Compare':
      return compare(machine, expr, scope);
    case 'IfExp':
      of(expr.test);
      return either([of(expr.body), of(expr.orelse)]);
    case 'Lambda':
      return { kind: 'function', def: expr, scope };
    case 'ListComp':
    case 'SetComp':
    case 'GeneratorExp':
      return comprehension(machine, expr, scope);
    case 'Await':
    case 'Starred':
      return of(expr.value);
    case 'Yield':
    case 'YieldFrom':
      return expr.value ? of(expr.value) : UNKNOWN;
    case 'NamedExpr': {
      const value = of(expr.value);
      machine.assign(expr.target, value, scope);
      return value;
    }
    default:
      return UNKNOWN;
  }
}

function lookup(scope: Scope, name: string): Value {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const value = at.names.get(name);
    if (value) return value;
  }
  return { kind: 'symbol', name };
}

/** The text of an f-string; a part that is not known becomes `{}`. */
function formatted(machine: Machine, expr: FString, scope: Scope): string {
  const texts = expr.parts.map((part) => {
    if (part.kind === 'Str') return part.value;
    const value = machine.evaluate(part.value, scope);
    return value.kind === 'const' ? String(value.value) : '{}';
  });
  return texts.join('').slice(0, 2000);
}

function attribute(value: Value, name: string): Value {
  if (value.kind === 'symbol') return { kind: 'symbol', name: `${value.name}.${name}` };
  if (value.kind === 'object') return value.attributes.get(name) ?? { kind: 'method', receiver: value, name };
  if (isData(value)) return property(value, name);
  if (value.kind === 'class') return { kind: 'method', receiver: value, name };
  return UNKNOWN;
}

function sequence(machine: Machine, elements: readonly Expr[], scope: Scope): Value {
  const values: Value[] = [];
  let complete = true;
  for (const element of elements) {
    const value = machine.evaluate(element, scope);
    if (element.kind !== 'Starred') values.push(value);
    else if (value.kind === 'list') values.push(...value.elements);
    else complete = false;
  }
  return list(values.slice(0, 500), complete);
}

function dictionary(machine: Machine, entries: Extract<Expr, { kind: 'Dict' }>['entries'], scope: Scope): Value {
  const known = new Map<string, Value>();
  const spread: Value[] = [];
  for (const { key, value } of entries) {
    const evaluated = machine.evaluate(value, scope);
    const name = key && textOf(machine.evaluate(key, scope));
    if (name !== undefined) known.set(name, evaluated);
    else spread.push(evaluated);
  }
  return { kind: 'dict', entries: known, spread };
}

export function binary(left: Value, op: string, right: Value): Value {
  if (left.kind === 'const' && right.kind === 'const') return arithmetic(left.value, op, right.value);
  if (left.kind === 'list' && right.kind === 'list' && op === '+') {
    return list([...left.elements, ...right.elements].slice(0, 500), left.complete && right.complete);
  }
  if (left.kind === 'columns' && op === '-') {
    const names = textsOf(right);
    return names ? { ...left, without: new Set([...left.without, ...names]) } : UNKNOWN;
  }
  const parts = [...dataIn(left), ...dataIn(right)];
  if (parts.length === 0) return left.kind === 'list' && op === '+' ? list(left.elements, false) : UNKNOWN;
  return { ...combine(parts), filter: parts.find(({ filter }) => filter)?.filter };
}

function arithmetic(
  left: string | number | boolean | null,
  op: string,
  right: string | number | boolean | null,
): Value {
  if (typeof left === 'string' && typeof right === 'string' && op === '+')
    return constant((left + right).slice(0, 2000));
  if (typeof left !== 'number' || typeof right !== 'number') return UNKNOWN;
  const results: Readonly<Record<string, number>> = {
    '+': left + right,
    '-': left - right,
    '*': left * right,
    '/': left / right,
    '//': Math.floor(left / right),
  };
  const result = results[op];
  return result !== undefined && Number.isFinite(result) ? constant(result) : UNKNOWN;
}

function unary(op: string, value: Value): Value {
  if (value.kind === 'const' && typeof value.value === 'number' && op === '-') return constant(-value.value);
  if (value.kind === 'const' && op === 'not') return constant(!value.value);
  if (!isData(value)) return UNKNOWN;
  const flipped = value.filter === 'before' ? 'after' : value.filter === 'after' ? 'before' : undefined;
  return derive(value, { filter: op === '~' ? flipped : undefined });
}

const joined = (values: readonly Value[]): Value => {
  const parts = values.flatMap((value) => dataIn(value));
  return parts.length === 0 ? (values[0] ?? UNKNOWN) : combine(parts);
};

/** One of several: the first that says something, marks of all. */
export function either(values: readonly Value[]): Value {
  const parts = values.filter(isData);
  if (parts.length > 1 && parts.length === values.length) {
    const [first, ...rest] = parts as [Data, ...Data[]];
    const marks = rest.reduce(
      (all, part) => [...all, ...part.marks.filter((mark) => !all.includes(mark))],
      [...first.marks],
    );
    const result = derive(first, { marks, time: parts.find(({ time }) => time)?.time });
    for (const part of rest)
      for (const [name, column] of part.columns) if (!result.columns.has(name)) result.columns.set(name, column);
    return { ...result, filter: first.filter, pending: first.pending };
  }
  return (
    values.find((value) => isData(value)) ??
    values.find((value) => value.kind !== 'unknown' && !isNone(value)) ??
    values[0] ??
    UNKNOWN
  );
}

const isNone = (value: Value): boolean => value.kind === 'const' && value.value === null;

function compare(machine: Machine, expr: Compare, scope: Scope): Value {
  const left = machine.evaluate(expr.left, scope);
  const rights = expr.comparators.map((right) => machine.evaluate(right, scope));
  const parts = [left, ...rights].flatMap((value) => dataIn(value));
  if (parts.length === 0) return UNKNOWN;
  const op = expr.ops[0] ?? '';
  const dated =
    isData(left) &&
    (left.pending?.kind === 'index' || [...left.from.keys(), left.name ?? ''].some((name) => left.dates.has(name)));
  const filter = !dated ? undefined : op.startsWith('<') ? 'before' : op.startsWith('>') ? 'after' : undefined;
  return { ...combine(parts), filter };
}

function subscript(machine: Machine, expr: Subscript, scope: Scope): Value {
  const value = machine.evaluate(expr.value, scope);
  if (isData(value)) return select(machine, value, expr, scope);
  // Of what is not known, one side of a cut is still one side.
  if (value.kind === 'unknown' && expr.index.kind === 'Slice' && !slides(expr.index))
    return select(machine, newData(), expr, scope);
  if (expr.index.kind === 'Slice') {
    for (const part of [expr.index.lower, expr.index.upper]) if (part) machine.evaluate(part, scope);
    const within = expr.index.kind === 'Slice' && slides(expr.index) ? dataIn(value) : [];
    // A window of a list of numbers is one row, as one of an array is.
    if (within.length > 0) return { ...combine(within), extent: 'row' };
    return value.kind === 'list'
      ? list(value.elements, false)
      : value.kind === 'columns'
        ? lastDropped(value, expr)
        : UNKNOWN;
  }
  const index = machine.evaluate(expr.index, scope);
  const key = textOf(index);
  if (value.kind === 'dict')
    return (key === undefined ? undefined : value.entries.get(key)) ?? either([...value.entries.values()].slice(0, 1));
  if (value.kind === 'list') {
    const at = index.kind === 'const' && typeof index.value === 'number' ? index.value : undefined;
    return (
      (at === undefined ? undefined : value.elements.at(at)) ??
      (value.complete ? (value.elements[0] ?? UNKNOWN) : UNKNOWN)
    );
  }
  if (value.kind === 'object') return value.attributes.get(`[${key ?? ''}]`) ?? UNKNOWN;
  return value.kind === 'unknown' && key !== undefined ? newData({ name: key }) : UNKNOWN;
}

/** `df.columns[:-1]`: all but the column that was added last. */
function lastDropped(value: Extract<Value, { kind: 'columns' }>, expr: Subscript): Value {
  const upper = expr.index.kind === 'Slice' ? expr.index.upper : undefined;
  const last = [...value.of.columns.keys()].at(-1);
  const negative = upper?.kind === 'UnaryOp' && upper.op === '-';
  return negative && last !== undefined ? { ...value, without: new Set([...value.without, last]) } : UNKNOWN;
}

function comprehension(machine: Machine, expr: Comprehension, outer: Scope): Value {
  const scope: Scope = { names: new Map(), outer, source: outer.source };
  const [first] = expr.generators;
  if (!first || expr.generators.length > 1) {
    for (const generator of expr.generators)
      machine.assign(generator.target, elementOf(machine.evaluate(generator.iter, scope)), scope);
    return list([machine.evaluate(expr.element, scope)], false);
  }
  const iterated = machine.evaluate(first.iter, scope);
  if (iterated.kind === 'columns') return filteredColumns(machine, iterated, expr, scope);
  const known = iterated.kind === 'list' && iterated.complete && iterated.elements.length <= UNROLL;
  const elements = known ? iterated.elements : [elementOf(iterated)];
  const values = elements.map((one) => {
    machine.assign(first.target, one, scope);
    for (const test of first.ifs) machine.evaluate(test, scope);
    return machine.evaluate(expr.element, scope);
  });
  const parts = values.flatMap((value) => dataIn(value));
  // What one row is made of is still one row.
  if (isData(iterated) && iterated.extent === 'row' && parts.length > 0) return { ...combine(parts), extent: 'row' };
  return list(values, known && first.ifs.length === 0);
}

/** `[c for c in df.columns if c not in (…)]`, `… if c != 'y'`, `… if c.startswith('lag_')`. */
function filteredColumns(
  machine: Machine,
  columns: Extract<Value, { kind: 'columns' }>,
  expr: Comprehension,
  scope: Scope,
): Value {
  const generator = expr.generators[0];
  if (!generator || expr.element.kind !== 'Name') return UNKNOWN;
  const without = new Set(columns.without);
  let prefix = columns.prefix;
  for (const test of generator.ifs.flatMap((one) => (one.kind === 'BoolOp' && one.op === 'and' ? one.values : [one]))) {
    if (test.kind === 'Compare' && test.comparators[0]) {
      const names = textsOf(machine.evaluate(test.comparators[0], scope));
      if (!names || !['not in', '!='].includes(test.ops[0] ?? '')) return UNKNOWN;
      for (const name of names) without.add(name);
    } else {
      const start = startsWith(machine, test, scope);
      if (start === undefined) return UNKNOWN;
      prefix = start;
    }
  }
  return { kind: 'columns', of: columns.of, without, ...(prefix === undefined ? {} : { prefix }) };
}

function startsWith(machine: Machine, test: Expr, scope: Scope): string | undefined {
  if (test.kind !== 'Call' || test.func.kind !== 'Attribute' || test.func.attr !== 'startswith') return undefined;
  const [prefix] = test.args;
  return prefix && textOf(machine.evaluate(prefix, scope));
}

/** What a loop variable holds. */
export function elementOf(value: Value): Value {
  if (value.kind === 'list') return value.elements[0] ?? UNKNOWN;
  if (isData(value))
    return value.pending?.kind === 'groupby'
      ? list([UNKNOWN, derive(value)])
      : derive(value, { from: new Map(), name: undefined, extent: 'row' });
  return UNKNOWN;
}

export { UNROLL };
