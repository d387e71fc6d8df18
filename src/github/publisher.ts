import { setTimeout as pause } from 'node:timers/promises';
import { markerOf } from '../report/publication/marker.js';
import type { InlineComment, Publication } from '../report/publication/publication.js';
import { isRateLimit, messageOf, statusOf, type GitHubClient, type Repository } from './client.js';
import { readPublished } from './published.js';
import { nothingToWrite, planWrites, type ReviewEvent, type Writes } from './reconcile.js';

export interface PublishResult {
  /** superseded: the head moved on meanwhile, so nothing was said. */
  readonly state: 'published' | 'unchanged' | 'superseded' | 'closed';
  /** What GitHub refused, in its words: the check run still says everything. */
  readonly refused: readonly string[];
}

const ROUNDS = 3;

/** Makes the pull request say what the publication says. After a server error it looks again instead of repeating. */
export async function publish(
  client: GitHubClient,
  repository: Repository,
  number: number,
  desired: Publication,
): Promise<PublishResult> {
  const writer = new Writer(client, repository, number, desired.headSha);
  let written = false;
  for (let round = 1; ; round += 1) {
    const actual = await readPublished(client, repository, number);
    if (!actual?.open) return { state: 'closed', refused: writer.refused };
    if (actual.headSha !== desired.headSha) return { state: 'superseded', refused: writer.refused };
    const writes = planWrites(desired, actual);
    if (nothingToWrite(writes)) return { state: written ? 'published' : 'unchanged', refused: writer.refused };
    try {
      await writer.apply(writes);
      return { state: 'published', refused: writer.refused };
    } catch (error) {
      if ((statusOf(error) ?? 0) < 500 || round === ROUNDS) throw error;
      written = true;
      await pause(250 * round);
    }
  }
}

class Writer {
  readonly refused: string[] = [];
  readonly #where: Repository & { pull_number: number };

  constructor(
    private readonly client: GitHubClient,
    private readonly repository: Repository,
    number: number,
    private readonly headSha: string,
  ) {
    this.#where = { ...repository, pull_number: number };
  }

  async apply(writes: Writes): Promise<void> {
    const { pulls } = this.client.rest;
    for (const { id, body } of writes.edits)
      await this.#tolerating(() => pulls.updateReviewComment({ ...this.repository, comment_id: id, body }));
    for (const id of writes.deletes)
      await this.#tolerating(() => pulls.deleteReviewComment({ ...this.repository, comment_id: id }));
    const { submit } = writes;
    for (const { id, body } of writes.editReviews)
      await this.#tolerating(() => pulls.updateReview({ ...this.#where, review_id: id, body }));
    if (submit) await this.#submit(submit.event, submit.body, submit.comments);
    for (const comment of writes.files) await this.#comment(comment);
    for (const id of writes.dismiss)
      await this.#tolerating(() =>
        pulls.dismissReview({
          ...this.#where,
          review_id: id,
          message: `No longer the case at ${this.headSha}.`,
          event: 'DISMISS',
        }),
      );
  }

  /** One review with all its comments; it is all or nothing, so a refusal falls back to one by one. */
  async #submit(event: ReviewEvent, body: string, comments: readonly InlineComment[]): Promise<void> {
    const send = (kind: ReviewEvent, inline: readonly InlineComment[]) =>
      this.client.rest.pulls.createReview({
        ...this.#where,
        commit_id: this.headSha,
        event: kind,
        body,
        comments: inline.map(placed),
      });
    const refusal = await this.#refusal(() => send(event, comments));
    if (refusal === undefined) return;
    this.refused.push(refusal);
    const alone = comments.length > 0 ? await this.#refusal(() => send(event, [])) : refusal;
    // An app cannot judge its own pull request, and a branch may be closed to requests: saying it must be enough, once.
    if (alone !== undefined && event !== 'APPROVE' && markerOf(body)?.kind === 'review')
      await this.#tolerating(() => send('COMMENT', []));
    for (const comment of comments) await this.#comment(comment);
  }

  /** A comment by itself: on its line, else on its file. */
  async #comment(comment: InlineComment): Promise<void> {
    const { pulls } = this.client.rest;
    const common = { ...this.#where, commit_id: this.headSha, body: comment.body, path: comment.path };
    const onLine =
      comment.line === undefined
        ? 'none'
        : await this.#refusal(() => pulls.createReviewComment({ ...common, ...placed(comment) }));
    if (onLine === undefined) return;
    await this.#tolerating(() => pulls.createReviewComment({ ...common, subject_type: 'file' }));
  }

  /** Runs a write; GitHub's refusal as a sentence, undefined when it was done. Server errors are thrown. */
  async #refusal(write: () => Promise<unknown>): Promise<string | undefined> {
    try {
      await write();
      return undefined;
    } catch (error) {
      const status = statusOf(error);
      if (!isRateLimit(error) && (status === 403 || status === 404 || status === 422)) return messageOf(error);
      throw error;
    }
  }

  async #tolerating(write: () => Promise<unknown>): Promise<void> {
    const refusal = await this.#refusal(write);
    if (refusal !== undefined) this.refused.push(refusal);
  }
}

const placed = (comment: InlineComment) => ({
  path: comment.path,
  body: comment.body,
  line: comment.line ?? 1,
  side: 'RIGHT' as const,
  ...(comment.startLine === undefined ? {} : { start_line: comment.startLine, start_side: 'RIGHT' as const }),
});
