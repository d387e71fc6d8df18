import type { GitHubClient } from './client.js';
import { ask } from './graphql.js';
import { COMMENTS } from './queries.js';

/** A comment in the discussion, where slash commands stand. */
export interface DiscussionComment {
  readonly id: number;
  readonly body: string;
  readonly author: string;
  readonly authorIsBot: boolean;
  readonly createdAt: string;
  /** Login of the last one who edited it; undefined when nobody did. */
  readonly editor?: string;
  readonly own: boolean;
}

export interface Actor {
  readonly __typename: string;
  readonly login: string;
}
interface CommentNode {
  readonly databaseId: number;
  readonly body: string;
  readonly createdAt: string;
  readonly lastEditedAt: string | null;
  readonly editor: Actor | null;
  readonly author: Actor | null;
  readonly viewerDidAuthor: boolean;
}
export interface CommentPage {
  readonly pageInfo: { readonly hasPreviousPage: boolean; readonly startCursor: string | null };
  readonly nodes: readonly CommentNode[];
}
interface CommentsAnswer {
  readonly repository: { readonly issueOrPullRequest: { readonly comments?: CommentPage } | null } | null;
}

const MAX_COMMENT_PAGES = 10;

/** GraphQL names a bot without the suffix that REST, webhooks and people use. */
export const loginOf = (actor: Actor | null): string =>
  !actor ? 'ghost' : actor.__typename === 'Bot' && !actor.login.endsWith('[bot]') ? `${actor.login}[bot]` : actor.login;

/** A discussion, oldest first, given its last page: the newest 1,000 comments. */
export async function allComments(
  client: GitHubClient,
  where: { owner: string; name: string; number: number },
  last: CommentPage,
): Promise<DiscussionComment[]> {
  const nodes = [...last.nodes];
  let { pageInfo } = last;
  for (let page = 1; pageInfo.hasPreviousPage && pageInfo.startCursor && page < MAX_COMMENT_PAGES; page += 1) {
    const answer: CommentsAnswer = await ask(client, COMMENTS, { ...where, before: pageInfo.startCursor });
    const older = answer.repository?.issueOrPullRequest?.comments;
    if (!older) break;
    nodes.unshift(...older.nodes);
    ({ pageInfo } = older);
  }
  return nodes.map((node) => ({
    id: node.databaseId,
    body: node.body,
    author: loginOf(node.author),
    authorIsBot: node.author?.__typename === 'Bot',
    createdAt: node.createdAt,
    ...(node.lastEditedAt ? { editor: loginOf(node.editor) } : {}),
    own: node.viewerDidAuthor,
  }));
}
