import { expect, test } from '@jest/globals';
import type { LoadRun } from '../../../src/languages/evidence/record.js';
import { exact } from '../../../src/languages/evidence/record.js';
import { bucket } from '../../../src/languages/evidence/locust.js';
import { judge, worst } from '../../../src/models/scenarios/bar.js';

const bar = { rate: 1000, failures: 0, maxLatencyMs: 100, p99Ms: 50, minDurationSec: 60 };
const good: LoadRun = {
  tool: 'vegeta',
  form: 'x',
  rate: 1000,
  durationSec: 60,
  failed: 0,
  failures: [],
  latency: { p99: exact(49.9), max: exact(100) },
  thresholds: [],
  caveats: [],
};
const verdicts = (more: Partial<LoadRun>): Record<string, string> =>
  Object.fromEntries(
    judge({ ...good, ...more }, bar).flatMap(({ part, verdict }) => (verdict === 'met' ? [] : [[part, verdict]])),
  );

test('the bar itself is met', () => {
  expect(verdicts({})).toEqual({});
  expect(worst(judge(good, bar))).toBe('met');
});

test('each part breaks by itself', () => {
  expect(verdicts({ rate: 980 })).toEqual({ rate: 'broken' });
  expect(verdicts({ durationSec: 30 })).toEqual({ duration: 'broken' });
  expect(verdicts({ failed: 1 })).toEqual({ failures: 'broken' });
  expect(verdicts({ latency: { p99: exact(20), max: exact(100.1) } })).toEqual({ latency: 'broken' });
  expect(verdicts({ latency: { p99: exact(50), max: exact(90) } })).toEqual({ p99: 'broken' });
  expect(verdicts({ thresholds: [{ metric: 'a', condition: 'b', met: false }] })).toEqual({ thresholds: 'broken' });
});

test('what rounding leaves open cannot be proven', () => {
  expect(verdicts({ latency: { p99: bucket(50), max: bucket(100) } })).toEqual({
    p99: 'unproven',
    latency: 'unproven',
  });
  expect(verdicts({ latency: { p99: bucket(49), max: bucket(110) } })).toEqual({ latency: 'broken' });
});

test('a missing p99 is bounded by its neighbours', () => {
  expect(verdicts({ latency: { max: exact(48) } })).toEqual({});
  expect(verdicts({ latency: { p95: exact(60), max: exact(90) } })).toEqual({ p99: 'broken' });
  expect(verdicts({ latency: { p95: exact(20), max: exact(90) } })).toEqual({ p99: 'unproven' });
  expect(verdicts({ latency: {} })).toEqual({ latency: 'unproven', p99: 'unproven' });
});

test('a history shows whether the rate was held', () => {
  const held = (...counts: number[]): Record<string, string> => verdicts({ windows: { seconds: 5, counts } });
  expect(held(...Array.from({ length: 12 }, () => 5000))).toEqual({});
  expect(held(100, ...Array.from({ length: 12 }, () => 4980), 100)).toEqual({});
  expect(held(...Array.from({ length: 6 }, () => 9000), 100, ...Array.from({ length: 6 }, () => 9000))).toEqual({
    rate: 'broken',
  });
});

test('nothing said is nothing proven', () => {
  const { rate: _rate, durationSec: _duration, failed: _failed, ...rest } = good;
  expect(Object.fromEntries(judge({ ...rest, latency: {} }, bar).map(({ part, verdict }) => [part, verdict]))).toEqual({
    rate: 'unproven',
    duration: 'unproven',
    failures: 'unproven',
    latency: 'unproven',
    p99: 'unproven',
  });
});
