import { defineModel } from '../../core/workspace.js';
import type { Alias, Module } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import { importedModule, importNames, qualifiedName } from '../../languages/python/names.js';
import { findAll, walk } from '../../languages/python/walk.js';
import { moduleResolver } from '../python/modules.js';

/** One module importing another of the same repository. */
export interface ImportEdge {
  readonly from: string;
  readonly to: string;
  readonly line: number;
  readonly text: string;
  /** Only under `if TYPE_CHECKING`. */
  readonly typesOnly: boolean;
}

/** What one Python file says about imports. */
export interface FileImports {
  /** Dotted names imported from outside: an orchestrator's own repository imports itself and is no pipeline for that. */
  readonly names: ReadonlySet<string>;
  /** To files of the repository, each target once a line. */
  readonly edges: readonly ImportEdge[];
  /** It makes a web application or a router: `FastAPI()`, `APIRouter()`, `Flask(…)`. */
  readonly serves: boolean;
  /** It makes or fits an estimator. */
  readonly trains: boolean;
}

export type ImportGraph = ReadonlyMap<string, FileImports>;

/** Imports between the repository's own Python files. */
export const importGraph = defineModel('import-graph', async (workspace): Promise<ImportGraph> => {
  const graph = new Map<string, FileImports>();
  const resolver = await workspace.model(moduleResolver);
  for (const path of workspace.glob('**/*.py')) {
    const facts = await workspace.facts(pythonModule, path);
    if (!facts) continue;
    const all = importsOf(facts.tree);
    const edges = all.flatMap(({ dotted, line, text, typesOnly }) => {
      const to = resolver.resolve(path, dotted)?.path;
      return to === undefined || to === path ? [] : [{ from: path, to, line, text, typesOnly }];
    });
    const outside = all.filter(({ dotted }) => resolver.resolve(path, dotted)?.path === undefined);
    const names = new Set(outside.map(({ dotted }) => dotted));
    graph.set(path, {
      names,
      edges: edges.filter(
        (edge, index) => edges.findIndex((one) => one.to === edge.to && one.line === edge.line) === index,
      ),
      ...activities(facts.tree, names),
    });
  }
  return graph;
});

interface Imported {
  readonly dotted: string;
  readonly line: number;
  readonly text: string;
  readonly typesOnly: boolean;
}

function importsOf(tree: Module): Imported[] {
  const found: Imported[] = [];
  walk(tree, {
    enter(node, ancestors) {
      if (node.kind !== 'Import' && node.kind !== 'ImportFrom') return undefined;
      const typesOnly = ancestors.some((above) => above.kind === 'IfClause' && mentionsTypeChecking(above.test));
      const add = (dotted: string, { line }: Alias, text: string): void => {
        found.push({ dotted, line, text, typesOnly });
      };
      if (node.kind === 'Import') for (const name of node.names) add(name.name, name, `import ${name.name}`);
      else {
        const base = importedModule(node);
        for (const name of node.names) {
          const dotted = name.name === '*' ? base : `${base}${base.endsWith('.') ? '' : '.'}${name.name}`;
          add(dotted, name, `from ${base} import ${name.name}`);
        }
      }
      return 'skip';
    },
  });
  return [...found, ...byName(tree)];
}

/** `importlib.import_module("pipelines.features")` and `__import__("…")` with the name written out. */
function byName(tree: Module): Imported[] {
  const imports = importNames(tree);
  return findAll(tree, 'Call').flatMap(({ func, args, line }) => {
    const called = qualifiedName(func, imports) ?? '';
    const [name] = args;
    if (!/^(?:importlib\.import_module|__import__)$/.test(called) || name?.kind !== 'Str') return [];
    return [{ dotted: name.value, line, text: `import_module("${name.value}")`, typesOnly: false }];
  });
}

const mentionsTypeChecking = (test: { readonly kind: string }): boolean => {
  const node = test as { kind: string; id?: string; attr?: string };
  return node.id === 'TYPE_CHECKING' || node.attr === 'TYPE_CHECKING';
};

const APPLICATION =
  /^(?:fastapi\.(?:FastAPI|APIRouter)|starlette\.applications\.Starlette|flask\.(?:Flask|Blueprint)|litestar\.Litestar|sanic\.Sanic|aiohttp\.web\.Application|bentoml\.service)$/;
const LEARNS =
  /^(?:h2o\.(?:estimators|automl)|sklearn|xgboost|lightgbm|catboost|torch|tensorflow|keras|lightning|pytorch_lightning)(?:\.|$)/;

/** A model made to be fitted, or a function that fits one. */
const ESTIMATOR =
  /^sklearn\.(?:linear_model|ensemble|svm|tree|neighbors|naive_bayes|cluster|neural_network|pipeline|model_selection)\.[A-Z]\w*$|^(?:xgboost|lightgbm)\.(?:train|cv)$|^(?:xgboost\.XGB|lightgbm\.LGBM|catboost\.CatBoost)\w+$/;

function activities(tree: Module, names: ReadonlySet<string>): Pick<FileImports, 'serves' | 'trains'> {
  const web = [...names].some((name) => /^(?:fastapi|starlette|flask|litestar|sanic|aiohttp|bentoml)\b/.test(name));
  const learns = [...names].some((name) => LEARNS.test(name));
  if (!web && !learns) return { serves: false, trains: false };
  const imports = importNames(tree);
  const calls = findAll(tree, 'Call').map(({ func }) => ({ func, name: qualifiedName(func, imports) ?? '' }));
  return {
    serves: web && calls.some(({ name }) => APPLICATION.test(name)),
    trains:
      learns &&
      ([...names].some((name) => /^h2o\.(?:estimators|automl)\b/.test(name)) ||
        calls.some(
          ({ func, name }) =>
            ESTIMATOR.test(name) ||
            (func.kind === 'Attribute' && /^(?:fit|train|fit_transform|partial_fit|backward)$/.test(func.attr)),
        )),
  };
}
