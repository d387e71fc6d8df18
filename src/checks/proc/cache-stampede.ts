import { defineCheck } from '../../core/check.js';
import { cacheFlows } from './support/cache.js';
import { lineText } from './support/draft.js';

export const cacheStampede = defineCheck({
  id: 'proc/cache-stampede',
  task: 'LEAD-PROC-01-03',
  reference: 'look_aside_cache',
  severity: 'note',
  flags:
    'Flags a cache miss that every waiting request computes for itself: neither a lock, nor request coalescing, nor early expiration on the path.',
  why: `When a popular entry expires, all requests that want it miss at once and compute the same thing at once; the database or the model
gets the whole load in one moment, often right after a deployment emptied the cache.

Let one compute and the others wait (\`asyncio.Lock\` per key in a process, a Redis lock across processes), or refresh before expiry with
a probability that grows towards it.

Source: scenario "cache stampede" of the lead engineer's seed; [probabilistic early expiration](https://cseweb.ucsd.edu/~avattani/papers/cache_stampede.pdf).`,
  examples: {
    bad: [
      {
        title: 'Everybody computes',
        files: {
          'report.py': `import redis.asyncio as redis

cache = redis.Redis(host="redis")


async def report(database, day):
    cached = await cache.get(f"report:{day}")
    if cached:
        return cached
    document = await database.fetchval("SELECT build_report($1)", day)
    await cache.set(f"report:{day}", document, ex=3600)
    return document
`,
        },
      },
    ],
    good: [
      {
        title: 'One computes, the others wait',
        files: {
          'report.py': `import redis.asyncio as redis

cache = redis.Redis(host="redis")


async def report(database, day):
    cached = await cache.get(f"report:{day}")
    if cached:
        return cached
    async with cache.lock(f"report-lock:{day}", timeout=30):
        document = await database.fetchval("SELECT build_report($1)", day)
        await cache.set(f"report:{day}", document, ex=3600)
    return document
`,
        },
      },
    ],
  },
  async run(context) {
    const { flows } = await cacheFlows(context);
    return Promise.all(
      flows
        .filter(({ coalesced }) => !coalesced)
        .map(async ({ fn, read }) => ({
          location: { path: fn.module.path, startLine: read.line, endLine: read.endLine },
          message: `On a miss every caller of \`${fn.facts.qualname}()\` computes the same value at the same time.`,
          consequence:
            'When a popular entry expires, the source behind the cache gets the load of all waiting requests in one moment.',
          evidence: await lineText(context, fn.module.path, read.line),
        })),
    );
  },
});
