import type { AlterTableCmd, AlterTableStmt, CreateStmt, IndexStmt, Node } from 'libpg-query';
import { asNode, strings, tableName, typeText } from './ast.js';
import type { DdlContext, IndexDefinition, IndexKey, SchemaChange, TableName } from './changes.js';
import { readColumn, readConstraint } from './columns.js';
import { readCondition } from './condition.js';
import { printExpression } from './print.js';
import { named, shapeOf } from './shape.js';

export function createTable(statement: CreateStmt, context: DdlContext): SchemaChange {
  const { lineOf, line, endLine } = context;
  const table = tableName(statement.relation) ?? { name: '?' };
  const elements = statement.tableElts ?? [];
  const columns = elements.flatMap((node) => {
    const definition = asNode(node, 'ColumnDef');
    return definition === undefined ? [] : [readColumn(definition, lineOf)];
  });
  const own = elements.flatMap((node) => {
    const constraint = asNode(node, 'Constraint');
    return (constraint === undefined ? undefined : readConstraint(constraint, lineOf)) ?? [];
  });
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

export function alterTable(statement: AlterTableStmt, context: DdlContext): SchemaChange[] {
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

export function createIndex(statement: IndexStmt, context: DdlContext): SchemaChange[] {
  const table = tableName(statement.relation);
  if (table === undefined) return [];
  const index: IndexDefinition = {
    ...(statement.idxname === undefined ? {} : { name: statement.idxname }),
    table,
    method: statement.accessMethod ?? 'btree',
    unique: statement.unique === true,
    keys: (statement.indexParams ?? []).flatMap(indexKey),
    include: (statement.indexIncludingParams ?? []).flatMap((node) => asNode(node, 'IndexElem')?.name ?? []),
    ...(statement.whereClause === undefined
      ? {}
      : { where: printExpression(statement.whereClause), condition: readCondition(statement.whereClause) }),
    concurrently: statement.concurrent === true,
    line: context.line,
    endLine: context.endLine,
  };
  return [
    {
      kind: 'create-index',
      index,
      ifNotExists: statement.if_not_exists === true,
      ...(statement.relation?.inh === true ? {} : { only: true as const }),
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

export function createTableAs(node: Node, context: DdlContext): SchemaChange[] | undefined {
  const create = asNode(node, 'CreateTableAsStmt');
  const select = asNode(node, 'SelectStmt');
  const into = create?.into ?? select?.intoClause;
  const table = tableName(into?.rel);
  if (table === undefined) return undefined;
  const shape = named(shapeOf(asNode(create?.query, 'SelectStmt') ?? select), into?.colNames);
  return [
    {
      kind: 'create-table',
      table,
      columns: [],
      constraints: [],
      ifNotExists: create?.if_not_exists === true,
      asQuery: shape === undefined ? {} : { shape },
      ...(into?.rel?.relpersistence === 't' ? { temporary: true } : {}),
      ...(create?.objtype === 'OBJECT_MATVIEW' ? { materialized: true } : {}),
      line: context.line,
      endLine: context.endLine,
    },
  ];
}
