import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import { pythonModule } from '../../languages/python/extract.js';
import { CallGraph } from '../call-graph/graph.js';
import { BlockingCallables } from '../call-graph/patterns.js';
import { loadProgram } from '../call-graph/program.js';
import type { Fn } from '../call-graph/program.js';
import { PREDICTING, predictionLines } from './predictions.js';
import { serviceFiles } from './serving-entries.js';
import { ServingWays } from './serving-ways.js';

/** What runs between a service's route and the call that asks a model. */
export interface Serving {
  /** False in a repository that serves no model: then nothing about serving is asked. */
  readonly present: boolean;
  /** The files that hold a function on the way from a route to a prediction, sorted. */
  readonly files: readonly string[];
  /** Where models are asked, with the first such line of each file. */
  readonly predictions: readonly { readonly path: string; readonly line: number }[];
  /** Is this function on the way from a route to a prediction? By path and line. */
  readonly onTheWay: ReadonlySet<string>;
}

const NONE: Serving = { present: false, files: [], predictions: [], onTheWay: new Set() };

/** How {@link Serving.onTheWay} names a function. */
export const placeOf = ({ module, facts }: Fn): string => `${module.path}:${facts.line}:${facts.name}`;

export const serving = defineModel<Serving>('model-serving', async (workspace) => {
  const python = workspace
    .glob('**/*.py')
    .filter((path) => !['test', 'example', 'exploration'].some((role) => workspace.roles(path).has(role as 'test')));
  const asking = await linesOfPredictions(workspace, await workspace.mentioning(python, PREDICTING));
  if (asking.size === 0) return NONE;
  const entries = await serviceFiles(workspace, python);
  if (entries.length === 0) return NONE;
  const roots = new Set(entries.map(({ path }) => path));
  const program = await loadProgram(workspace, (path) => roots.has(path));
  // Where nothing that services import asks a model, nobody needs to know who calls whom.
  if (![...asking.keys()].some((path) => program.modules.has(path))) return NONE;
  const graph = new CallGraph(program, new BlockingCallables(workspace.settings.process), () => false);
  const ways = new ServingWays(graph, asking, (path) => !workspace.roles(path).has('test'));
  for (const entry of entries) ways.follow(entry);
  if (graph.cut)
    workspace.gap({ path: '', kind: 'unsupported', reason: 'the call graph of the services is larger than the bound' });
  const predictions = [...ways.predictions].map(([path, line]) => ({ path, line }));
  const functions = [...ways.functions];
  return {
    present: predictions.length > 0,
    files: [...new Set(functions.map(({ module }) => module.path))].sort(),
    predictions,
    onTheWay: new Set(functions.map(placeOf)),
  };
});

async function linesOfPredictions(
  workspace: Workspace,
  paths: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, readonly number[]>();
  for (const path of paths) {
    const facts = await workspace.facts(pythonModule, path);
    const lines = facts ? predictionLines(facts.tree) : [];
    if (lines.length > 0) found.set(path, lines);
  }
  return found;
}
