import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialectic-schema-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const dialectic = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/dialectic.js', ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

test.each([
  ['a folder that is not there', ['validate-schema-migration', '--migration-dir', '/nowhere'], /does not exist/],
  ['no folder', ['validate-schema-migration'], /--migration-dir/],
  ['a format that does not exist', ['graph', 'schema', '--format', 'dot'], /mermaid, json/],
])('%s: a line, and exit 2', (_, args, message) => {
  const { status, stdout, stderr } = dialectic(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(message);
});

test('a folder without a migration is the wrong folder', () => {
  writeFileSync(join(folder, 'README.md'), '# nothing\n');
  const { status, stderr } = dialectic('validate-schema-migration', '--migration-dir', folder);
  expect(status).toBe(2);
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('holds no migration')]);
});

test('the diagram does not call an index missing where it is not known', () => {
  writeFileSync(join(folder, 'V1__a.sql'), 'CREATE TABLE notes (id bigint PRIMARY KEY, body jsonb, plain jsonb);\n');
  writeFileSync(
    join(folder, 'V2__b.sql'),
    "DO $$ BEGIN EXECUTE format('CREATE INDEX ON notes USING gin (%I)', current_user); END $$;\n",
  );
  const { stdout } = dialectic('graph', 'schema', '--migration-dir', folder);
  expect(stdout).toContain(
    'jsonb body "since 1 (V1__a.sql:1); index unknown: SQL that a DO block puts together when it runs, 2 (V2__b.sql:1)"',
  );
  const picture = JSON.parse(dialectic('graph', 'schema', '--migration-dir', folder, '--format', 'json').stdout) as {
    tables: { doubts: string[] }[];
  };
  expect(picture.tables[0]?.doubts).toEqual(['SQL that a DO block puts together when it runs, 2 (V2__b.sql:1)']);
});
