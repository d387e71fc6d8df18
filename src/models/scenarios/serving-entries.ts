import type { Workspace } from '../../core/workspace.js';
import type { ClassDef, Expr, FunctionDef, Module } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import { dottedName, importNames } from '../../languages/python/names.js';
import { walk } from '../../languages/python/walk.js';

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
const ROUTED =
  /(?:^|\.)(?:add_api_route|add_url_rule|add_post|add_get|add_route|Route|WebSocketRoute)$|^web\.(?:post|get)$|^(?:re_)?path$/;
const HANDLER = /(?:^|\.)(?:APIView|MethodView|Resource|RequestHandler|LitAPI|ViewSet|GenericViewSet)$|^kserve\.Model$/;

/** A file that answers requests itself, and where. */
export interface ServiceFile {
  readonly path: string;
  /** Lines of the functions that a request enters by: routes, and all methods of a class of handlers. */
  readonly functions: ReadonlySet<number>;
  /** Lines of calls that hand functions to a router. */
  readonly registrations: ReadonlySet<number>;
}

/** The files in which services answer requests; packages that are published for other developers serve nobody. */
export async function serviceFiles(workspace: Workspace, python: readonly string[]): Promise<ServiceFile[]> {
  const found: ServiceFile[] = [];
  const libraries = await libraryFolders(workspace);
  for (const path of await workspace.mentioning(python, FRAMEWORK_NEEDLES)) {
    if (libraries.some((folder) => folder === '' || path.startsWith(`${folder}/`))) continue;
    const facts = await workspace.facts(pythonModule, path);
    const file = facts && importsFramework(facts.tree) ? entriesIn(path, facts.tree) : undefined;
    if (file && file.functions.size + file.registrations.size > 0) found.push(file);
  }
  return found;
}

const importsFramework = (tree: Module): boolean =>
  [...importNames(tree).values()].some((target) => FRAMEWORKS.includes(target.split('.')[0] ?? ''));

/** One that only imports a framework, or shows it in a docstring, answers nobody. */
function entriesIn(path: string, tree: Module): ServiceFile {
  const functions = new Set<number>();
  const registrations = new Set<number>();
  walk(tree, {
    enter(node) {
      if (node.kind === 'FunctionDef' && routed(node.decorators)) functions.add(node.line);
      if (node.kind === 'ClassDef' && (routed(node.decorators) || handles(node)))
        for (const method of methodsOf(node)) functions.add(method.line);
      if (node.kind === 'Call' && ROUTED.test(dottedName(node.func) ?? '')) registrations.add(node.line);
      return undefined;
    },
  });
  return { path, functions, registrations };
}

const routed = (decorators: readonly Expr[]): boolean =>
  decorators.some((one) => ROUTE.test(dottedName(one.kind === 'Call' ? one.func : one) ?? ''));
const handles = ({ bases }: ClassDef): boolean => bases.some((base) => HANDLER.test(dottedName(base) ?? ''));
const methodsOf = ({ body }: ClassDef): FunctionDef[] => body.filter((one) => one.kind === 'FunctionDef');

async function libraryFolders(workspace: Workspace): Promise<string[]> {
  const projects = await workspace.mentioning(workspace.glob('**/{pyproject.toml,setup.cfg,setup.py}'), [
    'Intended Audience :: Developers',
    'Topic :: Software Development :: Libraries',
  ]);
  return projects.map((path) => path.slice(0, Math.max(0, path.lastIndexOf('/'))));
}
