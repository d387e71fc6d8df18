import { createConnection } from 'node:net';
import { expect, jest, test } from '@jest/globals';
import { BullQueue } from '../../src/queue/bullmq.js';
import { BLOCKED, BLOCKING, FILES, Stage } from './world.js';

const REDIS = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
/** A queue of its own, so that no other process of this Redis takes its jobs. */
const QUEUE = { name: `dialectic-test-${process.pid}-${Math.random().toString(36).slice(2)}`, backoffMs: 20 };

const reachable = await new Promise<boolean>((resolve) => {
  const { hostname, port } = new URL(REDIS);
  const socket = createConnection({ host: hostname, port: Number(port || 6379), timeout: 500 });
  const end = (answer: boolean) => () => {
    socket.destroy();
    resolve(answer);
  };
  socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
});
if (!reachable)
  process.stdout.write(`skipped: web and worker in two processes, because there is no Redis at ${REDIS}\n`);

(reachable ? test : test.skip)(
  'one process receives, another reviews; jobs wait in Redis meanwhile',
  async () => {
    jest.setTimeout(90_000);
    const queue = new BullQueue(REDIS, QUEUE);
    const stage = await Stage.open({}, { redisUrl: REDIS, role: 'web', queue: QUEUE });
    try {
      const pull = await stage.pullOf(FILES, { 'service/main.py': BLOCKING });
      await stage.world.github.webhooks.settled();
      expect((await queue.counts()).waiting).toBeGreaterThan(0);
      expect(stage.checksOf(pull.head.sha)).toEqual([]);
      await stage.startApp({ role: 'worker' });
      await stage.idle();
      const warnings = stage.logs.filter((line) => (JSON.parse(line) as { level: number }).level > 30);
      expect({ ...stage.state(pull), warnings }).toEqual({ ...BLOCKED, warnings: [] });
    } finally {
      await stage.close();
      await queue.obliterate();
      await queue.close();
    }
  },
  90_000,
);
