/** People, comments, threads and reviews as GraphQL shows them. */
import * as show from '../represent.js';
import {
  type IssueComment,
  nodeId,
  type Pull,
  type Repository,
  type Review,
  type ReviewComment,
  type User,
} from '../store.js';
import { connection, type Context, type Fields, type Paging, permitted, viewer } from './context.js';

export function actorFields(user: User): Fields {
  // GraphQL shows a bot's login without the suffix that REST adds.
  return {
    __typename: user.type,
    login: user.login.replace(/\[bot\]$/, ''),
    id: nodeId(user.type, user.id),
    databaseId: user.id,
  };
}

export const orNull = (user: User | undefined): Fields | null => (user ? actorFields(user) : null);

export function threadStarts(repository: Repository, { number }: Pull): ReviewComment[] {
  return repository.reviewComments.filter(({ pull, inReplyTo }) => pull === number && inReplyTo === undefined);
}

export function threadFields(context: Context, repository: Repository, first: ReviewComment): Fields {
  const comments = repository.reviewComments.filter(({ id, inReplyTo }) => id === first.id || inReplyTo === first.id);
  const mayResolve =
    permitted(context, 'contents:write|pull_requests:write', repository) &&
    permitted(context, 'contents:write', repository);
  return {
    __typename: 'PullRequestReviewThread',
    id: nodeId('PullRequestReviewThread', first.id),
    isResolved: first.resolvedBy !== undefined,
    resolvedBy: orNull(first.resolvedBy),
    isOutdated: first.subject === 'line' && first.line === undefined,
    isCollapsed: first.resolvedBy !== undefined,
    viewerCanResolve: mayResolve && first.resolvedBy === undefined,
    viewerCanUnresolve: mayResolve && first.resolvedBy !== undefined,
    viewerCanReply: true,
    path: first.path,
    line: first.line ?? null,
    startLine: first.startLine ?? null,
    originalLine: first.originalLine ?? null,
    diffSide: first.side,
    subjectType: first.subject.toUpperCase(),
    comments: (paging: Paging) =>
      connection(comments, paging, (comment) => reviewCommentFields(context, repository, comment)),
  };
}

function editFields(context: Context, item: ReviewComment | IssueComment): Fields {
  return {
    body: item.body,
    author: actorFields(item.user),
    createdAt: item.createdAt,
    updatedAt: item.updatedAt,
    lastEditedAt: item.lastEditedAt ?? null,
    editor: orNull(item.editor),
    includesCreatedEdit: item.editor !== undefined,
    viewerDidAuthor: viewer(context).id === item.user.id,
    isMinimized: item.minimized !== undefined,
    minimizedReason: item.minimized?.toLowerCase() ?? null,
    databaseId: item.id,
    fullDatabaseId: String(item.id),
  };
}

export function commentFields(context: Context, repository: Repository, item: IssueComment): Fields {
  const url = `${context.github.addresses.web}/${show.fullName(repository)}/${repository.issues.has(item.issue) ? 'issues' : 'pull'}/${item.issue}#issuecomment-${item.id}`;
  return { __typename: 'IssueComment', id: nodeId('IssueComment', item.id), url, ...editFields(context, item) };
}

export function reviewCommentFields(context: Context, repository: Repository, item: ReviewComment): Fields {
  const url = `${context.github.addresses.web}/${show.fullName(repository)}/pull/${item.pull}#discussion_r${item.id}`;
  const place = {
    path: item.path,
    line: item.line ?? null,
    startLine: item.startLine ?? null,
    originalLine: item.originalLine ?? null,
    outdated: item.subject === 'line' && item.line === undefined,
    subjectType: item.subject.toUpperCase(),
    diffHunk: item.diffHunk,
  };
  return {
    __typename: 'PullRequestReviewComment',
    id: nodeId('PullRequestReviewComment', item.id),
    url,
    ...place,
    ...editFields(context, item),
  };
}

export function reviewFields(context: Context, repository: Repository, pull: Pull, item: Review): Fields {
  const url = `${context.github.addresses.web}/${show.fullName(repository)}/pull/${pull.number}#pullrequestreview-${item.id}`;
  return {
    __typename: 'PullRequestReview',
    id: nodeId('PullRequestReview', item.id),
    databaseId: item.id,
    fullDatabaseId: String(item.id),
    url,
    state: item.state,
    body: item.body,
    author: actorFields(item.user),
    submittedAt: item.submittedAt ?? null,
    lastEditedAt: item.editedAt ?? null,
    viewerDidAuthor: viewer(context).id === item.user.id,
    commit: { oid: item.commit },
  };
}
