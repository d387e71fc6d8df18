import { DESCRIPTION_PATH } from '../../core/pull-request.js';
import type { ReviewedFinding } from '../../core/review.js';
import { printable } from '../escape.js';
import type { FileChange, Fix, LineRange } from '../../core/types.js';

/** Where a finding is said: on lines of the diff, on a file of the diff, or in the review's own text. */
export type Anchor =
  | { readonly kind: 'line'; readonly path: string; readonly start: number; readonly end: number; readonly fix?: Fix }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'body' };

export interface Diff {
  readonly changes: ReadonlyMap<string, FileChange>;
  /** False where GitHub does not show the lines itself (too large): it then refuses comments on them. */
  readonly showsLines: (path: string) => boolean;
}

const within = (hunks: readonly LineRange[], start: number, end: number): boolean =>
  hunks.some((hunk) => hunk.start <= start && end <= hunk.end);

/** The first rung of line → file → body that GitHub will accept. One refused anchor would lose the whole review. */
export function anchorOf(finding: ReviewedFinding, diff: Diff): Anchor {
  const { path, startLine, endLine } = finding.location;
  const change = path === DESCRIPTION_PATH ? undefined : diff.changes.get(path);
  if (!change) return { kind: 'body' };
  if (change.status === 'removed' || change.unknown !== undefined || !diff.showsLines(path))
    return { kind: 'file', path };
  const { hunks } = change;
  const { fix } = finding;
  // A suggestion replaces exactly the lines that the comment stands on.
  if (fix && fix.startLine <= endLine && startLine <= fix.endLine && within(hunks, fix.startLine, fix.endLine))
    return { kind: 'line', path, start: fix.startLine, end: fix.endLine, ...(literal(fix) ? { fix } : {}) };
  if (within(hunks, startLine, endLine)) return { kind: 'line', path, start: startLine, end: endLine };
  if (within(hunks, startLine, startLine)) return { kind: 'line', path, start: startLine, end: startLine };
  return { kind: 'file', path };
}

/** Characters that comments are cleaned of must not be part of a one-click change. */
const literal = (fix: Fix): boolean => printable(fix.replacement) === fix.replacement;
