import type { Role } from '../../core/types.js';
import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';

/** Whether this repository's database is PostgreSQL, where the files themselves do not say (`sa.JSON()`, plain SQL). */
export interface DatabaseInUse {
  readonly postgres: boolean;
  /** Files that name another database, when none names PostgreSQL. */
  readonly others: readonly string[];
}

/** Connection strings of a product that runs on another database as well, when it is not told otherwise. */
const OTHER_URLS = ['sqlite://', 'sqlite+', 'mysql://', 'mysql+', 'mariadb+'];

/** Beside another database's: a list of the databases that a product can be run on. */
const POSTGRES_URL = /\bpostgres(ql)?(\+\w+)?:\/\//;

/**
 * Files of the product itself that name another database's connection string, and its documents that name it beside
 * PostgreSQL's: its types are portable on purpose. Tests on SQLite prove nothing.
 */
export const otherDatabasesServed = defineModel(
  'other-databases-served',
  async (workspace): Promise<readonly string[]> => {
    const paths = workspace.glob('**/*.py').filter((path) => {
      const roles = workspace.roles(path);
      return !['test', 'example', 'development', 'migration', 'script', 'documentation'].some((role) =>
        roles.has(role as Role),
      );
    });
    const served = await workspace.mentioning(paths, OTHER_URLS);
    return served.length > 0 ? served : documentsOfSeveral(workspace);
  },
);

async function documentsOfSeveral(workspace: Workspace): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of await workspace.mentioning(workspace.glob('**/*.{md,rst}'), OTHER_URLS))
    if (POSTGRES_URL.test((await workspace.text(path)) ?? '')) found.push(path);
  return found;
}

const CODE_AND_SETTINGS = [
  '**/*.{py,toml,txt,ini,cfg,yml,yaml,env,sh,js,ts,go,java,kt,properties,prisma,lock,sql}',
  '**/.env*',
  '**/Dockerfile*',
  '**/Pipfile',
];
const POSTGRES = [
  'postgres',
  'Postgres',
  'PostgreSQL',
  'POSTGRES',
  'psycopg',
  'asyncpg',
  'pgvector',
  'jsonb',
  'JSONB',
  'timestamptz',
  'TIMESTAMPTZ',
];
const OTHERS = ['mysql', 'sqlite', 'mariadb', 'mssql', 'pyodbc', 'oracledb', 'snowflake', 'clickhouse', 'duckdb'];

/**
 * Not PostgreSQL only when another database is named and PostgreSQL nowhere: a folder of migrations alone says nothing
 * and is read as PostgreSQL, which is what this tool is for.
 */
export const databaseInUse = defineModel('database-in-use', async (workspace): Promise<DatabaseInUse> => {
  const paths = workspace.glob(...CODE_AND_SETTINGS);
  if ((await workspace.mentioning(paths, POSTGRES)).length > 0) return { postgres: true, others: [] };
  const others = await workspace.mentioning(paths, OTHERS);
  return { postgres: others.length === 0, others };
});
