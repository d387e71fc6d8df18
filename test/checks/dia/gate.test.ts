import { describe, expect, test } from '@jest/globals';
import { DESCRIPTION_PATH } from '../../../src/core/pull-request.js';
import type { FileChange } from '../../../src/core/types.js';
import { debatesSection } from '../../../src/models/argument/debates-section.js';
import { gateModel, gateResult } from '../../../src/models/argument/index.js';
import { checksOf, places, runChecks } from '../../support/fixtures.js';
import { added, snapshotOf } from '../../support/snapshot.js';

const ARGUED =
  'Thesis: keep scores in a table of their own.\nAntithesis: a join for every read.\nSynthesis: own table, read through a covering index.\n';
const MIGRATION = 'CREATE TABLE scores (\n  id bigint PRIMARY KEY\n);\n';

const run = (files: Record<string, string>, body: string, changes?: readonly FileChange[]) =>
  runChecks(
    snapshotOf(files, {
      pull: { body },
      changes: changes ?? Object.entries(files).map(([path, text]) => added(path, text)),
    }),
    checksOf('dia'),
  );

test('without a pull request there is nothing to ask', async () => {
  const { outcomes, workspace } = await runChecks(snapshotOf({ 'migrations/1.sql': MIGRATION }), checksOf('dia'));
  expect(outcomes.filter((outcome) => outcome.kind !== 'not-applicable')).toEqual([]);
  expect(gateResult(await workspace.model(gateModel), [])).toBeUndefined();
});

test('a missing argument comes with a skeleton of this very change', async () => {
  const { findings, workspace } = await run({ 'migrations/1.sql': MIGRATION }, 'Adds scores.');
  expect(places(findings)).toEqual([`${DESCRIPTION_PATH}:1 dia/section-missing`]);
  expect(findings[0]?.snippet).toEqual({
    language: 'markdown',
    code: `## Thesis
<!--
The approach you take, as a claim that somebody could disagree with.
This change decides:
  - table scores (migrations/1.sql:1)
-->

## Antithesis
<!--
The strongest case against it: failure modes, conflicts, edge cases.
The known objections:
  - Schema (relational or JSONB hybrid): every new feature needs ALTER TABLE, which holds up ML iteration
-->

## Synthesis
<!--
What you do in the end, and how it answers the antithesis.
Mandated:
  - Schema (relational or JSONB hybrid): hybrid: relational tables for entities, JSONB with a GIN index for features
-->
`,
  });
  expect(gateResult(await workspace.model(gateModel), findings)).toEqual({ met: false });
});

test('an argument opens the gate', async () => {
  const { findings, workspace } = await run({ 'migrations/1.sql': MIGRATION }, ARGUED);
  expect(findings).toEqual([]);
  expect(gateResult(await workspace.model(gateModel), findings)).toEqual({ met: true });
});

test('documentation is exempt, and the summary says so', async () => {
  const { findings, workspace } = await run({ 'docs/guide.md': '# Guide\n' }, '');
  expect(findings).toEqual([]);
  expect(gateResult(await workspace.model(gateModel), findings)).toEqual({
    exemption: 'only documentation changes',
    met: true,
  });
  expect((await debatesSection(workspace))[0]?.paragraphs).toEqual([
    'No argument is demanded: only documentation changes.',
  ]);
});

describe('a description may leave the argument to a record of the change', () => {
  const record = `# Scores table\n\n## Context\n\nScores are read by four services.\n\n## Considered Options\n\n* own table\n* a column\n\n## Decision Outcome\n\nOwn table, read through a covering index.\n`;
  const files = { 'migrations/1.sql': MIGRATION, 'docs/adr/0007-scores-table.md': record };

  test.each([
    'See docs/adr/0007-scores-table.md.',
    'Argued in ADR-7.',
    'See [the record](docs/adr/0007-scores-table.md)',
  ])('%s', async (body) => {
    expect((await run(files, body)).findings).toEqual([]);
  });

  test('that it must name', async () => {
    expect(places((await run(files, 'Adds scores.')).findings)).toEqual([`${DESCRIPTION_PATH}:1 dia/section-missing`]);
  });

  test('and that must be part of the change', async () => {
    const { findings } = await run(files, 'Argued in ADR-7.', [added('migrations/1.sql', MIGRATION)]);
    expect(places(findings)).toEqual([
      `${DESCRIPTION_PATH}:1 dia/section-missing`,
      'migrations/1.sql:1 dia/adr-missing',
    ]);
  });
});

test('only lines that the change added decide anything', async () => {
  const files = { 'migrations/1.sql': `${MIGRATION}\nCREATE TABLE labels (\n  id bigint\n);\n` };
  const change: FileChange = {
    path: 'migrations/1.sql',
    status: 'modified',
    added: [{ start: 5, end: 7 }],
    hunks: [{ start: 2, end: 7 }],
  };
  const body =
    'Thesis: log requests as text.\nAntithesis: text lines are hard to search.\nSynthesis: text on a developer machine only.\n';
  const { findings } = await run(files, body, [change]);
  expect(findings.map((finding) => finding.message)).toEqual([
    'The change decides about table labels, which the description never mentions. The standing debate is Schema (relational or JSONB hybrid): hybrid: relational tables for entities, JSONB with a GIN index for features.',
  ]);
  expect(places(findings)).toEqual(['migrations/1.sql:5 dia/decision-not-argued']);
});

test('a denial is quoted next to what disproves it', async () => {
  const { findings } = await run({ 'migrations/1.sql': MIGRATION }, `No schema changes.\n\n${ARGUED}`);
  expect(findings.map(({ message, trace }) => ({ message, trace }))).toEqual([
    {
      message: 'The description says "No schema changes", and migrations/1.sql brings table scores.',
      trace: [{ path: 'migrations/1.sql', line: 1, label: 'table scores' }],
    },
  ]);
});

test.each(['>', '*_', '- ', '[', '`'])(
  // The times are in docs/quality.md; without the bound on markers the first of them takes minutes.
  '65,536 characters of %s end as a clear finding',
  async (mark) => {
    const body = mark.repeat(65_536 / mark.length);
    const { findings } = await run({ 'service/app.py': 'x = 1\n' }, body);
    expect(places(findings)).toEqual([`${DESCRIPTION_PATH}:1 dia/section-missing`]);
    expect(findings[0]?.message).toMatch(/^The description has no thesis, no antithesis and no synthesis\./);
  },
  60_000,
);

test('the debates: in the diff or not, argued or not, and where', async () => {
  const { workspace } = await run(
    {
      'migrations/1.sql': MIGRATION,
      'compose.yml': 'services:\n  h2o:\n    environment:\n      JAVA_TOOL_OPTIONS: -Xmx2g\n',
    },
    ARGUED,
  );
  const [section] = await debatesSection(workspace);
  expect(section?.table?.rows.map((row) => row.slice(0, 3))).toEqual([
    ['Artifact strategy (POJO or MOJO)', 'not touched', '-'],
    ['Concurrency (async I/O or CPU-bound inference)', 'not touched', '-'],
    ['Consistency (live data or snapshot isolation)', 'not touched', '-'],
    ['Memory (JVM heap or native buffers)', 'JVM heap -Xmx2g in h2o (compose.yml:4)', 'no'],
    ['Schema (relational or JSONB hybrid)', 'table scores (migrations/1.sql:1)', 'description:1'],
  ]);
});
