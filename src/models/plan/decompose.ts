import type { MarkdownFacts } from '../../languages/markdown/index.js';
import { DEBATES, type Debate } from '../decisions/index.js';
import { JOBS } from './jobs.js';
import { planOf } from './plan.js';
import { requirementsOf, type Requirement } from './requirements.js';
import { ROLE_OF_VIEW } from './roles.js';
import { PLAN_VIEWS, VIEW_NAMES, type PlanView } from './views.js';

/** More tasks than these are a backlog, not a plan. */
const MOST_TASKS = 60;

interface Task {
  readonly title: string;
  readonly jobs: readonly string[];
  readonly gate: string;
}

/** What a view needs in any plan of this platform, and how its gate is run. */
const STANDING: Readonly<Record<PlanView, Task & { readonly command: string }>> = {
  log: {
    title: 'Hybrid schema: entities relational, features JSONB with a GIN index',
    jobs: ['JTBD-01', 'JTBD-03'],
    gate: '`dialectic validate-schema-migration --migration-dir migrations` exits 0',
    command: '`dialectic validate-schema-migration --migration-dir migrations` exits 0',
  },
  proc: {
    title: 'Predictions in a bounded thread pool, look-aside cache with versioned keys',
    jobs: ['JTBD-02'],
    gate: '`dialectic detect-blocking-calls --source-dir service` exits 0; p99 < 50 ms at 1000 req/s',
    command: '`dialectic detect-blocking-calls --source-dir service` exits 0',
  },
  dev: {
    title: 'MOJO export with its genmodel JAR, H2O pinned, contracts shared',
    jobs: ['JTBD-01'],
    gate: '`dialectic verify-mojo-artifact --pipeline-dir pipelines` exits 0',
    command: '`dialectic verify-mojo-artifact --pipeline-dir pipelines` exits 0',
  },
  phy: {
    title: 'Stateful sets with replication, heap of at most 70 % of each limit, private network',
    jobs: ['JTBD-03', 'JTBD-04'],
    gate: '`dialectic check-memory-allocation --manifest-dir deploy` exits 0; replication lag < 1 s',
    command: '`dialectic check-memory-allocation --manifest-dir deploy` exits 0',
  },
  scn: {
    title: 'Drills: primary lost, cache stampede, model swapped under load',
    jobs: ['JTBD-02', 'JTBD-04'],
    gate: 'replica promoted < 30 s with zero data loss; zero failed requests at 1000 req/s during the swap',
    command: 'the drill is recorded with date and commit, zero failed requests',
  },
};

/**
 * A plan for a text of requirements: phases in the order of the views, a task for each requirement, what the platform
 * needs in any case, the standing decisions that the text meets, and what it leaves open. Same text, same plan; the
 * result passes `validate-plan-structure`.
 * @param title of the plan; the text's own first heading when left out
 */
export function decompose(facts: MarkdownFacts, title?: string): string {
  const source = planOf(facts);
  const own = source.ownJobs.map((job) => job.id);
  const requirements = requirementsOf(facts, true).slice(0, MOST_TASKS);
  const mapped = requirements.filter((requirement) => requirement.jobs.some((id) => isKnown(id, own)));
  const parts = [`# Plan: ${line(title ?? (source.title || 'platform'), 100)}`, '', ...jobTable(mapped, own)];
  if (mapped.length > 0) parts.push(...requirementTable(mapped, own));
  PLAN_VIEWS.forEach((view, index) => parts.push(...phase(view, index, mapped, own)));
  parts.push(...decisions(textOf(facts)));
  parts.push(...gaps(requirements, mapped), ...questions(requirements));
  return `${parts.join('\n').trimEnd()}\n`;
}

const isKnown = (id: string, own: readonly string[]): boolean => own.includes(id) || JOBS.some((job) => job.id === id);
const known = (requirement: Requirement, own: readonly string[]): string[] =>
  requirement.jobs.filter((id) => isKnown(id, own));

/** Text of a document inside another: one line, no markup, no job ids of its own. */
const line = (text: string, limit = 160): string =>
  text
    .replace(/[`|*_#[\]~]/g, ' ')
    // `p99 < 40 ms` keeps its sign; what could begin a tag does not.
    .replace(/<(?=[a-z/!?])/gi, ' ')
    .replace(/\bJTBD[-_ ]?(\d+)/gi, 'job $1')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, limit)
    .replace(/[:.,;\s]+$/, '');

function jobTable(requirements: readonly Requirement[], own: readonly string[]): string[] {
  const rows = [...JOBS.map((job) => job.id), ...own].map((id) => {
    const job = JOBS.find((candidate) => candidate.id === id);
    const wanted = requirements.filter((requirement) => requirement.jobs.includes(id)).length;
    return `| ${id} | ${job?.title ?? 'defined by the requirements'} | ${job?.superpower ?? '-'} | ${wanted === 0 ? 'none; the standing tasks cover it' : `${wanted}`} |`;
  });
  return ['## Jobs', '', '| Job | Intent | Superpower | Requirements |', '|---|---|---|---|', ...rows, ''];
}

function requirementTable(requirements: readonly Requirement[], own: readonly string[]): string[] {
  const rows = requirements.map((requirement) => {
    const targets = requirement.targets.map((target) => line(target.text, 40)).join('; ');
    return `| ${requirement.id || '-'} | ${settled(requirement)} | ${known(requirement, own).join(', ')} | ${VIEW_NAMES[viewFor(requirement)]} | ${targets || 'to be set'} |`;
  });
  return ['## Requirements', '', '| ID | Requirement | JTBD | View | Target |', '|---|---|---|---|---|', ...rows, ''];
}

/** Words without a measure stand in quotation marks: they are settled below, under the open questions. */
function settled(requirement: Requirement): string {
  let text = line(requirement.text).replace(/["“”]/g, '');
  for (const { word } of requirement.ambiguities)
    text = text.replace(new RegExp(`(?<!")\\b${escape(line(word))}\\b(?!")`, 'gi'), '"$&"');
  return text;
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Where a requirement is built first; scenarios only validate what stands elsewhere. */
const viewFor = (requirement: Requirement): PlanView =>
  requirement.views.find((view) => view !== 'scn') ?? requirement.views[0] ?? 'log';

function phase(view: PlanView, index: number, requirements: readonly Requirement[], own: readonly string[]): string[] {
  const { command, ...standing } = STANDING[view];
  const wanted = requirements
    .filter((requirement) => viewFor(requirement) === view)
    .map((requirement): Task => {
      const targets = requirement.targets.map((target) => line(target.text, 60));
      return {
        title: line(requirement.text, 90),
        jobs: known(requirement, own),
        gate: [...targets.map((target) => `measured: ${target}`), command].join('; '),
      };
    });
  const drills =
    view === 'scn'
      ? requirements
          .filter((requirement) => requirement.views.includes('scn') && viewFor(requirement) !== 'scn')
          .map((requirement) => drill(requirement, own))
      : [];
  const tasks = [standing, ...wanted, ...drills];
  return [
    `## Phase ${index + 1}: ${VIEW_NAMES[view]}`,
    '',
    ...tasks.flatMap((task, at) => taskLines(task, view, index + 1, at + 1)),
  ];
}

const drill = (requirement: Requirement, own: readonly string[]): Task => ({
  title: `Validate: ${line(requirement.text, 80)}`,
  jobs: known(requirement, own),
  gate: [...requirement.targets.map((target) => `measured: ${line(target.text, 60)}`), STANDING.scn.command].join('; '),
});

function taskLines(task: Task, view: PlanView, phaseNumber: number, number: number): string[] {
  const dependencies = number > 1 ? [`${phaseNumber}.1`] : phaseNumber > 1 ? [`${phaseNumber - 1}.1`] : [];
  return [
    `### Task ${phaseNumber}.${number}: ${task.title}`,
    '',
    `- **Assignee:** ${ROLE_OF_VIEW[view]}`,
    `- **JTBD:** ${task.jobs.join(', ')}`,
    `- **Dependencies:** ${dependencies.map((id) => `Task ${id}`).join(', ') || 'none'}`,
    `- **Verification:** ${task.gate}`,
    '',
  ];
}

const textOf = (facts: MarkdownFacts): string =>
  facts.blocks
    .flatMap((block) =>
      block.kind === 'heading' ? [block.text] : block.kind === 'paragraph' ? block.lines.map((part) => part.text) : [],
    )
    .join('\n');

function decisions(text: string): string[] {
  const met = DEBATES.filter((debate) => debate.words.test(text));
  return met.flatMap((debate, index) => decision(debate, index + 1));
}

const decision = (debate: Debate, number: number): string[] => [
  `## Decision ${number}: ${debate.title}`,
  '',
  `- **Thesis:** ${debate.thesis}`,
  `- **Antithesis:** ${debate.antithesis}`,
  `- **Synthesis:** ${debate.synthesis}`,
  '',
];

function gaps(requirements: readonly Requirement[], mapped: readonly Requirement[]): string[] {
  const open = requirements
    .filter((requirement) => !mapped.includes(requirement))
    .map((requirement) => `- Line ${requirement.line} of the source belongs to no job: ${line(requirement.text, 120)}`);
  const uncovered = JOBS.filter((job) => !mapped.some((requirement) => requirement.jobs.includes(job.id)));
  const jobs = uncovered.map(
    (job) => `- No requirement asks for ${job.title} (${job.intent}); say that it is not needed, or what is.`,
  );
  const lines = [...open, ...jobs];
  return lines.length === 0 ? [] : ['## Gaps', '', ...lines, ''];
}

function questions(requirements: readonly Requirement[]): string[] {
  const lines = requirements.flatMap((requirement) =>
    requirement.ambiguities.map(
      ({ word, question }) => `- Line ${requirement.line}, \`${line(word, 40)}\`: ${question}`,
    ),
  );
  return lines.length === 0 ? [] : ['## Open questions', '', ...lines, ''];
}
