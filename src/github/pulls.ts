import type { GitHubClient, Repository } from './client.js';

/**
 * Open pull requests whose head is this commit. Payloads of check runs and workflow runs leave the list empty for
 * forks, so it is always looked up.
 */
export async function pullsOfCommit(
  client: GitHubClient,
  repository: Repository,
  sha: string,
  thorough = true,
): Promise<number[]> {
  const { data } = await client.rest.repos.listPullRequestsAssociatedWithCommit({
    ...repository,
    commit_sha: sha,
    per_page: 100,
  });
  const found = data.filter((pull) => pull.state === 'open' && pull.head.sha === sha).map((pull) => pull.number);
  if (found.length > 0 || !thorough) return found;
  // The answer can leave out commits that only a fork's branch holds.
  return (await openPulls(client, repository)).filter((pull) => pull.headSha === sha).map((pull) => pull.number);
}

export interface OpenPull {
  readonly number: number;
  readonly headSha: string;
  readonly updatedAt: string;
}

const MAX_PAGES = 5;

/** Open pull requests, most recently updated first; bounded, because a sweep must end. */
export async function openPulls(client: GitHubClient, repository: Repository, base?: string): Promise<OpenPull[]> {
  const found: OpenPull[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { data } = await client.rest.pulls.list({
      ...repository,
      state: 'open',
      sort: 'updated',
      direction: 'desc',
      per_page: 100,
      page,
      ...(base === undefined ? {} : { base }),
    });
    found.push(...data.map((pull) => ({ number: pull.number, headSha: pull.head.sha, updatedAt: pull.updated_at })));
    if (data.length < 100) break;
  }
  return found;
}
