import type { ReviewedFinding, Scope } from '../core/review.js';
import type { FileChange, Finding, LineRange, Location, TraceStep } from '../core/types.js';

/** Path at the merge base → path at head, for files that moved. */
export function headPaths(changes: readonly FileChange[]): (path: string) => string {
  const moved = new Map(changes.flatMap((change) => (change.previousPath ? [[change.previousPath, change.path]] : [])));
  return (path) => moved.get(path) ?? path;
}

const touches = (ranges: readonly LineRange[], start: number, end: number): boolean =>
  ranges.some((range) => range.start <= end && start <= range.end);

/** Whether the finding is on a changed line, was brought about by the change, or was there before. */
export function scopeOf(finding: Finding, known: boolean, changes: ReadonlyMap<string, FileChange>): Scope {
  if (known) return 'existing';
  const change = changes.get(finding.location.path);
  return change && touches(change.added, finding.location.startLine, finding.location.endLine) ? 'changed' : 'caused';
}

/**
 * Where a caused finding is shown: on the first line of its way that this change touched, so that the author meets it
 * where the cause is. Its identity stays that of the place where the defect is.
 */
export function anchored(finding: ReviewedFinding, changes: ReadonlyMap<string, FileChange>): ReviewedFinding {
  if (finding.scope !== 'caused') return finding;
  const step = finding.trace?.find((at) => touches(changes.get(at.path)?.added ?? [], at.line, at.line));
  if (!step) return finding;
  const { fix, ...rest } = finding;
  const stays = step.path === finding.location.path;
  return { ...rest, location: locationOf(step), ...(fix && stays ? { fix } : {}), trace: withOrigin(finding, step) };
}

const locationOf = (step: TraceStep): Location => ({ path: step.path, startLine: step.line, endLine: step.line });

/** The place itself must not get lost when the comment stands elsewhere. */
function withOrigin(finding: ReviewedFinding, step: TraceStep): readonly TraceStep[] {
  const trace = finding.trace ?? [];
  const { path, startLine } = finding.location;
  if (trace.some((at) => at.path === path && at.line === startLine)) return trace;
  return step.path === path && step.line === startLine
    ? trace
    : [...trace, { path, line: startLine, label: finding.evidence.slice(0, 120) }];
}
