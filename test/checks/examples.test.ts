import { describe, expect, test } from '@jest/globals';
import { CHECKS } from '../../src/checks/index.js';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import type { Example } from '../../src/core/check.js';
import type { Settings } from '../../src/core/settings.js';
import type { Snapshot } from '../../src/core/types.js';
import { applyFix, runChecks } from '../support/fixtures.js';
import { snapshotOf } from '../support/snapshot.js';

const snapshotFrom = ({ files, body, verification, packages }: Example): Snapshot => ({
  ...snapshotOf(files, body === undefined ? {} : { pull: { body } }),
  ...(verification === undefined ? {} : { verify: () => Promise.resolve(verification) }),
  ...(packages === undefined ? {} : { packageIndex: () => Promise.resolve(packages) }),
});
const settingsFor = ({ verification, settings }: Example): Partial<Settings> => ({
  ...(verification === undefined ? {} : { logical: { ...DEFAULT_SETTINGS.logical, verify: true } }),
  ...(settings === undefined ? {} : { development: { ...DEFAULT_SETTINGS.development, ...settings.development } }),
});

describe.each(CHECKS.map((check) => [check.id, check] as const))('%s', (_, check) => {
  test('has examples in both directions and says what it flags', () => {
    expect(check.examples.bad.length).toBeGreaterThan(0);
    expect(check.examples.good.length).toBeGreaterThan(0);
    expect(check.flags).toMatch(/^Flags .*\.$/);
  });

  test.each(check.examples.bad.map((example) => [example.title, example] as const))(
    'flags: %s',
    async (_title, example) => {
      const { findings } = await runChecks(snapshotFrom(example), [check], settingsFor(example), (c) => ({
        check: c,
        options: c.options?.parse({}),
        severity: () => c.severity,
        active: true,
      }));
      expect(findings.map((finding) => finding.check)).toContain(check.id);
      for (const finding of findings) {
        if (!finding.fix) continue;
        const before = example.files[finding.location.path];
        if (before === undefined)
          throw new Error(`a fix for ${finding.location.path}, which the example does not have`);
        const after = { ...example.files, [finding.location.path]: applyFix(before, finding.fix) };
        const again = await runChecks(snapshotFrom({ ...example, files: after }), [check]);
        expect(
          again.findings.filter((f) => f.evidence === finding.evidence && f.location.path === finding.location.path),
        ).toEqual([]);
        expect(again.workspace.gaps).toEqual([]);
      }
    },
  );

  test.each(check.examples.good.map((example) => [example.title, example] as const))(
    'stays silent: %s',
    async (_title, example) => {
      const { findings } = await runChecks(snapshotFrom(example), [check], settingsFor(example), (c) => ({
        check: c,
        options: c.options?.parse({}),
        severity: () => c.severity,
        active: true,
      }));
      expect(findings).toEqual([]);
    },
  );
});

test('the list of checks holds each once', () => {
  const ids = CHECKS.map((check) => check.id);
  expect(new Set(ids).size).toBe(ids.length);
});
