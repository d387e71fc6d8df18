import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/config/defaults.js';
import { schemaModel } from '../../../src/models/schema/index.js';
import { memoryFactStore } from '../../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../../src/reviewers/workspace.js';
import { snapshotOf } from '../../support/snapshot.js';
import type { Content } from '../../support/snapshot.js';

/** What one bad file does to the review of a repository that also holds good ones. */
async function readWith(bad: Record<string, Content>) {
  const files = { 'good/migrations/001.sql': 'CREATE TABLE sound (id bigint, body jsonb);\n', ...bad };
  const workspace = new SnapshotWorkspace(snapshotOf(files), DEFAULT_SETTINGS, memoryFactStore(), undefined, true);
  const schema = await workspace.model(schemaModel);
  return { tables: schema.tables.map((table) => table.name.name).sort(), schema, gaps: workspace.gaps };
}

const revision = (
  id: string,
  down: string,
  body = `op.create_table("t_${id}", sa.Column("id", sa.Integer()))`,
): string =>
  `from alembic import op\nimport sqlalchemy as sa\n\nrevision = "${id}"\ndown_revision = ${down}\n\n\ndef upgrade():\n    ${body}\n`;

describe('revision graphs that cannot be right', () => {
  test('half a chain: what is there is read, and the missing parent named', async () => {
    const { tables, gaps } = await readWith({ 'alembic/versions/b.py': revision('bbbb', '"aaaa"') });
    expect(tables).toEqual(['sound', 't_bbbb']);
    expect(gaps).toMatchObject([{ path: 'alembic/versions/b.py', line: 4, kind: 'unread' }]);
    expect(gaps[0]?.reason).toContain('down_revision aaaa is not in this repository');
  });

  test('two heads', async () => {
    const { tables, gaps } = await readWith({
      'alembic/versions/a.py': revision('aaaa', 'None'),
      'alembic/versions/b.py': revision('bbbb', '"aaaa"'),
      'alembic/versions/c.py': revision('cccc', '"aaaa"'),
    });
    expect(tables).toEqual(['sound', 't_aaaa', 't_bbbb', 't_cccc']);
    expect(gaps.map(({ reason }) => reason)).toEqual(['the history has 2 heads (cccc, bbbb)']);
  });

  test('a merge of two heads has one', async () => {
    const { gaps } = await readWith({
      'alembic/versions/a.py': revision('aaaa', 'None'),
      'alembic/versions/b.py': revision('bbbb', '"aaaa"'),
      'alembic/versions/c.py': revision('cccc', '"aaaa"'),
      'alembic/versions/d.py': revision('dddd', '("bbbb", "cccc")', 'pass'),
    });
    expect(gaps).toEqual([]);
  });

  test('a cycle', async () => {
    const { tables, gaps } = await readWith({
      'alembic/versions/a.py': revision('aaaa', '"bbbb"'),
      'alembic/versions/b.py': revision('bbbb', '"aaaa"'),
    });
    expect(tables).toEqual(['sound']);
    expect(gaps.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      'alembic/versions/a.py revision aaaa is part of a cycle of down_revisions',
      'alembic/versions/b.py revision bbbb is part of a cycle of down_revisions',
    ]);
  });

  test('one id twice in a folder', async () => {
    const { gaps } = await readWith({
      'alembic/versions/a.py': revision('aaaa', 'None'),
      'alembic/versions/copy.py': revision('aaaa', 'None'),
    });
    expect(gaps.map(({ reason }) => reason)).toEqual(['revision aaaa exists twice']);
  });

  test('folders below versions/: one history when they build on each other, else one each', async () => {
    const years = await readWith({
      'alembic/versions/2024/a.py': revision('aaaa', 'None'),
      'alembic/versions/2025/b.py': revision('bbbb', '"aaaa"'),
    });
    expect(years.gaps).toEqual([]);
    expect(years.schema.databases.filter(({ tool }) => tool === 'alembic')).toHaveLength(1);
    const twins = await readWith({
      'alembic/versions/main/a.py': revision('aaaa', 'None'),
      'alembic/versions/tenants/a.py': revision('aaaa', 'None'),
      'alembic/versions/tenants/b.py': revision('bbbb', '"aaaa"'),
    });
    expect(twins.gaps).toEqual([]);
    expect(twins.schema.databases.filter(({ tool }) => tool === 'alembic')).toHaveLength(2);
  });
});

describe('files that cannot be read', () => {
  test('Python that does not parse: what is sound is read, the line is named', async () => {
    const { tables, gaps } = await readWith({
      'alembic/versions/a.py': `${revision('aaaa', 'None')}    op.add_column("t_aaaa", sa.Column(\n\n\ndef downgrade():\n    pass\n`,
    });
    expect(tables).toContain('sound');
    expect(gaps).toMatchObject([{ path: 'alembic/versions/a.py', kind: 'unread' }]);
    expect(gaps[0]?.line).toBeGreaterThan(0);
  });

  test.each<[string, string, Content, RegExp]>([
    [
      'Jinja that is not SQL before it is rendered',
      'db/model.sql',
      '{% if x %} CREATE {{ kind }} {{ name }} {% endif %} FROM FROM;\n',
      /template/,
    ],
    ['binary', 'db/dump.sql', new Uint8Array([0x43, 0x00, 0x52, 0x00, 0xff, 0xfe, 0x00]), /not UTF-8 text/],
    [
      'invalid UTF-8',
      'db/latin.sql',
      new Uint8Array([...Buffer.from("INSERT INTO t VALUES ('"), 0xe9, ...Buffer.from("');")]),
      /not UTF-8 text/,
    ],
    ['SQL that is none', 'db/notes.sql', 'this is not SQL at all;\n', /not PostgreSQL/],
    ['deep nesting', 'db/deep.sql', `SELECT ${'('.repeat(1_000)}1${')'.repeat(1_000)};\n`, /nested more than/],
  ])('%s', async (_, path, content, reason) => {
    const { tables, gaps } = await readWith({ [path]: content });
    expect(tables).toContain('sound');
    expect(gaps.map((gap) => gap.path)).toEqual([path]);
    expect(gaps[0]?.reason).toMatch(reason);
  });

  test('UTF-16 with a byte order mark is read', async () => {
    const text = '\ufeffCREATE TABLE wide (id bigint, body json);\n';
    const { tables, gaps } = await readWith({ 'db/wide.sql': new Uint8Array(Buffer.from(text, 'utf16le')) });
    expect(gaps).toEqual([]);
    expect(tables).toContain('wide');
  });

  test('UTF-16 without one is refused', async () => {
    const { gaps } = await readWith({
      'db/wide.sql': new Uint8Array(Buffer.from('CREATE TABLE wide (id int);', 'utf16le')),
    });
    expect(gaps.map(({ path }) => path)).toEqual(['db/wide.sql']);
    expect(gaps[0]?.reason).toContain('NUL');
  });

  test('a dump of more than 5 MB: its tables are known', async () => {
    const rows = `${'1\tvalue of a row\t{"a": 1}\n'.repeat(20)}`;
    const copies = `COPY dumped (id, name, body) FROM stdin;\n${rows}\\.\n`.repeat(8_200);
    const inserts = `INSERT INTO dumped VALUES ${"(1, 'x', '{}'),\n".repeat(60_000)}(2, 'y', '{}');\n`;
    const dump = `CREATE TABLE dumped (id bigint, name text, body json);\n${copies}${inserts}CREATE TABLE last (id bigint);\n`;
    expect(dump.length).toBeGreaterThan(5 * 1024 * 1024);
    const { tables, gaps } = await readWith({ 'db/dump.sql': dump });
    expect(gaps).toEqual([]);
    expect(tables).toEqual(['dumped', 'last', 'sound']);
  });

  test('a file above the size limit is named', async () => {
    const { tables, gaps } = await readWith({
      'db/huge.sql': `CREATE TABLE a (id int);\n${'-- filler\n'.repeat(2_000_000)}`,
    });
    expect(tables).toContain('sound');
    expect(gaps).toMatchObject([{ path: 'db/huge.sql', kind: 'unread' }]);
  });
});
