import picomatch from 'picomatch';

/** Names of JSON columns that hold features, in feature tables. */
export const FEATURE_COLUMNS: readonly string[] = ['feature*', '*_features', 'payload', 'values', 'attributes'];

export const isFeatureColumnName = (name: string, patterns: readonly string[] = FEATURE_COLUMNS): boolean =>
  picomatch.isMatch(name.toLowerCase(), [...patterns]);
