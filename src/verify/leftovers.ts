import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** Everything this tool makes on a server begins so, so that leftovers can be found. */
const PREFIX = 'dialectic_verify_';
/** A run ends within a minute; another process's clock may differ. */
const STALE_MS = 15 * 60_000;
const NAME = new RegExp(`^${PREFIX}([0-9a-z]{1,12})_[0-9a-f]{12}$`);

/** A fresh name for a run's database and role. It holds the time, so that another run can tell a leftover. */
export const runName = (now: number): string => `${PREFIX}${now.toString(36)}_${randomBytes(6).toString('hex')}`;

/** @throws when `name` is not one that `runName` made */
export function assertRunName(name: string): void {
  if (!NAME.test(name)) throw new Error(`not a run's name: ${name}`);
}

export async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A connection that the server ends is noticed by the next query.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** The same server, another database and role. */
export function at(url: string, database: string, user?: string, password?: string): string {
  const target = new URL(url);
  target.pathname = `/${database}`;
  if (user !== undefined) target.username = user;
  if (password !== undefined) target.password = password;
  return target.href;
}

/** Drops a run's database, sessions and prepared transactions in it included, and its role. */
export async function dropRun(admin: pg.Client, url: string, name: string): Promise<void> {
  assertRunName(name);
  await rollBackPrepared(admin, url, name);
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await admin.query(`DROP ROLE IF EXISTS ${name}`);
}

/** Not even FORCE drops a database with a prepared transaction. */
async function rollBackPrepared(admin: pg.Client, url: string, name: string): Promise<void> {
  const { rows } = await admin.query<{ gid: string }>('SELECT gid FROM pg_prepared_xacts WHERE database = $1', [name]);
  if (rows.length === 0) return;
  const inside = await connected(at(url, name));
  try {
    for (const { gid } of rows) await inside.query(`ROLLBACK PREPARED ${inside.escapeLiteral(gid)}`);
  } finally {
    await inside.end();
  }
}

/** Drops what runs left behind that were killed together with whoever started them; runs under way are left alone. */
export async function dropStale(admin: pg.Client, url: string, now: number): Promise<void> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)
     UNION SELECT rolname FROM pg_roles WHERE starts_with(rolname, $1)`,
    [PREFIX],
  );
  for (const { name } of rows) {
    const made = NAME.exec(name)?.[1];
    if (made === undefined || Number.parseInt(made, 36) > now - STALE_MS) continue;
    // Another process may be dropping it, too.
    await dropRun(admin, url, name).catch(() => undefined);
  }
}
