import { constants } from 'node:fs';
import { Ended, HARMLESS, withPreparedExtensions } from './session.js';
import type { Backend, Session } from './session.js';

/** The role that migrations run as. */
const ROLE = 'verified';

/**
 * PostgreSQL compiled to WebAssembly, in memory: its files, processes and sockets are not the machine's. An optional
 * dependency. It runs in PostgreSQL's single-user mode, where the first role may always become superuser again; a session
 * that does so is ended, and what it could reach until then is the sandbox.
 */
export async function embeddedBackend(): Promise<Backend> {
  allowConstants();
  const { PGlite } = await import('@electric-sql/pglite');
  const versions = await PGlite.create();
  const { rows } = await versions.query<{ server_version: string }>('SHOW server_version');
  // The first instance is used for a history without extensions: starting one takes seconds.
  let ready: typeof versions | undefined = versions;
  return {
    server: `PGlite (PostgreSQL ${rows[0]?.server_version ?? '?'})`,
    async open(names) {
      const extensions = await contrib(names);
      let database = versions;
      if (Object.keys(extensions).length > 0) {
        await versions.close();
        database = await PGlite.create({ extensions });
      }
      ready = undefined;
      await prepare(database, Object.keys(extensions));
      return sessionOf(database);
    },
    close: async () => ready?.close(),
  };
}

interface Embedded {
  exec(sql: string): Promise<readonly { rows: unknown[] }[]>;
  query(sql: string): Promise<{ rows: unknown[] }>;
  close(): Promise<void>;
}

async function prepare(database: Embedded, extensions: readonly string[]): Promise<void> {
  for (const name of extensions)
    await database.exec(`CREATE EXTENSION IF NOT EXISTS "${name.replaceAll('_ossp', '-ossp')}"`).catch(() => undefined);
  await database.exec(`
    CREATE ROLE ${ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
    GRANT CONNECT, CREATE, TEMPORARY ON DATABASE postgres TO ${ROLE};
    ALTER SCHEMA public OWNER TO ${ROLE};
    SET SESSION AUTHORIZATION ${ROLE};`);
}

function sessionOf(database: Embedded): Session {
  const asRole = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } finally {
      const [answer] = await database
        // SHOW, because after a SELECT a transaction can no longer be given an isolation level.
        .exec('SHOW is_superuser')
        // A transaction that failed answers nothing until it ends; the next statement is looked at again.
        .catch(() => [{ rows: [{ is_superuser: 'off' }] }]);
      if ((answer?.rows[0] as { is_superuser?: unknown } | undefined)?.is_superuser !== 'off')
        // eslint-disable-next-line no-unsafe-finally -- leaving the role outweighs whatever the statement said
        throw new Ended('a statement left the role that migrations run as');
    }
  };
  return {
    run: (sql) => asRole(async () => void (await database.exec(withPreparedExtensions(sql)))),
    rows: (sql) => asRole(async () => (await database.query(sql)).rows as Record<string, unknown>[]),
    close: () => database.close(),
  };
}

/** The modules that PGlite ships for these extensions, by its own names for them. */
async function contrib(names: readonly string[]): Promise<Record<string, never>> {
  const wanted = names.filter((name) => HARMLESS.has(name)).map((name) => name.replaceAll('-', '_'));
  const loaded = await Promise.all(
    wanted.map(async (name) => {
      const module = (await import(`@electric-sql/pglite/contrib/${name}`).catch(() => ({}))) as Record<string, never>;
      return [name, module[name]] as const;
    }),
  );
  return Object.fromEntries(loaded.flatMap(([name, module]) => (module === undefined ? [] : [[name, module]])));
}

/** PGlite reads the numbers of file flags from `process.binding`, which Node's permission model forbids. */
function allowConstants(): void {
  const binding = (name: string): unknown => {
    if (name !== 'constants') throw new Error(`process.binding('${name}') is not offered`);
    return { fs: constants };
  };
  Object.defineProperty(process, 'binding', { value: binding, configurable: true });
}
