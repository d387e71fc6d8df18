import { beforeAll, expect, test } from '@jest/globals';
import { dialectOf, readBlockSql } from '../../../src/languages/mage-sql/index.js';
import type { Dialect } from '../../../src/languages/mage-sql/index.js';
import { loadSqlParser } from '../../../src/languages/sql/index.js';

beforeAll(loadSqlParser);

const actions = (text: string, dialect: Dialect): string[] =>
  readBlockSql(text, dialect).statements.map(({ verb, action }) => `${action} ${verb}`);

test.each<[Dialect, string, string[]]>([
  ['postgres', 'COPY t TO STDOUT', ['read SELECT']],
  ['postgres', "COPY t FROM 's3://b/k'", ['write COPY']],
  ['postgres', 'EXPLAIN SELECT 1', ['read EXPLAIN']],
  ['bigquery', 'EXPORT DATA OPTIONS(uri="gs://b/*") AS SELECT 1', ['write EXPORT']],
  ['bigquery', '(SELECT 1) UNION ALL (SELECT 2)', ['read SELECT']],
  ['snowflake', 'WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a', ['write INSERT']],
  ['snowflake', 'CREATE OR REPLACE TEMPORARY TABLE x AS SELECT 1; DELETE FROM x', ['read DELETE']],
  ['mysql', "SELECT 'x; DROP TABLE t'", ['read SELECT']],
  ['redshift', "UNLOAD ('SELECT 1') TO 's3://b/k'", ['write UNLOAD']],
  ['transactsql', 'CREATE TABLE #t (a int)', []],
  ['trino', 'SELECT 1', ['read SELECT']],
  ['other', 'OPTIMIZE TABLE t; ALTER TABLE t DELETE WHERE a = 1', ['read OPTIMIZE', 'write ALTER']],
])('%s: %s', (dialect, text, expected) => expect(actions(text, dialect)).toEqual(expected));

test('what the grammar does not know is named, unless its first word says enough', () => {
  expect(readBlockSql('SELECT 1;\nSELECT FROM WHERE;\nMERGE INTO t USING s ON a = b', 'bigquery').unread).toEqual([
    { line: 2, reason: expect.stringMatching(/^not read as bigquery/) },
  ]);
  expect(readBlockSql('SELEC 1', 'postgres').unread).toHaveLength(1);
});

test('a template may stand for anything', () => {
  expect(readBlockSql('SELECT * FROM {{ df_1 }} WHERE {{ filter }}', 'mysql').unread).toEqual([]);
});

test('is bounded', () => {
  const nested = `SELECT ${'('.repeat(300)}1${')'.repeat(300)}`;
  expect(readBlockSql(nested, 'bigquery').unread).toEqual([
    { line: 1, reason: 'too long or too deeply nested to be read' },
  ]);
  expect(readBlockSql(`SELECT ${'('.repeat(900)}1`, 'mysql').unread).toEqual([
    { line: 1, reason: 'too deeply nested to be read' },
  ]);
});

test('providers', () => {
  expect(['postgres', 'BigQuery', 'mssql', 'clickhouse'].map(dialectOf)).toEqual([
    'postgres',
    'bigquery',
    'transactsql',
    'other',
  ]);
});
