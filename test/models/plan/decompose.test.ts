import { expect, test } from '@jest/globals';
import { readMarkdown } from '../../../src/languages/markdown/index.js';
import {
  brainstormMarkdown,
  coverageMatrix,
  decompose,
  openQuestions,
  planOf,
  requirementsOf,
} from '../../../src/models/plan/index.js';
import { checksOf, places, runChecks } from '../../support/fixtures.js';
import { snapshotOf } from '../../support/snapshot.js';

const factsOf = (text: string) => readMarkdown(text, { frontMatter: true }).facts;
const judge = async (text: string) =>
  places((await runChecks(snapshotOf({ 'PLAN.md': text }), checksOf('plan'))).findings);

const REQUIREMENTS = `# Fraud scoring

## Requirements

- REQ-1: The API must score 1,200 requests a second at p99 < 40 ms.
- REQ-2: Features of 80 million customers must be stored, growing by 2 TB a year.
- REQ-3: A node failure must lose nothing: RPO = 0, RTO < 30 s.
- REQ-4: Models are retrained by Mage pipelines and exported as MOJO.
- REQ-5: Scoring must be fast and scalable.
- The logo must be blue.
- Training sets must be repeatable as of a snapshot time.
`;

const texts: readonly (readonly [string, string])[] = [
  ['requirements with ids', REQUIREMENTS],
  ['nothing', ''],
  [
    'prose',
    'We want to score payments. The service must answer within 50 ms. It should survive the loss of a node.\n\nLater we will see.\n',
  ],
  [
    'a table',
    '# X\n\n## Requirements\n\n| ID | Requirement | Target |\n|---|---|---|\n| NFR-1 | Inference latency | p99 < 50 ms |\n| NFR-2 | Storage of features | 4 TB |\n',
  ],
  [
    'markup that would break a plan',
    '# `a` | b\n\n## Requirements\n\n- must serve | "<script>" **bold** JTBD-99 # heading\n- must ```x``` and scale [a](b)\n- Task 9.9: must depend on Task 7.7\n',
  ],
  [
    'its own jobs',
    '# X\n\n## Jobs\n\n| Job ID | Intent |\n|---|---|\n| JTBD-05 | Explain each score |\n\n## Requirements\n\n- Each score must be explained within 5 s (JTBD-05).\n',
  ],
];

test.each(texts)('a plan made of %s passes the planner', async (_name, text) => {
  expect(await judge(decompose(factsOf(text)))).toEqual([]);
});

test('the plan holds what was asked, what is missing and what is ambiguous', () => {
  const plan = decompose(factsOf(REQUIREMENTS));
  expect(plan).toContain('# Plan: Fraud scoring');
  expect(plan).toContain('| REQ-1 | The API must score 1,200 requests a second at p99 < 40 ms');
  expect(plan).toContain('measured: 1,200 requests a second');
  expect(plan).toContain('belongs to no job: The logo must be blue');
  expect(plan).toContain('- Line 9, `fast`: At which load');
  expect(plan).toMatch(/## Decision \d: Artifact strategy/);
  expect(decompose(factsOf(REQUIREMENTS))).toBe(plan);
});

test('the matrix: requirement, job, view, superpower, what is uncovered, what is ambiguous', () => {
  const facts = factsOf(REQUIREMENTS);
  const matrix = coverageMatrix(planOf(facts), requirementsOf(facts, true));
  expect(matrix).toContain(
    '| 5 | REQ-1 The API must score 1,200 requests a second at p99 < 40 ms. | JTBD-02 | Process | Scalability Planning | 1,200 requests a second; p99 < 40 ms |',
  );
  expect(matrix).toContain('## Requirements without a job\n\n- line 10: The logo must be blue.');
  expect(matrix).toContain('- line 9, "fast": At which load, and how many milliseconds at which percentile?');
  expect(matrix).not.toContain('## Not covered');
  expect(coverageMatrix(planOf(factsOf('# X\n')), [])).toContain('## Not covered\n\n- JTBD-01 Decompose the Stack');
});

test('brainstorming asks the decisive questions first, and only what is left when it runs again', () => {
  const first = openQuestions(factsOf('# Scoring\n\nWe want to score payments.\n'));
  expect(first[0]?.weight).toBe(1);
  expect(first.map((question) => question.weight)).toEqual([...first.map((question) => question.weight)].sort());
  const document = brainstormMarkdown(factsOf(REQUIREMENTS));
  expect(document).not.toContain('[PHY-1]');
  expect(document).not.toContain('[PROC-1]');
  const again = openQuestions(factsOf(`${REQUIREMENTS}\n${document}`));
  expect(again.map((question) => question.id)).toEqual(
    openQuestions(factsOf(REQUIREMENTS)).map((question) => question.id),
  );
  const answered = document.replace(/(\[PHY-2\][^\n]*\n[^\n]*\n {2}Answer:)/, '$1 8 GiB and 4 cores, nothing else');
  const left = openQuestions(factsOf(`${REQUIREMENTS}\n${answered}`));
  expect(again.map((question) => question.id).filter((id) => !left.some((question) => question.id === id))).toEqual([
    'PHY-2',
  ]);
  const all = document.replaceAll('  Answer:', '  Answer: settled with the team on Monday');
  expect(brainstormMarkdown(factsOf(`${REQUIREMENTS}\n${all}`))).toContain('Nothing is left open');
});
