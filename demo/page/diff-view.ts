/** Diffs as tables of lines. */
import { hunks } from '../local-github/diff.js';
import { type Html, markup } from './html.js';

interface Line {
  readonly kind: 'added' | 'removed' | 'same' | 'hunk';
  readonly left: number | undefined;
  readonly right: number | undefined;
  readonly text: string;
}

export function diffLines(patch: string): Line[] {
  return hunks(patch).flatMap(({ header, text }) => {
    const start = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(header);
    let left = Number(start?.[1] ?? 0);
    let right = Number(start?.[2] ?? 0);
    const lines = text
      .replace(/\n$/, '')
      .split('\n')
      .slice(1)
      .filter((line) => !line.startsWith('\\'));
    return [
      { kind: 'hunk', left: undefined, right: undefined, text: header } as const,
      ...lines.map((line): Line => {
        if (line.startsWith('+')) return { kind: 'added', left: undefined, right: right++, text: line.slice(1) };
        if (line.startsWith('-')) return { kind: 'removed', left: left++, right: undefined, text: line.slice(1) };
        return { kind: 'same', left: left++, right: right++, text: line.slice(1) };
      }),
    ];
  });
}

const MARKS = { added: '+', removed: '-', same: ' ', hunk: '' } as const;

export function lineRow(line: Line, marked = false): Html {
  if (line.kind === 'hunk')
    return markup`<tr class="hunk">
      <td class="number" colspan="2"></td>
      <td class="mark"></td>
      <td class="text">${line.text}</td>
    </tr>`;
  return markup`<tr class="${line.kind}${marked ? ' marked' : ''}">
    <td class="number">${line.left}</td>
    <td class="number">${line.right}</td>
    <td class="mark">${MARKS[line.kind]}</td>
    <td class="text">${line.text}</td>
  </tr>`;
}

const SHOWN_ABOVE = 4;

/** The end of a comment's hunk: the lines it is about, and a few before. */
export function hunkEnd(diffHunk: string, from: number | undefined, to: number | undefined): Html {
  const lines = diffLines(diffHunk).filter(({ kind }) => kind !== 'hunk');
  const length = Math.max(1, (to ?? 1) - (from ?? to ?? 1) + 1);
  const isMeant = ({ right, left }: Line): boolean =>
    to !== undefined && (right ?? left ?? 0) >= (from ?? to) && (right ?? left ?? 0) <= to;
  return markup`<table class="lines">
    <tbody>
      ${lines.slice(-(length + SHOWN_ABOVE)).map((line) => lineRow(line, isMeant(line)))}
    </tbody>
  </table>`;
}
