import type { PullRequest } from '../core/types.js';
import type { GitHubClient, Repository } from './client.js';
import { listFinishedRuns, type FinishedRun } from './artifacts.js';
import { ask, lacksField } from './graphql.js';
import { allComments, loginOf, type Actor, type CommentPage, type DiscussionComment } from './comments.js';
import { situationQuery } from './queries.js';
import { assertInPlace } from './whereabouts.js';

/** Name of the check run; people pin it in branch rules. */
export const CHECK_NAME = 'dialectic';
export const CONFIGURATION_PATH = '.github/dialectic.yml';

/** A check run of this app on a commit. */
export interface OwnCheck {
  readonly id: number;
  readonly completed: boolean;
  /** What it reports, as a digest: equal digests need no write. */
  readonly digest: string | undefined;
  /** In lower case; undefined until it is completed. */
  readonly conclusion: string | undefined;
}

/** What has to be known about a pull request before a file is read. */
export interface Situation {
  readonly pull: PullRequest;
  readonly headSha: string;
  readonly open: boolean;
  readonly archived: boolean;
  readonly baseRef: string;
  /** The base branch's current tip; the commit that GitHub remembers when the branch is gone. */
  readonly baseSha: string;
  readonly changedFiles: number;
  /** Text of the repository's configuration at `baseSha`. */
  readonly configuration: string | undefined;
  /** Text of the organisation's default, from its `.github` repository. */
  readonly organisation: string | undefined;
  readonly comments: readonly DiscussionComment[];
  /** Other open pull requests whose head is the same commit: the check run is theirs as well. */
  readonly siblings: readonly number[];
  readonly checks: readonly OwnCheck[];
  /** Workflow runs on the head commit that have ended: they may have uploaded evidence. */
  readonly runs: readonly FinishedRun[];
}

interface GitActor {
  readonly name: string | null;
  readonly email: string | null;
  readonly user: { readonly login: string } | null;
}
export interface TextBlob {
  readonly text?: string | null;
}
interface HeadCommit {
  readonly oid: string;
  readonly associatedPullRequests: {
    readonly nodes: readonly { readonly number: number; readonly state: string; readonly headRefOid: string }[];
  } | null;
  readonly checkSuites: {
    readonly nodes: readonly { readonly checkRuns: { readonly nodes: readonly CheckNode[] } | null }[];
  } | null;
  /** Undefined where the server does not know them. */
  readonly workflows?: { readonly nodes: readonly (WorkflowNode | null)[] } | null;
}
interface WorkflowNode {
  readonly status: string;
  readonly workflowRun: { readonly databaseId: number; readonly updatedAt: string } | null;
}
interface CheckNode {
  readonly databaseId: number;
  readonly status: string;
  readonly externalId: string | null;
  readonly conclusion: string | null;
}
interface PullNode {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: string;
  readonly isDraft: boolean;
  readonly changedFiles: number;
  readonly headRefOid: string;
  readonly baseRefOid: string;
  readonly baseRefName: string;
  readonly baseRef: {
    readonly target: { readonly oid: string; readonly file?: { readonly object: TextBlob | null } | null } | null;
  } | null;
  readonly author: Actor | null;
  readonly labels: { readonly nodes: readonly { readonly name: string }[] } | null;
  readonly commits: {
    readonly totalCount: number;
    readonly nodes: readonly {
      readonly commit: { readonly author: GitActor | null; readonly committer: GitActor | null };
    }[];
  };
  readonly head: { readonly nodes: readonly { readonly commit: HeadCommit }[] };
  readonly comments: CommentPage;
}
interface SituationAnswer {
  readonly repository: {
    readonly nameWithOwner: string;
    readonly isArchived: boolean;
    readonly pullRequest: PullNode | null;
  } | null;
  readonly defaults: { readonly object: TextBlob | null } | null;
}

/**
 * One question, one answer; undefined when there is no such pull request.
 *
 * @throws Moved when the repository has another name by now
 */
export async function readSituation(
  client: GitHubClient,
  { owner, repo }: Repository,
  number: number,
  appId: number,
): Promise<Situation | undefined> {
  const variables = { owner, name: repo, number, app: appId, check: CHECK_NAME, path: CONFIGURATION_PATH };
  const answer = await askSituation(client, variables);
  if (answer.repository) assertInPlace({ owner, repo }, answer.repository.nameWithOwner);
  const pull = answer.repository?.pullRequest;
  if (!pull) return undefined;
  const comments = await allComments(client, { owner, name: repo, number }, pull.comments);
  const head = pull.head.nodes[0]?.commit;
  // The list of commits can lag behind the head for a moment.
  const current = head?.oid === pull.headRefOid ? head : undefined;
  return {
    pull: pullRequestOf(pull),
    headSha: pull.headRefOid,
    open: pull.state === 'OPEN',
    archived: answer.repository?.isArchived ?? false,
    baseRef: pull.baseRefName,
    baseSha: pull.baseRef?.target?.oid ?? pull.baseRefOid,
    changedFiles: pull.changedFiles,
    configuration: pull.baseRef?.target?.file?.object?.text ?? undefined,
    organisation: answer.defaults?.object?.text ?? undefined,
    comments,
    siblings: (current?.associatedPullRequests?.nodes ?? [])
      .filter((one) => one.state === 'OPEN' && one.headRefOid === pull.headRefOid && one.number !== pull.number)
      .map((one) => one.number),
    checks: (current?.checkSuites?.nodes ?? [])
      .flatMap((suite) => suite.checkRuns?.nodes ?? [])
      .map((run) => ({
        id: run.databaseId,
        completed: run.status === 'COMPLETED',
        digest: run.externalId ?? undefined,
        conclusion: run.conclusion?.toLowerCase(),
      })),
    runs: current ? await runsOn(client, { owner, repo }, current) : [],
  };
}

async function askSituation(client: GitHubClient, variables: Record<string, unknown>): Promise<SituationAnswer> {
  const optional = ['defaults', 'workflowRun'];
  try {
    return await ask(client, situationQuery(), variables, optional);
  } catch (error) {
    if (!lacksField(error, 'workflowRun')) throw error;
    return ask(client, situationQuery(false), variables, optional);
  }
}

/** A server that cannot be asked for them in one question is asked in another. */
async function runsOn(client: GitHubClient, repository: Repository, commit: HeadCommit): Promise<FinishedRun[]> {
  if (commit.workflows === undefined) return listFinishedRuns(client, repository, commit.oid);
  return (commit.workflows?.nodes ?? []).flatMap((suite) =>
    suite?.workflowRun && suite.status === 'COMPLETED'
      ? [{ id: suite.workflowRun.databaseId, updatedAt: suite.workflowRun.updatedAt }]
      : [],
  );
}

function pullRequestOf(pull: PullNode): PullRequest {
  const authors = commitAuthors(pull);
  return {
    number: pull.number,
    title: pull.title,
    body: pull.body,
    author: loginOf(pull.author),
    authorIsBot: pull.author?.__typename === 'Bot',
    draft: pull.isDraft,
    baseSha: pull.baseRefOid,
    labels: (pull.labels?.nodes ?? []).map((label) => label.name),
    ...(authors ? { commitAuthors: authors } : {}),
  };
}

/** Undefined when not every commit is known: then nobody may conclude that all of them are a bot's. */
function commitAuthors({ commits }: PullNode): string[] | undefined {
  if (commits.totalCount > commits.nodes.length) return undefined;
  const logins = commits.nodes.flatMap(({ commit }) => [gitLogin(commit.author), gitLogin(commit.committer)]);
  return [...new Set(logins.flatMap((login) => (login === 'web-flow' ? [] : [login ?? '(unknown)'])))];
}

function gitLogin(actor: GitActor | null): string | undefined {
  if (actor?.user) return actor.user.login;
  // GitHub itself commits for people who press a button, and for bots.
  if (actor?.email === 'noreply@github.com') return 'web-flow';
  return /^\d+\+([\w-]+\[bot\])@users\.noreply\.github\.com$/.exec(actor?.email ?? '')?.[1];
}
