/** The commented lines of a diff, for the terminal. */
import pc from 'picocolors';
import type { ReviewComment } from './local-github/store.js';
import { diffLines } from './page/diff-view.js';

const SHOWN = 3;

export function hunkEnd({ diffHunk, originalLine }: ReviewComment): string[] {
  const lines = diffLines(diffHunk).filter(({ kind }) => kind !== 'hunk');
  return lines.slice(-SHOWN).map(({ kind, right, left, text }) => {
    const number = String(right ?? left ?? '').padStart(5);
    const mark = kind === 'added' ? '+' : kind === 'removed' ? '-' : ' ';
    const line = `${number} ${mark} ${text}`;
    const paint = kind === 'added' ? pc.green : kind === 'removed' ? pc.red : pc.dim;
    return right === originalLine ? `${paint(line)} ${pc.yellow('◂')}` : paint(line);
  });
}
