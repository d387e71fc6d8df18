import type { Call, Expr, Module, Stmt, Str } from './ast.js';

/** A string as far as it is known before the program runs: literal text, and holes where a value goes in. */
export interface StringValue {
  readonly parts: readonly (Str | { readonly kind: 'Opaque'; readonly expr: Expr })[];
}

/** Names whose value is known: assigned once, at module level (or in whatever scope the caller adds). */
export type Constants = ReadonlyMap<string, Expr>;

/** Names that a list of statements assigns exactly once, branches not counted, with their values. */
export function constantsOf(body: readonly Stmt[]): Constants {
  const values = new Map<string, Expr>();
  const spoiled = new Set<string>();
  const bind = (target: Expr, value: Expr | undefined): void => {
    if (target.kind !== 'Name') return;
    if (value === undefined || values.has(target.id)) spoiled.add(target.id);
    else values.set(target.id, value);
  };
  for (const statement of body) {
    if (statement.kind === 'Assign') for (const target of statement.targets) bind(target, statement.value);
    else if (statement.kind === 'AnnAssign' && statement.value !== undefined) bind(statement.target, statement.value);
    else if (statement.kind === 'AugAssign') bind(statement.target, undefined);
  }
  for (const name of spoiled) values.delete(name);
  return values;
}

export const moduleConstants = (tree: Module): Constants => constantsOf(tree.body);

/**
 * Evaluates concatenation, repetition of nothing, f-strings, `%`, `.format()`, `.join` of literals, `textwrap.dedent`
 * and names in `constants`. Undefined when the expression is not recognisably a string.
 */
export function stringValue(expr: Expr | undefined, constants: Constants = new Map()): StringValue | undefined {
  return evaluate(expr, constants, 0);
}

/** The whole text when there are no holes. */
export function constantString(expr: Expr | undefined, constants?: Constants): string | undefined {
  const value = stringValue(expr, constants);
  if (value === undefined || value.parts.some(({ kind }) => kind === 'Opaque')) return undefined;
  return textOf(value, () => '');
}

/** The text with every hole replaced. */
export function textOf(value: StringValue, placeholder: (hole: Expr, index: number) => string): string {
  let index = 0;
  return value.parts.map((part) => (part.kind === 'Str' ? part.value : placeholder(part.expr, index++))).join('');
}

/** Source line of an offset into `textOf(value, placeholder)`. */
export function lineAt(
  value: StringValue,
  offset: number,
  placeholder: (hole: Expr, index: number) => string,
): number | undefined {
  let start = 0;
  let index = 0;
  let line: number | undefined;
  for (const part of value.parts) {
    const text = part.kind === 'Str' ? part.value : placeholder(part.expr, index++);
    line = part.kind === 'Str' ? lineInString(part, offset - start) : part.expr.line;
    if (offset < start + text.length) return line;
    start += text.length;
  }
  return line;
}

/** Source line of an offset into a literal's value. */
function lineInString(literal: Str, offset: number): number {
  return literal.line + (literal.lineStarts ?? []).filter((start) => start <= offset).length;
}

const MAX_STEPS = 64;

function evaluate(expr: Expr | undefined, constants: Constants, depth: number): StringValue | undefined {
  if (expr === undefined || depth > MAX_STEPS) return undefined;
  switch (expr.kind) {
    case 'Str':
      return { parts: [expr] };
    case 'FString':
      return {
        parts: expr.parts.flatMap((part) => (part.kind === 'Str' ? [part] : partsOf(part.value, constants, depth))),
      };
    case 'Name':
      return evaluate(constants.get(expr.id), constants, depth + 1);
    case 'BinOp':
      return binary(expr.left, expr.op, expr.right, constants, depth);
    case 'Call':
      return called(expr, constants, depth);
    default:
      return undefined;
  }
}

/** A known string is spliced in; anything else is a hole. */
const partsOf = (expr: Expr, constants: Constants, depth: number): StringValue['parts'] =>
  evaluate(expr, constants, depth + 1)?.parts ?? [{ kind: 'Opaque', expr }];

function binary(left: Expr, op: string, right: Expr, constants: Constants, depth: number): StringValue | undefined {
  if (op === '%') {
    const template = evaluate(left, constants, depth + 1);
    return template && interpolate(template, /%(?:\([^)]*\))?[-+ #0]*[\d.]*[sdrfi]/g, right);
  }
  if (op !== '+') return undefined;
  const known = [evaluate(left, constants, depth + 1), evaluate(right, constants, depth + 1)];
  if (known[0] === undefined && known[1] === undefined) return undefined;
  return { parts: [left, right].flatMap((side, i) => known[i]?.parts ?? [{ kind: 'Opaque', expr: side } as const]) };
}

function called(call: Call, constants: Constants, depth: number): StringValue | undefined {
  const { func } = call;
  const method = func.kind === 'Attribute' ? func.attr : func.kind === 'Name' ? func.id : undefined;
  if (method === 'dedent' || method === 'cleandoc') return evaluate(call.args[0], constants, depth + 1);
  if (func.kind !== 'Attribute') return undefined;
  const receiver = evaluate(func.value, constants, depth + 1);
  if (receiver === undefined) return undefined;
  if (method === 'format') return interpolate(receiver, /\{[^{}]*\}/g, call);
  if (method === 'strip' || method === 'lstrip' || method === 'rstrip') return receiver;
  return method === 'join' ? joined(receiver, call.args[0], constants, depth) : undefined;
}

function joined(
  separator: StringValue,
  list: Expr | undefined,
  constants: Constants,
  depth: number,
): StringValue | undefined {
  if (list?.kind !== 'List' && list?.kind !== 'Tuple') return undefined;
  const parts = list.elements.flatMap((element, i) => [
    ...(i === 0 ? [] : separator.parts),
    ...partsOf(element, constants, depth),
  ]);
  return { parts };
}

/** Replaces placeholders in the literal parts by holes. Which argument goes where is not worked out. */
function interpolate(template: StringValue, placeholder: RegExp, values: Expr): StringValue {
  const hole = { kind: 'Opaque', expr: values } as const;
  return {
    parts: template.parts.flatMap((part) => {
      if (part.kind !== 'Str') return [part];
      const out: (Str | typeof hole)[] = [];
      let from = 0;
      for (const match of part.value.matchAll(placeholder)) {
        out.push(slice(part, from, match.index), hole);
        from = match.index + match[0].length;
      }
      return [...out, slice(part, from, part.value.length)];
    }),
  };
}

function slice(literal: Str, from: number, to: number): Str {
  const before = (literal.lineStarts ?? []).filter((start) => start <= from).length;
  const lineStarts = (literal.lineStarts ?? [])
    .filter((start) => start > from && start <= to)
    .map((start) => start - from);
  const value = literal.value.slice(from, to);
  return {
    ...literal,
    line: literal.line + before,
    value,
    ...(lineStarts.length > 0 ? { lineStarts } : { lineStarts: [] }),
  };
}
