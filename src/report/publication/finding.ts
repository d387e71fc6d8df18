import type { ReviewedFinding } from '../../core/review.js';
import type { Fix } from '../../core/types.js';
import { oneLine } from '../escape.js';
import { checkPage } from '../links.js';
import { codeBlock, codeSpan, prose } from '../markdown.js';

/** A link to a line at the reviewed head. */
export type LineLink = (path: string, line: number) => string;

const LABEL = { block: '**Blocks**', warn: '**Warning**', note: 'Note' } as const;
const LONG_EVIDENCE = 1500;

/** What is wrong, what it does, the evidence, the way there, what to do. `suggestion` becomes a one-click change. */
export function findingBlocks(finding: ReviewedFinding, link: LineLink, suggestion?: Fix): string[] {
  const { fix, snippet } = finding;
  const blocks = [
    `${LABEL[finding.severity]} · [${finding.check}](${checkPage(finding.check)})\n\n${prose(finding.message, 1000)}`,
    prose(finding.consequence, 1500),
    codeBlock(shortened(finding.evidence)),
    ...traceBlock(finding, link),
  ];
  if (suggestion) blocks.push(codeBlock(suggestion.replacement, 'suggestion'));
  else if (fix) blocks.push(`${replaceSentence(fix)}\n\n${codeBlock(fix.replacement)}`);
  if (snippet) blocks.push(`Add:\n\n${codeBlock(snippet.code, snippet.language)}`);
  return blocks;
}

const replaceSentence = (fix: Fix): string =>
  fix.startLine === fix.endLine
    ? `Replace line ${fix.startLine} by:`
    : `Replace lines ${fix.startLine} to ${fix.endLine} by:`;

const shortened = (text: string): string => {
  const characters = [...text];
  return characters.length <= LONG_EVIDENCE ? text : `${characters.slice(0, LONG_EVIDENCE).join('')}…`;
};

function traceBlock(finding: ReviewedFinding, link: LineLink): string[] {
  const trace = finding.trace ?? [];
  if (trace.length === 0) return [];
  const steps = trace
    .slice(0, 25)
    .map(
      (step, index) =>
        `${index + 1}. ${prose(step.label, 200)} ([${placeText(step.path, step.line)}](${link(step.path, step.line)}))`,
    );
  if (trace.length > steps.length) steps.push(`${steps.length + 1}. ${trace.length - steps.length} further steps`);
  return [`How it gets there:\n\n${steps.join('\n')}`];
}

/** `path:line` as link text: code, so that nothing in a path is markup. */
const placeText = (path: string, line: number): string => codeSpan(`${path}:${line}`);

/** One list item that names the finding and its place. */
export const findingItem = (finding: ReviewedFinding, link: LineLink): string => {
  const { path, startLine } = finding.location;
  return `- ${finding.severity} · [${finding.check}](${checkPage(finding.check)}) at [${placeText(path, startLine)}](${link(path, startLine)}): ${prose(finding.message, 300)}`;
};

/** The plain sentence of an annotation: GitHub shows it as text. */
export const plainMessage = (finding: ReviewedFinding): string =>
  `${oneLine(finding.message, 1000)}\n\n${oneLine(finding.consequence, 1500)}`;
