import { defineCheck } from '../../core/check.js';
import { cacheFlows } from './support/cache.js';
import { lineText } from './support/draft.js';

export const cacheWithoutExpiry = defineCheck({
  id: 'proc/cache-without-expiry',
  task: 'LEAD-PROC-01-03',
  reference: 'look_aside_cache',
  severity: 'block',
  flags:
    'Flags a cache entry that never expires: in a read, miss, compute, write flow on Redis, a write without `ex`, `px`, `exat` or `expire`.',
  why: `Entries that never expire fill Redis until it evicts what it should not, or refuses writes; and what was computed once stays
true for ever, whatever happens to the source. The entry of a customer who asked to be erased stays, too.

Give every write a time to live: \`await cache.set(key, value, ex=300)\`. A time that sits in a helper's default argument counts; a
default of \`None\` does not.

Source: [SET](https://redis.io/docs/latest/commands/set/), [key eviction](https://redis.io/docs/latest/develop/reference/eviction/).`,
  examples: {
    bad: [
      {
        title: 'A write without a time to live',
        files: {
          'profile.py': `import json

import redis.asyncio as redis

cache = redis.Redis(host="redis")


async def profile(database, user_id):
    key = f"profile:{user_id}"
    cached = await cache.get(key)
    if cached:
        return json.loads(cached)
    row = await database.fetchrow("SELECT * FROM profile WHERE id = $1", user_id)
    await cache.set(key, json.dumps(dict(row)))
    return row
`,
        },
      },
    ],
    good: [
      {
        title: 'Five minutes',
        files: {
          'profile.py': `import json

import redis.asyncio as redis

cache = redis.Redis(host="redis")


async def profile(database, user_id):
    key = f"profile:{user_id}"
    cached = await cache.get(key)
    if cached:
        return json.loads(cached)
    row = await database.fetchrow("SELECT * FROM profile WHERE id = $1", user_id)
    await cache.setex(key, 300, json.dumps(dict(row)))
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
        .filter(({ write }) => write.expires === 'no')
        .map(async ({ fn, write }) => ({
          location: { path: fn.module.path, startLine: write.line, endLine: write.endLine },
          message: `\`${fn.facts.qualname}()\` writes a cache entry that never expires.`,
          consequence: 'Redis fills up until it evicts or refuses, and what was computed once is served for ever.',
          evidence: await lineText(context, fn.module.path, write.line),
        })),
    );
  },
});
