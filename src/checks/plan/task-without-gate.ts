import { defineCheck } from '../../core/check.js';
import { nameOf, planDocuments, tasksOf, uncheckable } from '../../models/plan/index.js';
import { at, PLAN } from './draft.js';

export const taskWithoutGate = defineCheck({
  id: 'plan/task-without-gate',
  task: 'Planner, step 4',
  severity: 'block',
  nonProduction: 'keep',
  reference: 'cognitive_superpowers',
  flags: 'Flags a task or story without a verification, or with one that cannot be checked.',
  why: `A task is done when something shows it: a command, a threshold ("p99 < 50 ms", "failover < 30s"), or a state that can be looked at ("pods
running", "query plan uses index"). "Works well", "tested" and "done" show nothing. \`Verification\`, \`Acceptance criteria\`,
\`Definition of Done\` and their like count, as a field, a column or a subheading.`,
  examples: {
    bad: [
      {
        title: 'no verification',
        files: { 'PLAN.md': PLAN.replace('**Verification:** p99 < 50 ms at 1000 req/s\n', '') },
      },
      {
        title: 'one that cannot be checked',
        files: { 'PLAN.md': PLAN.replace('p99 < 50 ms at 1000 req/s', 'works well') },
      },
    ],
    good: [{ title: 'commands and thresholds', files: { 'PLAN.md': PLAN } }],
  },
  async run(context) {
    const plans = (await context.model(planDocuments)).filter((document) => document.kind === 'plan');
    if (plans.length === 0) return 'not-applicable';
    return plans.flatMap(({ path, plan }) =>
      tasksOf(plan).flatMap((task) => {
        const why = task.gate ? uncheckable(task.gate.text) : 'none';
        if (why === undefined) return [];
        const message = task.gate
          ? `The verification of ${nameOf(task)} cannot be checked: ${why}.`
          : `${nameOf(task)} has no verification.`;
        return at(path, task.gate?.line ?? task.line, {
          message,
          consequence: 'The task is called done when its author is tired of it.',
          evidence: `${task.id} ${task.title}: ${task.gate?.text ?? 'no verification'}`.trim().slice(0, 240),
        });
      }),
    );
  },
});
