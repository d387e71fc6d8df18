import { CheckRun } from '../github/check-runs.js';
import { publish } from '../github/publisher.js';
import type { Situation } from '../github/situation.js';
import type { Attempt } from '../queue/job.js';
import { combined, superseded } from '../report/publication/trouble.js';
import type { CheckReport } from '../report/publication/publication.js';
import { ReviewAborted } from '../worker/pool.js';
import { concluding } from './conclude.js';
import { judge, type Judged } from './judge.js';
import { Gone, type Session } from './services.js';

/** One pull request at its newest head: read, judge, say. What arrives for it meanwhile ends it early. */
export const reviewPull = (session: Session, number: number, attempt: Attempt): Promise<void> =>
  session.services.underway.during({ kind: 'review', ...session.place, number }, (signal) =>
    review(session, number, attempt, signal),
  );

async function review(session: Session, number: number, attempt: Attempt, signal: AbortSignal): Promise<void> {
  const begun = Date.now();
  const situation = await session.situation(number);
  if (!situation) throw new Gone(`pull request ${number}`);
  if (!situation.open || situation.archived) {
    session.log.info({ number }, 'nothing to review: closed or archived');
    return;
  }
  const { headSha } = situation;
  const log = session.log.child({ head: headSha });
  const check = await CheckRun.begin(session.client, session.repository, headSha, situation.checks);
  try {
    await concluding(check, attempt, log, async () => {
      const judged: Judged[] = [];
      for (const one of await sharingHead(session, situation)) judged.push(await judge(session, one, signal));
      const report = await sayAll(session, judged);
      log.info({ conclusion: report.conclusion, requests: session.requests(), ms: Date.now() - begun }, 'reviewed');
      return report;
    });
  } catch (error) {
    if (!(error instanceof ReviewAborted && error.superseded)) throw error;
    log.info({ ms: Date.now() - begun }, 'given up: something newer arrived');
    // On the same head the next review goes on with this check; another head leaves it behind.
    const now = await session.situation(number);
    if (now?.headSha !== headSha) await check.finish(superseded());
  }
}

/** A check run belongs to a commit: every open pull request with this head has a say in it. */
async function sharingHead(session: Session, situation: Situation): Promise<Situation[]> {
  const others = await Promise.all(situation.siblings.map((number) => session.situation(number)));
  const same = others.filter((one): one is Situation => one?.open === true && one.headSha === situation.headSha);
  return [situation, ...same].sort((a, b) => a.pull.number - b.pull.number);
}

/** Says it on every pull request, and gives the report for the check run they share. */
async function sayAll(session: Session, judged: readonly Judged[]): Promise<CheckReport> {
  let moved = false;
  for (const { number, publication } of judged) {
    if (!publication) continue;
    const result = await publish(session.client, session.repository, number, publication);
    if (result.refused.length > 0)
      session.log.warn({ number, refused: result.refused }, 'GitHub refused part of what was to be said');
    if (result.state !== 'superseded') continue;
    moved = true;
    await session.services.queue.add({ kind: 'review', ...session.place, number });
  }
  if (moved && judged.length === 1) return superseded();
  return combined(judged);
}
