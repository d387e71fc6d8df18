import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/config/defaults.js';
import { effects } from '../../../src/models/call-graph/effects.js';
import { sitesOf } from '../../../src/checks/proc/support/draft.js';
import type { CheckContext } from '../../../src/core/check.js';
import { joined } from '../../../src/models/call-graph/joined.js';
import { BlockingCallables } from '../../../src/models/call-graph/patterns.js';
import { loadFlows, loadProgram } from '../../../src/models/call-graph/program.js';
import { linkedOf, radar } from '../../../src/models/call-graph/radar.js';
import { asyncGraphOf, chainsFlow, renderAsyncGraph } from '../../../src/models/call-graph/render.js';
import { processSections } from '../../../src/models/call-graph/sections.js';
import { memoryFactStore } from '../../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../../src/reviewers/workspace.js';
import { snapshotOf } from '../../support/snapshot.js';

const workspaceOf = (files: Record<string, string>, process = DEFAULT_SETTINGS.process) =>
  new SnapshotWorkspace(snapshotOf(files), { ...DEFAULT_SETTINGS, process }, memoryFactStore(), undefined, true);
const scan = async (files: Record<string, string>, process = DEFAULT_SETTINGS.process) =>
  (await workspaceOf(files, process).model(radar)).sites;

const SERVICE = {
  'app/__init__.py': '',
  'app/main.py':
    'from fastapi import FastAPI\nfrom .features import load\n\napp = FastAPI()\n\n\n@app.post("/score")\nasync def score(id: int):\n    return load(id)\n',
  'app/features.py':
    'import psycopg2\n\n\ndef load(id):\n    return connect().cursor()\n\n\ndef connect():\n    return psycopg2.connect("")\n',
};

describe('chains', () => {
  test('every hop is told, with the route that starts it', async () => {
    const [site] = await scan(SERVICE);
    expect(site?.entries).toEqual([{ kind: 'route', label: 'POST /score' }]);
    expect(site?.steps).toEqual([
      { path: 'app/main.py', line: 9, within: 'score()', runs: 'load()' },
      { path: 'app/features.py', line: 5, within: 'load()', runs: 'connect()' },
      { path: 'app/features.py', line: 9, within: 'connect()', runs: 'psycopg2.connect' },
    ]);
  });

  test('5,000 functions deep, in one file', async () => {
    const chain = Array.from({ length: 5000 }, (_, i) => `def f${i}():\n    return f${i + 1}()\n`).join('\n');
    const [site] = await scan({
      'a.py': `import time\n\nasync def go():\n    return f0()\n\n${chain}\n\ndef f5000():\n    time.sleep(1)\n`,
    });
    expect(site?.steps).toHaveLength(5002);
  });

  test('a cycle of 1,000 functions ends', async () => {
    const ring = Array.from({ length: 1000 }, (_, i) => `def f${i}():\n    return f${(i + 1) % 1000}()\n`).join('\n');
    expect(await scan({ 'a.py': `import time\n\nasync def go():\n    return f0()\n\n${ring}` })).toEqual([]);
  });

  test('a bound that is hit is said, and what was found before it stands', async () => {
    const chain = Array.from({ length: 50 }, (_, i) => `def f${i}():\n    return f${i + 1}()\n`).join('\n');
    const workspace = workspaceOf({
      'a.py': `import time\n\nasync def go():\n    time.sleep(1)\n    return f0()\n\n${chain}\n\ndef f50():\n    time.sleep(1)\n`,
    });
    const program = await loadProgram(workspace, () => true);
    const catalogue = new BlockingCallables(DEFAULT_SETTINGS.process);
    const all = linkedOf(program, catalogue, () => true);
    expect([all.graph.cut, all.sites.map(({ line }) => line)]).toEqual([false, [4, 5]]);
    const cut = linkedOf(program, catalogue, () => true, 10);
    expect(cut.sites.map(({ line }) => line)).toEqual([4]);
    const said: string[] = [];
    const flows = await loadFlows(workspace, () => true);
    const context = {
      model: () => Promise.resolve(joined([cut], flows, catalogue)),
      inconclusive: (why: string) => said.push(why),
    };
    await sitesOf(context as unknown as CheckContext, 'blocking');
    expect(said).toEqual(['the call graph is larger than the bound; chains beyond it were not followed']);
  });

  test("a worker's hooks run once, its jobs do not", async () => {
    const sites = await scan({
      'worker.py':
        'import time\n\n\nasync def close(ctx):\n    time.sleep(1)\n\n\nasync def job(ctx):\n    time.sleep(1)\n\n\nclass WorkerSettings:\n    functions = [job]\n    on_shutdown = close\n',
    });
    expect(sites.map(({ line, once }) => [line, once])).toEqual([
      [5, true],
      [9, false],
    ]);
  });

  test('a method that one of two classes replaces may block; one that most replace does', async () => {
    const classes =
      'import time\n\n\nclass Base:\n    def rare(self):\n        return 1\n\n    def often(self):\n        return 1\n\n\nclass One(Base):\n    def rare(self):\n        time.sleep(1)\n\n    def often(self):\n        time.sleep(1)\n\n\nclass Two(One):\n    def rare(self):\n        return 2\n';
    const sites = await scan({
      'a.py': `${classes}\n\nasync def go(base: Base):\n    base.rare()\n    base.often()\n    Base().often()\n`,
    });
    expect(sites.map(({ line, possible }) => [line, possible])).toEqual([
      [26, true],
      [27, false],
    ]);
  });

  test('a lifespan handler that reaches the application in a dictionary runs once', async () => {
    const sites = await scan({
      'app.py':
        'import time\nfrom contextlib import asynccontextmanager\nfrom fastapi import FastAPI\n\n\n@asynccontextmanager\nasync def lifespan(app):\n    time.sleep(5)\n    yield\n\n\ndef create():\n    settings = {"title": "scoring", "lifespan": lifespan}\n    return FastAPI(**settings)\n',
    });
    expect(sites.map(({ path, line, entries }) => [path, line, entries.map(({ kind }) => kind)])).toEqual([
      ['app.py', 8, ['startup']],
    ]);
  });

  test('a type alias that names itself on many branches ends', async () => {
    const [site] = await scan({
      'json_types.py':
        'from typing import Any\n\nJson = str | list["Json"] | dict[str, "Json"] | tuple["Json", "Json"] | set["Json"]\n',
      'app.py':
        'import time\nfrom json_types import Json\n\n\ndef patch(document: dict[str, Json]) -> dict[str, Json]:\n    document["a"].get("b")\n    time.sleep(1)\n    return document\n\n\nasync def edit(document: Json):\n    return patch(document)["a"].copy()\n',
    });
    expect(site).toMatchObject({ path: 'app.py', line: 12 });
  });

  test('classes that inherit from each other, aliases of themselves and recursive types end', async () => {
    const files = {
      'a.py':
        'from b import B\n\nclass A(B):\n    pass\n\nx = y\ny = x\nz = z.q()\n\nasync def go(a: A, n: "Node"):\n    a.run()\n    x()\n    z()\n    n.next.next.run()\n\nclass Node:\n    @property\n    def next(self):\n        return self.next\n',
      'b.py': 'from a import A\n\nclass B(A):\n    pass\n',
    };
    expect(await scan(files)).toEqual([]);
  });

  test('one blocking implementation of four is a possibility, one of two is a reason', async () => {
    const service = (quiet: number): string =>
      [
        'import requests',
        'class Base:',
        '    def run(self): raise NotImplementedError',
        ...Array.from({ length: quiet }, (_, i) => `class Quiet${i}(Base):\n    def run(self): return ${i}`),
        'class Remote(Base):',
        '    def run(self): return requests.get("")',
        'def step(base: Base):',
        '    return base.run()',
        'async def go(base: Base):',
        '    base.run()',
        '    step(base)',
      ].join('\n');
    const possible = async (quiet: number) =>
      (await scan({ 'a.py': service(quiet) })).map((site) => [site.coroutine.facts.name, site.possible]);
    expect(await possible(3)).toEqual([
      ['go', true],
      ['go', true],
    ]);
    expect(await possible(1)).toEqual([
      ['go', false],
      ['go', false],
    ]);
  });

  test('a wrapped file and an awaited open are no wait on the disk, as flake8-async holds', async () => {
    const lines = [
      'import anyio',
      'import asyncio',
      'async def go(path):',
      '    await anyio.wrap_file(open(path))',
      '    await open(path)',
      '    await asyncio.wrap_file(open(path))',
      '    open(path)',
    ];
    expect((await scan({ 'a.py': lines.join('\n') })).map(({ line }) => line)).toEqual([6, 7]);
  });

  test('the configuration adds and allows, functions of the repository too', async () => {
    const files = {
      'a.py':
        'import requests\nimport slow\n\ndef own():\n    pass\n\nasync def go():\n    requests.get("")\n    slow.bus.send(1)\n    own()\n',
    };
    const lines = async (process: typeof DEFAULT_SETTINGS.process) =>
      (await scan(files, process)).map(({ line }) => line);
    expect(await lines({ blocking: ['slow.*', 'a.own'], allow: [] })).toEqual([8, 9, 10]);
    expect(await lines({ blocking: [], allow: ['requests.*'] })).toEqual([]);
  });
});

describe('pictures', () => {
  test('the worst chains as Mermaid, in the review body', async () => {
    const [section] = await processSections(workspaceOf(SERVICE));
    expect(section?.code?.language).toBe('mermaid');
    expect(section?.code?.text).toBe(chainsFlow(await scan(SERVICE)).trimEnd());
    for (const part of ['POST /score', 'score()', 'load()', 'connect()', 'psycopg2.connect', ':::sink'])
      expect(section?.code?.text).toContain(part);
  });

  test('the graph in three formats', async () => {
    const graph = asyncGraphOf(await workspaceOf(SERVICE).model(radar));
    expect(JSON.parse(renderAsyncGraph(graph, 'json'))).toEqual(graph);
    expect(graph.nodes.map(({ kind, label }) => `${kind} ${label}`).sort()).toEqual([
      'entry POST /score',
      'function connect()',
      'function load()',
      'sink psycopg2.connect',
    ]);
    expect(renderAsyncGraph(graph, 'dot')).toMatch(/^digraph async \{[^]*shape=hexagon[^]*\}\n$/);
    expect(renderAsyncGraph(graph, 'mermaid')).toMatch(/^flowchart LR\n/);
  });

  test('labels from the repository cannot end a Mermaid label', async () => {
    const sites = await scan({
      'a.py':
        'import time\nfrom fastapi import FastAPI\napp = FastAPI()\n\n@app.get(\'/"]; click x "javascript:1"\')\nasync def go():\n    time.sleep(1)\n',
    });
    const flow = chainsFlow(sites);
    expect(flow).not.toContain('click x "');
    expect(flow.split('\n').every((line) => (line.match(/"/g)?.length ?? 0) % 2 === 0)).toBe(true);
  });
});

test('effects of any function, for other views', async () => {
  const files = {
    'transform.py':
      'import requests\n\ndef transform(df):\n    helper()\n    return df\n\ndef helper():\n    requests.post("")\n',
  };
  const model = await workspaceOf(files).model(effects('test', () => true));
  expect(model.from('transform.py', 3)?.map(({ name }) => name)).toEqual(['requests.post']);
  expect(model.from('transform.py', 1)).toBeUndefined();
});
