import { describe, expect, test } from '@jest/globals';
import type { FactStore } from '../../../src/core/facts.js';
import { planByDefault } from '../../../src/core/check.js';
import { DEFAULT_SETTINGS } from '../../../src/config/defaults.js';
import { radar } from '../../../src/models/call-graph/radar.js';
import { asyncGraphOf } from '../../../src/models/call-graph/render.js';
import { memoryFactStore } from '../../../src/reviewers/fact-store.js';
import { runCheck } from '../../../src/reviewers/run-checks.js';
import { SnapshotWorkspace } from '../../../src/reviewers/workspace.js';
import { checksOf, fixtureCases } from '../../support/fixtures.js';
import { readTree, snapshotOf } from '../../support/snapshot.js';

type Files = Record<string, string>;

/** Keeps what files say, and nothing that was worked out from several of them. */
function factsAlone(facts: FactStore): FactStore {
  return {
    get: (key) => (/^python-(?:flow|outline)@/.test(key) ? facts.get(key) : undefined),
    set: (key, value, weight) => (/^python-(?:flow|outline)@/.test(key) ? facts.set(key, value, weight) : undefined),
  };
}

const workspaceOf = (files: Files, store: FactStore, settings = DEFAULT_SETTINGS) =>
  new SnapshotWorkspace(snapshotOf(files), settings, store, undefined, true);

/** Everything that anyone gets to see: findings of all checks with their traces, and the graph. */
async function told(files: Files, store: FactStore, settings = DEFAULT_SETTINGS) {
  const workspace = workspaceOf(files, store, settings);
  const outcomes = [];
  for (const check of checksOf('proc')) outcomes.push(await runCheck(planByDefault(check), workspace));
  return { outcomes, graph: asyncGraphOf(await workspace.model(radar)), gaps: workspace.gaps };
}

/** Park and Miller's generator: the same edits in every run. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const services: Files = Object.fromEntries(
  fixtureCases('proc').flatMap(({ name, folder }) =>
    Object.entries(readTree(folder))
      .filter(([path]) => !path.startsWith('.'))
      .map(([path, bytes]) => [`${name}/${path}`, Buffer.from(bytes).toString('utf8')]),
  ),
);

/** One change such as people make: lines move, vanish, or are taken from elsewhere; files come, go and start to import each other. */
function edited(files: Files, roll: (below: number) => number): Files {
  const paths = Object.keys(files).filter((path) => path.endsWith('.py'));
  const any = (): string => paths[roll(paths.length)] ?? '';
  const path = any();
  const lines = (files[path] ?? '').split('\n');
  const at = roll(lines.length + 1);
  const put = (...now: string[]): Files => ({ ...files, [path]: now.join('\n') });
  switch (roll(8)) {
    case 0:
      return put('# moved down', '', ...lines);
    case 1:
      return put(...lines.slice(0, at), ...lines.slice(at + 1));
    case 2:
      return put(...lines, '', 'async def added():', '    import time', '    time.sleep(1)');
    case 3: {
      const other = any();
      const module = other.replace(/\.py$/, '').replaceAll('/', '.').replaceAll('-', '_');
      return put(`import ${module}`, `from ${module} import *`, ...lines);
    }
    case 4: {
      const { [path]: _, ...rest } = files;
      return rest;
    }
    case 5:
      return { ...files, [path.replace(/(\w+)\.py$/, `${roll(2) === 0 ? 'redis' : '$1_copy'}.py`)]: lines.join('\n') };
    case 6: {
      const taken = (files[any()] ?? '').split('\n');
      const start = roll(taken.length);
      return put(...lines.slice(0, at), ...taken.slice(start, start + 12), ...lines.slice(at));
    }
    default:
      return put(
        ...lines.map((line) => line.replace(/\bdef (\w+)/, (whole) => (roll(20) === 0 ? `async ${whole}` : whole))),
      );
  }
}

describe('what is kept between scans', () => {
  test.each([1, 2])(
    'changes no answer, whatever is edited (seed %i)',
    async (seed) => {
      const roll = dice(seed * 7_919);
      const kept = memoryFactStore();
      const fresh = factsAlone(memoryFactStore());
      let files = services;
      await told(files, kept);
      for (let step = 0; step < 10; step++) {
        files = edited(files, roll);
        expect(await told(files, kept)).toEqual(await told(files, fresh));
      }
      // Back again: an older state must not be taken for the newer one.
      expect(await told(services, kept)).toEqual(await told(services, fresh));
    },
    240_000,
  );

  const two: Files = {
    'one/pyproject.toml': '',
    'one/web.py': 'from store import load\n\nasync def go():\n    return load()\n',
    'one/store.py': 'import time\n\ndef load():\n    time.sleep(1)\n',
    'two/pyproject.toml': '',
    'two/web.py': 'import time\n\nasync def go():\n    time.sleep(1)\n',
  };
  const modulesOf = async (files: Files, store: FactStore, settings = DEFAULT_SETTINGS) =>
    (await workspaceOf(files, store, settings).model(radar)).program.modules;
  const sitesOf = async (files: Files, store: FactStore, settings = DEFAULT_SETTINGS) =>
    (await workspaceOf(files, store, settings).model(radar)).sites.map(({ path, line }) => `${path}:${line}`);

  test('is all that has nothing to do with the change', async () => {
    const store = memoryFactStore();
    const before = await modulesOf(two, store);
    const after = await modulesOf({ ...two, 'one/store.py': 'def load():\n    return 1\n' }, store);
    expect(after.get('two/web.py')).toBe(before.get('two/web.py'));
    expect(after.get('one/web.py')).not.toBe(before.get('one/web.py'));
    expect(await modulesOf(two, store)).toEqual(before);
  });

  test('is linked anew when a file comes that an import may mean', async () => {
    const store = memoryFactStore();
    const alone: Files = { 'app/web.py': 'import store\n\nasync def go():\n    store.load()\n' };
    expect(await sitesOf(alone, store)).toEqual([]);
    expect(await sitesOf({ ...alone, 'app/store.py': two['one/store.py'] ?? '' }, store)).toEqual(['app/web.py:4']);
    expect(await sitesOf(alone, store)).toEqual([]);
  });

  test('is linked anew when the configuration says something else about calls or roles', async () => {
    const store = memoryFactStore();
    expect(await sitesOf(two, store)).toEqual(['one/web.py:4', 'two/web.py:4']);
    const process = { ...DEFAULT_SETTINGS.process, allow: ['time.sleep'] };
    expect(await sitesOf(two, store, { ...DEFAULT_SETTINGS, process })).toEqual([]);
    const roles = { ...DEFAULT_SETTINGS.roles, test: ['two/**'] };
    expect(await sitesOf(two, store, { ...DEFAULT_SETTINGS, roles })).toEqual(['one/web.py:4']);
    expect(await sitesOf(two, store)).toEqual(['one/web.py:4', 'two/web.py:4']);
  });
});
