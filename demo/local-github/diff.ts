/** The changed files of a comparison as GitHub lists them, with hunks for the judgement of anchors. */
import type { GitDirectory } from './git.js';

export interface Hunk {
  readonly header: string;
  readonly left: ReadonlySet<number>;
  readonly right: ReadonlySet<number>;
  /** The hunk's text, its `@@` line included. */
  readonly text: string;
}

export interface ChangedFile {
  readonly sha: string | null;
  readonly filename: string;
  readonly previousFilename?: string;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed';
  readonly additions: number;
  readonly deletions: number;
  /** From the first `@@`; absent for binary files and pure renames. */
  readonly patch?: string;
}

const STATUS = { A: 'added', D: 'removed', M: 'modified', R: 'renamed', C: 'copied', T: 'changed' } as const;

export async function changedFiles(git: GitDirectory, from: string, to: string): Promise<ChangedFile[]> {
  const options = ['-M', '--no-abbrev', '--no-color', '--no-ext-diff', '--no-textconv', from, to, '--'];
  const [raw, numbers, patches] = await Promise.all([
    git.run(['diff', '--raw', '-z', ...options]),
    git.run(['diff', '--numstat', '-z', ...options]),
    git.run(['diff', '--patch', ...options]),
  ]);
  const counts = parseCounts(numbers.toString('utf8'));
  const sections = patches
    .toString('utf8')
    .split(/^(?=diff --git )/m)
    .filter((section) => section.startsWith('diff --git '));
  return parseRaw(raw.toString('utf8')).map((entry) => {
    // A type change (file to symbolic link) is two sections: a removal and an addition.
    const section = sections.splice(0, entry.status === 'changed' ? 2 : 1).join('');
    const start = section.search(/^@@ /m);
    const [additions, deletions] = counts.get(entry.filename) ?? [0, 0];
    return { ...entry, additions, deletions, ...(start < 0 ? {} : { patch: section.slice(start).replace(/\n$/, '') }) };
  });
}

function parseRaw(raw: string): Omit<ChangedFile, 'additions' | 'deletions'>[] {
  const parts = raw.split('\0');
  const entries: Omit<ChangedFile, 'additions' | 'deletions'>[] = [];
  for (let at = 0; at + 1 < parts.length;) {
    const [, , , blob = '', letter = 'M'] = (parts[at] ?? '').split(' ');
    const status = STATUS[letter.charAt(0) as keyof typeof STATUS];
    const moved = status === 'renamed' || status === 'copied';
    const filename = parts[at + (moved ? 2 : 1)] ?? '';
    const previous = parts[at + 1] ?? '';
    entries.push({
      filename,
      status,
      sha: /^0+$/.test(blob) ? null : blob,
      ...(moved ? { previousFilename: previous } : {}),
    });
    at += moved ? 3 : 2;
  }
  return entries;
}

/** `added TAB deleted TAB path NUL`, and for renames `added TAB deleted TAB NUL old NUL new NUL`; `-` for binary. */
function parseCounts(text: string): Map<string, [number, number]> {
  const counts = new Map<string, [number, number]>();
  const parts = text.split('\0');
  for (let at = 0; at < parts.length; at += 1) {
    const [added, deleted, path] = (parts[at] ?? '').split('\t');
    if (added === undefined || deleted === undefined || path === undefined) continue;
    const name = path === '' ? (parts[(at += 2)] ?? '') : path;
    counts.set(name, [Number(added) || 0, Number(deleted) || 0]);
  }
  return counts;
}

export function hunks(patch: string | undefined): Hunk[] {
  if (patch === undefined) return [];
  return patch
    .split(/^(?=@@ -\d)/m)
    .filter((text) => text.startsWith('@@ '))
    .map(parseHunk);
}

function parseHunk(text: string): Hunk {
  const [header = '', ...lines] = text.replace(/\n$/, '').split('\n');
  const start = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(header);
  let left = Number(start?.[1] ?? 0);
  let right = Number(start?.[2] ?? 0);
  const hunk = { header, left: new Set<number>(), right: new Set<number>(), text };
  for (const line of lines) {
    if (line.startsWith('\\')) continue;
    if (!line.startsWith('+')) hunk.left.add(left++);
    if (!line.startsWith('-')) hunk.right.add(right++);
  }
  return hunk;
}

/** The hunk's text down to a line, as GitHub's `diff_hunk`. */
export function hunkUpTo(hunk: Hunk, side: 'LEFT' | 'RIGHT', line: number): string {
  const [header = '', ...lines] = hunk.text.replace(/\n$/, '').split('\n');
  const start = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(header);
  let left = Number(start?.[1] ?? 0);
  let right = Number(start?.[2] ?? 0);
  const shown = [header];
  for (const text of lines) {
    shown.push(text);
    const hit = side === 'RIGHT' ? !text.startsWith('-') && right === line : !text.startsWith('+') && left === line;
    if (hit && !text.startsWith('\\')) break;
    if (!text.startsWith('+')) left += 1;
    if (!text.startsWith('-')) right += 1;
  }
  return shown.join('\n');
}
