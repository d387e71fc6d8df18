import { defineCheck } from '../../core/check.js';
import { planDocuments } from '../../models/plan/index.js';
import { at, PLAN } from './draft.js';

export const requirementAmbiguous = defineCheck({
  id: 'plan/requirement-ambiguous',
  task: 'Superpower 6',
  severity: 'warn',
  nonProduction: 'keep',
  reference: 'cognitive_superpowers',
  flags: 'Flags a requirement with a quality that cannot be measured, and asks the question that settles it.',
  why: `"Fast" is met by everything and by nothing. A quality needs a measure: a rate, a percentile, a time to recover, a size, a share
([quality attribute scenarios](https://insights.sei.cmu.edu/library/atam-method-for-architecture-evaluation/)). A requirement that carries one is left
alone, whatever adjectives stand beside it.`,
  examples: {
    bad: [
      {
        title: 'fast and scalable',
        files: { 'PLAN.md': `${PLAN}\n## Requirements\n\n- Scoring must be fast and scalable.\n` },
      },
    ],
    good: [
      {
        title: 'measured',
        files: { 'PLAN.md': `${PLAN}\n## Requirements\n\n- Scoring must be fast: p99 < 50 ms at 1000 req/s.\n` },
      },
    ],
  },
  async run(context) {
    const documents = await context.model(planDocuments);
    if (documents.length === 0) return 'not-applicable';
    return documents.flatMap(({ path, requirements }) =>
      requirements.flatMap((requirement) => {
        const [first] = requirement.ambiguities;
        if (!first) return [];
        const words = requirement.ambiguities.map((ambiguity) => `"${ambiguity.word}"`);
        return at(path, requirement.line, {
          message: `${words.join(' and ')} cannot be measured. ${[...new Set(requirement.ambiguities.map((ambiguity) => ambiguity.question))].join(' ')}`,
          consequence: 'Whether the requirement is met becomes a matter of opinion at the end.',
          evidence: requirement.text.slice(0, 200),
        });
      }),
    );
  },
});
