import type { ReviewGap } from '../core/review.js';
import { plural } from './counts.js';

/** How many files of one folder may say the same before they are told as one. */
const ALIKE = 3;

export interface GatheredGap extends ReviewGap {
  /** Files that this line stands for. */
  readonly files: number;
}

/**
 * The gaps for people: many files of one folder with one reason (the templates of a chart) become one line with their
 * number. Those that the verdict hangs on stay by themselves, and JSON keeps them all.
 */
export function gathered(gaps: readonly ReviewGap[]): GatheredGap[] {
  const groups = new Map<string, ReviewGap[]>();
  for (const gap of gaps) {
    const key = [gap.kind, gap.decisive ? gap.path : folderOf(gap.path), gap.reason].join('\0');
    groups.set(key, [...(groups.get(key) ?? []), gap]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first?.kind === 'assumed') return onePerFile(group);
    const files = new Set(group.map(({ path }) => path)).size;
    if (first === undefined || first.decisive || files <= ALIKE) return group.map((gap) => ({ ...gap, files: 1 }));
    const { line: _, ...rest } = first;
    return [{ ...rest, path: folderOf(first.path), reason: `${String(files)} files: ${first.reason}`, files }];
  });
}

/** The same assumption on many lines of a file (twelve services that name one `.env`) is one line, at the first of them. */
function onePerFile(group: readonly ReviewGap[]): GatheredGap[] {
  return [...new Set(group.map(({ path }) => path))].flatMap((file) => {
    const [first, ...others] = group.filter(({ path }) => path === file);
    if (first === undefined) return [];
    const more = others.length === 0 ? '' : ` (so on ${plural(others.length, 'further line')})`;
    return [{ ...first, reason: first.reason + more, files: 1 }];
  });
}

/** A chart's templates are one folder, with what is below. */
function folderOf(path: string): string {
  const templates = path.indexOf('templates/');
  return templates >= 0 && (templates === 0 || path[templates - 1] === '/')
    ? path.slice(0, templates + 'templates/'.length)
    : path.slice(0, path.lastIndexOf('/') + 1);
}
