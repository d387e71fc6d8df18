import { countRequests, messageOf, type GitHubClient } from '../github/client.js';
import { installations, redeliverFailed, repositoriesOf, unfinishedPulls } from '../github/installations.js';
import { unfinishedGroups } from '../github/merge-queue.js';
import type { Place } from '../queue/job.js';
import type { Services } from './services.js';

/** GitHub keeps deliveries for about three days. */
const REDELIVER_WITHIN_MS = 3 * 24 * 3600 * 1000;

/**
 * Finds what a webhook should have brought: open pull requests and merge groups without a finished check of ours, and
 * deliveries that failed. What is well costs two requests a repository, and one more for every merge queue that holds something.
 */
export async function sweep(services: Services): Promise<void> {
  const { log, now } = services;
  const app = await services.appClient();
  const counters = [countRequests(app)];
  const redelivered = await orZero(services, 'redelivering', () =>
    redeliverFailed(app, new Date(now().getTime() - REDELIVER_WITHIN_MS)),
  );
  let found = 0;
  for (const installationId of await installations(app)) {
    found += await orZero(services, `installation ${installationId}`, async () => {
      const client = await services.clientFor(installationId);
      counters.push(countRequests(client));
      let jobs = 0;
      for (const { owner, repo } of await repositoriesOf(client))
        jobs += await orZero(services, `${owner}/${repo}`, () =>
          sweepRepository(services, client, { installationId, owner, repo }),
        );
      return jobs;
    });
  }
  log.info({ found, redelivered, requests: counters.reduce((sum, count) => sum + count(), 0) }, 'swept');
}

async function sweepRepository(services: Services, client: GitHubClient, place: Place): Promise<number> {
  const repository = { owner: place.owner, repo: place.repo };
  const pulls = await unfinishedPulls(client, repository, services.appId);
  for (const number of pulls) await services.queue.add({ kind: 'review', ...place, number });
  const { groups, left } = await unfinishedGroups(client, repository, services.appId);
  for (const group of groups) await services.queue.add({ kind: 'merge-group', ...place, ...group });
  if (left > 0) services.log.warn({ ...repository, left }, 'more merge queues than one sweep looks at');
  return pulls.length + groups.length;
}

/** One repository that cannot be looked at must not hide the others. */
async function orZero(services: Services, what: string, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    services.log.warn({ what, reason: messageOf(error) }, 'part of the sweep failed');
    return 0;
  }
}
