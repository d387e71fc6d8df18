import { importNames } from '../../languages/python/names.js';
import { notebook } from '../../languages/notebook/extract.js';
import { pythonModule } from '../../languages/python/extract.js';
import type { Module } from '../../languages/python/ast.js';
import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import { moduleResolver } from '../python/modules.js';
import type { ModuleResolver } from '../python/modules.js';
import { closeScope, explore } from './functions.js';
import { Interpreter, newOutcome } from './interpreter.js';
import type { Importer, Outcome } from './interpreter.js';
import type { Event, Split } from './machine.js';
import { pipelinesOf, runPipeline } from './pipelines.js';
import type { Scope } from './values.js';

/** What the repository's data code does: the events that matter, and where it parts its rows. */
export interface Dataflow {
  readonly events: readonly Event[];
  readonly splits: readonly Split[];
  /** Files that were followed. */
  readonly files: number;
}

/** Words without which a file neither trains nor makes features; cheaper to look for than to parse. */
const NEEDLES = [
  'train_test_split',
  'KFold',
  'ShuffleSplit',
  'cross_val',
  'TimeSeriesSplit',
  'shift(',
  'lead(',
  'rolling(',
  'bfill',
  'backfill',
  'merge_asof',
  'fit_transform',
  'fit_resample',
  'split_frame',
  'randomSplit',
  'random_split',
  '.sample(',
  'interpolate(',
  'np.roll',
  '.fit(',
  '.train(',
  'permutation(',
];
/** Without one of these a file holds no tables. */
const LIBRARIES = [
  'pandas',
  'polars',
  'sklearn',
  'h2o',
  'pyspark',
  'numpy',
  'xgboost',
  'lightgbm',
  'mage_ai',
  'yfinance',
];
const MAX_FILES = 600;

export const dataflow = defineModel<Dataflow>('dataflow', async (workspace) => {
  const tables = await workspace.mentioning(pythonFiles(workspace), LIBRARIES);
  const roots = await workspace.mentioning(tables, NEEDLES);
  const pipelines = await pipelinesOf(workspace);
  const blocks = pipelines.flatMap((pipeline) => pipeline.blocks.map(({ path }) => path));
  const modules = await load(workspace, [...roots.slice(0, MAX_FILES), ...blocks], new Set(tables));
  if (roots.length > MAX_FILES)
    workspace.gap({
      path: roots[MAX_FILES] ?? '',
      kind: 'unsupported',
      reason: `more than ${MAX_FILES} files with data code; the rest is not followed`,
    });
  const outcome = newOutcome();
  const run = runner(modules, outcome, await workspace.model(moduleResolver));
  for (const pipeline of pipelines) runPipeline(pipeline, run.machine(), (path) => run.module(path, false));
  for (const root of roots.slice(0, MAX_FILES)) run.module(root, true);
  return { events: [...outcome.events, ...surviving(outcome)], splits: outcome.splits, files: modules.size };
});

/** Tests make data of any shape on purpose. */
const pythonFiles = (workspace: Workspace): readonly string[] =>
  workspace
    .glob('**/*.{py,ipynb}')
    .filter((path) => !workspace.roles(path).has('test') && !path.includes('.ipynb_checkpoints/'));

/** A file's code, and its lines where they are not the code's own (notebooks). */
interface Code {
  readonly tree: Module;
  readonly lineOf: (line: number) => number;
}

const isNotebook = (path: string): boolean => path.endsWith('.ipynb');

async function codeOf(workspace: Workspace, path: string): Promise<Code | undefined> {
  if (!isNotebook(path)) {
    const facts = await workspace.facts(pythonModule, path);
    return facts && { tree: facts.tree, lineOf: (line) => line };
  }
  const facts = await workspace.facts(notebook, path);
  return facts && { tree: facts.tree, lineOf: (line) => facts.lines[line - 1] ?? facts.lines.at(-1) ?? 1 };
}

/** The roots and every module with tables in it that they import, parsed. */
async function load(
  workspace: Workspace,
  roots: readonly string[],
  tables: ReadonlySet<string>,
): Promise<Map<string, Code>> {
  const resolver = await workspace.model(moduleResolver);
  const modules = new Map<string, Code>();
  const waiting = [...roots];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (modules.has(path) || modules.size >= 2 * MAX_FILES) continue;
    const code = await codeOf(workspace, path);
    if (!code) continue;
    modules.set(path, code);
    for (const target of importNames(code.tree).values()) {
      const found = resolver.resolve(path, target)?.path;
      if (found !== undefined && tables.has(found)) waiting.push(found);
    }
  }
  return modules;
}

interface Runner {
  module(path: string, whole: boolean): Scope | undefined;
  machine(): Interpreter;
}

/** Runs modules on demand, each once. */
function runner(modules: ReadonlyMap<string, Code>, outcome: Outcome, resolver: ModuleResolver): Runner {
  const scopes = new Map<string, Scope>();
  const explored = new Set<string>();
  const run = (path: string, whole: boolean): Scope | undefined => {
    const code = modules.get(path);
    if (!code) return undefined;
    const machine = new Interpreter(outcome, importer);
    let scope = scopes.get(path);
    if (!scope) {
      scope = { names: new Map(), outer: undefined, source: { path, lineOf: code.lineOf } };
      scopes.set(path, scope);
      machine.run(code.tree.body, scope);
      closeScope(machine, scope);
    }
    if (whole && !explored.has(path)) {
      explored.add(path);
      explore(machine, scope);
    }
    return scope;
  };
  const importer: Importer = (module, level, from) => {
    const found = resolver.resolve(from, '.'.repeat(level) + module);
    return found?.path === undefined || found.path === from || found.rest.length > 0
      ? undefined
      : run(found.path, false)?.names;
  };
  return { module: run, machine: () => new Interpreter(outcome, importer) };
}

/** Columns that features were made of from later rows, by functions that nobody calls where it could be seen. */
function surviving(outcome: Outcome): Event[] {
  const known = new Set(outcome.events.map(({ at }) => `${at.path}:${at.line}`));
  const free = outcome.survivors.filter(
    ({ definition, mark }) => !outcome.called.has(definition) && !known.has(`${mark.path}:${mark.line}`),
  );
  const events = new Map<string, Event>();
  for (const { mark, column, functionName, place } of free) {
    const { path, line, endLine, label } = mark;
    events.set(`${path}:${line}`, {
      rule: 'future-feature',
      at: { path, line, endLine },
      message: `${label}, and ${functionName}() gives "${column}" back as a feature`,
      trace: [
        { path, line, endLine, label },
        { ...place, label: `${functionName}()` },
      ],
    });
  }
  return [...events.values()];
}
