import { describe, expect, test } from '@jest/globals';
import { checksOf, fixtureCases, runChecks } from '../../support/fixtures.js';
import { readTree, snapshotOf } from '../../support/snapshot.js';

const MARKED = /# as (block|warn|note) {2}# expect: (\S+)$/;

/** `path:line check severity` of every line that says how severe its finding is. */
function marked(files: Readonly<Record<string, Uint8Array>>): string[] {
  return Object.entries(files).flatMap(([path, bytes]) =>
    Buffer.from(bytes)
      .toString('utf8')
      .split('\n')
      .flatMap((line, index) => {
        const [, severity, check] = MARKED.exec(line) ?? [];
        return severity !== undefined && check !== undefined ? [`${path}:${index + 1} ${check} ${severity}`] : [];
      }),
  );
}

describe('severities that a line states', () => {
  const cases = fixtureCases('proc')
    .map(({ name, folder }) => ({ name, files: readTree(folder) }))
    .filter(({ files }) => marked(files).length > 0);

  test('are stated somewhere', () => {
    expect(cases.flatMap(({ files }) => marked(files)).length).toBeGreaterThanOrEqual(9);
  });

  test.each(cases.map(({ name, files }) => [name, files] as const))('%s', async (_name, files) => {
    const { findings } = await runChecks(snapshotOf(files), checksOf('proc'));
    const actual = findings.map(
      ({ check, severity, location }) => `${location.path}:${location.startLine} ${check} ${severity}`,
    );
    expect(marked(files).filter((line) => !actual.includes(line))).toEqual([]);
  });
});
