import { createConnection } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { BullQueue } from '../../src/queue/bullmq.js';
import { InProcessQueue } from '../../src/queue/in-process.js';
import type { Attempt, Job, JobQueue, QueueOptions } from '../../src/queue/job.js';

const REDIS = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';

const reachable = await new Promise<boolean>((resolve) => {
  const { hostname, port } = new URL(REDIS);
  const socket = createConnection({ host: hostname, port: Number(port || 6379), timeout: 500 });
  const end = (answer: boolean) => () => {
    socket.destroy();
    resolve(answer);
  };
  socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
});
if (!reachable) console.warn(`No Redis at ${REDIS}: the BullMQ queue is not tested.`);

const adapters: [string, (options: QueueOptions) => Promise<JobQueue>][] = [
  ['in process', async (options) => new InProcessQueue(options)],
];
if (reachable) {
  adapters.push([
    'BullMQ',
    async (options) => {
      const name = `dialectic-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
      const queue = new BullQueue(REDIS, { ...options, name });
      obliterate.push(() => queue.obliterate());
      return queue;
    },
  ]);
}

const obliterate: (() => Promise<void>)[] = [];
const open: JobQueue[] = [];
afterEach(async () => {
  for (const clean of obliterate.splice(0)) await clean().catch(() => undefined);
  for (const queue of open.splice(0)) await queue.close();
});

const review = (number: number): Job => ({
  kind: 'review',
  installationId: 1,
  owner: 'acme',
  repo: 'platform',
  number,
});
const numberOf = (job: Job): number => (job.kind === 'review' ? job.number : -1);

async function until(condition: () => boolean, ms = 8000): Promise<void> {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not happen in time');
    await pause(5);
  }
}

describe.each(adapters)('the %s queue', (_, make) => {
  const queueWith = async (options: QueueOptions = {}): Promise<JobQueue> => {
    const queue = await make({ backoffMs: 20, ...options });
    open.push(queue);
    return queue;
  };

  test('does every job once', async () => {
    const queue = await queueWith();
    const seen: number[] = [];
    queue.start(async (job) => void seen.push(numberOf(job)));
    for (const number of [1, 2, 3]) await queue.add(review(number));
    await until(() => seen.length === 3);
    await pause(50);
    expect(seen.sort()).toEqual([1, 2, 3]);
  });

  test('runs one of a key at a time, and one more for all that came meanwhile', async () => {
    const queue = await queueWith({ concurrency: 3 });
    let running = 0;
    let most = 0;
    let runs = 0;
    const gate: (() => void)[] = [];
    queue.start(async () => {
      running += 1;
      runs += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => gate.push(resolve));
      running -= 1;
    });
    await queue.add(review(1));
    await until(() => gate.length === 1);
    for (let index = 0; index < 5; index += 1) await queue.add(review(1));
    gate.shift()?.();
    await until(() => gate.length === 1);
    gate.shift()?.();
    await pause(200);
    expect({ most, runs }).toEqual({ most: 1, runs: 2 });
  });

  test('runs different keys side by side', async () => {
    const queue = await queueWith({ concurrency: 2 });
    const gate: (() => void)[] = [];
    queue.start(() => new Promise<void>((resolve) => gate.push(resolve)));
    await queue.add(review(1));
    await queue.add(review(2));
    await until(() => gate.length === 2);
    expect((await queue.counts()).running).toBe(2);
    for (const release of gate) release();
  });

  test('tries again with growing waits, and says which attempt is the last', async () => {
    const failures: Attempt[] = [];
    const attempts: Attempt[] = [];
    const queue = await queueWith({ attempts: 3, onError: (_job, _error, attempt) => failures.push(attempt) });
    queue.start(async (_job, attempt) => {
      attempts.push(attempt);
      throw new Error('not now');
    });
    await queue.add(review(1));
    await until(() => attempts.length === 3);
    await pause(100);
    expect(attempts).toEqual([
      { number: 1, last: false },
      { number: 2, last: false },
      { number: 3, last: true },
    ]);
    expect(failures).toEqual(attempts);
  });

  test('takes the same job again after it is done', async () => {
    const queue = await queueWith();
    let runs = 0;
    queue.start(async () => void (runs += 1));
    await queue.add(review(1));
    await until(() => runs === 1);
    await pause(50);
    await queue.add(review(1));
    await until(() => runs === 2);
  });

  test('close waits for what runs', async () => {
    const queue = await make({});
    let done = false;
    let begun = false;
    queue.start(async () => {
      begun = true;
      await pause(150);
      done = true;
    });
    await queue.add(review(1));
    await until(() => begun);
    await queue.close();
    obliterate.length = 0;
    expect(done).toBe(true);
  });
});
