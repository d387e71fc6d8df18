import { CHECKS } from '../checks/index.js';
import { effectiveConfiguration } from '../github/configuration.js';
import { reply } from '../github/discussion.js';
import { pullsOfCommit } from '../github/pulls.js';
import type { Job } from '../queue/job.js';
import { explainFindingReply, nothingBlocksReply } from '../report/replies.js';
import { evidenceFor, linkFor, reviewWith, snapshotsOf } from './judge.js';
import { reviewCommit } from './review-commit.js';
import type { Session } from './services.js';

type ActionJob = Extract<Job, { kind: 'action' }>;

/** A button of the check run. GitHub shows it to many; what it may do is decided here. */
export async function runAction(session: Session, job: ActionJob): Promise<void> {
  if (job.action === 'rerun') {
    if (await mayRerun(session, job)) await reviewCommit(session, job.sha, 'again');
    else session.log.info({ user: job.user }, 'the button was pressed by somebody without write permission');
  } else if (job.action === 'explain') {
    for (const number of await pullsOfCommit(session.client, session.repository, job.sha))
      await explainFirst(session, number, job);
  }
}

async function mayRerun(session: Session, { sha, user }: ActionJob): Promise<boolean> {
  if (await session.mayWrite(user)) return true;
  const numbers = await pullsOfCommit(session.client, session.repository, sha);
  const situations = await Promise.all(numbers.map((number) => session.situation(number)));
  return situations.some((situation) => situation?.pull.author === user);
}

async function explainFirst(session: Session, number: number, job: ActionJob): Promise<void> {
  const { client, repository } = session;
  const situation = await session.situation(number);
  if (situation?.headSha !== job.sha) return;
  const loaded = await effectiveConfiguration(client, repository, situation);
  const evidence = await evidenceFor(session, situation, loaded);
  const review = await reviewWith(session, situation, await snapshotsOf(session, situation, evidence), loaded);
  const first = review.findings.find((finding) => finding.severity === 'block' && finding.scope !== 'existing');
  const check = CHECKS.find((one) => one.id === first?.check);
  const text = first && check ? explainFindingReply(first, check, linkFor(session, situation)) : nothingBlocksReply();
  // Pressed twice on one commit: answered once.
  await reply(client, repository, number, `explain-${job.sha}`, text, situation.comments);
}
