import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import type { Module } from '../../languages/python/ast.js';
import { dottedName, importNames } from '../../languages/python/names.js';
import { pythonModule } from '../../languages/python/extract.js';
import { walk } from '../../languages/python/walk.js';
import { moduleResolver } from '../python/modules.js';
import { PREDICTING, predictionLine } from './predictions.js';

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
  'ray',
  'tornado',
  'quart',
  'django',
  'robyn',
  'blacksheep',
  'litserve',
];
/** `ray` alone is in every array. */
const FRAMEWORK_NEEDLES = [...FRAMEWORKS.filter((name) => name !== 'ray'), 'ray.serve', 'ray import serve'];
const ROUTE =
  /\.(?:post|get|put|route|api_route|websocket|api)$|^bentoml\.(?:service|api)$|^serve\.deployment$|^api_view$/;
const ROUTED = /(?:add_api_route|add_url_rule|add_post|add_get|add_route)$|^web\.(?:post|get)$/;
const HANDLER = /(?:^|\.)(?:APIView|MethodView|Resource|RequestHandler|LitAPI)$|^kserve\.Model$/;

const importsFramework = (tree: Module): boolean =>
  [...importNames(tree).values()].some((target) => FRAMEWORKS.includes(target.split('.')[0] ?? ''));

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

const MAX_DEPTH = 3;

export const serving = defineModel<Serving>('model-serving', async (workspace) => {
  const python = workspace
    .glob('**/*.py')
    .filter((path) => !['test', 'example', 'exploration'].some((role) => workspace.roles(path).has(role as 'test')));
  const asking = await workspace.mentioning(python, PREDICTING);
  if (!(await anyAsksModel(workspace, asking))) return { present: false, files: [], predictions: [] };
  const entries: string[] = [];
  for (const path of await workspace.mentioning(python, FRAMEWORK_NEEDLES)) {
    const facts = await workspace.facts(pythonModule, path);
    if (facts && importsFramework(facts.tree) && answers(facts.tree)) entries.push(path);
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

async function anyAsksModel(workspace: Workspace, paths: readonly string[]): Promise<boolean> {
  for (const path of paths) {
    const facts = await workspace.facts(pythonModule, path);
    if (facts && predictionLine(facts.tree) !== undefined) return true;
  }
  return false;
}

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
    const facts = await this.workspace.facts(pythonModule, path);
    if (!facts) return [];
    const line = predictionLine(facts.tree);
    if (line !== undefined) this.predictions.set(path, line);
    const resolver = await this.workspace.model(moduleResolver);
    const found = [...importNames(facts.tree).values()].flatMap((name) => resolver.resolve(path, name)?.path ?? []);
    const imports = [...new Set(found)].filter((one) => !this.workspace.roles(one).has('test'));
    this.imports.set(path, imports);
    return imports;
  }
}
