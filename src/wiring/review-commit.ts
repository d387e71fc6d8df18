import { listOwnChecks, requeueCheck } from '../github/check-runs.js';
import { effectiveConfiguration } from '../github/configuration.js';
import { openPulls, pullsOfCommit } from '../github/pulls.js';
import type { Job } from '../queue/job.js';
import { evidenceFor } from './judge.js';
import type { Session } from './services.js';

type Commit = Extract<Job, { kind: 'commit' }>;
type EvidenceJob = Extract<Job, { kind: 'evidence' }>;

/** Reviews what stands on a commit; asked for again, the check shows at once that it was heard. */
export async function reviewCommit(session: Session, sha: string, why: Commit['why']): Promise<void> {
  const { client, repository, services } = session;
  const numbers = await pullsOfCommit(client, repository, sha, why === 'again');
  if (numbers.length === 0) {
    session.log.info({ sha }, 'no open pull request has this head');
    return;
  }
  if (why === 'missing' && (await listOwnChecks(client, repository, sha, services.appId)).length > 0) return;
  if (why === 'again') await requeueCheck(client, repository, sha);
  for (const number of numbers) await services.queue.add({ kind: 'review', ...session.place, number });
}

/** A workflow run ended: what stands on its commit is judged anew when it uploaded something that counts as evidence. */
export async function reviewEvidence(session: Session, { sha, run }: EvidenceJob): Promise<void> {
  const { client, repository, services } = session;
  for (const number of await pullsOfCommit(client, repository, sha, false)) {
    const situation = await session.situation(number);
    if (!situation?.open || situation.headSha !== sha) continue;
    const loaded = await effectiveConfiguration(client, repository, situation);
    const { files, gaps } = await evidenceFor(session, { runs: [run] }, loaded);
    session.log.info({ sha, run: run.id, files: files.length, unread: gaps.length }, 'looked for evidence');
    if (files.length + gaps.length > 0) await services.queue.add({ kind: 'review', ...session.place, number });
  }
}

/** The configuration on a base branch changed: what is open against it is judged anew. */
export async function reviewBranch(session: Session, branch: string): Promise<void> {
  for (const { number } of await openPulls(session.client, session.repository, branch))
    await session.services.queue.add({ kind: 'review', ...session.place, number });
}
