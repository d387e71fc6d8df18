import type { Review, ReviewedFinding, ReviewGap } from '../../core/review.js';
import { REVIEWERS } from '../../reviewers/index.js';
import { countsByView, plural, type ViewCount } from '../counts.js';
import { gathered } from '../gaps.js';
import { codeSpan, inert, prose, sectionMarkdown, tableMarkdown } from '../markdown.js';
import { answerText } from './comments.js';
import { findingBlocks, findingItem, type LineLink } from './finding.js';
import { joinWithin, MAX_CHECK_TEXT } from './limits.js';

export const counting = (review: Review, scope: 'changed' | 'all'): readonly ReviewedFinding[] =>
  review.findings.filter((finding) => finding.scope !== 'existing' || scope === 'all');

/** The check run's title: the verdict in one line. */
export function titleOf(review: Review, findings: readonly ReviewedFinding[], observing: boolean): string {
  const blocks = findings.filter((finding) => finding.severity === 'block').length;
  const parts = [
    ...(blocks > 0 ? [`${plural(blocks, 'finding')} must be answered`] : []),
    ...(review.verdict === 'incomplete' ? ['part of this change could not be judged'] : []),
    ...(review.gate && !review.gate.met ? ['thesis, antithesis or synthesis is missing'] : []),
  ];
  const rest = findings.length - blocks;
  const title =
    parts.length > 0
      ? parts.join('; ')
      : rest > 0
        ? `Nothing blocks; ${plural(rest, 'remark')}`
        : 'Nothing to object to';
  return observing && review.verdict !== 'pass'
    ? `Observing only: ${title}`
    : title.charAt(0).toUpperCase() + title.slice(1);
}

/** The check run's summary: the five views and the gate, what blocks, what was not evaluated, who answered for what. */
export function summaryOf(
  review: Review,
  findings: readonly ReviewedFinding[],
  link: LineLink,
  extra: readonly string[],
): string {
  const blocking = findings.filter((finding) => finding.severity === 'block');
  const blocks = [
    viewTable(review),
    ...extra,
    ...listed(
      'What blocks',
      blocking.map((finding) => findingItem(finding, link)),
    ),
    ...notEvaluated(review),
    ...listed(
      'Answered for',
      review.excused.map(
        ({ finding, by, who, when, reason }) => `${findingItem(finding, link)} ${answerText(by, who, when, reason)}`,
      ),
    ),
    ...listed(
      'Notes',
      review.notes.map((note) => `- ${prose(note, 1000)}`),
    ),
    `Reviewed ${codeSpan(review.headSha)}${review.baseSha ? ` against ${codeSpan(review.baseSha)}` : ''}. \`/dialectic help\` in a comment lists what you can ask.`,
  ];
  return joinWithin(blocks, MAX_CHECK_TEXT);
}

/** The check run's longer text: every finding in full, then the views' own sections. */
export function textOf(review: Review, findings: readonly ReviewedFinding[], link: LineLink): string | undefined {
  const blocks = [
    ...review.sections.map(sectionMarkdown),
    ...findings.map((finding) =>
      [findingItem(finding, link).slice(2), ...findingBlocks(finding, link).slice(1)].join('\n\n'),
    ),
    ...existing(review, link),
  ];
  return blocks.length === 0 ? undefined : joinWithin(blocks, MAX_CHECK_TEXT);
}

const existing = (review: Review, link: LineLink): string[] =>
  listed(
    'Already there before this change (not counted)',
    review.findings.filter((finding) => finding.scope === 'existing').map((finding) => findingItem(finding, link)),
  );

function viewTable(review: Review): string {
  const counts = new Map(countsByView(review).map((count) => [count.view, count]));
  const rows = REVIEWERS.filter(({ view }) => view !== 'plan' || relevant(counts.get(view))).map(({ view, title }) => {
    const count = counts.get(view);
    const numbers = count
      ? [count.block, count.warn, count.note, count.existing, count.excused].map((n) => (n === 0 ? '·' : String(n)))
      : ['·', '·', '·', '·', '·'];
    return [`**${view.toUpperCase()}** ${inert(title)}`, stateOf(review, view, count), ...numbers];
  });
  return tableMarkdown(['View', 'State', 'Block', 'Warn', 'Note', 'Already there', 'Answered for'], rows);
}

const relevant = (count: ViewCount | undefined): boolean => count !== undefined && count.evaluated > 0;

function stateOf(review: Review, view: string, count: ViewCount | undefined): string {
  if (view === 'dia' && review.gate?.exemption) return `exempt: ${inert(review.gate.exemption, 200)}`;
  if (view === 'dia' && review.gate) return review.gate.met ? '✅ gate met' : '❌ gate not met';
  if (!count || count.evaluated === 0) return 'nothing to judge';
  if (count.block > 0) return '❌ blocks';
  if (count.open.length > 0) return '❓ not fully judged';
  return count.warn + count.note > 0 ? '⚠️ remarks' : '✅ clean';
}

function notEvaluated(review: Review): string[] {
  const gaps = gathered(review.gaps).sort((a, b) => Number(b.decisive) - Number(a.decisive));
  const line = (gap: ReviewGap): string => {
    const place = codeSpan(gap.line === undefined ? gap.path : `${gap.path}:${gap.line}`);
    return `- ${place}: ${prose(gap.reason, 400)}${gap.decisive ? ' **(part of this change)**' : ''}`;
  };
  const open = countsByView(review).flatMap((count) => count.open.map((one) => `- ${prose(one, 500)}`));
  return [
    ...listed('Not evaluated', gaps.filter(({ kind }) => kind !== 'assumed').map(line)),
    ...listed('Questions left open', open),
    ...listed('Assumed', gaps.filter(({ kind }) => kind === 'assumed').map(line)),
  ];
}

const MAX_LISTED = 50;

/** A heading and its list as one block; long lists say how much is left out. */
function listed(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const left = lines.length - MAX_LISTED;
  const shown = lines.slice(0, MAX_LISTED);
  return [`### ${title}\n\n${[...shown, ...(left > 0 ? [`- ${left} more not shown`] : [])].join('\n')}`];
}
