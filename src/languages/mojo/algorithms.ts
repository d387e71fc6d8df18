/**
 * What h2o-genmodel's reader of each algorithm knows and needs, read from its sources (release 3.46): the highest
 * `mojo_version` it accepts, keys it dereferences without a default, files it opens without asking.
 */
export interface Algorithm {
  /** As the reader's factory names it; aliases follow. */
  readonly names: readonly [string, ...string[]];
  readonly newest: number;
  readonly keys: readonly string[];
  readonly files: readonly string[];
  readonly trees?: 'shared' | 'extended';
  /** Holds other models in sub-folders. */
  readonly nested?: true;
}

const shared = (name: string, keys: readonly string[], ...aliases: string[]): Algorithm => ({
  names: [name, ...aliases],
  newest: 1.4,
  keys: ['n_trees', ...keys],
  files: [],
  trees: 'shared',
});

const plain = (
  name: string,
  newest: number,
  keys: readonly string[],
  files: readonly string[] = [],
  ...aliases: string[]
): Algorithm => ({
  names: [name, ...aliases],
  newest,
  keys,
  files,
});

const ALGORITHMS: readonly Algorithm[] = [
  shared('Gradient Boosting Machine', ['distribution', 'init_f'], 'Gradient Boosting Method'),
  shared('Distributed Random Forest', ['binomial_double_trees']),
  shared('Isolation Forest', []),
  shared('Uplift Distributed Random Forest', []),
  { names: ['Extended Isolation Forest'], newest: 1, keys: [], files: [], trees: 'extended' },
  plain('XGBoost', 1.1, ['nums', 'cats', 'use_all_factor_levels', 'sparse'], ['boosterBytes']),
  plain(
    'Deep Learning',
    1.1,
    ['mini_batch_size', 'nums', 'cats', 'use_all_factor_levels', 'activation', 'mean_imputation', 'distribution'],
    [],
    'deep learning',
  ),
  plain('Generalized Linear Modeling', 1, ['beta', 'family'], [], 'Generalized Linear Model'),
  plain(
    'Generalized Additive Model',
    1,
    ['family', 'num', 'numsCenter', 'total feature size'],
    ['_names_no_centering'],
  ),
  plain(
    'Generalized Low Rank Modeling',
    1.1,
    [
      'ncolA',
      'ncolY',
      'nrowY',
      'ncolX',
      'regularizationX',
      'gammaX',
      'initialization',
      'num_categories',
      'num_numeric',
    ],
    ['losses', 'archetypes'],
    'Generalized Low Rank Model',
  ),
  plain('K-means', 1, ['standardize', 'center_num']),
  plain(
    'Principal Components Analysis',
    1,
    ['use_all_factor_levels', 'k', 'ncats', 'nnums', 'eigenvector_size'],
    ['eigenvectors_raw'],
  ),
  plain('Word2Vec', 1, ['vocab_size', 'vec_size'], ['vectors', 'vocabulary']),
  plain(
    'Cox Proportional Hazards',
    1,
    ['coef', 'cats', 'use_all_factor_levels', 'strata_count'],
    ['x_mean_cat', 'x_mean_num'],
  ),
  plain('TargetEncoder', 1, ['with_blending'], ['feature_engineering/target_encoding/encoding_map.ini']),
  plain('Isotonic Regression', 1, [], ['calib/thresholds_x', 'calib/thresholds_y']),
  plain('Support Vector Machine (*Spark*)', 1, [
    'meanImputation',
    'weights',
    'interceptor',
    'defaultThreshold',
    'threshold',
  ]),
  { ...plain('RuleFit', 1, ['linear_model', 'submodel_count']), nested: true },
  { ...plain('Stacked Ensemble', 1.01, ['metalearner', 'submodel_count'], [], 'StackedEnsemble'), nested: true },
  { ...plain('k-LIME', 1, ['clustering_model', 'global_regression_model', 'submodel_count']), nested: true },
  { ...plain('MOJO Pipeline', 1, ['main_model', 'submodel_count']), nested: true },
];

const BY_NAME = new Map(ALGORITHMS.flatMap((algorithm) => algorithm.names.map((name) => [name, algorithm] as const)));

/** Undefined for an algorithm that no reader knows. */
export const algorithmNamed = (name: string): Algorithm | undefined => BY_NAME.get(name);

/** H2O-3 has no MOJO of these. */
export const WITHOUT_MOJO: ReadonlySet<string> = new Set([
  'Naive Bayes',
  'Singular Value Decomposition',
  'SVD',
  'AdaBoost',
  'HGLM',
  'Model Selection',
  'ANOVA GLM',
]);

/** `hex.ModelCategory`. */
export const CATEGORIES: ReadonlySet<string> = new Set(
  (
    'Unknown Binomial Multinomial Ordinal Regression HGLMRegression Clustering AutoEncoder DimReduction WordEmbedding CoxPH ' +
    'AnomalyDetection TargetEncoder BinomialUplift MultinomialUplift'
  ).split(' '),
);

/** Keys that the reader dereferences for every model. */
export const REQUIRED_KEYS = [
  'algorithm',
  'n_columns',
  'supervised',
  'category',
  'n_features',
  'n_classes',
  'balance_classes',
  'default_threshold',
  'mojo_version',
] as const;

/** Keys that today's writer always emits, and old ones did not. */
export const USUAL_KEYS = ['h2o_version', 'license', 'algo', 'endianness', 'uuid'] as const;
