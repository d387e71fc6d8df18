import { z } from 'zod';
import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { baseType, tableLabel } from '../../languages/sql/index.js';
import { schemaModel } from '../../models/schema/index.js';
import { primaryKey } from '../../models/schema/index.js';
import type { Column, Table } from '../../models/schema/index.js';

const options = z.strictObject({
  /** Feature-like columns that an entity table may have. */
  threshold: z.number().int().min(1).default(5),
});

export const featureColumnSprawl = defineCheck({
  id: 'log/feature-column-sprawl',
  task: 'Decision 2',
  severity: 'warn',
  flags: 'Flags entity tables that grow a column for every feature instead of keeping features in JSONB.',
  why: `Decision 2: entities are relational, features are JSONB. Features come and go with every model version; as columns each of them is an ALTER TABLE on the busiest table, a deployment
that has to go out in step, and a row that every reader of the entity drags along. And there is no event time for any of them.

A column counts when its name says that it is derived: \`orders_30d\`, \`avg_basket\`, \`churn_score\`, \`feat_…\`.`,
  reference: 'hybrid_schema',
  options,
  examples: {
    bad: [
      {
        title: 'six features on the customer',
        files: {
          'migrations/001.sql':
            'CREATE TABLE customers (\n  id bigint PRIMARY KEY,\n  email text NOT NULL,\n  orders_7d integer,\n  orders_30d integer,\n  avg_basket_90d numeric,\n  churn_score double precision,\n  feat_clicks_lag_1 integer,\n  sessions_count_30d integer\n);\n',
        },
      },
    ],
    good: [
      {
        title: 'an ordinary entity',
        files: {
          'migrations/001.sql':
            'CREATE TABLE customers (\n  id bigint PRIMARY KEY,\n  email text NOT NULL,\n  credit_limit numeric,\n  score integer,\n  login_count integer\n);\n',
        },
      },
    ],
  },
  async run(context) {
    const schema = await context.model(schemaModel);
    if (schema.tables.length === 0) return 'not-applicable';
    return schema.principal.flatMap((table) => judge(table, context.options.threshold));
  },
});

/** A window, an aggregate over one, a lag, a model's score, or a prefix that says it. */
const DERIVED =
  /(^|_)(\d+(d|day|days|h|hr|hours?|w|wk|weeks?|m|mo|months?|y)|last_\d+\w*|lag_?\d+|rolling\w*|ewma?|zscore|z_score|log1p|onehot|encoded|embedding)(_|$)|(^|_)(avg|mean|std|stddev|median|sum|cnt|ratio|pct|rate|recency|frequency)_\w*(\d+d|per_|_over_)\w*|_(churn|risk|fraud|propensity|ltv|rfm|credit|lead)_score$|^(churn|risk|fraud|propensity|ltv|rfm|lead)_score$/;
const VALUE = /^(numeric|real|double precision|integer|bigint|smallint|boolean|vector|halfvec)$/;

const PREFIXED = /^(feat|feature|ft|f)_\w+/;

/** `feature_exports boolean`, `feature_exports_max int`: what a customer's plan includes. */
const holdsProductSwitches = (table: Table): boolean =>
  [...table.columns.values()].some(({ name, type }) => type === 'boolean' && name.startsWith('feature_'));

function derivedColumns(table: Table): Column[] {
  const prefixCounts = !holdsProductSwitches(table);
  return [...table.columns.values()].filter(
    ({ name, type }) => VALUE.test(baseType(type)) && (DERIVED.test(name) || (prefixCounts && PREFIXED.test(name))),
  );
}

function judge(table: Table, threshold: number): FindingDraft[] {
  const columns = derivedColumns(table);
  if (columns.length <= threshold || primaryKey(table).length === 0 || hasTime(table)) return [];
  const label = tableLabel(table.name);
  const last = columns.at(-1);
  const { path, line } = last?.origin ?? table.origin;
  const names = columns.map((column) => `\`${column.name}\``);
  return [
    {
      location: { path, startLine: line, endLine: line },
      message: `\`${label}\` keeps ${String(columns.length)} features as columns (${names.slice(0, 6).join(', ')}${names.length > 6 ? ', …' : ''}; more than ${String(threshold)}).`,
      consequence:
        'Every new feature is an ALTER TABLE on an entity table, none of them has an event time, and each model version leaves columns behind.',
      evidence: `${label} feature columns`,
      trace: [{ path: table.origin.path, line: table.origin.line, label: `${label} is made here` }],
    },
  ];
}

/** A row per moment is a time series, not an entity. */
const hasTime = (table: Table): boolean =>
  primaryKey(table).some((column) => /(^|_)(time|timestamp|ts|date|day|hour|month|week|year|period|at)$/.test(column));
