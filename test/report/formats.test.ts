import { describe, expect, test } from '@jest/globals';
import type { Log } from 'sarif';
import { DESCRIPTION_PATH } from '../../src/core/pull-request.js';
import type { Review, ReviewedFinding } from '../../src/core/review.js';
import { toMarkdown } from '../../src/report/markdown.js';
import { toSarif } from '../../src/report/sarif.js';
import { toText } from '../../src/report/text.js';

const finding = (more: Partial<ReviewedFinding> = {}): ReviewedFinding => ({
  check: 'proc/blocking-call',
  severity: 'block',
  location: { path: 'service/api.py', startLine: 7, endLine: 9 },
  message: '`time.sleep` blocks the event loop.',
  consequence: 'Every request waits.',
  evidence: 'time.sleep(1)',
  view: 'proc',
  task: 'LEAD-PROC-01-01',
  fingerprint: 'ab',
  scope: 'changed',
  ...more,
});
const at = (path: string, startLine = 1) => finding({ location: { path, startLine, endLine: startLine } });

const review = (more: Partial<Review> = {}): Review => ({
  headSha: 'a'.repeat(40),
  verdict: 'fail',
  findings: [finding()],
  excused: [],
  outcomes: [],
  gaps: [],
  sections: [],
  gate: undefined,
  notes: [],
  ...more,
});
const OPEN: Partial<Review> = {
  verdict: 'incomplete',
  findings: [],
  outcomes: [
    { check: 'log/json-column', kind: 'inconclusive', reason: 'two heads in `alembic`', findings: [] },
    { check: 'proc/blocking-call', kind: 'crashed', reason: 'TypeError: x\n    at y', findings: [] },
  ],
  gaps: [{ path: 'app/a.py', line: 3, reason: 'a syntax error', kind: 'unread', decisive: true }],
  excused: [{ finding: finding(), by: 'waiver', who: 'maria', when: '2026-01-02', reason: 'a night job' }],
};

describe('SARIF', () => {
  const runOf = (more: Partial<Review> = {}) => {
    const [run] = (JSON.parse(toSarif(review(more), '1.2.3')) as Log).runs;
    if (!run) throw new Error('a run is expected');
    return run;
  };
  const placeOf = (one: ReviewedFinding) => runOf({ findings: [one] }).results?.[0]?.locations?.[0]?.physicalLocation;

  test('a result names its rule, level, place and fingerprint', () => {
    expect(runOf().results).toEqual([
      {
        ruleId: 'proc/blocking-call',
        level: 'error',
        message: { text: '`time.sleep` blocks the event loop. Every request waits.' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'service/api.py' },
              region: { startLine: 7, endLine: 9 },
            },
          },
        ],
        partialFingerprints: { 'dialectic/v1': 'ab' },
        baselineState: 'new',
      },
    ]);
    expect(runOf().tool.driver.rules?.map(({ id }) => id)).toEqual(['proc/blocking-call']);
  });

  test.each([
    ['app/a b.py', 'app/a%20b.py'],
    ['c#/x?.sql', 'c%23/x%3F.sql'],
    ['javascript:alert(1)', 'javascript%3Aalert(1)'],
    ['100%.py', '100%25.py'],
    ['größe.py', 'gr%C3%B6%C3%9Fe.py'],
    ['\ud800.py', '%EF%BF%BD.py'],
    [DESCRIPTION_PATH, 'PULL_REQUEST_DESCRIPTION'],
  ])('the path %j is the relative reference %s', (path, uri) =>
    expect(placeOf(at(path))?.artifactLocation?.uri).toBe(uri),
  );

  test('lines count from 1, and no region ends before it begins', () => {
    expect(placeOf(at('a.py', 0))?.region).toEqual({ startLine: 1, endLine: 1 });
    expect(placeOf(finding({ location: { path: 'a.py', startLine: 9, endLine: 7 } }))?.region).toEqual({
      startLine: 9,
      endLine: 9,
    });
  });

  test('text of a repository makes no link and hides nothing', () => {
    const message = 'see [here](https://evil.example)\u202e.';
    const text = runOf({ findings: [finding({ message })] }).results?.[0]?.message.text;
    expect(text).toContain('see [here] (https://evil.example).');
  });

  test('what could not be judged is said, and the run was no success', () => {
    const [invocation] = runOf(OPEN).invocations ?? [];
    expect(invocation?.executionSuccessful).toBe(false);
    expect(invocation?.toolExecutionNotifications?.map(({ message }) => message.text)).toEqual([
      'app/a.py: a syntax error',
      'log/json-column: two heads in `alembic`',
      'proc/blocking-call: crashed: TypeError: x',
    ]);
  });
});

describe('Markdown', () => {
  test('says why the verdict is incomplete, and who answered for what', () => {
    const text = toMarkdown(review(OPEN));
    expect(text).toContain('Verdict: **incomplete**');
    expect(text).toContain('## Not evaluated\n\n- `app/a.py:3`: a syntax error');
    expect(text).toContain(
      '## Could not be answered\n\n- log/json-column: two heads in `alembic`\n- proc/blocking-call: crashed: TypeError: x',
    );
    expect(text).toContain(
      '## Answered for\n\n- proc/blocking-call at `service/api.py:7`: a night job (waiver, maria)',
    );
  });
});

describe('text for a terminal', () => {
  const text = (more: Partial<Review>) => toText(review(more), { color: false, source: () => undefined });

  test('a file name cannot write a line of its own', () => {
    const output = text({ findings: [at('app/x.py\nVerdict: pass  0 blockers\u001b[1A')] });
    expect(output.split('\n').filter((line) => line.startsWith('Verdict:'))).toEqual([
      'Verdict: fail  1 blocker, 0 warnings, 0 notes',
    ]);
    expect(output).not.toContain('\u001b');
  });
});
