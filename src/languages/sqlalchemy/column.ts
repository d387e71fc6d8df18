import { createHash } from 'node:crypto';
import type { Call, Expr } from '../python/ast.js';
import { HOLE, readSql } from '../sql/index.js';
import type { ColumnDefinition, ConstraintDefinition, IndexDefinition, IndexKey, TableName } from '../sql/index.js';
import { argumentOf, keyword } from './evaluate.js';
import type { Environment } from './evaluate.js';
import { builtFilter, builtSql } from './expressions.js';
import { columnType, unknownType } from './types.js';

/** A column with what stands on it: its constraints, and `index=True`. */
export interface ColumnParts {
  readonly column: ColumnDefinition;
  readonly constraints: readonly ConstraintDefinition[];
  readonly indexed: boolean;
  readonly primary: boolean;
}

const COLUMN_CALLS = new Set(['Column', 'mapped_column']);

export const isColumnCall = (call: Call, env: Environment): boolean => COLUMN_CALLS.has(env.last(call.func));

/**
 * `sa.Column("name", type, …)`.
 * @param attribute the class attribute it is assigned to, which names it when the call does not
 * @returns undefined when its name is not known
 */
export function readColumn(call: Call, env: Environment, attribute?: string): ColumnParts | undefined {
  const positional = call.args.map((argument) => env.resolve(argument) ?? argument);
  const named = env.string(positional[0]) ?? env.string(keyword(call, 'name'));
  const name = named ?? attribute;
  if (name === undefined) return undefined;
  const rest = env.string(positional[0]) === undefined ? positional : positional.slice(1);
  const typeExpr = keyword(call, 'type_') ?? rest.find((argument) => !isColumnItem(argument, env));
  const written = typeExpr === undefined ? { type: '?', unknown: true as const } : columnType(typeExpr, env);
  const primary = env.boolean(keyword(call, 'primary_key')) === true;
  const nullable = env.boolean(keyword(call, 'nullable')) ?? !primary;
  const value = keyword(call, 'server_default');
  const items = rest.filter((argument): argument is Call => argument.kind === 'Call' && isColumnItem(argument, env));
  const has = (kind: string): Call | undefined => items.find((item) => env.last(item.func) === kind);
  const column: ColumnDefinition = {
    name,
    type: written.type,
    nullable: nullable && has('Identity') === undefined,
    line: call.line,
    endLine: call.endLine,
    ...unknownType(written),
    ...(value === undefined || value.kind === 'None' ? {} : { default: env.string(value) ?? '?' }),
    ...(has('Computed') === undefined ? {} : { generated: true }),
  };
  return {
    column,
    constraints: columnConstraints(call, name, items, env),
    indexed: env.boolean(keyword(call, 'index')) === true,
    primary,
  };
}

const ITEMS = new Set([
  'ForeignKey',
  'Identity',
  'Computed',
  'Sequence',
  'CheckConstraint',
  'FetchedValue',
  'DefaultClause',
]);
const isColumnItem = (expr: Expr, env: Environment): boolean => expr.kind === 'Call' && ITEMS.has(env.last(expr.func));

function columnConstraints(call: Call, name: string, items: readonly Call[], env: Environment): ConstraintDefinition[] {
  const at = { line: call.line, columns: [name] };
  const found: ConstraintDefinition[] = [];
  if (env.boolean(keyword(call, 'primary_key')) === true) found.push({ kind: 'primary', ...at });
  if (env.boolean(keyword(call, 'unique')) === true && env.boolean(keyword(call, 'index')) !== true)
    found.push({ kind: 'unique', ...at });
  for (const item of items.filter((each) => env.last(each.func) === 'ForeignKey')) {
    const references = foreignTarget(env.string(item.args[0]));
    const constraint = env.string(keyword(item, 'name'));
    found.push({
      kind: 'foreign',
      ...at,
      ...(references === undefined ? {} : { references: withDelete(references, item, env) }),
      ...(constraint === undefined ? {} : { name: constraint }),
    });
  }
  return found;
}

type References = NonNullable<ConstraintDefinition['references']>;

function withDelete(references: References, call: Call, env: Environment): References {
  const onDelete = env.string(keyword(call, 'ondelete'))?.toUpperCase();
  return onDelete === undefined ? references : { ...references, onDelete };
}

/** `"schema.table.column"`. */
function foreignTarget(text: string | undefined): References | undefined {
  const parts = text?.split('.') ?? [];
  const [column, table, schema] = [parts.at(-1), parts.at(-2), parts.at(-3)];
  if (column === undefined || table === undefined) return undefined;
  return { table: schema === undefined ? { name: table } : { schema, name: table }, columns: [column] };
}

const TABLE_CONSTRAINTS: Readonly<Record<string, ConstraintDefinition['kind']>> = {
  PrimaryKeyConstraint: 'primary',
  UniqueConstraint: 'unique',
  ForeignKeyConstraint: 'foreign',
  CheckConstraint: 'check',
  ExcludeConstraint: 'exclude',
};

/** `sa.PrimaryKeyConstraint("a", "b", name="pk")` and its kin. */
export function readTableConstraint(expr: Expr, env: Environment): ConstraintDefinition | undefined {
  const kind = expr.kind === 'Call' ? TABLE_CONSTRAINTS[env.last(expr.func)] : undefined;
  if (expr.kind !== 'Call' || kind === undefined) return undefined;
  const name = env.string(keyword(expr, 'name'));
  const base = { kind, line: expr.line, ...(name === undefined ? {} : { name }) };
  if (kind === 'check') return { ...base, columns: [], expression: env.string(argumentOf(expr, 0, 'sqltext')) ?? '?' };
  if (kind === 'exclude') return { ...base, columns: [], method: env.string(keyword(expr, 'using')) ?? 'gist' };
  if (kind === 'foreign') return foreignKey(base, expr, env);
  return {
    ...base,
    columns: expr.args.flatMap((argument) => env.string(argument) ?? env.strings(argument) ?? attributeName(argument)),
  };
}

function foreignKey(base: Omit<ConstraintDefinition, 'columns'>, call: Call, env: Environment): ConstraintDefinition {
  const targets = (env.strings(argumentOf(call, 1, 'refcolumns')) ?? []).map(foreignTarget);
  const table = targets[0]?.table;
  const references =
    table === undefined ? undefined : { table, columns: targets.flatMap((target) => target?.columns ?? []) };
  const columns = env.strings(argumentOf(call, 0, 'columns')) ?? [];
  return { ...base, columns, ...(references === undefined ? {} : { references: withDelete(references, call, env) }) };
}

const attributeName = (expr: Expr): string[] =>
  expr.kind === 'Name' ? [expr.id] : expr.kind === 'Attribute' ? [expr.attr] : [];

/** PostgreSQL's limit for a name; SQLAlchemy cuts longer ones and ends them with four digits of their MD5. */
const LONGEST_NAME = 63;

export const truncatedName = (name: string): string =>
  name.length <= LONGEST_NAME
    ? name
    : `${name.slice(0, LONGEST_NAME - 8)}_${createHash('md5').update(name).digest('hex').slice(-4)}`;

/** What the keywords of `Index(…)` and `op.create_index(…)` say beside name and columns. */
export function readIndex(
  call: Call,
  env: Environment,
  name: string | undefined,
  table: TableName,
  keys: readonly Expr[],
): IndexDefinition {
  const opclasses = opclassesOf(keyword(call, 'postgresql_ops'), env);
  const include = env.strings(keyword(call, 'postgresql_include'));
  return {
    ...(name === undefined ? {} : { name: truncatedName(name) }),
    table,
    method: env.string(keyword(call, 'postgresql_using'))?.toLowerCase() ?? 'btree',
    unique: env.boolean(keyword(call, 'unique')) === true,
    keys: keys.map((key) => indexKey(key, opclasses, env)),
    ...(include === undefined ? {} : { include }),
    ...predicateOf(keyword(call, 'postgresql_where'), env),
    // A value that is only known when it runs is meant to be true somewhere.
    concurrently:
      keyword(call, 'postgresql_concurrently') !== undefined &&
      env.boolean(keyword(call, 'postgresql_concurrently')) !== false,
    line: call.line,
    endLine: call.endLine,
  };
}

function opclassesOf(expr: Expr | undefined, env: Environment): ReadonlyMap<string, string> {
  const node = env.resolve(expr);
  const entries = node?.kind === 'Dict' ? node.entries : [];
  return new Map(
    entries.flatMap((entry) => {
      const [key, value] = [env.string(entry.key), env.string(entry.value)];
      return key === undefined || value === undefined ? [] : [[key, value] as const];
    }),
  );
}

function indexKey(expr: Expr, opclasses: ReadonlyMap<string, string>, env: Environment): IndexKey {
  const node = env.resolve(expr) ?? expr;
  if (node.kind === 'Call' && (env.last(node.func) === 'desc' || env.last(node.func) === 'asc')) {
    return indexKey(node.args[0] ?? (node.func.kind === 'Attribute' ? node.func.value : node), opclasses, env);
  }
  const text = env.string(node);
  const rendered = text === undefined ? builtSql(onColumns(node), env) : undefined;
  if (rendered?.special === true) return parseKey(rendered.sql) ?? { expression: '?' };
  const column = node.kind === 'Str' ? text : attributeName(node)[0];
  if (column !== undefined) return { column, ...opclassOf(column, opclasses) };
  const parsed = text === undefined ? undefined : parseKey(text);
  return parsed ?? { expression: text ?? '?' };
}

/** In `__table_args__` a column is a bare name: `body["author"].astext` means the same as `Post.body["author"].astext`. */
function onColumns(expr: Expr): Expr {
  switch (expr.kind) {
    case 'Name':
      return { ...expr, kind: 'Attribute', value: { ...expr, id: 'Table' }, attr: expr.id };
    case 'Subscript':
      return { ...expr, value: onColumns(expr.value) };
    case 'Attribute':
      return expr.value.kind === 'Name' ? withinName(expr, expr.value) : { ...expr, value: onColumns(expr.value) };
    case 'Call':
      return {
        ...expr,
        func: expr.func.kind === 'Attribute' ? onReceiver(expr.func) : expr.func,
        args: expr.args.map(onColumns),
      };
    case 'Compare':
      return { ...expr, left: onColumns(expr.left), comparators: expr.comparators.map(onColumns) };
    case 'BinOp':
      return { ...expr, left: onColumns(expr.left), right: onColumns(expr.right) };
    case 'UnaryOp':
      return { ...expr, operand: onColumns(expr.operand) };
    default:
      return expr;
  }
}

const COMPARING = /^(is_|is_not|isnot|in_|not_in|notin_|like|ilike|startswith|endswith|between)$/;

/** `closed.is_(False)` asks a column, `func.lower(…)` and `sa.text(…)` a module. */
function onReceiver(func: Extract<Expr, { kind: 'Attribute' }>): Expr {
  if (func.value.kind !== 'Name') return onColumns(func);
  return COMPARING.test(func.attr) ? { ...func, value: onColumns(func.value) } : func;
}

const COLUMN_ATTRIBUTES: ReadonlySet<string> = new Set(['astext', 'comparator', 'expression']);

/** `body.astext` is about a column, `Post.body` names one. */
const withinName = (expr: Extract<Expr, { kind: 'Attribute' }>, of: Extract<Expr, { kind: 'Name' }>): Expr =>
  COLUMN_ATTRIBUTES.has(expr.attr) ? { ...expr, value: onColumns(of) } : expr;

function opclassOf(column: string, opclasses: ReadonlyMap<string, string>): { opclass?: string } {
  const opclass = opclasses.get(column);
  return opclass === undefined ? {} : { opclass };
}

/** An index key as SQL text: `(data ->> 'a')`, `payload jsonb_path_ops`, `lower(email)`, `created_at DESC`. */
function parseKey(text: string): IndexKey | undefined {
  for (const wrapped of [text, `(${text})`]) {
    try {
      const statement = readSql(`CREATE INDEX ON t (${wrapped})`).facts.statements[0];
      const change = statement?.changes[0];
      if (change?.kind === 'create-index' && change.index.keys[0] !== undefined) return change.index.keys[0];
    } catch {
      // Not one key: try it in parentheses, as SQLAlchemy would render it.
    }
  }
  return undefined;
}

/** `postgresql_where=`: SQL, or an expression over the columns. */
function predicateOf(expr: Expr | undefined, env: Environment): Pick<IndexDefinition, 'where' | 'condition'> {
  const node = env.resolve(expr);
  if (node === undefined) return {};
  const text = env.string(node) ?? builtFilter(onColumns(node), env)?.sql;
  return text === undefined || text.includes(HOLE) ? { where: '?' } : (readPredicate(text) ?? { where: text });
}

/** A predicate in the spelling that the SQL reader gives it. */
function readPredicate(text: string): Pick<IndexDefinition, 'where' | 'condition'> | undefined {
  try {
    const change = readSql(`CREATE INDEX ON t (a) WHERE ${text}`).facts.statements[0]?.changes[0];
    if (change?.kind !== 'create-index' || change.index.where === undefined) return undefined;
    const { where, condition } = change.index;
    return condition === undefined ? { where } : { where, condition };
  } catch {
    return undefined;
  }
}
