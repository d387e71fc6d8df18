import { defineCheck } from '../../core/check.js';
import { orderFaults, planDocuments } from '../../models/plan/index.js';
import { at, PLAN } from './draft.js';

export const phaseOrder = defineCheck({
  id: 'plan/phase-order',
  task: 'Planner, step 4',
  severity: 'block',
  nonProduction: 'keep',
  reference: 'cognitive_superpowers',
  flags:
    'Flags phases out of the order LOG, PROC, DEV, PHY, SCN, and tasks that depend on a later phase, on an unknown task or on each other.',
  why: `Each phase takes the one before it for granted: processes work on schemas, artifacts on processes, deployments on artifacts, and
scenarios validate them all. A task that needs what a later phase builds stands still, and a circle of tasks never starts. Epics may
be scheduled by sprint as the team likes: only \`Phase N\` headings are held to the order.`,
  examples: {
    bad: [
      {
        title: 'a task waits for a later phase',
        files: { 'PLAN.md': PLAN.replace('**Dependencies:** Task 1.1', '**Dependencies:** Task 4.1') },
      },
      {
        title: 'two tasks wait for each other',
        files: {
          'PLAN.md': PLAN.replace(
            '**JTBD:** JTBD-01, JTBD-03',
            '**JTBD:** JTBD-01, JTBD-03\n**Dependencies:** Task 2.1',
          ),
        },
      },
    ],
    good: [{ title: 'dependencies point back', files: { 'PLAN.md': PLAN } }],
  },
  async run(context) {
    const plans = (await context.model(planDocuments)).filter((document) => document.kind === 'plan');
    if (plans.length === 0) return 'not-applicable';
    return plans.flatMap(({ path, plan }) =>
      orderFaults(plan).map(({ line, message, evidence }) =>
        at(path, line, {
          message,
          consequence: 'Work starts before what it builds on exists, and waits or is done twice.',
          evidence,
        }),
      ),
    );
  },
});
