import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import type { Module } from '../../languages/python/ast.js';
import { dottedName, importNames } from '../../languages/python/names.js';
import { pythonModule } from '../../languages/python/extract.js';
import { walk } from '../../languages/python/walk.js';
import { moduleResolver } from '../python/modules.js';

/** The files between a service's entry and the call that asks a model. */
export interface Serving {
  /** False in a repository that serves no model: then nothing about serving is asked. */
  readonly present: boolean;
  /** Service entry → … → the file that predicts, all of them. */
  readonly files: readonly string[];
  /** Where models are asked, with the line, entry files first. */
  readonly predictions: readonly { readonly path: string; readonly line: number }[];
}

const FRAMEWORKS = [
  'fastapi',
  'starlette',
  'flask',
  'litestar',
  'sanic',
  'aiohttp',
  'bentoml',
  'kserve',
  'ray.serve',
  'ray import serve',
  'tornado',
  'quart',
  'django',
  'robyn',
  'blacksheep',
  'litserve',
];
const IMPORTS_FRAMEWORK =
  /^\s*(?:from|import)\s+(fastapi|starlette|flask|litestar|sanic|aiohttp\.web|aiohttp|bentoml|kserve|ray\.serve|ray|tornado|quart|django|robyn|blacksheep|litserve)\b/m;
const ROUTE =
  /\.(?:post|get|put|route|api_route|websocket|api)$|^bentoml\.(?:service|api)$|^serve\.deployment$|^api_view$/;
const ROUTED = /(?:add_api_route|add_url_rule|add_post|add_get|add_route)$|^web\.(?:post|get)$/;
const HANDLER = /(?:^|\.)(?:APIView|MethodView|Resource|RequestHandler|LitAPI)$|^kserve\.Model$/;

/** Does a file answer requests itself? One that only imports a framework, or shows it in a docstring, does not. */
function answers(tree: Module): boolean {
  let found = false;
  walk(tree, {
    enter(node) {
      if (node.kind === 'FunctionDef' || node.kind === 'ClassDef') {
        found ||= node.decorators.some((one) => ROUTE.test(dottedName(one.kind === 'Call' ? one.func : one) ?? ''));
        found ||= node.kind === 'ClassDef' && node.bases.some((base) => HANDLER.test(dottedName(base) ?? ''));
      }
      if (node.kind === 'Call') found ||= ROUTED.test(dottedName(node.func) ?? '');
      return found ? 'skip' : undefined;
    },
  });
  return found;
}

const MODEL_LIBRARY =
  /\b(h2o|mojo|joblib\.load|pickle\.load|mlflow|onnxruntime|InferenceSession|xgboost|lightgbm|catboost|sklearn|torch|tensorflow|keras|EasyPredictModelWrapper|daimojo|model_registry|load_model|bentoml|transformers|skops)\b/i;
const PREDICTING = [
  '.predict',
  'mojo_predict',
  'h2o_predict',
  'score_row(',
  '.inference(',
  '.infer(',
  'invoke_endpoint(',
  '.run(',
];
const PREDICTS =
  /\.(predict|predict_proba|mojo_predict_pandas|mojo_predict_csv|h2o_predict|score_row|inference|infer|invoke_endpoint)\(|\bh2o\.mojo_predict_\w+\(|\bsession\.run\(|\b(?:ort_)?sess(?:ion)?\.run\(/;
const MAX_DEPTH = 3;

export const serving = defineModel<Serving>('model-serving', async (workspace) => {
  const python = workspace
    .glob('**/*.py')
    .filter((path) => !['test', 'example', 'exploration'].some((role) => workspace.roles(path).has(role as 'test')));
  const asking = await workspace.mentioning(python, PREDICTING);
  const predicting: string[] = [];
  for (const path of asking)
    if (predictionLine((await workspace.text(path)) ?? '') !== undefined) predicting.push(path);
  if (predicting.length === 0) return { present: false, files: [], predictions: [] };
  const entries: string[] = [];
  for (const path of await workspace.mentioning(python, FRAMEWORKS)) {
    if (!IMPORTS_FRAMEWORK.test((await workspace.text(path)) ?? '')) continue;
    const facts = await workspace.facts(pythonModule, path);
    if (facts && answers(facts.tree)) entries.push(path);
  }
  const libraries = await libraryFolders(workspace);
  const own = entries.filter((path) => !libraries.some((folder) => folder === '' || path.startsWith(`${folder}/`)));
  const ways = new Ways(workspace);
  for (const entry of own) await ways.follow(entry, MAX_DEPTH);
  const predictions = [...ways.files].flatMap((path) => {
    const line = ways.predictions.get(path);
    return line === undefined ? [] : [{ path, line }];
  });
  return { present: predictions.length > 0, files: [...ways.files].sort(), predictions };
});

/** Packages that are published for other developers: a framework's own code is nobody's deployment. */
async function libraryFolders(workspace: Workspace): Promise<string[]> {
  const projects = await workspace.mentioning(workspace.glob('**/{pyproject.toml,setup.cfg,setup.py}'), [
    'Intended Audience :: Developers',
    'Topic :: Software Development :: Libraries',
  ]);
  return projects.map((path) => path.slice(0, Math.max(0, path.lastIndexOf('/'))));
}

/** Walks imports from entries; a way that ends at a prediction belongs to serving, all of it. Each file is read once. */
class Ways {
  readonly files = new Set<string>();
  readonly predictions = new Map<string, number>();
  private readonly imports = new Map<string, readonly string[]>();
  private readonly leading = new Map<string, boolean>();

  constructor(private readonly workspace: Workspace) {}

  async follow(path: string, depth: number): Promise<boolean> {
    const key = `${path}\0${depth}`;
    const known = this.leading.get(key);
    if (known !== undefined) return known;
    // A cycle leads nowhere new.
    this.leading.set(key, false);
    const next = await this.read(path);
    let leads = this.predictions.has(path);
    if (depth > 0) for (const one of next) leads = (await this.follow(one, depth - 1)) || leads;
    if (leads) this.files.add(path);
    this.leading.set(key, leads);
    return leads;
  }

  /** The files of the repository that a file imports; notes the line where it asks a model. */
  private async read(path: string): Promise<readonly string[]> {
    const known = this.imports.get(path);
    if (known) return known;
    this.imports.set(path, []);
    const line = predictionLine((await this.workspace.text(path)) ?? '');
    if (line !== undefined) this.predictions.set(path, line);
    const facts = await this.workspace.facts(pythonModule, path);
    if (!facts) return [];
    const resolver = await this.workspace.model(moduleResolver);
    const found = [...importNames(facts.tree).values()].flatMap((name) => resolver.resolve(path, name)?.path ?? []);
    const imports = [...new Set(found)].filter((one) => !this.workspace.roles(one).has('test'));
    this.imports.set(path, imports);
    return imports;
  }
}

/** A prediction counts in a file that also names a library of models or loads one. */
function predictionLine(text: string): number | undefined {
  const at = PREDICTS.exec(text);
  if (!at || !MODEL_LIBRARY.test(text)) return undefined;
  return text.slice(0, at.index).split('\n').length;
}
