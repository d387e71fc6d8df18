import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { tableLabel } from '../../languages/sql/index.js';
import { indexesAround } from '../../models/schema/coverage.js';
import { schemaModel } from '../../models/schema/index.js';
import type { Column, Database, Index, Schema, Table } from '../../models/schema/index.js';

export const modelMigrationDrift = defineCheck({
  id: 'log/model-migration-drift',
  task: 'LEAD-LOG-01-01',
  severity: 'block',
  flags:
    'Flags SQLAlchemy and SQLModel models that disagree with the migrated schema on a JSON type, an index, or the event time.',
  why: `The model is what people read and what tests create; the migrations are what production has. Where they differ, the test database has the GIN index and production does not, and the next
\`alembic revision --autogenerate\` either adds the difference to an unrelated change or removes an index that somebody needed.

Compared are JSON against JSONB, indexes that the model declares, and event-time columns, on tables that both sides know completely. A table whose state is unknown after some revision is left alone.

Source: [Alembic, autogenerate](https://alembic.sqlalchemy.org/en/latest/autogenerate.html).`,
  reference: 'jsonb_indexing',
  examples: {
    bad: [
      {
        title: 'JSONB in the model, json in the database',
        files: {
          'migrations/001.sql': 'CREATE TABLE events (id bigint PRIMARY KEY, payload json);\n',
          'app/models.py':
            "from sqlalchemy import BigInteger, Column\nfrom sqlalchemy.dialects.postgresql import JSONB\n\n\nclass Event(Base):\n    __tablename__ = 'events'\n    id = Column(BigInteger, primary_key=True)\n    payload = Column(JSONB)\n",
        },
      },
    ],
    good: [
      {
        title: 'both agree',
        files: {
          'migrations/001.sql':
            'CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb);\nCREATE INDEX ix_events_payload ON events USING gin (payload);\n',
          'app/models.py':
            "from sqlalchemy import BigInteger, Column, Index\nfrom sqlalchemy.dialects.postgresql import JSONB\n\n\nclass Event(Base):\n    __tablename__ = 'events'\n    __table_args__ = (Index('ix_events_payload', 'payload', postgresql_using='gin'),)\n    id = Column(BigInteger, primary_key=True)\n    payload = Column(JSONB)\n",
        },
      },
    ],
  },
  async run(context) {
    const schema = await context.model(schemaModel);
    const declared = schema.databases.filter((database) => database.tool === 'models');
    const eventTimes = new Set(context.settings.logical.eventTime);
    let compared = 0;
    const found: FindingDraft[] = [];
    for (const database of declared) {
      for (const table of database.tables) {
        const twin = migratedTwin(schema, table);
        if (twin === undefined) continue;
        compared++;
        found.push(...compare(schema, database, table, twin, eventTimes));
      }
    }
    return compared === 0 ? 'not-applicable' : found;
  },
});

/** The one migrated table of this name, when its state is known and it is the only model for it. */
function migratedTwin(schema: Schema, table: Table): Table | undefined {
  const twins = schema.named(table.name);
  const migrated = twins.filter((twin) => isMigrated(schema.databaseOf(twin)));
  const declared = twins.filter((twin) => schema.databaseOf(twin)?.tool === 'models');
  const [only] = migrated;
  return migrated.length === 1 && declared.length === 1 && only?.doubts.length === 0 ? only : undefined;
}

const isMigrated = (database: Database | undefined): boolean =>
  database !== undefined &&
  database.tool !== 'models' &&
  database.tool !== 'embedded' &&
  database.doubts.every(({ makes }) => makes === true);

function compare(
  schema: Schema,
  database: Database,
  table: Table,
  twin: Table,
  eventTimes: ReadonlySet<string>,
): FindingDraft[] {
  const columns = [...table.columns.values()].flatMap((column) =>
    compareColumn(table, column, twin.columns.get(column.name), twin, eventTimes),
  );
  if (database.declared?.incomplete === true) return columns;
  return [...columns, ...table.indexes.flatMap((index) => compareIndex(schema, table, index, twin))];
}

const JSON_TYPE = /^jsonb?$/;

function compareColumn(
  table: Table,
  column: Column,
  migrated: Column | undefined,
  twin: Table,
  eventTimes: ReadonlySet<string>,
): FindingDraft[] {
  const isJson = JSON_TYPE.test(column.type) || JSON_TYPE.test(migrated?.type ?? '');
  const isTime = eventTimes.has(column.name);
  if (!isJson && !isTime) return [];
  if (column.typeUnknown === true || migrated?.typeUnknown === true) return [];
  if (migrated !== undefined && sameType(column.type, migrated.type)) return [];
  const label = `${tableLabel(table.name)}.${column.name}`;
  const at = migrated?.typeOrigin ?? twin.origin;
  return [
    {
      location: { path: column.origin.path, startLine: column.origin.line, endLine: column.origin.endLine },
      message:
        migrated === undefined
          ? `The model declares \`${label}\` (\`${column.type}\`), and no migration creates it.`
          : `The model declares \`${label}\` as \`${column.type}\`; the migrations make it \`${migrated.type}\`.`,
      consequence:
        'Tests that create tables from the models prove something about a schema that production does not have.',
      evidence: `${label} model ${column.type} migrated ${migrated?.type ?? 'nothing'}`,
      trace: [
        {
          path: at.path,
          line: at.line,
          label: migrated === undefined ? 'the table as migrated' : `${migrated.type} since here`,
        },
      ],
    },
  ];
}

const sameType = (a: string, b: string): boolean => a.replace(/\(\d+\)/, '') === b.replace(/\(\d+\)/, '');

function compareIndex(schema: Schema, table: Table, index: Index, twin: Table): FindingDraft[] {
  if (index.constraint !== undefined || index.keys.some((key) => key.expression === '?')) return [];
  const known = indexesAround(schema, twin).filter(
    (other) => schema.databaseOf(table) === undefined || !table.indexes.includes(other),
  );
  if (known.some((other) => (other.name !== undefined && other.name === index.name) || covers(other, index))) return [];
  const label = tableLabel(table.name);
  const { path, line, endLine } = index.origin;
  const keys = index.keys.map((key) => key.column ?? key.expression ?? '?').join(', ');
  return [
    {
      location: { path, startLine: line, endLine },
      message: `The model declares an index on \`${label}\` (${index.method}: ${keys}) that no migration creates.`,
      consequence: 'Production does not have it: queries that are fast in tests scan the table there.',
      evidence: `${label} index ${index.name ?? ''} ${index.method} ${keys}`,
      trace: [{ path: twin.origin.path, line: twin.origin.line, label: 'the table as migrated' }],
    },
  ];
}

/** The same method, beginning with the same keys; a unique constraint or the primary key does as well. */
function covers(other: Index, wanted: Index): boolean {
  const method = other.method === wanted.method;
  return (
    method &&
    wanted.keys.every((key, i) => key.column === other.keys[i]?.column && key.expression === other.keys[i]?.expression)
  );
}
