import { defineModel, type Workspace } from '../../core/workspace.js';
import { pyprojectExtractor } from '../../languages/pyproject/index.js';
import { normalise } from '../../languages/requirements/requirement.js';
import { installCommands } from './commands.js';
import type { Declared } from './declared.js';
import { declaredInFiles } from './files.js';
import { DEPENDENCY_GLOBS } from './globs.js';

/** A distribution from a package index that the change asks for and nothing asked for before. */
export interface AddedDependency extends Pick<Declared, 'path' | 'requirement'> {
  /** Normalised by PEP 503. */
  readonly name: string;
}

/** Every file mentions the empty string. */
const ANY = [''];

/**
 * Python distributions on lines that the change added, each name once, where no untouched line declares it too (a line whose
 * version was raised is not an addition when another file has the name). Left out is what no index is asked for: direct
 * references, packages of the repository itself, conda's own packages, and files that name an index of their own.
 */
export const addedDependencies = defineModel(
  'added-dependencies',
  async (workspace): Promise<readonly AddedDependency[]> => {
    const everything = await everyDependency(workspace);
    const own = await ownPackages(workspace);
    const isNew = ({ path, requirement }: AddedDependency): boolean =>
      (workspace.addedLines(path) ?? []).some(
        ({ start, end }) => start <= requirement.endLine && end >= requirement.line,
      );
    const before = new Set(everything.filter((one) => !isNew(one)).map(({ name }) => name));
    const added = new Map<string, AddedDependency>();
    for (const one of everything.filter(isNew)) {
      if (before.has(one.name) || own.has(one.name) || added.has(one.name) || (await ownIndex(workspace, one.path)))
        continue;
      added.set(one.name, one);
    }
    return [...added.values()];
  },
);

async function everyDependency(workspace: Workspace): Promise<AddedDependency[]> {
  const files = (await declaredInFiles(workspace, ANY)).declared.filter(
    ({ source, groupName }) => source !== 'conda' || groupName === 'pip',
  );
  const commands = await installCommands(workspace, ['install', ' add ']);
  return [
    ...files.map(({ path, requirement }) => ({ path, requirement, name: requirement.name })),
    ...commands.flatMap(({ path, requirements }) =>
      requirements.map((requirement) => ({ path, requirement, name: requirement.name })),
    ),
  ].filter(
    ({ name, requirement }) => requirement.url === undefined && /^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/.test(name),
  );
}

/** Names under which the repository's own projects are installed: no public index knows them. */
async function ownPackages(workspace: Workspace): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const path of workspace.glob(...DEPENDENCY_GLOBS.pyproject)) {
    const name = (await workspace.facts(pyprojectExtractor, path))?.name;
    if (name !== undefined) names.add(normalise(name));
  }
  return names;
}

/** `--index-url` in a requirements file or command, Poetry's and uv's sources: where its packages come from is not asked. */
async function ownIndex(workspace: Workspace, path: string): Promise<boolean> {
  const text = (await workspace.text(path)) ?? '';
  return /^\s*(?:--(?:extra-)?index-url|-i|--find-links|-f)\b|\bpip\b[^\n]*\s(?:--(?:extra-)?index-url|-i)[ =]|^\s*\[\[?tool\.(?:poetry\.source|uv\.(?:index|sources)|pdm\.source)/m.test(
    text,
  );
}
