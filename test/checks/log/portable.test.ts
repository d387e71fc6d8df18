import { expect, test } from '@jest/globals';
import { checksOf, runChecks } from '../../support/fixtures.js';
import { snapshotOf } from '../../support/snapshot.js';

const REVISION = `from alembic import op
import sqlalchemy as sa

revision = "a"
down_revision = None


def upgrade():
    op.create_table("runs", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("params", sa.JSON()))
`;

/** The severity of the finding about SQLAlchemy's own JSON, in a repository that says what it runs on. */
async function severityBeside(files: Record<string, string>) {
  const snapshot = snapshotOf({ 'requirements.txt': 'psycopg2==2.9.9\n', 'alembic/versions/a.py': REVISION, ...files });
  const checks = checksOf('log').filter(({ id }) => id === 'log/json-column');
  return (await runChecks(snapshot, checks)).findings.map(({ severity }) => severity);
}

test.each([
  ['nothing else', {}, 'block'],
  ['its code connects to SQLite', { 'app/db.py': 'URL = "sqlite:///local.db"\n' }, 'warn'],
  ['its documents list both', { 'docs/db.md': '- `sqlite:///a.db`\n- `postgresql://user@host/db`\n' }, 'warn'],
  [
    'its documents name PostgreSQL',
    { 'README.md': 'Set `DATABASE_URL=postgresql+asyncpg://user@host/db`.\n' },
    'block',
  ],
  ['only its tests use SQLite', { 'tests/conftest.py': 'URL = "sqlite:///:memory:"\n' }, 'block'],
])('SQLAlchemy’s JSON where %s', async (_, files, severity) => {
  expect(await severityBeside(files)).toEqual([severity]);
});
