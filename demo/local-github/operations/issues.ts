/** The conversation of an issue or a pull request: comments and reactions. */
import { ApiError } from '../errors.js';
import * as show from '../represent.js';
import { type IssueComment, type Reaction, topicOf } from '../store.js';
import {
  type Answer,
  author,
  type Call,
  checkBody,
  created,
  empty,
  type Endpoints,
  ok,
  type Operations,
  page,
  present,
  serve,
  unlocked,
} from './operation.js';
import { mayEdit } from './pulls.js';

type Issues = Endpoints['issues'];
type Reactions = Endpoints['reactions'];
/** A pull request's conversation is reached with either permission. */
const WRITE = 'issues:write|pull_requests:write';
const READ = 'issues:read|pull_requests:read';

function findComment(call: Call<{ comment_id: number }>): IssueComment {
  return present(call.repository.comments.find(({ id }) => id === call.input.comment_id));
}

function react(call: Call<{ content: string }>, reactions: Reaction[]): Answer {
  const { user } = author(call);
  const same = reactions.find((reaction) => reaction.user.id === user.id && reaction.content === call.input.content);
  if (same) return ok(show.reaction(call.github.addresses, same));
  const reaction = {
    id: call.github.ids.next(),
    user,
    content: call.input.content,
    createdAt: call.github.timestamp(),
  };
  reactions.push(reaction);
  return created(show.reaction(call.github.addresses, reaction));
}

export const issueOperations: Operations = {
  'issues/get': serve<Issues['get']['parameters']>(READ, (call) =>
    ok(show.issue(call.github.addresses, call.repository, present(topicOf(call.repository, call.input.issue_number)))),
  ),
  'issues/list-comments': serve<Issues['listComments']['parameters']>(READ, (call) => {
    const topic = present(topicOf(call.repository, call.input.issue_number));
    const { since } = call.input;
    const comments = call.repository.comments.filter(
      ({ issue, updatedAt }) => issue === topic.number && (since === undefined || updatedAt >= since),
    );
    return page(call, comments, (comment) => show.issueComment(call.github.addresses, call.repository, comment));
  }),
  'issues/create-comment': serve<Issues['createComment']['parameters']>(WRITE, (call) => {
    const topic = present(topicOf(call.repository, call.input.issue_number));
    unlocked(call, topic);
    const { user, app } = author(call);
    const comment = call.github.addComment(
      call.repository,
      topic,
      user,
      checkBody(call.input.body, 'IssueComment'),
      app,
    );
    return created(show.issueComment(call.github.addresses, call.repository, comment));
  }),
  'issues/get-comment': serve<Issues['getComment']['parameters']>(READ, (call) =>
    ok(show.issueComment(call.github.addresses, call.repository, findComment(call))),
  ),
  'issues/update-comment': serve<Issues['updateComment']['parameters']>(WRITE, (call) => {
    const comment = findComment(call);
    mayEdit(call, comment.user);
    call.github.editComment(call.repository, comment, author(call).user, checkBody(call.input.body, 'IssueComment'));
    return ok(show.issueComment(call.github.addresses, call.repository, comment));
  }),
  'issues/delete-comment': serve<Issues['deleteComment']['parameters']>(WRITE, (call) => {
    const comment = findComment(call);
    mayEdit(call, comment.user);
    call.github.deleteComment(call.repository, comment, author(call).user);
    return empty();
  }),
  'reactions/create-for-issue-comment': serve<Reactions['createForIssueComment']['parameters']>(WRITE, (call) => {
    const comment = findComment(call);
    unlocked(call, present(topicOf(call.repository, comment.issue)));
    return react(call, comment.reactions);
  }),
  'reactions/list-for-issue-comment': serve<Reactions['listForIssueComment']['parameters']>(READ, (call) => {
    const reactions = findComment(call).reactions.filter(
      ({ content }) => call.input.content === undefined || content === call.input.content,
    );
    return page(call, reactions, (reaction) => show.reaction(call.github.addresses, reaction));
  }),
  'reactions/delete-for-issue-comment': serve<Reactions['deleteForIssueComment']['parameters']>(WRITE, (call) => {
    const { reactions } = findComment(call);
    const index = reactions.findIndex(({ id }) => id === call.input.reaction_id);
    if (reactions[index]?.user.id !== author(call).user.id)
      throw new ApiError(index < 0 ? 404 : 403, index < 0 ? 'Not Found' : 'Resource not accessible by integration');
    reactions.splice(index, 1);
    return empty();
  }),
  'reactions/create-for-pull-request-review-comment': serve<
    Reactions['createForPullRequestReviewComment']['parameters']
  >('pull_requests:write', (call) =>
    react(call, present(call.repository.reviewComments.find(({ id }) => id === call.input.comment_id)).reactions),
  ),
};
