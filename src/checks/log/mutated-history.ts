import { defineCheck } from '../../core/check.js';
import type { CheckContext } from '../../core/check.js';
import type { FindingDraft, Severity } from '../../core/types.js';
import type { QueryFacts } from '../../languages/sql/index.js';
import { ANY_COLUMN } from '../../languages/sqlalchemy/index.js';
import { pythonFiles } from '../../models/schema/declared.js';
import { primaryKey, schemaModel } from '../../models/schema/index.js';
import type { Schema } from '../../models/schema/index.js';
import { queriesModel } from '../../models/schema/queries.js';
import type { LocatedQuery } from '../../models/schema/queries.js';
import { featureTarget, isTimeColumn, keepsLatestOnly } from './support/feature-targets.js';
import type { FeatureTarget } from './support/feature-targets.js';

type Context = CheckContext<undefined>;

export const mutatedHistory = defineCheck({
  id: 'log/mutated-history',
  task: 'LEAD-LOG-01-02',
  severity: 'block',
  flags:
    'Flags statements that change or remove rows of a feature table: UPDATE, DELETE, TRUNCATE, overwriting upserts, `to_sql(if_exists="replace")`, rows that an ORM session changes, merges or deletes, ORM cascades.',
  why: `A feature table is append-only (SCD type 2): a new value is a new row with a new event time. A model trained last month can then be explained and trained again on what was known then.
One UPDATE makes that impossible, and nothing shows that it happened.

Not flagged: the close-out of an SCD type 2 row (\`SET valid_to = … WHERE … valid_to IS NULL\`), an upsert whose conflict key holds the event time, tables that keep the latest value only
(\`*_online\`, \`*_latest\`). A backfill of a column that the same migration adds is a warning; erasing one entity is a note. For retention, drop partitions. Statements in triggers, functions and \`DO\` blocks count.

Sources: [Slowly changing dimensions, type 2](https://en.wikipedia.org/wiki/Slowly_changing_dimension#Type_2:_add_new_row).`,
  reference: 'time_travel',
  examples: {
    bad: [
      {
        title: 'overwriting a value',
        files: {
          'migrations/001.sql':
            'CREATE TABLE feature_values (\n  entity_id bigint NOT NULL,\n  event_time timestamptz NOT NULL,\n  payload jsonb NOT NULL,\n  PRIMARY KEY (entity_id, event_time)\n);\nCREATE INDEX ON feature_values USING gin (payload);\n',
          'app/store.py': 'SAVE = "UPDATE feature_values SET payload = %s WHERE entity_id = %s"\n',
        },
      },
    ],
    good: [
      {
        title: 'appending, and closing the row before',
        files: {
          'migrations/001.sql':
            'CREATE TABLE feature_values (\n  entity_id bigint NOT NULL,\n  valid_from timestamptz NOT NULL,\n  valid_to timestamptz,\n  payload jsonb NOT NULL\n);\nCREATE INDEX ON feature_values USING gin (payload);\n',
          'app/store.py':
            'CLOSE = "UPDATE feature_values SET valid_to = now() WHERE entity_id = %s AND valid_to IS NULL"\nAPPEND = "INSERT INTO feature_values (entity_id, valid_from, payload) VALUES (%s, now(), %s)"\n',
        },
      },
    ],
  },
  async run(context) {
    const schema = await context.model(schemaModel);
    const queries = await context.model(queriesModel);
    const found = queries.flatMap((located) => judge(schema, located, context));
    return [...found, ...(await cascades(schema, context))];
  },
});

function judge(schema: Schema, located: LocatedQuery, context: Context): FindingDraft[] {
  const { query, path } = located;
  if (query.target === undefined || !changesRows(query)) return [];
  const target = featureTarget(schema, query.target, context.settings);
  if (target === undefined || keepsLatestOnly(query.target.name) || keepsLatestOnly(target.label)) return [];
  if (query.loadedRow === true && !assignsColumn(query, target)) return [];
  if (isCloseOut(query) || isVersionedUpsert(query, target, context)) return [];
  const severity = milder(located, target, context);
  return [
    {
      location: { path, startLine: query.line, endLine: query.line },
      message: `${verb(query)} on the feature table \`${target.label}\`: its history is append-only.`,
      consequence:
        'What a model was trained on can no longer be reproduced, and point-in-time joins return values that were not known then.',
      evidence:
        `${verb(query)} ${target.label} ${query.assignments.map(({ column }) => column).join(',')} ${query.predicates.map(({ left, operator }) => `${left.expression} ${operator}`).join(' and ')}`.slice(
          0,
          300,
        ),
      ...(severity === undefined ? {} : { severity }),
    },
  ];
}

const changesRows = (query: QueryFacts): boolean =>
  query.kind === 'update' ||
  query.kind === 'delete' ||
  query.kind === 'truncate' ||
  (query.kind === 'merge' && query.assignments.length > 0) ||
  query.conflict?.action === 'update';

/** A row may hold more in Python than the table's columns. */
const assignsColumn = (query: QueryFacts, target: FeatureTarget): boolean =>
  query.assignments.some(
    ({ column }) => column === ANY_COLUMN || target.tables.some((table) => table.columns.has(column)),
  );

const verb = (query: QueryFacts): string =>
  query.conflict?.onPrimaryKey === true
    ? 'merge (UPDATE of a row that is there)'
    : query.conflict === undefined
      ? query.kind === 'truncate'
        ? 'TRUNCATE (or replace)'
        : query.kind.toUpperCase()
      : 'ON CONFLICT DO UPDATE';

const CLOSING =
  /^(valid_to|valid_until|end_date|end_time|ended_at|effective_to|expired_at|is_current|is_active|current|active|updated_at|superseded_(at|by))$/;
const OPEN_ROW =
  /^(valid_to|valid_until|end_date|end_time|ended_at|effective_to|expired_at|is_current|is_active|current|active|superseded_(at|by))$/;

/** SCD type 2: only the end of validity is set, and only on the row that is still open. */
function isCloseOut(query: QueryFacts): boolean {
  if (query.kind !== 'update' && query.kind !== 'merge') return false;
  const sets = query.assignments.map(({ column }) => column);
  if (sets.length === 0 || !sets.every((column) => CLOSING.test(column))) return false;
  return (
    query.kind === 'merge' ||
    query.loadedRow === true ||
    query.predicates.some(({ left }) => OPEN_ROW.test(left.column?.name ?? left.expression))
  );
}

/** The key that conflicts holds the time: the row that is overwritten is the same observation. */
function isVersionedUpsert(query: QueryFacts, target: FeatureTarget, context: Context): boolean {
  if (query.conflict === undefined) return false;
  const { columns, constraint, onPrimaryKey } = query.conflict;
  const behind = target.tables.flatMap((table) => table.constraints).find((each) => each.name === constraint)?.columns;
  const primary = onPrimaryKey === true ? target.tables.flatMap(primaryKey) : [];
  const key = columns.length > 0 ? columns : (behind ?? primary);
  // A constraint that is not known here may well hold the time.
  if (key.length === 0) return constraint !== undefined;
  return key.some((column) => isTimeColumn(column, context.settings) || /version|snapshot/.test(column));
}

function milder(located: LocatedQuery, target: FeatureTarget, context: Context): Severity | undefined {
  const { query, migration } = located;
  if (query.kind === 'update' && migration !== undefined) {
    const added = new Set(
      migration.changes.flatMap((change) =>
        change.kind === 'add-column' && change.table.name === target.label ? [change.column.name] : [],
      ),
    );
    if (query.assignments.length > 0 && query.assignments.every(({ column }) => added.has(column))) return 'warn';
  }
  return query.kind === 'delete' && isErasure(query, context) ? 'note' : undefined;
}

/** One entity by its key, and nothing about time: a request to be forgotten. */
function isErasure(query: QueryFacts, context: Context): boolean {
  const keyed = query.predicates.some(
    ({ conjunct, operator, left, right }) =>
      conjunct &&
      operator === '=' &&
      right?.constant === true &&
      /(_id|_key|_uuid|^id|^key)$/.test(left.column?.name ?? ''),
  );
  return keyed && !query.predicates.some(({ left }) => isTimeColumn(left.column?.name ?? '', context.settings));
}

/** `relationship(FeatureValue, cascade="all, delete-orphan")`: dropping an item from a Python list deletes history. */
async function cascades(schema: Schema, context: Context): Promise<FindingDraft[]> {
  const files = await context.model(pythonFiles);
  return files.flatMap(({ path, facts }) =>
    facts.classes.flatMap((node) =>
      node.relationships.flatMap((relationship) => {
        if (!/\ball\b|\bdelete\b/.test(relationship.cascade)) return [];
        const target = featureTarget(schema, { name: `class:${relationship.target}` }, context.settings);
        if (target === undefined || keepsLatestOnly(target.label)) return [];
        return [
          {
            location: { path, startLine: relationship.line, endLine: relationship.line },
            message: `\`${node.name}.${relationship.attribute}\` cascades deletes onto the feature table \`${target.label}\`.`,
            consequence:
              'Deleting the parent, or taking an item out of the list, removes feature history that training needs.',
            evidence: `${node.name}.${relationship.attribute} cascade=${relationship.cascade}`,
          },
        ];
      }),
    ),
  );
}
