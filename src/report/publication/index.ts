import type { Review, ReviewedFinding } from '../../core/review.js';
import { DESCRIPTION_PATH } from '../../core/pull-request.js';
import type { FileChange } from '../../core/types.js';
import { plural } from '../counts.js';
import { sectionMarkdown } from '../markdown.js';
import { answerText, placeFindings } from './comments.js';
import { findingBlocks, plainMessage, type LineLink } from './finding.js';
import { cutPlain, joinWithin, MAX_ANNOTATIONS, MAX_COMMENT } from './limits.js';
import { reviewMarker } from './marker.js';
import type { Annotation, CheckReport, Conclusion, Publication, Stance } from './publication.js';
import { counting, summaryOf, textOf, titleOf } from './summary.js';

export interface PublicationInput {
  readonly review: Review;
  readonly changes: readonly FileChange[];
  /** False for a path whose lines GitHub does not show in its diff; comments go on the file then. */
  readonly showsLines?: (path: string) => boolean;
  readonly link: LineLink;
  readonly draft: boolean;
  readonly approve: boolean;
  readonly mode: 'enforce' | 'observe';
  readonly scope: 'changed' | 'all';
  /** Blocks of Markdown for the summary, above the findings: what a changed configuration would do. */
  readonly extra?: readonly string[];
}

/** What should stand on the pull request after this review. Pure; everything from the repository is escaped here. */
export function publicationOf(input: PublicationInput): Publication {
  const { review, link } = input;
  const findings = counting(review, input.scope);
  const diff = {
    changes: new Map(input.changes.map((change) => [change.path, change])),
    showsLines: input.showsLines ?? (() => true),
  };
  const placed = placeFindings(findings, diff, link);
  return {
    headSha: review.headSha,
    check: checkReport(input, findings),
    comments: input.draft ? [] : placed.comments,
    body: input.draft ? undefined : reviewBody(review, findings, placed.rest, link),
    stance: stanceOf(input),
    quiet: input.draft,
    found: new Set(review.findings.map((finding) => finding.fingerprint)),
    answered: new Map(
      review.excused.map(({ finding, by, who, when, reason }) => [
        finding.fingerprint,
        answerText(by, who, when, reason),
      ]),
    ),
    unjudged: {
      checks: new Set(
        review.outcomes.flatMap((o) => (o.kind === 'crashed' || o.kind === 'inconclusive' ? [o.check] : [])),
      ),
      paths: new Set(review.gaps.flatMap(({ kind, path }) => (kind === 'assumed' ? [] : [path]))),
    },
  };
}

const CONCLUSION: Record<Review['verdict'], Conclusion> = {
  pass: 'success',
  fail: 'failure',
  incomplete: 'action_required',
};

function checkReport(input: PublicationInput, findings: readonly ReviewedFinding[]): CheckReport {
  const { review, link, extra = [] } = input;
  const observing = input.mode === 'observe';
  const text = textOf(review, findings, link);
  const note = observing
    ? ['This repository observes (`mode: observe`): everything is reported and nothing fails.']
    : [];
  return {
    conclusion: observing ? 'success' : CONCLUSION[review.verdict],
    title: titleOf(review, findings, observing),
    summary: summaryOf(review, findings, link, [...note, ...extra]),
    ...(text === undefined ? {} : { text }),
    annotations: findings
      .filter((finding) => finding.location.path !== DESCRIPTION_PATH)
      .slice(0, MAX_ANNOTATIONS)
      .map(annotation),
  };
}

const LEVEL = { block: 'failure', warn: 'warning', note: 'notice' } as const;

const annotation = (finding: ReviewedFinding): Annotation => ({
  path: finding.location.path,
  start_line: finding.location.startLine,
  end_line: Math.max(finding.location.startLine, finding.location.endLine),
  annotation_level: LEVEL[finding.severity],
  title: cutPlain(finding.check, 255),
  message: cutPlain(plainMessage(finding), 60_000),
});

function stanceOf({ review, draft, approve, mode }: PublicationInput): Stance {
  if (mode === 'observe') return 'release';
  if (review.verdict === 'pass') return approve && !draft && review.gate?.met === true ? 'approve' : 'release';
  return draft || review.verdict === 'incomplete' ? 'hold' : 'request';
}

/** The review's own text: only where there is something to say. */
function reviewBody(
  review: Review,
  findings: readonly ReviewedFinding[],
  rest: readonly ReviewedFinding[],
  link: LineLink,
): string | undefined {
  if (findings.length === 0) return undefined;
  const blocks = [
    headline(findings),
    ...rest.map((finding) => findingBlocks(finding, link).join('\n\n')),
    ...review.sections.map(
      (section) =>
        `<details><summary>${section.view.toUpperCase()}</summary>\n\n${sectionMarkdown(section)}\n\n</details>`,
    ),
  ];
  return joinWithin(blocks, MAX_COMMENT, reviewMarker());
}

function headline(findings: readonly ReviewedFinding[]): string {
  const count = (severity: ReviewedFinding['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const parts = [
    plural(count('block'), 'finding that blocks', 'findings that block'),
    plural(count('warn'), 'warning'),
    plural(count('note'), 'note'),
  ].filter((part) => !part.startsWith('0 '));
  return `Dialectic has ${parts.join(', ')}. The \`dialectic\` check holds the whole picture.`;
}
