import type { Workspace } from '../../core/workspace.js';
import { CLASS_PREFIX, otherThanPostgres, pythonDatabase, unknownType } from '../../languages/sqlalchemy/index.js';
import type { DeclaredClass, DeclaredColumn, DeclaredTable, PythonDatabase } from '../../languages/sqlalchemy/index.js';
import type { ConstraintDefinition, IndexDefinition, SchemaChange, TableName } from '../../languages/sql/index.js';
import { defineModel } from '../../core/workspace.js';
import { truncatedName } from '../../languages/sqlalchemy/column.js';
import { moduleResolver } from '../python/modules.js';
import { otherDatabase } from './histories.js';
import { ProjectTypes } from './project-types.js';

/** A Python file that says something about a database. */
export interface PythonFile {
  readonly path: string;
  readonly facts: PythonDatabase;
}

const NEEDLES = [
  '__tablename__', 'mapped_column', 'Column(', 'SQLModel', 'TypeDecorator', 'type_annotation_map', 'Table(', 'Index(', 'to_sql', '.merge(', '.query(', '.get(', 'select(', '->>', '#>>', '@>', '.astext', 'as_string', 'has_key', '_distance(',
  'SELECT ', 'select ', 'Select ', 'INSERT ', 'insert ', 'UPDATE ', 'update ', 'update(', 'DELETE ', 'delete ', 'delete(', 'TRUNCATE', 'truncate', 'CREATE ', 'create ', 'ALTER ', 'on_conflict', 'MERGE ',
]; // prettier-ignore

/** Facts of every Python file that can say something about a database; Alembic revisions are read elsewhere. */
export const pythonFiles = defineModel('python-database-files', async (workspace): Promise<readonly PythonFile[]> => {
  const paths = await workspace.mentioning(
    workspace.glob('**/*.py').filter((path) => !/(^|\/)\.(file_versions|variables)\//.test(path)),
    NEEDLES,
  );
  const revisions = new Set(await workspace.mentioning(paths, ['down_revision']));
  const files: PythonFile[] = [];
  for (const path of paths) {
    if (revisions.has(path)) continue;
    const facts = await workspace.facts(pythonDatabase, path);
    if (facts !== undefined) files.push({ path, facts: await ofPostgres(workspace, path, facts) });
  }
  return files;
});

/** SQL in the strings of a file that talks to another database is that database's, and left alone. */
async function ofPostgres(workspace: Workspace, path: string, facts: PythonDatabase): Promise<PythonDatabase> {
  const texts = facts.queries.filter((query) => query.form !== 'builder').length + facts.changes.length;
  const database = texts === 0 ? undefined : await databaseOf(workspace, path, facts);
  return database === undefined
    ? facts
    : { ...facts, changes: [], queries: facts.queries.filter((query) => query.form === 'builder') };
}

/** By the drivers it imports, its path, or the drivers of the repository's modules that it imports. */
async function databaseOf(workspace: Workspace, path: string, facts: PythonDatabase): Promise<string | undefined> {
  if (facts.drivers.includes('postgres')) return undefined;
  const named = otherThanPostgres(facts.drivers) ?? otherDatabase(path, 2);
  if (named !== undefined || facts.drivers.length > 0) return named;
  const resolver = await workspace.model(moduleResolver);
  const modules = new Set(facts.imports.flatMap((dotted) => resolver.resolve(path, dotted)?.path ?? []));
  const drivers: string[] = [];
  for (const module of await workspace.mentioning([...modules].slice(0, MAX_IMPORTS), DRIVER_NAMES))
    drivers.push(...((await workspace.facts(pythonDatabase, module))?.drivers ?? []));
  return otherThanPostgres(drivers);
}

const MAX_IMPORTS = 40;
const DRIVER_NAMES = ['psycopg', 'asyncpg', 'sqlalchemy', 'sqlite', 'duckdb', 'mysql', 'MySQLdb', 'clickhouse', 'snowflake', 'bigquery', 'pymssql', 'racle', 'pyspark', 'trino', 'cassandra']; // prettier-ignore

/** A table as an ORM declares it, written as the change that would make it. */
export interface DeclaredModel {
  readonly path: string;
  readonly className: string;
  readonly change: Extract<SchemaChange, { kind: 'create-table' }>;
  /** Columns that a mixin in another file brings, by name. */
  readonly elsewhere: ReadonlyMap<string, string>;
  /** Attributes whose column is called otherwise. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly incomplete: boolean;
}

interface Located {
  readonly path: string;
  readonly node: DeclaredClass;
}

const MAX_BASES = 12;

const hasTable = (node: DeclaredClass): boolean =>
  (node.tablename !== undefined || node.sqlmodelTable) && !node.abstract;

class Registry {
  private readonly byName = new Map<string, Located[]>();

  constructor(readonly classes: readonly Located[]) {
    for (const located of classes)
      this.byName.set(located.node.name, [...(this.byName.get(located.node.name) ?? []), located]);
  }

  /** The class a base means: of the same file, else the only one of that name. */
  find(name: string, from: string): Located | undefined {
    const last = name.split('.').at(-1) ?? name;
    const all = this.byName.get(last) ?? [];
    return all.find((located) => located.path === from) ?? (all.length === 1 ? all[0] : undefined);
  }

  /** The class and everything it inherits from, nearest first. */
  lineage(located: Located, depth = 0): readonly Located[] {
    if (depth > MAX_BASES) return [located];
    const bases = located.node.bases
      .flatMap((base) => this.find(base, located.path) ?? [])
      .filter((base) => base !== located)
      // Joined inheritance: a base with a table of its own keeps its columns there.
      .filter((base) => !(hasTable(located.node) && hasTable(base.node)));
    return [located, ...bases.flatMap((base) => this.lineage(base, depth + 1))];
  }

  /** What a project's own column type is in PostgreSQL, when only one class of the repository has its name. */
  typeNamed(name: string): string | undefined {
    const types = (this.byName.get(name) ?? []).flatMap((located) => located.node.columnType ?? []);
    return types.length === 1 && types[0]?.unknown !== true ? types[0]?.type : undefined;
  }
}

function modelOf(located: Located, registry: Registry): DeclaredModel | undefined {
  const { node, path } = located;
  const lineage = registry.lineage(located);
  const name = tableNameOf(located, lineage);
  if (name === undefined || node.abstract) return undefined;
  const columns: { column: DeclaredColumn; path: string }[] = [];
  for (const each of lineage) {
    for (const column of each.node.columns)
      if (!columns.some((known) => known.column.definition.name === column.definition.name))
        columns.push({ column, path: each.path });
  }
  if (columns.length === 0) return undefined;
  const schema = lineage.map((each) => each.node.schema).find((value) => value !== undefined);
  const table: TableName = schema === undefined ? { name } : { schema, name };
  const args = lineage.filter((each) => each === located || each.node.tablename === undefined);
  const change = createTable(
    table,
    columns.map(({ column }) => withAnnotation(column, lineage)),
    args.flatMap((each) => each.node.constraints),
    args.flatMap((each) => each.node.indexes),
    node,
  );
  const elsewhere = new Map(
    columns.filter((each) => each.path !== path).map((each) => [each.column.definition.name, each.path]),
  );
  const attributes = new Map(
    columns
      .filter(({ column }) => column.attribute !== column.definition.name)
      .map(({ column }) => [column.attribute, column.definition.name]),
  );
  return {
    path,
    className: node.name,
    change,
    elsewhere,
    attributes,
    incomplete: lineage.some((each) => each.node.incomplete),
  };
}

/** What the nearest `type_annotation_map` says of the column's annotation. */
function withAnnotation(column: DeclaredColumn, lineage: readonly Located[]): DeclaredColumn {
  const key = column.annotation;
  if (key === undefined) return column;
  const written = lineage.map(({ node }) => node.annotationTypes?.get(key)).find((type) => type !== undefined);
  if (written === undefined) return column;
  const { typeUnknown: _, projectType: __, ...rest } = column.definition;
  return { ...column, definition: { ...rest, type: written.type, ...unknownType(written) } };
}

function tableNameOf(located: Located, lineage: readonly Located[]): string | undefined {
  const { node } = located;
  if (node.tablename !== undefined) return node.tablename;
  const mapped = lineage.slice(1).find((each) => each.node.tablename !== undefined && !each.node.abstract);
  // A subclass without a table of its own shares its base's; its columns are few and its base speaks for it.
  if (mapped !== undefined) return undefined;
  const computed = lineage.map((each) => each.node.computedTablename).find((value) => value !== undefined);
  if (computed === 'lower' || node.sqlmodelTable) return isMixin(node) ? undefined : node.name.toLowerCase();
  if (computed === 'snake') return isMixin(node) ? undefined : snake(node.name);
  const flask = lineage.some((each) => each.node.bases.some((base) => /(^|\.)db\.Model$/.test(base)));
  return flask && node.columns.some((column) => column.primary) ? snake(node.name) : undefined;
}

/** The class that computes names for others has none itself. */
const isMixin = (node: DeclaredClass): boolean => node.computedTablename !== undefined;

const snake = (name: string): string =>
  name.replace(/([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3_$2$4').toLowerCase();

function tableModel(path: string, table: DeclaredTable): DeclaredModel {
  const change = createTable(table.name, table.columns, table.constraints, table.indexes, table);
  return {
    path,
    className: table.variable ?? table.name.name,
    change,
    elsewhere: new Map(),
    attributes: new Map(),
    incomplete: table.incomplete,
  };
}

function createTable(
  table: TableName,
  columns: readonly DeclaredColumn[],
  constraints: readonly ConstraintDefinition[],
  indexes: readonly IndexDefinition[],
  at: { readonly line: number; readonly endLine: number },
): DeclaredModel['change'] {
  const primary = columns.filter((column) => column.primary).map((column) => column.definition.name);
  const own: ConstraintDefinition[] =
    primary.length === 0 ? [] : [{ kind: 'primary', columns: primary, line: at.line }];
  return {
    kind: 'create-table',
    table,
    columns: columns.map((column) => column.definition),
    constraints: [
      ...own,
      ...columns.flatMap((column) => column.constraints.filter((constraint) => constraint.kind !== 'primary')),
      ...constraints,
    ],
    indexes: [
      ...columns.filter((column) => column.indexed).map((column) => columnIndex(table, column)),
      ...indexes.map((index) => byAttribute(index, columns, table)),
    ],
    ifNotExists: false,
    line: at.line,
    endLine: at.line,
  };
}

const columnIndex = (table: TableName, column: DeclaredColumn): IndexDefinition => ({
  name: truncatedName(
    `ix_${table.schema === undefined ? '' : `${table.schema}_`}${table.name}_${column.definition.name}`,
  ),
  table,
  method: 'btree',
  unique: column.unique,
  keys: [{ column: column.definition.name }],
  concurrently: false,
  line: column.definition.line,
  endLine: column.definition.endLine,
});

/** An index in a class may name attributes; the columns behind them may be called otherwise. */
const byAttribute = (
  index: IndexDefinition,
  columns: readonly DeclaredColumn[],
  table: TableName,
): IndexDefinition => ({
  ...index,
  table,
  keys: index.keys.map((key) => ({
    ...key,
    ...(key.column === undefined
      ? {}
      : { column: columns.find((column) => column.attribute === key.column)?.definition.name ?? key.column }),
  })),
});

function withLooseIndexes(model: DeclaredModel, loose: readonly IndexDefinition[]): DeclaredModel {
  const own = loose
    .filter((index) => index.table.name === `${CLASS_PREFIX}${model.className}`)
    .map((index) => ({ ...index, table: model.change.table }));
  return own.length === 0
    ? model
    : { ...model, change: { ...model.change, indexes: [...(model.change.indexes ?? []), ...own] } };
}

/** Every column's type, as far as another file says it. */
async function settled(model: DeclaredModel, types: ProjectTypes, registry: Registry): Promise<DeclaredModel> {
  const columns = model.change.columns.map(async (column) => {
    const known = await types.column(model.elsewhere.get(column.name) ?? model.path, column);
    const only = known.typeUnknown === true ? registry.typeNamed(known.type) : undefined;
    if (only === undefined) return known;
    const { typeUnknown: _, ...rest } = known;
    return { ...rest, type: only };
  });
  return { ...model, change: { ...model.change, columns: await Promise.all(columns) } };
}

/** For the workspace-wide model: files first, then classes over all of them. */
export async function readDeclared(
  workspace: Workspace,
): Promise<{ files: readonly PythonFile[]; models: readonly DeclaredModel[] }> {
  const files = await workspace.model(pythonFiles);
  const registry = new Registry(files.flatMap(({ path, facts }) => facts.classes.map((node) => ({ path, node }))));
  const types = await ProjectTypes.of(workspace);
  const models = await Promise.all(declaredModels(files, registry).map((model) => settled(model, types, registry)));
  return { files, models };
}

/** Turns classes into tables: mixins and abstract bases give their columns, subclasses without a table add to their base's. */
function declaredModels(files: readonly PythonFile[], registry: Registry): readonly DeclaredModel[] {
  const models = registry.classes.flatMap((located) => modelOf(located, registry) ?? []);
  const tables = files.flatMap(({ path, facts }) => facts.tables.map((table) => tableModel(path, table)));
  const loose = files.flatMap(({ facts }) => facts.indexes);
  return [...models, ...tables].map((model) => withLooseIndexes(model, loose));
}
