import type { Extractor } from '../../core/facts.js';
import { defineModel } from '../../core/workspace.js';
import { jvmModels, rMarkdownModels, rModels } from '../../languages/h2o/index.js';
import type { Call, Expr, Module } from '../../languages/python/ast.js';
import { argument, dottedName, type ImportNames } from '../../languages/python/names.js';
import { findAll } from '../../languages/python/walk.js';
import { modulesIn, type NameOf } from './module-names.js';
import { pythonFiles } from './python-files.js';

/** A call that trains, asks, keeps or loads an H2O model. */
export interface ModelCall {
  readonly path: string;
  readonly kind: 'train' | 'predict' | 'mojo' | 'binary' | 'load-binary';
  /** As it stands there: `h2o.save_model`. */
  readonly text: string;
  readonly line: number;
  readonly endLine: number;
  /** Of a MOJO export: does it bring the JAR? Undefined when that depends on something the call does not say. */
  readonly jar?: boolean | undefined;
  /** Literal end of the path that is written: `churn.bin`. */
  readonly target?: string;
  /** The file is a web application by itself: Streamlit, Shiny, Plumber and their kind. */
  readonly inApp?: boolean;
}

/** What the repository's Python, R and JVM code does with H2O models. */
export const modelCalls = defineModel('h2o-model-calls', async (workspace): Promise<readonly ModelCall[]> => {
  const found: ModelCall[] = [];
  for (const { path, tree, lineOf } of await pythonFiles(workspace, ['h2o', '_mojo'])) {
    for (const call of callsOf(tree)) {
      found.push({ ...call, line: lineOf(call.line), endLine: lineOf(call.endLine), path });
    }
  }
  for (const [globs, needles, extractor] of OTHERS) {
    for (const path of await workspace.mentioning(workspace.glob(...globs), needles)) {
      for (const call of (await workspace.facts(extractor, path)) ?? []) found.push({ ...call, path });
    }
  }
  return found;
});

const OTHERS: readonly (readonly [
  readonly string[],
  readonly string[],
  Extractor<readonly Omit<ModelCall, 'path'>[]>,
])[] = [
  [['**/*.{r,R}'], ['h2o.'], rModels],
  [['**/*.{Rmd,rmd,qmd}'], ['h2o.'], rMarkdownModels],
  [['**/*.{java,scala,kt,groovy}'], ['BinaryModel', 'H2OModel', 'ojo', 'MOJO'], jvmModels],
];

/** Frameworks whose script is a web application as a whole, without routes of its own. */
const APPS = /^(?:streamlit|gradio|dash|nicegui|chainlit|panel|taipy)\b/;

function callsOf(tree: Module): Omit<ModelCall, 'path'>[] {
  const { imports, named } = modulesIn(tree);
  const usesH2o = [...imports.values()].some((name) => /^(?:h2o|mlflow\.h2o|pysparkling|ai\.h2o)\b/.test(name));
  const own = new Set(findAll(tree, 'FunctionDef').map(({ name }) => name));
  const isApp = [...imports.values()].some((name) => APPS.test(name));
  const isModel = h2oModels(tree, named);
  return findAll(tree, 'Call').flatMap((call) => {
    const name = named(call.func) ?? (call.func.kind === 'Attribute' ? `.${call.func.attr}` : '');
    const read = (kind: ModelCall['kind'], more: Partial<ModelCall> = {}): Omit<ModelCall, 'path'>[] => [
      { kind, text: dottedName(call.func) ?? name, line: call.line, endLine: call.endLine, ...more },
    ];
    const last = name.slice(name.lastIndexOf('.') + 1);
    if (
      last === 'download_mojo' &&
      call.func.kind === 'Attribute' &&
      !own.has(last) &&
      !isHelper(call, imports) &&
      !isAssembly(call)
    )
      return read('mojo', mojoDetails(call));
    if (last === 'save_mojo' && call.func.kind === 'Attribute' && usesH2o)
      return read('mojo', { jar: undefined, ...targetOf(call) });
    if (/^h2o(?:\.h2o)?\.(?:save_model|download_model)$/.test(name) || /^mlflow\.h2o\.(?:log|save)_model$/.test(name))
      return read('binary');
    if (/^h2o(?:\.h2o)?\.(?:load_model|upload_model)$/.test(name) || name === 'mlflow.h2o.load_model')
      return read('load-binary', isApp ? { inApp: true } : {});
    if (last === 'download_model' && usesH2o && isModel(receiver(call), call.line)) return read('binary');
    if (/^(?:pickle|joblib|dill|cloudpickle)\.dump$/.test(name) && isModel(dottedName(call.args[0]) ?? '', call.line))
      return read('binary');
    if (last === 'train' && (isModel(receiver(call), call.line) || (usesH2o && namesFrame(call)))) return read('train');
    if (last === 'predict' && isModel(receiver(call), call.line)) return read('predict');
    return [];
  });
}

/** `train(training_frame=…)` is H2O's, whatever the estimator hides behind. */
const namesFrame = ({ keywords }: Call): boolean => keywords.some(({ name }) => name === 'training_frame');

/** An `H2OAssembly` writes its steps as a MOJO of its own kind; only its method has a `file_name`, and none has a JAR. */
const isAssembly = ({ keywords }: Call): boolean => keywords.some(({ name }) => name === 'file_name');

/** `utils.download_mojo(…)` of an imported module that is not H2O's. */
const isHelper = ({ func }: Call, imports: ImportNames): boolean => {
  const module = func.kind === 'Attribute' ? imports.get(dottedName(func.value) ?? '') : undefined;
  return module !== undefined && !/^h2o\b/.test(module);
};

const receiver = (call: Call): string => (call.func.kind === 'Attribute' ? (dottedName(call.func.value) ?? '') : '');

/** Functions of the client whose answer is a model, and `aml.get_best_model(…)`. */
const GIVES_MODEL = /^h2o(?:\.h2o)?\.(?:get_model|load_model|upload_model|import_mojo)$|\.get_best_model$/;

/** Does a name, used at a line, stand for an H2O estimator or the leader of an AutoML run? */
type IsModel = (name: string, line: number) => boolean;

/** Names are those of the innermost function; `self.x` holds in the whole file, and so do names bound outside functions. */
function h2oModels(tree: Module, named: NameOf): IsModel {
  const functions = findAll(tree, 'FunctionDef');
  const scopeAt = (line: number): number =>
    functions.findLastIndex((scope) => scope.line <= line && line <= scope.endLine);
  const names = new Set<string>();
  const key = (name: string, line: number): string => `${name.startsWith('self.') ? -1 : scopeAt(line)} ${name}`;
  const known: IsModel = (name, line) => names.has(key(name, line)) || names.has(`-1 ${name}`);
  for (const { targets, value, line } of findAll(tree, 'Assign')) {
    const target = dottedName(targets[0]);
    const made = value.kind === 'Call' ? (named(value.func) ?? dottedName(value.func)) : undefined;
    if (target === undefined) continue;
    if (made !== undefined && /^h2o\..*\bH2O\w*(?:Estimator|AutoML)$/.test(made)) {
      names.add(key(target, line));
      if (made.endsWith('AutoML')) names.add(key(`${target}.leader`, line));
    } else if (made !== undefined && GIVES_MODEL.test(made)) names.add(key(target, line));
    else if (known(dottedName(value) ?? '', line)) names.add(key(target, line));
    else names.delete(key(target, line));
  }
  return known;
}

function mojoDetails(call: Call): Partial<ModelCall> {
  const spread =
    call.keywords.some(({ name }) => name === undefined) || call.args.some(({ kind }) => kind === 'Starred');
  const given = argument(call, 1, 'get_genmodel_jar');
  const jar = given === undefined ? (spread ? undefined : false) : given.kind === 'Bool' ? given.value : undefined;
  return { jar, ...targetOf(call) };
}

/** The last part of a path that is written out, when that part is. */
function targetOf(call: Call): { target?: string } {
  const path = argument(call, 0, 'path');
  const text = path && literalEnd(path);
  return text === undefined ? {} : { target: text.split('/').at(-1) ?? text };
}

function literalEnd(expr: Expr): string | undefined {
  if (expr.kind === 'Str') return expr.value;
  if (expr.kind === 'FString') {
    const last = expr.parts.at(-1);
    return last?.kind === 'Str' ? last.value : undefined;
  }
  if (expr.kind === 'BinOp' && (expr.op === '+' || expr.op === '/')) return literalEnd(expr.right);
  if (expr.kind === 'Call' && /(?:^|\.)(?:join|str)$/.test(dottedName(expr.func) ?? '')) {
    const last = expr.args.at(-1);
    return last && literalEnd(last);
  }
  return undefined;
}
