import { expect, test } from '@jest/globals';
import { ARGUED, BLOCKED, BLOCKING, FILES, stageForFile } from './world.js';

const stage = stageForFile({ treeEntries: 700 });
const operations = (from: number): string[] =>
  stage()
    .world.github.requests.slice(from)
    .map(({ operation }) => operation);
const count = (all: readonly string[], operation: string): number => all.filter((one) => one === operation).length;

test('a large pull request on a large repository: a cut tree is walked, cold content comes in one archive, every change is seen', async () => {
  const s = stage();
  const lib = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [
      `lib/part_${index % 5}/module_${index}.py`,
      `import time\n\nVALUE = ${index}\n`,
    ]),
  );
  const changed = Object.fromEntries(
    Object.entries(lib)
      .slice(0, 320)
      .map(([path, text]) => [path, `${text}OTHER = VALUE\n`]),
  );
  await s.push({ branch: 'main', message: 'Begin', files: { ...FILES, ...lib } });
  const mark = s.mark;
  await s.push({
    branch: 'feature',
    message: 'Change',
    files: { ...changed, 'service/main.py': BLOCKING },
    from: 'main',
  });
  const pull = await s.openPull({ title: 'Change', body: ARGUED, head: 'feature' });
  await s.idle();
  expect(s.state(pull)).toEqual(BLOCKED);
  const all = operations(mark);
  // Four pages of files beyond the comparison's 300.
  expect(count(all, 'pulls/list-files')).toBe(4);
  expect(count(all, 'repos/download-tarball-archive')).toBeLessThanOrEqual(2);
  expect(count(all, 'git/get-blob')).toBe(0);
  expect(all.length).toBeLessThan(60);
}, 90_000);
