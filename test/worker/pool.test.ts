import { afterAll, describe, expect, test } from '@jest/globals';
import { configurationFrom } from '../../src/config/configuration.js';
import { Unreadable } from '../../src/core/errors.js';
import type { Snapshot } from '../../src/core/types.js';
import { review } from '../../src/review.js';
import { memoryFactStore } from '../../src/reviewers/fact-store.js';
import { ReviewAborted, ReviewPool, type PoolOptions } from '../../src/worker/pool.js';
import { readTree, snapshotOf } from '../support/snapshot.js';

// The thread runs compiled code; `npm test` builds it first.
const threadFile = new URL('../../dist/worker/entry.cjs', import.meta.url);
const pools: ReviewPool[] = [];
const pool = (options: PoolOptions = {}): ReviewPool => {
  const made = new ReviewPool({ threadFile, ...options });
  pools.push(made);
  return made;
};
afterAll(() => Promise.all(pools.map((made) => made.close())));

const today = '2026-01-15';
const platform = (): Snapshot => snapshotOf(readTree('fixtures/platform'));
/** A snapshot whose reads never answer. */
const silent = (): Snapshot => ({
  ...snapshotOf({ 'requirements.txt': 'h2o\n', 'app.py': 'import h2o\n' }),
  read: () => new Promise(() => undefined),
});

describe('a review in a thread', () => {
  test('is the review that the engine gives', async () => {
    const direct = await review({
      head: platform(),
      configuration: configurationFrom(),
      store: memoryFactStore(),
      today,
    });
    const threaded = await pool().review({ head: platform(), configuration: {}, today });
    expect(threaded).toEqual(direct);
  });

  // A thread that was ended while it linked its modules took the process with it; the moments cover its start.
  test.each([20, 60, 100, 140, 180, 220, 260, 300])('given up after %i ms it ends alone', async (ms) => {
    const signal = AbortSignal.timeout(ms);
    await expect(pool().review({ head: silent(), configuration: {}, today, signal })).rejects.toThrow('superseded');
  });

  test('reads that fail cross over as gaps', async () => {
    const head: Snapshot = {
      ...snapshotOf({ 'requirements.txt': 'h2o\n' }),
      read: (path) => Promise.reject(new Unreadable(path, 'gone')),
    };
    const result = await pool().review({ head, configuration: {}, today });
    expect(result.gaps).toContainEqual({ path: 'requirements.txt', reason: 'gone', kind: 'unread', decisive: true });
    expect(result.verdict).toBe('incomplete');
  });

  test('a read that got no answer is no gap: the review ends with that error', async () => {
    const error = Object.assign(new Error('Bad Gateway'), { status: 502 });
    const head: Snapshot = { ...snapshotOf({ 'requirements.txt': 'h2o\n' }), read: () => Promise.reject(error) };
    await expect(pool().review({ head, configuration: {}, today })).rejects.toBe(error);
  });

  test('charts are rendered outside the thread', async () => {
    const head = snapshotOf({
      'chart/Chart.yaml': 'name: c\n',
      'chart/templates/db.yaml': 'kind: {{ .Values.kind }}\n',
    });
    const pod =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: db\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres:16\n';
    const result = await pool({
      render: ({ files }) =>
        Promise.resolve({
          kind: 'done',
          templates: [{ path: 'templates/db.yaml', text: files.length === 2 ? pod : '' }],
        }),
    }).review({ head, configuration: { physical: { helm: 'render' } }, today });
    expect(result.findings.map(({ check, location }) => `${location.path} ${check}`)).toContain(
      'chart/templates/db.yaml phy/stateful-kind',
    );
  });

  test('shows its progress', async () => {
    const seen: string[] = [];
    await pool().review({
      head: snapshotOf({}),
      configuration: {},
      today,
      progress: (done, total) => seen.push(`${done}/${total}`),
    });
    expect(seen.at(-1)).toMatch(/^(\d+)\/\1$/);
  });
});

describe('a review is given up', () => {
  test('at its deadline, and the next one gets a fresh thread', async () => {
    const made = pool({ deadlineMs: 1500 });
    await expect(made.review({ head: silent(), configuration: {}, today })).rejects.toThrow(
      'the review took longer than 1.5 s',
    );
    await expect(made.review({ head: snapshotOf({}), configuration: {}, today })).resolves.toMatchObject({
      verdict: 'pass',
    });
  });

  test('when the process needs too much memory', async () => {
    await expect(pool({ maxGrowthBytes: 1 }).review({ head: silent(), configuration: {}, today })).rejects.toThrow(
      /too much memory/,
    );
  });

  test('not for memory that the process held before there was a pool', async () => {
    const held = Buffer.alloc(700e6, 1);
    const review = pool({ maxGrowthBytes: 600e6 }).review({ head: snapshotOf({}), configuration: {}, today });
    await expect(review).resolves.toMatchObject({ verdict: 'pass' });
    expect(held.at(-1)).toBe(1);
  });

  test('when the caller says so', async () => {
    const ended = new AbortController();
    const running = pool().review({ head: silent(), configuration: {}, today, signal: ended.signal });
    setTimeout(() => ended.abort(), 50);
    await expect(running).rejects.toBeInstanceOf(ReviewAborted);
  });
});
