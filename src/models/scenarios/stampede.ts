import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import { isWhole, touchedLine } from './changes.js';
import { serving } from './serving.js';
import type { Subject } from './swap.js';

/** Failure mode B: a popular key expires and every caller asks the model at once. */
export interface StampedeScenario {
  readonly subjects: readonly Subject[];
  readonly guards: readonly Subject[];
  readonly tests: readonly Subject[];
}

const CACHED = /\.(setex|set|get)\(/;
const GUARD =
  /singleflight|single_flight|coalesc|early[_ ]?expir|xfetch|stampede|dogpile|thundering|\bredis_?lock\b|\.lock\(|asyncio\.Lock\(|in_?flight/i;

export const stampede = defineModel<StampedeScenario>('cache-stampede', async (workspace) => {
  const { present, files } = await workspace.model(serving);
  if (!present) return { subjects: [], guards: [], tests: [] };
  const around = new Set(files.map((path) => path.split('/').slice(0, -1).join('/')));
  const near = workspace
    .glob('**/*.py')
    .filter((path) => around.has(path.split('/').slice(0, -1).join('/')) && !workspace.roles(path).has('test'));
  const caching = await workspace.mentioning(near, ['redis', 'Redis', 'aiocache', 'valkey']);
  const subjects: Subject[] = [];
  const guards: Subject[] = [];
  for (const path of caching) {
    const lines = ((await workspace.text(path)) ?? '').split('\n');
    const guard = lines.findIndex((line) => GUARD.test(line) && !/^\s*#/.test(line));
    if (guard >= 0) guards.push({ path, line: guard + 1, what: 'a guard against many at once' });
    const cached = lines.findIndex((line) => CACHED.test(line) && /redis|cache|client|conn|r\./i.test(line));
    const touched = await touchedLine(workspace, path);
    if (cached >= 0 && touched !== undefined)
      subjects.push({ path, line: isWhole(workspace) ? cached + 1 : touched, what: 'a cache in front of the model' });
  }
  return { subjects, guards, tests: subjects.length === 0 ? [] : await testsOf(workspace) };
});

async function testsOf(workspace: Workspace): Promise<Subject[]> {
  const tests = workspace.glob('**/*.{py,js,ts}').filter((path) => workspace.roles(path).has('test'));
  const found = await workspace.mentioning(tests, [
    'stampede',
    'coalesc',
    'thundering',
    'single_flight',
    'singleflight',
  ]);
  return found.map((path) => ({ path, line: 1, what: 'a test of it' }));
}
