import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { DESCRIPTION_PATH } from '../core/pull-request.js';
import type { Review } from '../core/review.js';
import type { View } from '../core/types.js';
import type { ReviewRequest } from '../worker/pool.js';

type Reviewing = (request: ReviewRequest) => Promise<Review>;

/** The only view that reads what people write about a change. */
const READS_THE_DESCRIPTION: readonly View[] = ['dia'];
const KEPT = 200;

interface Known {
  readonly said: string;
  readonly review: Review;
}

/**
 * Where nothing but title or description changed since the last review, only the gate runs again, and the rest of that
 * review is kept. Asked twice for the very same thing, everything runs: then somebody wants another look. Kept in this
 * process; after a restart, or in another process, the whole review runs, with the same answer.
 */
export function gateAlone(review: Reviewing): Reviewing {
  const known = new LRUCache<string, Known>({ max: KEPT });
  return async (request) => {
    if (!request.head.pull || request.views) return review(request);
    const key = keyOf(request);
    const said = JSON.stringify([request.head.pull.title, request.head.pull.body]);
    const last = known.get(key);
    const reusable = last && last.said !== said && isWhole(last.review);
    const answer = await review(
      reusable ? { ...request, views: READS_THE_DESCRIPTION, previous: last.review } : request,
    );
    known.set(key, { said, review: answer });
    return answer;
  };
}

/** A review in which everything could be judged: what was left open may be answered by another try. */
const isWhole = ({ outcomes, gaps }: Review): boolean =>
  outcomes.every(({ kind }) => kind === 'done' || kind === 'not-applicable') &&
  gaps.every(({ decisive, path }) => !decisive || path === DESCRIPTION_PATH);

/** Everything a review depends on, except the words of the pull request. */
function keyOf({ head, base, configuration, waivers, limits, today }: ReviewRequest): string {
  const { title: _title, body: _body, ...pull } = head.pull ?? { title: '', body: '' };
  const hash = createHash('sha256');
  for (const part of [head.headSha, base?.headSha, pull, configuration, waivers, limits, today, head.changes])
    hash.update(`${JSON.stringify(part) ?? ''}\0`);
  // Evidence of workflow runs stands among the files, under blob ids of its own.
  for (const { path, blob } of head.files) hash.update(`${path}\0${blob}\0`);
  return hash.digest('hex');
}
