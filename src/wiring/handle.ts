import type { Attempt, Handler, Job } from '../queue/job.js';
import { follow } from './follow.js';
import { offer } from './offer.js';
import { reviewBranch, reviewCommit, reviewEvidence } from './review-commit.js';
import { reviewMergeGroup } from './review-merge-group.js';
import { reviewPull } from './review-pull.js';
import { runAction } from './run-action.js';
import { runCommands } from './run-command.js';
import { Session, type Services } from './services.js';
import { sweep } from './sweep.js';

/** What each kind of job does. */
export const handlerFor =
  (services: Services): Handler =>
  async (job, attempt) => {
    if (job.kind === 'sweep') return sweep(services);
    const log = services.log.child({
      job: job.kind,
      repository: `${job.owner}/${job.repo}`,
      ...('number' in job ? { pull: job.number } : {}),
    });
    try {
      await handle(await Session.open(services, job, log), job, attempt);
    } catch (error) {
      if (!(await follow(services, job, error, log))) throw error;
    }
  };

async function handle(session: Session, job: Exclude<Job, { kind: 'sweep' }>, attempt: Attempt): Promise<void> {
  switch (job.kind) {
    case 'review':
      return reviewPull(session, job.number, attempt);
    case 'commit':
      return reviewCommit(session, job.sha, job.why);
    case 'evidence':
      return reviewEvidence(session, job);
    case 'merge-group':
      return reviewMergeGroup(session, job, attempt);
    case 'branch':
      return reviewBranch(session, job.branch);
    case 'command':
      return runCommands(session, job);
    case 'offer':
      return offer(session, job);
    case 'action':
      return runAction(session, job);
  }
}
