import { execFileSync, spawnSync } from 'node:child_process';
import { readSql } from '../../src/languages/sql/index.js';
import type { State, TableState } from './compare.js';
import { indexState } from './compare.js';

/** psql's connection comes from PGHOST, PGUSER and their kin. */
function query(database: string, sql: string): string {
  return execFileSync('psql', ['-X', '-q', '-A', '-t', '-d', database, '-c', sql], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
}

export function createDatabase(): string {
  const name = `dialectic_oracle_${String(process.pid)}_${String(Date.now() % 100_000)}`;
  query('postgres', `CREATE DATABASE ${name}`);
  return name;
}

export const dropDatabase = (name: string): string => query('postgres', `DROP DATABASE ${name} WITH (FORCE)`);

/** Runs a script as psql does: a failing statement is reported and the rest still runs. */
export function runScript(database: string, sql: string): string[] {
  const run = spawnSync('psql', ['-X', '-q', '-d', database, '-f', '-'], {
    input: sql,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return run.stderr.split('\n').filter((line) => /ERROR|FATAL/.test(line));
}

const SYSTEM = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg_temp%'`;

const COLUMNS = `SELECT json_agg(json_build_object('table', n.nspname || '.' || c.relname, 'name', a.attname,
  'type', format_type(a.atttypid, a.atttypmod), 'nullable', NOT a.attnotnull) ORDER BY a.attnum)
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm') AND ${SYSTEM}
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`;

const INDEXES = `SELECT json_agg(json_build_object('table', n.nspname || '.' || c.relname, 'name', i.relname,
  'definition', pg_get_indexdef(x.indexrelid)))
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm') AND ${SYSTEM}
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`;

interface CatalogColumn {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

interface CatalogIndex {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/** What the server says it has, in the same words as the folded state. */
export function catalogOf(database: string): State {
  const state = new Map<string, TableState>();
  const tableOf = (name: string): TableState => {
    const known = state.get(name) ?? { columns: new Map(), indexes: new Map() };
    state.set(name, known);
    return known;
  };
  const columns = JSON.parse(query(database, COLUMNS).trim() || 'null') as readonly CatalogColumn[] | null;
  for (const { table, name, type, nullable } of columns ?? []) tableOf(table).columns.set(name, { type, nullable });
  const indexes = JSON.parse(query(database, INDEXES).trim() || 'null') as readonly CatalogIndex[] | null;
  for (const { table, name, definition } of indexes ?? []) tableOf(table).indexes.set(name, parsed(definition));
  return state;
}

function parsed(definition: string): string {
  const change = readSql(definition).facts.statements[0]?.changes[0];
  return change?.kind === 'create-index' ? indexState(change.index) : definition;
}
