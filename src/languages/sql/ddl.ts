import type {
  AlterTableCmd,
  AlterTableStmt,
  CreateStmt,
  DropStmt,
  IndexStmt,
  Node,
  RenameStmt,
  SelectStmt,
} from 'libpg-query';
import { asNode, integerOf, literalString, nameOf, stringOf, strings, tableName, typeText } from './ast.js';
import type { IndexDefinition, IndexKey, SchemaChange, TableName } from './changes.js';
import { readColumn, readConstraint } from './columns.js';
import type { LineOf } from './columns.js';
import { printExpression } from './print.js';

export interface DdlContext {
  readonly lineOf: LineOf;
  readonly line: number;
  readonly endLine: number;
}

/** What one statement does to the schema; empty for everything that does nothing to it. */
export function readChanges(node: Node, context: DdlContext): readonly SchemaChange[] {
  const readers: readonly (() => readonly SchemaChange[] | undefined)[] = [
    () => map(asNode(node, 'CreateStmt'), (statement) => [createTable(statement, context)]),
    () => map(asNode(node, 'AlterTableStmt'), (statement) => alterTable(statement, context)),
    () => map(asNode(node, 'IndexStmt'), (statement) => createIndex(statement, context)),
    () => map(asNode(node, 'DropStmt'), (statement) => drop(statement, context)),
    () => map(asNode(node, 'RenameStmt'), (statement) => rename(statement, context)),
    () => createTableAs(node, context),
    () => moveTable(node, context),
    () => namedObjects(node, context),
    () => sessionState(node, context),
    () => map(asNode(node, 'SelectStmt'), (statement) => selectEffects(statement, context)),
  ];
  for (const read of readers) {
    const changes = read();
    if (changes !== undefined) return changes;
  }
  return [];
}

const map = <T, R>(value: T | undefined, use: (value: T) => R): R | undefined =>
  value === undefined ? undefined : use(value);

function createTable(statement: CreateStmt, context: DdlContext): SchemaChange {
  const { lineOf, line, endLine } = context;
  const table = tableName(statement.relation) ?? { name: '?' };
  const elements = statement.tableElts ?? [];
  const columns = elements.flatMap(
    (node) => map(asNode(node, 'ColumnDef'), (definition) => [readColumn(definition, lineOf)]) ?? [],
  );
  const own = elements.flatMap((node) => map(asNode(node, 'Constraint'), (c) => readConstraint(c, lineOf)) ?? []);
  const parents = (statement.inhRelations ?? []).flatMap((node) => tableName(asNode(node, 'RangeVar')) ?? []);
  const partition = statement.partbound !== undefined;
  const spec = statement.partspec;
  return {
    kind: 'create-table',
    table,
    line,
    endLine,
    columns: columns.map((part) => part.column),
    constraints: [...columns.flatMap((part) => part.constraints), ...own],
    ifNotExists: statement.if_not_exists === true,
    ...(statement.relation?.relpersistence === 't' ? { temporary: true } : {}),
    like: elements.flatMap(likeClause),
    ...(partition || parents.length === 0 ? {} : { inherits: parents }),
    ...(partition && parents[0] !== undefined ? { partitionOf: parents[0] } : {}),
    ...(spec === undefined
      ? {}
      : {
          partitionBy: { strategy: partitionStrategy(spec.strategy), keys: (spec.partParams ?? []).map(partitionKey) },
        }),
  };
}

const partitionStrategy = (name: string | undefined): string =>
  (name ?? '').replace('PARTITION_STRATEGY_', '').toLowerCase();

function partitionKey(node: Node): string {
  const element = asNode(node, 'PartitionElem');
  return element?.name ?? printExpression(element?.expr);
}

/** Bits of `TableLikeOption`. */
const LIKE_CONSTRAINTS = 4;
const LIKE_INDEXES = 64;

function likeClause(node: Node): { table: TableName; indexes: boolean; constraints: boolean }[] {
  const clause = asNode(node, 'TableLikeClause');
  const table = tableName(clause?.relation);
  if (clause === undefined || table === undefined) return [];
  const options = clause.options ?? 0;
  return [{ table, indexes: (options & LIKE_INDEXES) !== 0, constraints: (options & LIKE_CONSTRAINTS) !== 0 }];
}

function alterTable(statement: AlterTableStmt, context: DdlContext): SchemaChange[] {
  const table = tableName(statement.relation);
  if (table === undefined || (statement.objtype !== 'OBJECT_TABLE' && statement.objtype !== 'OBJECT_INDEX')) return [];
  return (statement.cmds ?? []).flatMap((node) => {
    const command = asNode(node, 'AlterTableCmd');
    return command === undefined ? [] : alterCommand(table, command, context);
  });
}

function alterCommand(table: TableName, command: AlterTableCmd, context: DdlContext): SchemaChange[] {
  const at = { line: context.line, endLine: context.endLine };
  const name = command.name ?? '';
  const range = asNode(command.def, 'PartitionCmd')?.name ?? asNode(command.def, 'RangeVar');
  const other = tableName(range);
  switch (command.subtype) {
    case 'AT_AddColumn':
      return addColumn(table, command, context);
    case 'AT_DropColumn':
      return [{ kind: 'drop-column', table, column: name, ...at }];
    case 'AT_AlterColumnType':
      return alterType(table, command, context);
    case 'AT_SetNotNull':
    case 'AT_DropNotNull':
      return [{ kind: 'set-nullable', table, column: name, nullable: command.subtype === 'AT_DropNotNull', ...at }];
    case 'AT_ColumnDefault':
      return [
        {
          kind: 'set-default',
          table,
          column: name,
          ...(command.def === undefined ? {} : { default: printExpression(command.def) }),
          ...at,
        },
      ];
    case 'AT_AddConstraint':
      return addConstraint(table, command, context);
    case 'AT_DropConstraint':
      return [{ kind: 'drop-constraint', table, name, ...at }];
    case 'AT_AttachPartition':
    case 'AT_DetachPartition':
      return other === undefined
        ? []
        : [
            {
              kind: command.subtype === 'AT_AttachPartition' ? 'attach-partition' : 'detach-partition',
              table,
              partition: other,
              ...at,
            },
          ];
    case 'AT_AddInherit':
    case 'AT_DropInherit':
      return other === undefined
        ? []
        : [{ kind: 'set-inherit', table, parent: other, inherit: command.subtype === 'AT_AddInherit', ...at }];
    default:
      return [];
  }
}

function addColumn(table: TableName, command: AlterTableCmd, context: DdlContext): SchemaChange[] {
  const definition = asNode(command.def, 'ColumnDef');
  if (definition === undefined) return [];
  const { column, constraints } = readColumn(definition, context.lineOf);
  const at = { line: column.line, endLine: column.endLine };
  return [
    { kind: 'add-column', table, column, ifNotExists: command.missing_ok === true, ...at },
    ...constraints.map((constraint): SchemaChange => ({ kind: 'add-constraint', table, constraint, ...at })),
  ];
}

function alterType(table: TableName, command: AlterTableCmd, context: DdlContext): SchemaChange[] {
  const definition = asNode(command.def, 'ColumnDef');
  const line = context.lineOf(definition?.typeName?.location);
  return [
    {
      kind: 'alter-type',
      table,
      column: command.name ?? '',
      type: typeText(definition?.typeName),
      line,
      endLine: line,
    },
  ];
}

function addConstraint(table: TableName, command: AlterTableCmd, context: DdlContext): SchemaChange[] {
  const node = asNode(command.def, 'Constraint');
  const constraint = node === undefined ? undefined : readConstraint(node, context.lineOf);
  return constraint === undefined ? [] : [{ kind: 'add-constraint', table, constraint, line: constraint.line }];
}

function createIndex(statement: IndexStmt, context: DdlContext): SchemaChange[] {
  const table = tableName(statement.relation);
  if (table === undefined) return [];
  const index: IndexDefinition = {
    ...(statement.idxname === undefined ? {} : { name: statement.idxname }),
    table,
    method: statement.accessMethod ?? 'btree',
    unique: statement.unique === true,
    keys: (statement.indexParams ?? []).flatMap(indexKey),
    include: (statement.indexIncludingParams ?? []).flatMap((node) => asNode(node, 'IndexElem')?.name ?? []),
    ...(statement.whereClause === undefined ? {} : { where: printExpression(statement.whereClause) }),
    concurrently: statement.concurrent === true,
    line: context.line,
    endLine: context.endLine,
  };
  return [
    {
      kind: 'create-index',
      index,
      ifNotExists: statement.if_not_exists === true,
      line: context.line,
      endLine: context.endLine,
    },
  ];
}

function indexKey(node: Node): IndexKey[] {
  const element = asNode(node, 'IndexElem');
  if (element === undefined) return [];
  const opclass = strings(element.opclass).at(-1);
  return [
    {
      ...(element.name === undefined ? { expression: printExpression(element.expr) } : { column: element.name }),
      ...(opclass === undefined ? {} : { opclass }),
    },
  ];
}

function drop(statement: DropStmt, context: DdlContext): SchemaChange[] {
  const at = { line: context.line, endLine: context.endLine };
  const names = (statement.objects ?? []).flatMap(
    (node) => nameOf(strings(asNode(node, 'List')?.items ?? asNode(node, 'TypeName')?.names)) ?? [],
  );
  const cascade = statement.behavior === 'DROP_CASCADE';
  switch (statement.removeType) {
    case 'OBJECT_TABLE':
    case 'OBJECT_MATVIEW':
      return names.map((table) => ({ kind: 'drop-table', table, cascade, ...at }));
    case 'OBJECT_INDEX':
      return names.map((name) => ({ kind: 'drop-index', name, ...at }));
    case 'OBJECT_SCHEMA':
      return (statement.objects ?? []).map((node) => ({ kind: 'drop-schema', name: stringOf(node) ?? '', ...at }));
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN':
      return names.map((name) => ({ kind: 'drop-type', name, ...at }));
    default:
      return [];
  }
}

function rename(statement: RenameStmt, context: DdlContext): SchemaChange[] {
  const at = { line: context.line, endLine: context.endLine };
  const table = tableName(statement.relation);
  const to = statement.newname ?? '';
  const name = statement.subname ?? '';
  const type = nameOf(strings(asNode(statement.object, 'List')?.items));
  if (statement.renameType === 'OBJECT_TYPE' && type !== undefined)
    return [{ kind: 'rename-type', name: type, to, ...at }];
  if (table === undefined) return [];
  switch (statement.renameType) {
    case 'OBJECT_TABLE':
    case 'OBJECT_MATVIEW':
      return [{ kind: 'rename-table', table, to, ...at }];
    case 'OBJECT_COLUMN':
      return [{ kind: 'rename-column', table, column: name, to, ...at }];
    case 'OBJECT_TABCONSTRAINT':
      return [{ kind: 'rename-constraint', table, name, to, ...at }];
    case 'OBJECT_INDEX':
      return [{ kind: 'rename-index', name: table, to, ...at }];
    default:
      return [];
  }
}

function createTableAs(node: Node, context: DdlContext): SchemaChange[] | undefined {
  const create = asNode(node, 'CreateTableAsStmt');
  const select = asNode(node, 'SelectStmt');
  const into = create?.into ?? select?.intoClause;
  const table = tableName(into?.rel);
  if (table === undefined) return undefined;
  const simple = copiedTable(asNode(create?.query, 'SelectStmt') ?? select);
  return [
    {
      kind: 'create-table',
      table,
      columns: [],
      constraints: [],
      ifNotExists: create?.if_not_exists === true,
      asQuery: simple === undefined ? {} : { simple },
      ...(into?.rel?.relpersistence === 't' ? { temporary: true } : {}),
      line: context.line,
      endLine: context.endLine,
    },
  ];
}

/** `SELECT * FROM one_table`, whatever follows. */
function copiedTable(select: SelectStmt | undefined): TableName | undefined {
  if (select?.targetList?.length !== 1 || select.fromClause?.length !== 1) return undefined;
  const fields = asNode(asNode(select.targetList[0], 'ResTarget')?.val, 'ColumnRef')?.fields;
  return fields?.length === 1 && asNode(fields[0], 'A_Star') !== undefined
    ? tableName(asNode(select.fromClause[0], 'RangeVar'))
    : undefined;
}

function moveTable(node: Node, context: DdlContext): SchemaChange[] | undefined {
  const statement = asNode(node, 'AlterObjectSchemaStmt');
  const table = tableName(statement?.relation);
  if (statement?.objectType !== 'OBJECT_TABLE' || table === undefined) return undefined;
  return [
    {
      kind: 'move-table',
      table,
      schema: statement.newschema ?? 'public',
      line: context.line,
      endLine: context.endLine,
    },
  ];
}

function namedObjects(node: Node, context: DdlContext): SchemaChange[] | undefined {
  const at = { line: context.line, endLine: context.endLine };
  const extension = asNode(node, 'CreateExtensionStmt')?.extname;
  if (extension !== undefined) return [{ kind: 'create-extension', name: extension, ...at }];
  const schema = asNode(node, 'CreateSchemaStmt');
  if (schema !== undefined) {
    const inner = (schema.schemaElts ?? []).flatMap((element) => readChanges(element, context));
    return [{ kind: 'create-schema', name: schema.schemaname ?? '', ...at }, ...inner];
  }
  const type = nameOf(strings(asNode(node, 'CreateEnumStmt')?.typeName));
  if (type !== undefined) return [{ kind: 'create-type', name: type, ...at }];
  const domain = asNode(node, 'CreateDomainStmt');
  const domainName = nameOf(strings(domain?.domainname));
  if (domainName === undefined) return undefined;
  return [{ kind: 'create-type', name: domainName, base: typeText(domain?.typeName), ...at }];
}

function sessionState(node: Node, context: DdlContext): SchemaChange[] | undefined {
  const statement = asNode(node, 'VariableSetStmt');
  if (statement === undefined) return undefined;
  if (statement.name !== 'search_path' || statement.kind !== 'VAR_SET_VALUE') return [];
  const schemas = (statement.args ?? []).flatMap((argument) => literalString(argument) ?? []);
  return [{ kind: 'search-path', schemas, line: context.line }];
}

/** Functions of extensions that change a table: Citus' and Timescale's distribution, `set_config('search_path', …)`. */
function selectEffects(statement: SelectStmt, context: DdlContext): SchemaChange[] {
  const calls = (statement.targetList ?? []).flatMap(
    (node) => asNode(asNode(node, 'ResTarget')?.val, 'FuncCall') ?? [],
  );
  return calls.flatMap((call): SchemaChange[] => {
    const name = strings(call.funcname).at(-1);
    const first = literalString(call.args?.[0]);
    if (first === undefined || integerOf(call.args?.[0]) !== undefined) return [];
    if (name === 'create_distributed_table') {
      const table = nameOf(first.split('.')) ?? { name: first };
      return [{ kind: 'distribute', table, column: literalString(call.args?.[1]), line: context.line }];
    }
    if (name === 'set_config' && first === 'search_path') {
      const path = literalString(call.args?.[1]) ?? '';
      return [
        {
          kind: 'search-path',
          schemas: path
            .split(',')
            .map((part) => part.trim())
            .filter((part) => part !== ''),
          line: context.line,
        },
      ];
    }
    return [];
  });
}
