import type { Call, Expr } from '../python/ast.js';
import { dottedName } from '../python/names.js';
import { HOLE } from '../sql/index.js';
import type { Environment } from './evaluate.js';
import { columnType } from './types.js';

/**
 * An expression of SQLAlchemy's language as the SQL it renders, as far as JSON access, casts and calls go; everything
 * else is a hole. Used to compare a filter with an index: both go through the same SQL reader.
 */
export interface BuiltSql {
  readonly sql: string;
  /** The class or table whose column it is about. */
  readonly owner: string | undefined;
  /** It holds a JSON or a distance operator: worth reading at all. */
  readonly special: boolean;
}

const MAX_DEPTH = 24;
const hole: BuiltSql = { sql: HOLE, owner: undefined, special: false };

export function builtSql(expr: Expr | undefined, env: Environment, depth = 0): BuiltSql {
  const node = env.resolve(expr);
  if (node === undefined || depth > MAX_DEPTH) return hole;
  switch (node.kind) {
    case 'Attribute':
      return attribute(node, env, depth);
    case 'Subscript':
      return subscript(node, env, depth);
    case 'Call':
      return call(node, env, depth);
    case 'Str':
      return { ...hole, sql: literal(node.value) };
    case 'Num':
      return { ...hole, sql: Number.isFinite(node.value) ? String(node.value) : HOLE };
    case 'Bool':
      return { ...hole, sql: String(node.value) };
    default:
      return hole;
  }
}

const literal = (text: string): string => `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`;
const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** `Model.column`, `table.c.column`, `….astext`. */
function attribute(node: Extract<Expr, { kind: 'Attribute' }>, env: Environment, depth: number): BuiltSql {
  if (node.attr === 'astext') return asText(builtSql(node.value, env, depth + 1));
  if (node.attr === 'comparator' || node.attr === 'expression') return builtSql(node.value, env, depth + 1);
  const owner = ownerOf(node.value);
  return owner === undefined ? hole : { sql: identifier(node.attr), owner, special: false };
}

/** A class by its capital letter, or anything before `.c.`. */
function ownerOf(expr: Expr): string | undefined {
  const dotted = dottedName(expr);
  if (dotted === undefined) return undefined;
  if (dotted.endsWith('.c')) return dotted.slice(0, -2).split('.').at(-1);
  const last = dotted.split('.').at(-1) ?? '';
  return /^_?[A-Z]\w*$/.test(last) && !/^[A-Z0-9_]{2,}$/.test(last) ? last : undefined;
}

/** The last `->` becomes `->>`. */
function asText(inner: BuiltSql): BuiltSql {
  const arrow = inner.sql.lastIndexOf(' -> ');
  const hash = inner.sql.lastIndexOf(' #> ');
  if (arrow < 0 && hash < 0) return inner;
  const at = Math.max(arrow, hash);
  return { ...inner, sql: `${inner.sql.slice(0, at + 3)}>${inner.sql.slice(at + 3)}` };
}

function subscript(node: Extract<Expr, { kind: 'Subscript' }>, env: Environment, depth: number): BuiltSql {
  const inner = builtSql(node.value, env, depth + 1);
  if (inner.owner === undefined) return hole;
  const steps = env.elements(node.index);
  if (steps !== undefined) {
    const path = steps.map((step) => env.string(step) ?? String(env.number(step) ?? '?')).join(',');
    return { ...inner, sql: `(${inner.sql} #> ${literal(`{${path}}`)})`, special: true };
  }
  const key = env.string(node.index);
  const number = env.number(node.index);
  const step = key !== undefined ? literal(key) : number !== undefined ? String(number) : unknownStep(node.index, env);
  return { ...inner, sql: `(${inner.sql} -> ${step})`, special: true };
}

/** A key from another file's constant is a key all the same. */
function unknownStep(index: Expr, env: Environment): string {
  const hole = env.hole(index);
  return hole === HOLE ? HOLE : literal(hole);
}

const AS_TYPES: Readonly<Record<string, string>> = {
  as_string: '',
  as_integer: 'integer',
  as_float: 'double precision',
  as_boolean: 'boolean',
  as_numeric: 'numeric',
  as_json: '->',
};

const JSON_METHODS: Readonly<Record<string, string>> = {
  contains: '@>',
  contained_by: '<@',
  has_key: '?',
  has_any: '?|',
  has_all: '?&',
  path_exists: '@?',
  path_match: '@@',
};

const DISTANCE_METHODS: Readonly<Record<string, string>> = {
  l2_distance: '<->',
  cosine_distance: '<=>',
  max_inner_product: '<#>',
  l1_distance: '<+>',
};

function call(node: Call, env: Environment, depth: number): BuiltSql {
  if (node.func.kind === 'Call') return customOperator(node.func, node, env, depth);
  const name = env.last(node.func);
  if (node.func.kind !== 'Attribute') return free(name, node, env, depth);
  const dotted = dottedName(node.func.value) ?? '';
  if (dotted === 'func' || dotted.endsWith('.func')) return sqlFunction(name, node, env, depth);
  if (/^(sa|sqlalchemy|orm)$/.test(dotted)) return free(name, node, env, depth);
  return method(name, node, node.func.value, env, depth);
}

/** `column.op("->>")("key")`. */
function customOperator(inner: Call, node: Call, env: Environment, depth: number): BuiltSql {
  if (inner.func.kind !== 'Attribute' || !/^(op|bool_op)$/.test(inner.func.attr)) return hole;
  const operator = env.string(inner.args[0]);
  const left = builtSql(inner.func.value, env, depth + 1);
  if (operator === undefined || !/^[-+*/<>=~!@#%^&|`?]{1,4}$/.test(operator) || left.owner === undefined) return hole;
  return { ...left, sql: `(${left.sql} ${operator} ${builtSql(node.args[0], env, depth + 1).sql})`, special: true };
}

function free(name: string, node: Call, env: Environment, depth: number): BuiltSql {
  const first = builtSql(node.args[0], env, depth + 1);
  if (name === 'cast' || name === 'Cast') return cast(first, node.args[1], env);
  if (name === 'type_coerce' || name === 'not_' || name === 'desc' || name === 'asc') return first;
  return hole;
}

function sqlFunction(name: string, node: Call, env: Environment, depth: number): BuiltSql {
  const args = node.args.map((argument) => builtSql(argument, env, depth + 1));
  const owner = args.find((argument) => argument.owner !== undefined);
  if (owner === undefined || !/^[A-Za-z_]\w*$/.test(name)) return hole;
  return {
    ...owner,
    sql: `${name}(${args.map((argument) => argument.sql).join(', ')})`,
    special: args.some((argument) => argument.special) || name.startsWith('jsonb_path'),
  };
}

function method(name: string, node: Call, receiver: Expr, env: Environment, depth: number): BuiltSql {
  const inner = builtSql(receiver, env, depth + 1);
  if (inner.owner === undefined) return hole;
  if (name === 'cast') return cast(inner, node.args[0], env);
  const asType = AS_TYPES[name];
  if (asType !== undefined)
    return asType === '->'
      ? inner
      : asType === ''
        ? asText(inner)
        : { ...inner, sql: `CAST(${asText(inner).sql} AS ${asType})` };
  const operator = JSON_METHODS[name] ?? DISTANCE_METHODS[name];
  if (operator !== undefined)
    return { ...inner, sql: `(${inner.sql} ${operator} ${argumentSql(name, node, env, depth)})`, special: true };
  if (name === 'label' || name === 'desc' || name === 'asc' || name === 'nulls_last' || name === 'self_group')
    return inner;
  return hole;
}

/** What `contains` compares with is always a value; only `has_key` may usefully be a literal. */
const argumentSql = (name: string, node: Call, env: Environment, depth: number): string =>
  name === 'has_key' ? builtSql(node.args[0], env, depth + 1).sql : HOLE;

function cast(inner: BuiltSql, type: Expr | undefined, env: Environment): BuiltSql {
  const written = columnType(type, env);
  return written.unknown === true ? inner : { ...inner, sql: `CAST(${inner.sql} AS ${written.type})` };
}

const COMPARISONS: Readonly<Record<string, string>> = {
  '==': '=',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

const COMPARING_METHODS: Readonly<Record<string, string>> = {
  like: 'LIKE __hole',
  ilike: 'ILIKE __hole',
  startswith: 'LIKE __hole',
  endswith: 'LIKE __hole',
  between: 'BETWEEN __hole AND __hole',
};

/** A condition as SQL: a comparison, or a method that gives a boolean. Undefined when it is about nothing special. */
export function builtCondition(expr: Expr, env: Environment): BuiltSql | undefined {
  const built = condition(expr, env);
  return built?.special === true && built.owner !== undefined ? built : undefined;
}

/** Any condition as SQL, with a hole for each part that this file does not say. */
export function builtFilter(expr: Expr, env: Environment, depth = 0): BuiltSql | undefined {
  const node = env.unwrap(expr);
  if (node === undefined || depth > MAX_DEPTH) return undefined;
  const joined = (parts: readonly Expr[], word: string): BuiltSql => {
    const built = parts.map((part) => builtFilter(part, env, depth + 1) ?? hole);
    const owner = built.find((part) => part.owner !== undefined)?.owner;
    return { sql: `(${built.map(({ sql }) => sql).join(` ${word} `)})`, owner, special: false };
  };
  const negated = (part: Expr | undefined): BuiltSql | undefined => {
    const inner = part === undefined ? undefined : builtFilter(part, env, depth + 1);
    return inner === undefined ? undefined : { ...inner, sql: `(NOT ${inner.sql})` };
  };
  if (node.kind === 'BinOp' && (node.op === '&' || node.op === '|'))
    return joined([node.left, node.right], node.op === '&' ? 'AND' : 'OR');
  if (node.kind === 'UnaryOp') return node.op === '~' ? negated(node.operand) : undefined;
  if (node.kind === 'Call') {
    const name = env.last(node.func);
    if (/^(and_|or_)$/.test(name) && node.args.length > 0) return joined(node.args, name === 'or_' ? 'OR' : 'AND');
    if (name === 'not_') return negated(node.args[0]);
  }
  const built = condition(node, env) ?? builtSql(node, env);
  return built.owner === undefined ? undefined : built;
}

function condition(expr: Expr, env: Environment): BuiltSql | undefined {
  if (expr.kind === 'Compare') return compared(expr, env);
  if (expr.kind !== 'Call') return undefined;
  const name = expr.func.kind === 'Attribute' ? expr.func.attr : '';
  const suffix = expr.func.kind === 'Attribute' ? suffixOf(name, expr, env) : undefined;
  if (expr.func.kind === 'Attribute' && suffix !== undefined) {
    const inner = builtSql(expr.func.value, env);
    return { ...inner, sql: `${inner.sql} ${suffix}` };
  }
  const whole = builtSql(expr, env);
  return JSON_METHODS[name] !== undefined || name.startsWith('jsonb_path') || expr.func.kind === 'Call'
    ? whole
    : undefined;
}

function compared(expr: Extract<Expr, { kind: 'Compare' }>, env: Environment): BuiltSql | undefined {
  const operator = expr.ops.length === 1 ? COMPARISONS[expr.ops[0] ?? ''] : undefined;
  if (operator === undefined) return undefined;
  const left = builtSql(expr.left, env);
  if (isNone(expr.comparators[0], env) && (operator === '=' || operator === '<>'))
    return { ...left, sql: `${left.sql} IS ${operator === '=' ? '' : 'NOT '}NULL` };
  const right = builtSql(expr.comparators[0], env);
  const side = left.owner === undefined ? right : left;
  return { ...side, sql: `${left.sql} ${operator} ${right.sql}`, special: left.special || right.special };
}

function suffixOf(name: string, node: Call, env: Environment): string | undefined {
  const argument = node.args[0];
  if (/^(is_|is_not|isnot)$/.test(name)) {
    const not = name === 'is_' ? '' : 'NOT ';
    const value = env.boolean(argument);
    return value === undefined ? `IS ${not}NULL` : `IS ${not}${value ? 'TRUE' : 'FALSE'}`;
  }
  if (!/^(in_|not_in|notin_)$/.test(name)) return COMPARING_METHODS[name];
  const values = env.elements(argument)?.map((element) => builtSql(element, env).sql);
  const list = values === undefined || values.length === 0 ? HOLE : values.slice(0, MAX_VALUES).join(', ');
  return `${name === 'in_' ? '' : 'NOT '}IN (${list})`;
}

const MAX_VALUES = 200;

const isNone = (expr: Expr | undefined, env: Environment): boolean => {
  const node = env.resolve(expr);
  return node?.kind === 'None' || (node?.kind === 'Call' && env.last(node.func) === 'null');
};
