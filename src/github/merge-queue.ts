import { statusOf, type GitHubClient, type Repository } from './client.js';
import { ask } from './graphql.js';
import { concluded, type CheckedCommit } from './installations.js';
import { MERGE_QUEUE } from './queries.js';
import { CHECK_NAME } from './situation.js';

/** A commit that a merge queue is about to make a branch's tip. */
export interface MergeGroup {
  readonly headSha: string;
  readonly baseSha: string;
  /** `gh-readonly-queue/main/pr-12-<sha>`, with or without `refs/heads/`; the number is the group's last pull request. */
  readonly headRef: string;
}

interface Entry {
  readonly baseCommit: { readonly oid: string } | null;
  readonly headCommit: CheckedCommit | null;
  readonly pullRequest: { readonly number: number } | null;
}
interface MergeQueueAnswer {
  readonly repository: {
    readonly mergeQueue: { readonly entries: { readonly nodes: readonly Entry[] } | null } | null;
  } | null;
}

async function entriesOf(
  client: GitHubClient,
  { owner, repo }: Repository,
  appId: number,
  branch: string,
): Promise<readonly Entry[]> {
  const variables = { owner, name: repo, app: appId, check: CHECK_NAME, branch };
  // No queue, or no permission to see it, are answers.
  const { repository } = await ask<MergeQueueAnswer>(client, MERGE_QUEUE, variables, ['repository']);
  return repository?.mergeQueue?.entries?.nodes ?? [];
}

const MAX_QUEUES = 20;

/** Branches whose merge queue holds a group: every group is a branch below this name. One request, whatever there is. */
async function queuedBranches(client: GitHubClient, repository: Repository): Promise<string[]> {
  try {
    const { data } = await client.rest.git.listMatchingRefs({ ...repository, ref: 'heads/gh-readonly-queue/' });
    return [...new Set(data.flatMap(({ ref }) => GROUP.exec(ref)?.[1] ?? []))];
  } catch (error) {
    // A repository without any commit has no branches.
    if (statusOf(error) === 409) return [];
    throw error;
  }
}

const GROUP = /gh-readonly-queue\/(.+)\/pr-(\d+)-[0-9a-f]+$/;

/** Merge groups that wait for our check, of every branch that has a queue; `left` counts the queues that were too many. */
export async function unfinishedGroups(
  client: GitHubClient,
  repository: Repository,
  appId: number,
): Promise<{ readonly groups: readonly MergeGroup[]; readonly left: number }> {
  const branches = await queuedBranches(client, repository);
  const groups: MergeGroup[] = [];
  for (const branch of branches.slice(0, MAX_QUEUES)) {
    for (const { headCommit, baseCommit, pullRequest } of await entriesOf(client, repository, appId, branch)) {
      if (!headCommit || !baseCommit || concluded(headCommit)) continue;
      const headRef = `gh-readonly-queue/${branch}/pr-${pullRequest?.number ?? 0}-${baseCommit.oid}`;
      groups.push({ headSha: headCommit.oid, baseSha: baseCommit.oid, headRef });
    }
  }
  return { groups, left: Math.max(0, branches.length - MAX_QUEUES) };
}

/** The pull requests between a group's base and its head: every entry's commit stands on the one before it. */
export async function pullsOfGroup(
  client: GitHubClient,
  repository: Repository,
  appId: number,
  { headSha, baseSha, headRef }: MergeGroup,
): Promise<number[]> {
  const [, branch, last] = GROUP.exec(headRef) ?? [];
  const entries = branch === undefined ? [] : await entriesOf(client, repository, appId, branch);
  const found = new Set(last === undefined ? [] : [Number(last)]);
  const commits = [headSha];
  // The list grows while it is walked.
  for (const commit of commits) {
    for (const { headCommit, baseCommit, pullRequest } of entries) {
      if (headCommit?.oid !== commit) continue;
      if (pullRequest) found.add(pullRequest.number);
      if (baseCommit && baseCommit.oid !== baseSha && !commits.includes(baseCommit.oid)) commits.push(baseCommit.oid);
    }
  }
  return [...found].sort((a, b) => a - b);
}
