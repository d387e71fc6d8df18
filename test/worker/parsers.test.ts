import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import type { FactStore, FileParser, Parsed } from '../../src/core/facts.js';
import type { Snapshot } from '../../src/core/types.js';
import { pythonFlow } from '../../src/languages/python/flow.js';
import { asyncGraphOf } from '../../src/models/call-graph/render.js';
import { radar } from '../../src/models/call-graph/radar.js';
import { memoryFactStore } from '../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../src/reviewers/workspace.js';
import { ParserPool } from '../../src/worker/parsers.js';
import { ReviewPool } from '../../src/worker/pool.js';
import { readTree, snapshotOf } from '../support/snapshot.js';

// Threads run compiled code; `npm test` builds it first.
const compiled = new URL('../../dist/worker/parser-entry.cjs', import.meta.url);
const threadFile = new URL('../../dist/worker/entry.cjs', import.meta.url);
const pools: { close(): Promise<void> }[] = [];
const started = <T extends { close(): Promise<void> }>(pool: T): T => {
  pools.push(pool);
  return pool;
};
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

/** The fixtures of the process view so many times over, each file different, and such as are no Python or no text. */
const services = (copies: number): Snapshot => {
  const fixtures = Object.entries(readTree('fixtures/proc'));
  const copy = (index: number) =>
    fixtures.map(
      ([path, bytes]) =>
        [`service_${index}/${path}`, Buffer.concat([bytes, Buffer.from(`\ncopy = ${index}\n`)])] as const,
    );
  return snapshotOf({
    ...Object.fromEntries(Array.from({ length: copies }, (_, index) => copy(index)).flat()),
    'odd/pointer.py': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n# async def\n',
    'odd/latin.py': '# -*- coding: rot13 -*-\nnflap qrs s(): cnff\nasync def f(): pass\n',
    'odd/deep.py': `async def f():\n    return ${'['.repeat(1500)}${']'.repeat(1500)}\n`,
    'odd/broken.py': 'async def f(:\n    time.sleep(1\nimport time\nasync def g():\n    time.sleep(1)\n',
  });
};
const many = services(16);
const few = services(8);

interface Answer {
  readonly facts: ReadonlyMap<string, unknown>;
  readonly text: string;
}

/** All that a scan finds out, and every fact that it kept on the way. */
async function scan(snapshot: Snapshot, threads?: ParserPool): Promise<Answer> {
  const facts = new Map<string, unknown>();
  const kept = memoryFactStore();
  const store: FactStore = {
    get: (key) => kept.get(key),
    set: (key, value, weight) => {
      if (key.startsWith(`${pythonFlow.name}@`)) facts.set(key, value);
      kept.set(key, value, weight);
    },
  };
  const workspace = new SnapshotWorkspace(snapshot, DEFAULT_SETTINGS, store, undefined, true, undefined, threads);
  const found = await workspace.model(radar);
  const sites = found.sites.map(({ path, line, family }) => ({ path, line, family }));
  return { facts, text: JSON.stringify({ graph: asyncGraphOf(found), sites, gaps: workspace.gaps }) };
}

/** JSON, with what it leaves out. */
const written = (fact: unknown): string =>
  JSON.stringify(fact, (_, value: unknown) =>
    value === undefined || Number.isNaN(value) ? `<${String(value)}>` : value,
  );

/** A thread that is given this code instead of the parser's. */
function broken(code: string): ParserPool {
  const file = join(mkdtempSync(join(tmpdir(), 'parser-')), 'entry.cjs');
  writeFileSync(file, code);
  return started(new ParserPool(1, pathToFileURL(file)));
}

/** Counts what the threads answer. */
class Counted extends ParserPool {
  answered = 0;

  override async parse<P>(parser: FileParser<P>, of: readonly Uint8Array[]): Promise<readonly Parsed<P>[] | undefined> {
    const parsed = await super.parse(parser, of);
    this.answered += parsed?.length ?? 0;
    return parsed;
  }
}

describe('parsing in other threads', () => {
  test('gives the facts, the findings and the gaps of one thread', async () => {
    const alone = await scan(many);
    const counted = started(new Counted(2, compiled));
    const together = await scan(many, counted);
    expect(counted.answered).toBeGreaterThan(0);
    expect([...together.facts.keys()].sort()).toEqual([...alone.facts.keys()].sort());
    const differ = [...alone.facts].filter(([key, fact]) => written(fact) !== written(together.facts.get(key)));
    expect(differ.map(([key]) => key)).toEqual([]);
    expect(together.text).toBe(alone.text);
    expect(alone.text).toContain('odd/latin.py');
  });

  test.each([
    ['ends', 'module.exports = () => process.exit(3)'],
    ['throws', "module.exports = () => { throw new Error('no memory') }"],
    ['does not load', 'throw new Error()'],
    ['never answers', 'module.exports = () => new Promise(() => undefined)'],
    ['answers for too few', 'module.exports = () => []'],
  ])('finds the same when a thread %s', async (_, code) => {
    const threads = broken(code);
    const together = await scan(few, threads);
    expect(together.text).toBe((await scan(few)).text);
    await threads.close();
  });

  test('is not asked again after it failed', async () => {
    const threads = broken('module.exports = () => process.exit(3)');
    await scan(few, threads);
    await threads.parse({ name: 'python', parse: () => Promise.reject(new Error()), buffers: () => [] }, []);
    expect(threads.size).toBe(0);
    expect(threads.pays(1e9)).toBe(false);
  });

  test('does not pay for little', async () => {
    const counted = started(new Counted(1, compiled));
    await scan(snapshotOf({ 'a.py': 'import time\nasync def f():\n    time.sleep(1)\n' }), counted);
    expect(counted.answered).toBe(0);
    expect(counted.pays(0)).toBe(false);
    expect(counted.pays(5e6)).toBe(true);
    expect(new ParserPool(0).pays(5e6)).toBe(false);
  });
});

const TASKS = '/proc/self/task';
const threadsNow = (): number => readdirSync(TASKS).length;

async function until(holds: () => boolean, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (!holds() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  return holds();
}

describe('a review with parsers of its own', () => {
  const request = { configuration: {}, today: '2026-01-15', views: ['proc'] as const };

  test('finds what one thread finds', async () => {
    const alone = started(new ReviewPool({ threadFile, parserThreads: 0 }));
    const together = started(new ReviewPool({ threadFile, parserThreads: 1 }));
    const expected = await alone.review({ head: few, ...request });
    expect(await together.review({ head: few, ...request })).toEqual(expected);
  });

  (existsSync(TASKS) ? test : test.skip)('that is given up takes them along', async () => {
    const before = threadsNow();
    const pool = started(new ReviewPool({ threadFile, parserThreads: 1 }));
    const ended = new AbortController();
    const running = pool.review({ head: many, ...request, signal: ended.signal });
    // The review's own thread and its parser.
    expect(await until(() => threadsNow() >= before + 2, 20_000)).toBe(true);
    ended.abort();
    await expect(running).rejects.toThrow('superseded');
    await pool.close();
    expect(await until(() => threadsNow() <= before, 10_000)).toBe(true);
  });
});
