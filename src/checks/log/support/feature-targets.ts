import type { Settings } from '../../../core/settings.js';
import type { TableName } from '../../../languages/sql/index.js';
import { CLASS_PREFIX } from '../../../languages/sqlalchemy/index.js';
import { isFeatureTable, isFeatureTableName, snakeCase } from '../../../models/schema/features.js';
import type { Schema, Table } from '../../../models/schema/index.js';

export interface FeatureTarget {
  readonly label: string;
  /** Empty when no file of the repository makes the table; it is then judged by its name. */
  readonly tables: readonly Table[];
}

/** The feature table that a name in a query means; undefined when it means another. */
export function featureTarget(schema: Schema, name: TableName, settings: Settings): FeatureTarget | undefined {
  const tables = schema.meant(name);
  if (tables.length > 0) {
    const feature = tables.find((table) =>
      isFeatureTable({ name: table.name, columns: table.columns.values() }, settings),
    );
    return feature === undefined ? undefined : { label: feature.name.name, tables };
  }
  if (name.name.startsWith(CLASS_PREFIX)) return undefined;
  return isFeatureTableName(name.name, settings) ? { label: name.name, tables } : undefined;
}

/** Tables that keep the latest value only, beside a history: overwriting them is what they are for. */
export const keepsLatestOnly = (name: string): boolean =>
  /(^|_)(online|latest|current|serving|cache|staging|stage|stg|tmp|temp)(_|$)/.test(name);

/** Names that count as event time in a key or a bound, beside the configured ones. */
export const isTimeColumn = (name: string, settings: Settings): boolean =>
  settings.logical.eventTime.includes(name) ||
  /(^|_)(time|timestamp|ts|date|day|at|valid_from|valid_to|as_of|snapshot\w*)$/.test(snakeCase(name));
