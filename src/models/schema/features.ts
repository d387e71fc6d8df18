import picomatch from 'picomatch';
import type { Settings } from '../../core/settings.js';
import { baseType } from '../../languages/sql/index.js';
import type { TableName } from '../../languages/sql/index.js';

/** What the judgement needs of a table: migrated, declared by an ORM, or only named in a query (no columns). */
export interface TableShape {
  readonly name: TableName;
  readonly columns: Iterable<{ readonly name: string; readonly type: string }>;
}

/** Patterns that come with the tool: a name that matches one of them needs evidence beside it. A name the user gave does not. */
const BUILT_IN = new Set(['feature*', '*_features', 'feature_values', 'fs_*']);

/** Columns of what products and plans call features: flags, price lists, marketing. */
const PRODUCT =
  /^(is_)?(enabled|active|featured|visible|published)$|^(title|description|slug|icon|price|price_\w+|plan|plan_id|tier|tier_id|sort_order|position|display_order|rollout\w*|votes?|upvotes?|status|image_url|label|locale|image|summary|headline)$/;

/** Tables about features rather than of them: definitions, registries, statistics, jobs. */
const ABOUT_FEATURES =
  /^features?_(definitions?|registr(y|ies)|sets?|groups?|views?|metadata|catalog(ue)?|importances?|types?|schemas?|configs?|configurations?|specs?|names?|tags?|lineage|stat(s|istics)|services?|jobs?|runs?|requests?|versions?|usages?|access|limits?|categor(y|ies)|permissions?|settings?|overrides?|audit\w*|descriptions?|translations?|rankings?|selections?|correlations?|drifts?|drift_\w+|analys[ei]s)$/;

/** What a platform writes down about its own work: `feature_training_lineage`, `feature_dataset_quality`. */
const ABOUT_WORK =
  /^features?_(\w+_)?(lineage|quality|registry|definitions?|metadata|importances?|statistics|monitoring|metrics|eval|evaluations?|backfills?|materializations?)$/;

const ENTITY_KEY = /(^|_)(id|key|uuid|guid|entity|sku|hash)$|^entity/;
const NUMERIC = /^(numeric|real|double precision|float\w*)$/;
const VECTOR = /^(vector|halfvec|sparsevec)$/;
const JSON_TYPE = /^jsonb?$/;

const STRONG_COLUMN =
  /^(feature_vector|feature_values?|features_json|feature_json|feature_data|feature_payload|feature_set\w*|feature_name|feature_view|feature_group|entity_id|entity_key|event_time|event_ts|event_timestamp|observed_at|as_of|valid_from|model_version|computed_at|created_timestamp)$/;

/** `entityId`, as Prisma and Hibernate name what others call `entity_id`. */
export const snakeCase = (name: string): string => name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();

/**
 * Whether a table holds features for models. By name and by evidence: a table called `features` may hold feature flags,
 * and a `feature_vector` may stand in a table that is called something else. Names the user configured win.
 */
export function isFeatureTable(table: TableShape, settings: Settings): boolean {
  const { include, exclude } = settings.featureTables;
  const name = snakeCase(table.name.name);
  const columns = [...table.columns].map((column) => ({ ...column, name: snakeCase(column.name), type: column.type }));
  const qualified = `${table.name.schema ?? 'public'}.${name}`;
  const matches = (patterns: readonly string[]): boolean =>
    patterns.length > 0 &&
    [name, table.name.name.toLowerCase(), qualified].some((text) => picomatch.isMatch(text, [...patterns]));
  if (matches(exclude) || name.startsWith('featured')) return false;
  if (matches(include.filter((pattern) => !BUILT_IN.has(pattern)))) return true;
  if (ABOUT_FEATURES.test(name) || ABOUT_WORK.test(name)) return false;
  return matches(include) ? hasEvidence(columns) : hasStrongEvidence(columns);
}

/** By name alone, for a table that no file of the repository makes: only names that mean one thing. */
export function isFeatureTableName(name: string, settings: Settings): boolean {
  const { include, exclude } = settings.featureTables;
  const lower = name.toLowerCase();
  const own = include.filter((pattern) => !BUILT_IN.has(pattern));
  if (exclude.length > 0 && picomatch.isMatch(lower, [...exclude])) return false;
  if (own.length > 0 && picomatch.isMatch(lower, own)) return true;
  return (
    include.length > 0 &&
    picomatch.isMatch(lower, [...include]) &&
    /^(feature_(values?|stores?|vectors?|history|snapshots?|data)|\w+_feature_(values?|vectors?|history)|fs_\w+|(customer|user|entity|account|transaction|risk|item|device|session|merchant|driver)_features)$/.test(
      lower,
    )
  );
}

type Columns = readonly { readonly name: string; readonly type: string }[];

/** An entity key, and JSON, vector or numeric values; not the columns of a product's feature list. */
function hasEvidence(columns: Columns): boolean {
  const strong = columns.some((column) => STRONG_COLUMN.test(column.name));
  const products = columns.filter((column) => PRODUCT.test(column.name)).length;
  const keyed = columns.some((column) => ENTITY_KEY.test(column.name));
  return keyed && columns.some(holdsValues) && (strong || products === 0);
}

const holdsValues = (column: { name: string; type: string }): boolean => {
  const type = baseType(column.type).replace(/(\[\])+$/, '');
  return JSON_TYPE.test(type) || VECTOR.test(type) || NUMERIC.test(type) || /^(feature_)?values?$/.test(column.name);
};

/** A JSON or vector `feature_vector` beside a key, or `features` beside what only a feature store keeps. */
function hasStrongEvidence(columns: Columns): boolean {
  const values = columns.filter((column) => JSON_TYPE.test(column.type) || VECTOR.test(baseType(column.type)));
  const keyed = columns.some((column) => ENTITY_KEY.test(column.name));
  if (!keyed) return false;
  if (values.some((column) => column.name === 'feature_vector' || column.name === 'feature_values')) return true;
  // A log of predictions holds the features it was given and the version of the model; it serves no features.
  const store = columns.filter((column) => STRONG_COLUMN.test(column.name) && column.name !== 'model_version').length;
  return store >= 1 && values.some((column) => column.name === 'features');
}
