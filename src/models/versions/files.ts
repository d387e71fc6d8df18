import type { Extractor } from '../../core/facts.js';
import type { Workspace } from '../../core/workspace.js';
import { condaExtractor } from '../../languages/conda/extractor.js';
import {
  condaLockExtractor,
  pipfileLockExtractor,
  tomlLockExtractor,
  type Locked,
} from '../../languages/lockfiles/extractor.js';
import { pipfileExtractor } from '../../languages/pipfile/extractor.js';
import { pyprojectExtractor } from '../../languages/pyproject/index.js';
import { requirementsExtractor, type Include } from '../../languages/requirements/index.js';
import type { GroupedRequirement } from '../../languages/requirements/grouped.js';
import { setupCfgExtractor } from '../../languages/setup-cfg/extractor.js';
import { relativeTo, type Declared, type Inclusion } from './declared.js';
import { DEPENDENCY_GLOBS } from './globs.js';
import { setupPyRequirements } from './setup-py.js';

export interface FileDeclarations {
  readonly declared: Declared[];
  readonly inclusions: Inclusion[];
}

export interface LockFile {
  readonly path: string;
  readonly locked: readonly Locked[];
}

/** What the dependency files that mention one of the needles declare. */
export async function declaredInFiles(workspace: Workspace, needles: readonly string[]): Promise<FileDeclarations> {
  const out: FileDeclarations = { declared: [], inclusions: [] };
  const mentioning = (globs: readonly string[], more: readonly string[] = []): Promise<readonly string[]> =>
    workspace.mentioning(workspace.glob(...globs), [...needles, ...more]);
  for (const path of await mentioning(DEPENDENCY_GLOBS.requirements, ['-c', '-r', '--constraint'])) {
    await fromRequirements(workspace, path, out);
  }
  for (const path of await mentioning(DEPENDENCY_GLOBS.pyproject)) {
    const facts = await workspace.facts(pyprojectExtractor, path);
    if (facts) out.declared.push(...grouped(path, 'pyproject', facts.requirements, facts.library));
  }
  for (const path of await mentioning(DEPENDENCY_GLOBS.setupCfg)) {
    const facts = await workspace.facts(setupCfgExtractor, path);
    if (facts) out.declared.push(...grouped(path, 'setup.cfg', facts.requirements, facts.library));
  }
  for (const path of await mentioning(DEPENDENCY_GLOBS.setupPy)) {
    const facts = await workspace.facts(setupPyRequirements, path);
    if (facts) out.declared.push(...grouped(path, 'setup.py', facts.requirements, facts.library));
  }
  for (const path of await mentioning(DEPENDENCY_GLOBS.pipfile)) {
    const facts = await workspace.facts(pipfileExtractor, path);
    if (facts) out.declared.push(...grouped(path, 'Pipfile', facts, false));
  }
  for (const path of await mentioning(DEPENDENCY_GLOBS.conda)) await fromConda(workspace, path, out);
  await takeIn(workspace, out.inclusions, needles, out);
  return out;
}

/** Reads what `-r` and `-c` lead to, whatever it is called, and what that includes. */
export async function takeIn(
  workspace: Workspace,
  inclusions: readonly Inclusion[],
  needles: readonly string[],
  out: FileDeclarations,
): Promise<void> {
  const read = new Set(out.inclusions.map(({ from }) => from));
  const waiting = [...inclusions];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const fresh = [...next.requirements, ...next.constraints].filter(
      (path) => !read.has(path) && workspace.file(path) !== undefined,
    );
    for (const path of await workspace.mentioning(fresh, [...needles, '-c', '-r'])) {
      read.add(path);
      const before = out.inclusions.length;
      await fromRequirements(workspace, path, out);
      waiting.push(...out.inclusions.slice(before));
    }
  }
}

const grouped = (
  path: string,
  source: Declared['source'],
  requirements: readonly GroupedRequirement[],
  library: boolean,
): Declared[] =>
  requirements.map(({ group, ...requirement }) => ({
    path,
    source,
    requirement,
    group: group.kind,
    groupName: group.name,
    library,
    constraints: [],
  }));

async function fromRequirements(workspace: Workspace, path: string, out: FileDeclarations): Promise<void> {
  const facts = await workspace.facts(requirementsExtractor, path);
  if (!facts) return;
  const inclusion = inclusionOf(path, facts.includes);
  out.inclusions.push(inclusion);
  const place = { path, source: 'requirements', group: 'main', groupName: '', library: false } as const;
  const { constraints } = inclusion;
  out.declared.push(...facts.requirements.map((requirement) => ({ ...place, requirement, constraints })));
}

async function fromConda(workspace: Workspace, path: string, out: FileDeclarations): Promise<void> {
  if (/(?:^|[-_.])lock\b/.test(path.slice(path.lastIndexOf('/') + 1))) return;
  const bytes = await workspace.mentioning([path], ['dependencies']);
  const facts = bytes.length > 0 ? await workspace.facts(condaExtractor, path) : undefined;
  if (!facts) return;
  const inclusion = inclusionOf(path, facts.includes);
  out.inclusions.push(inclusion);
  const place = { path, source: 'conda', group: 'main', library: false } as const;
  for (const requirement of facts.conda) out.declared.push({ ...place, groupName: '', constraints: [], requirement });
  const { constraints } = inclusion;
  for (const requirement of facts.pip) out.declared.push({ ...place, groupName: 'pip', constraints, requirement });
}

/** Where `-r` and `-c` of a file lead. */
function inclusionOf(from: string, includes: readonly Include[]): Inclusion {
  const paths = (kind: Include['kind']): string[] =>
    includes.flatMap((include) => (include.kind === kind ? (relativeTo(from, include.path) ?? []) : []));
  return { from, requirements: paths('requirements'), constraints: paths('constraints') };
}

/** Lock files that mention one of the needles. */
export async function lockFiles(workspace: Workspace, needles: readonly string[]): Promise<LockFile[]> {
  const kinds: readonly (readonly [readonly string[], Extractor<readonly Locked[]>])[] = [
    [DEPENDENCY_GLOBS.tomlLock, tomlLockExtractor],
    [DEPENDENCY_GLOBS.pipfileLock, pipfileLockExtractor],
    [DEPENDENCY_GLOBS.condaLock, condaLockExtractor],
  ];
  const found: LockFile[] = [];
  for (const [globs, extractor] of kinds) {
    for (const path of await workspace.mentioning(workspace.glob(...globs), needles)) {
      const locked = await workspace.facts(extractor, path);
      if (locked) found.push({ path, locked });
    }
  }
  return found;
}
