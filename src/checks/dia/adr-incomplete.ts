import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import {
  changedRecords,
  recordPaths,
  successorOf,
  type Movement,
  type RecordFile,
} from '../../models/argument/index.js';
import { listed } from './draft.js';

interface Section {
  readonly heading: string;
  readonly hint: string;
}

/** What to write for a movement, in the words of the usual forms. */
const SECTION: Readonly<Record<Movement, Section>> = {
  thesis: {
    heading: 'Context and Problem Statement',
    hint: 'Thesis: what forces a decision, and the approach that suggests itself.',
  },
  antithesis: {
    heading: 'Considered Options',
    hint: 'Antithesis: the other ways, or the drawbacks of this one: failure modes, conflicts, edge cases.',
  },
  synthesis: {
    heading: 'Decision Outcome',
    hint: 'Synthesis: what is done, and how it answers the objections.',
  },
};

/** The sections in the markup that the record is written in. */
function sections(path: string, missing: readonly Movement[]): NonNullable<FindingDraft['snippet']> {
  const markup = /\.rst$/i.test(path) ? 'rst' : /\.(?:adoc|asciidoc)$/i.test(path) ? 'asciidoc' : 'markdown';
  const written = missing.map((movement) => {
    const { heading, hint } = SECTION[movement];
    if (markup === 'rst') return `${heading}\n${'-'.repeat(heading.length)}\n\n.. ${hint}\n`;
    if (markup === 'asciidoc') return `== ${heading}\n\n// ${hint}\n`;
    return `## ${heading}\n\n<!-- ${hint} -->\n`;
  });
  return { language: markup, code: written.join('\n') };
}

const LACKS: Readonly<Record<Movement, string>> = {
  thesis: 'what forces the decision (thesis, context)',
  antithesis: 'what speaks against it (antithesis, considered options, drawbacks, consequences)',
  synthesis: 'what is decided (synthesis, decision, outcome)',
};

export const adrIncomplete = defineCheck({
  id: 'dia/adr-incomplete',
  task: 'Superpower 1',
  severity: 'block',
  nonProduction: 'keep',
  reference: 'dialectical_synthesis',
  flags:
    'Flags an architecture decision record, added or changed by the pull request, that lacks one of the three movements.',
  why: `A record without the case against the decision cannot be reopened: whoever meets the drawback later does not learn whether it was
known. The three movements count by their own names and by their equivalents: context, problem or drivers (thesis); considered
options, alternatives, drawbacks, risks or consequences (antithesis); decision or outcome (synthesis). So
[MADR](https://adr.github.io/madr/) 2 to 4, [Nygard's form](https://cognitect.com/blog/2011/11/15/documenting-architecture-decisions),
[Y-statements](https://medium.com/olzzio/y-statements-10eb07b5a177) and prose that weighs an alternative pass as they are, in Markdown, reStructuredText or AsciiDoc.

A superseded or deprecated record is not argued again, but the record that is named as its successor must exist.`,
  examples: {
    bad: [
      {
        title: 'a decision that nothing speaks against',
        files: {
          'docs/adr/0004-use-pgbouncer.md':
            '# Use PgBouncer\n\n## Context\n\nEach replica opens twenty connections and the primary allows a hundred.\n\n## Decision\n\nWe will put PgBouncer in front of the primary.\n',
        },
      },
      {
        title: 'superseded by a record that does not exist',
        files: {
          'docs/adr/0004-use-pgbouncer.md':
            '# Use PgBouncer\n\n## Status\n\nSuperseded by [ADR 9](0009-use-odyssey.md)\n\n## Context\n\nConnections run out.\n\n## Decision\n\nPgBouncer.\n',
        },
      },
    ],
    good: [
      {
        title: 'Nygard: context, decision, consequences',
        files: {
          'docs/adr/0004-use-pgbouncer.md':
            '# 4. Use PgBouncer\n\n## Status\n\nAccepted\n\n## Context\n\nEach replica opens twenty connections and the primary allows a hundred.\n\n## Decision\n\nWe will put PgBouncer in front of the primary.\n\n## Consequences\n\nPrepared statements stop working in transaction mode.\n',
        },
      },
      {
        title: 'a Y-statement',
        files: {
          'adr/0005-mojo.md':
            '# Export MOJO\n\nIn the context of scoring in C++, facing classes that exceed the JVM method size, we decided for MOJO and against POJO, to load all algorithms, accepting a binary that nobody can read.\n',
        },
      },
    ],
  },
  async run(context) {
    const records = await context.model(changedRecords);
    if (records.length === 0) return 'not-applicable';
    const all = recordPaths(context);
    return records.flatMap((file) => (file.record.status.retired ? successor(file, all) : incomplete(file)));
  },
});

function incomplete({ path, record }: RecordFile): FindingDraft[] {
  if (record.missing.length === 0) return [];
  const at = { path, startLine: record.line, endLine: record.line };
  return [
    {
      location: at,
      message: `The record does not say ${listed(
        record.missing.map((movement) => LACKS[movement]),
        'nor',
      )}.`,
      consequence:
        'Whoever meets the drawback later cannot tell whether it was known, and the decision is made a second time.',
      evidence: `${record.title || path}: no ${listed(record.missing)}`,
      snippet: sections(path, record.missing),
    },
  ];
}

function successor(file: RecordFile, all: readonly string[]): FindingDraft[] {
  const { path, record } = file;
  const by = record.status.supersededBy;
  if (by === undefined || /^[a-z]+:\/\//i.test(by) || successorOf(file, all) !== undefined) return [];
  return [
    {
      location: { path, startLine: record.status.line, endLine: record.status.line },
      message: `The record is superseded by ${by}, which is not in the repository.`,
      consequence: 'The decision that holds today cannot be found from the one that it replaced.',
      evidence: record.status.text.slice(0, 200),
    },
  ];
}
