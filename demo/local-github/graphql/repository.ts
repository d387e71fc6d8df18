/** Repositories, pull requests, commits and checks as GraphQL shows them. */
import type { CommitInfo } from '../git.js';
import * as show from '../represent.js';
import {
  type CheckRun,
  type CheckSuite,
  type Issue,
  nodeId,
  type Pull,
  type QueueEntry,
  type Repository,
  type Topic,
  topicOf,
} from '../store.js';
import { connection, type Context, failure, type Fields, need, type Paging } from './context.js';
import { actorFields, commentFields, orNull, reviewFields, threadFields, threadStarts } from './conversation.js';

export function repositoryFields(context: Context, repository: Repository): Fields {
  const pull = (item: Pull): Fields => pullFields(context, repository, item);
  return {
    __typename: 'Repository',
    id: nodeId('Repository', repository.id),
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: show.fullName(repository),
    isPrivate: repository.private,
    defaultBranchRef: () => refFields(context, repository, repository.defaultBranch),
    isArchived: false,
    isFork: repository.fork !== undefined,
    ref: ({ qualifiedName }: { qualifiedName: string }) =>
      refFields(context, repository, qualifiedName.replace('refs/heads/', '')),
    mergeQueue: ({ branch = repository.defaultBranch }: { branch?: string }) => {
      const entries = repository.mergeQueue.filter(({ pull: { base } }) => base.ref === branch);
      return entries.length === 0 ? null : mergeQueueFields(context, repository, entries);
    },
    object: async ({ oid, expression }: { oid?: string; expression?: string }) => {
      need(context, 'contents:read', repository);
      const found = await repository.git.object(oid ?? expression ?? '');
      if (found === undefined) return null;
      const common = { oid: found.oid, id: nodeId('Object', 0) };
      if (found.type === 'commit') return commitFields(context, repository, await commitOf(repository, found.oid));
      if (found.type !== 'blob') return { __typename: 'Tree', ...common };
      return { __typename: 'Blob', ...common, ...blobText(found.content) };
    },
    pullRequest: ({ number }: { number: number }) => {
      need(context, 'pull_requests:read', repository);
      const found = repository.pulls.get(number);
      if (found === undefined)
        throw failure('NOT_FOUND', `Could not resolve to a PullRequest with the number of ${number}.`);
      return pull(found);
    },
    issue: ({ number }: { number: number }) => {
      need(context, 'issues:read', repository);
      const found = repository.issues.get(number);
      if (found === undefined)
        throw failure('NOT_FOUND', `Could not resolve to an Issue with the number of ${number}.`);
      return issueFields(context, repository, found);
    },
    issueOrPullRequest: ({ number }: { number: number }) => {
      const found = topicOf(repository, number);
      need(context, found && 'head' in found ? 'pull_requests:read' : 'issues:read', repository);
      if (found === undefined)
        throw failure('NOT_FOUND', `Could not resolve to an issue or pull request with the number of ${number}.`);
      return 'head' in found ? pull(found) : issueFields(context, repository, found);
    },
    pullRequests: (paging: Paging & { states?: string[] }) => {
      need(context, 'pull_requests:read', repository);
      const stateOf = ({ state, mergedAt }: Pull): string => (mergedAt ? 'MERGED' : state.toUpperCase());
      return connection(
        [...repository.pulls.values()].filter((item) => paging.states?.includes(stateOf(item)) ?? true),
        paging,
        pull,
      );
    },
  };
}

/** GitHub gives no text for binary blobs, and cuts long text without an error. */
function blobText(content: Buffer): Fields {
  const binary = content.subarray(0, 8000).includes(0);
  const cut = content.length > 512_000;
  return {
    isBinary: binary,
    isTruncated: !binary && cut,
    byteSize: content.length,
    text: binary ? null : content.subarray(0, 512_000).toString('utf8'),
  };
}

function issueFields(context: Context, repository: Repository, item: Issue): Fields {
  return {
    __typename: 'Issue',
    id: nodeId('Issue', item.id),
    databaseId: item.id,
    number: item.number,
    title: item.title,
    body: item.body ?? '',
    state: item.state.toUpperCase(),
    locked: item.locked,
    author: actorFields(item.user),
    labels: (paging: Paging) => connection(item.labels, paging, (name) => ({ name })),
    comments: (paging: Paging) => commentsOf(context, repository, item, paging),
  };
}

const commentsOf = (context: Context, repository: Repository, item: Topic, paging: Paging): Fields =>
  connection(
    repository.comments.filter(({ issue }) => issue === item.number),
    paging,
    (comment) => commentFields(context, repository, comment),
  );

export function pullFields(context: Context, repository: Repository, item: Pull): Fields {
  const { github } = context;
  return {
    __typename: 'PullRequest',
    id: nodeId('PullRequest', item.id),
    databaseId: item.id,
    number: item.number,
    title: item.title,
    body: item.body ?? '',
    state: item.mergedAt ? 'MERGED' : item.state.toUpperCase(),
    isDraft: item.draft,
    locked: item.locked,
    headRefOid: item.head.sha,
    headRefName: item.head.ref,
    baseRefName: item.base.ref,
    baseRefOid: item.base.sha,
    isCrossRepository: item.head.repository !== repository,
    author: actorFields(item.user),
    lastEditedAt: null,
    editor: null,
    changedFiles: async () => (await github.filesOf(repository, item)).length,
    baseRef: () => refFields(context, repository, item.base.ref),
    headRepository: item.head.repository
      ? { nameWithOwner: show.fullName(item.head.repository), isFork: item.head.repository.fork !== undefined }
      : null,
    mergeable: item.mergeable === null ? 'UNKNOWN' : item.mergeable ? 'MERGEABLE' : 'CONFLICTING',
    labels: (paging: Paging) => connection(item.labels, paging, (name) => ({ name })),
    files: async (paging: Paging) =>
      connection(await github.filesOf(repository, item), paging, (file) => ({
        path: file.filename,
        additions: file.additions,
        deletions: file.deletions,
        changeType: file.status === 'removed' ? 'DELETED' : file.status.toUpperCase(),
      })),
    commits: async (paging: Paging) =>
      connection(await github.commitsOf(repository, item), paging, (commit) => ({
        commit: commitFields(context, repository, commit),
      })),
    comments: (paging: Paging) => commentsOf(context, repository, item, paging),
    reviews: (paging: Paging) =>
      connection(item.reviews, paging, (review) => reviewFields(context, repository, item, review)),
    reviewThreads: (paging: Paging) =>
      connection(threadStarts(repository, item), paging, (first) => threadFields(context, repository, first)),
  };
}

async function commitOf(repository: Repository, sha: string): Promise<CommitInfo> {
  const found = await repository.git.commit(sha);
  if (found === undefined) throw failure('NOT_FOUND', `Could not resolve to a commit ${sha}`);
  return found;
}

async function refFields(context: Context, repository: Repository, name: string): Promise<Fields | null> {
  const sha = await repository.git.resolve(`refs/heads/${name}`);
  if (sha === undefined) return null;
  return { name, target: commitFields(context, repository, await commitOf(repository, sha)) };
}

function commitFields(context: Context, repository: Repository, commit: CommitInfo): Fields {
  const { github } = context;
  const { name, email, date } = commit.author;
  const person = { name, email, date, user: () => orNull(github.userByEmail(email)) };
  return {
    __typename: 'Commit',
    id: nodeId('Commit', 0),
    oid: commit.sha,
    message: commit.message,
    committedDate: date,
    author: person,
    committer: person,
    parents: (paging: Paging) => connection(commit.parents, paging, (oid) => ({ oid })),
    file: async ({ path }: { path: string }) => {
      need(context, 'contents:read', repository);
      const found = await repository.git.object(`${commit.sha}:${path}`);
      return found?.type === 'blob'
        ? { path, object: { __typename: 'Blob', oid: found.oid, ...blobText(found.content) } }
        : null;
    },
    associatedPullRequests: async (paging: Paging) => {
      need(context, 'pull_requests:read', repository);
      const holding: Pull[] = [];
      for (const pull of repository.pulls.values()) {
        if ((await github.commitsOf(repository, pull)).some(({ sha }) => sha === commit.sha)) holding.push(pull);
      }
      return connection(holding, paging, (pull) => pullFields(context, repository, pull));
    },
    checkSuites: (paging: Paging & { filterBy?: { appId?: number; checkName?: string } }) => {
      need(context, 'checks:read', repository);
      const { appId, checkName } = paging.filterBy ?? {};
      const runs = (suite: CheckSuite): CheckRun[] => repository.runs.filter((run) => run.suite === suite);
      const suites = repository.suites.filter(
        (suite) =>
          suite.headSha === commit.sha &&
          (appId ?? suite.app.id) === suite.app.id &&
          (checkName === undefined || runs(suite).some((run) => run.name === checkName)),
      );
      return connection(suites, paging, (suite) => suiteFields(context, repository, suite, runs(suite)));
    },
  };
}

interface RunFilter {
  readonly appId?: number;
  readonly checkName?: string;
  readonly checkType?: 'ALL' | 'LATEST';
}

function suiteFields(context: Context, repository: Repository, suite: CheckSuite, runs: readonly CheckRun[]): Fields {
  const workflow = repository.workflowRuns.find((run) => run.suite === suite);
  return {
    status: workflow || runs.every((run) => run.status === 'completed') ? 'COMPLETED' : 'IN_PROGRESS',
    workflowRun: () => {
      if (!workflow) return null;
      need(context, 'actions:read', repository);
      return {
        databaseId: workflow.id,
        event: workflow.event,
        createdAt: workflow.createdAt,
        updatedAt: workflow.createdAt,
      };
    },
    __typename: 'CheckSuite',
    id: nodeId('CheckSuite', suite.id),
    databaseId: suite.id,
    app: { databaseId: suite.app.id, slug: suite.app.slug, name: suite.app.name },
    checkRuns: (paging: Paging & { filterBy?: RunFilter }) => {
      const { checkName, checkType } = paging.filterBy ?? {};
      const named = runs.filter((run) => (checkName ?? run.name) === run.name);
      // As in REST, older runs of the same name are left out unless all are asked for.
      const latest = named.filter((run, index) => !named.slice(index + 1).some((later) => later.name === run.name));
      return connection(checkType === 'ALL' ? named : latest, paging, runFields);
    },
  };
}

function runFields(run: CheckRun): Fields {
  return {
    __typename: 'CheckRun',
    id: nodeId('CheckRun', run.id),
    databaseId: run.id,
    name: run.name,
    status: run.status.toUpperCase(),
    conclusion: run.conclusion?.toUpperCase() ?? null,
    externalId: run.externalId,
    startedAt: run.startedAt,
    completedAt: run.completedAt,
    title: run.output.title,
    summary: run.output.summary,
    text: run.output.text,
    detailsUrl: run.detailsUrl,
  };
}

function mergeQueueFields(context: Context, repository: Repository, entries: readonly QueueEntry[]): Fields {
  return {
    id: nodeId('MergeQueue', repository.id),
    entries: (paging: Paging) =>
      connection(entries, paging, (entry) => ({
        id: nodeId('MergeQueueEntry', entry.pull.id),
        state: 'AWAITING_CHECKS',
        position: entries.indexOf(entry) + 1,
        baseCommit: async () => commitFields(context, repository, await commitOf(repository, entry.baseSha)),
        headCommit: async () => commitFields(context, repository, await commitOf(repository, entry.headSha)),
        pullRequest: pullFields(context, repository, entry.pull),
      })),
  };
}
