import { describe, expect, test } from '@jest/globals';
import type { Pull } from '../../demo/local-github/store.js';
import { ARGUED, BLOCKED, BLOCKING, CLEAN, ended, FILES, GREEN, RED, SILENT, stageForFile, UNARGUED } from './world.js';

const stage = stageForFile();
const CONFIGURATION = '.github/dialectic.yml';
const CHECK = 'proc/blocking-call';

async function opened(configuration: string, change: Record<string, string | null>, body: string | null = ARGUED) {
  const s = stage();
  const pull = await s.pullOf({ ...FILES, [CONFIGURATION]: configuration }, change, { body });
  await s.idle();
  return pull;
}
const outcome = (pull: Pull) => stage().state(pull);
const summaryOf = (pull: Pull): string => stage().checkOf(pull).output.summary ?? '';
const waiver = (expires: string): string =>
  `waivers:\n  - check: ${CHECK}\n    path: service/**\n    reason: replaced soon\n    owner: maria\n    expires: ${expires}\n`;

describe('waivers of the configuration', () => {
  test('answer for a finding until their day, and are shown with owner, reason and day', async () => {
    const pull = await opened(waiver('2999-12-31'), { 'service/main.py': BLOCKING });
    expect(outcome(pull)).toEqual(SILENT);
    expect(summaryOf(pull)).toMatch(/### Answered for[^]*Waived by maria \(until 2999-12-31\): replaced soon/);
  });

  test('open their findings again when it is over, and say so', async () => {
    const pull = await opened(waiver('2020-01-31'), { 'service/main.py': BLOCKING });
    expect(outcome(pull)).toEqual(BLOCKED);
    expect(summaryOf(pull)).toContain('expired on 2020-01-31: its findings are open again');
  });

  test('do not answer for other paths', async () => {
    const pull = await opened(waiver('2999-12-31').replace('service/**', 'jobs/**'), { 'service/main.py': BLOCKING });
    expect(outcome(pull)).toEqual(BLOCKED);
  });
});

test('overrides: a part of a monorepo has severities of its own, and the last that matches wins', async () => {
  const entry = (path: string, severity: string): string =>
    `  - paths: ["${path}"]\n    checks:\n      ${CHECK}: ${severity}\n`;
  const pull = await opened(`overrides:\n${entry('**', 'off')}${entry('billing/**', 'warn')}`, {
    'service/main.py': BLOCKING,
    'billing/main.py': BLOCKING,
  });
  expect(outcome(pull)).toEqual({
    checks: [ended('success', 'Nothing blocks; 1 remark')],
    reviews: ['COMMENTED'],
    inline: [`billing/main.py:11 ${CHECK}`],
    discussion: [],
  });
});

describe('gate.require', () => {
  const change = { 'tools/list.py': 'print("tools")\n' };
  test('always: every change needs its argument', async () => {
    const pull = await opened('mode: enforce\n', change, 'No.');
    expect(outcome(pull)).toEqual({ ...BLOCKED, checks: [UNARGUED], inline: [] });
  });
  test('decisions: only a change that decides something', async () => {
    expect(outcome(await opened('gate:\n  require: decisions\n', change, 'No.'))).toEqual(SILENT);
  });
});

describe('suppressions in the code', () => {
  const suppressed = BLOCKING.replace(
    '    time.sleep(1)',
    `    # dialectic: ignore[${CHECK}] warms the cache\n    time.sleep(1)`,
  );
  test('do not count in the change that adds them, but once they are on the base branch', async () => {
    const s = stage();
    const pull = await opened('mode: enforce\n', { 'service/main.py': suppressed });
    expect(outcome(pull)).toEqual({ ...BLOCKED, inline: [`service/main.py:12 ${CHECK}`] });
    expect(summaryOf(pull)).toContain('it counts once it is on the base branch');
    await s.push({
      branch: 'main',
      message: 'Agreed',
      files: {
        'service/main.py': CLEAN.replace(
          '    return {"score"',
          `    # dialectic: ignore[${CHECK}] warms the cache\n    return {"score"`,
        ),
      },
    });
    await s.push({ branch: 'next', message: 'Sleep', files: { 'service/main.py': suppressed }, from: 'main' });
    const next = await s.openPull({ title: 'Sleep', body: ARGUED, head: 'next' });
    await s.idle();
    expect(outcome(next)).toEqual(SILENT);
    expect(summaryOf(next)).toContain('warms the cache');
  });
  test('count at once where the configuration leaves them to the author', async () => {
    expect(outcome(await opened('suppressions: author\n', { 'service/main.py': suppressed }))).toEqual(SILENT);
  });
});

test('an author may waive where the configuration allows it', async () => {
  const s = stage();
  const pull = await opened('allowAuthorWaivers: true\n', { 'service/main.py': BLOCKING });
  s.world.people.comment(s.repository, pull, s.author, `/dialectic waive ${CHECK} replaced soon`);
  await s.idle();
  expect(outcome(pull)).toEqual({
    checks: [RED, GREEN],
    reviews: ['DISMISSED'],
    inline: [expect.stringMatching(/^service\/main\.py:11 ✓ \*\*Answered for\.\*\* Waived by ana/)],
    discussion: [],
  });
});

test('a change of the configuration says which verdicts it would change, and changes none', async () => {
  const pull = await opened('mode: enforce\n', {
    'service/main.py': BLOCKING,
    [CONFIGURATION]: `checks:\n  ${CHECK}: note\n`,
  });
  expect(outcome(pull)).toEqual(BLOCKED);
  expect(summaryOf(pull)).toContain(
    'Under the new one the verdict would be **pass** instead of **fail**, and 1 finding would appear, vanish or weigh differently.',
  );
});
