import { z } from 'zod';
import { defineCheck } from '../../core/check.js';
import type { CheckContext } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { tableLabel } from '../../languages/sql/index.js';
import type { Predicate } from '../../languages/sql/index.js';
import { doubtAbout, ginIndexes, SPEAKS_OF, unknownFrom } from '../../models/schema/coverage.js';
import { isFeatureTable } from '../../models/schema/features.js';
import { schemaModel, TYPE_OF_QUERY } from '../../models/schema/index.js';
import type { Column, Doubt, Schema, Table } from '../../models/schema/index.js';
import { meaningOf, queriesModel } from '../../models/schema/queries.js';
import { containmentProbe } from '../../models/schema/probes.js';
import { FEATURE_COLUMNS, isFeatureColumnName } from './support/feature-column.js';
import { indexSnippet } from './support/index-snippet.js';
import { proven } from './support/proof.js';
import { searched } from '../../models/schema/json-filters.js';

const options = z.strictObject({
  /** Names of JSONB columns that hold features, in feature tables. */
  columns: z.array(z.string()).default([...FEATURE_COLUMNS]),
});
type Context = CheckContext<z.infer<typeof options>>;

export const jsonbWithoutGin = defineCheck({
  id: 'log/jsonb-without-gin',
  task: 'LEAD-LOG-01-01',
  severity: 'block',
  flags: 'Flags JSONB feature columns that no GIN index in the migrated schema covers.',
  why: `Features are looked up by what is inside the document. Without a GIN index every \`@>\`, \`?\` or \`@@\` reads, detoasts and decodes the whole table: fine on a
laptop, and the "IO cliff" in production, because the time grows with the table and not with the answer.

All migrations are folded first, so an index made in another revision, in \`__table_args__\`'s migration, on the partitioned parent or on every partition counts. A GIN index
on *another* column of the table does not. Outside feature tables a JSONB column is only asked about when a query in the repository filters it.

Sources: [PostgreSQL, JSONB indexing](https://www.postgresql.org/docs/current/datatype-json.html#JSON-INDEXING), [GIN](https://www.postgresql.org/docs/current/gin.html).`,
  reference: 'jsonb_indexing',
  options,
  examples: {
    bad: [
      {
        title: 'a feature table without the index',
        files: {
          'migrations/001_feature_values.sql':
            'CREATE TABLE feature_values (\n  entity_id bigint NOT NULL,\n  event_time timestamptz NOT NULL,\n  payload jsonb NOT NULL,\n  PRIMARY KEY (entity_id, event_time)\n);\n',
        },
      },
      {
        title: 'a GIN index on another column',
        files: {
          'migrations/001_feature_store.sql':
            "CREATE TABLE customer_features (\n  customer_id bigint PRIMARY KEY,\n  event_time timestamptz NOT NULL,\n  feature_vector jsonb NOT NULL,\n  notes text\n);\nCREATE INDEX ix_notes ON customer_features USING gin (to_tsvector('english', notes));\n",
        },
      },
    ],
    good: [
      {
        title: 'the index comes in a later migration',
        files: {
          'migrations/001_feature_values.sql':
            'CREATE TABLE feature_values (\n  entity_id bigint NOT NULL,\n  event_time timestamptz NOT NULL,\n  payload jsonb NOT NULL,\n  PRIMARY KEY (entity_id, event_time)\n);\n',
          'migrations/002_gin.sql':
            'CREATE INDEX CONCURRENTLY ix_feature_values_payload ON feature_values USING gin (payload jsonb_path_ops);\n',
        },
      },
      {
        title: 'a JSONB column that nothing filters, outside feature tables',
        files: {
          'migrations/001_audit.sql':
            'CREATE TABLE audit_log (\n  id bigserial PRIMARY KEY,\n  details jsonb NOT NULL\n);\n',
        },
      },
    ],
  },
  async run(context) {
    const schema = await context.model(schemaModel);
    const jsonb = schema.principal.filter((table) =>
      [...table.columns.values()].some(({ type }) => type === 'jsonb' || type === TYPE_OF_QUERY),
    );
    if (jsonb.length === 0) return 'not-applicable';
    const found: FindingDraft[] = [];
    for (const table of jsonb) {
      if (!isFeatureTable(shape(table), context.settings)) continue;
      for (const column of table.columns.values()) {
        if (isFeatureColumn(column, context)) found.push(...(await judge(schema, table, column, context)));
        else if (column.type === TYPE_OF_QUERY && isFeatureColumnName(column.name, context.options.columns))
          context.inconclusive(unknownFrom(`${tableLabel(table.name)}.${column.name}`, untyped(column)));
      }
    }
    found.push(...(await filteredElsewhere(schema, context, new Set(found.map((draft) => draft.evidence)))));
    return found;
  },
});

/** Outside feature columns: a JSONB column that a query of the repository searches. One finding a column, at the column. */
async function filteredElsewhere(schema: Schema, context: Context, known: Set<string>): Promise<FindingDraft[]> {
  const found: FindingDraft[] = [];
  for (const located of await context.model(queriesModel)) {
    for (const predicate of located.oneOff ? [] : located.query.predicates) {
      const search = searched(predicate);
      if (search?.operand.column === undefined || !search.document) continue;
      const meaning = meaningOf(schema, located.query, search.column, ['jsonb']);
      const column =
        meaning.kind === 'known'
          ? meaning.columns.find((each) => each.column.type === 'jsonb' && schema.principal.includes(each.table))
          : undefined;
      if (column === undefined) continue;
      const reworded = (draft: FindingDraft): FindingDraft => ({
        ...draft,
        severity: 'warn',
        ...searchedWords(draft, column.table, located.path, predicate),
      });
      for (const draft of await judge(schema, column.table, column.column, context, reworded)) {
        if (known.has(draft.evidence)) continue;
        known.add(draft.evidence);
        found.push(draft);
      }
    }
  }
  return found;
}

function searchedWords(
  draft: FindingDraft,
  table: Table,
  path: string,
  predicate: Predicate,
): Pick<FindingDraft, 'message' | 'trace'> {
  return {
    message: `JSONB column \`${predicate.left.expression}\` of \`${tableLabel(table.name)}\` is searched with \`${predicate.operator}\` and has no GIN index.`,
    trace: [...(draft.trace ?? []), { path, line: predicate.line, label: `searched with ${predicate.operator}` }],
  };
}

const untyped = (column: Column): Doubt => ({ reason: 'its type comes from a query', origin: column.typeOrigin });

const shape = (table: Table): Parameters<typeof isFeatureTable>[0] => ({
  name: table.name,
  columns: table.columns.values(),
});

const isFeatureColumn = (column: Column, context: Context): boolean =>
  column.type === 'jsonb' && isFeatureColumnName(column.name, context.options.columns);

async function judge(
  schema: Schema,
  table: Table,
  column: Column,
  context: Context,
  reworded: (draft: FindingDraft) => FindingDraft = (draft) => draft,
): Promise<FindingDraft[]> {
  if (ginIndexes(schema, table, column.name).length > 0) return [];
  const name = tableLabel(table.name);
  const doubt = await doubtAbout(schema, table, SPEAKS_OF.gin, (path) => context.text(path));
  if (doubt !== undefined) {
    context.inconclusive(unknownFrom(`${name}.${column.name}`, doubt));
    return [];
  }
  const draft = reworded(finding(table, column, name, schema));
  return proven(draft, containmentProbe(table.name, column.name), schema.databaseOf(table)?.root, context);
}

function finding(table: Table, column: Column, name: string, schema: Schema): FindingDraft {
  const alembic = schema.databaseOf(table)?.tool === 'alembic';
  const { path, line, endLine } = column.typeOrigin;
  const later = column.typeOrigin.order !== table.origin.order;
  return {
    location: { path, startLine: line, endLine },
    message: `JSONB column \`${column.name}\` of feature table \`${name}\` has no GIN index.`,
    consequence:
      'Every query that looks inside it reads and decodes the whole table; latency grows with the table until the disk is the limit.',
    evidence: `${name}.${column.name} jsonb without gin`,
    ...(later
      ? { trace: [{ path: table.origin.path, line: table.origin.line, label: `${name} is created here` }] }
      : {}),
    snippet: indexSnippet(table, {
      name: `ix_${table.name.name}_${column.name}_gin`,
      method: 'gin',
      key: column.name,
      existing: later,
      alembic,
    }),
  };
}
