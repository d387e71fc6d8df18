import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { documentExtractor, readMarkdown } from '../../../src/languages/markdown/index.js';
import { isRecordPath, recordOf, successorOf } from '../../../src/models/argument/index.js';

const record = (text: string) => recordOf(readMarkdown(text, { frontMatter: true }).facts);
const missing = (text: string) => record(text).missing;
const inFile = async (path: string, text: string) =>
  recordOf((await documentExtractor(path).extract(new TextEncoder().encode(text))).facts);

describe('paths', () => {
  test.each([
    'docs/adr/0001-use-pool.md',
    'adr/0001-use-pool.mdx',
    'doc/adr/0001-x.md',
    'docs/decisions/0007-mojo.md',
    'docs/architecture/decisions/0002-x.md',
    'doc/arch/adr-003.md',
    'docs/arch/0004-shards.md',
    'docs/architecture/decision-records/2024-02-07-tracing/README.md',
    'service/ADR-12.md',
    'docs/decision_records/api/API-001-state-store.md',
    'docs/decisions/0007-optional-fields.rst',
    'docs/adr/0003-ports.adoc',
    'Docs/Architecture decisions/Systems landscape/0004-mocks.md',
  ])('%s is a record', (path) => expect(isRecordPath(path)).toBe(true));

  test.each([
    'docs/adr/README.md',
    'docs/decisions/adr-template.md',
    'docs/adr/0000-template.md',
    'docs/adr/templates/madr.md',
    'docs/guide.md',
    'docs/decisions.md',
    'docs/decision_records/decision_records.md',
    'docs/decisions/index.rst',
    'docs/adr/diagram.png',
    'Docs/Architecture decisions/overview.md',
    'docs/adr/summary.md',
    'doc/arch/overview.md',
    'docs/architecture/05-building-blocks.md',
    'docs/architecture/security/principles/0001-zero-knowledge.mdx',
    'node_modules/x/docs/adr/0001-x.md',
  ])('%s is none', (path) => expect(isRecordPath(path)).toBe(false));
});

describe('forms', () => {
  const plain = (end: string): string =>
    `Title: Pool the connections

Status: Accepted

Context: Each replica opens twenty connections, and the primary allows a hundred.

Decision: PgBouncer stands in front of the primary, in transaction mode.

${end}`;

  test('labels without markup', () => {
    expect(missing(plain('Consequences:\n\nPrepared statements have to go.\n'))).toEqual([]);
    expect(missing(plain('Alternatives considered: Pgpool, or fewer replicas.\n'))).toEqual([]);
  });

  test('labels without markup that stop short, say nothing, or stand in a sentence', () => {
    expect(missing(plain(''))).toEqual(['antithesis']);
    expect(missing(plain('Consequences: TBD\n'))).toEqual(['antithesis']);
    expect(missing(plain('We wrote down the consequences: the pool is there.\n'))).toEqual(['antithesis']);
  });

  test('MADR 4, long', () => {
    expect(
      missing(`---
status: "accepted"
date: 2026-01-09
---
# Use PgBouncer

## Context and Problem Statement

Each replica opens twenty connections, and the primary allows a hundred.

## Decision Drivers

* replicas scale to eight

## Considered Options

* PgBouncer
* a larger instance

## Decision Outcome

Chosen option: "PgBouncer", because it bounds connections whatever the replicas.

### Consequences

* Good, because the primary keeps its memory
* Bad, because prepared statements stop working in transaction mode
`),
    ).toEqual([]);
  });

  test('MADR, minimal', () => {
    expect(
      missing(
        '# X\n\n## Context and Problem Statement\n\nHow do we keep connections below a hundred?\n\n## Considered Options\n\n* PgBouncer\n* a larger instance\n\n## Decision Outcome\n\nChosen option: "PgBouncer", because it comes out best.\n',
      ),
    ).toEqual([]);
  });

  test('MADR 2 with bold labels', () => {
    expect(
      missing(
        '# X\n\n* Status: accepted\n\n**Context and Problem Statement**\n\nHow do we keep connections below a hundred?\n\n**Considered Options**\n\n* PgBouncer\n* a larger instance\n\n**Decision Outcome**\n\nPgBouncer.\n',
      ),
    ).toEqual([]);
  });

  test('Nygard', () => {
    expect(
      missing(
        '# 2. X\n\nDate: 2026-01-09\n\n## Status\n\nAccepted\n\n## Context\n\nConnections run out at eight replicas.\n\n## Decision\n\nWe will run PgBouncer.\n\n## Consequences\n\nOne more process to watch.\n',
      ),
    ).toEqual([]);
  });

  test('Y-statement', () => {
    expect(
      missing(
        '# X\n\nIn the context of scaling the service, facing a limit of a hundred connections, we decided for PgBouncer and against a larger instance, to achieve eight replicas, accepting one more hop.\n',
      ),
    ).toEqual([]);
  });

  test('Tyree and Akerman', () => {
    expect(
      missing(
        '# X\n\n## Issue\n\nConnections run out at eight replicas.\n\n## Decision\n\nPgBouncer.\n\n## Positions\n\nPgBouncer, Odyssey, a larger instance.\n\n## Argument\n\nIt is what we know.\n\n## Implications\n\nOne more process.\n',
      ),
    ).toEqual([]);
  });

  test('RFC-like', () => {
    expect(
      missing(
        '# X\n\n## Summary\n\nBound the connections of all replicas together.\n\n## Detailed design\n\nPgBouncer in front.\n\n## Drawbacks\n\nPrepared statements.\n',
      ),
    ).toEqual([]);
  });

  test('drawbacks as marked items below the outcome', () => {
    expect(
      missing(
        '# X\n\n## Context and problem statement\n\nConnections run out at eight replicas.\n\n## Decision outcome\n\nPgBouncer.\n\n- Good: connections are bounded.\n- Bad: one more hop.\n',
      ),
    ).toEqual([]);
  });

  test('a decision named in its heading', () => {
    expect(
      missing(
        '# X\n\n## Context\n\nConnections run out at eight replicas.\n\n## Proposed Decision: Option 2\n\nIt fits what we run.\n\n## Considered Options\n\n1. A larger instance\n2. PgBouncer\n',
      ),
    ).toEqual([]);
  });

  test('a chosen alternative, ticked in its heading', () => {
    const text = (mark: string) =>
      `# X\n\n## Context\n\nConnections run out at eight replicas.\n\n## Decision Outcome\n\n### Alternative 1\n\nA larger instance.\n\n### Alternative 2${mark}\n\nPgBouncer.\n`;
    expect(missing(text(' ✅'))).toEqual([]);
    expect(missing(text(''))).toEqual(['synthesis']);
  });

  test('reasons that compare', () => {
    expect(
      missing(
        '# X\n\n## Decision\n\nKeys stay in the vault.\n\n## Rationale\n\nInstead of fetching the key over the network, which may leak it, the vault signs.\n',
      ),
    ).toEqual([]);
  });

  test('a proposal that is turned down', () => {
    expect(
      missing(
        '# X\n\n## Context\n\nIt was proposed to version the callbacks.\n\n## Decisions\n\nUsers would have to change their applications. We decided not to introduce versions.\n',
      ),
    ).toEqual([]);
  });

  test('reStructuredText', async () => {
    const text =
      '.. _ADR-7:\n\n###########\n7. Optional fields\n###########\n\n:Status: Superseded by 0009-required-fields.rst\n\nContext\n*******\n\nThe schema knows no optional fields.\n\nDecision\n~~~~~~~~\n\nFields may be null.\n';
    const { missing: lacks, status, title } = await inFile('docs/decisions/0007-optional-fields.rst', text);
    expect({ lacks, title, status }).toEqual({
      lacks: ['antithesis'],
      title: '7. Optional fields',
      status: {
        text: 'superseded by 0009-required-fields.rst',
        retired: true,
        supersededBy: '0009-required-fields.rst',
        line: 7,
      },
    });
    const complete = await inFile(
      'a.rst',
      `${text}\nRejected Alternatives\n=====================\n\nDefaults, which the broker ignores.\n`,
    );
    expect(complete.missing).toEqual([]);
  });

  test('AsciiDoc', async () => {
    const text =
      '= 3. Ports\n:toc:\n\nStatus:: Accepted\n\n== Context\n\nTwo services want port 8080.\n\n[source,yaml]\n----\n== Consequences\n----\n\n== Decision\n\nPorts come from the environment.\n';
    expect(await inFile('docs/adr/0003-ports.adoc', text)).toMatchObject({
      missing: ['antithesis'],
      title: '3. Ports',
      status: { text: 'accepted', line: 4 },
    });
    const complete = await inFile('a.adoc', `${text}\n== Consequences\n\n* one more thing\n** to configure\n`);
    expect(complete.missing).toEqual([]);
  });

  test('the three words', () => {
    expect(
      missing(
        '# X\n\n## Thesis\n\nOne pool a process.\n\n## Antithesis\n\nToo many connections.\n\n## Synthesis\n\nPgBouncer in front.\n',
      ),
    ).toEqual([]);
  });

  test('prose that weighs an alternative', () => {
    expect(
      missing(
        '# X\n\nConnections run out at eight replicas, and the primary allows a hundred.\n\nWe will run PgBouncer. A larger instance was considered, and rejected for its price.\n',
      ),
    ).toEqual([]);
  });

  test('German headings', () => {
    expect(
      missing(
        '# X\n\n## Kontext\n\nDie Verbindungen gehen bei acht Replikaten aus.\n\n## Entscheidung\n\nPgBouncer.\n\n## Konsequenzen\n\nEin Prozess mehr.\n',
      ),
    ).toEqual([]);
  });
});

describe('what is missing', () => {
  test('a decision that nothing speaks against', () => {
    expect(
      missing('# X\n\n## Context\n\nConnections run out at eight replicas.\n\n## Decision\n\nWe will run PgBouncer.\n'),
    ).toEqual(['antithesis']);
  });

  test('one option is no choice', () => {
    expect(
      missing(
        '# X\n\n## Context\n\nConnections run out at eight replicas.\n\n## Considered Options\n\n* PgBouncer\n\n## Decision Outcome\n\nPgBouncer.\n',
      ),
    ).toEqual(['antithesis']);
  });

  test('options without an outcome', () => {
    expect(
      missing(
        '# X\n\n## Context\n\nConnections run out at eight replicas.\n\n## Considered Options\n\n* PgBouncer\n* Odyssey\n',
      ),
    ).toEqual(['synthesis']);
  });

  test('placeholders of a template', () => {
    expect(
      missing(
        '# {short title}\n\n## Context and Problem Statement\n\n{Describe the context and problem statement here}\n\n## Considered Options\n\n* {title of option 1}\n* {title of option 2}\n\n## Decision Outcome\n\nTBD\n',
      ),
    ).toEqual(['thesis', 'antithesis', 'synthesis']);
  });

  test('lines about the record are no context', () => {
    expect(
      missing('# Use hooks\n\n- Status: accepted\n- Date: 2020-09-27\n\n## Decision\n\nWe will use hooks.\n'),
    ).toEqual(['thesis', 'antithesis']);
  });

  test('a comparison in the context weighs nothing', () => {
    expect(
      missing(
        '# X\n\n## Context\n\nThe ids are like all others. However, they are fixed rather than drawn.\n\n## Specification\n\nWe will reserve 512 ids.\n',
      ),
    ).toEqual(['antithesis']);
  });

  test('an empty file', () => {
    expect(missing('')).toEqual(['thesis', 'antithesis', 'synthesis']);
  });
});

describe('status', () => {
  test('from front matter, section or line', () => {
    expect(record('---\nstatus: superseded by ADR-0009\n---\n# X\n').status).toEqual({
      text: 'superseded by adr-0009',
      retired: true,
      supersededBy: 'ADR-0009',
      line: 2,
    });
    expect(record('# X\n\n## Status\n\nSuperseded by [9. Use Odyssey](0009-use-odyssey.md)\n').status).toEqual({
      text: 'superseded by 9. use odyssey',
      retired: true,
      supersededBy: '0009-use-odyssey.md',
      line: 3,
    });
    expect(record('# X\n\nStatus: accepted\n').status).toMatchObject({ text: 'accepted', retired: false, line: 3 });
  });

  test('the successor is found by link and by number', () => {
    const all = ['docs/adr/0004-x.md', 'docs/adr/0009-use-odyssey.md'];
    const by = (status: string) =>
      successorOf({ path: 'docs/adr/0004-x.md', record: record(`# X\n\n## Status\n\n${status}\n`) }, all);
    expect(by('Superseded by [9](0009-use-odyssey.md)')).toBe('docs/adr/0009-use-odyssey.md');
    expect(by('Superseded by ADR-9')).toBe('docs/adr/0009-use-odyssey.md');
    expect(by('Superseded by ADR-12')).toBeUndefined();
    const dated = ['docs/adr/2022-04-13_018-state.md', 'docs/adr/2023-04-26_023-local-state.md'];
    const path = 'docs/adr/2022-04-13_018-state.md';
    const text = '# X\n\n## Status\n\nSuperseded (never implemented) by [ADR 23](/adr/23)\n';
    expect(successorOf({ path, record: record(text) }, dated)).toBe('docs/adr/2023-04-26_023-local-state.md');
  });
});

test("this project's own records are complete", () => {
  const files = readdirSync('docs/adr').filter((file) => isRecordPath(`docs/adr/${file}`));
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => missing(readFileSync(`docs/adr/${file}`, 'utf8')).length > 0)).toEqual([]);
});
