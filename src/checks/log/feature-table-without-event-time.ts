import { defineCheck } from '../../core/check.js';
import type { CheckContext } from '../../core/check.js';
import type { FindingDraft, Fix } from '../../core/types.js';
import { tableLabel } from '../../languages/sql/index.js';
import { doubtAbout, SPEAKS_OF, unknownFrom } from '../../models/schema/coverage.js';
import { isFeatureTable, snakeCase } from '../../models/schema/features.js';
import { schemaModel } from '../../models/schema/index.js';
import type { Column, Schema, Table } from '../../models/schema/index.js';

type Context = CheckContext<undefined>;

export const featureTableWithoutEventTime = defineCheck({
  id: 'log/feature-table-without-event-time',
  task: 'LEAD-LOG-01-02',
  severity: 'block',
  flags: 'Flags feature tables without an event time, or with one that is no `timestamptz`.',
  why: `Training must see each feature as it was at the moment of the prediction. Without the time at which a value became true that join cannot be written, and the model learns from the future.
\`created_at\` says when the row was stored, which a backfill changes.

Accepted names come from the configuration (\`logical.eventTime\`); \`valid_from\` needs \`valid_to\` beside it. A zoned time of another name that stands in the table's key is a note: name
it there. A \`timestamp\` without time zone is a warning: it moves by hours with the session's
zone, and across a daylight-saving change. Whether a table holds features is judged by its name and by its columns.

Sources: [PostgreSQL, date/time types](https://www.postgresql.org/docs/current/datatype-datetime.html), [Feast, point-in-time joins](https://docs.feast.dev/getting-started/concepts/point-in-time-joins).`,
  reference: 'time_travel',
  examples: {
    bad: [
      {
        title: 'values without a time',
        files: {
          'migrations/001.sql':
            'CREATE TABLE customer_features (\n  customer_id bigint NOT NULL,\n  feature_name text NOT NULL,\n  value double precision,\n  created_at timestamptz DEFAULT now()\n);\n',
        },
      },
    ],
    good: [
      {
        title: 'event time with a zone',
        files: {
          'migrations/001.sql':
            'CREATE TABLE customer_features (\n  customer_id bigint NOT NULL,\n  feature_name text NOT NULL,\n  value double precision,\n  event_time timestamptz NOT NULL\n);\n',
        },
      },
      {
        title: 'a table of product features',
        files: {
          'migrations/001.sql':
            'CREATE TABLE features (\n  id serial PRIMARY KEY,\n  title text,\n  description text,\n  price numeric\n);\n',
        },
      },
    ],
  },
  async run(context) {
    const schema = await context.model(schemaModel);
    const tables = schema.principal.filter((table) =>
      isFeatureTable({ name: table.name, columns: table.columns.values() }, context.settings),
    );
    if (tables.length === 0) return 'not-applicable';
    const found: FindingDraft[] = [];
    for (const table of tables) found.push(...(await judge(schema, table, context)));
    return found;
  },
});

async function judge(schema: Schema, table: Table, context: Context): Promise<FindingDraft[]> {
  const accepted = new Set(context.settings.logical.eventTime.map((name) => name.toLowerCase()));
  const columns = schema.named(table.name).flatMap((twin) => [...twin.columns.values()]);
  const times = columns.filter(
    (column) =>
      (accepted.has(column.name.toLowerCase()) || accepted.has(snakeCase(column.name))) &&
      (snakeCase(column.name) !== 'valid_from' || columns.some((other) => snakeCase(other.name) === 'valid_to')),
  );
  if (times.length > 0) return times.some(isZoned) ? [] : [wrongType(table, times[0])].flatMap((draft) => draft ?? []);
  const doubt = await doubtAbout(schema, table, SPEAKS_OF.time, (path) => context.text(path));
  if (doubt !== undefined) {
    context.inconclusive(unknownFrom(tableLabel(table.name), doubt));
    return [];
  }
  const keyed = keyTime(table);
  return [keyed === undefined ? await missing(schema, table, context) : otherName(table, keyed)];
}

/** When a row was stored or changed says nothing about when its value became true. */
const STORED = /^(created|updated|inserted|ingested|loaded|modified|processed|deleted|last_\w+)(_|$)/;

/** A zoned time, never null, that tells rows of one entity apart: it is the event time, whatever it is called. */
function keyTime(table: Table): Column | undefined {
  const keys = [
    ...table.constraints.flatMap(({ kind, columns }) => (kind === 'primary' || kind === 'unique' ? [columns] : [])),
    ...table.indexes.flatMap(({ unique, keys }) => (unique ? [keys.flatMap(({ column }) => column ?? [])] : [])),
  ].filter((columns) => columns.length > 1);
  return keys
    .flat()
    .flatMap((name) => table.columns.get(name) ?? [])
    .find((column) => !column.nullable && ZONED.test(column.type) && !STORED.test(snakeCase(column.name)));
}

function otherName(table: Table, column: Column): FindingDraft {
  const label = tableLabel(table.name);
  const { path, line, endLine } = column.origin;
  return {
    location: { path, startLine: line, endLine },
    severity: 'note',
    message: `Feature table \`${label}\` keeps its time in \`${column.name}\`, which \`logical.eventTime\` does not name.`,
    consequence: 'Nothing that reads features by their event time knows this column: name it in the configuration.',
    evidence: `${label}.${column.name} event time by another name`,
  };
}

/** A type of the project's own may well be zoned. */
const isZoned = (column: Column): boolean => column.typeUnknown === true || ZONED.test(column.type);

const ZONED = /^(timestamp(\(\d\))? with time zone|tstzrange)$/;

/** Tables that hold only the latest value keep no history anyway. */
const LATEST = /(^|_)(online|latest|current|serving|cache)(_|$)/;

async function missing(schema: Schema, table: Table, context: Context): Promise<FindingDraft> {
  const label = tableLabel(table.name);
  const { path, line } = table.origin;
  const fix = await columnFix(path, line, context);
  return {
    location: { path, startLine: line, endLine: line },
    message: `Feature table \`${label}\` has no event time (${context.settings.logical.eventTime.map((name) => `\`${name}\``).join(', ')}).`,
    consequence:
      'A point-in-time join cannot be written: training reads values that did not exist at prediction time, and the model looks better offline than it will ever be in production.',
    evidence: `${label} without event time`,
    ...(LATEST.test(table.name.name) ? { severity: 'warn' as const } : {}),
    ...(fix === undefined ? { snippet: { language: 'sql', code: addColumn(schema, table, label) } } : { fix }),
  };
}

const addColumn = (schema: Schema, table: Table, label: string): string =>
  schema.databaseOf(table)?.tool === 'alembic'
    ? `op.add_column("${table.name.name}", sa.Column("event_time", sa.DateTime(timezone=True), nullable=False))`
    : `ALTER TABLE ${label} ADD COLUMN event_time timestamptz NOT NULL; -- a table with rows needs a backfill first`;

/** Only where the opening parenthesis ends the line: then the new column is simply the first. */
async function columnFix(path: string, line: number, context: Context): Promise<Fix | undefined> {
  const lines = ((await context.text(path)) ?? '').split(/\r?\n/);
  const opening = lines[line - 1] ?? '';
  const next = lines[line] ?? '';
  if (!/^\s*create\s+table\b[^;]*\($/i.test(opening.trimEnd()) || !/^\s+["\w]+\s+\w/.test(next)) return undefined;
  const indent = /^\s*/.exec(next)?.[0] ?? '  ';
  return { startLine: line, endLine: line, replacement: `${opening}\n${indent}event_time timestamptz NOT NULL,` };
}

function wrongType(table: Table, column: Column | undefined): FindingDraft | undefined {
  if (column === undefined) return undefined;
  const label = tableLabel(table.name);
  const { path, line, endLine } = column.typeOrigin;
  return {
    location: { path, startLine: line, endLine },
    severity: 'warn',
    message: `Event time \`${column.name}\` of feature table \`${label}\` is \`${column.type}\`, not \`timestamptz\`.`,
    consequence:
      'What moment it names depends on the time zone of the session that wrote it; point-in-time joins shift by hours, and twice a year an hour is ambiguous.',
    evidence: `${label}.${column.name} ${column.type}`,
    snippet: {
      language: 'sql',
      code: `ALTER TABLE ${label} ALTER COLUMN ${column.name} TYPE timestamptz USING ${column.name} AT TIME ZONE 'UTC';`,
    },
  };
}
