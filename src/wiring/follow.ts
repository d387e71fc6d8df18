import { maybeElsewhere, whereaboutsOf } from '../github/whereabouts.js';
import { messageOf } from '../github/client.js';
import type { Job } from '../queue/job.js';
import { Gone, type Log, type Services } from './services.js';

type PlacedJob = Exclude<Job, { kind: 'sweep' }>;

/**
 * A repository that is renamed, or transferred to an owner with an installation of its own, takes its jobs along: the
 * same job is added for the new place, where all others for it arrive, so that they stay one after the other.
 *
 * @returns false when the error has another cause, which trying again may cure
 */
export async function follow(services: Services, job: PlacedJob, error: unknown, log: Log): Promise<boolean> {
  if (!(error instanceof Gone) && !maybeElsewhere(error)) return false;
  const { owner, repo } = job;
  const now = await whereaboutsOf(await services.appClient(), services.clientFor, { owner, repo });
  if (!now) {
    log.warn({ reason: messageOf(error) }, 'given up: this App does not reach the repository any more');
    return true;
  }
  if (now.installationId === job.installationId && isSame(now.owner, owner) && isSame(now.repo, repo)) {
    if (!(error instanceof Gone)) return false;
    log.info({}, error.message);
    return true;
  }
  log.info({ to: `${now.owner}/${now.repo}` }, 'the repository moved: its job goes on there');
  await services.queue.add({ ...job, ...now });
  return true;
}

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
