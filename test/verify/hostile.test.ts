import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { VerifiedOutcome } from '../../src/core/verification.js';
import { postgresVerifier } from '../../src/verify/index.js';
import type { VerifierOptions } from '../../src/verify/index.js';
import { at, connected, runName } from '../../src/verify/leftovers.js';
import { backends, CHILD, SERVER } from '../support/verify-backends.js';

const ESCAPE = join(tmpdir(), `dialectic-escape-${String(process.pid)}`);

/** Applies statements, one a line, as a history. */
async function apply(
  statements: readonly string[],
  options: VerifierOptions,
): Promise<VerifiedOutcome | { failed: string }> {
  const script = { path: 'm/001.sql', statements: statements.map((sql, i) => ({ sql, line: i + 1 })) };
  const answer = await postgresVerifier({ command: CHILD, timeoutMs: 150_000, ...options })({
    histories: [{ root: 'm', scripts: [script], probes: [] }],
  });
  if (answer.kind === 'failed') return { failed: answer.reason };
  return answer.histories[0] ?? { failed: 'no outcome' };
}

const REFUSED = [
  "COPY t FROM PROGRAM 'id'",
  `COPY t TO PROGRAM 'touch ${ESCAPE}'`,
  "COPY t FROM '/etc/passwd'",
  `COPY t TO '${ESCAPE}'`,
  `DO $$ BEGIN EXECUTE 'COPY t TO PROGRAM ''touch ${ESCAPE}'''; END $$`,
  "SELECT pg_read_file('/etc/passwd')",
  "SELECT pg_read_binary_file('/etc/passwd')",
  "SELECT pg_ls_dir('/')",
  "SELECT pg_stat_file('/etc/passwd')",
  "SELECT lo_import('/etc/passwd')",
  `SELECT lo_export(lo_from_bytea(0, '\\x61'), '${ESCAPE}')`,
  'CREATE EXTENSION dblink',
  'CREATE EXTENSION postgres_fdw',
  'CREATE EXTENSION file_fdw',
  'CREATE EXTENSION plpython3u',
  'CREATE EXTENSION adminpack',
  "CREATE FUNCTION run(text) RETURNS int AS 'libc.so.6', 'system' LANGUAGE c",
  "CREATE FUNCTION run(text) RETURNS int AS 'int4in' LANGUAGE internal",
  `LOAD '${ESCAPE}.so'`,
  'SET ROLE pg_execute_server_program',
  'SET ROLE pg_read_server_files',
  'SET ROLE pg_write_server_files',
  'SET ROLE pg_signal_backend',
  'ALTER ROLE CURRENT_USER SUPERUSER',
  'ALTER ROLE CURRENT_USER CREATEDB',
  'CREATE ROLE other SUPERUSER',
  'GRANT pg_read_server_files TO CURRENT_USER',
  'UPDATE pg_authid SET rolsuper = true',
  "ALTER SYSTEM SET archive_command = 'id'",
  'CREATE DATABASE other',
  'DROP DATABASE template1',
  `CREATE TABLESPACE other LOCATION '${ESCAPE}'`,
  "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1' PUBLICATION p",
  'CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$; CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION f()',
  "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I IS_TEMPLATE true', current_database()); END $$",
];

const HAS_TOO_MUCH = `DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls))
    OR EXISTS (SELECT FROM pg_auth_members WHERE member = current_user::regrole)
    OR EXISTS (SELECT FROM pg_database WHERE datname = current_database() AND datdba = current_user::regrole)
    OR current_user <> session_user
  THEN RAISE EXCEPTION 'the role has too much'; END IF; END $$`;

describe.each(backends())('hostile SQL, %s', (kind, url) => {
  test('reaches no file, no program, no network, no other role', async () => {
    const outcome = await apply(['CREATE TABLE t (id text)', ...REFUSED, 'CREATE TABLE done (id text)'], { url });
    expect(outcome).not.toHaveProperty('failed');
    const said = 'missing' in outcome ? outcome.missing : [];
    const lines = said.map((words) => Number(/^m\/001\.sql:(\d+): /.exec(words)?.[1]));
    expect(REFUSED.filter((_, i) => !lines.includes(i + 2))).toEqual([]);
    expect('failure' in outcome ? outcome.failure : undefined).toBeUndefined();
    expect([existsSync(ESCAPE), existsSync(`${ESCAPE}.so`)]).toEqual([false, false]);
  }, 200_000);

  test('has a role with nothing but its own schema, and keeps it', async () => {
    const resets = ['RESET ROLE', 'RESET SESSION AUTHORIZATION', 'DISCARD ALL', 'RESET ALL', "SELECT set_config('role', 'none', false)"]; // prettier-ignore
    const outcome = await apply([HAS_TOO_MUCH, ...resets.flatMap((reset) => [reset, HAS_TOO_MUCH])], { url });
    expect(outcome).toEqual({ root: 'm', missing: [], plans: {} });
  }, 200_000);

  test.each([
    'SET SESSION AUTHORIZATION postgres',
    "DO $$ BEGIN EXECUTE 'SET SESSION AUTHORIZATION ' || (SELECT quote_ident(rolname) FROM pg_roles WHERE rolsuper LIMIT 1); END $$",
  ])(
    'gets no further by %s',
    async (sql) => {
      const outcome = await apply([sql, "SELECT pg_ls_dir('.')", 'CREATE TABLE t (id int)', 'SELECT 1 / 0'], { url });
      const said = 'missing' in outcome ? outcome.missing : [];
      if (kind === 'embedded') expect(said).toEqual(['m/001.sql:1: a statement left the role that migrations run as']);
      else
        expect(said).toEqual([
          expect.stringMatching(/^m\/001\.sql:1: permission denied/),
          expect.stringMatching(/^m\/001\.sql:2: permission denied/),
          'm/001.sql:4: division by zero',
        ]);
    },
    200_000,
  );

  test.each([
    ['never ends', ['SET statement_timeout = 0', 'SELECT count(*) FROM generate_series(1, 1e12::bigint)']],
    [
      'catches its own cancellation',
      [
        'SET statement_timeout = 500',
        'DO $$ BEGIN LOOP BEGIN LOOP END LOOP; EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$',
      ],
    ],
    ['answers without end', ["SELECT repeat('x', 1000000) FROM generate_series(1, 100000000)"]],
    [
      'grows without end',
      ['CREATE TABLE t AS SELECT repeat(md5(i::text), 100) FROM generate_series(1, 1000000000) AS i'],
    ],
  ])(
    'a statement that %s is ended',
    async (_, statements) => {
      const outcome = await apply(statements, { url, timeoutMs: 20_000 });
      const said = 'failed' in outcome ? outcome.failed : outcome.missing.join();
      expect(said).toMatch(
        /took longer|too much memory|temp_file_limit|grew too large|invalid memory|out of memory|no space/i,
      );
    },
    200_000,
  );
});

describe('the child', () => {
  const history = ['CREATE TABLE t (id int)'];
  const ask = (code: string, options: Partial<VerifierOptions> = {}) =>
    apply(history, { url: undefined, command: ['-e', code], timeoutMs: 30_000, ...options });

  test.each([
    ['is not there', ['no-such-file.mjs'], 1],
    ['says nothing', ['-e', 'process.exit(3)'], 3],
    ['says nonsense', ['-e', 'console.log("{")'], 0],
  ])('one that %s is an answer, too', async (_, command, code) => {
    const outcome = await apply(history, { url: undefined, command, timeoutMs: 30_000 });
    expect(outcome).toEqual({ failed: expect.stringContaining(`the database's process ended (${String(code)})`) });
  });

  test('is killed at the bound of time', async () => {
    expect(await ask('setInterval(() => {}, 1000)', { timeoutMs: 1000 })).toEqual({
      failed: 'the database took longer than 1 s',
    });
  });

  (process.platform === 'linux' ? test : test.skip)('is killed at the bound of memory', async () => {
    const code = 'const a = []; setInterval(() => a.push(Buffer.alloc(3e7, 1)), 10)';
    expect(await ask(code, { maxResidentBytes: 3e8 })).toEqual({ failed: 'the database needed too much memory' });
  });

  test('answers no more than is read', async () => {
    expect(await ask('process.stdout.write("x".repeat(2e7)); setInterval(() => {}, 1000)')).toEqual({
      failed: 'the answer was too long',
    });
  });

  test('gets none of the environment, writes no file and starts no process', async () => {
    process.env['DIALECTIC_TEST_SECRET'] = 'secret';
    const code = `
      const said = [];
      for (const work of [
        () => require('fs').writeFileSync(${JSON.stringify(ESCAPE)}, 'x'),
        () => require('child_process').execSync('id'),
      ]) try { work(); said.push('done'); } catch (error) { said.push(error.code); }
      said.push(String(process.env.DIALECTIC_TEST_SECRET));
      console.log(JSON.stringify({ kind: 'failed', reason: said.join() }));`;
    expect(await ask(code)).toEqual({ failed: 'ERR_ACCESS_DENIED,ERR_ACCESS_DENIED,undefined' });
    delete process.env['DIALECTIC_TEST_SECRET'];
  });
});

(SERVER === undefined ? describe.skip : describe)('on the server', () => {
  const url = SERVER ?? '';
  async function query(sql: string, ...values: string[]): Promise<unknown[]> {
    const admin = await connected(url);
    try {
      return (await admin.query<{ name: string }>(sql, values)).rows.map(({ name }) => name);
    } finally {
      await admin.end();
    }
  }
  const left = (): Promise<unknown[]> =>
    query(
      `SELECT datname AS name FROM pg_database WHERE datname LIKE 'dialectic\\_verify\\_%'
       UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE 'dialectic\\_verify\\_%'`,
    );

  test('a killed child leaves nothing behind', async () => {
    const before = await left();
    const outcome = await apply(['CREATE TABLE t (id int)', 'SELECT pg_sleep(1000)'], { url, timeoutMs: 6000 });
    expect(outcome).toEqual({ failed: 'the database took longer than 6 s' });
    expect((await left()).filter((name) => !before.includes(name))).toEqual([]);
  }, 200_000);

  test('what a run left long ago goes; what one made now stays', async () => {
    const [old, young] = [runName(Date.now() - 3_600_000), runName(Date.now())];
    for (const name of [old, young]) {
      await query(`CREATE ROLE ${name}`);
      await query(`CREATE DATABASE ${name}`);
    }
    try {
      await apply(['CREATE TABLE t (id int)'], { url });
      const names = await left();
      expect([names.includes(old), names.includes(young)]).toEqual([false, true]);
    } finally {
      for (const name of [old, young]) {
        await query(`DROP DATABASE IF EXISTS ${name}`);
        await query(`DROP ROLE IF EXISTS ${name}`);
      }
    }
  }, 200_000);

  test('no trusted extension beyond the list can be made, by whatever way', async () => {
    const offered = await query(
      `SELECT DISTINCT name FROM pg_available_extension_versions
       WHERE trusted AND name IN ('lo', 'plperl', 'pltcl', 'jsonb_plperl', 'bool_plperl')`,
    );
    if (offered.length === 0) {
      process.stdout.write('verify: this server offers no trusted extension beyond the list, so none is tried\n');
      return;
    }
    const name = String(offered[0]);
    const ways = [`CREATE EXTENSION ${name} CASCADE`, `DO $$ BEGIN EXECUTE 'CREATE EXTENSION ${name} CASCADE'; END $$`];
    const outcome = await apply(ways, { url });
    expect(outcome).toMatchObject({
      missing: ways.map((_, i) =>
        expect.stringMatching(`^m/001.sql:${String(i + 1)}: this extension is not available`),
      ),
    });
  }, 200_000);

  test('another database of the same server is another world', async () => {
    const name = new URL(at(url, 'postgres')).pathname.slice(1);
    const outcome = await apply([`SELECT * FROM ${name}.pg_catalog.pg_class`], { url });
    expect(outcome).toMatchObject({ missing: [], failure: { code: '0A000' } });
  }, 200_000);
});
