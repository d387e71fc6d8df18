import { describe, expect, test } from '@jest/globals';
import { alembicRevision } from '../../../src/languages/alembic/index.js';

const HEAD = `"""add things"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = 'b2'
down_revision = 'a1'
`;

async function revisionOf(body: string, head = HEAD) {
  const { facts } = await alembicRevision.extract(new TextEncoder().encode(`${head}${body}`));
  if (facts.revision === undefined) throw new Error('no revision');
  return facts.revision;
}
const changesOf = async (upgrade: string) => {
  const body = upgrade
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
  return (await revisionOf(`\ndef upgrade():\n${body}\n\ndef downgrade():\n    op.drop_table('t')\n`)).changes;
};

describe('revision identifiers', () => {
  test.each([
    ["revision = 'b'\ndown_revision = 'a'\n", ['a']],
    ["revision: str = 'b'\ndown_revision: Union[str, None] = None\n", []],
    ["revision = 'b'\ndown_revision = ('a', 'c')\ndepends_on = 'x'\n", ['a', 'c']],
  ])('%j', async (head, down) => {
    const revision = await revisionOf('def upgrade():\n    pass\n', head);
    expect(revision.revision).toBe('b');
    expect(revision.downRevisions).toEqual(down);
  });

  test('an ordinary module is none', async () => {
    const { facts } = await alembicRevision.extract(new TextEncoder().encode('revision = 3\n'));
    expect(facts.revision).toBeUndefined();
  });
});

describe('operations', () => {
  test('create_table with every kind of item', async () => {
    const changes = await changesOf(`op.create_table(
    'feature_values',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('raw', sa.JSON()),
    sa.Column('both', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')),
    sa.Column('email', sa.String(length=50), unique=True),
    sa.Column('at', sa.DateTime(timezone=True), index=True),
    sa.Column('tags', postgresql.ARRAY(sa.String())),
    sa.Column('owner', sa.Integer, sa.ForeignKey('users.id', ondelete='CASCADE')),
    sa.PrimaryKeyConstraint('id'),
    sa.Index('ix_payload', 'payload', postgresql_using='gin', postgresql_ops={'payload': 'jsonb_path_ops'}),
    schema='ml',
)`);
    expect(changes).toMatchObject([
      {
        kind: 'create-table',
        table: { schema: 'ml', name: 'feature_values' },
        columns: [
          { name: 'id', type: 'bigint', nullable: false },
          { name: 'payload', type: 'jsonb', nullable: false, line: 13 },
          { name: 'raw', type: 'json' },
          { name: 'both', type: 'jsonb' },
          { name: 'email', type: 'character varying(50)' },
          { name: 'at', type: 'timestamp with time zone' },
          { name: 'tags', type: 'character varying[]' },
          { name: 'owner', type: 'integer' },
        ],
        constraints: [
          { kind: 'primary', columns: ['id'] },
          { kind: 'unique', columns: ['email'] },
          { kind: 'foreign', references: { table: { name: 'users' }, columns: ['id'], onDelete: 'CASCADE' } },
        ],
        indexes: [
          { name: 'ix_ml_feature_values_at' },
          { name: 'ix_payload', method: 'gin', keys: [{ column: 'payload', opclass: 'jsonb_path_ops' }] },
        ],
      },
    ]);
  });

  test('batches, loops, helpers, constants and f-strings', async () => {
    const changes = await changesOf(`TABLE = 'features'
for name in ('a', 'b'):
    op.add_column(TABLE, sa.Column(name, postgresql.JSONB()))
    op.execute(f"CREATE INDEX ix_{TABLE}_{name} ON {TABLE} USING gin ({name})")
with op.batch_alter_table(TABLE, schema=None) as batch_op:
    batch_op.alter_column('a', existing_type=sa.JSON(), type_=postgresql.JSONB(), postgresql_using='a::jsonb')
    batch_op.create_index(batch_op.f('ix_b2'), ['b'], unique=False, postgresql_using='gin')
    batch_op.drop_column('c')
op.rename_table('x', 'y')
op.drop_index('ix', table_name='t')`);
    expect(changes.map((change) => change.kind)).toEqual([
      'add-column',
      'create-index',
      'add-column',
      'create-index',
      'alter-type',
      'create-index',
      'drop-column',
      'rename-table',
      'drop-index',
    ]);
    expect(changes[3]).toMatchObject({
      index: { name: 'ix_features_b', method: 'gin', keys: [{ column: 'b' }] },
      line: 13,
    });
    expect(changes[4]).toMatchObject({ table: { name: 'features' }, column: 'a', type: 'jsonb' });
  });

  test('expressions of an index are canonical', async () => {
    const [change] = await changesOf(
      `op.create_index('i', 't', [sa.text("(data->>'city')")], postgresql_where=sa.text("deleted_at is null"))`,
    );
    expect(change).toMatchObject({
      index: { keys: [{ expression: "(data ->> 'city')" }], where: '(deleted_at IS NULL)' },
    });
  });

  test('branches on the dialect are decided, other branches are conditional', async () => {
    const changes = await changesOf(`bind = op.get_bind()
if bind.dialect.name == 'sqlite':
    op.drop_table('a')
elif bind.dialect.name == 'postgresql':
    op.drop_table('b')
else:
    op.drop_table('c')
if not inspector.has_table('d'):
    op.drop_table('d')`);
    expect(changes).toMatchObject([{ table: { name: 'b' } }, { table: { name: 'd' }, conditional: true }]);
    expect(changes[0]).not.toHaveProperty('conditional');
  });

  test('what cannot be evaluated is unknown, with its table where that is known', async () => {
    const changes = await changesOf(`for table in inspector.get_table_names():
    op.add_column(table, sa.Column('x', sa.JSON()))
op.create_index('i', 'features', [c for c in columns])
op.execute(build_sql())
op.execute(users.update().values(a=1))
op.execute(f"CREATE INDEX i ON features {suffix} (")`);
    expect(changes).toMatchObject([
      { kind: 'unknown', reason: 'a loop over values that are not literal' },
      { kind: 'unknown', reason: 'a table whose name is not literal', conditional: true },
      { kind: 'unknown', table: { name: 'features' } },
      { kind: 'unknown', reason: 'SQL that is put together when it runs' },
      { kind: 'unknown', table: { name: 'features' }, reason: 'SQL that does not parse' },
    ]);
  });

  test('helpers of other files, and operations that Alembic does not have', async () => {
    const imports = 'from ..helpers import add_audit_columns, table_exists, audit\n';
    const body = (call: string): string => `\ndef upgrade():\n    ${call}\n`;
    const reasons = async (call: string) =>
      (await revisionOf(body(call), HEAD + imports)).changes.map((change) =>
        change.kind === 'unknown' ? change.reason : change.kind,
      );
    expect(await reasons("add_audit_columns('features')")).toEqual(['a helper of another file']);
    expect(await reasons("audit(op, 'features')")).toEqual(['a helper of another file']);
    expect(await reasons("table_exists('features')")).toEqual([]);
    expect(await reasons("op.create_geospatial_index('i', 'places', ['at'])")).toEqual([
      'an operation that Alembic itself does not have (`create_geospatial_index`)',
    ]);
    expect(await reasons('op.create_entity(view)')).toEqual([]);
  });

  test('autocommit blocks and raw SQL', async () => {
    const revision = await revisionOf(`
def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index("i", "t", ["p"], postgresql_using="gin", postgresql_concurrently=True)
    op.execute("""
        UPDATE feature_values
           SET value = 1
    """)
`);
    expect(revision.autocommit).toBe(true);
    expect(revision.changes).toMatchObject([{ index: { concurrently: true, method: 'gin' } }]);
    expect(revision.queries).toMatchObject([{ kind: 'update', line: 13, target: { name: 'feature_values' } }]);
  });
});
