import { PositionEncoding, Workspace } from '@astral-sh/ruff-wasm-nodejs';
import { describe, expect, test } from '@jest/globals';
import { checksOf, expectations, fixtureCases, runChecks } from '../../support/fixtures.js';
import { readTree, snapshotOf } from '../../support/snapshot.js';

/** ASYNC210, 212, 220, 221, 222, 230, 250, 251 by the names that ruff reports. */
const FAMILIES =
  /^(?:blocking-http-call(?:-httpx)?|create-subprocess|run-process|wait-for-process|blocking-open-call|blocking-input|blocking-sleep)-in-async-function$/;

const ruff = new Workspace(
  { preview: true, 'target-version': 'py312', lint: { select: ['ASYNC'] } },
  PositionEncoding.Utf16,
);

interface Diagnostic {
  readonly code: string;
  readonly start_location: { readonly row: number };
}

/** Where ruff goes by the name alone: `os.waitpid(pid, os.WNOHANG)` does not wait. */
const SPARED = 'os.WNOHANG';

/** `path:line` of whatever ruff says of these families. */
function ruffPlaces(files: Readonly<Record<string, Uint8Array>>): string[] {
  return Object.entries(files)
    .filter(([path]) => path.endsWith('.py') && !path.startsWith('tests/'))
    .flatMap(([path, bytes]) => {
      const text = Buffer.from(bytes).toString('utf8');
      const lines = text.split('\n');
      return (ruff.check(text) as Diagnostic[])
        .filter(({ code, start_location: { row } }) => FAMILIES.test(code) && !lines[row - 1]?.includes(SPARED))
        .map(({ start_location }) => `${path}:${start_location.row}`);
    });
}

describe('what ruff flags, the radar flags', () => {
  test.each(fixtureCases('proc').map(({ name, folder }) => [name, folder] as const))('%s', async (_name, folder) => {
    const files = readTree(folder);
    const { findings } = await runChecks(snapshotOf(files), checksOf('proc'));
    const ours = new Set(findings.map(({ location }) => `${location.path}:${location.startLine}`));
    expect(ruffPlaces(files).filter((place) => !ours.has(place))).toEqual([]);
  });

  test('and it flags several times as much', () => {
    const all = fixtureCases('proc').map(({ folder }) => readTree(folder));
    const byRuff = all.flatMap(ruffPlaces).length;
    const expected = all.flatMap(expectations).filter((line) => line.includes('proc/blocking-')).length;
    expect(byRuff).toBeGreaterThan(15);
    expect(expected).toBeGreaterThan(byRuff * 3);
  });
});

test('the benchmark labels at least 150 lines, in both directions', () => {
  const texts = fixtureCases('proc').flatMap(({ folder }) =>
    Object.values(readTree(folder)).map((bytes) => Buffer.from(bytes).toString('utf8')),
  );
  const count = (label: RegExp): number => texts.reduce((sum, text) => sum + (text.match(label)?.length ?? 0), 0);
  expect(count(/# expect: proc\//g)).toBeGreaterThanOrEqual(140);
  expect(count(/# silent:/g)).toBeGreaterThanOrEqual(80);
});
