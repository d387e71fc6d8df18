import { defineCheck } from '../../core/check.js';
import { verification } from '../../models/schema/verification.js';

export const migrationDoesNotApply = defineCheck({
  id: 'log/migration-does-not-apply',
  task: 'LOG-01-A',
  severity: 'block',
  flags:
    'Flags the statement at which a SQL migration history stops on an empty, real PostgreSQL (only with `logical.verify: true`).',
  why: `"Migration runs" is a story's acceptance criterion, and the only proof is to run it. With \`logical.verify\` the repository's raw SQL histories are applied in order to an empty database that is
thrown away: on \`VERIFY_DATABASE_URL\`, or on a PostgreSQL embedded in a child process. The finding stands on the statement and carries PostgreSQL's own words.

What only this server lacks (an extension, a role, a privilege) is named as not verified and is no finding, and neither is a table that the history never makes: it may begin on a database that has it.
Alembic revisions are not run: they are code.`,
  reference: 'jsonb_indexing',
  enabled: true,
  nonProduction: 'keep',
  examples: {
    bad: [
      {
        title: 'a column that an earlier migration dropped',
        files: {
          'migrations/001_events.sql': 'CREATE TABLE events (id bigint PRIMARY KEY, kind text);\n',
          'migrations/002_drop.sql': 'ALTER TABLE events DROP COLUMN kind;\n',
          'migrations/003_index.sql': 'CREATE INDEX ix_events_kind ON events (kind);\n',
        },
        verification: {
          kind: 'done',
          server: 'PostgreSQL 17.5',
          histories: [
            {
              root: 'migrations',
              failure: {
                path: 'migrations/003_index.sql',
                line: 1,
                message: 'column "kind" does not exist',
                code: '42703',
              },
              missing: [],
              plans: {},
            },
          ],
        },
      },
    ],
    good: [{ title: 'not asked', files: { 'migrations/001.sql': 'CREATE TABLE events (id bigint PRIMARY KEY);\n' } }],
  },
  async run(context) {
    const verified = await context.model(verification);
    if (verified.kind === 'off') return 'not-applicable';
    if (verified.reasons.length > 0) context.inconclusive(verified.reasons.join('; '));
    return verified.failures.map(({ path, line, message, code }) => ({
      location: { path, startLine: line, endLine: line },
      message: `This statement does not apply: ${message}.`,
      consequence: `The deployment stops here with SQLSTATE ${code}, after the migrations before it have already run.`,
      evidence: `${code} ${message}`,
    }));
  },
});
