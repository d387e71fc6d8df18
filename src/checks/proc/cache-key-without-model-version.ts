import { defineCheck } from '../../core/check.js';
import { cacheFlows, keyUses, kindOfKey } from './support/cache.js';
import { lineText } from './support/draft.js';

/** Words that tie a key to one artifact; a prefix from the settings may hold anything, so it counts, too. */
const MODEL_VERSION =
  /version|revision|\bv\d+\b|model_?(?:id|sha|hash|digest|tag|run|uri)|run_id|artifact|mojo_?(?:id|sha|hash)|release|prefix|namespace/i;
const FEATURE_VERSION =
  /version|revision|\bv\d+\b|feature_?set_?(?:id|hash)|schema_?(?:id|hash)|snapshot|release|prefix|namespace/i;

export const cacheKeyWithoutModelVersion = defineCheck({
  id: 'proc/cache-key-without-model-version',
  task: 'LEAD-PROC-01-03',
  reference: 'look_aside_cache',
  severity: 'block',
  flags:
    'Flags a cached prediction whose key holds no model version, and cached features whose key holds no feature-set version.',
  why: `After a deployment the cache still answers with the old model's predictions, for as long as entries live, and mixed with the new
model's: the two are indistinguishable, to users and to whoever compares the models. A rollback brings the same in reverse.

Put the version of the artifact into the key: \`f"pred:{model.version}:{customer_id}"\`. Then a new model starts with an empty cache, and
the old entries expire by themselves.

Judged are look-aside flows on Redis only (read, miss, compute, write). Locks, markers, queues, rate limits and sessions are left
alone, and keys whose parts cannot be known (a configured prefix).

Source: scenario "cache stampede" and decision 3 of the lead engineer's seed; [cache-aside](https://learn.microsoft.com/azure/architecture/patterns/cache-aside).`,
  examples: {
    bad: [
      {
        title: 'The key is the customer alone',
        files: {
          'scoring.py': `import json

import redis.asyncio as redis

cache = redis.Redis(host="redis")


async def predict(model, customer_id, row):
    key = f"prediction:{customer_id}"
    cached = await cache.get(key)
    if cached is not None:
        return json.loads(cached)
    score = await model.predict(row)
    await cache.set(key, json.dumps(score), ex=300)
    return score
`,
        },
      },
    ],
    good: [
      {
        title: 'The key holds the version',
        files: {
          'scoring.py': `import json

import redis.asyncio as redis

cache = redis.Redis(host="redis")


async def predict(model, customer_id, row):
    key = f"prediction:{model.version}:{customer_id}"
    cached = await cache.get(key)
    if cached is not None:
        return json.loads(cached)
    score = await model.predict(row)
    await cache.set(key, json.dumps(score), ex=300)
    return score
`,
        },
      },
    ],
  },
  async run(context) {
    const { flows, radar } = await cacheFlows(context);
    const uses = flows.flatMap((flow) => keyUses(flow, radar).map((use) => ({ use, kind: kindOfKey(use, flow) })));
    const wrong = uses.filter(
      ({ use, kind }) =>
        kind !== 'other' &&
        !use.words.some((word) => (kind === 'prediction' ? MODEL_VERSION : FEATURE_VERSION).test(word)),
    );
    return Promise.all(
      wrong.map(async ({ use, kind }) => ({
        location: { path: use.path, startLine: use.line, endLine: use.endLine },
        message:
          kind === 'prediction'
            ? `\`${use.name}()\` caches a prediction under a key without the model's version.`
            : `\`${use.name}()\` caches features under a key without a feature-set version.`,
        consequence:
          kind === 'prediction'
            ? "After the next deployment the old model's predictions are served as the new one's until they expire."
            : 'After the feature set changes, old values are fed to the new model until they expire.',
        evidence: await lineText(context, use.path, use.line),
      })),
    );
  },
});
