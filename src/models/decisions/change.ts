import type { Workspace } from '../../core/workspace.js';

/** Tests, examples and prose decide nothing, and neither does what never reaches production. */
const ASIDE = ['test', 'example', 'documentation', 'exploration', 'development'] as const;

/** The change under review: head and merge base side by side. Where there is no merge base, everything is new. */
export class Change {
  readonly #byPath: ReadonlyMap<string, string | undefined>;

  constructor(readonly head: Workspace) {
    this.#byPath = new Map(
      head.changes.length > 0
        ? head.changes
            .filter(({ status }) => status !== 'removed')
            .map(({ path, previousPath }) => [path, previousPath ?? path])
        : head.files.map(({ path }) => [path, path]),
    );
  }

  get base(): Workspace | undefined {
    return this.head.base;
  }

  /** Changed paths at head that decide something, by their names. */
  paths(pattern: RegExp): string[] {
    return [...this.#byPath.keys()].filter((path) => pattern.test(path) && this.decides(path));
  }

  /** The same at the merge base: files that were changed, moved or removed. */
  basePaths(pattern: RegExp): string[] {
    const { base } = this;
    if (!base) return [];
    const paths = this.head.changes.flatMap(({ path, previousPath, status }) =>
      status === 'added' ? [] : [previousPath ?? path],
    );
    return paths.filter((path) => pattern.test(path) && base.file(path) !== undefined && this.decides(path));
  }

  /** Whether the change touches a file that matches and, at head or before, holds one of the needles. */
  async touches(pattern: RegExp, needles: readonly string[]): Promise<boolean> {
    if ((await this.head.mentioning(this.paths(pattern), needles)).length > 0) return true;
    return ((await this.base?.mentioning(this.basePaths(pattern), needles)) ?? []).length > 0;
  }

  decides(path: string): boolean {
    return !ASIDE.some((role) => this.head.roles(path).has(role));
  }

  changed(path: string): boolean {
    return this.#byPath.has(path);
  }

  /** Whether the change added a line within the place. */
  added({ path, line, endLine = line }: { path: string; line: number; endLine?: number }): boolean {
    return this.head.addedLines(path)?.some((range) => range.start <= endLine && line <= range.end) ?? false;
  }

  /** Where a path stood at the merge base. */
  before(path: string): string {
    return this.#byPath.get(path) ?? path;
  }
}

/** Counts by key, for "more of these than before". */
function counted<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

/** The items beyond what was there before, key by key, those on added lines alone. Moving something makes nothing new. */
export function beyond<T>(
  now: readonly T[],
  before: readonly T[],
  keyOf: (item: T) => string,
  isAdded: (item: T) => boolean,
): T[] {
  const surplus = counted(now, keyOf);
  for (const [key, count] of counted(before, keyOf)) surplus.set(key, (surplus.get(key) ?? 0) - count);
  return now.filter((item) => {
    const left = surplus.get(keyOf(item)) ?? 0;
    if (left <= 0 || !isAdded(item)) return false;
    surplus.set(keyOf(item), left - 1);
    return true;
  });
}
