import { JOBS } from './jobs.js';
import { jobsOf } from './inherit.js';
import { nameOf } from './graph.js';
import type { Plan } from './plan.js';
import type { Requirement } from './requirements.js';
import { VIEW_NAMES, type PlanView } from './views.js';

/** Who covers a job, in a plan and among requirements. */
export interface JobCoverage {
  readonly id: string;
  readonly title: string;
  readonly by: readonly string[];
}

export interface Coverage {
  readonly jobs: readonly JobCoverage[];
  readonly uncovered: readonly string[];
  /** Requirements that belong to no job. */
  readonly unmapped: readonly Requirement[];
}

/** Which jobs the items of a plan and the requirements of a document cover. */
export function coverageOf(plan: Plan, requirements: readonly Requirement[]): Coverage {
  const ids = [...JOBS.map((job) => job.id), ...plan.ownJobs.map((job) => job.id)];
  const jobs = ids.map((id): JobCoverage => {
    const items = plan.items.filter((item) => jobsOf(item, plan).includes(id)).map(nameOf);
    const wanted = requirements.filter((requirement) => requirement.jobs.includes(id)).map(labelOf);
    return { id, title: JOBS.find((job) => job.id === id)?.title ?? '', by: [...items, ...wanted] };
  });
  return {
    jobs,
    uncovered: jobs.filter((job) => job.by.length === 0).map((job) => job.id),
    unmapped: requirements.filter((requirement) => requirement.jobs.length === 0),
  };
}

const labelOf = (requirement: Requirement): string => requirement.id || requirement.text.slice(0, 60);

/** Cell of a Markdown table: one line, no bars. */
const cell = (text: string, limit = 90): string => text.replace(/\s+/g, ' ').replace(/\|/g, '/').slice(0, limit).trim();

const viewsText = (views: readonly PlanView[]): string =>
  views.map((view) => VIEW_NAMES[view].replace(' View', '')).join(', ') || 'none';

/**
 * Requirement × job × view × superpower as Markdown, then what nothing covers, and what is ambiguous with the question
 * that settles it.
 */
export function coverageMatrix(plan: Plan, requirements: readonly Requirement[]): string {
  const coverage = coverageOf(plan, requirements);
  const parts = ['# Job coverage', ''];
  if (requirements.length > 0) parts.push(...requirementTable(requirements), '');
  parts.push('| Job | Intent | Superpower | Covered by |', '|---|---|---|---|', ...coverage.jobs.map(jobRow), '');
  parts.push(
    ...list(
      '## Not covered',
      coverage.uncovered.map((id) => `${id} ${JOBS.find((job) => job.id === id)?.title ?? ''}`.trim()),
    ),
  );
  parts.push(
    ...list(
      '## Requirements without a job',
      coverage.unmapped.map((requirement) => `line ${requirement.line}: ${cell(requirement.text, 160)}`),
    ),
  );
  const open = requirements.flatMap((requirement) =>
    requirement.ambiguities.map((ambiguity) => `line ${requirement.line}, "${ambiguity.word}": ${ambiguity.question}`),
  );
  parts.push(...list('## Ambiguous', open));
  return `${parts.join('\n').trimEnd()}\n`;
}

function requirementTable(requirements: readonly Requirement[]): string[] {
  const rows = requirements.map((requirement) => {
    const powers = [...new Set(JOBS.filter((job) => requirement.jobs.includes(job.id)).map((job) => job.superpower))];
    const targets = requirement.targets.map((target) => target.text).join('; ');
    return `| ${requirement.line} | ${cell(requirement.id ? `${requirement.id} ${requirement.text}` : requirement.text)} | ${requirement.jobs.join(', ') || 'none'} | ${viewsText(requirement.views)} | ${powers.join(', ') || 'none'} | ${cell(targets, 60) || '-'} |`;
  });
  return ['| Line | Requirement | Job | View | Superpower | Target |', '|---|---|---|---|---|---|', ...rows];
}

function jobRow(job: JobCoverage): string {
  const known = JOBS.find((candidate) => candidate.id === job.id);
  return `| ${job.id} | ${known?.title ?? 'defined by the document'} | ${known?.superpower ?? '-'} | ${cell(job.by.slice(0, 6).join('; '), 160) || '**nothing**'} |`;
}

const list = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, '', ...lines.map((line) => `- ${line}`), ''];
