/** What GraphQL may change, and things found by their global id. */
import { checkBody } from '../operations/operation.js';
import {
  type IssueComment,
  parseNodeId,
  type Pull,
  type Repository,
  type Review,
  type ReviewComment,
} from '../store.js';
import { type Context, failure, type Fields, need, viewer } from './context.js';
import { commentFields, reviewCommentFields, reviewFields, threadFields } from './conversation.js';
import { pullFields } from './repository.js';

/** A thing by its global id, with the repository it lives in. */
function find(
  { github }: Context,
  id: string,
): {
  repository: Repository;
  comment?: IssueComment;
  reviewComment?: ReviewComment;
  pull?: Pull;
  review?: Review;
} {
  const parsed = parseNodeId(id);
  for (const repository of github.repositories) {
    const pulls = [...repository.pulls.values()];
    const has = <T extends { id: number }>(kind: string, items: readonly T[]): T | undefined =>
      parsed?.kind === kind ? items.find((item) => item.id === parsed.id) : undefined;
    const comment = has('IssueComment', repository.comments);
    const reviewComment =
      has('PullRequestReviewComment', repository.reviewComments) ??
      has('PullRequestReviewThread', repository.reviewComments);
    const pull = has('PullRequest', pulls) ?? pulls.find(({ reviews }) => has('PullRequestReview', reviews));
    const review = pull && has('PullRequestReview', pull.reviews);
    if (comment) return { repository, comment };
    if (reviewComment) return { repository, reviewComment };
    if (pull) return { repository, pull, ...(review ? { review } : {}) };
  }
  throw failure('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
}

export function node(context: Context, id: string): Fields {
  const found = find(context, id);
  need(context, 'pull_requests:read|issues:read', found.repository);
  if (found.comment) return commentFields(context, found.repository, found.comment);
  if (found.reviewComment) {
    const thread = parseNodeId(id)?.kind === 'PullRequestReviewThread';
    return thread
      ? threadFields(context, found.repository, found.reviewComment)
      : reviewCommentFields(context, found.repository, found.reviewComment);
  }
  if (found.pull && found.review) return reviewFields(context, found.repository, found.pull, found.review);
  if (found.pull) return pullFields(context, found.repository, found.pull);
  throw failure('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
}

type Input<T> = { readonly input: T };

export function mutations(context: Context): Fields {
  const { github } = context;
  /** Resolving needs `contents: write`, which an App for reviews should not have. */
  const setResolved = (threadId: string, resolved: boolean): Fields => {
    const { repository, reviewComment } = find(context, threadId);
    need(context, 'contents:write', repository);
    if (reviewComment === undefined)
      throw failure('NOT_FOUND', `Could not resolve to a node with the global id of '${threadId}'`);
    if (resolved) reviewComment.resolvedBy = viewer(context);
    else delete reviewComment.resolvedBy;
    return { thread: threadFields(context, repository, reviewComment), clientMutationId: null };
  };
  const edit = (id: string, body: string): { repository: Repository; item: IssueComment | ReviewComment } => {
    const { repository, comment, reviewComment } = find(context, id);
    need(context, 'pull_requests:write|issues:write', repository);
    const item = comment ?? reviewComment;
    if (item === undefined) throw failure('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
    if (item.user.id !== viewer(context).id) throw failure('FORBIDDEN', 'Resource not accessible by integration');
    checkBody(body, 'Comment');
    if (comment) github.editComment(repository, comment, viewer(context), body);
    else github.edit(item, viewer(context), body);
    return { repository, item };
  };
  return {
    resolveReviewThread: ({ input }: Input<{ threadId: string }>) => setResolved(input.threadId, true),
    unresolveReviewThread: ({ input }: Input<{ threadId: string }>) => setResolved(input.threadId, false),
    minimizeComment: ({ input }: Input<{ subjectId: string; classifier: string }>) => {
      const { repository, comment, reviewComment } = find(context, input.subjectId);
      need(context, 'pull_requests:write|issues:write', repository);
      const item = comment ?? reviewComment;
      if (item === undefined) throw failure('UNPROCESSABLE', 'This comment cannot be minimized');
      item.minimized = input.classifier;
      return {
        clientMutationId: null,
        minimizedComment: comment
          ? commentFields(context, repository, comment)
          : reviewCommentFields(context, repository, item as ReviewComment),
      };
    },
    unminimizeComment: ({ input }: Input<{ subjectId: string }>) => {
      const { repository, comment, reviewComment } = find(context, input.subjectId);
      need(context, 'pull_requests:write|issues:write', repository);
      const item = comment ?? reviewComment;
      if (item) delete item.minimized;
      return {
        clientMutationId: null,
        unminimizedComment: comment
          ? commentFields(context, repository, comment)
          : reviewCommentFields(context, repository, item as ReviewComment),
      };
    },
    updateIssueComment: ({ input }: Input<{ id: string; body: string }>) => {
      const { repository, item } = edit(input.id, input.body);
      return { clientMutationId: null, issueComment: commentFields(context, repository, item as IssueComment) };
    },
    updatePullRequestReviewComment: ({ input }: Input<{ pullRequestReviewCommentId: string; body: string }>) => {
      const { repository, item } = edit(input.pullRequestReviewCommentId, input.body);
      return {
        clientMutationId: null,
        pullRequestReviewComment: reviewCommentFields(context, repository, item as ReviewComment),
      };
    },
    updatePullRequestReview: ({ input }: Input<{ pullRequestReviewId: string; body: string }>) => {
      const { repository, pull, review } = find(context, input.pullRequestReviewId);
      need(context, 'pull_requests:write', repository);
      if (pull === undefined || review?.user.id !== viewer(context).id)
        throw failure('FORBIDDEN', 'Resource not accessible by integration');
      review.body = input.body;
      review.editedAt = github.timestamp();
      return { clientMutationId: null, pullRequestReview: reviewFields(context, repository, pull, review) };
    },
  };
}
