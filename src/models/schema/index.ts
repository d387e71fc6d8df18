import { defineModel } from '../../core/workspace.js';
import type { Gap } from '../../core/types.js';
import type { Workspace } from '../../core/workspace.js';
import { alembicRevision } from '../../languages/alembic/index.js';
import { tableKey } from '../../languages/sql/index.js';
import type { QueryFacts, SchemaChange, TableName } from '../../languages/sql/index.js';
import { CLASS_PREFIX } from '../../languages/sqlalchemy/index.js';
import { alembicHistories, orderRevisions } from './alembic-order.js';
import type { RevisionFile } from './alembic-order.js';
import { readDeclared } from './declared.js';
import type { DeclaredModel, PythonFile } from './declared.js';
import { SchemaFold } from './fold.js';
import { otherDatabase, sqlLayout } from './histories.js';
import type { Tool } from './histories.js';
import { ProjectTypes } from './project-types.js';
import { neighbours, readHistory } from './sql-files.js';
import type { Column, Doubt, Index, Origin, Table } from './state.js';

export type { Column, Constraint, Doubt, Index, Origin, Table } from './state.js';
export { primaryKey, TYPE_OF_QUERY } from './state.js';

/** One file's changes, in the place it has in its history. */
export interface Migration {
  readonly path: string;
  readonly revision?: string;
  readonly order: number;
  readonly changes: readonly SchemaChange[];
  readonly queries: readonly QueryFacts[];
  /** Alembic: CONCURRENTLY stands in an autocommit block. */
  readonly autocommit?: boolean;
}

/** One database: what its migrations, in order, make of an empty one. */
export interface Database {
  /** `models`: declared by an ORM. `embedded`: DDL in Python strings. */
  readonly tool: Tool | 'models' | 'embedded';
  /** The folder of its migrations, or the one file. */
  readonly root: string;
  readonly migrations: readonly Migration[];
  readonly tables: readonly Table[];
  readonly extensions: ReadonlySet<string>;
  /** Changes that could not be evaluated and name no table. */
  readonly doubts: readonly Doubt[];
  /** Indexes on tables that this history does not make. */
  readonly orphans: readonly Index[];
  /** `models`: the class, and whether all of it could be read. */
  readonly declared?: {
    readonly className: string;
    readonly incomplete: boolean;
    /** Attributes whose column is called otherwise. */
    readonly attributes: ReadonlyMap<string, string>;
  };
}

/** Every database of the repository. */
export class Schema {
  private readonly byName = new Map<string, Table[]>();

  private readonly homes = new Map<Table, Database>();
  /** All tables, migrated and declared. */
  readonly tables: readonly Table[];

  constructor(readonly databases: readonly Database[]) {
    this.tables = databases.flatMap((database) => database.tables);
    for (const database of databases) for (const table of database.tables) this.homes.set(table, database);
    for (const table of this.tables) {
      const key = tableKey(table.name);
      this.byName.set(key, [...(this.byName.get(key) ?? []), table]);
    }
  }

  /** Each table once: where it is migrated, or else where it is declared. Partitions stand behind their parent. */
  get principal(): readonly Table[] {
    return this.tables.filter((table) => {
      if (table.partitionOf !== undefined) return false;
      const isDeclared = this.databaseOf(table)?.tool === 'models';
      return !isDeclared || this.named(table.name).every((twin) => this.databaseOf(twin)?.tool === 'models');
    });
  }

  /** What a name in a query means: a table, or the one that a class is mapped to. Empty when nobody here makes it. */
  meant(name: TableName): readonly Table[] {
    if (!name.name.startsWith(CLASS_PREFIX)) return this.named(name);
    const className = name.name.slice(CLASS_PREFIX.length);
    const declared = this.databases
      .filter((database) => database.declared?.className === className)
      .flatMap((database) => database.tables);
    return [...new Set(declared.flatMap((table) => [table, ...this.named(table.name)]))];
  }

  /** The column behind an attribute of a mapped class, when it has another name. */
  columnOfAttribute(owner: TableName, attribute: string): string | undefined {
    return this.attributesOf(owner).get(attribute);
  }

  /** Attributes of a mapped class whose columns have other names. */
  attributesOf(owner: TableName): ReadonlyMap<string, string> {
    if (!owner.name.startsWith(CLASS_PREFIX)) return new Map();
    const className = owner.name.slice(CLASS_PREFIX.length);
    const declared = this.databases.flatMap((database) =>
      database.declared?.className === className ? [...database.declared.attributes] : [],
    );
    // Of two classes of one name the first decides.
    return new Map(declared.reverse());
  }

  /**
   * Every table a name may mean. The same table often stands in two places (migrations and an `init.sql`), so what one
   * of them lacks the other may have.
   */
  named(name: TableName): readonly Table[] {
    const exact = this.byName.get(tableKey(name)) ?? [];
    if (exact.length > 0 || name.schema !== undefined) return exact;
    return this.tables.filter((table) => table.name.name === name.name);
  }

  /** Indexes on a table by this name, wherever in the repository they are made. */
  indexesOn(name: TableName): readonly Index[] {
    const same = (index: Index): boolean =>
      index.table.name === name.name && (index.table.schema ?? 'public') === (name.schema ?? 'public');
    return [
      ...this.named(name).flatMap((table) => table.indexes),
      ...this.databases.flatMap((database) => database.orphans.filter(same)),
    ];
  }

  databaseOf(table: Table): Database | undefined {
    return this.homes.get(table);
  }
}

export const schemaModel = defineModel('schema', async (workspace): Promise<Schema> => {
  const migrated = [...(await sqlDatabases(workspace)), ...(await alembicDatabases(workspace))];
  const { files, models } = await readDeclared(workspace);
  return new Schema([...migrated, ...files.flatMap(embeddedDatabase), ...models.map(declaredDatabase)]);
});

/** DDL in one Python file's strings. */
function embeddedDatabase({ path, facts }: PythonFile): Database[] {
  return facts.changes.length === 0
    ? []
    : [fold('embedded', path, [{ path, order: 0, changes: facts.changes, queries: [] }])];
}

/** One ORM class. Columns from a mixin keep their place in the mixin's file. */
function declaredDatabase(model: DeclaredModel): Database {
  const { path, className, incomplete, attributes } = model;
  const database = fold('models', path, [{ path, order: 0, changes: [model.change], queries: [] }]);
  const tables = database.tables.map((table) => ({
    ...table,
    columns: new Map([...table.columns].map(([name, column]) => [name, inFile(column, model.elsewhere.get(name))])),
  }));
  return { ...database, tables, declared: { className, incomplete, attributes } };
}

const inFile = (column: Column, path: string | undefined): Column =>
  path === undefined
    ? column
    : { ...column, origin: { ...column.origin, path }, typeOrigin: { ...column.typeOrigin, path } };

async function sqlDatabases(workspace: Workspace): Promise<Database[]> {
  const layout = await sqlLayout(workspace);
  for (const { path, database, count } of layout.foreign) {
    workspace.gap(leftAlone(path, `${database} SQL`, count));
  }
  const neighbour = await neighbours(workspace, layout.histories);
  const databases: Database[] = [];
  for (const history of layout.histories) {
    const files = await readHistory(workspace, history, neighbour);
    const migrations = files.map(({ path, revision, facts }, order): Migration => {
      const forward = facts.statements.filter((statement) => statement.direction === 'up');
      return {
        path,
        ...(revision === undefined ? {} : { revision }),
        order,
        changes: forward.flatMap((statement) => statement.changes),
        queries: forward.flatMap((statement) => statement.queries),
      };
    });
    databases.push(fold(history.tool, history.root, migrations));
  }
  return databases;
}

async function alembicDatabases(workspace: Workspace): Promise<Database[]> {
  const candidates = await workspace.mentioning(workspace.glob('**/*.py'), ['down_revision']);
  const files: RevisionFile[] = [];
  for (const path of candidates) {
    const revision = (await workspace.facts(alembicRevision, path))?.revision;
    if (revision !== undefined) files.push({ path, revision });
  }
  const types = await ProjectTypes.of(workspace);
  const histories = alembicHistories(files).map(async (history): Promise<Database[]> => {
    const database = otherDatabase(history.root, 3);
    if (database !== undefined) {
      workspace.gap(leftAlone(history.files[0]?.path ?? history.root, database, history.files.length));
      return [];
    }
    const { ordered, problems } = orderRevisions(history.files);
    for (const { path, line, reason } of problems) workspace.gap({ path, line, reason, kind: 'unread' });
    const migrations = ordered.map(async ({ path, revision }, order) => ({
      ...revision,
      path,
      order,
      revision: revision.revision,
      changes: await types.settle(path, revision.changes),
    }));
    return [fold('alembic', history.root, await Promise.all(migrations))];
  });
  return (await Promise.all(histories)).flat();
}

const leftAlone = (path: string, database: string, count: number): Gap => ({
  path,
  kind: 'unsupported',
  reason: `${database}, judged by its path (${String(count)} file${count === 1 ? '' : 's'} in this folder)`,
});

export function fold(tool: Database['tool'], root: string, migrations: readonly Migration[]): Database {
  const state = new SchemaFold();
  for (const migration of migrations) {
    state.beginMigration();
    const { path, order, revision } = migration;
    const origin: Origin = { path, order, line: 1, endLine: 1, ...(revision === undefined ? {} : { revision }) };
    for (const change of migration.changes) state.apply(change, origin);
  }
  return {
    tool,
    root,
    migrations,
    tables: state.tables,
    extensions: state.extensions,
    doubts: state.doubts,
    orphans: state.orphans,
  };
}
