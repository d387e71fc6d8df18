import { defineModel } from '../../core/workspace.js';
import type { Call, Expr, Module } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import { argument, dottedName, importNames, qualifiedName, type ImportNames } from '../../languages/python/names.js';
import { findAll } from '../../languages/python/walk.js';
import type { Place } from './model.js';

/** A value in a call, as far as the file tells. `environment` names the variable that decides, `text` is then its default. */
export interface Given {
  readonly text: string | undefined;
  readonly environment?: string;
}

/** `h2o.init(…)` that starts a JVM in the process's own container. */
export interface H2oStart {
  readonly at: Place;
  readonly max: Given | undefined;
  /** Where the size stands. */
  readonly maxAt: Place;
}

/** A connection pool with a size of its own. */
export interface PoolUse {
  readonly at: Place;
  readonly size: Given;
  readonly overflow: Given | undefined;
  readonly kind: 'sqlalchemy' | 'driver';
}

/** What one Python file does that matters to the container it runs in. */
export interface PythonUse {
  readonly h2o: readonly H2oStart[];
  readonly pools: readonly PoolUse[];
  /** `joblib.load` at a line: a model is loaded. */
  readonly models: readonly { readonly at: Place; readonly text: string }[];
  /** It makes a web or RPC application. */
  readonly serves: boolean;
}

const NEEDLES = [
  'h2o',
  'create_engine',
  'create_async_engine',
  'create_pool',
  'ConnectionPool',
  '.load',
  'mojo_predict',
  'WhisperModel',
  'Llama',
  'YOLO',
  'LLM',
  'load_model',
  'InferenceSession',
  'from_pretrained',
  'FastAPI',
  'Flask',
  'Starlette',
  'Litestar',
  'Sanic',
  'grpc',
  'Booster',
  'SentenceTransformer',
  'import_mojo',
  'upload_mojo',
  'pipeline(',
];

/** Of every Python file that does any of it. */
export const pythonUse = defineModel('python-use', async (workspace): Promise<ReadonlyMap<string, PythonUse>> => {
  const found = new Map<string, PythonUse>();
  const paths = workspace.glob('**/*.py').filter((path) => !workspace.roles(path).has('test'));
  for (const path of await workspace.mentioning(paths, NEEDLES)) {
    const facts = await workspace.facts(pythonModule, path);
    if (facts !== undefined) found.set(path, useOf(facts.tree, path));
  }
  return found;
});

const SERVES =
  /^(?:fastapi\.FastAPI|fastapi\.applications\.FastAPI|flask\.Flask|starlette\.applications\.Starlette|litestar\.Litestar|sanic\.Sanic|quart\.Quart|aiohttp\.web\.Application|robyn\.Robyn|bentoml\.Service|grpc\.(?:aio\.)?server)$/;
const LOADS =
  /^(?:h2o(?:\.h2o)?\.(?:import_mojo|upload_mojo|load_model|mojo_predict_\w+)|mlflow\.(?:\w+\.)?load_model|joblib\.load|skops\.io\.load|onnxruntime\.InferenceSession|(?:keras|tensorflow\.keras)\.(?:models|saving)\.load_model|tensorflow\.saved_model\.load|torch\.(?:jit\.)?load|sentence_transformers\.(?:SentenceTransformer|CrossEncoder)|transformers\.pipeline|(?:transformers|diffusers)\.\w+\.from_pretrained|lightgbm\.Booster|xgboost\.Booster|fasttext\.load_model|spacy\.load|whisper\.load_model|faster_whisper\.WhisperModel|llama_cpp\.Llama|vllm\.(?:LLM|AsyncLLMEngine\.\w+)|ultralytics\.YOLO|daimojo\.model)$/;
const ENGINES = /^sqlalchemy\.(?:\w+\.)*create_(?:async_)?engine$|^sqlmodel\.create_engine$/;
const DRIVER_POOLS = /^(?:asyncpg\.create_pool|psycopg_pool\.(?:Async)?ConnectionPool|aiopg\.create_pool)$/;

function useOf(tree: Module, path: string): PythonUse {
  const imports = importNames(tree);
  const constants = constantsOf(tree);
  const boosts = [...imports.values()].some((module) => /^(?:xgboost|catboost|lightgbm)\b/.test(module));
  const calls = findAll(tree, 'Call').map((call) => ({ call, name: qualifiedName(call.func, imports) ?? '' }));
  const at = ({ line, endLine }: Pick<Call, 'line' | 'endLine'>): Place => ({ path, line, endLine });
  const given = (call: Call, position: number | undefined, ...names: string[]): Given | undefined => {
    const value = argument(call, position, ...names);
    return value === undefined || value.kind === 'None' ? undefined : evaluated(value, imports, constants);
  };
  return {
    h2o: calls.flatMap(({ call, name }) => {
      if (name !== 'h2o.init' || !startsHere(call)) return [];
      const size = argument(call, undefined, 'max_mem_size', 'max_mem_size_GB');
      return [
        { at: at(call), max: given(call, undefined, 'max_mem_size', 'max_mem_size_GB'), maxAt: at(size ?? call) },
      ];
    }),
    pools: calls.flatMap(({ call, name }): PoolUse[] => {
      const kind = ENGINES.test(name) ? 'sqlalchemy' : DRIVER_POOLS.test(name) ? 'driver' : undefined;
      const size =
        kind &&
        given(
          call,
          undefined,
          kind === 'sqlalchemy' ? 'pool_size' : 'max_size',
          ...(name.startsWith('aiopg') ? ['maxsize'] : []),
        );
      return kind && size ? [{ at: at(call), size, overflow: given(call, undefined, 'max_overflow'), kind }] : [];
    }),
    models: calls.flatMap(({ call, name }) =>
      LOADS.test(name) || (boosts && name.endsWith('.load_model')) ? [{ at: at(call), text: name }] : [],
    ),
    serves: calls.some(({ name }) => SERVES.test(name)),
  };
}

/** With an address of another host, or a connection to one, nothing is started. */
function startsHere(call: Call): boolean {
  if (argument(call, 0, 'url') !== undefined || call.keywords.some(({ name }) => name === undefined)) return false;
  const start = argument(call, undefined, 'start_h2o');
  if (start?.kind === 'Bool' && !start.value) return false;
  const host = argument(call, 1, 'ip');
  return (
    host === undefined ||
    host.kind === 'None' ||
    (host.kind === 'Str' && /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0)$/.test(host.value))
  );
}

/** Names that a module sets once, at its top. */
function constantsOf(tree: Module): ReadonlyMap<string, Expr> {
  const constants = new Map<string, Expr>();
  for (const statement of tree.body) {
    const target = statement.kind === 'Assign' ? dottedName(statement.targets[0]) : undefined;
    if (statement.kind === 'Assign' && target !== undefined) constants.set(target, statement.value);
  }
  return constants;
}

function evaluated(expr: Expr, imports: ImportNames, constants: ReadonlyMap<string, Expr>, depth = 0): Given {
  if (expr.kind === 'Str') return { text: expr.value };
  if (expr.kind === 'Num') return { text: Number.isFinite(expr.value) ? String(expr.value) : undefined };
  const named = expr.kind === 'Name' ? constants.get(expr.id) : undefined;
  if (named !== undefined && depth < 3) return evaluated(named, imports, constants, depth + 1);
  if (expr.kind === 'Subscript' && qualifiedName(expr.value, imports) === 'os.environ' && expr.index.kind === 'Str')
    return { text: undefined, environment: expr.index.value };
  if (expr.kind !== 'Call') return { text: undefined };
  const name = qualifiedName(expr.func, imports) ?? '';
  const [first, fallback] = expr.args;
  if (/^(?:int|str)$/.test(name) && first !== undefined && depth < 3)
    return evaluated(first, imports, constants, depth + 1);
  if (!/^os\.(?:getenv|environ\.get)$/.test(name) || first?.kind !== 'Str') return { text: undefined };
  const text = fallback === undefined ? undefined : evaluated(fallback, imports, constants, depth + 1).text;
  return { text, environment: first.value };
}

/** What a value comes to in a container: its variable there, else the default in the code. */
export function inContainer(
  given: Given,
  environment: ReadonlyMap<string, { readonly value: string | undefined }>,
): string | undefined {
  const variable = given.environment === undefined ? undefined : environment.get(given.environment);
  return variable === undefined ? given.text : variable.value;
}
