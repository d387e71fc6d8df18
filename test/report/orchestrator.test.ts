import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Review, ReviewedFinding } from '../../src/core/review.js';
import { readMarkdown } from '../../src/languages/markdown/index.js';
import { orchestratorReport } from '../../src/report/orchestrator.js';

const finding: ReviewedFinding = {
  check: 'proc/blocking-call',
  severity: 'block',
  location: { path: 'service/api.py', startLine: 7, endLine: 7 },
  message: 'time.sleep blocks the event loop @everybody <b>',
  consequence: 'Every request waits.',
  evidence: 'time.sleep(1)',
  view: 'proc',
  task: 'LEAD-PROC-01-01',
  fingerprint: 'ab',
  scope: 'changed',
};

const review = (more: Partial<Review> = {}): Review => ({
  headSha: 'a'.repeat(40),
  verdict: 'pass',
  findings: [],
  excused: [],
  outcomes: [
    { check: 'proc/blocking-call', kind: 'done', findings: [] },
    { check: 'phy/heap-not-set', kind: 'not-applicable' },
  ],
  gaps: [],
  sections: [],
  gate: { met: true },
  notes: [],
  ...more,
});

const headings = (text: string) =>
  readMarkdown(text).facts.blocks.flatMap((block) =>
    block.kind === 'heading' && block.level === 2 ? [block.text] : [],
  );

test('has the sections of its template', () => {
  expect(headings(orchestratorReport(review()))).toEqual(
    headings(readFileSync('templates/orchestrator_report.md', 'utf8')),
  );
});

test('a clean review: compliant, nothing to do, every box ticked', () => {
  const report = orchestratorReport(review(), 'release 1');
  expect(report).toContain('# Orchestrator report: release 1');
  expect(report).toContain('| Process view | compliant | 0 | 0 | 0 | 0 |');
  expect(report).toContain('| Physical view | nothing to evaluate | 0 | 0 | 0 | 0 |');
  expect(report).toContain('## Action items\n\nNone.');
  expect(report).not.toContain('- [ ]');
});

test('a finding: violated, on the list, its boxes open, its text inert', () => {
  const report = orchestratorReport(
    review({ verdict: 'fail', findings: [finding, { ...finding, scope: 'existing' }], gate: { met: false } }),
  );
  expect(report).toContain('| Process view | **violated** | 1 | 0 | 0 | 1 |');
  expect(report).toContain('### Before merging\n\n- [ ] [proc/blocking-call]');
  expect(report).not.toMatch(/@everybody|<b>/);
  expect(report.split('\n').filter((line) => line.startsWith('- [ ] ') && !line.includes('[proc/'))).toEqual([
    '- [ ] Process view: nothing blocks, every check could answer',
    '- [ ] Thesis, antithesis and synthesis are made',
    '- [ ] The verdict is pass',
  ]);
});

test('what could not be read is not signed off', () => {
  const gaps = [{ path: 'a.py', reason: 'broken', kind: 'unread' as const, decisive: true }];
  expect(orchestratorReport(review({ verdict: 'incomplete', gaps }))).toContain(
    '- [ ] Everything that the question depends on could be read',
  );
});

test('a path cannot leave its cell', () => {
  const path = 'a|<img src=x>|@everybody.py';
  const report = orchestratorReport(
    review({ findings: [{ ...finding, location: { path, startLine: 1, endLine: 1 } }] }),
  );
  const row = report.split('\n').find((line) => line.startsWith('| Async Non-Blocking Radar')) ?? '';
  expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
});
