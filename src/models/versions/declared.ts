import type { Requirement } from '../../languages/requirements/index.js';

/** A dependency together with the place that declares it. */
export interface Declared {
  readonly path: string;
  readonly source:
    | 'requirements'
    | 'pyproject'
    | 'setup.cfg'
    | 'setup.py'
    | 'Pipfile'
    | 'conda'
    | 'Dockerfile'
    | 'CI'
    | 'shell'
    | 'notebook';
  readonly requirement: Requirement;
  /** `main`, an extra, a development group, or what builds the package. */
  readonly group: 'main' | 'optional' | 'group' | 'build';
  readonly groupName: string;
  /** Declared by a package that others install, not by an application. */
  readonly library: boolean;
  /** Constraint files that hold where this is installed, as paths of the repository. */
  readonly constraints: readonly string[];
}

/** `-r` and `-c` of one file or one install command. */
export interface Inclusion {
  readonly from: string;
  readonly requirements: readonly string[];
  readonly constraints: readonly string[];
}

/** Resolves a path as written in a file, against that file's folder; undefined when it leaves the repository. */
export function relativeTo(path: string, written: string): string | undefined {
  const base = written.startsWith('/') ? [] : path.split('/').slice(0, -1);
  for (const part of written.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') base.push(part);
    else if (base.pop() === undefined) return undefined;
  }
  return base.join('/');
}
