import { createConnection } from 'node:net';
import { expect, jest, test } from '@jest/globals';
import { BullQueue } from '../../src/queue/bullmq.js';
import { BLOCKING, FILES, Stage } from './world.js';

const REDIS = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
/** A database of its own, so that nothing else meets these jobs. */
const DATABASE = `${REDIS.replace(/\/\d*$/, '')}/9`;

const reachable = await new Promise<boolean>((resolve) => {
  const { hostname, port } = new URL(REDIS);
  const socket = createConnection({ host: hostname, port: Number(port || 6379), timeout: 500 });
  const end = (answer: boolean) => () => {
    socket.destroy();
    resolve(answer);
  };
  socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
});
if (!reachable) console.warn(`No Redis at ${REDIS}: web and worker in two processes are not tested.`);

(reachable ? test : test.skip)(
  'one process receives, another reviews; jobs wait in Redis meanwhile',
  async () => {
    jest.setTimeout(90_000);
    const queue = new BullQueue(DATABASE);
    await queue.obliterate();
    const stage = await Stage.open({}, { redisUrl: DATABASE, role: 'web' });
    try {
      const pull = await stage.pullOf(FILES, { 'service/main.py': BLOCKING });
      await stage.world.github.webhooks.settled();
      expect((await queue.counts()).waiting).toBeGreaterThan(0);
      expect(stage.checksOf(pull.head.sha)).toEqual([]);
      const web = stage.server;
      await stage.startApp({ role: 'worker' });
      await stage.idle();
      expect(stage.state(pull)).toMatchObject({
        reviews: ['CHANGES_REQUESTED'],
        inline: ['service/main.py:11 proc/blocking-call'],
      });
      await web?.close();
    } finally {
      await queue.obliterate();
      await queue.close();
      await stage.close();
    }
  },
  90_000,
);
