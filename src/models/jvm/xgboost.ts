import { defineModel } from '../../core/workspace.js';
import { rMarkdownModels, rModels } from '../../languages/h2o/index.js';
import type { Call, Expr } from '../../languages/python/ast.js';
import { argument, importNames, qualifiedName } from '../../languages/python/names.js';
import { findAll } from '../../languages/python/walk.js';
import { pythonFiles } from '../artifacts/python-files.js';

const H2O = /^(?:h2o|pysparkling|ai\.h2o)\b/;
const XGBOOST = /(?:^|\.)H2OXGBoost(?:Estimator|Classifier|Regressor)?$/;
const AUTOML = /(?:^|\.)(?:H2OAutoML(?:Classifier|Regressor)?|H2OXGBoostGridSearch)$/;
const R_CALLS = new Set(['h2o.xgboost', 'h2o.automl']);

/** Whether something in the repository but its tests has H2O train XGBoost, whose matrices lie outside of the heap. AutoML does unless told not to. */
export const h2oTrainsXgboost = defineModel('h2o-xgboost', async (workspace): Promise<boolean> => {
  const isTest = (path: string): boolean => workspace.roles(path).has('test');
  for (const { path, tree } of await pythonFiles(workspace, ['H2OXGBoost', 'H2OAutoML'])) {
    if (isTest(path)) continue;
    const imports = importNames(tree);
    const trains = (call: Call): boolean => {
      const name = qualifiedName(call.func, imports) ?? '';
      return H2O.test(name) && (XGBOOST.test(name) || (AUTOML.test(name) && !leavesOut(call)));
    };
    if (findAll(tree, 'Call').some(trains)) return true;
  }
  for (const [globs, extractor] of [
    [['**/*.{r,R}'], rModels],
    [['**/*.{Rmd,rmd,qmd}'], rMarkdownModels],
  ] as const) {
    for (const path of await workspace.mentioning(workspace.glob(...globs), [...R_CALLS])) {
      const calls = isTest(path) ? [] : ((await workspace.facts(extractor, path)) ?? []);
      if (calls.some(({ text }) => R_CALLS.has(text))) return true;
    }
  }
  return false;
});

/** `exclude_algos=["XGBoost"]`, or `include_algos` without it; written out, or it does not count. */
function leavesOut(call: Call): boolean {
  const excluded = texts(argument(call, undefined, 'exclude_algos'));
  const included = texts(argument(call, undefined, 'include_algos'));
  const isXgboost = (name: string): boolean => name.toLowerCase() === 'xgboost';
  return excluded?.some(isXgboost) === true || (included !== undefined && !included.some(isXgboost));
}

function texts(list: Expr | undefined): string[] | undefined {
  if (list?.kind !== 'List' && list?.kind !== 'Tuple') return undefined;
  const found = list.elements.flatMap((item) => (item.kind === 'Str' ? [item.value] : []));
  return found.length === list.elements.length ? found : undefined;
}
