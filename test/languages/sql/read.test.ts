import { beforeAll, describe, expect, test } from '@jest/globals';
import { loadSqlParser, readSql, sqlFile } from '../../../src/languages/sql/index.js';

beforeAll(loadSqlParser);

const changes = (sql: string) => readSql(sql).facts.statements.flatMap((statement) => statement.changes);
const queries = (sql: string) => readSql(sql).facts.statements.flatMap((statement) => statement.queries);

describe('statements', () => {
  test('keeps lines through comments, dollar quotes, COPY data and meta-commands', () => {
    const sql = [
      '\\connect shop',
      '/* a /* nested */ comment; */',
      'create function f() returns trigger language plpgsql as $body$',
      'begin',
      '  update feature_values set value = 1;',
      '  return new;',
      'end $body$;',
      'COPY t (a) FROM stdin;',
      "it's; data",
      '\\.',
      '-- é ünïcode before',
      'create table "Über" (id int, "größe" text default \'ä\', payload json);',
    ].join('\n');
    const { facts, problems } = readSql(sql);
    expect(problems).toEqual([]);
    expect(facts.statements.map((s) => [s.kind, s.line, s.endLine])).toEqual([
      ['CreateFunctionStmt', 3, 7],
      ['CopyStmt', 8, 8],
      ['CreateStmt', 12, 12],
    ]);
    expect(facts.statements[0]?.queries).toMatchObject([
      { kind: 'update', target: { name: 'feature_values' }, line: 5, within: 'function' },
    ]);
  });

  test('one syntax error is a problem at its line and loses nothing else', () => {
    const { facts, problems } = readSql('create table a (id int);\nselect from where;\ncreate table b (id int);');
    expect(facts.statements).toHaveLength(2);
    expect(problems).toEqual([{ kind: 'unread', line: 2, reason: 'not PostgreSQL: syntax error at or near "where"' }]);
  });

  test('templates and variables are filled in neutrally', () => {
    const sql =
      "{{ config(materialized='table') }}\nselect * from {{ ref('a') }} where x = :x and y = '{{ ds }}' and z::int > ${min};";
    const { facts, problems } = readSql(sql);
    expect(problems).toEqual([]);
    expect(facts.statements).toMatchObject([{ line: 2, templated: true, kind: 'SelectStmt' }]);
    expect(() =>
      readSql('select {% for c in cols %} {{ c }} {% if x %}, {% endif %} {% endfor %} {{ macro() }} from from'),
    ).toThrow(/template/);
  });

  test('up and down parts', () => {
    const sql = '-- migrate:up\ncreate table a (id int);\n-- migrate:down\ndrop table a;';
    expect(readSql(sql).facts.statements.map((s) => s.direction)).toEqual(['up', 'down']);
    const goose =
      '-- +goose Up\n-- +goose StatementBegin\ncreate table a (id int);\n-- +goose StatementEnd\n-- +goose Down\ndrop table a;';
    expect(readSql(goose).facts.statements.map((s) => s.direction)).toEqual(['up', 'down']);
  });

  test.each([
    ['mysql', 'CREATE TABLE `a` (`id` int AUTO_INCREMENT) ENGINE=InnoDB;'],
    ['sqlite', 'CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT);'],
    ['clickhouse', 'CREATE TABLE a (id UInt64) ENGINE = MergeTree() ORDER BY id;'],
    ['mssql', 'CREATE TABLE [dbo].[a] (id UNIQUEIDENTIFIER);\nGO'],
    ['mysql', 'CREATE TABLE a (id int, at datetime);'],
  ])('%s is not ours', (dialect, sql) => {
    expect(() => readSql(sql)).toThrow(`looks like ${dialect} SQL`);
  });

  test('hostile input ends soon and is said', () => {
    expect(() => readSql(`select ${'('.repeat(5000)}1${')'.repeat(5000)};`)).toThrow(/nested/);
    const chain = `select ${Array.from({ length: 20_000 }, () => '1').join('+')};`;
    expect(readSql(`${chain} create table a (id int);`).facts.statements.length).toBeGreaterThanOrEqual(1);
    const quotes = `create table a();\nselect ${"'".repeat(10_001)};`;
    expect(readSql(quotes).problems).toMatchObject([{ line: 2 }]);
    expect(readSql(quotes).problems[0]?.reason.length).toBeLessThan(200);
  });
});

describe('extractor', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  test('UTF-16 and byte order marks', async () => {
    const utf16 = new Uint8Array(Buffer.from('\ufeffcreate table a (id int);', 'utf16le'));
    expect((await sqlFile.extract(utf16)).facts.statements).toHaveLength(1);
    expect((await sqlFile.extract(bytes('\ufeffcreate table a (id int);'))).facts.statements).toHaveLength(1);
  });
  test('binary and broken text are refused', async () => {
    await expect(async () => sqlFile.extract(bytes('create table a (id int);\0'))).rejects.toThrow(/NUL/);
    await expect(async () => sqlFile.extract(new Uint8Array([0x63, 0xff, 0xfe]))).rejects.toThrow(/UTF-8/);
  });
  test('facts survive structured cloning', async () => {
    const { facts } = await sqlFile.extract(
      bytes('create index i on t using gin (payload jsonb_path_ops) where a > 1;'),
    );
    expect(structuredClone(facts)).toEqual(facts);
  });
});

describe('changes', () => {
  test('a table', () => {
    expect(
      changes(
        "create table if not exists s.t (\n  id bigserial primary key,\n  payload json not null default '{}',\n  name varchar(20) unique,\n  at timestamptz,\n  tags text[]\n);",
      ),
    ).toMatchObject([
      {
        kind: 'create-table',
        table: { schema: 's', name: 't' },
        ifNotExists: true,
        columns: [
          { name: 'id', type: 'bigint', nullable: false, line: 2 },
          { name: 'payload', type: 'json', nullable: false, default: "'{}'", line: 3 },
          { name: 'name', type: 'character varying(20)', line: 4 },
          { name: 'at', type: 'timestamp with time zone', line: 5 },
          { name: 'tags', type: 'text[]', line: 6 },
        ],
        constraints: [
          { kind: 'primary', columns: ['id'] },
          { kind: 'unique', columns: ['name'] },
        ],
      },
    ]);
  });

  test('an index', () => {
    expect(
      changes("create index concurrently i on t using gin (payload jsonb_path_ops, (data->'a')) where x"),
    ).toMatchObject([
      {
        index: {
          name: 'i',
          method: 'gin',
          concurrently: true,
          where: 'x',
          keys: [{ column: 'payload', opclass: 'jsonb_path_ops' }, { expression: "(data -> 'a')" }],
        },
      },
    ]);
  });

  test('DO blocks change the schema, conditionally', () => {
    const sql =
      'do $$\nbegin\n  if not exists (select 1 from pg_type) then\n    alter table t add column b jsonb;\n  end if;\nend $$;';
    expect(changes(sql)).toMatchObject([{ kind: 'add-column', conditional: true, line: 4 }]);
  });

  test.each([
    ['alter table a rename to b', 'rename-table'],
    ['alter table a rename x to y', 'rename-column'],
    ['alter table a alter x type jsonb using x::jsonb', 'alter-type'],
    ['alter table a set schema s', 'move-table'],
    ['drop index concurrently if exists s.i', 'drop-index'],
    ['create table a as select * from b', 'create-table'],
    ['create table a partition of b for values from (1) to (2)', 'create-table'],
    ['alter table a attach partition b default', 'attach-partition'],
    ['set search_path to s, public', 'search-path'],
    ["select create_distributed_table('a', 'entity_id')", 'distribute'],
  ])('%s', (sql, kind) => {
    expect(changes(sql)).toMatchObject([{ kind }]);
  });
});

describe('queries', () => {
  test('predicates know their clause, their table and whether they are ANDed', () => {
    const [query] = queries(
      "select f.data->>'city' from features f join users u on u.ref = f.data->>'user'\nwhere f.tenant = $1\n  and (f.data->>'a' = 'x' or lower(data #>> '{b,c}') like 'y%')\n  and f.data @> '{}'",
    );
    expect(query?.predicates).toMatchObject([
      {
        clause: 'join',
        conjunct: true,
        operator: '=',
        right: { json: { operator: '->>', steps: ['user'], column: { table: { name: 'features' } } } },
      },
      {
        clause: 'where',
        operator: '=',
        left: { column: { table: { name: 'features' }, name: 'tenant' } },
        right: { constant: true },
        line: 2,
      },
      { clause: 'where', conjunct: false, left: { expression: "(data ->> 'a')" }, line: 3 },
      {
        clause: 'where',
        conjunct: false,
        operator: 'LIKE',
        left: { expression: "lower((data #>> '{b,c}'))", json: { operator: '#>>', steps: ['b', 'c'] } },
      },
      { operator: '@>', left: { column: { name: 'data' } }, line: 4 },
    ]);
  });

  test('CASE and SELECT lists give no predicates', () => {
    expect(
      queries("select data->>'a' from t where case when data->>'b' = '1' then true else false end")[0]?.predicates,
    ).toEqual([]);
  });

  test('writes', () => {
    expect(
      queries('insert into f (a, b) values (1, 2) on conflict (a, event_time) do update set b = excluded.b'),
    ).toMatchObject([
      {
        kind: 'insert',
        target: { name: 'f' },
        conflict: { action: 'update', columns: ['a', 'event_time'] },
        assignments: [{ column: 'b' }],
      },
    ]);
    expect(
      queries('with gone as (delete from f where x = 1 returning *) insert into g select * from gone'),
    ).toMatchObject([
      { kind: 'insert', target: { name: 'g' } },
      { kind: 'delete', target: { name: 'f' }, predicates: [{ operator: '=' }] },
    ]);
    expect(
      queries('truncate a, b')
        .map((q) => q.target?.name)
        .sort(),
    ).toEqual(['a', 'b']);
  });

  test('distance order, also by its alias', () => {
    expect(queries('select id, embedding <=> $1 as d from items order by d limit 5')[0]?.distances).toMatchObject([
      { operator: '<=>', column: { name: 'embedding', table: { name: 'items' } } },
    ]);
  });

  test('one expression has one spelling', () => {
    const expression = (sql: string) =>
      queries(`select 1 from t where ${sql} = 'x'`)[0]?.predicates[0]?.left.expression;
    expect(expression("t.data->>'a'")).toBe(expression("((data ->> 'a'::text))::text"));
    expect(expression("(data->>'a')::int")).not.toBe(expression("data->>'a'"));
  });
});
