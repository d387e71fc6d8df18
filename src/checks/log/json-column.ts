import { defineCheck } from '../../core/check.js';
import type { CheckContext } from '../../core/check.js';
import type { FindingDraft, Fix } from '../../core/types.js';
import { tableLabel } from '../../languages/sql/index.js';
import { databaseInUse, otherDatabasesServed } from '../../models/schema/postgres.js';
import { schemaModel } from '../../models/schema/index.js';
import type { Column, Database, Schema, Table } from '../../models/schema/index.js';
import { doubtAboutType, ginIndexes, SPEAKS_OF, unknownFrom } from '../../models/schema/coverage.js';
import { isFeatureTable } from '../../models/schema/features.js';
import { isFeatureColumnName } from './support/feature-column.js';
import { jsonToJsonb } from './support/json-type.js';
import { withGinIndex } from './support/new-table-index.js';

export const jsonColumn = defineCheck({
  id: 'log/json-column',
  task: 'LEAD-LOG-01-01',
  severity: 'block',
  flags:
    'Flags columns of type `json` where `jsonb` is meant: in SQL migrations, Alembic revisions and SQLAlchemy models.',
  why: `PostgreSQL stores \`json\` as the text that came in. Every read parses it again, it has no equality, and no GIN index can be built on it, so a filter on
its content reads the whole table. \`jsonb\` is parsed once, when it is written, and is what \`@>\`, \`?\` and GIN work on. The manual's advice: "most applications should prefer to store JSON data as jsonb".

The state after all migrations counts: a column that a later migration turns into \`jsonb\`, or drops, is not flagged, and neither is \`JSON().with_variant(JSONB(), "postgresql")\`
or a branch that only SQLite takes. SQLAlchemy's own \`JSON\` in a product whose code also connects to SQLite or MySQL, or whose documents list them beside PostgreSQL, is a warning. \`json\` is right where the exact text matters (signatures over raw payloads); say so with \`-- dialectic: ignore[log/json-column] reason\`.

Sources: [PostgreSQL, JSON types](https://www.postgresql.org/docs/current/datatype-json.html), [SQLAlchemy, JSONB](https://docs.sqlalchemy.org/en/20/dialects/postgresql.html#sqlalchemy.dialects.postgresql.JSONB).`,
  reference: 'jsonb_indexing',
  examples: {
    bad: [
      {
        title: 'a migration in SQL',
        files: {
          'migrations/001_features.sql':
            'CREATE TABLE customer_events (\n  customer_id bigint PRIMARY KEY,\n  payload json NOT NULL\n);\n',
        },
      },
      {
        title: 'an Alembic revision',
        files: {
          'alembic/versions/3f2a_add_payload.py':
            "from alembic import op\nimport sqlalchemy as sa\n\nrevision = '3f2a'\ndown_revision = None\n\n\ndef upgrade():\n    op.create_table(\n        'customer_events',\n        sa.Column('customer_id', sa.BigInteger(), primary_key=True),\n        sa.Column('payload', sa.JSON(), nullable=False),\n    )\n",
        },
      },
    ],
    good: [
      {
        title: 'jsonb, or json that became jsonb later',
        files: {
          'migrations/001_events.sql':
            'CREATE TABLE customer_events (\n  customer_id bigint PRIMARY KEY,\n  payload jsonb NOT NULL,\n  context json\n);\n',
          'migrations/002_context.sql':
            'ALTER TABLE customer_events ALTER COLUMN context TYPE jsonb USING context::jsonb;\n',
        },
      },
    ],
  },
  async run(context) {
    const schema = await context.model(schemaModel);
    if (schema.tables.length === 0) return 'not-applicable';
    if (!(await context.model(databaseInUse)).postgres) return 'not-applicable';
    const found: FindingDraft[] = [];
    for (const table of schema.tables) {
      if (table.partitionOf !== undefined) continue;
      for (const column of table.columns.values()) {
        if (!isJson(column)) continue;
        const { told, repeated } = twins(schema, table, column);
        if (!told && !(await mayBeJsonb(schema, table, column, context)))
          found.push(await describe(schema, table, column, repeated, context));
      }
    }
    return found;
  },
});

/** A loop over the catalog that turns every `json` into `jsonb` is known to the server alone. */
async function mayBeJsonb(
  schema: Schema,
  table: Table,
  column: Column,
  context: CheckContext<undefined>,
): Promise<boolean> {
  const doubt = await doubtAboutType(schema, table, column, SPEAKS_OF.jsonb, (path) => context.text(path));
  if (doubt === undefined) return false;
  context.inconclusive(unknownFrom(`${tableLabel(table.name)}.${column.name}`, doubt));
  return true;
}

const isJson = (column: Column | undefined): column is Column => column?.type === 'json' || column?.type === 'json[]';

/** Where a column is told when several places of the repository make it: a migration before a schema dump before a model. */
const RANKS: readonly (readonly Database['tool'][])[] = [
  ['alembic', 'flyway', 'prisma', 'sqitch', 'golang-migrate', 'numbered'],
  ['plain'],
  ['embedded'],
  ['models'],
];

/**
 * A column that a migration makes and a model or a dump repeats is one mistake, told at the migration.
 * @returns whether another place tells it, and the places that have to change with this one
 */
function twins(schema: Schema, table: Table, column: Column): { told: boolean; repeated: readonly Column[] } {
  const rank = (each: Table): number =>
    RANKS.findIndex((tools) => tools.includes(schema.databaseOf(each)?.tool ?? 'plain'));
  const others = schema.named(table.name).flatMap((other) => {
    const twin = other === table ? undefined : other.columns.get(column.name);
    return twin === undefined || twin.typeUnknown === true ? [] : [{ other, twin }];
  });
  const above = others.filter(({ other }) => rank(other) < rank(table));
  return {
    told: above.some(({ twin }) => isJson(twin)),
    repeated: others.filter(({ other, twin }) => rank(other) > rank(table) && isJson(twin)).map(({ twin }) => twin),
  };
}

async function describe(
  schema: Schema,
  table: Table,
  column: Column,
  repeated: readonly Column[],
  context: CheckContext<undefined>,
): Promise<FindingDraft> {
  const { path, line, endLine } = column.typeOrigin;
  const name = tableLabel(table.name);
  const portable = await isPortable(schema.databaseOf(table), path, column, context);
  // JSONB alone would break the other database.
  const fix = portable ? undefined : await fixOf(schema, table, column, context);
  return {
    location: { path, startLine: line, endLine },
    ...(portable ? { severity: 'warn' as const } : {}),
    message: `Column \`${column.name}\` of \`${name}\` is \`${column.type}\`, not \`jsonb\`${portable ? ' (`JSON().with_variant(JSONB(), "postgresql")` stays portable)' : ''}.`,
    consequence:
      'It is stored as text and parsed again on every read, it cannot be compared, and no GIN index can serve a filter on it: every such query reads the whole table.',
    evidence: `${name}.${column.name} ${column.type}`,
    ...(repeated.length === 0
      ? {}
      : {
          trace: repeated.map(({ typeOrigin }) => ({
            path: typeOrigin.path,
            line: typeOrigin.line,
            label: 'says the same',
          })),
        }),
    ...(fix === undefined ? { snippet: conversion(table, column, schema.databaseOf(table)?.tool, portable) } : { fix }),
  };
}

/** What makes the column `jsonb`, in the project's own form. */
function conversion(
  table: Table,
  column: Column,
  tool: Database['tool'] | undefined,
  portable: boolean,
): NonNullable<FindingDraft['snippet']> {
  const using = `${column.name}::jsonb`;
  if (tool !== 'alembic')
    return {
      language: 'sql',
      code: `ALTER TABLE ${tableLabel(table.name)} ALTER COLUMN ${column.name} TYPE jsonb USING ${using};`,
    };
  const type = portable ? 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")' : 'postgresql.JSONB()';
  const schema = table.name.schema === undefined ? '' : `, schema="${table.name.schema}"`;
  return {
    language: 'python',
    code: `# from sqlalchemy.dialects import postgresql\nop.alter_column("${table.name.name}", "${column.name}", type_=${type}, postgresql_using="${using}"${schema})`,
  };
}

/** SQLAlchemy's own JSON in a product that serves another database too: a choice with a reason, not a slip. */
async function isPortable(
  database: Database | undefined,
  path: string,
  column: Column,
  context: CheckContext<undefined>,
): Promise<boolean> {
  if (
    (database?.tool !== 'alembic' && database?.tool !== 'models') ||
    (await context.model(otherDatabasesServed)).length === 0
  )
    return false;
  const text = (await context.text(path)) ?? '';
  const written = text
    .split(/\r?\n/)
    .slice(column.typeOrigin.line - 1, column.typeOrigin.endLine)
    .join('\n');
  return !/\bpostgresql\.JSON\b/.test(written) && !IMPORTS_POSTGRESQL_JSON.test(text);
}

const IMPORTS_POSTGRESQL_JSON =
  /^from\s+sqlalchemy\.dialects\.postgresql\s+import\s+(?:\([^)]*\bJSON\b|[^\n(]*\bJSON\b)/m;

async function fixOf(
  schema: Schema,
  table: Table,
  column: Column,
  context: CheckContext<undefined>,
): Promise<Fix | undefined> {
  const { path, line, endLine } = column.typeOrigin;
  const text = await context.text(path);
  if (text === undefined) return undefined;
  const all = text.split(/\r?\n/);
  const replacement = jsonToJsonb(all.slice(line - 1, endLine).join('\n'), column.name, text);
  if (replacement === undefined) return undefined;
  const indexed = needsGin(schema, table, column, context)
    ? withGinIndex(
        all,
        table,
        { name: column.name, line, endLine },
        replacement,
        schema.databaseOf(table)?.tool === 'alembic',
      )
    : undefined;
  return indexed === undefined ? { startLine: line, endLine, replacement } : { startLine: line, ...indexed };
}

/** As `jsonb` it would be a feature column without an index: the one suggestion answers both. */
function needsGin(schema: Schema, table: Table, column: Column, context: CheckContext<undefined>): boolean {
  const { path, order } = column.typeOrigin;
  return (
    schema.databaseOf(table)?.tool !== 'models' &&
    path === table.origin.path &&
    order === table.origin.order &&
    isFeatureColumnName(column.name) &&
    isFeatureTable({ name: table.name, columns: table.columns.values() }, context.settings) &&
    ginIndexes(schema, table, column.name).length === 0 &&
    [...table.columns.values()].filter(isJson).length === 1
  );
}
