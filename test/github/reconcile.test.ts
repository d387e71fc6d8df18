import { describe, expect, test } from '@jest/globals';
import type { Review } from '../../src/core/review.js';
import type { OwnComment, OwnReview, Published } from '../../src/github/published.js';
import { nothingToWrite, planWrites, type Writes } from '../../src/github/reconcile.js';
import { publicationOf, type PublicationInput } from '../../src/report/publication/index.js';
import { markerOf } from '../../src/report/publication/marker.js';
import type { Publication } from '../../src/report/publication/publication.js';
import { change, finding, link, reviewOf } from '../support/review.js';

const publication = (review: Review, over: Partial<PublicationInput> = {}): Publication =>
  publicationOf({
    review,
    changes: [change()],
    link,
    draft: false,
    approve: false,
    mode: 'enforce',
    scope: 'changed',
    ...over,
  });

const EMPTY: Published = { headSha: 'a'.repeat(40), open: true, comments: [], reviews: [] };
const STATE = { REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED', APPROVE: 'APPROVED' };

/** GitHub, as far as it matters here: carries the writes out. */
function applied(writes: Writes, actual: Published): Published {
  let id = 100 + actual.comments.length + actual.reviews.length * 10;
  const fresh = [...(writes.submit?.comments ?? []), ...writes.files];
  const comments = actual.comments
    .filter((comment) => !writes.deletes.includes(comment.id))
    .map((comment) => ({
      ...comment,
      body: writes.edits.find((edit) => edit.id === comment.id)?.body ?? comment.body,
    }));
  const added = fresh.flatMap((comment): OwnComment[] => {
    const marker = markerOf(comment.body);
    return marker ? [{ id: (id += 1), path: comment.path, body: comment.body, marker, answered: false }] : [];
  });
  const reviews = actual.reviews.map((review) => ({
    ...review,
    body: writes.editReviews.find((edit) => edit.id === review.id)?.body ?? review.body,
    ...(writes.dismiss.includes(review.id) ? { state: 'DISMISSED' } : {}),
  }));
  const { submit } = writes;
  const submitted: OwnReview[] = submit
    ? [{ id: (id += 1), state: STATE[submit.event], body: submit.body, main: markerOf(submit.body)?.kind === 'review' }]
    : [];
  return { ...actual, comments: [...comments, ...added], reviews: [...reviews, ...submitted] };
}

/** Publishes one after another and checks each time that a second run writes nothing. */
function after(...desired: Publication[]): { actual: Published; writes: Writes } {
  let actual = EMPTY;
  let writes = planWrites(desired[0] ?? publication(reviewOf([])), actual);
  for (const one of desired) {
    writes = planWrites(one, actual);
    actual = applied(writes, actual);
    expect(planWrites(one, actual)).toSatisfy(nothingToWrite);
  }
  return { actual, writes };
}
expect.extend({
  toSatisfy: (received: Writes, predicate: (writes: Writes) => boolean) => ({
    pass: predicate(received),
    message: () => `expected nothing to write, but: ${JSON.stringify(received, null, 1)}`,
  }),
});
declare module 'expect' {
  interface Matchers<R> {
    toSatisfy(predicate: (writes: Writes) => boolean): R;
  }
}

const A = finding({ line: 10, fingerprint: 'aa' });
const B = finding({ line: 12, fingerprint: 'bb', check: 'log/json-column' });
const opinions = ({ reviews }: Published): string[] => reviews.map((review) => review.state);
const firstLines = ({ comments }: Published): string[] =>
  comments.map(({ body }) => body.split('\n', 1)[0]?.slice(0, 30) ?? '');

describe('desired state against actual state', () => {
  test('a clean pull request gets nothing', () => {
    expect(nothingToWrite(after(publication(reviewOf([]))).writes)).toBe(true);
  });
  test('the first time: one review with all comments', () => {
    const { actual, writes } = after(publication(reviewOf([A, B])));
    expect(opinions(actual)).toEqual(['CHANGES_REQUESTED']);
    expect(writes.submit?.comments).toHaveLength(2);
  });
  test('a new push adds only what is new, and marks what is fixed', () => {
    const next = publication(reviewOf([B, finding({ line: 30, fingerprint: 'cc' })], { headSha: 'c'.repeat(40) }));
    const { actual, writes } = after(publication(reviewOf([A, B])), next);
    expect(writes.submit?.comments.map(({ key }) => key)).toEqual(['cc']);
    expect(writes.submit?.event).toBe('COMMENT');
    expect(opinions(actual)).toEqual(['CHANGES_REQUESTED', 'COMMENTED']);
    expect(firstLines(actual)).toEqual([
      '✓ **Fixed in ccccccccccccccccc',
      '**Blocks** · [log/json-column]',
      '**Blocks** · [proc/blocking-ca',
    ]);
  });
  test('all well: comments are marked, the request is taken back', () => {
    const { actual } = after(publication(reviewOf([A])), publication(reviewOf([])));
    expect(opinions(actual)).toEqual(['DISMISSED']);
    expect(actual.reviews[0]?.body).toMatch(/^✓ Nothing left to answer/);
  });
  test('what comes back is said again in its old place', () => {
    const { actual, writes } = after(publication(reviewOf([A])), publication(reviewOf([])), publication(reviewOf([A])));
    expect(actual.comments).toHaveLength(1);
    expect(firstLines(actual)[0]).toMatch(/^\*\*Blocks/);
    expect(writes.submit?.event).toBe('REQUEST_CHANGES');
  });
  test('an incomplete review takes nothing back and calls nothing fixed that it did not see', () => {
    const blind = reviewOf([], {
      verdict: 'incomplete',
      outcomes: [{ check: A.check, kind: 'crashed', reason: 'x', findings: [] }],
    });
    expect(nothingToWrite(after(publication(reviewOf([A])), publication(blind)).writes)).toBe(true);
    const unread = reviewOf([], {
      verdict: 'incomplete',
      gaps: [{ path: 'app/main.py', reason: 'x', kind: 'unread', decisive: true }],
    });
    expect(nothingToWrite(after(publication(reviewOf([A])), publication(unread)).writes)).toBe(true);
  });
  test('a waived finding is answered for, with who and why', () => {
    const waived = reviewOf([], { excused: [{ finding: A, by: 'waiver', who: 'maria', reason: 'runs alone' }] });
    const { actual } = after(publication(reviewOf([A])), publication(waived));
    expect(actual.comments[0]?.body).toMatch(/^✓ \*\*Answered for\.\*\* Waived by maria: runs alone/);
  });
  test('a draft says nothing new, and what was said stays', () => {
    const { writes } = after(publication(reviewOf([A])), publication(reviewOf([A, B]), { draft: true }));
    expect(nothingToWrite(writes)).toBe(true);
  });
  test('links to another commit alone are no reason to write', () => {
    const at = (sha: string) =>
      publication(reviewOf([finding({ ...A, trace: [{ path: 'x.py', line: 1, label: 'x' }] })]), {
        link: (path, line) => `https://github.example/a/b/blob/${sha.repeat(40)}/${path}#L${line}`,
      });
    expect(nothingToWrite(after(at('a'), at('b')).writes)).toBe(true);
  });
  test('an approval is given once, and withdrawn when it is not earned any more', () => {
    const good = publication(reviewOf([]), { approve: true });
    expect(opinions(after(good).actual)).toEqual(['APPROVED']);
    expect(
      opinions(after(good, publication(reviewOf([], { verdict: 'incomplete' }), { approve: true })).actual),
    ).toEqual(['DISMISSED']);
    expect(opinions(after(good, publication(reviewOf([A]), { approve: true })).actual)).toEqual([
      'APPROVED',
      'CHANGES_REQUESTED',
    ]);
  });
  test('a comment that stands twice is kept once, unless somebody answered below it', () => {
    const desired = publication(reviewOf([A]));
    const { actual } = after(desired);
    const [first] = actual.comments;
    if (!first) throw new Error('no comment');
    const twice = { ...actual, comments: [first, { ...first, id: 900 }, { ...first, id: 901, answered: true }] };
    expect(planWrites(desired, twice)).toMatchObject({ deletes: [900], edits: [] });
  });
  test('findings that were said alone are not said again together', () => {
    const six = Array.from({ length: 6 }, (_, index) => finding({ line: 10 + index, fingerprint: `f${index}` }));
    const alone = after(publication(reviewOf(six.slice(0, 5))));
    const grouped = planWrites(publication(reviewOf(six)), alone.actual);
    expect(grouped.submit?.comments.map(({ key }) => key)).toEqual(['check:proc/blocking-call']);
    expect(grouped.edits).toEqual([]);
  });
});
