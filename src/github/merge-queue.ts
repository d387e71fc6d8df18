import type { GitHubClient, Repository } from './client.js';
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
    readonly defaultBranchRef: { readonly name: string } | null;
    readonly mergeQueue: { readonly entries: { readonly nodes: readonly Entry[] } | null } | null;
  } | null;
}

async function queueOf(client: GitHubClient, { owner, repo }: Repository, appId: number, branch?: string) {
  const variables = { owner, name: repo, app: appId, check: CHECK_NAME, ...(branch === undefined ? {} : { branch }) };
  // No queue, or no permission to see it, are answers.
  const { repository } = await ask<MergeQueueAnswer>(client, MERGE_QUEUE, variables, ['repository']);
  return { branch: repository?.defaultBranchRef?.name ?? '', entries: repository?.mergeQueue?.entries?.nodes ?? [] };
}

/** Merge groups of the default branch's queue that wait for our check. */
export async function unfinishedGroups(
  client: GitHubClient,
  repository: Repository,
  appId: number,
): Promise<MergeGroup[]> {
  const { branch, entries } = await queueOf(client, repository, appId);
  return entries.flatMap(({ headCommit, baseCommit, pullRequest }) => {
    if (!headCommit || !baseCommit || concluded(headCommit)) return [];
    const headRef = `gh-readonly-queue/${branch}/pr-${pullRequest?.number ?? 0}-${baseCommit.oid}`;
    return [{ headSha: headCommit.oid, baseSha: baseCommit.oid, headRef }];
  });
}

/** The pull requests between a group's base and its head: every entry's commit stands on the one before it. */
export async function pullsOfGroup(
  client: GitHubClient,
  repository: Repository,
  appId: number,
  { headSha, baseSha, headRef }: MergeGroup,
): Promise<number[]> {
  const [, branch, last] = /gh-readonly-queue\/(.+)\/pr-(\d+)-[0-9a-f]+$/.exec(headRef) ?? [];
  const { entries } = await queueOf(client, repository, appId, branch);
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
