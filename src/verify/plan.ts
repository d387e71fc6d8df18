import type { QueryPlan } from '../core/verification.js';
import { Ended } from './session.js';
import type { Session } from './session.js';

const MAX_TEXT = 2000;
const MAX_NODES = 200;

interface PlanNode {
  readonly 'Node Type'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Order By'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** How PostgreSQL would run a query; undefined for one that it cannot plan, which proves nothing. */
export async function explain(session: Session, sql: string): Promise<QueryPlan | undefined> {
  try {
    const [row] = await session.rows(`EXPLAIN (FORMAT JSON) ${sql}`);
    const answer: unknown = Object.values(row ?? {})[0];
    const [root] = (typeof answer === 'string' ? JSON.parse(answer) : answer) as { Plan?: PlanNode }[];
    const nodes = flatten(root?.Plan);
    if (nodes.length === 0) return undefined;
    let usesIndex = false;
    for (const node of nodes) usesIndex ||= await isServed(session, node);
    return { usesIndex, text: nodes.map(describe).join('\n').slice(0, MAX_TEXT) };
  } catch (error) {
    if (error instanceof Ended) throw error;
    return undefined;
  }
}

function flatten(root: PlanNode | undefined): PlanNode[] {
  const found: PlanNode[] = root === undefined ? [] : [root];
  for (let at = 0; at < found.length && found.length < MAX_NODES; at++) found.push(...(found[at]?.Plans ?? []));
  return found;
}

function describe(node: PlanNode): string {
  const index = node['Index Name'] === undefined ? '' : ` using ${node['Index Name']}`;
  const relation = node['Relation Name'] === undefined ? '' : ` on ${node['Relation Name']}`;
  return `${node['Node Type'] ?? '?'}${index}${relation}`;
}

/**
 * An index condition, or an order taken from an index. A B-tree can also be read from end to end with a condition on a later
 * key, which the planner does when it may not scan the table; that serves nobody, so the first key must be part of it.
 */
async function isServed(session: Session, node: PlanNode): Promise<boolean> {
  if (node['Order By'] !== undefined) return true;
  const condition = node['Index Cond'];
  if (condition === undefined) return false;
  const [index] = await session.rows(
    `SELECT am.amname AS method, pg_get_indexdef(c.oid, 1, true) AS first FROM pg_class c JOIN pg_am am ON am.oid = c.relam
     WHERE c.relkind IN ('i', 'I') AND c.relname = '${(node['Index Name'] ?? '').replaceAll("'", "''")}' LIMIT 1`,
  );
  return index?.['method'] !== 'btree' || condition.includes(String(index['first']));
}
