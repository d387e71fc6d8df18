import { defineModel, type Workspace } from '../../core/workspace.js';
import type { Module } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import { bindings, importedModule } from '../../languages/python/names.js';
import { findAll } from '../../languages/python/walk.js';
import { moduleResolver, type ModuleResolver } from '../python/modules.js';
import { effectiveCommand } from './effective-command.js';
import { workloads } from './index.js';
import { isMage } from './mage.js';
import type { Container } from './model.js';
import { within } from './paths.js';

const MAX_FILES = 400;
const SERVERS = /^(?:.*\/)?(?:uvicorn|gunicorn|hypercorn|granian|daphne)$/;

/**
 * The repository's Python files that a container runs: the module its command starts and what that imports; without a
 * command that names one, everything in its build context. Containers whose code is not in the repository are left out.
 */
export const programs = defineModel(
  'container-programs',
  async (workspace): Promise<ReadonlyMap<Container, readonly string[]>> => {
    const found = new Map<Container, readonly string[]>();
    const paths = workspace.glob('**/*.py').filter((path) => !workspace.roles(path).has('test'));
    if (paths.length === 0) return found;
    const resolver = await workspace.model(moduleResolver);
    for (const { containers, compose } of await workspace.model(workloads)) {
      for (const container of containers) {
        const files = await filesOf(container, compose?.project.directory ?? '', paths, workspace, resolver);
        if (files.length > 0) found.set(container, files);
      }
    }
    return found;
  },
);

async function filesOf(
  container: Container,
  directory: string,
  paths: readonly string[],
  workspace: Workspace,
  resolver: ModuleResolver,
): Promise<readonly string[]> {
  const { built } = container;
  const mounted = isMage(container) ? below(paths, mountedFolders(container, directory)) : [];
  if (built === undefined) return mounted;
  const own = below(paths, [built.context]);
  const text = await commandText(container, built.context, workspace);
  const entries = entryPoints(text).flatMap((entry) => nearest(own, entry) ?? []);
  if (entries.length > 0) return [...new Set([...mounted, ...(await reachable(entries, workspace, resolver))])];
  return built.context === '' ? mounted : [...new Set([...mounted, ...own.slice(0, MAX_FILES)])];
}

const below = (paths: readonly string[], folders: readonly string[]): string[] =>
  paths.filter((path) => folders.some((folder) => folder === '' || path.startsWith(`${folder}/`)));

/** Mage runs the project that is mounted into it. */
const mountedFolders = ({ mounts }: Container, directory: string): string[] =>
  mounts.flatMap(({ kind, source }) => (kind === 'bind' ? (within(directory, source ?? '/') ?? []) : []));

/** The words of the command, and those of a start script among them. */
async function commandText(container: Container, context: string, workspace: Workspace): Promise<string[]> {
  const words = effectiveCommand(container).words.flatMap((word) => word.split(/[\s;&|"']+/));
  const script = words.find((word) => word.endsWith('.sh'));
  const name = script?.slice(script.lastIndexOf('/') + 1);
  const found = name === undefined ? undefined : nearest(below(workspace.glob('**/*.sh'), [context]), name);
  const text = found === undefined ? '' : ((await workspace.text(found)) ?? '').slice(0, 20_000);
  const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'));
  return [...words, ...lines.flatMap((line) => line.split(/[\s;&|"']+/))];
}

/** The files that a command starts, as ends of paths: `app/main.py` for `uvicorn app.main:app`. */
function entryPoints(words: readonly string[]): string[] {
  const serves = words.some((word) => SERVERS.test(word));
  return words.flatMap((word, index) => {
    if (word.endsWith('.py') && !word.startsWith('-')) return [word.replace(/^\.?\/+/, '')];
    const module = serves ? /^([A-Za-z_][\w.]*):[A-Za-z_]\w*(?:\(\))?$/.exec(word)?.[1] : undefined;
    const named = words[index - 1] === '-m' && /^[A-Za-z_][\w.]*$/.test(word) && !SERVERS.test(word) ? word : undefined;
    const dotted = module ?? named;
    return dotted === undefined
      ? []
      : [`${dotted.replaceAll('.', '/')}.py`, `${dotted.replaceAll('.', '/')}/__main__.py`];
  });
}

/** The one path that ends so, the shallowest of several; with leading folders left out where nothing does (`/app/main.py`). */
function nearest(paths: readonly string[], end: string): string | undefined {
  const parts = end.split('/');
  for (let from = 0; from < parts.length; from++) {
    const wanted = parts.slice(from).join('/');
    const [first, second] = paths
      .filter((path) => path === wanted || path.endsWith(`/${wanted}`))
      .map((path) => ({ path, depth: path.split('/').length }))
      .sort((a, b) => a.depth - b.depth);
    if (first !== undefined) return second?.depth === first.depth ? undefined : first.path;
  }
  return undefined;
}

/** The files and what they import of the repository, directly or not. */
async function reachable(
  entries: readonly string[],
  workspace: Workspace,
  resolver: ModuleResolver,
): Promise<string[]> {
  const seen = new Set(entries);
  for (const path of seen) {
    if (seen.size > MAX_FILES) break;
    const facts = await workspace.facts(pythonModule, path);
    for (const dotted of facts ? importsOf(facts.tree) : []) {
      const to = resolver.resolve(path, dotted)?.path;
      if (to !== undefined) seen.add(to);
    }
  }
  return [...seen];
}

const importsOf = (tree: Module): string[] => [
  ...findAll(tree, 'Import').flatMap(({ names }) => names.map(({ name }) => name)),
  ...findAll(tree, 'ImportFrom').flatMap((node) => [
    ...bindings(node).map(([, target]) => target),
    importedModule(node),
  ]),
];
