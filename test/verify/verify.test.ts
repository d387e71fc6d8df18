import { describe, expect, test } from '@jest/globals';
import { CHECKS } from '../../src/checks/index.js';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import type { Verify } from '../../src/core/verification.js';
import { postgresVerifier } from '../../src/verify/index.js';
import { runChecks } from '../support/fixtures.js';
import { snapshotOf } from '../support/snapshot.js';
import { backends, CHILD } from '../support/verify-backends.js';

const checks = CHECKS.filter((check) => check.view === 'log');

const FILES = {
  'migrations/001_events.sql': [
    'CREATE TABLE feature_values (',
    '  entity_id bigint NOT NULL,',
    '  event_time timestamptz NOT NULL,',
    '  payload jsonb NOT NULL,',
    '  PRIMARY KEY (entity_id, event_time)',
    ');',
    'CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb NOT NULL);',
  ].join('\n'),
  'migrations/002_index.sql': "CREATE INDEX CONCURRENTLY ix ON events ((payload ->> 'city'));\n",
  'queries.sql':
    "SELECT id FROM events WHERE payload ->> 'city' = 'Oslo';\nSELECT id FROM events WHERE payload ->> 'kind' = 'x';\n",
};

async function review(files: Record<string, string>, verify: Verify) {
  const settings = { logical: { ...DEFAULT_SETTINGS.logical, verify: true } };
  return runChecks({ ...snapshotOf(files), verify }, checks, settings);
}

describe.each(backends())('%s', (_, url) => {
  const verify = postgresVerifier({ url, command: CHILD, timeoutMs: 150_000 });

  test('proves what no index serves, and says nothing of what one serves', async () => {
    const { findings } = await review(FILES, verify);
    const proven = findings.filter((finding) => finding.message.includes('Proven:'));
    expect(
      proven.map((finding) => `${finding.check} ${finding.location.path}:${String(finding.location.startLine)}`),
    ).toEqual(['log/jsonb-without-gin migrations/001_events.sql:4', 'log/arrow-filter-without-index queries.sql:2']);
    expect(proven[0]?.message).toMatch(/plans `.*Seq Scan on feature_values`/);
  }, 200_000);

  test('a migration that does not apply stands at its line', async () => {
    const { findings, outcomes } = await review(
      { ...FILES, 'migrations/003_late.sql': '-- why\nALTER TABLE events\n  DROP COLUMN city;\n' },
      verify,
    );
    expect(findings.filter((finding) => finding.check === 'log/migration-does-not-apply')).toMatchObject([
      {
        location: { path: 'migrations/003_late.sql', startLine: 2 },
        message: expect.stringContaining('column "city" of relation "events" does not exist'),
      },
    ]);
    expect(outcomes.find((outcome) => outcome.check === 'log/migration-does-not-apply')?.kind).toBe('done');
  }, 200_000);

  test('what only this server lacks is no finding', async () => {
    const files = {
      'migrations/001.sql':
        'CREATE TABLE t (id bigint);\nALTER TABLE t OWNER TO nobody_here;\nCREATE EXTENSION made_up;\nSELECT * FROM t JOIN auth.users u ON true;\n',
    };
    const { findings, outcomes } = await review(files, verify);
    expect(findings.filter((finding) => finding.check === 'log/migration-does-not-apply')).toEqual([]);
    expect(outcomes.find((outcome) => outcome.check === 'log/migration-does-not-apply')?.kind).toBe('inconclusive');
  }, 200_000);

  test('an error that names its character stands at that line, and CONCURRENTLY runs alone', async () => {
    const { findings } = await review(
      {
        ...FILES,
        'migrations/003_data.sql':
          'CREATE INDEX CONCURRENTLY ix_a ON events (id);\nCREATE INDEX CONCURRENTLY ix_b ON events (id);\nINSERT INTO events (id,\n  nope)\nVALUES (1, 2);\n',
      },
      verify,
    );
    expect(findings.filter((finding) => finding.check === 'log/migration-does-not-apply')).toMatchObject([
      { location: { path: 'migrations/003_data.sql', startLine: 4 }, message: expect.stringContaining('"nope"') },
    ]);
  }, 200_000);

  test('extensions are there when the history asks for them, and one that is missing is said', async () => {
    const files = {
      'migrations/001.sql': [
        '-- what the keys need',
        'CREATE EXTENSION citext;',
        'CREATE EXTENSION IF NOT EXISTS "uuid-ossp";',
        "COMMENT ON EXTENSION citext IS 'text without case';",
        'CREATE EXTENSION pg_trgm;',
        'CREATE TABLE people (id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), mail citext NOT NULL);',
        'CREATE INDEX ON people USING gin ((mail::text) gin_trgm_ops);',
        'CREATE EXTENSION not_an_extension;',
      ].join('\n'),
    };
    const { findings, outcomes } = await review(files, verify);
    expect(findings.filter((finding) => finding.check === 'log/migration-does-not-apply')).toEqual([]);
    const outcome = outcomes.find((each) => each.check === 'log/migration-does-not-apply');
    expect(outcome).toMatchObject({
      kind: 'inconclusive',
      reason: expect.stringMatching(/^migrations\/001\.sql:8: extension "not_an_extension" is not available$/),
    });
  }, 200_000);

  test('a transaction is left as the file wants it', async () => {
    const files = {
      'migrations/001.sql':
        "BEGIN;\nSET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nSET LOCAL lock_timeout = '5s';\nCREATE TABLE t (id bigint);\nSAVEPOINT s;\nLOCK TABLE t;\nROLLBACK TO s;\nCOMMIT;\nINSERT INTO t VALUES (1);\n",
      'migrations/002.sql': 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\nUPDATE t SET id = 2;\n',
    };
    const { findings, outcomes } = await review(files, verify);
    expect(findings.filter((finding) => finding.check === 'log/migration-does-not-apply')).toEqual([]);
    expect(outcomes.find((each) => each.check === 'log/migration-does-not-apply')?.kind).toBe('done');
  }, 200_000);

  test('reading a B-tree from end to end is no use of it', async () => {
    const { findings } = await review(
      {
        'migrations/001.sql':
          "CREATE TABLE events (tenant bigint NOT NULL, payload jsonb NOT NULL);\nCREATE INDEX ix ON events (tenant, (payload ->> 'city'));\n",
        'queries.sql': "SELECT tenant FROM events WHERE payload ->> 'city' = 'Oslo';\n",
      },
      verify,
    );
    expect(findings.filter((finding) => finding.check === 'log/arrow-filter-without-index')).toMatchObject([
      { location: { path: 'queries.sql' }, message: expect.stringContaining('Proven:') },
    ]);
  }, 200_000);
});
