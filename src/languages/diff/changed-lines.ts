import { structuredPatch } from 'diff';
import type { LineRange } from '../../core/types.js';

export interface ChangedLines {
  /** Lines of the new text that were added or rewritten. */
  readonly added: readonly LineRange[];
  /** Lines of the new text that the hunks show, three lines of context included: GitHub's own hunks. */
  readonly hunks: readonly LineRange[];
}

/** The diff algorithm is quadratic in the number of edits; beyond this the answer is "unknown", not a wait. */
const MAX_EDITS = 20_000;
const CONTEXT = 3;

/** Lines that differ between two versions of a text; undefined when they differ by more than can be worked out. */
export function changedLines(before: string, after: string): ChangedLines | undefined {
  const patch = structuredPatch('a', 'b', before, after, '', '', { context: CONTEXT, maxEditLength: MAX_EDITS });
  if (!patch) return undefined;
  const added: LineRange[] = [];
  const hunks: LineRange[] = [];
  for (const hunk of patch.hunks) {
    let line = hunk.newStart;
    for (const text of hunk.lines) {
      if (text.startsWith('+')) extend(added, line);
      if (!text.startsWith('-') && !text.startsWith('\\')) line += 1;
    }
    if (hunk.newLines > 0) hunks.push({ start: hunk.newStart, end: hunk.newStart + hunk.newLines - 1 });
  }
  return { added, hunks };
}

/** The same from a unified patch as GitHub sends it (hunks only, no file header). */
export function linesOfPatch(patch: string): ChangedLines {
  const added: LineRange[] = [];
  const hunks: LineRange[] = [];
  let line = 0;
  for (const text of patch.split('\n')) {
    const header = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/.exec(text);
    if (header) {
      line = Number(header[1]);
      const length = header[2] === undefined ? 1 : Number(header[2]);
      if (length > 0) hunks.push({ start: line, end: line + length - 1 });
    } else if (text.startsWith('+')) {
      extend(added, line);
      line += 1;
    } else if (text.startsWith(' ')) {
      line += 1;
    }
  }
  return { added, hunks };
}

function extend(ranges: LineRange[], line: number): void {
  const last = ranges.at(-1);
  if (last?.end === line - 1) ranges[ranges.length - 1] = { start: last.start, end: line };
  else ranges.push({ start: line, end: line });
}
