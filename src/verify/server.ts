import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { assertRunName, at, connected, dropRun, dropStale } from './leftovers.js';
import { Ended, HARMLESS, withPreparedExtensions } from './session.js';
import type { Backend, Session } from './session.js';

export interface ServerBounds {
  /** One statement; the server ends the session after it, whatever `statement_timeout` says. */
  readonly statementMs: number;
  readonly databaseBytes: number;
}

const BOUNDS: ServerBounds = { statementMs: 10_000, databaseBytes: 512e6 };
const WATCH_EVERY_MS = 500;

/**
 * A server given by URL. Its role must be able to create databases and roles; the migrations run as a fresh role that is no
 * superuser, no member of any role and no owner of the database, in a fresh database, and both are dropped afterwards.
 */
export async function serverBackend(url: string, name: string, bounds = BOUNDS): Promise<Backend> {
  assertRunName(name);
  const admin = await connected(url);
  await dropStale(admin, url, Date.now());
  const { rows } = await admin.query<{ version: string }>("SELECT current_setting('server_version') AS version");
  return {
    server: `PostgreSQL ${rows[0]?.version.split(' ')[0] ?? '?'}`,
    async open(extensions) {
      const password = randomBytes(18).toString('hex');
      await createRole(admin, name, password, bounds);
      await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`);
      await admin.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
      await admin.query(`GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${name} TO ${name}`);
      await prepare(at(url, name), name, extensions);
      return connect(admin, at(url, name, name, password), name, bounds);
    },
    async close() {
      try {
        await dropRun(admin, url, name);
      } finally {
        await admin.end();
      }
    },
  };
}

/** Drops what a killed run left behind. */
export async function dropLeftovers(url: string, name: string): Promise<void> {
  const admin = await connected(url);
  try {
    await dropRun(admin, url, name);
  } finally {
    await admin.end();
  }
}

async function createRole(admin: pg.Client, name: string, password: string, bounds: ServerBounds): Promise<void> {
  await admin.query(
    `CREATE ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 1 PASSWORD '${password}'`,
  );
  // Ends a statement even when nobody watches any more; SQL can raise it, so `connect` does not rely on it.
  await admin.query(`ALTER ROLE ${name} SET statement_timeout = ${String(bounds.statementMs)}`);
  // Only a superuser may set it, and then only a superuser may raise it.
  await admin.query(`ALTER ROLE ${name} SET temp_file_limit = '256MB'`).catch(() => undefined);
  // To hand the schema over, and to end its sessions, one that is no superuser must be a member.
  await admin.query(`GRANT ${name} TO CURRENT_USER`);
}

/** Everything that needs more rights, before the first statement of a migration runs in this database. */
async function prepare(url: string, name: string, extensions: readonly string[]): Promise<void> {
  const admin = await connected(url);
  try {
    // PostgreSQL 14 and older let everybody create in it; its owner there is the superuser.
    await admin.query(`ALTER SCHEMA public OWNER TO ${name}`).catch(() => undefined);
    for (const extension of extensions)
      if (HARMLESS.has(extension))
        await admin.query(`CREATE EXTENSION IF NOT EXISTS "${extension}"`).catch(() => undefined);
    await guardExtensions(admin);
  } finally {
    await admin.end();
  }
}

/**
 * Trusted extensions need no superuser, and some are languages (plperl): their endless loops do not notice that a session
 * is to end. Refused by an event trigger, which only a superuser can set; without one, a server that offers them is refused.
 */
async function guardExtensions(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ name: string }>(
    'SELECT DISTINCT name FROM pg_available_extension_versions WHERE trusted',
  );
  const open = rows.map(({ name }) => name).filter((name) => !HARMLESS.has(name));
  if (open.length === 0) return;
  try {
    const names = [...HARMLESS].map((name) => `'${name}'`).join(', ');
    await admin.query(`
      CREATE SCHEMA dialectic_guard;
      CREATE FUNCTION dialectic_guard.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $guard$
      BEGIN
        IF EXISTS (
          SELECT FROM pg_catalog.pg_event_trigger_ddl_commands() AS command
          JOIN pg_catalog.pg_extension AS made ON made.oid = command.objid
          WHERE command.classid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND made.extname NOT IN (${names})
        ) THEN RAISE EXCEPTION 'this extension is not available for verification' USING ERRCODE = '42501';
        END IF;
      END $guard$;
      CREATE EVENT TRIGGER dialectic_guard ON ddl_command_end WHEN TAG IN ('CREATE EXTENSION')
        EXECUTE FUNCTION dialectic_guard.refuse();`);
  } catch (error) {
    throw new Error(
      `the server lets anybody install ${open.join(', ')}, and the role of VERIFY_DATABASE_URL cannot forbid it`,
      { cause: error },
    );
  }
}

async function connect(admin: pg.Client, url: string, name: string, bounds: ServerBounds): Promise<Session> {
  const client = await connected(url);
  const watched = <T>(work: () => Promise<T>): Promise<T> => watch(admin, name, bounds, work);
  return {
    run: (sql) => watched(() => drain(client, withPreparedExtensions(sql))),
    rows: async (sql) => (await watched(() => client.query<Record<string, unknown>>(sql))).rows,
    close: () => client.end(),
  };
}

/** Ends the role's session from outside when a bound is reached: unlike a cancelled statement, that cannot be caught. */
async function watch<T>(
  admin: pg.Client,
  name: string,
  { statementMs, databaseBytes }: ServerBounds,
  work: () => Promise<T>,
): Promise<T> {
  const begun = Date.now();
  let reason: string | undefined;
  let asking: Promise<unknown> = Promise.resolve();
  const look = async (): Promise<void> => {
    const size = await admin.query<{ size: string }>('SELECT pg_database_size($1::name) AS size', [name]);
    if (Date.now() - begun > statementMs) reason = `one statement took longer than ${String(statementMs / 1000)} s`;
    else if (Number(size.rows[0]?.size) > databaseBytes) reason = 'the database grew too large';
    if (reason !== undefined)
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [name]);
  };
  const timer = setInterval(() => {
    asking = asking.then(look).catch(() => undefined);
  }, WATCH_EVERY_MS);
  try {
    return await work();
  } catch (error) {
    await asking;
    const code = (error as { code?: unknown } | null)?.code;
    if (reason !== undefined) throw new Ended(reason, { cause: error });
    // The server ended the session, or the connection is gone: there is no SQLSTATE of a statement.
    if (typeof code !== 'string' || /^(57P|08)/.test(code) || !/^[0-9A-Z]{5}$/.test(code))
      throw new Ended(error instanceof Error ? error.message : String(error), { cause: error });
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Rows are dropped as they come: a statement may answer without end. */
function drain(client: pg.Client, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = client.query(new pg.Query(sql));
    query.on('row', () => undefined);
    query.on('end', () => resolve());
    query.on('error', reject);
  });
}
