import { defineCheck } from '../../core/check.js';
import { missingViews, planDocuments, VIEW_NAMES } from '../../models/plan/index.js';
import { at, PLAN } from './draft.js';

export const viewMissing = defineCheck({
  id: 'plan/view-missing',
  task: '4+1 View Model',
  severity: 'block',
  nonProduction: 'keep',
  reference: 'cognitive_superpowers',
  flags: 'Flags a plan in which one of the five views has no section, phase or epic.',
  why: `What a view asks is not asked elsewhere: a plan without the physical view has no memory limits, one without scenarios has no proof that
a node may fail. The views are those of [4+1](https://doi.org/10.1109/52.469759): logical, process, development, physical, scenarios. A
heading, a phase, an epic id (\`PHY-01\`) or a row of a table of views counts.`,
  examples: {
    bad: [{ title: 'nothing validates the plan', files: { 'PLAN.md': PLAN.slice(0, PLAN.indexOf('## Phase 5')) } }],
    good: [{ title: 'all five', files: { 'PLAN.md': PLAN } }],
  },
  async run(context) {
    const plans = (await context.model(planDocuments)).filter((document) => document.kind === 'plan');
    if (plans.length === 0) return 'not-applicable';
    return plans.flatMap(({ path, plan }) =>
      missingViews(plan).map((view) =>
        at(path, 1, {
          message: `The plan has no section or epic for the ${VIEW_NAMES[view]}.`,
          consequence: 'What this view decides is decided by accident, during the work.',
          evidence: `no ${VIEW_NAMES[view]}`,
        }),
      ),
    );
  },
});
