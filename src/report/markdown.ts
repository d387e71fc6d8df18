import type { Review, ReviewedFinding, ReviewGap } from '../core/review.js';
import type { Section } from '../core/types.js';
import { countsByView } from './counts.js';
import { oneLine, printable } from './escape.js';
import { gathered } from './gaps.js';
import { checkPage } from './links.js';

/** Text from a repository inside Markdown: no markup, no mention, no link of its own. */
export const inert = (text: string, limit = 500): string =>
  oneLine(text, limit)
    .replace(/[\\`*_{}[\]<>|~#&$]/g, (character) => `\\${character}`)
    .replace(/^(\d{1,9}(?=[.)])|(?=[-+=]))/, '$1\\')
    // GitHub makes links of mentions and references after Markdown, so a backslash does not stop them.
    .replace(/([@#])(?=[\w-])/g, '$1\u2060')
    .replace(/GH-(?=\d)/gi, '$&\u2060')
    // An address needs no word boundary before it: `_www.` and `1https://` are links too.
    .replace(/(?:https?|ftp)(?=:\/\/)|www(?=\.)/gi, '$&\u2060');

/** A sentence of ours about a repository's text: `code` in it stays code, all else is inert. */
export function prose(text: string, limit = 1000): string {
  const parts = oneLine(text, limit).split('`');
  if (parts.length % 2 === 0) return inert(text, limit);
  return parts.map((part, index) => (index % 2 === 1 ? codeSpan(part) : spaced(part))).join('');
}

/** `inert` trims; between code spans the spaces belong to the sentence. */
const spaced = (text: string): string =>
  text.trim() === '' ? text : `${/^\s/.test(text) ? ' ' : ''}${inert(text, Infinity)}${/\s$/.test(text) ? ' ' : ''}`;

/** Inline code that cannot be left: the fence is longer than any run of backticks inside. */
export function codeSpan(text: string, limit = 200): string {
  const content = oneLine(text, limit);
  const fence = '`'.repeat(longestRun(content) + 1);
  const pad = content.startsWith('`') || content.endsWith('`') || content === '' ? ' ' : '';
  return `${fence}${pad}${content}${pad}${fence}`;
}

/** A fenced block that cannot be left. */
export function codeBlock(text: string, language = ''): string {
  const content = printable(text);
  const fence = '`'.repeat(Math.max(3, longestRun(content) + 1));
  return `${fence}${language}\n${content}\n${fence}`;
}

const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));

export const tableMarkdown = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cellOf).join(' | ')} |`).join('\n');

/** A pipe ends a cell in code too, and what stands behind it would be markup: every one that nothing escapes is escaped. */
const cellOf = (text: string): string => text.replace(/(?<!\\)((?:\\\\)*)\|/g, '$1\\|');

export function sectionMarkdown(section: Section): string {
  const parts = [`### ${inert(section.title)}`, ...(section.paragraphs ?? []).map((text) => inert(text, 1500))];
  if (section.table) {
    parts.push(
      tableMarkdown(
        section.table.head.map((cell) => inert(cell)),
        section.table.rows.map((row) => row.map((cell) => inert(cell))),
      ),
    );
  }
  if (section.code) parts.push(codeBlock(section.code.text, section.code.language));
  return parts.join('\n\n');
}

/** The whole review as one Markdown document, for a job summary or a file. */
export function toMarkdown(review: Review): string {
  const verdict = { pass: 'pass', fail: '**fail**', incomplete: '**incomplete**' }[review.verdict];
  const rows = countsByView(review).map((count) => [
    `${count.view.toUpperCase()} ${count.title}`,
    ...[count.block, count.warn, count.note, count.existing, count.excused].map(String),
  ]);
  const all = gathered(review.gaps);
  const line = (gap: ReviewGap): string =>
    `- ${codeSpan(gap.line === undefined ? gap.path : `${gap.path}:${gap.line}`)}: ${prose(gap.reason)}`;
  const gaps = all.filter(({ kind }) => kind !== 'assumed').map(line);
  const assumed = all.filter(({ kind }) => kind === 'assumed').map(line);
  const open = countsByView(review).flatMap((count) => count.open.map((reason) => `- ${prose(reason)}`));
  const there = review.findings.filter((finding) => finding.scope === 'existing');
  const existing = [
    ...there.slice(0, MOST_LISTED).map(placeItem),
    ...(there.length > MOST_LISTED ? [`- and ${there.length - MOST_LISTED} more`] : []),
  ];
  const excused = review.excused.map(
    ({ finding, by, reason, who }) => `${placeItem(finding)}: ${prose(reason)} (${by}${who ? `, ${inert(who)}` : ''})`,
  );
  const parts = [
    '# Dialectic review',
    `Verdict: ${verdict}`,
    tableMarkdown(['View', 'Block', 'Warn', 'Note', 'Already there', 'Answered for'], rows),
    ...review.findings.filter((finding) => finding.scope !== 'existing').map(findingMarkdown),
    ...review.sections.map(sectionMarkdown),
    ...listed('Already there before this change (not counted)', existing),
    ...listed('Answered for', excused),
    ...listed('Not evaluated', gaps),
    ...listed('Assumed', assumed),
    ...listed('Could not be answered', open),
    ...listed(
      'Notes',
      review.notes.map((text) => `- ${prose(text)}`),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Findings that do not count are named, this many of them. */
const MOST_LISTED = 50;

const placeItem = ({ check, location: { path, startLine } }: ReviewedFinding): string =>
  `- ${check} at ${codeSpan(`${path}:${startLine}`)}`;

const listed = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`## ${title}`, lines.join('\n')];

function findingMarkdown(finding: ReviewedFinding): string {
  const { path, startLine } = finding.location;
  const trace = (finding.trace ?? []).map(
    (step, index) => `${index + 1}. ${prose(step.label)} (${codeSpan(`${step.path}:${step.line}`)})`,
  );
  const parts = [
    `## ${finding.severity}: [${finding.check}](${checkPage(finding.check)}) at ${codeSpan(`${path}:${startLine}`)}`,
    prose(finding.message),
    codeBlock(finding.evidence),
    prose(finding.consequence),
    ...(trace.length > 0 ? [trace.join('\n')] : []),
  ];
  if (finding.fix)
    parts.push(`Replace lines ${finding.fix.startLine} to ${finding.fix.endLine}:`, codeBlock(finding.fix.replacement));
  if (finding.snippet) parts.push('Add:', codeBlock(finding.snippet.code, finding.snippet.language));
  return parts.join('\n\n');
}
