import type { A_Expr, BoolExpr, Node } from 'libpg-query';
import { asNode, nameOf, strings } from './ast.js';
import type { Condition } from './changes.js';
import { walk } from './expressions.js';
import { printExpression } from './print.js';
import { HOLE } from './split.js';

/** Deeper conditions are taken as one text. */
const MAX_DEPTH = 60;

/**
 * A WHERE condition or an index predicate, taken apart as far as PostgreSQL proves one from the other (`predtest.c`).
 * Both sides go through here, so equal conditions have equal texts.
 */
export function readCondition(node: Node | undefined, depth = 0): Condition {
  const logic = asNode(node, 'BoolExpr');
  if (logic !== undefined && depth < MAX_DEPTH) return readLogic(logic, depth);
  return simple(node, false) ?? other(node);
}

/** What is ANDed in a condition, with the tables each part names. */
export function conjunctsOf(node: Node | undefined): { condition: Condition; aliases: readonly string[] }[] {
  const logic = asNode(node, 'BoolExpr');
  if (node === undefined) return [];
  if (logic?.boolop === 'AND_EXPR') return (logic.args ?? []).flatMap(conjunctsOf);
  const aliases = new Set<string>();
  walk(node, (visited) => {
    const qualifier = strings(asNode(visited, 'ColumnRef')?.fields).at(-2);
    if (qualifier !== undefined) aliases.add(qualifier);
    return !('SubLink' in visited);
  });
  return [{ condition: readCondition(node), aliases: [...aliases] }];
}

function readLogic(logic: BoolExpr, depth: number): Condition {
  const args = logic.args ?? [];
  if (logic.boolop !== 'NOT_EXPR') {
    const kind = logic.boolop === 'OR_EXPR' ? 'or' : 'and';
    return { kind, parts: args.map((argument) => readCondition(argument, depth + 1)) };
  }
  const inner = args[0];
  const negated = simple(inner, true);
  if (negated !== undefined) return negated;
  const condition = inner === undefined ? undefined : readCondition(inner, depth + 1);
  // NOT (a AND b) is (NOT a) OR (NOT b), as PostgreSQL's planner rewrites it; deeper ones are compared as text.
  return {
    kind: 'leaf',
    text: `(NOT ${condition?.kind === 'leaf' ? condition.text : printExpression(inner)})`,
    strict: [],
  };
}

const other = (node: Node | undefined): Condition => {
  const text = printExpression(node);
  return { kind: 'leaf', text, strict: text === '' ? [] : strictIn(node), ...(isHole(node) ? { open: true } : {}) };
};

const isHole = (node: Node | undefined): boolean =>
  'ParamRef' in (node ?? {}) || (strings(asNode(node, 'ColumnRef')?.fields).at(-1) ?? '').startsWith(HOLE);

// ── One test ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const NEGATORS: Readonly<Record<string, string>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
  '~~': '!~~',
  '!~~': '~~',
  '~~*': '!~~*',
  '!~~*': '~~*',
};

const COMMUTATORS: Readonly<Record<string, string>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
};

function simple(node: Node | undefined, negated: boolean): Condition | undefined {
  const nulls = asNode(node, 'NullTest');
  if (nulls !== undefined) {
    const isNull = (nulls.nulltesttype === 'IS_NULL') !== negated;
    const operand = printOperand(nulls.arg);
    return {
      kind: 'leaf',
      text: `(${operand} IS ${isNull ? '' : 'NOT '}NULL)`,
      strict: [],
      null: { operand, is: isNull },
    };
  }
  const expression = asNode(node, 'A_Expr');
  if (expression !== undefined) return comparison(expression, negated);
  const truthTest = asNode(node, 'BooleanTest');
  if (truthTest !== undefined && !negated) {
    const words = (truthTest.booltesttype ?? '').replaceAll('_', ' ');
    return { kind: 'leaf', text: `(${printOperand(truthTest.arg)} ${words})`, strict: [] };
  }
  const isValue = node !== undefined && ('ColumnRef' in node || 'TypeCast' in node);
  return isValue && !isHole(node) ? truth(node, !negated) : undefined;
}

/** `active`, `NOT active`, `active = true`. */
function truth(node: Node | undefined, value: boolean): Condition {
  const operand = printOperand(node);
  return { kind: 'leaf', text: value ? operand : `(NOT ${operand})`, strict: strictIn(node) };
}

function comparison(expression: A_Expr, negated: boolean): Condition | undefined {
  const name = strings(expression.name).at(-1) ?? '?';
  switch (expression.kind) {
    case 'AEXPR_OP':
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return binary(expression, name, negated);
    case 'AEXPR_IN':
      return listed(expression, (name === '=') !== negated);
    case 'AEXPR_BETWEEN':
      return negated ? undefined : between(expression);
    case 'AEXPR_OP_ANY': {
      if (negated) return undefined;
      const text = printExpression({ A_Expr: expression });
      const operand = printOperand(expression.lexpr);
      return { kind: 'leaf', text, strict: strictIn(expression.lexpr), test: { operand, operator: `${name} ANY` } };
    }
    default:
      return undefined;
  }
}

function binary(expression: A_Expr, written: string, negated: boolean): Condition | undefined {
  const operator = negated ? NEGATORS[written] : written;
  if (operator === undefined || expression.lexpr === undefined) return undefined;
  const turned = literal(expression.lexpr) !== undefined && COMMUTATORS[operator] !== undefined;
  const [left, right] = turned ? [expression.rexpr, expression.lexpr] : [expression.lexpr, expression.rexpr];
  const name = turned ? (COMMUTATORS[operator] ?? operator) : operator;
  const value = literal(right);
  if ((value === 'true' || value === 'false') && (name === '=' || name === '<>'))
    return truth(left, (value === 'true') === (name === '='));
  const strict = NOT_STRICT.has(name) ? [] : [...strictIn(left), ...strictIn(right)];
  const text = `(${printOperand(left)} ${name} ${value ?? printOperand(right)})`;
  const test = { operand: printOperand(left), operator: name };
  if (value !== undefined) return { kind: 'leaf', text, strict, test: { ...test, values: [value] } };
  return isRuntime(right) ? { kind: 'leaf', text, strict, test } : { kind: 'leaf', text, strict };
}

/** `IN ('a', 'b')`: true for any of them; NOT IN: unlike each. */
function listed(expression: A_Expr, positive: boolean): Condition {
  const items = asNode(expression.rexpr, 'List')?.items ?? [];
  const values = items.map(literal);
  const operand = printOperand(expression.lexpr);
  const strict = strictIn(expression.lexpr);
  const known = values.every((value) => value !== undefined);
  if (!known || items.length === 0) {
    const text = printExpression({ A_Expr: expression });
    return { kind: 'leaf', text, strict, test: { operand, operator: positive ? 'IN' : 'NOT IN' } };
  }
  if (positive && values.length > 1) {
    const sorted = [...new Set(values)].sort();
    return {
      kind: 'leaf',
      text: `(${operand} IN (${sorted.join(', ')}))`,
      strict,
      test: { operand, operator: 'IN', values: sorted },
    };
  }
  const operator = positive ? '=' : '<>';
  const parts = values.map((value): Condition => ({
    kind: 'leaf',
    text: `(${operand} ${operator} ${value})`,
    strict,
    test: { operand, operator, values: [value] },
  }));
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'and', parts };
}

function between(expression: A_Expr): Condition | undefined {
  const bounds = asNode(expression.rexpr, 'List')?.items ?? [];
  const parts = bounds.map((bound, i) =>
    binary({ ...expression, kind: 'AEXPR_OP', rexpr: bound }, i === 0 ? '>=' : '<=', false),
  );
  const known = parts.flatMap((part) => part ?? []);
  return known.length === 2 ? { kind: 'and', parts: known } : undefined;
}

/** A parameter, or a value put together when it runs: which it is is not known. */
const isRuntime = (node: Node | undefined): boolean => isHole(asNode(node, 'TypeCast')?.arg ?? node);

/** A literal without its cast: beside a column it takes the column's type. */
function literal(node: Node | undefined): string | undefined {
  const cast = asNode(node, 'TypeCast');
  if (cast !== undefined) return literal(cast.arg);
  const constant = asNode(node, 'A_Const');
  if (constant === undefined || constant.isnull === true) return undefined;
  return node === undefined || constant.bsval !== undefined ? undefined : printExpression(node);
}

/** A dump writes `(status)::text = 'a'::text` for a varchar column compared with a literal. */
function printOperand(node: Node | undefined): string {
  const cast = asNode(node, 'TypeCast');
  const type = strings(cast?.typeName?.names).at(-1) ?? '';
  const isPlain = 'ColumnRef' in (cast?.arg ?? {}) && (type === 'text' || type === 'varchar');
  return printExpression(isPlain ? cast?.arg : node);
}

// ── What must not be null for it to be true ──────────────────────────────────────────────────────────────────────────

const NOT_STRICT: ReadonlySet<string> = new Set(['||']);

/** Functions of PostgreSQL that give NULL for NULL. */
const STRICT_FUNCTIONS =
  /^(lower|upper|initcap|[blr]?trim|length|char_length|abs|round|floor|ceil|date|date_trunc|date_part|extract|timezone|to_char|to_date|to_timestamp|to_tsvector|md5|substr|substring|left|right|replace|split_part|jsonb?_extract_path(_text)?|jsonb?_array_length|jsonb?_typeof|jsonb_path_(query_first|query_array|exists|match))$/;

/** Expressions within one whose NULL makes it NULL, itself included. */
function strictIn(node: Node | undefined, depth = 0): string[] {
  if (node === undefined || depth > MAX_DEPTH || literal(node) !== undefined) return [];
  const below = (nodes: readonly (Node | undefined)[]): string[] =>
    nodes.flatMap((child) => strictIn(child, depth + 1));
  const own = isHole(node) ? [] : [printOperand(node)];
  if ('ColumnRef' in node) return own;
  const cast = asNode(node, 'TypeCast');
  if (cast !== undefined) return [...own, ...below([cast.arg])];
  const expression = asNode(node, 'A_Expr');
  if (expression?.kind === 'AEXPR_OP' && !NOT_STRICT.has(strings(expression.name).at(-1) ?? ''))
    return [...own, ...below([expression.lexpr, expression.rexpr])];
  const call = asNode(node, 'FuncCall');
  if (call !== undefined && STRICT_FUNCTIONS.test(nameOf(strings(call.funcname))?.name ?? ''))
    return [...own, ...below(call.args ?? [])];
  const subscript = asNode(node, 'A_Indirection');
  return subscript === undefined ? own : [...own, ...below([subscript.arg])];
}
