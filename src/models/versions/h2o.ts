import { defineModel, type Workspace } from '../../core/workspace.js';
import { exactVersion } from '../../languages/requirements/index.js';
import { installCommands, type Installed } from './commands.js';
import { relativeTo, type Declared, type Inclusion } from './declared.js';
import { declaredInFiles, lockFiles, takeIn, type LockFile } from './files.js';
import { H2O_NEEDLES } from './globs.js';

/** Names under which H2O-3's Python client is installed: PyPI and h2oai's channel, conda-forge. */
const CLIENT = new Set(['h2o', 'h2o-py']);

export interface H2oPin extends Declared {
  /** The one version that will be installed; undefined when the declaration leaves a choice. */
  readonly version: string | undefined;
  /** What settles a declaration that leaves a choice: a lock or constraints file. */
  readonly settledBy?: { readonly path: string; readonly line: number; readonly version: string };
}

export interface H2oPins {
  readonly pins: readonly H2oPin[];
  /** `-c` files that are not in the repository, by the declaration that relies on them. */
  readonly unresolved: readonly { readonly pin: H2oPin; readonly constraints: readonly string[] }[];
}

/** Every place that says which H2O client is installed. */
export const h2oPins = defineModel('h2o-pins', async (workspace): Promise<H2oPins> => {
  const files = await declaredInFiles(workspace, H2O_NEEDLES);
  const installed = await installCommands(workspace, [...H2O_NEEDLES, '-c ', '--constraint']);
  const locks = await lockFiles(workspace, H2O_NEEDLES);
  await takeIn(workspace, installed.flatMap(inclusionOf), H2O_NEEDLES, files);
  const inclusions = [...files.inclusions, ...installed.flatMap(inclusionOf)];
  const constraintFiles = new Set(inclusions.flatMap(({ constraints }) => constraints));
  const all = [...files.declared, ...installed.flatMap(fromCommand)].filter(({ requirement }) =>
    CLIENT.has(requirement.name),
  );
  const compiled = await compiledFiles(workspace, all);
  const pins: H2oPin[] = [];
  const unresolved: { pin: H2oPin; constraints: string[] }[] = [];
  for (const declared of all) {
    if (constraintFiles.has(declared.path) || constrains(declared)) continue;
    const constraints = constraintsFor(declared, inclusions);
    const version = exactVersion(declared.requirement);
    const settledBy =
      version === undefined
        ? settle(declared, [...constraints, ...compiledFrom(declared, compiled)], all, locks)
        : undefined;
    const pin = { ...declared, version: version ?? settledBy?.version, ...(settledBy ? { settledBy } : {}) };
    pins.push(pin);
    const missing = constraints.filter((path) => !exists(workspace, path));
    if (pin.version === undefined && missing.length > 0) unresolved.push({ pin, constraints: missing });
  }
  return { pins, unresolved };
});

const exists = (workspace: Workspace, path: string): boolean => workspace.file(path) !== undefined;

/** Paths in commands are relative to a directory that is not known: the repository's root and the file's folder are tried. */
function inclusionOf({ path, includes }: Installed): Inclusion[] {
  const resolve = (kind: string): string[] =>
    includes.flatMap((include) =>
      include.kind === kind
        ? [...new Set([relativeTo(path, include.path) ?? [], relativeTo('', include.path) ?? []].flat())]
        : [],
    );
  const inclusion = { from: path, requirements: resolve('requirements'), constraints: resolve('constraints') };
  return inclusion.requirements.length + inclusion.constraints.length > 0 ? [inclusion] : [];
}

function fromCommand(installed: Installed): Declared[] {
  const constraints = inclusionOf(installed).flatMap((inclusion) => inclusion.constraints);
  return installed.requirements.map((requirement) => ({
    path: installed.path,
    source: installed.source,
    requirement,
    group: 'main',
    groupName: '',
    library: false,
    constraints,
  }));
}

/** Its own `-c` files and those of everything that takes it in with `-r`. */
function constraintsFor(declared: Declared, inclusions: readonly Inclusion[]): string[] {
  const found = new Set(declared.constraints);
  const seen = new Set([declared.path]);
  const waiting = [declared.path];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const inclusion of inclusions) {
      if (!inclusion.requirements.includes(path)) continue;
      for (const constraint of inclusion.constraints) found.add(constraint);
      if (!seen.has(inclusion.from)) waiting.push(inclusion.from);
      seen.add(inclusion.from);
    }
  }
  return [...found];
}

/** An entry that says what a resolver may choose and installs nothing itself: uv's constraints and overrides, PDM's overrides. */
const constrains = ({ group, groupName }: Declared): boolean => group === 'build' && groupName === 'constraint';

/** Requirement files that pip-compile, uv or PDM wrote: locks under another name. */
async function compiledFiles(workspace: Workspace, all: readonly Declared[]): Promise<readonly string[]> {
  const paths = new Set(all.filter(({ source }) => source === 'requirements').map(({ path }) => path));
  return workspace.mentioning([...paths], ['pip-compile', 'uv pip compile', 'uv export', '@generated by PDM']);
}

/** The compiled files of what is declared here: `base.txt` of `base.in`, and those in its folder or below that say what they are. */
function compiledFrom({ path, source }: Declared, compiled: readonly string[]): string[] {
  const isInput = path.endsWith('.in') || ['pyproject', 'setup.cfg', 'setup.py'].includes(source);
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return [
    ...(path.endsWith('.in') ? [path.replace(/\.in$/, '.txt')] : []),
    ...(isInput ? compiled.filter((file) => file !== path && file.startsWith(folder)) : []),
  ];
}

/** @param deciding files whose word counts for this declaration: its constraints, and what was compiled from it */
function settle(
  declared: Declared,
  deciding: readonly string[],
  all: readonly Declared[],
  locks: readonly LockFile[],
): H2oPin['settledBy'] {
  for (const other of all) {
    if (!deciding.includes(other.path) && !(other.path === declared.path && constrains(other))) continue;
    const version = exactVersion(other.requirement);
    if (version !== undefined) return { path: other.path, line: other.requirement.line, version };
  }
  for (const lock of locks) {
    const entry =
      locks.length > 0 && covers(lock.path, declared) ? lock.locked.find(({ name }) => CLIENT.has(name)) : undefined;
    if (entry) return { path: lock.path, line: entry.line, version: entry.version };
  }
  return undefined;
}

/** A lock file settles its own project and, in a workspace, the projects below it. */
function covers(lock: string, { path, source }: Declared): boolean {
  const folder = lock.slice(0, lock.lastIndexOf('/') + 1);
  const kind = lock.endsWith('Pipfile.lock')
    ? ['Pipfile']
    : lock.slice(folder.length).includes('conda-lock')
      ? ['conda']
      : ['pyproject', 'setup.cfg', 'setup.py'];
  return kind.includes(source) && path.startsWith(folder);
}
