import { defineCheck } from '../../core/check.js';
import { isRole, nameOf, planDocuments, roleOf, ROLES, tasksOf } from '../../models/plan/index.js';
import { at, PLAN } from './draft.js';

export const taskWithoutRole = defineCheck({
  id: 'plan/task-without-role',
  task: 'Role Mapping',
  severity: 'warn',
  nonProduction: 'keep',
  reference: 'cognitive_superpowers',
  flags: 'Flags a task or story without a role, or with one that the role table does not hold.',
  why: `A role says which specialist takes the task, and which skill is loaded for it. Known are the six of the planner (Database Architect, Data
Engineer, ML Engineer, FastAPI Pro, Deployment Engineer, Implementation Worker), by name or by skill path, and those of a role table in
the document itself. A story has the role of its epic or phase when it names none.`,
  examples: {
    bad: [
      { title: 'no role', files: { 'PLAN.md': PLAN.replace('**Assignee:** FastAPI Pro\n', '') } },
      { title: 'an unknown role', files: { 'PLAN.md': PLAN.replace('FastAPI Pro', 'Wizard') } },
    ],
    good: [{ title: 'roles of the table', files: { 'PLAN.md': PLAN } }],
  },
  async run(context) {
    const plans = (await context.model(planDocuments)).filter((document) => document.kind === 'plan');
    if (plans.length === 0) return 'not-applicable';
    return plans.flatMap(({ path, plan }) =>
      tasksOf(plan).flatMap((task) => {
        const role = roleOf(task, plan);
        if (role && isRole(role.text, plan.ownRoles)) return [];
        const known = ROLES.map(({ name }) => name).join(', ');
        const message = role
          ? `"${role.text.slice(0, 60)}" is not in the role table (${known}).`
          : `${nameOf(task)} has no role.`;
        return at(path, task.line, {
          message,
          consequence: 'The task waits for whoever feels responsible.',
          evidence: `${task.id} ${task.title}: ${role?.text ?? 'no role'}`.trim().slice(0, 200),
        });
      }),
    );
  },
});
