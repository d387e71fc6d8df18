import type { Review, ReviewedFinding } from '../../src/core/review.js';
import type { CheckId, FileChange, View } from '../../src/core/types.js';

/** A finding for tests of what happens after a review; every part can be set. */
export function finding(over: Partial<ReviewedFinding> & { line?: number; path?: string } = {}): ReviewedFinding {
  const { line = 10, path = 'app/main.py', ...rest } = over;
  const check: CheckId = rest.check ?? 'proc/blocking-call';
  return {
    check,
    view: check.split('/')[0] as View,
    task: 'LEAD-PROC-01-01',
    severity: 'block',
    location: { path, startLine: line, endLine: line },
    message: 'requests.get() blocks the event loop.',
    consequence: 'Every other request waits while this one does.',
    evidence: 'requests.get(url)',
    fingerprint: `${line.toString(16)}abc`,
    scope: 'changed',
    ...rest,
  };
}

export function reviewOf(findings: readonly ReviewedFinding[], over: Partial<Review> = {}): Review {
  const blocks = findings.some((one) => one.severity === 'block' && one.scope !== 'existing');
  const checks = new Set<CheckId>(['proc/blocking-call', ...findings.map((one) => one.check)]);
  return {
    headSha: 'a'.repeat(40),
    baseSha: 'b'.repeat(40),
    verdict: blocks ? 'fail' : 'pass',
    findings,
    excused: [],
    outcomes: [...checks].map((check) => ({
      check,
      kind: 'done',
      findings: findings.filter((one) => one.check === check),
    })),
    gaps: [],
    sections: [],
    gate: { met: true },
    notes: [],
    ...over,
  };
}

export const change = (path = 'app/main.py', over: Partial<FileChange> = {}): FileChange => ({
  path,
  status: 'modified',
  added: [{ start: 5, end: 40 }],
  hunks: [{ start: 2, end: 43 }],
  ...over,
});

export const link = (path: string, line: number): string =>
  `https://github.example/acme/platform/blob/head/${encodeURI(path)}#L${line}`;
