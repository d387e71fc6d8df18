import { beforeAll, expect, test } from '@jest/globals';
import { loadSqlParser, readSql } from '../../../src/languages/sql/index.js';
import { fold } from '../../../src/models/schema/index.js';
import type { Database } from '../../../src/models/schema/index.js';

beforeAll(loadSqlParser);

/** One history of several files, folded. */
function folded(...files: string[]): Database {
  const migrations = files.map((text, order) => ({
    path: `${String(order + 1)}.sql`,
    revision: String(order + 1),
    order,
    changes: readSql(text).facts.statements.flatMap((statement) => statement.changes),
    queries: [],
  }));
  return fold('numbered', '', migrations);
}

const columnsOf = (database: Database, name: string): string[] => [
  ...(database.tables.find((table) => table.name.name === name)?.columns.keys() ?? []),
];

/** `table: reason (revision)`; `*` for any table. */
const doubtsOf = (database: Database): string[] => [
  ...database.doubts.map(
    ({ reason, origin, makes }) => `${makes === true ? 'new' : '*'}: ${reason} (${String(origin.revision)})`,
  ),
  ...database.tables.flatMap((table) =>
    table.doubts.map(({ reason, origin }) => `${table.name.name}: ${reason} (${String(origin.revision)})`),
  ),
];

const TABLE = 'CREATE TABLE features (id bigint, payload jsonb);\n';

test('a procedure happens when it is called, not when it is made', () => {
  const make = 'CREATE PROCEDURE grow() LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE features ADD COLUMN a text; END $$;';
  expect(columnsOf(folded(TABLE, make), 'features')).toEqual(['id', 'payload']);
  const called = folded(TABLE, make, 'CALL grow();');
  expect(columnsOf(called, 'features')).toEqual(['id', 'payload', 'a']);
  expect(doubtsOf(called)).toEqual([]);
  // A person would change the line in the procedure.
  expect(called.tables[0]?.columns.get('a')?.origin).toMatchObject({ path: '2.sql', line: 1, revision: '3' });
});

test.each([
  ['a SELECT list', 'SELECT grow();'],
  ['FROM', 'SELECT * FROM grow();'],
  ['a DO block', 'DO $$ BEGIN PERFORM grow(); END $$;'],
  ['an assignment', 'DO $$ DECLARE n int; BEGIN n := grow(); END $$;'],
  [
    'another function',
    'CREATE FUNCTION outer_one() RETURNS void LANGUAGE sql AS $$ SELECT grow() $$; SELECT outer_one();',
  ],
])('called from %s', (_, call) => {
  const make = 'CREATE FUNCTION grow() RETURNS void LANGUAGE sql AS $$ ALTER TABLE features ADD COLUMN a text $$;';
  expect(columnsOf(folded(TABLE + make, call), 'features')).toEqual(['id', 'payload', 'a']);
});

test('the last definition counts, and a dropped one does nothing', () => {
  const make = (column: string): string =>
    `CREATE OR REPLACE FUNCTION grow() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE features ADD COLUMN ${column} int; END $$;`;
  expect(columnsOf(folded(TABLE, make('a'), make('b'), 'SELECT grow();'), 'features')).toEqual(['id', 'payload', 'b']);
  expect(columnsOf(folded(TABLE, make('a'), 'DROP FUNCTION grow();', 'SELECT grow();'), 'features')).toEqual([
    'id',
    'payload',
  ]);
});

test('a procedure that builds its ALTER from its arguments makes the tables they name unknown', () => {
  const make = `CREATE PROCEDURE stamp(t text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %I ADD COLUMN created_at timestamptz', t);
END $$;`;
  const known = folded(TABLE + 'CREATE TABLE others (id int);', make, "CALL stamp('features');");
  expect(doubtsOf(known)).toEqual(['features: SQL that stamp() puts together when it runs (3)']);
  const anyTable = folded(TABLE, make, 'CALL stamp(current_setting($1));');
  expect(doubtsOf(anyTable)).toEqual(['*: SQL that stamp() puts together when it runs (3)']);
  expect(doubtsOf(folded(TABLE, make))).toEqual([]);
});

test('a procedure that the history does not make is said; a job of TimescaleDB changes no column', () => {
  expect(doubtsOf(folded(TABLE, 'CALL tidy();'))).toEqual(['*: a procedure that is not made here (`tidy`) (2)']);
  expect(doubtsOf(folded(TABLE, "CALL refresh_continuous_aggregate('x', NULL, NULL);"))).toEqual([]);
  expect(doubtsOf(folded(TABLE, 'SELECT now(), pg_sleep(1);'))).toEqual([]);
});

test.each<[string, string, string[], string[]]>([
  ['plain DDL', 'ALTER TABLE features ADD COLUMN a text;', ['a'], []],
  ['EXECUTE of a literal', "EXECUTE 'ALTER TABLE features ADD COLUMN a text';", ['a'], []],
  [
    'text put together of constants',
    "EXECUTE 'ALTER TABLE ' || quote_ident('features') || ' ADD COLUMN a text';",
    ['a'],
    [],
  ],
  ['format() with constants', "EXECUTE format('ALTER TABLE %I ADD COLUMN %I text', 'features', 'a');", ['a'], []],
  ['a default that is put in', "EXECUTE format('ALTER TABLE features ADD COLUMN a text DEFAULT %L', 'x');", ['a'], []],
  ['a variable', "s := 'ALTER TABLE features'; s := s || ' ADD COLUMN a text'; EXECUTE s;", ['a'], []],
  [
    'a loop over literals',
    "FOREACH s IN ARRAY ARRAY['a', 'b'] LOOP EXECUTE format('ALTER TABLE features ADD COLUMN %I text', s); END LOOP;",
    ['a', 'b'],
    [],
  ],
  [
    'a loop over a declared array',
    "FOREACH s IN ARRAY names LOOP EXECUTE format('ALTER TABLE features ADD COLUMN %I text', s); END LOOP;",
    ['x', 'y'],
    [],
  ],
  [
    'a name from a query',
    "FOR r IN SELECT * FROM todo LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN a text', r.name); END LOOP;",
    [],
    ['*: REASON'],
  ],
  [
    'a column from a query',
    "FOR r IN SELECT * FROM todo LOOP EXECUTE format('ALTER TABLE features ADD COLUMN %I text', r.name); END LOOP;",
    [],
    ['features: REASON'],
  ],
  [
    'a clause from elsewhere',
    "EXECUTE 'ALTER TABLE features ' || (SELECT clause FROM todo);",
    [],
    ['features: REASON'],
  ],
  ['text from a query', 'SELECT ddl INTO s FROM todo; EXECUTE s;', [], ['*: REASON']],
  ['a count from a query', 'SELECT query INTO s FROM todo; EXECUTE s INTO r;', [], []],
  [
    'a variable that a branch changed',
    "s := 'SELECT 1'; IF now() > 'epoch' THEN s := 'ALTER TABLE features ADD COLUMN a text'; END IF; EXECUTE s;",
    [],
    ['features: REASON'],
  ],
  [
    'partitions',
    "EXECUTE format('CREATE TABLE %I PARTITION OF features FOR VALUES IN (1)', 'p_' || now());",
    [],
    ['new: REASON'],
  ],
  ['a grant', "EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA public TO %I', current_user);", [], []],
  [
    'a partition that is attached',
    "EXECUTE format('ALTER TABLE features ATTACH PARTITION %I FOR VALUES IN (1)', 'p_' || now());",
    [],
    ['new: REASON'],
  ],
  ['a row', "EXECUTE format('DELETE FROM %I', current_user);", [], []],
])('a DO block: %s', (_, body, columns, doubts) => {
  const block = `DO $$ DECLARE s text; r record; names text[] := '{x,y}'; BEGIN ${body} END $$;`;
  const database = folded(TABLE, block);
  expect(columnsOf(database, 'features')).toEqual(['id', 'payload', ...columns]);
  const reason = 'SQL that a DO block puts together when it runs (2)';
  expect(doubtsOf(database)).toEqual(doubts.map((doubt) => doubt.replace('REASON', reason)));
});

test('an index with a name from elsewhere is an index all the same', () => {
  const database = folded(
    TABLE,
    "DO $$ BEGIN EXECUTE format('CREATE INDEX %I ON features USING gin (payload)', current_user); END $$;",
  );
  expect(database.tables[0]?.indexes).toMatchObject([{ method: 'gin', keys: [{ column: 'payload' }] }]);
});

test('bodies in other languages, and bodies that do not parse', () => {
  const python = `CREATE FUNCTION grow() RETURNS void LANGUAGE plpython3u AS $$ plpy.execute("ALTER TABLE features ADD COLUMN a int") $$;`;
  expect(doubtsOf(folded(TABLE, python, 'SELECT grow();'))).toEqual([
    'features: the body of grow() could not be read (3)',
  ]);
  expect(doubtsOf(folded(TABLE, 'DO $$ BEGIN ALTER TABLE features ADD COLUMN a int; END IF; END $$;'))).toEqual([
    'features: the body of a DO block could not be read (2)',
  ]);
  expect(doubtsOf(folded(TABLE, 'DO LANGUAGE plpython3u $$ plpy.notice("hello") $$;'))).toEqual([]);
});
