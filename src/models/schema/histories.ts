import type { Workspace } from '../../core/workspace.js';
import { mageSqlDialects } from '../mage/sql.js';

/** Which tool runs the files; it decides their order. */
export type Tool = 'alembic' | 'flyway' | 'prisma' | 'sqitch' | 'golang-migrate' | 'numbered' | 'plain';

/** SQL files that are run one after the other against one database. */
export interface SqlHistory {
  readonly tool: Tool;
  /** The folder that holds them. */
  readonly root: string;
  /** In the order in which they run; files for the way back left out. */
  readonly files: readonly SqlFile[];
}

export interface SqlFile {
  readonly path: string;
  /** What the tool calls this step. */
  readonly revision?: string;
}

export interface SqlLayout {
  readonly histories: readonly SqlHistory[];
  /** Folders or files of another database, by their path. */
  readonly foreign: readonly { readonly path: string; readonly database: string; readonly count: number }[];
}

const OTHER_DATABASES =
  /^(mysql|mariadb|sqlite3?|mssql|sqlserver|oracle|clickhouse|bigquery|snowflake|redshift|duckdb|trino|presto|athena|hive|spark|databricks|cassandra|scylla|tidb|db2|h2|derby|hsqldb|vertica|teradata|spanner|cockroach(db)?|libsql|turso|d1)$/i;

/** Files that undo, check or only ask. */
const NOT_FORWARD = /(^|[/._-])(down|undo|revert|rollback|verify)(\.sql$|[/._-])|(^|\/)U\d[^/]*__/i;

/** Sorts the repository's SQL files into histories. Reads only what names the order (`sqitch.plan`, Prisma's lock). */
export async function sqlLayout(workspace: Workspace): Promise<SqlLayout> {
  const paths = workspace
    .glob('**/*.sql', '**/*.ddl', '**/*.pgsql', '**/*.psql')
    .filter((path) => !isQueryFile(path, workspace));
  const prisma = await prismaProviders(workspace);
  const blocks = await workspace.model(mageSqlDialects);
  const foreign = new Map<string, { path: string; database: string; count: number }>();
  const groups = new Map<string, SqlHistory>();
  for (const path of paths) {
    const dialect = blocks.get(path) ?? 'postgres';
    if (dialect !== 'postgres') continue;
    const database = otherDatabase(path) ?? prisma(path);
    if (database !== undefined) {
      const key = `${database}:${folderOf(path)}`;
      foreign.set(key, { path: foreign.get(key)?.path ?? path, database, count: (foreign.get(key)?.count ?? 0) + 1 });
    } else if (!NOT_FORWARD.test(path)) addTo(groups, path);
  }
  const histories = await Promise.all([...groups.values()].map((history) => ordered(history, workspace)));
  return { histories, foreign: [...foreign.values()] };
}

/** dbt models, analyses and macros are queries in a template; they make no schema. */
function isQueryFile(path: string, workspace: Workspace): boolean {
  const segments = path.split('/');
  return segments.some((_, i) => {
    const root = segments.slice(0, i).join('/');
    const inDbt = /^(models|analyses|analysis|macros|snapshots|tests|seeds|dbt_packages|target)$/.test(
      segments[i] ?? '',
    );
    return inDbt && workspace.file(root === '' ? 'dbt_project.yml' : `${root}/dbt_project.yml`) !== undefined;
  });
}

const POSTGRES = /^(postgres(ql)?|pgsql|pg|psql|timescale(db)?|citus)$/i;

/**
 * The database that a path names, when it is not PostgreSQL: of several the one nearest to the file.
 * @param within how many of the last segments are looked at
 */
export function otherDatabase(path: string, within = Infinity): string | undefined {
  const segments = path.split('/').slice(-Math.min(within, 100)).reverse();
  for (const segment of segments) {
    // `V3__add_snowflake_account.sql` is about Snowflake; `0003_init.sqlite.sql` is for SQLite.
    const words = [segment, ...segment.split(/^[A-Z_]?\d.*\.\w+$/.test(segment) ? /\./ : /[._-]/)];
    if (words.some((word) => POSTGRES.test(word))) return undefined;
    const other = words.find((word) => OTHER_DATABASES.test(word));
    if (other !== undefined) return other.toLowerCase();
  }
  return undefined;
}

/** Prisma writes its database into `migration_lock.toml` beside the migrations. */
async function prismaProviders(workspace: Workspace): Promise<(path: string) => string | undefined> {
  const providers = new Map<string, string>();
  for (const lock of workspace.glob('**/migration_lock.toml')) {
    const provider = /provider\s*=\s*"(\w+)"/.exec((await workspace.text(lock)) ?? '')?.[1];
    if (provider !== undefined && provider !== 'postgresql' && provider !== 'postgres')
      providers.set(folderOf(lock), provider);
  }
  return (path) => [...providers].find(([root]) => path.startsWith(`${root}/`))?.[1];
}

const FLYWAY = /^([VRB])(\d[\d._]*)?__.+\.sql$/;
const NUMBERED = /^[_vV]?(\d{1,14}(?:[._]\d+)*)[._-]?.*\.(sql|ddl|pgsql|psql)$/;

function addTo(groups: Map<string, SqlHistory>, path: string): void {
  const { tool, root, revision } = classify(path);
  const key = `${tool}:${root}`;
  const files = groups.get(key)?.files ?? [];
  groups.set(key, { tool, root, files: [...files, revision === undefined ? { path } : { path, revision }] });
}

function classify(path: string): { tool: Tool; root: string; revision?: string } {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const folder = folderOf(path);
  const parent = folderOf(folder);
  const step = folder.slice(folder.lastIndexOf('/') + 1);
  if (/^(migration|up)\.sql$/.test(name) && /^\d/.test(step)) return { tool: 'prisma', root: parent, revision: step };
  const flyway = FLYWAY.exec(name);
  if (flyway !== null) return { tool: 'flyway', root: folder, revision: flyway[2] ?? 'R' };
  if (/(^|\/)deploy(\/|$)/.test(folder))
    return { tool: 'sqitch', root: folder.replace(/(^|\/)deploy(\/.*)?$/, ''), revision: name.replace(/\.sql$/, '') };
  const numbered = NUMBERED.exec(name)?.[1];
  if (numbered !== undefined)
    return { tool: name.endsWith('.up.sql') ? 'golang-migrate' : 'numbered', root: folder, revision: numbered };
  // Files without a number are run by name or one at a time; each stands for itself unless the folder is a tool's.
  return /(^|\/)migrations?$/.test(folder)
    ? { tool: 'numbered', root: folder, revision: name }
    : { tool: 'plain', root: path };
}

async function ordered(history: SqlHistory, workspace: Workspace): Promise<SqlHistory> {
  const plan = history.tool === 'sqitch' ? await sqitchPlan(history.root, workspace) : undefined;
  const rank = (file: SqlFile): number =>
    plan === undefined ? 0 : (plan.get(file.revision ?? '') ?? Number.MAX_SAFE_INTEGER);
  const repeatable = (file: SqlFile): number => (file.revision === 'R' ? 1 : 0);
  const files = [...history.files].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      repeatable(a) - repeatable(b) ||
      (history.tool === 'prisma' ? asText : naturally)(a.revision ?? '', b.revision ?? '') ||
      naturally(a.path, b.path),
  );
  return { ...history, files };
}

async function sqitchPlan(root: string, workspace: Workspace): Promise<ReadonlyMap<string, number> | undefined> {
  const path = root === '' ? 'sqitch.plan' : `${root}/sqitch.plan`;
  if (workspace.file(path) === undefined) return undefined;
  const lines = ((await workspace.text(path)) ?? '').split(/\r?\n/);
  const changes = lines.flatMap((line) => /^([^\s%#@][^\s]*)/.exec(line)?.[1] ?? []);
  return new Map(changes.map((change, i) => [change, i]));
}

/** Prisma sorts its folders as text: `20250516105411_a` before `20250625_b`. */
const asText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `2` before `10`, `1.2` before `1.10`, `00010` after `9`. */
function naturally(a: string, b: string): number {
  const left = a.split(/(\d+)/);
  const right = b.split(/(\d+)/);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i] ?? '', right[i] ?? ''];
    const order = i % 2 === 1 ? compareNumbers(x, y) : x < y ? -1 : x > y ? 1 : 0;
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareNumbers(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+(?=\d)/, ''), b.replace(/^0+(?=\d)/, '')];
  return x.length - y.length || (x < y ? -1 : x > y ? 1 : 0);
}

const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');
