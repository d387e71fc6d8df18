import { callsOf, type CallSite } from '../../../models/call-graph/calls.js';
import type { Radar } from '../../../models/call-graph/joined.js';

const MAKERS = /^(?:create_pool|create_async_engine|async_engine_from_config|AsyncConnectionPool)$/;
const NAMES =
  /^(?:asyncpg\.(?:pool\.)?create_pool|sqlalchemy\.ext\.asyncio\.(?:engine\.)?(?:create_async_engine|async_engine_from_config)|psycopg_pool\.AsyncConnectionPool)$/;

export interface PoolCall extends CallSite {
  readonly made: 'asyncpg' | 'sqlalchemy' | 'psycopg';
}

/** Every place that makes a connection pool for coroutines. */
export function poolsOf({ program, graph }: Radar): PoolCall[] {
  return callsOf(program, graph.interpreter, MAKERS, NAMES).map((site) => {
    const names = graph.interpreter
      .callees(site.call, site.frame)
      .flatMap((value) => (value.kind === 'external' ? [value.name] : []));
    const made = names.some((name) => name.startsWith('asyncpg'))
      ? 'asyncpg'
      : names.some((name) => name.startsWith('psycopg'))
        ? 'psycopg'
        : 'sqlalchemy';
    return { ...site, made };
  });
}

export const MAKER_LABEL: Readonly<Record<PoolCall['made'], string>> = {
  asyncpg: 'asyncpg.create_pool',
  sqlalchemy: 'create_async_engine',
  psycopg: 'AsyncConnectionPool',
};
