import { beforeEach, describe, expect, test } from '@jest/globals';
import { configurationFrom } from '../../src/config/configuration.js';
import type { View } from '../../src/core/types.js';
import { memoryFactStore } from '../../src/reviewers/fact-store.js';
import { review } from '../../src/review.js';
import { gateAlone } from '../../src/wiring/gate-alone.js';
import type { ReviewRequest } from '../../src/worker/pool.js';
import { changeBetween, readTree, snapshotOf } from '../support/snapshot.js';

const text = (tree: Readonly<Record<string, Uint8Array>>): Record<string, string> =>
  Object.fromEntries(Object.entries(tree).map(([path, bytes]) => [path, Buffer.from(bytes).toString('utf8')]));
const before = text(readTree('fixtures/platform'));
const { '.description.md': unargued = '', ...changed } = text(readTree('fixtures/platform-pr'));
const { '.description.md': argued = '' } = text(readTree('fixtures/platform-fix'));
const after = { ...before, ...changed };
const changes = changeBetween(before, after);
const store = memoryFactStore();

const asked: (readonly View[] | undefined)[] = [];
beforeEach(() => void asked.splice(0));

const really = (request: ReviewRequest) => {
  asked.push(request.views);
  return review({ ...request, configuration: configurationFrom(request.configuration), store });
};
const request = (body: string, more: Partial<ReviewRequest> = {}): ReviewRequest => ({
  head: snapshotOf(after, { changes, pull: { body } }),
  base: snapshotOf(before, { headSha: 'b'.repeat(40) }),
  configuration: {},
  today: '2026-01-01',
  ...more,
});

test('an edited description: the gate runs alone, and the answer is that of a whole review', async () => {
  const reviewing = gateAlone(really);
  const first = await reviewing(request(unargued));
  expect(first.gate?.met).toBe(false);
  const second = await reviewing(request(argued));
  expect(asked).toEqual([undefined, ['dia']]);
  expect(second.gate?.met).toBe(true);
  expect(second.findings.filter(({ view }) => view !== 'dia').length).toBeGreaterThan(5);
  expect(second).toEqual(await really(request(argued)));
  expect(await reviewing(request(unargued))).toEqual(first);
  expect(asked.at(-1)).toEqual(['dia']);
}, 60_000);

describe('everything runs', () => {
  const others: [string, ReviewRequest][] = [
    ['when the same is asked again', request(unargued)],
    [
      'with other files',
      request(argued, { head: snapshotOf({ ...after, 'x.py': '' }, { changes, pull: { body: argued } }) }),
    ],
    ['against another base', request(argued, { base: snapshotOf(before, { headSha: 'c'.repeat(40) }) })],
    ['under another configuration', request(argued, { configuration: { mode: 'observe' } })],
    [
      'with another waiver',
      request(argued, { waivers: [{ check: 'proc/blocking-call', reason: 'r', who: 'w', when: 'n' }] }),
    ],
    ['on another day', request(argued, { today: '2026-01-02' })],
  ];
  test.each(others)('%s', async (_name, other) => {
    const reviewing = gateAlone(really);
    await reviewing(request(unargued));
    await reviewing(other);
    expect(asked).toEqual([undefined, undefined]);
  });

  test('after a review that left something open', async () => {
    const reviewing = gateAlone(async (one) => ({
      ...(await really(one)),
      outcomes: [{ check: 'log/x', kind: 'crashed', reason: 'once', findings: [] }],
    }));
    await reviewing(request(unargued));
    await reviewing(request(argued));
    expect(asked).toEqual([undefined, undefined]);
  });
});
