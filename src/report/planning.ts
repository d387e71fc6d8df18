import type { Review } from '../core/review.js';
import type { MarkdownFacts } from '../languages/markdown/index.js';
import {
  decompose,
  openQuestions,
  planOf,
  requirementsOf,
  VIEW_NAMES,
  type Offer,
  type OpenQuestion,
  type PlanView,
} from '../models/plan/index.js';
import { plural } from './counts.js';
import { codeBlock, inert } from './markdown.js';
import { orchestratorBlocks } from './orchestrator.js';
import { joinWithin, MAX_COMMENT } from './publication/limits.js';

const ROOM = MAX_COMMENT - 200;

const OFFERS: Readonly<Record<Offer, string>> = {
  plan: '`/dialectic plan` makes a plan of this text, `/dialectic brainstorm` asks what it leaves open.',
  report: '`/dialectic report` writes the orchestrator report on this change.',
};

/** One line; it is said once. */
export const offerReply = (offers: ReadonlySet<Offer>): string =>
  (['plan', 'report'] as const).flatMap((offer) => (offers.has(offer) ? [OFFERS[offer]] : [])).join(' ');

export const nothingToPlanReply = (): string =>
  'There is no text to work on: write what is wanted into the description first.';

/**
 * The plan of a description, as a code block: it is meant to be copied, and nothing in it is a mention or a link. A plan that a
 * comment cannot hold is not cut.
 */
export function planReply(facts: MarkdownFacts, title: string): string {
  const requirements = requirementsOf(facts, true);
  const own = new Set(planOf(facts).ownJobs.map((job) => job.id));
  const placed = requirements.filter(({ jobs }) => jobs.length > 0).length;
  const vague = requirements.reduce((sum, { ambiguities }) => sum + ambiguities.length, 0);
  const facing = [
    plural(requirements.length, 'requirement'),
    `${placed} with a job`,
    ...(own.size > 0 ? [plural(own.size, 'own job')] : []),
    `${plural(vague, 'word')} without a measure`,
  ];
  const plan = codeBlock(decompose(facts, title).trimEnd(), 'markdown');
  const head = `Decomposed from the description: ${facing.join(', ')}. Copy it to \`PLAN.md\`; \`dialectic validate-plan-structure PLAN.md\` judges it.`;
  const whole = `${head}\n\n<details><summary>PLAN.md</summary>\n\n${plan}\n\n</details>`;
  return Buffer.byteLength(whole) <= ROOM
    ? whole
    : `The plan is longer than a comment can hold (${plural(requirements.length, 'requirement')}). \`dialectic plan FILE\` writes it from the same text.`;
}

/** The open questions by view, most decisive first. */
export function brainstormReply(facts: MarkdownFacts): string {
  const open = openQuestions(facts);
  if (open.length === 0) return 'Nothing is left open: every question of the protocol has an answer.';
  const views = (Object.keys(VIEW_NAMES) as PlanView[]).filter((view) => open.some((one) => one.view === view));
  const head = `${plural(open.length, 'question')} ${open.length === 1 ? 'is' : 'are'} open, most decisive first in each view. Answer in the description, or in a comment with the question's name: \`[${open[0]?.id ?? 'LOG-01'}] Answer: …\`. Then ask again.`;
  const blocks = views.flatMap((view) => [
    `### ${VIEW_NAMES[view]}`,
    ...open.filter((one) => one.view === view).map(questionItem),
  ]);
  return joinWithin([head, ...blocks], ROOM);
}

const questionItem = ({ id, text, why }: OpenQuestion): string => `- **[${id}]** ${inert(text)}\n  Why: ${inert(why)}`;

export const reportReply = (review: Review, title: string): string =>
  joinWithin(orchestratorBlocks(review, title), ROOM);
