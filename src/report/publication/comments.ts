import type { ReviewedFinding } from '../../core/review.js';
import type { CheckId } from '../../core/types.js';
import { checkPage } from '../links.js';
import { prose } from '../markdown.js';
import { anchorOf, type Anchor, type Diff } from './anchors.js';
import { findingBlocks, findingItem, type LineLink } from './finding.js';
import { joinWithin, MAX_COMMENT, MAX_INLINE, MAX_OF_ONE_CHECK } from './limits.js';
import { findingMarker } from './marker.js';
import type { InlineComment } from './publication.js';

export interface Placed {
  readonly comments: readonly InlineComment[];
  /** Findings that are said in the review's own text instead. */
  readonly rest: readonly ReviewedFinding[];
}

/** Distributes findings (worst first) over comments, with the ladder line → file → body and the limits on their number. */
export function placeFindings(findings: readonly ReviewedFinding[], diff: Diff, link: LineLink): Placed {
  const comments: InlineComment[] = [];
  const rest: ReviewedFinding[] = [];
  for (const group of gathered(findings)) {
    const anchored = group.map((finding) => ({ finding, anchor: anchorOf(finding, diff) }));
    const first = anchored.find(({ anchor }) => anchor.kind !== 'body');
    if (!first || comments.length >= MAX_INLINE) rest.push(...group);
    else comments.push(commentFor(group, first.finding, first.anchor, link));
  }
  return { comments, rest };
}

/** One group a finding; the findings of a check that speaks too often make one group, at the place of its first. */
function gathered(findings: readonly ReviewedFinding[]): ReviewedFinding[][] {
  const byCheck = new Map<CheckId, ReviewedFinding[]>();
  for (const finding of findings) byCheck.set(finding.check, [...(byCheck.get(finding.check) ?? []), finding]);
  return findings.flatMap((finding) => {
    const same = byCheck.get(finding.check) ?? [];
    if (same.length <= MAX_OF_ONE_CHECK) return [[finding]];
    return same[0] === finding ? [same] : [];
  });
}

function commentFor(group: ReviewedFinding[], shown: ReviewedFinding, anchor: Anchor, link: LineLink): InlineComment {
  const key = group.length > 1 ? `check:${shown.check}` : shown.fingerprint;
  const marker = findingMarker(key, shown.check, group.map((finding) => finding.fingerprint).slice(0, 300));
  const place = anchor.kind === 'line' ? linesOf(anchor.start, anchor.end) : {};
  const others = group.filter((finding) => finding !== shown);
  const blocks = [
    ...findingBlocks(shown, link, anchor.kind === 'line' ? anchor.fix : undefined),
    ...(others.length > 0
      ? [`**The same in ${others.length} other places:**`, ...others.map((finding) => findingItem(finding, link))]
      : []),
    ...fileNote(shown, anchor, link),
    `<sub>[What ${shown.check} looks for](${checkPage(shown.check)}). Not right here? Someone with write access answers for it with \`/dialectic waive ${shown.check} <reason>\`.</sub>`,
  ];
  return {
    key,
    check: shown.check,
    fingerprints: group.map((finding) => finding.fingerprint),
    path: anchor.kind === 'body' ? shown.location.path : anchor.path,
    ...place,
    body: joinWithin(blocks, MAX_COMMENT, marker),
  };
}

const linesOf = (start: number, end: number) => (start === end ? { line: end } : { line: end, startLine: start });

/** A comment on the file says which line it means. */
const fileNote = (finding: ReviewedFinding, anchor: Anchor, link: LineLink): string[] =>
  anchor.kind === 'file'
    ? [
        `The place is [line ${finding.location.startLine}](${link(finding.location.path, finding.location.startLine)}), which this diff does not show.`,
      ]
    : [];

/** What a comment becomes when its finding is no longer there; the old text stays below, folded. */
export function foldedBody(headline: string, body: string, limit = MAX_COMMENT): string {
  const marker = /\n<!-- dialectic:finding [^\n]*-->\s*$/.exec(body)?.[0].trimEnd() ?? '';
  const text = body.slice(0, body.length - (/\n<!-- dialectic:finding [^\n]*-->\s*$/.exec(body)?.[0].length ?? 0));
  const old = text.startsWith(FOLDED) ? (text.split(FOLD_START)[1]?.replace(FOLD_END, '') ?? '') : text;
  const folded = `${FOLDED}${headline}${FOLD_START}${old}${FOLD_END}${marker}`;
  return Buffer.byteLength(folded) <= limit ? folded : `${FOLDED}${headline}${marker}`;
}

const FOLDED = '✓ ';
export const isFolded = (body: string): boolean => body.startsWith(FOLDED);
const FOLD_START = '\n\n<details><summary>What it was</summary>\n\n';
const FOLD_END = '\n\n</details>';

export const fixedHeadline = (headSha: string): string => `**Fixed in ${headSha}.**`;
export const answeredHeadline = (how: string): string => `**Answered for.** ${how}`;

/** Who answers for a finding, as Markdown. */
export const answerText = (by: string, who: string | undefined, when: string | undefined, reason: string): string =>
  [
    by === 'waiver' ? 'Waived' : 'Suppressed in the code',
    who ? ` by ${prose(who, 200)}` : '',
    when ? ` (${prose(when, 60)})` : '',
    `: ${prose(reason, 600)}`,
  ].join('');
