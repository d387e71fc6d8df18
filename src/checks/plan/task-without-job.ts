import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { JOBS, jobsOf, nameOf, planDocuments, tasksOf, type PlanDocument } from '../../models/plan/index.js';
import { at, PLAN } from './draft.js';

export const taskWithoutJob = defineCheck({
  id: 'plan/task-without-job',
  task: 'JTBD Framework',
  severity: 'block',
  nonProduction: 'keep',
  reference: 'cognitive_superpowers',
  flags: 'Flags a task or story that maps to no job, or to a job that nobody defined.',
  why: `A task that serves no job is work without a reason, and a job that no task names is forgotten. A task has the jobs that it names itself, or
else those of its epic or phase. Jobs are JTBD-01 to JTBD-04 and those that the document defines (a table of jobs, or a line \`JTBD-05: …\`).`,
  examples: {
    bad: [
      { title: 'no job', files: { 'PLAN.md': PLAN.replace('**JTBD:** JTBD-02\n', '') } },
      {
        title: 'a job that does not exist',
        files: { 'PLAN.md': PLAN.replace('**JTBD:** JTBD-02\n', '**JTBD:** JTBD-02, JTBD-12\n') },
      },
    ],
    good: [{ title: 'each task has its job', files: { 'PLAN.md': PLAN } }],
  },
  async run(context) {
    const plans = (await context.model(planDocuments)).filter((document) => document.kind === 'plan');
    if (plans.length === 0) return 'not-applicable';
    return plans.flatMap((document) => [...withoutJob(document), ...unknownJobs(document)]);
  },
});

const withoutJob = ({ path, plan }: PlanDocument): FindingDraft[] =>
  tasksOf(plan)
    .filter((task) => jobsOf(task, plan).length === 0)
    .map((task) =>
      at(path, task.line, {
        message: `${nameOf(task)} maps to no job; its epic and phase name none either.`,
        consequence: 'Nobody can say what is lost when the task is dropped.',
        evidence: `${task.id} ${task.title}`.trim().slice(0, 200),
      }),
    );

function unknownJobs({ path, plan }: PlanDocument): FindingDraft[] {
  const known = new Set([...JOBS.map((job) => job.id), ...plan.ownJobs.map((job) => job.id)]);
  return [...plan.named].flatMap(([id, line]) =>
    known.has(id)
      ? []
      : at(path, line, {
          message: `${id} is no job: the seeds define JTBD-01 to JTBD-04, and this document defines no ${id}.`,
          consequence: 'The mapping points at nothing, so what it stands for is not covered.',
          evidence: id,
        }),
  );
}
