import type { Review, ReviewedFinding } from '../core/review.js';
import type { Severity, View } from '../core/types.js';
import { REVIEWERS } from '../reviewers/index.js';

export interface ViewCount {
  readonly view: View;
  readonly title: string;
  readonly block: number;
  readonly warn: number;
  readonly note: number;
  /** There before this change. */
  readonly existing: number;
  readonly excused: number;
  /** How many of the view's checks had something to look at. */
  readonly evaluated: number;
  /** `id: reason` of every check that could not answer. */
  readonly open: readonly string[];
}

const countOf = (findings: readonly ReviewedFinding[], severity: Severity): number =>
  findings.filter((finding) => finding.severity === severity && finding.scope !== 'existing').length;

/** One row a view, in the order of the reviewers; views without any check that ran are left out. */
export function countsByView(review: Review): ViewCount[] {
  return REVIEWERS.flatMap(({ view, title }) => {
    const outcomes = review.outcomes.filter((outcome) => outcome.check.startsWith(`${view}/`));
    if (outcomes.length === 0) return [];
    const findings = review.findings.filter((finding) => finding.view === view);
    return [
      {
        view,
        title,
        block: countOf(findings, 'block'),
        warn: countOf(findings, 'warn'),
        note: countOf(findings, 'note'),
        existing: findings.filter((finding) => finding.scope === 'existing').length,
        excused: review.excused.filter(({ finding }) => finding.view === view).length,
        evaluated: outcomes.filter((outcome) => outcome.kind !== 'not-applicable').length,
        open: outcomes.flatMap((o) =>
          o.kind === 'inconclusive' || o.kind === 'crashed'
            ? [`${o.check}: ${o.kind === 'crashed' ? 'crashed: ' : ''}${o.reason.split('\n', 1)[0] ?? ''}`]
            : [],
        ),
      },
    ];
  });
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
