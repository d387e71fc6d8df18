import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/config/defaults.js';
import { stampede } from '../../../src/models/scenarios/stampede/index.js';
import { memoryFactStore } from '../../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../../src/reviewers/workspace.js';
import { snapshotOf } from '../../support/snapshot.js';

const HEAD = `import asyncio
import math
import random
import time

import joblib
import redis.asyncio as redis
from fastapi import BackgroundTasks, FastAPI

app = FastAPI()
model = joblib.load("model.joblib")
cache = redis.Redis()
locks = {}
pending = {}
metrics_lock = asyncio.Lock()


def infer(x):
    return float(model.predict([[x]])[0])


`;

const service = (body: string): string => `${HEAD}@app.post("/score")
async def score(x: float, background: BackgroundTasks):
    key = f"score:v1:{x}"
    known = await cache.get(key)
    if known:
        return float(known)
${body}    return value
`;
const FILL = `    value = await asyncio.to_thread(infer, x)
    await cache.set(key, value, ex=60)
`;
const indented = (text: string): string => text.replace(/^(?=.)/gm, '    ');

async function judged(app: string, more: Readonly<Record<string, string>> = {}): Promise<object> {
  const snapshot = snapshotOf({ 'service/app.py': app, ...more });
  const workspace = new SnapshotWorkspace(snapshot, DEFAULT_SETTINGS, memoryFactStore(), undefined, true);
  const { subjects, guards, tests } = await workspace.model(stampede);
  return {
    subjects: subjects.map(({ path, line }) => `${path}:${line}`),
    guards: guards.map(({ what }) => what),
    tests: tests.map(({ path, line }) => `${path}:${line}`),
  };
}

const READ = 'service/app.py:25';

describe('guards of a cache in front of the model', () => {
  test('none', async () => {
    expect(await judged(service(FILL))).toEqual({ subjects: [READ], guards: [], tests: [] });
  });

  test.each([
    [
      'a lock for each key',
      `    async with locks.setdefault(key, asyncio.Lock()):\n${indented(FILL)}`,
      'a lock around the filling',
    ],
    [
      'a lock of Redis',
      `    async with cache.lock(f"lock:{key}", timeout=5):\n${indented(FILL)}`,
      'a lock around the filling',
    ],
    [
      'a lock with a name of its own',
      `    gate = asyncio.Semaphore(1)\n    async with gate:\n${indented(FILL)}`,
      'a lock around the filling',
    ],
    [
      'a lock that is taken and given back',
      `    lock = cache.lock("l:" + key)\n    await lock.acquire()\n${FILL}    await lock.release()\n`,
      'a lock before the filling',
    ],
    [
      'SET NX',
      `    if await cache.set(f"lock:{key}", 1, nx=True, ex=5):\n${indented(FILL)}    else:\n        value = await wait(key)\n`,
      'a key that only one caller can set',
    ],
    [
      'SETNX, kept in a name',
      `    mine = await cache.setnx(f"lock:{key}", 1)\n    if not mine:\n        return await wait(key)\n${FILL}`,
      'a key that only one caller can set',
    ],
    [
      'a dictionary of computations that are under way',
      `    if key in pending:\n        return await pending[key]\n    pending[key] = asyncio.create_task(asyncio.to_thread(infer, x))\n    value = await pending[key]\n    await cache.set(key, value, ex=60)\n    pending.pop(key)\n`,
      'one computation that all callers wait for',
    ],
  ])('%s', async (_, body, guard) => {
    expect(await judged(service(body))).toMatchObject({ guards: [guard] });
  });

  test.each([
    ['a comment', `    # single flight: a lock against the stampede\n${FILL}`],
    ['a lock around a counter', `    async with metrics_lock:\n        locks["n"] = 1\n${FILL}`],
    ['a lock around the read alone', `    async with metrics_lock:\n        again = await cache.get(key)\n${FILL}`],
    ['a text', `    print("no stampede: redis.lock() in flight")\n${FILL}`],
    ['a file that is opened', `    with open("lock") as lock:\n${indented(FILL)}`],
    [
      'SET NX that fills the cache',
      '    value = await asyncio.to_thread(infer, x)\n    await cache.set(key, value, ex=60, nx=True)\n    await cache.set(key, value, ex=60)\n',
    ],
    ['a draw that decides which model answers', `    if random.random() < 0.1:\n        x = x + 1\n${FILL}`],
    ['a mail in the background', `    if x > 3:\n        background.add_task(print, x)\n${FILL}`],
  ])('not %s', async (_, body) => {
    expect(await judged(service(body))).toMatchObject({ subjects: [READ], guards: [] });
  });

  test('early expiration by chance, by its formula', async () => {
    const app = (early: string): string => `${HEAD}@app.post("/score")
async def score(x: float):
    key = f"score:v1:{x}"
    known = await cache.get(key)
    left = await cache.ttl(key)
    if known and ${early}:
        return float(known)
    value = await asyncio.to_thread(infer, x)
    await cache.set(key, value, ex=60)
    return value
`;
    expect(await judged(app('left > -0.4 * math.log(random.random())'))).toMatchObject({
      guards: ['early expiration by chance'],
    });
    expect(await judged(app('left > 0.4 * math.log(10)'))).toMatchObject({ guards: [] });
  });

  test('the old value while one refreshes it', async () => {
    const app = `${HEAD}async def refresh(key, x):
    await cache.set(key, infer(x), ex=600)


@app.post("/score")
async def score(x: float, background: BackgroundTasks):
    key = f"score:v1:{x}"
    known = await cache.get(key)
    if known:
        if await cache.ttl(key) < 60:
            background.add_task(refresh, key, x)
        return float(known)
    value = await asyncio.to_thread(infer, x)
    await cache.set(key, value, ex=600)
    return value
`;
    expect(await judged(app)).toMatchObject({
      guards: ['a refresh in the background while the old value is handed out'],
    });
  });

  test('a lock in the caller of the function that looks aside', async () => {
    const app = (lock: string): string => `${HEAD}async def cached(x: float):
    key = f"score:v1:{x}"
    known = await cache.get(key)
    if known:
        return float(known)
${FILL}    return value


@app.post("/score")
async def score(x: float):
    async with ${lock}:
        return await cached(x)
`;
    expect(await judged(app('metrics_lock'))).toMatchObject({ guards: ['a lock around the filling'] });
    expect(await judged(app('asyncio.timeout(3)'))).toMatchObject({ guards: [] });
  });
});

describe('caches by a decorator', () => {
  const app = (decorator: string): string => `import threading

import aiocache
import joblib
from cachetools import TTLCache, cached
from fastapi import FastAPI

app = FastAPI()
model = joblib.load("model.joblib")


${decorator}
def infer(x):
    return float(model.predict([[x]])[0])


@app.post("/score")
def score(x: float):
    return infer(x)
`;
  test.each([
    ['@cached(TTLCache(100, 60))', []],
    ['@cached(TTLCache(100, 60), lock=threading.Lock())', []],
    ['@cached(TTLCache(100, 60), condition=threading.Condition())', ['cachetools.cached lets one compute']],
    ['@aiocache.cached(ttl=60)', []],
    ['@aiocache.cached_stampede(ttl=60)', ['aiocache.cached_stampede lets one compute']],
  ])('%s', async (decorator, guards) => {
    expect(await judged(app(decorator))).toEqual({ subjects: ['service/app.py:12'], guards, tests: [] });
  });
});

describe('tests of many callers at once', () => {
  const file = (body: string): Record<string, string> => ({
    'tests/test_cache.py': `import asyncio

from service import app as service


${body}`,
    'service/__init__.py': '',
  });
  test('one that counts the computations', async () => {
    const body = `async def test_one_computes(model):
    await asyncio.gather(*[service.score(1.0, None) for _ in range(50)])
    model.predict.assert_called_once()
`;
    expect(await judged(service(FILL), file(body))).toMatchObject({ tests: ['tests/test_cache.py:6'] });
  });

  test.each([
    [
      'a name alone',
      'def test_stampede():\n    """thundering herd, singleflight"""\n    assert service.infer(1.0) == 1\n',
    ],
    [
      'callers that are not counted',
      'async def test_many():\n    assert await asyncio.gather(*[service.score(1.0, None)])\n',
    ],
    [
      'many of something else',
      'async def test_other(f):\n    await asyncio.gather(f(), f())\n    f.assert_called_once()\n',
    ],
  ])('not %s', async (_, body) => {
    expect(await judged(service(FILL), file(body))).toMatchObject({ tests: [] });
  });
});
