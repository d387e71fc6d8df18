import type { Expr, Module } from '../../languages/python/ast.js';
import { dottedName, importNames, qualifiedName } from '../../languages/python/names.js';
import { walk } from '../../languages/python/walk.js';

type Call = Extract<Expr, { kind: 'Call' }>;

/** A byte search for what {@link predictionLines} recognises. */
export const PREDICTING = [
  '.predict',
  'mojo_predict',
  'h2o_predict',
  'score_row(',
  '.inference(',
  '.infer(',
  'invoke_endpoint(',
  'session.run(',
  'sess.run(',
];
const PREDICTS = new Set('predict predict_proba h2o_predict score_row inference infer invoke_endpoint'.split(' '));
const MOJO_PREDICTS = /^mojo_predict(?:_\w+)?$/;
/** `session.run(…)` of ONNX Runtime, by what the session is called: its class is rarely in sight. */
const SESSION = /(?:^|_)(?:sess|session)$/;

const LIBRARIES = new Set(
  (
    'h2o mlflow onnxruntime xgboost lightgbm catboost sklearn torch tensorflow keras daimojo bentoml transformers skops ' +
    'statsmodels prophet'
  ).split(' '),
);
const LOADERS = /^(?:joblib|pickle|cloudpickle|dill)\.loads?$/;
/** Names by which code speaks of a model that it did not build itself. */
const MODEL_NAME = /(?:^|_)mojo(?:_|$)|^(?:load_model|model_registry|InferenceSession|EasyPredictModelWrapper)$/i;

/** Where a file asks a model, by line; one that neither takes in a library of models nor loads one asks something else. */
export function predictionLines(tree: Module): readonly number[] {
  const imports = importNames(tree);
  const lines = new Set<number>();
  let models = [...imports].some(([local, target]) => isLibrary(local, target));
  walk(tree, {
    enter(node) {
      if (node.kind === 'Call') {
        if (predicts(node)) lines.add(node.line);
        // `run_in_threadpool(model.predict, rows)`: another one calls it.
        for (const given of node.args) if (given.kind === 'Attribute' && isPredict(given)) lines.add(given.line);
        models ||= LOADERS.test(qualifiedName(node.func, imports) ?? '');
      } else if (node.kind === 'Name') models ||= MODEL_NAME.test(node.id);
      else if (node.kind === 'Attribute') models ||= MODEL_NAME.test(node.attr);
      else if (node.kind === 'Param') models ||= MODEL_NAME.test(node.name);
      return undefined;
    },
  });
  return models || [...imports.keys()].some((name) => MODEL_NAME.test(name)) ? [...lines] : [];
}

/** `import joblib`, `from ray.train.torch import …`, and `from project.config import mlflow`, which only hands the library on. */
function isLibrary(local: string, target: string): boolean {
  const [root = '', ...rest] = target.split('.');
  if (LIBRARIES.has(root)) return true;
  return (
    rest.some((part) => part !== 'transformers' && part !== 'prophet' && LIBRARIES.has(part)) &&
    (root === 'ray' || rest.at(-1) === local)
  );
}

const isPredict = ({ attr }: Extract<Expr, { kind: 'Attribute' }>): boolean =>
  PREDICTS.has(attr) || MOJO_PREDICTS.test(attr);

function predicts({ func }: Call): boolean {
  if (func.kind !== 'Attribute') return MOJO_PREDICTS.test(dottedName(func) ?? '');
  if (isPredict(func)) return true;
  return func.attr === 'run' && SESSION.test((dottedName(func.value) ?? '').split('.').at(-1) ?? '');
}
