import { describe, expect, test } from '@jest/globals';
import type { View } from '../../src/core/types.js';
import { applyFix, checksOf, fixtureCases, judgeFixture, places, runChecks } from './fixtures.js';
import { readTree, snapshotOf } from './snapshot.js';

/**
 * One test a folder of `fixtures/<view>/`: everything marked is found and nothing else is; every fix, applied, parsed
 * and checked again, leaves its own place clean.
 */
export function describeFixtures(view: View): void {
  const cases = fixtureCases(view);
  describe(`fixtures of ${view}`, () => {
    if (cases.length === 0) test.todo('no fixtures yet');
    for (const { name, folder } of cases) {
      test(name, async () => {
        const { expected, actual, ran } = await judgeFixture(view, folder);
        expect(actual).toEqual(expected);
        for (const finding of ran.findings) {
          if (!finding.fix) continue;
          const files: Record<string, string | Uint8Array> = readTree(folder);
          const before = Buffer.from((files[finding.location.path] as Uint8Array | undefined) ?? []).toString('utf8');
          const after = snapshotOf({ ...files, [finding.location.path]: applyFix(before, finding.fix) });
          const again = await runChecks(
            after,
            checksOf(view).filter((check) => check.id === finding.check),
          );
          expect(again.workspace.gaps).toEqual(ran.workspace.gaps);
          expect(places(again.findings)).not.toContain(places([finding])[0]);
        }
      });
    }
  });
}
