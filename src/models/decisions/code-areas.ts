import type { Workspace } from '../../core/workspace.js';
import { notebook } from '../../languages/notebook/extract.js';
import type { Call, Module } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import { dottedName, importNames, qualifiedName } from '../../languages/python/names.js';
import { findAll } from '../../languages/python/walk.js';
import { serving } from '../scenarios/serving.js';
import type { Area } from './area.js';
import { beyond, type Change } from './change.js';

const FILES = /\.(?:py|ipynb)$/i;
const NEEDLES = ['predict', 'score_row', 'infer', '_in_executor', '_in_threadpool', 'to_thread', 'PoolExecutor'];
const TRAINING = ['.train(', '.fit(', 'AutoML', 'Estimator'];
const KEEPING = ['mojo', 'pojo', 'save_model', 'log_model', 'joblib.dump', 'torch.save', 'onnx'];

type Kind = 'serving' | 'offload' | 'training' | 'artifact';

/** A call that says something about a standing debate. */
interface Told {
  readonly kind: Kind;
  readonly name: string;
  readonly path: string;
  readonly line: number;
}

/** Calls that the changed files make now and did not make before: predictions that are served, offloading, training, export. */
export async function codeAreas(change: Change): Promise<Area[]> {
  const now = await callsOf(change.head, change.paths(FILES));
  if (now.length === 0) return [];
  const before = change.base ? await callsOf(change.base, change.basePaths(FILES)) : [];
  const key = ({ kind, name }: Told): string => `${kind} ${name}`;
  const fresh = beyond(now, before, key, (call) => change.added(call));
  const served = fresh.some(({ kind }) => kind === 'serving') ? (await change.head.model(serving)).files : [];
  return fresh.filter(({ kind, path }) => kind !== 'serving' || served.includes(path)).map(areaOf);
}

const WORDS: Readonly<Record<Kind, readonly [what: string, debate: Area['debate']]>> = {
  serving: ['prediction by', 'concurrency'],
  offload: ['offload through', 'concurrency'],
  training: ['model training by', 'consistency'],
  artifact: ['model export through', 'artifact'],
};

function areaOf({ kind, name, path, line }: Told): Area {
  const [what, debate] = WORDS[kind];
  return { kind, what: `${what} ${name}`, path, line, ...(debate ? { debate } : {}), names: [name] };
}

async function callsOf(workspace: Workspace, paths: readonly string[]): Promise<Told[]> {
  const found: Told[] = [];
  for (const path of await workspace.mentioning(paths, [...NEEDLES, ...TRAINING, ...KEEPING])) {
    const parsed = await treeOf(workspace, path);
    if (!parsed) continue;
    const imports = importNames(parsed.tree);
    for (const call of findAll(parsed.tree, 'Call')) {
      const told = tell(call, qualifiedName(call.func, imports) ?? '');
      if (told) found.push({ ...told, path, line: parsed.lineOf(call.line) });
    }
  }
  return found;
}

async function treeOf(
  workspace: Workspace,
  path: string,
): Promise<{ tree: Module; lineOf: (line: number) => number } | undefined> {
  if (!path.endsWith('.ipynb')) {
    const facts = await workspace.facts(pythonModule, path);
    return facts && { tree: facts.tree, lineOf: (line) => line };
  }
  const facts = await workspace.facts(notebook, path);
  return facts && { tree: facts.tree, lineOf: (line) => facts.lines[line - 1] ?? 1 };
}

const PREDICTS =
  /^(?:predict|predict_proba|mojo_predict_pandas|mojo_predict_csv|h2o_predict|score_row|infer|inference|invoke_endpoint)$/;
const OFFLOADS = /^(?:run_in_executor|run_in_threadpool|to_thread|run_sync|ThreadPoolExecutor|ProcessPoolExecutor)$/;
const EXPORTS = /^(?:download_mojo|download_pojo|save_mojo|get_pojo|import_mojo|upload_mojo|log_model)$/;
const LEARNS = /^(?:h2o\..*(?:Estimator|AutoML)|(?:xgboost|lightgbm|catboost)\.(?:\w+\.)*(?:train|cv))$/;
const MODEL = /model|clf|classifier|regressor|estimator|pipeline|booster/i;

/** @param qualified the callee through the file's imports, '' where it is no dotted name */
function tell(call: Call, qualified: string): Pick<Told, 'kind' | 'name'> | undefined {
  const method = call.func.kind === 'Attribute' ? call.func.attr : undefined;
  const last = method ?? qualified.slice(qualified.lastIndexOf('.') + 1);
  if (method !== undefined && PREDICTS.test(method)) return { kind: 'serving', name: method };
  if (OFFLOADS.test(last)) return { kind: 'offload', name: last };
  if (EXPORTS.test(last) || keepsModel(call, qualified)) return { kind: 'artifact', name: last };
  if (LEARNS.test(qualified) || (method !== undefined && learns(method, call)))
    return { kind: 'training', name: method ?? last };
  return undefined;
}

/** `model.save_model(…)`, `h2o.save_model(model)`, `joblib.dump(model, …)`, `torch.save(model.state_dict(), …)`. */
function keepsModel(call: Call, qualified: string): boolean {
  if (/(?:^|\.)save_model$/.test(qualified) || qualified === 'onnx.save') return true;
  if (!/^(?:joblib\.dump|torch\.save|skops\.io\.dump)$/.test(qualified)) return false;
  const [first] = call.args;
  return MODEL.test(dottedName(first?.kind === 'Call' ? first.func : first) ?? '');
}

/** `.train(training_frame=…)` and `.fit(X, y)`: other things are trained and fitted too. */
const learns = (method: string, { args, keywords }: Call): boolean =>
  (method === 'train' && keywords.some(({ name }) => name === 'training_frame' || name === 'x' || name === 'y')) ||
  (method === 'fit' && (args.length > 1 || keywords.some(({ name }) => name === 'y')));
