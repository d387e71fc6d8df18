import type { Workspace } from '../../core/workspace.js';
import type { Expr, Module } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import { dottedName, importNames } from '../../languages/python/names.js';
import { findAll, walk } from '../../languages/python/walk.js';
import { shellCommands } from '../../languages/shell/index.js';
import { yamlDocuments } from '../../languages/yaml/index.js';
import type { YamlNode } from '../../languages/yaml/index.js';

type Call = Extract<Expr, { kind: 'Call' }>;

const EXPORTS = new Set(['download_mojo', 'save_mojo']);
/** Methods and functions that keep a model beyond the process that trained it. */
const KEEPS = new Set(
  (
    'download_mojo save_mojo save_model log_model dump save_pretrained save register_model to_onnx dump_model ' +
    'convert_sklearn export'
  ).split(' '),
);
/** Of these names only the module in front tells what is kept: `joblib.dump`, `torch.save`, but not `json.dump`. */
const AMBIGUOUS: Readonly<Partial<Record<string, RegExp>>> = {
  dump: /(?:^|\.)(?:joblib|pickle|cloudpickle|dill)\.dump$/,
  export: /(?:^|\.)onnx\.export$/,
};

const lastName = ({ func }: Call): string =>
  func.kind === 'Attribute' ? func.attr : ((dottedName(func) ?? '').split('.').at(-1) ?? '');

const keeps = (call: Call): boolean => {
  const name = lastName(call);
  const only = Object.hasOwn(AMBIGUOUS, name) ? AMBIGUOUS[name] : undefined;
  return KEEPS.has(name) && (only === undefined || only.test(dottedName(call.func) ?? ''));
};

function trains(call: Call): boolean {
  const name = lastName(call);
  if (name === 'H2OAutoML' || EXPORTS.has(name)) return true;
  if (call.func.kind !== 'Attribute') return false;
  // `model.train()` of torch only changes a mode.
  return (
    name === 'fit' || (name === 'train' && call.keywords.some((one) => /^(?:training_frame|x|y)$/.test(one.name ?? '')))
  );
}

/** Code that trains a model, in a repository where some of it is kept. */
export async function trainingFiles(workspace: Workspace, python: readonly string[]): Promise<string[]> {
  const candidates = await workspace.mentioning(python, ['.train(', '.fit(', 'H2OAutoML', ...EXPORTS]);
  const found: string[] = [];
  let kept = false;
  for (const path of candidates) {
    const tree = (await workspace.facts(pythonModule, path))?.tree;
    if (!tree) continue;
    const calls = findAll(tree, 'Call');
    const estimators = [...importNames(tree).values()].some((target) => target.startsWith('h2o.estimators'));
    if (estimators || calls.some(trains)) found.push(path);
    kept ||= calls.some(keeps);
  }
  return kept ? found : [];
}

/** The line on which a file exports a MOJO. */
export async function lineOfExport(workspace: Workspace, path: string): Promise<number> {
  const tree = (await workspace.facts(pythonModule, path))?.tree;
  const call = tree && findAll(tree, 'Call').find((one) => EXPORTS.has(lastName(one)));
  return call?.line ?? 1;
}

/** What starts training: Mage's triggers, scheduled workflows that train, calls that start a pipeline. */
export async function trainingTriggers(
  workspace: Workspace,
  python: readonly string[],
): Promise<{ path: string; line: number }[]> {
  const found = workspace
    .glob('**/pipelines/*/triggers.yaml')
    .filter((path) => /train|model|retrain|mojo|drift/i.test(path.split('/').at(-2) ?? ''))
    .map((path) => ({ path, line: 1 }));
  for (const path of await workspace.mentioning(workspace.glob('.github/workflows/*.{yml,yaml}'), ['schedule:'])) {
    const [document] = (await yamlDocuments(workspace, path)) ?? [];
    const schedule = document?.get('on')?.entry('schedule')?.keyNode;
    if (document && schedule && runsTraining(document)) found.push({ path, line: schedule.line });
  }
  for (const path of await workspace.mentioning(python, [...STARTS, ...ROUTES])) {
    const tree = (await workspace.facts(pythonModule, path))?.tree;
    const line = tree && lineOfStart(tree);
    if (line !== undefined) found.push({ path, line });
  }
  return found;
}

const RUNNERS = /^(?:python[\d.]*|dvc|make|mage|uv|poetry)$/;
const TRAINING = /(?:^|[^a-z])(?:re)?train/i;

/** Does a step of a workflow run something that trains, by the name of what it runs? */
function runsTraining(document: YamlNode): boolean {
  const steps = (document.get('jobs')?.entries() ?? []).flatMap(({ value }) => value.get('steps')?.items() ?? []);
  return steps.some((step) =>
    shellCommands(step.get('run')?.text ?? '').some(
      ({ words: [program, ...rest] }) =>
        RUNNERS.test(program?.text.split('/').at(-1) ?? '') && rest.some(({ text }) => TRAINING.test(text)),
    ),
  );
}

const STARTS = ['trigger_pipeline', 'TriggerDagRunOperator', 'create_flow_run', 'run_deployment'];
/** Routes of Mage's interface that start a pipeline. */
const ROUTES = ['pipeline_schedules', '/api_trigger/'];

/** The first call that starts a pipeline, or the first address of one; docstrings name addresses too, and start nothing. */
function lineOfStart(tree: Module): number | undefined {
  let line: number | undefined;
  walk(tree, {
    enter(node) {
      if (line !== undefined || (node.kind === 'ExprStmt' && node.value.kind === 'Str')) return 'skip';
      if (node.kind === 'Call' && STARTS.includes(lastName(node))) line = node.line;
      if (node.kind === 'Str' && ROUTES.some((route) => node.value.includes(route))) line = node.line;
      return undefined;
    },
  });
  return line;
}
