import { markerOf, replyMarker } from '../report/publication/marker.js';
import { cutPlain, MAX_COMMENT } from '../report/publication/limits.js';
import { isRateLimit, messageOf, statusOf, type GitHubClient, type Repository } from './client.js';
import type { DiscussionComment } from './comments.js';

type Reaction = '+1' | '-1' | 'confused' | 'eyes' | 'rocket';

/** Shows at once that a command was seen. GitHub keeps one reaction of a kind, so saying it twice is saying it once. */
export async function react(
  client: GitHubClient,
  repository: Repository,
  commentId: number,
  content: Reaction,
): Promise<void> {
  try {
    await client.rest.reactions.createForIssueComment({ ...repository, comment_id: commentId, content });
  } catch (error) {
    // The comment may be gone, or reactions may be closed: nothing depends on it.
    if (![403, 404, 422].includes(statusOf(error) ?? 0)) throw error;
  }
}

/**
 * Answers a command below the discussion, once: a command that is delivered twice has its answer already.
 *
 * @returns why GitHub refused it (a locked conversation, an issue that is gone); undefined when it was said
 */
export async function reply(
  client: GitHubClient,
  repository: Repository,
  number: number,
  to: number | string,
  text: string,
  comments: readonly DiscussionComment[],
): Promise<string | undefined> {
  const marker = replyMarker(to);
  const key = markerOf(marker)?.key;
  if (comments.some((comment) => comment.own && markerOf(comment.body)?.key === key)) return undefined;
  const body = `${cutPlain(text, MAX_COMMENT - marker.length)}${marker}`;
  try {
    await client.rest.issues.createComment({ ...repository, issue_number: number, body });
    return undefined;
  } catch (error) {
    if (isRateLimit(error) || ![403, 404, 410, 422].includes(statusOf(error) ?? 0)) throw error;
    return messageOf(error);
  }
}
