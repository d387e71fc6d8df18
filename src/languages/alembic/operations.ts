import type { Call, Expr } from '../python/ast.js';
import type { ColumnDefinition, ConstraintDefinition, IndexDefinition, SchemaChange, TableName } from '../sql/index.js';
import { isColumnCall, readColumn, readIndex, readTableConstraint, truncatedName } from '../sqlalchemy/column.js';
import { argumentOf, keyword } from '../sqlalchemy/evaluate.js';
import type { Environment } from '../sqlalchemy/evaluate.js';
import { columnType, unknownType } from '../sqlalchemy/types.js';

interface Operation {
  readonly call: Call;
  readonly env: Environment;
  readonly line: number;
  readonly endLine: number;
  /** In a batch the table is known, and the positional arguments begin after it. */
  readonly batch: TableName | undefined;
}

/**
 * What one `op.…` (or `batch_op.…`) call does.
 * @param batch the table of the batch it belongs to
 * @returns undefined for a call that is no schema operation
 */
export function readOperation(
  name: string,
  call: Call,
  batch: TableName | undefined,
  env: Environment,
): readonly SchemaChange[] | undefined {
  const operation: Operation = { call, env, batch, line: call.line, endLine: call.endLine };
  const changes = OPERATIONS[name]?.(operation);
  const [first] = changes ?? [];
  if (changes === undefined || first === undefined || call.keywords.every((each) => each.name !== undefined))
    return changes;
  const table = 'index' in first ? first.index.table : 'table' in first ? first.table : undefined;
  const reason = 'options that are not written out';
  return [...changes, { kind: 'unknown', reason, ...at(operation), ...(table === undefined ? {} : { table }) }];
}

type Reader = (operation: Operation) => readonly SchemaChange[];

const OPERATIONS: Readonly<Record<string, Reader>> = {
  create_table: createTable,
  drop_table: (o) => withTable(o, 0, (table) => [{ kind: 'drop-table', table, ...at(o) }]),
  rename_table: (o) =>
    withTable(o, 0, (table) =>
      withText(o, 1, 'new_table_name', (to) => [{ kind: 'rename-table', table, to, ...at(o) }]),
    ),
  add_column: addColumn,
  drop_column: (o) =>
    withTable(o, 0, (table) =>
      withText(o, 1, 'column_name', (column) => [{ kind: 'drop-column', table, column, ...at(o) }]),
    ),
  alter_column: alterColumn,
  create_index: createIndex,
  drop_index: dropIndex,
  create_primary_key: (o) => constraint(o, 'primary', 'columns'),
  create_unique_constraint: (o) => constraint(o, 'unique', 'columns'),
  create_check_constraint: (o) => constraint(o, 'check', undefined),
  create_exclude_constraint: (o) => constraint(o, 'exclude', undefined),
  create_foreign_key: foreignKey,
  drop_constraint: dropConstraint,
  create_table_comment: () => [],
  drop_table_comment: () => [],
  bulk_insert: () => [],
  get_bind: () => [],
  get_context: () => [],
};

const at = (o: Operation): { line: number; endLine: number } => ({ line: o.line, endLine: o.endLine });

/** Position of an argument; one less in a batch, where the table is left out. */
const argument = (o: Operation, position: number, ...names: string[]): Expr | undefined =>
  argumentOf(o.call, o.batch === undefined ? position : position - 1, ...names);

function tableOf(o: Operation, position: number, name = 'table_name'): TableName | undefined {
  if (o.batch !== undefined) return o.batch.name === '' ? undefined : o.batch;
  const table = o.env.string(argumentOf(o.call, position, name));
  const schema = o.env.string(keyword(o.call, 'schema'));
  if (table === undefined) return undefined;
  return schema === undefined ? { name: table } : { schema, name: table };
}

function withTable(
  o: Operation,
  position: number,
  use: (table: TableName) => readonly SchemaChange[],
): readonly SchemaChange[] {
  const table = tableOf(o, position);
  return table === undefined ? unknown(o, 'a table whose name is not literal') : use(table);
}

function withText(
  o: Operation,
  position: number,
  name: string,
  use: (text: string) => readonly SchemaChange[],
): readonly SchemaChange[] {
  const text = o.env.string(argument(o, position, name));
  return text === undefined ? unknown(o, `${name} is not literal`) : use(text);
}

function unknown(o: Operation, reason: string): readonly SchemaChange[] {
  const table = tableOf(o, 0);
  return [{ kind: 'unknown', reason, ...at(o), ...(table === undefined ? {} : { table }) }];
}

function createTable(o: Operation): readonly SchemaChange[] {
  return withTable(o, 0, (table) => {
    const items = spread(o.call.args.slice(1), o.env);
    const columns: ColumnDefinition[] = [];
    const constraints: ConstraintDefinition[] = [];
    const indexes: IndexDefinition[] = [];
    let known = true;
    for (const item of items) known = createItem(item, table, o.env, columns, constraints, indexes) && known;
    const change: SchemaChange = {
      kind: 'create-table',
      table,
      columns: columns.map((column) => serial(column, mergePrimary(constraints))),
      constraints: collapsePrimary(constraints),
      indexes,
      ifNotExists: o.env.boolean(keyword(o.call, 'if_not_exists')) === true,
      ...partitioned(o),
      ...at(o),
    };
    const prefixes = o.env.strings(keyword(o.call, 'prefixes')) ?? [];
    const whole = prefixes.some((prefix) => prefix.toUpperCase() === 'TEMPORARY')
      ? { ...change, temporary: true }
      : change;
    return known ? [whole] : [whole, { kind: 'unknown', table, reason: 'columns that are not written out', ...at(o) }];
  });
}

/** `postgresql_partition_by="RANGE (event_time)"`. */
function partitioned(o: Operation): { partitionBy?: { strategy: string; keys: string[] } } {
  const match = /^\s*(\w+)\s*\(([^)]*)\)/.exec(o.env.string(keyword(o.call, 'postgresql_partition_by')) ?? '');
  return match === null
    ? {}
    : {
        partitionBy: {
          strategy: (match[1] ?? '').toLowerCase(),
          keys: (match[2] ?? '').split(',').map((key) => key.trim()),
        },
      };
}

/** `*columns` of a literal list is written out. */
function spread(args: readonly Expr[], env: Environment): readonly Expr[] {
  return args.flatMap((argument) =>
    argument.kind === 'Starred' ? (env.elements(argument.value) ?? [argument]) : [argument],
  );
}

/** @returns false when the item could not be understood */
function createItem(
  expr: Expr,
  table: TableName,
  env: Environment,
  columns: ColumnDefinition[],
  constraints: ConstraintDefinition[],
  indexes: IndexDefinition[],
): boolean {
  const item = env.resolve(expr) ?? expr;
  if (item.kind !== 'Call') return false;
  if (isColumnCall(item, env)) {
    const parts = readColumn(item, env);
    if (parts === undefined) return false;
    columns.push(parts.column);
    constraints.push(...parts.constraints);
    if (parts.indexed) indexes.push(columnIndex(item, env, table, parts.column.name));
    return true;
  }
  const constraint = readTableConstraint(item, env);
  if (constraint !== undefined) {
    constraints.push(constraint);
    return true;
  }
  if (env.last(item.func) === 'Index') {
    indexes.push(readIndex(item, env, env.string(item.args[0]), table, item.args.slice(1)));
    return true;
  }
  return false;
}

/** `index=True` makes an index named by SQLAlchemy's default convention. */
function columnIndex(call: Call, env: Environment, table: TableName, column: string): IndexDefinition {
  const unique = env.boolean(keyword(call, 'unique')) === true;
  const name = truncatedName(`ix_${table.schema === undefined ? '' : `${table.schema}_`}${table.name}_${column}`);
  return {
    name,
    table,
    method: 'btree',
    unique,
    keys: [{ column }],
    concurrently: false,
    line: call.line,
    endLine: call.endLine,
  };
}

const mergePrimary = (constraints: readonly ConstraintDefinition[]): readonly string[] =>
  constraints.filter((constraint) => constraint.kind === 'primary').flatMap((constraint) => constraint.columns);

/** Several `primary_key=True` columns make one key. */
function collapsePrimary(constraints: readonly ConstraintDefinition[]): ConstraintDefinition[] {
  const primary = constraints.filter((constraint) => constraint.kind === 'primary');
  const rest = constraints.filter((constraint) => constraint.kind !== 'primary');
  const first = primary.find((constraint) => constraint.name !== undefined) ?? primary[0];
  if (first === undefined) return rest;
  return [{ ...first, columns: [...new Set(primary.flatMap((constraint) => constraint.columns))] }, ...rest];
}

/** The primary key's columns are NOT NULL. */
const serial = (column: ColumnDefinition, primary: readonly string[]): ColumnDefinition =>
  primary.includes(column.name) ? { ...column, nullable: false } : column;

function addColumn(o: Operation): readonly SchemaChange[] {
  return withTable(o, 0, (table) => {
    const call = o.env.resolve(argument(o, 1, 'column'));
    const parts = call?.kind === 'Call' && isColumnCall(call, o.env) ? readColumn(call, o.env) : undefined;
    if (parts === undefined) return unknown(o, 'a column that is not written out');
    const place = { line: parts.column.line, endLine: parts.column.endLine };
    const changes: SchemaChange[] = [
      {
        kind: 'add-column',
        table,
        column: parts.column,
        ifNotExists: o.env.boolean(keyword(o.call, 'if_not_exists')) === true,
        ...place,
      },
    ];
    for (const constraint of parts.constraints) {
      // ALTER TABLE … ADD COLUMN renders neither primary key nor unique from the Column.
      if (constraint.kind === 'foreign') changes.push({ kind: 'add-constraint', table, constraint, ...place });
      if (constraint.kind === 'unique') changes.push({ kind: 'add-constraint', table, constraint, ...place });
    }
    if (parts.indexed && call?.kind === 'Call')
      changes.push({
        kind: 'create-index',
        index: columnIndex(call, o.env, table, parts.column.name),
        ifNotExists: false,
        ...place,
      });
    return changes;
  });
}

function alterColumn(o: Operation): readonly SchemaChange[] {
  return withTable(o, 0, (table) =>
    withText(o, 1, 'column_name', (column) => {
      const { call, env } = o;
      const changes: SchemaChange[] = [];
      const type = keyword(call, 'type_');
      if (type !== undefined && type.kind !== 'None') {
        const written = columnType(type, env);
        const line = { line: type.line, endLine: type.endLine };
        changes.push({
          kind: 'alter-type',
          table,
          column,
          type: written.type,
          ...unknownType(written),
          ...line,
        });
      }
      const nullable = env.boolean(keyword(call, 'nullable') ?? argument(o, 2));
      if (nullable !== undefined) changes.push({ kind: 'set-nullable', table, column, nullable, ...at(o) });
      const value = keyword(call, 'server_default');
      if (value !== undefined) {
        const removed = value.kind === 'None' || (value.kind === 'Bool' && !value.value);
        changes.push({
          kind: 'set-default',
          table,
          column,
          ...(removed ? {} : { default: env.string(value) ?? '?' }),
          ...at(o),
        });
      }
      const to = env.string(keyword(call, 'new_column_name'));
      if (to !== undefined) changes.push({ kind: 'rename-column', table, column, to, ...at(o) });
      return changes;
    }),
  );
}

function createIndex(o: Operation): readonly SchemaChange[] {
  const table = o.batch ?? tableOf(o, 1);
  const columns = o.env.resolve(argumentOf(o.call, o.batch === undefined ? 2 : 1, 'columns'));
  const keys = o.env.elements(columns);
  if (table === undefined || table.name === '') return unknown(o, 'an index on a table whose name is not literal');
  if (keys === undefined)
    return [{ kind: 'unknown', table, reason: 'an index whose columns are not literal', ...at(o) }];
  const index = readIndex(o.call, o.env, o.env.string(argumentOf(o.call, 0, 'index_name')), table, keys);
  return [
    { kind: 'create-index', index, ifNotExists: o.env.boolean(keyword(o.call, 'if_not_exists')) === true, ...at(o) },
  ];
}

function dropIndex(o: Operation): readonly SchemaChange[] {
  const name = o.env.string(argumentOf(o.call, 0, 'index_name'));
  const table = o.batch ?? tableOf(o, 1);
  if (name === undefined) return unknown(o, 'an index whose name is not literal');
  return [{ kind: 'drop-index', name: { name }, ...(table === undefined ? {} : { table }), ...at(o) }];
}

function dropConstraint(o: Operation): readonly SchemaChange[] {
  const name = o.env.string(argumentOf(o.call, 0, 'constraint_name'));
  const table = o.batch ?? tableOf(o, 1);
  if (table === undefined || table.name === '') return unknown(o, 'a constraint on a table whose name is not literal');
  return name === undefined ? [] : [{ kind: 'drop-constraint', table, name, ...at(o) }];
}

function constraint(
  o: Operation,
  kind: ConstraintDefinition['kind'],
  columnsName: string | undefined,
): readonly SchemaChange[] {
  const table = o.batch ?? tableOf(o, 1);
  if (table === undefined || table.name === '') return unknown(o, 'a constraint on a table whose name is not literal');
  const name = o.env.string(argumentOf(o.call, 0, 'constraint_name'));
  const columns =
    columnsName === undefined
      ? []
      : (o.env.strings(argumentOf(o.call, o.batch === undefined ? 2 : 1, columnsName)) ?? []);
  const definition = {
    kind,
    columns,
    line: o.line,
    ...(name === undefined ? {} : { name }),
    ...(kind === 'exclude' ? { method: 'gist' } : {}),
  };
  return [{ kind: 'add-constraint', table, constraint: definition, ...at(o) }];
}

function foreignKey(o: Operation): readonly SchemaChange[] {
  const schema = o.env.string(keyword(o.call, 'source_schema'));
  const source = o.batch ?? tableOf(o, 1, 'source_table');
  const offset = o.batch === undefined ? 0 : -1;
  const target = o.env.string(argumentOf(o.call, 2 + offset, 'referent_table'));
  const name = o.env.string(argumentOf(o.call, 0, 'constraint_name'));
  if (source === undefined || source.name === '' || target === undefined)
    return unknown(o, 'a foreign key between tables that are not literal');
  const table = schema === undefined ? source : { schema, name: source.name };
  const referentSchema = o.env.string(keyword(o.call, 'referent_schema'));
  const references = {
    table: referentSchema === undefined ? { name: target } : { schema: referentSchema, name: target },
    columns: o.env.strings(argumentOf(o.call, 4 + offset, 'remote_cols')) ?? [],
  };
  const columns = o.env.strings(argumentOf(o.call, 3 + offset, 'local_cols')) ?? [];
  const definition = {
    kind: 'foreign' as const,
    columns,
    references,
    line: o.line,
    ...(name === undefined ? {} : { name }),
  };
  return [{ kind: 'add-constraint', table, constraint: definition, ...at(o) }];
}
