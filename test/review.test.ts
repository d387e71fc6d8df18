import { describe, expect, test } from '@jest/globals';
import { configurationFrom } from '../src/config/configuration.js';
import { defineCheck, planByDefault, type Check } from '../src/core/check.js';
import type { CheckId, FileChange, FindingDraft } from '../src/core/types.js';
import { review, type ReviewInput } from '../src/review.js';
import { memoryFactStore } from '../src/reviewers/fact-store.js';
import { processReviewer } from '../src/reviewers/proc.js';
import { added, snapshotOf } from './support/snapshot.js';

/** Flags every line that says `bad`; `cause: N` on it names a line of cause.txt for the trace. */
const badLines = check('log/bad-line', async (context) => {
  const drafts: FindingDraft[] = [];
  for (const path of context.glob('**/*.txt')) {
    const lines = (await context.text(path))?.split('\n') ?? [];
    lines.forEach((line, index) => {
      if (!line.startsWith('bad')) return;
      const cause = /cause: (\d+)/.exec(line)?.[1];
      drafts.push({
        location: { path, startLine: index + 1, endLine: index + 1 },
        message: 'A bad line.',
        consequence: 'It is bad.',
        evidence: line,
        ...(cause ? { trace: [{ path: 'cause.txt', line: Number(cause), label: 'cause' }] } : {}),
      });
    });
  }
  return drafts;
});

function check(id: CheckId, run: Check['run'], more: { subject?: 'change' } = {}): Check<never> {
  const base = {
    id,
    task: 'LEAD-LOG-01-01',
    severity: 'block' as const,
    reference: 'none',
    flags: 'Flags.',
    why: '',
    examples: { bad: [], good: [] },
    run,
  };
  return defineCheck({ ...base, ...more });
}

function input(
  checks: readonly Check<never>[],
  more: Omit<Partial<ReviewInput>, 'head'> & Pick<ReviewInput, 'head'>,
): ReviewInput {
  const configuration = { ...configurationFrom(), checks: checks.map(planByDefault), ...more.configuration };
  return { store: memoryFactStore(), today: '2026-01-15', ...more, configuration };
}

const modified = (path: string, ...lines: [number, number][]): FileChange => {
  const ranges = lines.map(([start, end]) => ({ start, end }));
  return { path, status: 'modified', added: ranges, hunks: ranges };
};

const seen = async (given: ReviewInput) => {
  const result = await review(given);
  return {
    verdict: result.verdict,
    findings: result.findings.map(
      ({ location, scope, severity }) => `${location.path}:${location.startLine} ${scope} ${severity}`,
    ),
  };
};

describe('scope', () => {
  test('without a merge base everything counts as changed', async () => {
    expect(await seen(input([badLines], { head: snapshotOf({ 'a.txt': 'ok\nbad 1' }) }))).toEqual({
      verdict: 'fail',
      findings: ['a.txt:2 changed block'],
    });
  });

  test('what the merge base has too is existing and does not block, even when it moved', async () => {
    const head = snapshotOf({ 'a.txt': 'new\nok\nbad 1' }, { changes: [modified('a.txt', [1, 1])] });
    expect(await seen(input([badLines], { head, base: snapshotOf({ 'a.txt': 'ok\nbad 1' }) }))).toEqual({
      verdict: 'pass',
      findings: ['a.txt:3 existing block'],
    });
  });

  test('a second equal line is new', async () => {
    const head = snapshotOf({ 'a.txt': 'bad 1\nbad 1' }, { changes: [modified('a.txt', [2, 2])] });
    expect(await seen(input([badLines], { head, base: snapshotOf({ 'a.txt': 'bad 1' }) }))).toEqual({
      verdict: 'fail',
      findings: ['a.txt:1 existing block', 'a.txt:2 changed block'],
    });
  });

  test('a renamed file keeps its findings', async () => {
    const change: FileChange = { path: 'b.txt', previousPath: 'a.txt', status: 'renamed', added: [], hunks: [] };
    const head = snapshotOf({ 'b.txt': 'bad 1' }, { changes: [change] });
    expect((await seen(input([badLines], { head, base: snapshotOf({ 'a.txt': 'bad 1' }) }))).findings).toEqual([
      'b.txt:1 existing block',
    ]);
  });

  test('a caused finding is shown on the line of its way that changed', async () => {
    const before = { 'a.txt': 'ok', 'cause.txt': 'x\ny' };
    const head = snapshotOf(
      { 'a.txt': 'bad cause: 2', 'cause.txt': 'x\nz' },
      { changes: [modified('cause.txt', [2, 2])] },
    );
    const result = await review(input([badLines], { head, base: snapshotOf(before) }));
    expect(result.findings.map(({ location, scope, trace }) => ({ location, scope, trace }))).toEqual([
      {
        location: { path: 'cause.txt', startLine: 2, endLine: 2 },
        scope: 'caused',
        trace: [
          { path: 'cause.txt', line: 2, label: 'cause' },
          { path: 'a.txt', line: 1, label: 'bad cause: 2' },
        ],
      },
    ]);
  });

  test('a duty of the change is not excused by the merge base', async () => {
    const duty = check(
      'scn/duty',
      async () => [
        { location: { path: 'a.txt', startLine: 1, endLine: 1 }, message: 'm', consequence: 'c', evidence: 'e' },
      ],
      {
        subject: 'change',
      },
    );
    const head = snapshotOf({ 'a.txt': 'x' }, { changes: [modified('a.txt', [1, 1])] });
    expect((await seen(input([duty], { head, base: snapshotOf({ 'a.txt': 'y' }) }))).verdict).toBe('fail');
  });

  test('scope "all" lets what was there before block', async () => {
    const head = snapshotOf({ 'a.txt': 'bad 1', 'b.txt': '' }, { changes: [added('b.txt', '')] });
    const given = input([badLines], { head, base: snapshotOf({ 'a.txt': 'bad 1' }) });
    expect((await seen({ ...given, configuration: { ...given.configuration, scope: 'all' } })).verdict).toBe('fail');
  });
});

describe('nothing is a silent pass', () => {
  test('a crash stays inside its check and makes the answer incomplete', async () => {
    const crash = check('log/crash', async () => {
      throw new Error('boom');
    });
    const result = await review(input([crash, badLines], { head: snapshotOf({ 'a.txt': 'ok' }) }));
    expect(result.verdict).toBe('incomplete');
    expect(result.outcomes.map((outcome) => `${outcome.check} ${outcome.kind}`)).toEqual([
      'log/crash crashed',
      'log/bad-line done',
    ]);
  });

  test('a changed file that cannot be read makes the answer incomplete', async () => {
    const head = snapshotOf({ 'a.txt': Buffer.from([0xc3, 0x28]) }, { changes: [modified('a.txt', [1, 1])] });
    const result = await review(input([badLines], { head, base: snapshotOf({}) }));
    expect(result.verdict).toBe('incomplete');
    expect(result.gaps).toEqual([{ path: 'a.txt', reason: 'not UTF-8 text', kind: 'unread', decisive: true }]);
  });

  test('an unreadable file that the change did not touch is listed and does not decide', async () => {
    const head = snapshotOf(
      { 'a.txt': Buffer.from([0xc3, 0x28]), 'b.txt': 'ok' },
      { changes: [modified('b.txt', [1, 1])] },
    );
    const result = await review(input([badLines], { head, base: snapshotOf({}) }));
    expect(result.verdict).toBe('pass');
    expect(result.gaps.map((gap) => gap.path)).toEqual(['a.txt']);
  });

  test('an assumption is told where the change has to do with it, and decides nowhere', async () => {
    const assuming = check('phy/assuming', async (context) => {
      context.gap({ path: 'a.txt', line: 1, kind: 'assumed', reason: 'taken for unknown', about: 'gone.env' });
      return [];
    });
    const told = async (...changed: string[]): Promise<string[]> => {
      const head = snapshotOf(
        { 'a.txt': 'x', 'b.txt': 'x' },
        { changes: changed.map((path) => modified(path, [1, 1])) },
      );
      const base = changed.length === 0 ? {} : { base: snapshotOf({}) };
      const { verdict, gaps } = await review(input([assuming], { head, ...base }));
      return [verdict, ...gaps.map(({ path, decisive }) => `${path} ${String(decisive)}`)];
    };
    expect(await told('a.txt')).toEqual(['pass', 'a.txt false']);
    expect(await told('gone.env')).toEqual(['pass', 'a.txt false']);
    expect(await told()).toEqual(['pass', 'a.txt false']);
    expect(await told('b.txt')).toEqual(['pass']);
  });

  test('an open question decides unless the merge base had it too', async () => {
    const open = check('log/open', async (context) => {
      for (const path of context.glob('**'))
        if ((await context.text(path))?.includes('dark')) context.inconclusive(`${path} is dark`);
      return [];
    });
    const head = snapshotOf({ 'a.txt': 'dark', 'b.txt': 'x' }, { changes: [modified('b.txt', [1, 1])] });
    expect((await review(input([open], { head, base: snapshotOf({ 'a.txt': 'dark' }) }))).verdict).toBe('pass');
    expect((await review(input([open], { head, base: snapshotOf({ 'a.txt': 'light' }) }))).verdict).toBe('incomplete');
  });

  test('lines that could not be compared are said', async () => {
    const change: FileChange = {
      path: 'a.txt',
      status: 'modified',
      added: [],
      hunks: [],
      unknown: 'too large to compare',
    };
    const result = await review(
      input([badLines], { head: snapshotOf({ 'a.txt': 'ok' }, { changes: [change] }), base: snapshotOf({}) }),
    );
    expect(result.verdict).toBe('incomplete');
    expect(result.gaps[0]?.reason).toBe('changed lines unknown: too large to compare');
  });
});

test('a finding in content that is no text leaves no gap behind', async () => {
  const artifact = check('dev/artifact', async () => [
    { location: { path: 'model.zip', startLine: 1, endLine: 1 }, message: 'm', consequence: 'c', evidence: 'e' },
  ]);
  const result = await review(input([artifact], { head: snapshotOf({ 'model.zip': Buffer.from([80, 75, 0, 1]) }) }));
  expect(result.findings).toHaveLength(1);
  expect(result.gaps).toEqual([]);
});

describe('severity', () => {
  test('a block in a test folder is a note', async () => {
    expect(await seen(input([badLines], { head: snapshotOf({ 'tests/a.txt': 'bad' }) }))).toEqual({
      verdict: 'pass',
      findings: ['tests/a.txt:1 changed note'],
    });
  });
});

test('a section that cannot be made says so, and the findings stand', async () => {
  const before = { ...processReviewer };
  Object.assign(processReviewer, { sections: () => Promise.reject(new Error('no graph\nat x')) });
  const result = await review(input([badLines], { head: snapshotOf({ 'a.txt': 'bad' }) }));
  Object.assign(processReviewer, before);
  expect(result.findings).toHaveLength(1);
  expect(result.sections).toContainEqual({
    view: 'proc',
    title: 'Process view: could not be shown',
    paragraphs: ['Error: no graph'],
  });
});

describe('answered for', () => {
  const text = 'bad 1 # dialectic: ignore[log/bad-line] known since the beginning';

  test('a suppression that is on the base branch counts', async () => {
    const head = snapshotOf({ 'a.txt': `new\n${text}` }, { changes: [modified('a.txt', [1, 1])] });
    const known = { ...badLines, subject: 'change' as const };
    const result = await review(input([known], { head, base: snapshotOf({ 'a.txt': text }) }));
    expect(result.verdict).toBe('pass');
    expect(result.excused.map(({ by, reason }) => ({ by, reason }))).toEqual([
      { by: 'suppression', reason: 'known since the beginning' },
    ]);
  });

  test('one that this change adds is said and does not count', async () => {
    const head = snapshotOf({ 'a.txt': text }, { changes: [added('a.txt', text)] });
    const result = await review(input([badLines], { head, base: snapshotOf({}) }));
    expect(result.verdict).toBe('fail');
    expect(result.notes.join()).toMatch(/a\.txt:1: this change adds a suppression of log\/bad-line/);
  });

  test('a copy of one that the base branch has is as new as any other', async () => {
    const copied = `${text}\nok\n${text.replace('bad 1', 'bad 2')}`;
    const base = snapshotOf({ 'a.txt': `${text}\nok` });
    const head = snapshotOf({ 'a.txt': copied }, { changes: [modified('a.txt', [3, 3])] });
    const result = await review(input([badLines], { head, base }));
    expect(result.verdict).toBe('fail');
    expect(result.notes.join()).toMatch(/a\.txt:3: this change adds a suppression of log\/bad-line/);
    expect(result.excused.map(({ who }) => who)).toEqual(['a.txt:1']);
  });

  test('one that only moves is still the one of the base branch', async () => {
    const head = snapshotOf({ 'a.txt': `ok\n${text}` }, { changes: [modified('a.txt', [2, 2])] });
    const result = await review(input([badLines], { head, base: snapshotOf({ 'a.txt': `${text}\nok` }) }));
    expect(result.verdict).toBe('pass');
  });

  test('one without a reason does not count', async () => {
    const result = await review(
      input([badLines], { head: snapshotOf({ 'a.txt': 'bad # dialectic: ignore[log/bad-line]' }) }),
    );
    expect(result.verdict).toBe('fail');
    expect(result.notes.join()).toMatch(/without a reason/);
  });

  test('a waiver covers its path only; an expired one is said', async () => {
    const given = input([badLines], { head: snapshotOf({ 'a.txt': 'bad', 'b.txt': 'bad' }) });
    const waiver = {
      check: 'log/bad-line',
      path: 'a.txt',
      reason: 'agreed',
      who: 'grace',
      when: '2026-01-01T00:00:00Z',
    };
    const result = await review({ ...given, waivers: [waiver] });
    expect(result.findings.map((finding) => finding.location.path)).toEqual(['b.txt']);
    const configured = {
      check: 'log/bad-line',
      path: undefined,
      reason: 'later',
      owner: 'team',
      expires: '2026-01-14',
    };
    const late = await review({ ...given, configuration: { ...given.configuration, waivers: [configured] } });
    expect(late.findings).toHaveLength(2);
    expect(late.notes.join()).toMatch(/expired on 2026-01-14/);
  });
});

test('a missing argument cannot be waived', async () => {
  const missing = check('dia/section-missing', async () => [
    { location: { path: 'a.txt', startLine: 1, endLine: 1 }, message: 'm', consequence: 'c', evidence: 'e' },
  ]);
  const waiver = { check: 'dia/section-missing', reason: 'hurry', who: 'grace', when: '2026-01-01T00:00:00Z' };
  const result = await review({ ...input([missing], { head: snapshotOf({ 'a.txt': 'x' }) }), waivers: [waiver] });
  expect(result.verdict).toBe('fail');
  expect(result.notes).toEqual(['dia/section-missing cannot be waived: write the argument.']);
});

test('only some views run again; the rest of the answer is kept', async () => {
  const gate = check('dia/gate', async () => []);
  const head = snapshotOf({ 'a.txt': 'bad' });
  const first = await review(input([badLines, gate], { head }));
  const again = await review({ ...input([badLines, gate], { head }), views: ['dia'], previous: first });
  expect(again.findings).toEqual(first.findings);
  expect(again.outcomes.map((outcome) => outcome.check)).toEqual(['log/bad-line', 'dia/gate']);
  expect(again.verdict).toBe('fail');
});
