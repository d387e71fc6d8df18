/** Pull requests, their files and commits, reviews and review comments. */
import { type Anchor, type AskedAnchor, placeAnchor } from '../anchors.js';
import { changedFiles } from '../diff.js';
import { ApiError, unprocessable } from '../errors.js';
import * as show from '../represent.js';
import type { Pull, Review, ReviewComment } from '../store.js';
import { commitJson, fileJson } from './contents.js';
import {
  type Answer,
  author,
  type Call,
  checkBody,
  created,
  empty,
  type Endpoints,
  findPull,
  ok,
  type Operations,
  page,
  present,
  serve,
  unlocked,
} from './operation.js';

type Pulls = Endpoints['pulls'];
type PullCall = Call<{ pull_number: number }>;

const LISTED_FILES = 3000;
const DIFF_FILES = 300;
const DIFF_LINES = 20_000;
const REVIEWER: `${string}:write` = 'pull_requests:write';

async function getPull(call: PullCall): Promise<Answer> {
  const { github, repository } = call;
  const pull = findPull(call);
  const files = await github.filesOf(repository, pull);
  if (/\.(diff|patch)\b/.test(call.accept)) return diff(call, pull, files);
  const sum = (key: 'additions' | 'deletions'): number => files.reduce((total, file) => total + file[key], 0);
  const commits = await github.commitsOf(repository, pull);
  const counts = {
    commits: commits.length,
    additions: sum('additions'),
    deletions: sum('deletions'),
    changed_files: files.length,
  };
  return ok(show.pullDetails(github.addresses, repository, pull, counts));
}

async function diff(
  { github, repository }: PullCall,
  pull: Pull,
  files: readonly { additions: number; deletions: number }[],
): Promise<Answer> {
  const tooLarge = (message: string): ApiError =>
    new ApiError(
      406,
      `Sorry, the diff exceeded the maximum number of ${message}. Consider using 'List pull requests files' API or locally cloning the repository instead.`,
      { errors: [{ resource: 'PullRequest', field: 'diff', code: 'too_large' }] },
    );
  if (files.length > DIFF_FILES) throw tooLarge(`files (${DIFF_FILES})`);
  if (files.reduce((total, file) => total + file.additions + file.deletions, 0) > DIFF_LINES)
    throw tooLarge(`lines (${DIFF_LINES})`);
  const base = await github.mergeBase(repository, pull);
  return {
    status: 200,
    raw: {
      type: 'application/vnd.github.diff; charset=utf-8',
      content: await repository.git.run(['diff', '-M', base, pull.head.sha]),
    },
  };
}

function listPulls(call: Call<Pulls['list']['parameters']>): Answer {
  const { github, repository, input } = call;
  const [headOwner, headRef] = input.head?.split(':') ?? [];
  const matching = [...repository.pulls.values()].filter((pull) => {
    const ownHead =
      headRef === undefined ||
      (pull.head.ref === headRef && (pull.head.repository?.owner ?? pull.user).login === headOwner);
    return (
      (input.state === 'all' || pull.state === (input.state ?? 'open')) &&
      (input.base === undefined || pull.base.ref === input.base) &&
      ownHead
    );
  });
  const key = input.sort === 'updated' ? 'updatedAt' : 'createdAt';
  const ascending = matching.sort((a, b) => a[key].localeCompare(b[key]) || a.number - b.number);
  const direction = input.direction ?? (input.sort === undefined || input.sort === 'created' ? 'desc' : 'asc');
  return page(call, direction === 'desc' ? ascending.reverse() : ascending, (pull) =>
    show.pull(github.addresses, repository, pull),
  );
}

/** The anchors of several comments, all or nothing. */
async function placeAll(
  call: PullCall,
  pull: Pull,
  commit: string,
  asked: readonly AskedAnchor[],
): Promise<{ anchors: Anchor[]; errors: string[] }> {
  const { github, repository } = call;
  const base = await github.mergeBase(repository, pull, commit);
  const files = asked.length === 0 ? [] : await changedFiles(repository.git, base, commit);
  const placed = asked.map((anchor) => placeAnchor(files, anchor));
  const errors = [...new Set(placed.flatMap((result) => (Array.isArray(result) ? result : [])))];
  return { anchors: placed.filter((result): result is Anchor => !Array.isArray(result)), errors };
}

async function requireCommit(call: PullCall, pull: Pull, sha: string | undefined): Promise<string> {
  if (sha === undefined || sha === pull.head.sha) return pull.head.sha;
  if ((await call.repository.git.commit(sha)) === undefined)
    throw unprocessable('Unprocessable Entity', ['Commit OID is not part of the pull request']);
  return sha;
}

async function createReview(call: Call<Pulls['createReview']['parameters']>): Promise<Answer> {
  const { github, repository, input } = call;
  const pull = findPull(call);
  unlocked(call, pull);
  const { user, app } = author(call);
  const body = input.body ?? '';
  const comments = input.comments ?? [];
  if (body.length > 65_536)
    throw unprocessable('Unprocessable Entity', ['Body is too long (maximum is 65536 characters)']);
  if (input.event === 'REQUEST_CHANGES' && body === '')
    throw unprocessable('Unprocessable Entity', ["Body can't be blank"]);
  if (input.event === 'COMMENT' && body === '' && comments.length === 0)
    throw unprocessable('Unprocessable Entity', ["Body can't be blank"]);
  if (pull.user.id === user.id && input.event === 'REQUEST_CHANGES')
    throw unprocessable('Unprocessable Entity', ['Can not request changes on your own pull request']);
  if (pull.user.id === user.id && input.event === 'APPROVE')
    throw unprocessable('Unprocessable Entity', ['Can not approve your own pull request']);
  if (pull.reviews.some((review) => review.user.id === user.id && review.state === 'PENDING'))
    throw unprocessable('Unprocessable Entity', ['User can only have one pending review per pull request']);
  const commit = await requireCommit(call, pull, input.commit_id);
  const { anchors, errors } = await placeAll(call, pull, commit, comments);
  if (errors.length > 0) throw unprocessable('Unprocessable Entity', errors);
  for (const comment of comments) checkBody(comment.body, 'PullRequestReviewComment');
  const state = input.event === undefined ? 'PENDING' : SUBMITTED[input.event];
  const review: Review = {
    id: github.ids.next(),
    user,
    app,
    body,
    state,
    commit,
    ...(state === 'PENDING' ? {} : { submittedAt: github.timestamp() }),
  };
  pull.reviews.push(review);
  for (const [index, anchor] of anchors.entries())
    await github.addReviewComment(repository, pull, review, anchor, comments[index]?.body ?? '');
  if (state !== 'PENDING') github.touched(pull);
  return ok(show.review(github.addresses, repository, pull.number, review));
}

const SUBMITTED = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const;

function findReview(call: Call<{ pull_number: number; review_id: number }>): { pull: Pull; review: Review } {
  const pull = findPull(call);
  return { pull, review: present(pull.reviews.find(({ id }) => id === call.input.review_id)) };
}

/** @throws ApiError 403 when it is somebody else's. People who may push may edit any comment; Apps only their own. */
function mayEdit(call: Call, owner: { id: number }): void {
  const { user } = author(call);
  if (user.id === owner.id) return;
  if (call.actor.kind === 'user' && ['admin', 'maintain', 'write'].includes(call.github.roleOf(call.repository, user)))
    return;
  throw new ApiError(
    403,
    call.actor.kind === 'installation'
      ? 'Resource not accessible by integration'
      : 'Must have admin rights to Repository.',
  );
}

async function createComment(call: Call<Pulls['createReviewComment']['parameters']>): Promise<Answer> {
  const { github, repository, input } = call;
  const pull = findPull(call);
  unlocked(call, pull);
  checkBody(input.body, 'PullRequestReviewComment');
  const commit = await requireCommit(call, pull, input.commit_id);
  const { anchors, errors } = await placeAll(call, pull, commit, [input]);
  const [anchor] = anchors;
  if (anchor === undefined) {
    const message = errors.some((error) => error.startsWith('Path'))
      ? 'pull_request_review_thread.path could not be resolved'
      : 'pull_request_review_thread.line must be part of the diff';
    throw unprocessable('Validation Failed', [
      { resource: 'PullRequestReviewComment', code: 'custom', field: message.split(' ')[0], message },
    ]);
  }
  const { user, app } = author(call);
  const review: Review = {
    id: github.ids.next(),
    user,
    app,
    body: '',
    state: 'COMMENTED',
    commit,
    submittedAt: github.timestamp(),
  };
  pull.reviews.push(review);
  return created(
    show.reviewComment(
      github.addresses,
      repository,
      await github.addReviewComment(repository, pull, review, anchor, input.body),
    ),
  );
}

async function reply(call: Call<Pulls['createReplyForReviewComment']['parameters']>): Promise<Answer> {
  const { github, repository, input } = call;
  const pull = findPull(call);
  unlocked(call, pull);
  const first = present(
    repository.reviewComments.find(({ id, pull: number }) => id === input.comment_id && number === pull.number),
  );
  if (first.inReplyTo !== undefined)
    throw unprocessable('Validation Failed', [
      {
        resource: 'PullRequestReviewComment',
        code: 'custom',
        field: 'in_reply_to',
        message: 'in_reply_to must be the top-level comment',
      },
    ]);
  checkBody(input.body, 'PullRequestReviewComment');
  const { user, app } = author(call);
  const review: Review = {
    id: github.ids.next(),
    user,
    app,
    body: '',
    state: 'COMMENTED',
    commit: pull.head.sha,
    submittedAt: github.timestamp(),
  };
  pull.reviews.push(review);
  const anchor: Anchor = { ...first, diffHunk: first.diffHunk };
  return created(
    show.reviewComment(
      github.addresses,
      repository,
      await github.addReviewComment(repository, pull, review, anchor, input.body, first.id),
    ),
  );
}

function findComment(call: Call<{ comment_id: number }>): ReviewComment {
  return present(call.repository.reviewComments.find(({ id }) => id === call.input.comment_id));
}

function ordered(
  call: Call<{ since?: string | undefined; direction?: string | undefined; sort?: string | undefined }>,
  comments: readonly ReviewComment[],
): ReviewComment[] {
  const { since, direction, sort } = call.input;
  const key = sort === 'updated' ? 'updatedAt' : 'createdAt';
  const kept = comments.filter(({ updatedAt }) => since === undefined || updatedAt >= since);
  const ascending = kept.sort((a, b) => a[key].localeCompare(b[key]) || a.id - b.id);
  return direction === 'desc' ? ascending.reverse() : ascending;
}

const visible = (call: Call, pull: Pull): Review[] =>
  pull.reviews.filter(
    (review) =>
      review.state !== 'PENDING' || ('installation' === call.actor.kind && call.actor.installation.app === review.app),
  );

export const pullOperations: Operations = {
  'pulls/list': serve('pull_requests:read', listPulls),
  'pulls/get': serve('pull_requests:read', getPull),
  'pulls/list-files': serve<Pulls['listFiles']['parameters']>('pull_requests:read', async (call) => {
    const pull = findPull(call);
    const files = call.github.visible(await call.github.filesOf(call.repository, pull)).slice(0, LISTED_FILES);
    return page(call, files, (file) => fileJson(call.github, call.repository, file, pull.head.sha));
  }),
  'pulls/list-commits': serve<Pulls['listCommits']['parameters']>('pull_requests:read', async (call) => {
    const commits = (await call.github.commitsOf(call.repository, findPull(call))).slice(0, 250);
    return page(call, commits, (commit) => commitJson(call.github, call.repository, commit));
  }),
  'repos/list-pull-requests-associated-with-commit': serve<
    Endpoints['repos']['listPullRequestsAssociatedWithCommit']['parameters']
  >('pull_requests:read', async (call) => {
    const sha = await call.repository.git.resolve(`${call.input.commit_sha}^{commit}`);
    if (sha === undefined) throw unprocessable(`No commit found for SHA: ${call.input.commit_sha}`);
    const holding: Pull[] = [];
    for (const pull of call.repository.pulls.values())
      if ((await call.github.commitsOf(call.repository, pull)).some((commit) => commit.sha === sha)) holding.push(pull);
    return page(call, holding, (pull) => show.pull(call.github.addresses, call.repository, pull));
  }),
  'pulls/list-reviews': serve<Pulls['listReviews']['parameters']>('pull_requests:read', (call) => {
    const pull = findPull(call);
    return page(call, visible(call, pull), (review) =>
      show.review(call.github.addresses, call.repository, pull.number, review),
    );
  }),
  'pulls/create-review': serve(REVIEWER, createReview),
  'pulls/get-review': serve<Pulls['getReview']['parameters']>('pull_requests:read', (call) => {
    const { pull, review } = findReview(call);
    return ok(show.review(call.github.addresses, call.repository, pull.number, review));
  }),
  'pulls/update-review': serve<Pulls['updateReview']['parameters']>(REVIEWER, (call) => {
    const { pull, review } = findReview(call);
    mayEdit(call, review.user);
    review.body = checkBody(call.input.body, 'PullRequestReview');
    review.editedAt = call.github.timestamp();
    return ok(show.review(call.github.addresses, call.repository, pull.number, review));
  }),
  'pulls/submit-review': serve<Pulls['submitReview']['parameters']>(REVIEWER, (call) => {
    const { pull, review } = findReview(call);
    if (review.state !== 'PENDING')
      throw unprocessable('Unprocessable Entity', ['Can not submit a review that is not pending']);
    review.body = call.input.body ?? review.body;
    review.state = SUBMITTED[call.input.event];
    review.submittedAt = call.github.timestamp();
    return ok(show.review(call.github.addresses, call.repository, pull.number, review));
  }),
  'pulls/delete-pending-review': serve<Pulls['deletePendingReview']['parameters']>(REVIEWER, (call) => {
    const { pull, review } = findReview(call);
    if (review.state !== 'PENDING') throw unprocessable('Can not delete a non-pending pull request review');
    pull.reviews.splice(pull.reviews.indexOf(review), 1);
    const { reviewComments } = call.repository;
    reviewComments.splice(
      0,
      reviewComments.length,
      ...reviewComments.filter((comment) => comment.review !== review.id),
    );
    return ok(show.review(call.github.addresses, call.repository, pull.number, review));
  }),
  'pulls/dismiss-review': serve<Pulls['dismissReview']['parameters']>(REVIEWER, (call) => {
    const { pull, review } = findReview(call);
    const { user } = author(call);
    if (review.state !== 'CHANGES_REQUESTED' && review.state !== 'APPROVED')
      throw unprocessable(`Can not dismiss a ${review.state.toLowerCase().replace('_', ' ')} pull request review`);
    review.state = 'DISMISSED';
    review.dismissal = {
      id: call.github.ids.next(),
      by: user,
      message: call.input.message,
      at: call.github.timestamp(),
    };
    return ok(show.review(call.github.addresses, call.repository, pull.number, review));
  }),
  'pulls/list-comments-for-review': serve<Pulls['listCommentsForReview']['parameters']>(
    'pull_requests:read',
    (call) => {
      const { review } = findReview(call);
      // This listing has only `position`: no line, no side. GitHub's own, and a trap.
      const shown = (comment: ReviewComment): unknown => {
        const {
          line: _line,
          original_line: _original,
          start_line: _start,
          original_start_line: _originalStart,
          side: _side,
          start_side: _startSide,
          subject_type: _subject,
          ...rest
        } = show.reviewComment(call.github.addresses, call.repository, comment);
        return rest;
      };
      return page(
        call,
        call.repository.reviewComments.filter((comment) => comment.review === review.id),
        shown,
      );
    },
  ),
  'pulls/list-review-comments': serve<Pulls['listReviewComments']['parameters']>('pull_requests:read', (call) => {
    const pull = findPull(call);
    const hidden = new Set(pull.reviews.filter(({ state }) => state === 'PENDING').map(({ id }) => id));
    const comments = call.repository.reviewComments.filter(
      (comment) => comment.pull === pull.number && !hidden.has(comment.review),
    );
    return page(call, ordered(call, comments), (comment) =>
      show.reviewComment(call.github.addresses, call.repository, comment),
    );
  }),
  'pulls/get-review-comment': serve<Pulls['getReviewComment']['parameters']>('pull_requests:read', (call) =>
    ok(show.reviewComment(call.github.addresses, call.repository, findComment(call))),
  ),
  'pulls/update-review-comment': serve<Pulls['updateReviewComment']['parameters']>(REVIEWER, (call) => {
    const comment = findComment(call);
    mayEdit(call, comment.user);
    call.github.edit(comment, author(call).user, checkBody(call.input.body, 'PullRequestReviewComment'));
    return ok(show.reviewComment(call.github.addresses, call.repository, comment));
  }),
  'pulls/delete-review-comment': serve<Pulls['deleteReviewComment']['parameters']>(REVIEWER, (call) => {
    const comment = findComment(call);
    mayEdit(call, comment.user);
    call.repository.reviewComments.splice(call.repository.reviewComments.indexOf(comment), 1);
    return empty();
  }),
  'pulls/create-review-comment': serve(REVIEWER, createComment),
  'pulls/create-reply-for-review-comment': serve(REVIEWER, reply),
};

export { mayEdit };
