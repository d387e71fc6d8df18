import type { Expr, FunctionDef, Module } from '../../languages/python/ast.js';
import { dottedName } from '../../languages/python/names.js';
import { walk } from '../../languages/python/walk.js';

/** Where a file measures how far data has moved from what the model was trained on. */
export interface DriftMeasure {
  readonly line: number;
  readonly how: 'psi' | 'evidently' | 'other';
  /** What is used: "its own PSI in population_stability()", "evidently", "scipy.stats.ks_2samp". */
  readonly what: string;
  /** The function around it. */
  readonly functionName?: string;
}

/** Index of a population's stability: a sum of (actual − expected) · ln(actual / expected). */
function isPsiTerm(expr: Expr): boolean {
  if (expr.kind !== 'BinOp' || expr.op !== '*') return false;
  return (isDifference(expr.left) && isLogRatio(expr.right)) || (isDifference(expr.right) && isLogRatio(expr.left));
}

const isDifference = (expr: Expr): boolean => expr.kind === 'BinOp' && expr.op === '-';

function isLogRatio(expr: Expr): boolean {
  if (expr.kind === 'BinOp' && expr.op === '-') return isLog(expr.left) && isLog(expr.right);
  if (!isLog(expr) || expr.kind !== 'Call') return false;
  const [ratio] = expr.args;
  return ratio?.kind === 'BinOp' && ratio.op === '/'
    ? true
    : ratio?.kind === 'Call' && (dottedName(ratio.func) ?? '').endsWith('divide');
}

const isLog = (expr: Expr): boolean => expr.kind === 'Call' && /(^|\.)(log|ln)$/.test(dottedName(expr.func) ?? '');

const EVIDENTLY =
  /^(DataDriftPreset|DataDriftTable|DatasetDriftMetric|ColumnDriftMetric|ValueDrift|DriftedColumnsCount|TargetDriftPreset|EmbeddingsDriftMetric)$/;
const LIBRARIES: readonly (readonly [RegExp, string])[] = [
  [
    /(^|\.)(ks_2samp|wasserstein_distance|chisquare|chi2_contingency|epps_singleton_2samp|anderson_ksamp|jensenshannon)$/,
    'scipy',
  ],
  [/(^|\.)(UnivariateDriftCalculator|DataReconstructionDriftCalculator|MultivariateDriftCalculator)$/, 'nannyml'],
  [/(^|\.)(KSDrift|MMDDrift|ChiSquareDrift|TabularDrift|LSDDDrift|ClassifierDrift)$/, 'alibi-detect'],
  [/(^|\.)(FeatureDrift|TrainTestFeatureDrift|MultivariateDrift)$/, 'deepchecks'],
  [/(^|\.)(ADWIN|PageHinkley|KSWIN)$/, 'river'],
];

/** All places in a file, found by formula and by name. */
export function driftMeasures(tree: Module): DriftMeasure[] {
  const found: DriftMeasure[] = [];
  const functions: FunctionDef[] = [];
  walk(tree, {
    enter(node) {
      if (node.kind === 'FunctionDef') functions.push(node);
      const around = (): { functionName?: string } => {
        const inner = functions.findLast(({ line, endLine }) => node.line >= line && node.endLine <= endLine);
        return inner ? { functionName: inner.name } : {};
      };
      if (node.kind === 'BinOp' && isPsiTerm(node)) {
        const where = around();
        found.push({
          line: node.line,
          how: 'psi',
          what: `its own PSI${where.functionName === undefined ? '' : ` in ${where.functionName}()`}`,
          ...where,
        });
      }
      if (node.kind !== 'Call') return undefined;
      const name = dottedName(node.func) ?? '';
      const short = name.split('.').at(-1) ?? '';
      if (EVIDENTLY.test(short))
        found.push({ line: node.line, how: 'evidently', what: `evidently's ${short}`, ...around() });
      const library = LIBRARIES.find(([pattern]) => pattern.test(name));
      if (library) found.push({ line: node.line, how: 'other', what: `${library[1]}'s ${short}`, ...around() });
      return undefined;
    },
  });
  return found;
}
