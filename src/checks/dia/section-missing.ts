import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { gateModel, missingFrom, MOVEMENTS, type Gate } from '../../models/argument/index.js';
import { decisionAreas, skeletonOf, type Area } from '../../models/decisions/index.js';
import { inDescription, listed, UNARGUED } from './draft.js';

export const sectionMissing = defineCheck({
  id: 'dia/section-missing',
  task: 'Superpower 1',
  severity: 'block',
  nonProduction: 'keep',
  subject: 'change',
  reference: 'dialectical_synthesis',
  flags: 'Flags a pull request whose description lacks a thesis, an antithesis or a synthesis.',
  why: `A decision that was never argued is argued again when it fails. The three movements cost a few sentences: the approach
(thesis), the strongest case against it (antithesis), and what is done in the end, with that case answered (synthesis).

Every usual form counts: headings of any level and with suffixes (\`### Antithesis: the case against\`), bold labels,
\`THESIS: …\` lines (in a fenced block too), list items, a table whose rows or columns are the three words, the words in other
languages. Several decisions may stand in one description; then each needs all three. HTML comments, quotations and task items
do not count, and a description may leave the argument to a decision record that the pull request adds or changes, if it names it.

Exempt: changes of documentation alone, the dependency bots of the configuration while every commit is theirs, and what
\`gate.exempt\` says besides. The form follows [the dialectical reasoning loop](../reference/dialectical_synthesis.md); it is the
"considered options" and "consequences" of [MADR](https://adr.github.io/madr/), asked for where the change is reviewed.`,
  examples: {
    bad: [
      {
        title: 'the case against it is missing',
        files: { 'service/pool.py': 'MAX_SIZE = 20\n' },
        body: '## Thesis\n\nOne pool a process keeps connections warm.\n\n## Synthesis\n\nA pool of 20, closed in the lifespan handler.\n',
      },
      {
        title: 'headings only in comments',
        files: { 'service/pool.py': 'MAX_SIZE = 20\n' },
        body: 'Raise the pool.\n\n<!--\n## Thesis\n## Antithesis\n## Synthesis\n-->\n',
      },
    ],
    good: [
      {
        title: 'three short lines are enough',
        files: { 'service/pool.py': 'MAX_SIZE = 20\n' },
        body: 'Thesis: a larger pool ends the queueing at noon.\nAntithesis: four replicas times 20 exceed max_connections.\nSynthesis: 20 a replica behind PgBouncer, whose limit is 60.\n',
      },
      {
        title: 'a table with one decision a row',
        files: { 'service/pool.py': 'MAX_SIZE = 20\n' },
        body: '| Decision | Thesis | Antithesis | Synthesis |\n|---|---|---|---|\n| Pool | Raise it to 20 | The database has 100 connections | Raise it behind PgBouncer |\n',
      },
    ],
  },
  async run(context) {
    const gate = await context.model(gateModel);
    if (!gate || gate.exemption !== undefined) return 'not-applicable';
    if (gate.delegated !== undefined) return [];
    const areas = await context.model(decisionAreas);
    if (gate.argument.decisions.length === 0) return [nothing(gate, areas)];
    return gate.argument.decisions.flatMap((decision) => {
      const missing = missingFrom(decision);
      if (missing.length === 0) return [];
      const where = decision.title === '' ? 'The description' : `The argument under "${decision.title}"`;
      return inDescription(decision.line, {
        message: `${where} has ${listed(missing.map((movement) => `no ${movement}`))}.`,
        consequence: UNARGUED,
        evidence: `${decision.title || 'description'}: no ${listed(missing)}`,
        snippet: { language: 'markdown', code: skeletonOf(areas, missing) },
      });
    });
  },
});

function nothing(gate: Gate, areas: readonly Area[]): FindingDraft {
  const hidden = gate.unread[0];
  const line = hidden?.line ?? gate.argument.quotedLabels[0] ?? 1;
  return inDescription(line, {
    message: `The description has ${listed(MOVEMENTS.map((movement) => `no ${movement}`))}.${because(gate)}`,
    consequence: UNARGUED,
    evidence: hidden ? `not evaluated: ${hidden.reason}` : 'description without thesis, antithesis and synthesis',
    snippet: { language: 'markdown', code: skeletonOf(areas) },
  });
}

function because({ unread, argument }: Gate): string {
  const hidden = unread[0];
  if (hidden) return ` Line ${hidden.line} on could not be read: ${hidden.reason}.`;
  return argument.quotedLabels.length > 0 ? ' They stand in a quotation only, which is not the author speaking.' : '';
}
