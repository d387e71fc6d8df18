import { posix } from 'node:path';

/** In the reason of every line about a path that points out of the repository. */
export const LEAVES = 'leaves the repository';

export const directoryOf = (path: string): string => {
  const directory = posix.dirname(path);
  return directory === '.' ? '' : directory;
};

/** A path relative to the repository's root; undefined when it leaves the repository or is absolute. */
export function within(directory: string, relative: string): string | undefined {
  if (relative.startsWith('/') || relative.startsWith('~') || /^[A-Za-z]:[\\/]/.test(relative)) return undefined;
  const joined = posix.normalize(posix.join(directory === '' ? '.' : directory, relative)).replace(/\/$/, '');
  if (joined === '..' || joined.startsWith('../')) return undefined;
  return joined === '.' ? '' : joined;
}
