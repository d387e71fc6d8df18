import type { DropStmt, Node, RenameStmt } from 'libpg-query';
import { asNode, nameOf, stringOf, strings, tableName, typeText } from './ast.js';
import type { DdlContext, SchemaChange } from './changes.js';
import { alterTable, createIndex, createTable, createTableAs } from './ddl-table.js';
import { callEffects, selectEffects, sessionState } from './effects.js';

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
    () => map(asNode(node, 'CallStmt')?.funccall, (call) => callEffects(call, true, context)),
  ];
  for (const read of readers) {
    const changes = read();
    if (changes !== undefined) return changes;
  }
  return [];
}

const map = <T, R>(value: T | undefined, use: (value: T) => R): R | undefined =>
  value === undefined ? undefined : use(value);

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
    case 'OBJECT_FUNCTION':
    case 'OBJECT_PROCEDURE':
    case 'OBJECT_ROUTINE':
      return (statement.objects ?? [])
        .flatMap((node) => nameOf(strings(asNode(node, 'ObjectWithArgs')?.objname)) ?? [])
        .map((name) => ({ kind: 'drop-routine', name, ...at }));
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
