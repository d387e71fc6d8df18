/** Where GitHub accepts an inline comment: on a line that a hunk of the pull request's diff shows. */
import { type ChangedFile, type Hunk, hunks, hunkUpTo } from './diff.js';
import type { Side } from './store.js';

export interface AskedAnchor {
  readonly path: string;
  readonly line?: number | undefined;
  readonly side?: string | undefined;
  readonly start_line?: number | undefined;
  readonly start_side?: string | undefined;
  readonly subject_type?: string | undefined;
}

export interface Anchor {
  readonly path: string;
  readonly subject: 'line' | 'file';
  readonly side: Side;
  readonly startSide: Side | null;
  readonly line: number | undefined;
  readonly startLine: number | undefined;
  readonly diffHunk: string;
}

const asSide = (side: string | undefined): Side => (side === 'LEFT' ? 'LEFT' : 'RIGHT');
const shows = (hunk: Hunk, side: Side, line: number): boolean => (side === 'LEFT' ? hunk.left : hunk.right).has(line);

/** The anchor, or the sentences in which GitHub refuses it. */
export function placeAnchor(files: readonly ChangedFile[], asked: AskedAnchor): Anchor | string[] {
  const file = files.find(({ filename }) => filename === asked.path);
  if (file === undefined) return ['Path could not be resolved'];
  if (asked.subject_type === 'file') {
    return {
      path: asked.path,
      subject: 'file',
      side: 'RIGHT',
      startSide: null,
      line: undefined,
      startLine: undefined,
      diffHunk: '',
    };
  }
  const { line } = asked;
  if (line === undefined) return ['Line could not be resolved'];
  const side = asSide(asked.side);
  const hunk = hunks(file.patch).find((candidate) => shows(candidate, side, line));
  if (hunk === undefined)
    return [
      'Pull request review thread line must be part of the diff',
      "Pull request review thread diff hunk can't be blank",
    ];
  const anchor = {
    path: asked.path,
    subject: 'line',
    side,
    startSide: null,
    line,
    startLine: undefined,
    diffHunk: hunkUpTo(hunk, side, line),
  } as const;
  if (asked.start_line === undefined) return anchor;
  const startSide = asSide(asked.start_side ?? asked.side);
  if (!shows(hunk, startSide, asked.start_line))
    return ['Pull request review thread start line must be part of the same hunk as the line.'];
  if (startSide === side && asked.start_line >= line)
    return ['Pull request review thread start line must precede the end line.'];
  return { ...anchor, startSide, startLine: asked.start_line };
}

/** Where a line went when the file changed from one commit to the next: undefined when it was itself changed. */
export function followLine(change: ChangedFile | undefined, line: number): number | undefined {
  if (change === undefined) return line;
  if (change.status === 'removed' || change.patch === undefined) return undefined;
  let shift = 0;
  for (const hunk of hunks(change.patch)) {
    if (hunk.left.has(line)) return followInside(hunk, line);
    if (Math.min(...hunk.left, Infinity) > line) break;
    shift += hunk.right.size - hunk.left.size;
  }
  return line + shift;
}

function followInside(hunk: Hunk, wanted: number): number | undefined {
  let left = Math.min(...hunk.left);
  let right = Math.min(...hunk.right, Infinity);
  for (const text of hunk.text.split('\n').slice(1)) {
    if (text.startsWith('\\')) continue;
    if (!text.startsWith('+') && left === wanted) return text.startsWith('-') ? undefined : right;
    if (!text.startsWith('+')) left += 1;
    if (!text.startsWith('-')) right += 1;
  }
  return undefined;
}
