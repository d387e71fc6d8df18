import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS } from '../../src/checks/index.js';
import { planByDefault } from '../../src/core/check.js';
import type { Check, PlannedCheck } from '../../src/core/check.js';
import type { Settings } from '../../src/core/settings.js';
import type { Finding, Outcome, Snapshot, View } from '../../src/core/types.js';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import { memoryFactStore } from '../../src/reviewers/fact-store.js';
import { runCheck } from '../../src/reviewers/run-checks.js';
import { SnapshotWorkspace } from '../../src/reviewers/workspace.js';
import { readTree, snapshotOf } from './snapshot.js';

const store = memoryFactStore();

export interface Ran {
  readonly workspace: SnapshotWorkspace;
  readonly outcomes: readonly Outcome[];
  readonly findings: readonly Finding[];
}

/**
 * Runs checks on a snapshot. A snapshot without changes is under review as a whole. Crashes throw: a test never
 * mistakes one for silence.
 */
export async function runChecks(
  snapshot: Snapshot,
  checks: readonly Check<never>[] = CHECKS,
  settings: Partial<Settings> = {},
  plan: (check: Check<never>) => PlannedCheck = planByDefault,
): Promise<Ran> {
  const workspace = new SnapshotWorkspace(
    snapshot,
    { ...DEFAULT_SETTINGS, ...settings },
    store,
    undefined,
    snapshot.changes.length === 0,
  );
  const outcomes: Outcome[] = [];
  for (const check of checks) outcomes.push(await runCheck(plan(check), workspace));
  const crashed = outcomes.find((outcome) => outcome.kind === 'crashed');
  if (crashed) throw new Error(`${crashed.check} crashed: ${'reason' in crashed ? crashed.reason : ''}`);
  return {
    workspace,
    outcomes,
    findings: outcomes.flatMap((outcome) => ('findings' in outcome ? outcome.findings : [])),
  };
}

export const checksOf = (view: View): readonly Check<never>[] => CHECKS.filter((check) => check.view === view);

const MARKER = /(?:#|--|\/\/|<!--|%%|;)\s*expect:\s*([a-z0-9/,\- ]+?)\s*(?:-->|\*\/)?\s*$/;

/** `path:line check` for every marker in the tree, and for every line of its `.expect` file. */
export function expectations(files: Readonly<Record<string, Uint8Array>>): string[] {
  const expected: string[] = [];
  for (const [path, bytes] of Object.entries(files)) {
    const lines = Buffer.from(bytes).toString('utf8').split(/\r?\n/);
    if (path === '.expect')
      expected.push(...lines.filter((line) => line.trim() !== '' && !line.startsWith('#')).map((l) => l.trim()));
    else {
      lines.forEach((line, index) => {
        for (const check of MARKER.exec(line)?.[1]?.split(/[\s,]+/) ?? [])
          if (check) expected.push(`${path}:${index + 1} ${check}`);
      });
    }
  }
  return expected.sort();
}

export const places = (findings: readonly Finding[]): string[] =>
  findings.map((finding) => `${finding.location.path}:${finding.location.startLine} ${finding.check}`).sort();

/** The cases below `fixtures/<view>/`, each a small repository. */
export function fixtureCases(view: View): { name: string; folder: string }[] {
  const root = join('fixtures', view);
  if (!existsSync(root)) return [];
  const cases = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return cases.map((entry) => ({ name: entry.name, folder: join(root, entry.name) }));
}

/** What the markers of one case expect, and what the view's checks say. The two must be equal. */
export async function judgeFixture(
  view: View,
  folder: string,
): Promise<{ expected: string[]; actual: string[]; ran: Ran }> {
  const files = readTree(folder);
  const expected = expectations(files);
  const body = files['.body.md'];
  delete files['.expect'];
  delete files['.body.md'];
  const snapshot = snapshotOf(files, body ? { pull: { body: Buffer.from(body).toString('utf8') } } : {});
  const ran = await runChecks(snapshot, checksOf(view));
  return { expected, actual: places(ran.findings), ran };
}

/** A file's lines with a finding's fix applied, as GitHub would. */
export function applyFix(content: string, fix: NonNullable<Finding['fix']>): string {
  const lines = content.split('\n');
  lines.splice(fix.startLine - 1, fix.endLine - fix.startLine + 1, ...fix.replacement.split('\n'));
  return lines.join('\n');
}
