import { defineCheck } from '../../core/check.js';
import { cacheFlows } from './support/cache.js';
import { lineText } from './support/draft.js';

export const cacheWithoutFallback = defineCheck({
  id: 'proc/cache-without-fallback',
  task: 'LEAD-PROC-01-03',
  reference: 'look_aside_cache',
  severity: 'warn',
  flags:
    'Flags a cache read with no way out when Redis is away: nothing on the path catches a connection error or a timeout.',
  why: `A cache is there to make things faster. Without a fallback it makes them fail: Redis restarts, and every request that could have
been computed answers with an error.

Catch \`redis.exceptions.RedisError\` (it covers connection errors and timeouts) around the read, treat it as a miss, and set a short
\`socket_timeout\` on the client.

Source: [redis-py exceptions](https://redis.readthedocs.io/en/stable/exceptions.html).`,
  examples: {
    bad: [
      {
        title: 'Redis down, service down',
        files: {
          'profile.py': `import redis.asyncio as redis

cache = redis.Redis(host="redis")


async def profile(database, user_id):
    cached = await cache.get(f"profile:{user_id}")
    if cached:
        return cached
    row = await database.fetchval("SELECT document FROM profile WHERE id = $1", user_id)
    await cache.set(f"profile:{user_id}", row, ex=300)
    return row
`,
        },
      },
    ],
    good: [
      {
        title: 'An error is a miss',
        files: {
          'profile.py': `import redis.asyncio as redis
from redis.exceptions import RedisError

cache = redis.Redis(host="redis", socket_timeout=0.2)


async def profile(database, user_id):
    try:
        cached = await cache.get(f"profile:{user_id}")
    except RedisError:
        cached = None
    if cached:
        return cached
    row = await database.fetchval("SELECT document FROM profile WHERE id = $1", user_id)
    try:
        await cache.set(f"profile:{user_id}", row, ex=300)
    except RedisError:
        pass
    return row
`,
        },
      },
    ],
  },
  async run(context) {
    const { flows } = await cacheFlows(context);
    return Promise.all(
      flows
        .filter(({ read }) => !read.guarded)
        .map(async ({ fn, read }) => ({
          location: { path: fn.module.path, startLine: read.line, endLine: read.endLine },
          message: `\`${fn.facts.qualname}()\` fails when Redis does: nothing catches its errors here.`,
          consequence: 'When Redis restarts or times out, requests fail that could have been computed.',
          evidence: await lineText(context, fn.module.path, read.line),
        })),
    );
  },
});
