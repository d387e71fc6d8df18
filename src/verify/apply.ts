import type { QueryPlan, StatementFailure, VerifiedHistory, VerifiedOutcome } from '../core/verification.js';
import { explain } from './plan.js';
import { Ended } from './session.js';
import type { Backend, Session } from './session.js';

type Script = VerifiedHistory['scripts'][number];

/** Applies a history to an empty database and asks its probes. */
export async function applyHistory(backend: Backend, history: VerifiedHistory): Promise<VerifiedOutcome> {
  const session = await backend.open(extensionsOf(history));
  const missing: string[] = [];
  try {
    for (const script of history.scripts) {
      const failure = await applyScript(session, script, missing);
      if (failure === undefined) continue;
      // After something was missing, a later error may only be its consequence.
      if (missing.length > 0) return { root: history.root, missing: [...missing, describe(failure)], plans: {} };
      return { root: history.root, failure, missing, plans: {} };
    }
    return { root: history.root, missing, plans: await plansOf(session, history) };
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return { root: history.root, missing: [...missing, error.message], plans: {} };
  } finally {
    await session.close().catch(() => undefined);
  }
}

/** What the files may ask for, dynamic SQL included. They must be there before a statement of the files runs. */
const extensionsOf = (history: VerifiedHistory): string[] => [
  ...new Set(
    history.scripts.flatMap(({ statements }) =>
      statements.flatMap(({ sql }) =>
        [...sql.matchAll(/\bcreate\s+extension\s+(?:if\s+not\s+exists\s+)?["']*([\w-]+)/gi)].map((match) =>
          (match[1] ?? '').toLowerCase(),
        ),
      ),
    ),
  ),
];

const describe = (failure: StatementFailure): string => `${failure.path}:${String(failure.line)}: ${failure.message}`;

/** Statements that mean nothing, or fail, outside a transaction. */
const NEEDS_TRANSACTION =
  /^\s*(lock\s|savepoint\s|declare\s|set\s+(local|constraints|transaction)\b)|\bon\s+commit\s+drop\b/i;
const BEGINS = /^\s*(begin|start\s+transaction)\b/i;

/** Statement by statement, as CONCURRENTLY needs it; in one transaction only where the file needs one. */
async function applyScript(session: Session, script: Script, missing: string[]): Promise<StatementFailure | undefined> {
  const wrapped =
    script.statements.some(({ sql }) => NEEDS_TRANSACTION.test(sql)) &&
    !script.statements.some(({ sql }) => BEGINS.test(sql));
  if (wrapped) await session.run('BEGIN');
  for (const { sql, line } of script.statements) {
    try {
      await session.run(sql);
    } catch (error) {
      if (error instanceof Ended) throw new Ended(`${script.path}:${String(line)}: ${error.message}`, { cause: error });
      const failure = { path: script.path, line: line + linesBefore(error, sql), ...wordsOf(error) };
      await quietly(session, 'ROLLBACK');
      if (!isEnvironment(failure)) return failure;
      missing.push(describe(failure));
    }
  }
  await quietly(session, wrapped ? 'COMMIT' : 'ROLLBACK');
  // What a file sets for its session ends with it.
  await quietly(session, 'RESET ALL');
  return undefined;
}

/** @throws only when the session is over */
async function quietly(session: Session, sql: string): Promise<void> {
  await session.run(sql).catch((error: unknown) => {
    if (error instanceof Ended) throw error;
  });
}

/** PostgreSQL names the character at which it stopped. */
function linesBefore(error: unknown, sql: string): number {
  const position = Number((error as { position?: unknown } | null)?.position ?? 0);
  if (!Number.isInteger(position) || position < 1) return 0;
  return [...sql].slice(0, position - 1).filter((character) => character === '\n').length;
}

function wordsOf(error: unknown): { message: string; code: string } {
  const code = (error as { code?: unknown } | null)?.code;
  const message = error instanceof Error ? error.message : String(error);
  return { message: message.slice(0, 400), code: typeof code === 'string' ? code : '' };
}

/** Privileges, resources, the system, an internal error: not the migration's fault. */
const ENVIRONMENT_CODE = /^(42501|53...|57...|58...|XX...|)$/;
/** A role, an extension, a library or a method that this server lacks, whatever the code. */
const ENVIRONMENT_WORDS =
  /^(role|tablespace|language|access method) ".*" does not exist|(extension|parameter) ".*" is not available|must be superuser|permission denied|must be loaded via|unrecognized configuration parameter|is not supported by this build|text search configuration ".*" does not exist|(collation|encoding) ".*" .*does not exist/i;

const isEnvironment = ({ code, message }: { code: string; message: string }): boolean =>
  ENVIRONMENT_CODE.test(code) || ENVIRONMENT_WORDS.test(message);

async function plansOf(session: Session, history: VerifiedHistory): Promise<Readonly<Record<string, QueryPlan>>> {
  const plans: Record<string, QueryPlan> = {};
  // An empty table is always read whole unless that is made dear.
  await session.run('SET enable_seqscan = off');
  for (const { id, sql } of history.probes) {
    const plan = await explain(session, sql);
    if (plan !== undefined) plans[id] = plan;
  }
  return plans;
}
