import { expect, test } from '@jest/globals';
import { sqlScript } from '../../../src/languages/sql/index.js';

test('a mark of the migration tool ends a statement without a semicolon', () => {
  const goose =
    '-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE t (id int);\n\nALTER TABLE t\nADD COLUMN a int\n-- +goose StatementEnd\n\n-- +goose Down\n-- +goose StatementBegin\nDROP TABLE t\n-- +goose StatementEnd\n';
  const lines = sqlScript(goose)?.map(({ sql, line }) => [line, sql.trim().split(/\s+/, 3).join(' ')]);
  expect(lines).toEqual([
    [3, 'CREATE TABLE t'],
    [5, 'ALTER TABLE t'],
  ]);
  expect(sqlScript('-- migrate:up\nCREATE TABLE t (id int)\n-- migrate:down\nDROP TABLE t\n')).toHaveLength(1);
});

test('psql commands, templates and COPY data are more than plain SQL', () => {
  expect(['\\c other\n', 'SELECT {{ x }};', 'COPY t FROM stdin;\n1\n\\.\n'].map((text) => sqlScript(text))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
