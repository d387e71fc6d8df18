import type { Review, ReviewedFinding } from '../core/review.js';
import { jsonText } from './escape.js';

/** The machine-readable form of a review: its shape is a promise (docs/cli.md), so it is spelled out here. */
export function toJson(review: Review): string {
  return `${jsonText({
    verdict: review.verdict,
    findings: review.findings.map(findingJson),
    excused: review.excused.map(({ finding, ...how }) => ({ ...how, finding: findingJson(finding) })),
    outcomes: review.outcomes.map((outcome) => ({
      check: outcome.check,
      kind: outcome.kind,
      ...('reason' in outcome && outcome.reason !== undefined ? { reason: firstLine(outcome.reason) } : {}),
    })),
    unread: review.gaps.filter((gap) => gap.kind === 'unread').map(gapJson),
    unsupported: review.gaps.filter((gap) => gap.kind === 'unsupported').map(gapJson),
    assumed: review.gaps.filter((gap) => gap.kind === 'assumed').map(gapJson),
    sections: review.sections,
    ...(review.gate ? { gate: review.gate } : {}),
    notes: review.notes,
    head: review.headSha,
    ...(review.baseSha ? { base: review.baseSha } : {}),
  })}\n`;
}

const gapJson = (gap: Review['gaps'][number]) => ({
  path: gap.path,
  reason: gap.reason,
  ...(gap.line === undefined ? {} : { line: gap.line }),
});

function findingJson(finding: ReviewedFinding) {
  const { location, trace, fix, snippet } = finding;
  return {
    check: finding.check,
    view: finding.view,
    task: finding.task,
    severity: finding.severity,
    path: location.path,
    startLine: location.startLine,
    endLine: location.endLine,
    message: finding.message,
    consequence: finding.consequence,
    evidence: finding.evidence,
    fingerprint: finding.fingerprint,
    scope: finding.scope,
    trace: trace ?? [],
    ...(fix ? { fix } : {}),
    ...(snippet ? { snippet } : {}),
  };
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
