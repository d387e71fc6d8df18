import { createRequire } from 'node:module';
import type { Parser as SqlParser } from 'node-sql-parser';
import { parseStatement } from '../sql/parser.js';

/** Mage's data providers, by the grammar that reads their SQL; `other` has none here. */
export type Dialect = 'postgres' | 'bigquery' | 'snowflake' | 'redshift' | 'mysql' | 'transactsql' | 'trino' | 'other';

const PROVIDERS: Readonly<Record<string, Dialect>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  bigquery: 'bigquery',
  snowflake: 'snowflake',
  redshift: 'redshift',
  mysql: 'mysql',
  mssql: 'transactsql',
  trino: 'trino',
};

/** `data_provider` of a block: `postgres`, `bigquery`, `clickhouse`, … */
export const dialectOf = (provider: string): Dialect => PROVIDERS[provider.toLowerCase()] ?? 'other';

export type ReadStatement =
  /** `writes`: what the grammar knows to change something although its first word does not say so. */
  | { readonly kind: 'parsed'; readonly writes: string | undefined }
  | { readonly kind: 'failed'; readonly reason: string };

/** One grammar is 200 kB to 600 kB of code: loaded when a block needs it. */
const require = createRequire(import.meta.url);
const loaded = new Map<Dialect, SqlParser>();

/** The grammar works by trial, so its time is bounded by what it is given. */
const MAX_LENGTH = 20_000;
const MAX_DEPTH = 16;

export function parserFor(dialect: Dialect): (code: string) => ReadStatement {
  if (dialect === 'postgres') return readPostgres;
  if (dialect === 'other') return () => ({ kind: 'parsed', writes: undefined });
  return (code) => readOther(code, dialect);
}

function readOther(code: string, dialect: Exclude<Dialect, 'postgres' | 'other'>): ReadStatement {
  if (code.length > MAX_LENGTH || depthOf(code) > MAX_DEPTH)
    return { kind: 'failed', reason: 'too long or too deeply nested to be read' };
  try {
    const answer: unknown = parser(dialect).astify(code, { database: dialect });
    const [statement] = (Array.isArray(answer) ? answer : [answer]) as ({ into?: { expr?: unknown } } | undefined)[];
    const into = statement?.into?.expr;
    return { kind: 'parsed', writes: into === undefined || isScratch(into) ? undefined : 'create' };
  } catch (error) {
    const at = (error as { location?: { start?: { line?: number } } }).location?.start?.line;
    return { kind: 'failed', reason: `not read as ${dialect}${at === undefined ? '' : ` (its line ${String(at)})`}` };
  }
}

/** `#name` is a temporary table of SQL Server. */
const isScratch = (into: unknown): boolean => typeof into === 'string' && into.startsWith('#');

function parser(dialect: Exclude<Dialect, 'postgres' | 'other'>): SqlParser {
  let known = loaded.get(dialect);
  if (known === undefined) {
    const { Parser } = require(`node-sql-parser/build/${dialect}.js`) as { Parser: new () => SqlParser };
    loaded.set(dialect, (known = new Parser()));
  }
  return known;
}

function depthOf(code: string): number {
  let depth = 0;
  let deepest = 0;
  for (const c of code) {
    if (c === '(' || c === '[') deepest = Math.max(deepest, ++depth);
    else if (c === ')' || c === ']') depth--;
  }
  return deepest;
}

/** A `SELECT … INTO`, a write inside `WITH`, a `DO` block. */
function readPostgres(code: string): ReadStatement {
  const parsed = parseStatement(code);
  if (parsed.kind === 'failed') return { kind: 'failed', reason: `not read as PostgreSQL: ${parsed.message}` };
  const [node] = parsed.nodes as readonly Record<string, unknown>[];
  const [kind, body] = Object.entries(node ?? {})[0] ?? [];
  if (kind === 'DoStmt') return { kind: 'parsed', writes: 'call' };
  if (kind === 'CopyStmt') return { kind: 'parsed', writes: isCopyOut(body) ? 'select' : 'copy' };
  if (kind !== 'SelectStmt') return { kind: 'parsed', writes: undefined };
  const select = body as {
    intoClause?: { rel?: { relpersistence?: string } };
    withClause?: { ctes?: unknown[] };
  };
  const writing = (select.withClause?.ctes ?? []).flatMap((cte) => {
    const query = (cte as { CommonTableExpr?: { ctequery?: object } }).CommonTableExpr?.ctequery ?? {};
    return /^(Insert|Update|Delete|Merge)Stmt$/.exec(Object.keys(query)[0] ?? '')?.[1]?.toLowerCase() ?? [];
  });
  const makesTable = select.intoClause !== undefined && select.intoClause.rel?.relpersistence !== 't';
  return { kind: 'parsed', writes: makesTable ? 'create' : writing[0] };
}

const isCopyOut = (body: unknown): boolean => {
  const copy = body as { is_from?: boolean; filename?: string; is_program?: boolean };
  return copy.is_from !== true && copy.filename === undefined && copy.is_program !== true;
};
