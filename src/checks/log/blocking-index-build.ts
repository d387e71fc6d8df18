import { defineCheck } from '../../core/check.js';
import type { Workspace } from '../../core/workspace.js';
import type { FindingDraft } from '../../core/types.js';
import { tableLabel } from '../../languages/sql/index.js';
import { schemaModel } from '../../models/schema/index.js';
import type { Database, Index, Table } from '../../models/schema/index.js';

export const blockingIndexBuild = defineCheck({
  id: 'log/blocking-index-build',
  task: 'LEAD-LOG-01-01',
  severity: 'warn',
  flags: 'Flags indexes that a migration builds on an existing table without CONCURRENTLY.',
  why: `\`CREATE INDEX\` holds a lock that stops every write to the table until the index is built. On a feature table with millions of rows that is minutes of failing ingestion.
\`CREATE INDEX CONCURRENTLY\` lets writes go on. It cannot run inside a transaction: Alembic needs \`with op.get_context().autocommit_block()\`, and most SQL tools a marker for the file.

An index on a table that the same change creates is fine, and so is one on a partitioned parent, which cannot be built concurrently. One on a partition can, so it is
asked for: \`CREATE INDEX … ON ONLY parent\`, one concurrent build for each partition, \`ALTER INDEX … ATTACH PARTITION\`.

Source: [PostgreSQL, building indexes concurrently](https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY).`,
  reference: 'jsonb_indexing',
  examples: {
    bad: [
      {
        title: 'an index in a later migration',
        files: {
          'migrations/001_orders.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);\n',
          'migrations/002_index.sql': 'CREATE INDEX ix_orders_customer ON orders (customer_id);\n',
        },
      },
    ],
    good: [
      {
        title: 'concurrently, or together with its table',
        files: {
          'migrations/001_orders.sql':
            'CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, city text);\nCREATE INDEX ix_orders_city ON orders (city);\n',
          'migrations/002_index.sql': 'CREATE INDEX CONCURRENTLY ix_orders_customer ON orders (customer_id);\n',
        },
      },
    ],
  },
  async run(context) {
    const schema = await context.model(schemaModel);
    const databases = schema.databases.filter((database) => database.migrations.length > 1);
    if (databases.length === 0) return 'not-applicable';
    return databases.flatMap((database) =>
      database.tables.flatMap((table) =>
        table.indexes
          .filter((index) => blocks(index, table) && !isNewHere(table, context))
          .map((index) => finding(database, table, index)),
      ),
    );
  },
});

const blocks = (index: Index, table: Table): boolean =>
  !index.concurrently &&
  index.constraint === undefined &&
  table.partitionBy === undefined &&
  index.inherited !== true &&
  index.origin.order > table.origin.order;

/** Created by a migration that this change adds: nobody has written to it yet. */
const isNewHere = (table: Table, workspace: Workspace): boolean =>
  workspace.changes.some((change) => change.path === table.origin.path && change.status === 'added');

function finding(database: Database, table: Table, index: Index): FindingDraft {
  const label = tableLabel(table.name);
  const { path, line, endLine } = index.origin;
  const migration = database.migrations.find((each) => each.path === path);
  const alembic = database.tool === 'alembic';
  return {
    location: { path, startLine: line, endLine },
    message: `Index \`${index.name ?? '?'}\` is built on the existing table \`${label}\` without CONCURRENTLY.`,
    consequence: 'Every INSERT, UPDATE and DELETE on the table waits until the index is built.',
    evidence: `${label} ${index.name ?? ''} ${index.method}`,
    trace: [{ path: table.origin.path, line: table.origin.line, label: `${label} exists since here` }],
    snippet: alembic
      ? {
          language: 'python',
          code: `${migration?.autocommit === true ? '' : 'with op.get_context().autocommit_block():\n    '}op.create_index(…, postgresql_concurrently=True)`,
        }
      : {
          language: 'sql',
          code: `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX CONCURRENTLY ${index.name ?? ''} ON ${label} …; -- outside a transaction`,
        },
  };
}
