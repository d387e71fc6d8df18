import type { Workspace } from '../../core/workspace.js';

/** A line of comment, or none. */
const EMPTY = /^\s*(#|\/\/|--|$)/;

/**
 * The first line that a change really changes in a file: undefined when the file is not part of the change, or when only
 * comments and blank lines were touched. Line 1 when lines were only taken away. Under `--all` every file counts.
 */
export async function touchedLine(workspace: Workspace, path: string): Promise<number | undefined> {
  const change = workspace.changes.find((one) => one.path === path);
  if (change?.status === 'removed') return undefined;
  const ranges = workspace.addedLines(path);
  if (ranges === undefined) return undefined;
  if (ranges.length === 0) return change && change.status !== 'renamed' && change.status !== 'copied' ? 1 : undefined;
  if (workspace.changes.length === 0) return 1;
  const bytes = await workspace.bytes(path);
  if (!bytes || bytes.subarray(0, 8000).includes(0)) return bytes ? 1 : undefined;
  const lines = (await workspace.text(path))?.split('\n') ?? [];
  for (const { start, end } of ranges) {
    for (let line = start; line <= Math.min(end, lines.length); line += 1)
      if (!EMPTY.test(lines[line - 1] ?? '')) return line;
  }
  return undefined;
}

/** Is everything under review, rather than a change? */
export const isWhole = (workspace: Workspace): boolean => workspace.changes.length === 0;
