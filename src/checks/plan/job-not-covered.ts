import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { coverageOf, JOBS, planDocuments, type PlanDocument } from '../../models/plan/index.js';
import { at, PLAN } from './draft.js';

export const jobNotCovered = defineCheck({
  id: 'plan/job-not-covered',
  task: 'JTBD Framework',
  severity: 'block',
  nonProduction: 'keep',
  reference: 'cognitive_superpowers',
  flags: 'Flags a job that no task or requirement covers, and a requirement that belongs to no job.',
  why: `The four jobs are what the platform is for: decompose the stack, scale inference, shard the feature store, ensure persistence. A plan that
leaves one out says nothing about it, which is different from saying that it is not needed (say that in a requirement). Jobs that the
document defines itself count too. A requirement belongs to a job when it names it, or when its words do; see
\`dialectic check-jtbd-coverage FILE\` for the whole matrix.`,
  examples: {
    bad: [
      { title: 'nothing shards the feature store', files: { 'PLAN.md': PLAN.replace('JTBD-01, JTBD-03', 'JTBD-01') } },
      {
        title: 'a requirement that serves no job',
        files: { 'PLAN.md': `${PLAN}\n## Requirements\n\n- The company logo must appear in blue on every page.\n` },
      },
    ],
    good: [{ title: 'all four jobs', files: { 'PLAN.md': PLAN } }],
  },
  async run(context) {
    const documents = await context.model(planDocuments);
    return documents.length === 0 ? 'not-applicable' : documents.flatMap(uncovered);
  },
});

function uncovered({ path, plan, requirements }: PlanDocument): FindingDraft[] {
  const coverage = coverageOf(plan, requirements);
  const jobs = coverage.uncovered.map((id) => {
    const own = plan.ownJobs.find((job) => job.id === id);
    const title = JOBS.find((job) => job.id === id)?.title ?? 'defined by this document';
    return at(path, own?.line ?? 1, {
      message: `Nothing covers ${id} (${title}).`,
      consequence: 'The job is noticed when it is missing, in production.',
      evidence: `${id} not covered`,
    });
  });
  const requirementFindings = coverage.unmapped.map((requirement) =>
    at(path, requirement.line, {
      message: `The requirement "${requirement.text.slice(0, 80)}" belongs to no job; name one, or define it.`,
      consequence: 'Nothing in the plan will be traced back to it.',
      evidence: requirement.text.slice(0, 200),
    }),
  );
  return [...jobs, ...requirementFindings];
}
