import { defineCheck } from '../../core/check.js';
import { planDocuments } from '../../models/plan/index.js';
import { listed } from '../dia/draft.js';
import { at, PLAN } from './draft.js';

const ARGUED =
  '\n## Decision 1: Redis as cache\n\n**Thesis:** cache scores in Redis.\n**Antithesis:** a new model serves old scores.\n**Synthesis:** the key carries the model version.\n';

export const decisionWithoutDialectic = defineCheck({
  id: 'plan/decision-without-dialectic',
  task: 'Planner, step 2',
  severity: 'block',
  nonProduction: 'keep',
  reference: 'dialectical_synthesis',
  flags: 'Flags a decision of a plan that lacks thesis, antithesis or synthesis.',
  why: `A plan is where a decision is cheapest to change, so it is where it is argued. Decisions are headings such as \`Decision 1: …\` or what stands
below \`Key decisions\`, and any argument that is begun. All forms of the gate count: labels, headings, tables, a fenced block.`,
  examples: {
    bad: [
      {
        title: 'decided, not argued',
        files: { 'PLAN.md': `${PLAN}\n## Decision 1: Redis as cache\n\nWe use Redis, as everybody does.\n` },
      },
    ],
    good: [{ title: 'argued', files: { 'PLAN.md': PLAN + ARGUED } }],
  },
  async run(context) {
    const documents = await context.model(planDocuments);
    if (documents.length === 0) return 'not-applicable';
    return documents.flatMap(({ path, plan }) =>
      plan.decisions
        .filter((decision) => decision.missing.length > 0)
        .map((decision) =>
          at(path, decision.line, {
            message: `"${decision.title.slice(0, 80)}" has ${listed(decision.missing.map((movement) => `no ${movement}`))}.`,
            consequence: 'The plan is carried out with an objection in it that nobody raised.',
            evidence: `${decision.title}: no ${listed(decision.missing)}`.slice(0, 200),
          }),
        ),
    );
  },
});
