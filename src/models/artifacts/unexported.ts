import { defineModel, type Workspace } from '../../core/workspace.js';
import type { Call, Module, PyNode } from '../../languages/python/ast.js';
import { dottedName, importNames, qualifiedName } from '../../languages/python/names.js';
import { walk } from '../../languages/python/walk.js';
import { importGraph } from '../imports/graph.js';
import { isStep } from '../imports/sides.js';
import { mageResolver } from '../mage/resolver.js';
import type { ModuleResolver } from '../python/modules.js';
import { modelCalls, type ModelCall } from './exports.js';
import { pojoUses } from './pojo.js';
import { projectOf } from './projects.js';
import { pythonFiles } from './python-files.js';

/** A step of a pipeline that trains an H2O model of which nothing remains. */
export interface Unexported {
  readonly call: ModelCall;
  /** The step that runs this code, when it is not the file itself. */
  readonly step: string | undefined;
  /** Its files ask the model, too: perhaps the run uses it up. */
  readonly scores: boolean;
}

/**
 * Trainings that a pipeline runs (a block of Mage, a task of Airflow, Dagster, Prefect or the like, what these import, or
 * code whose configured role it is) where nobody keeps the model. Scripts, notebooks, tests and experiments may well train to look at a
 * number. Where a library from elsewhere is handed the model to keep, what it writes is not known, and nothing is said.
 */
export const unexportedTrainings = defineModel(
  'h2o-unexported-trainings',
  async (workspace): Promise<readonly Unexported[]> => {
    const calls = await workspace.model(modelCalls);
    const trainings = calls.filter(({ kind, path }) => kind === 'train' && mayRun(workspace, path));
    if (trainings.length === 0 || (await mentionsExport(workspace))) return [];
    const project = projectOf(workspace);
    const kept = new Set([
      ...calls.filter(({ kind }) => kind === 'binary' || kind === 'mojo').map(({ path }) => project(path)),
      ...(await workspace.model(pojoUses)).map(({ path }) => project(path)),
    ]);
    const importers = await importersOf(workspace);
    const found = new Map<string, Unexported>();
    for (const call of trainings) {
      if (found.has(call.path) || kept.has(project(call.path))) continue;
      const step = stepOf(importers, call.path);
      if (step === undefined) continue;
      const scores = calls.some(({ kind, path }) => kind === 'predict' && project(path) === project(call.path));
      found.set(call.path, { call, step: step === call.path ? undefined : step, scores });
    }
    return [...found.values()];
  },
);

const mayRun = (workspace: Workspace, path: string): boolean =>
  path.endsWith('.py') &&
  !['test', 'example', 'exploration', 'documentation'].some((role) => workspace.roles(path).has(role as 'test'));

interface Importers {
  /** Does an orchestrator run this file? */
  runs(path: string): boolean;
  of(path: string): readonly string[];
}

async function importersOf(workspace: Workspace): Promise<Importers> {
  const graph = await workspace.model(importGraph);
  const resolver = await workspace.model(mageResolver);
  const importers = new Map<string, string[]>();
  for (const [from, file] of graph) {
    const targets = file.edges.filter(({ typesOnly }) => !typesOnly).map(({ to }) => to);
    // Mage's blocks import by the project's name, whatever the folder is called here.
    const byProject = [...file.names].some((name) => name.startsWith('mage_ai.'))
      ? [...file.names].flatMap((name) => resolver.resolve(from, name)?.path ?? [])
      : [];
    for (const to of [...targets, ...byProject]) importers.set(to, [...(importers.get(to) ?? []), from]);
  }
  return {
    of: (path) => importers.get(path) ?? [],
    runs(path) {
      const file = graph.get(path);
      return mayRun(workspace, path) && (workspace.roles(path).has('pipeline') || (file !== undefined && isStep(file)));
    },
  };
}

/** The file itself, or the nearest step that imports it. */
function stepOf(importers: Importers, path: string): string | undefined {
  const reached = [path];
  // It grows while it is gone through.
  for (const file of reached) {
    if (importers.runs(file)) return file;
    reached.push(...importers.of(file).filter((from) => !reached.includes(from)));
  }
  return undefined;
}

const NEEDLES = ['mojo', 'Mojo', 'MOJO', '_model', '_artifact', '_champion', '_leader'];
const ONLY_READS = /^(?:import|upload|load|read|open|predict|score)_?|mojo_predict/i;
/** What a registry calls its function for keeping a model, and what a model is called that it is handed. */
const HANDS_ON =
  /^(?:save|export|register|persist|upload|publish|push|store|log|dump|serialize|deploy|put)_(?:\w+_)?(?:model|artifact|champion|leader)s?$/i;
const MODEL = /(?:^|[._])(?:model|leader|champion|best|aml|automl|estimator)$/i;

/** Anywhere in the repository but in its tests: an export may lie in another project than the training. */
async function mentionsExport(workspace: Workspace): Promise<boolean> {
  const others = workspace
    .glob('**/*.{r,R,Rmd,rmd,qmd,sh,bash,java,scala,kt,js,ts,yml,yaml}')
    .filter((path) => !workspace.roles(path).has('test'));
  if (
    (await workspace.mentioning(others, ['download_mojo', 'save_mojo', 'saveMojo', 'downloadMojo', '/mojo'])).length > 0
  )
    return true;
  const resolver = await workspace.model(mageResolver);
  for (const { path, tree } of await pythonFiles(workspace, NEEDLES)) {
    if (!workspace.roles(path).has('test') && keeps(tree, path, resolver)) return true;
  }
  return false;
}

function keeps(tree: Module, path: string, resolver: ModuleResolver): boolean {
  const imports = importNames(tree);
  let found = false;
  walk(tree, {
    enter(node) {
      found ||= isExportName(node) || (node.kind === 'Call' && handsOn(node));
      return found ? 'skip' : undefined;
    },
  });
  return found;

  /** A helper of this repository is read like everything else; only what lies elsewhere is unknown. */
  function handsOn({ func, args, keywords }: Call): boolean {
    const name = qualifiedName(func, imports);
    if (name === undefined || !HANDS_ON.test(name.slice(name.lastIndexOf('.') + 1))) return false;
    if (![...args, ...keywords.map(({ value }) => value)].some((value) => MODEL.test(dottedName(value) ?? '')))
      return false;
    const own = func.kind === 'Name' ? !imports.has(func.id) : name.startsWith('self.');
    return !own && !/^(?:h2o|mlflow)\b/.test(name) && resolver.resolve(path, name)?.path === undefined;
  }
}

/** A function, method or address that stands for writing a MOJO. */
function isExportName(node: PyNode): boolean {
  if (node.kind === 'Attribute') return writes(node.attr);
  if (node.kind === 'Name') return writes(node.id);
  return node.kind === 'Str' && /\/mojo\b|(?:download|save)_mojo/.test(node.value);
}

const writes = (name: string): boolean => /mojo/i.test(name) && !ONLY_READS.test(name);
