import { parseStatement } from '../../../languages/sql/parser.js';

/**
 * Does a statement call `pg_promote()`? A literal or a comment that names it does not.
 * The parser has to be loaded before (`loadSqlParser`).
 */
export function promotesBySql(text: string): boolean {
  if (!text.includes('pg_promote') || text.length > 20_000) return false;
  const parsed = parseStatement(text);
  return parsed.kind === 'parsed' && callsPromote(parsed.nodes);
}

function callsPromote(nodes: readonly unknown[]): boolean {
  const waiting: unknown[] = [...nodes];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    const call = (node as { FuncCall?: { funcname?: { String?: { sval?: string } }[] } }).FuncCall;
    if (call?.funcname?.at(-1)?.String?.sval === 'pg_promote') return true;
    waiting.push(...(Object.values(node) as unknown[]));
  }
  return false;
}
