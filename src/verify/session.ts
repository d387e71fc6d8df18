/** One connection to a database made for this run only. */
export interface Session {
  /**
   * Runs one statement and drops what it answers.
   * @throws with PostgreSQL's message and, as `code`, its SQLSTATE; `Ended` when nothing more can be asked
   */
  run(sql: string): Promise<void>;
  /** Runs one query. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

/** Where databases come from. Each is empty, is used as a role without superuser, and goes away with `close`. */
export interface Backend {
  /** What answers: `PostgreSQL 15.4`, `PGlite (PostgreSQL 18.6)`. */
  readonly server: string;
  /** @param extensions by name; those that are harmless and available are ready for `CREATE EXTENSION` */
  open(extensions: readonly string[]): Promise<Session>;
  close(): Promise<void>;
}

/** The verifier, or the server, ended the session: a bound was reached or the role was left. */
export class Ended extends Error {
  override readonly name = 'Ended';
}

/** Extensions of PostgreSQL's own distribution, and pgvector: none of them opens a file, a connection or a language. */
export const HARMLESS: ReadonlySet<string> = new Set([
  'btree_gin', 'btree_gist', 'citext', 'cube', 'dict_int', 'dict_xsyn', 'earthdistance', 'fuzzystrmatch', 'hstore', 'intarray',
  'isn', 'ltree', 'pg_trgm', 'pgcrypto', 'plpgsql', 'seg', 'tablefunc', 'tcn', 'tsm_system_rows', 'tsm_system_time', 'unaccent',
  'uuid-ossp', 'vector',
]); // prettier-ignore

/**
 * `CREATE EXTENSION` of one that is there already must not fail for want of IF NOT EXISTS, and a comment on it belongs to its
 * owner.
 */
export function withPreparedExtensions(sql: string): string {
  const bare = sql.replace(/^(?:\s+|--[^\n]*\n|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)*/, '');
  if (/^comment\s+on\s+extension\b/i.test(bare)) return 'SELECT 1';
  return /^create\s+extension\s+(?!if\b)/i.test(bare)
    ? bare.replace(/^create\s+extension\s+/i, 'CREATE EXTENSION IF NOT EXISTS ')
    : sql;
}
