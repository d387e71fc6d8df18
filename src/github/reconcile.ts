import { answeredHeadline, fixedHeadline, foldedBody, isFolded } from '../report/publication/comments.js';
import { reviewMarker } from '../report/publication/marker.js';
import type { InlineComment, Publication } from '../report/publication/publication.js';
import type { OwnComment, OwnReview, Published } from './published.js';

export type ReviewEvent = 'REQUEST_CHANGES' | 'COMMENT' | 'APPROVE';

/** The writes that lead from what stands there to what should. All empty: nothing to do. */
export interface Writes {
  readonly edits: readonly { readonly id: number; readonly body: string }[];
  readonly deletes: readonly number[];
  readonly editReviews: readonly { readonly id: number; readonly body: string }[];
  readonly dismiss: readonly number[];
  /** One review with the comments on lines. */
  readonly submit:
    { readonly event: ReviewEvent; readonly body: string; readonly comments: readonly InlineComment[] } | undefined;
  /** Comments on whole files, which a review cannot carry. */
  readonly files: readonly InlineComment[];
}

export const nothingToWrite = (writes: Writes): boolean =>
  writes.edits.length +
    writes.deletes.length +
    writes.dismiss.length +
    writes.files.length +
    writes.editReviews.length ===
    0 && !writes.submit;

/** Desired against actual. Pure, so a second run on the same state gives no writes. */
export function planWrites(desired: Publication, actual: Published): Writes {
  const { kept, extra } = oldestOfEachKey(actual.comments);
  const wanted = new Map(desired.comments.map((comment) => [comment.key, comment]));
  const edits: { id: number; body: string }[] = [];
  for (const comment of kept) {
    const body = bodyFor(comment, wanted.get(comment.marker.key), desired);
    if (body !== undefined && !sameText(body, comment.body)) edits.push({ id: comment.id, body });
  }
  const fresh = desired.comments.filter((comment) => isNew(comment, kept));
  const main = actual.reviews.findLast((review) => review.main);
  const submit = submission(desired, actual.reviews, main, fresh);
  return {
    edits,
    deletes: extra.filter((comment) => !comment.answered).map((comment) => comment.id),
    editReviews: submit && submit.body === desired.body ? [] : mainEdits(desired, actual.reviews),
    dismiss: dismissals(desired, actual.reviews),
    submit,
    files: fresh.filter((comment) => comment.line === undefined),
  };
}

function oldestOfEachKey(comments: readonly OwnComment[]) {
  const seen = new Set<string>();
  const kept: OwnComment[] = [];
  const extra: OwnComment[] = [];
  for (const comment of comments) {
    (seen.has(comment.marker.key) ? extra : kept).push(comment);
    seen.add(comment.marker.key);
  }
  return { kept, extra };
}

/** What one of our comments should say now; undefined to leave it as it is. */
function bodyFor(comment: OwnComment, wanted: InlineComment | undefined, desired: Publication): string | undefined {
  if (wanted) return wanted.body;
  if (isFolded(comment.body)) return undefined;
  const { fingerprints, check = '' } = comment.marker;
  if (fingerprints.some((fingerprint) => desired.found.has(fingerprint))) return undefined;
  const answer = fingerprints
    .map((fingerprint) => desired.answered.get(fingerprint))
    .find((text) => text !== undefined);
  if (answer !== undefined) return foldedBody(answeredHeadline(answer), comment.body);
  // Not found because not looked at is not fixed.
  if (desired.unjudged.checks.has(check) || desired.unjudged.paths.has(comment.path)) return undefined;
  return foldedBody(fixedHeadline(desired.headSha), comment.body);
}

/** New when it stands nowhere yet, alone or gathered with others. */
function isNew(comment: InlineComment, kept: readonly OwnComment[]): boolean {
  if (kept.some((own) => own.marker.key === comment.key)) return false;
  const said = new Set(kept.filter((own) => !isFolded(own.body)).flatMap((own) => own.marker.fingerprints));
  return comment.fingerprints.some((fingerprint) => !said.has(fingerprint));
}

/** Links name the reviewed commit; that alone is no reason to edit. */
const sameText = (a: string, b: string): boolean => normal(a) === normal(b);
const normal = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replace(/\/blob\/[0-9a-f]{40,64}\//g, '/blob/-/')
    .trimEnd();

const opinionOf = (reviews: readonly OwnReview[]): OwnReview | undefined =>
  reviews.findLast((review) => review.state === 'APPROVED' || review.state === 'CHANGES_REQUESTED');

function submission(
  desired: Publication,
  reviews: readonly OwnReview[],
  main: OwnReview | undefined,
  fresh: readonly InlineComment[],
): Writes['submit'] {
  const comments = fresh.filter((comment) => comment.line !== undefined);
  const opinion = opinionOf(reviews)?.state;
  const event: ReviewEvent =
    desired.stance === 'request' && opinion !== 'CHANGES_REQUESTED'
      ? 'REQUEST_CHANGES'
      : desired.stance === 'approve' && opinion !== 'APPROVED'
        ? 'APPROVE'
        : 'COMMENT';
  const firstText = desired.body !== undefined && !main;
  if (event === 'COMMENT' && comments.length === 0 && !firstText) return undefined;
  return { event, body: desired.body ?? `Nothing to object to at ${desired.headSha}.`, comments };
}

/** The newest of our texts follows the state; when nothing is left to say, all of them say that. */
function mainEdits(desired: Publication, reviews: readonly OwnReview[]): { id: number; body: string }[] {
  const mains = reviews.filter((review) => review.main);
  const newest = mains.at(-1);
  if (desired.quiet || !newest) return [];
  if (desired.body !== undefined)
    return sameText(desired.body, newest.body) ? [] : [{ id: newest.id, body: desired.body }];
  if (desired.stance !== 'release' && desired.stance !== 'approve') return [];
  const body = `✓ Nothing left to answer at ${desired.headSha}.${reviewMarker()}`;
  return mains.filter((review) => !isFolded(review.body)).map(({ id }) => ({ id, body }));
}

/** A request is taken back when all is well; an approval as soon as it is not earned any more. */
function dismissals(desired: Publication, reviews: readonly OwnReview[]): number[] {
  const opinion = opinionOf(reviews);
  if (!opinion) return [];
  const taken = opinion.state === 'APPROVED' ? desired.stance === 'hold' : desired.stance === 'release';
  return taken ? reviews.filter((review) => review.state === opinion.state).map((review) => review.id) : [];
}
