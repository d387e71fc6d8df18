import pc from 'picocolors';
import type { Review, ReviewedFinding } from '../core/review.js';
import type { Gap, Section, Severity } from '../core/types.js';
import { countsByView, plural } from './counts.js';
import { oneLine, pathText, printable } from './escape.js';
import { gathered } from './gaps.js';

export interface TextOptions {
  readonly color: boolean;
  /** Lines of a file at head, for excerpts; undefined when they are not at hand. */
  readonly source: (path: string) => readonly string[] | undefined;
  /** Shows what was there before as well, one line each. */
  readonly existing?: boolean;
}

type Colors = ReturnType<typeof pc.createColors>;

/** A review for a person at a terminal: worst first, each with its place, its excerpt and its way, the verdict last. */
export function toText(review: Review, options: TextOptions): string {
  const c = pc.createColors(options.color);
  const shown = review.findings.filter((finding) => finding.scope !== 'existing');
  const existing = review.findings.filter((finding) => finding.scope === 'existing');
  const blocks = [
    ...shown.map((finding) => findingText(finding, c, options)),
    ...review.sections.map((section) => sectionText(section, c)),
    ...listed('Already there (not counted)', options.existing ? existing.map(placeLine) : [], c),
    ...listed(
      'Answered for',
      review.excused.map(
        (e) => `${placeLine(e.finding)}: ${oneLine(e.reason)} (${e.by}${e.who ? `, ${oneLine(e.who)}` : ''})`,
      ),
      c,
    ),
    ...listed('Not read', gapLines(review, 'unread'), c),
    ...listed('Not evaluated', gapLines(review, 'unsupported'), c),
    ...listed('Assumed', gapLines(review, 'assumed'), c),
    ...listed(
      'Could not be answered',
      countsByView(review).flatMap((count) => count.open.map((line) => oneLine(line))),
      c,
    ),
    ...listed(
      'Notes',
      review.notes.map((line) => oneLine(line, 600)),
      c,
    ),
    summaryText(review, existing.length, c),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const TONE: Record<Severity, 'red' | 'yellow' | 'blue'> = { block: 'red', warn: 'yellow', note: 'blue' };

function findingText(finding: ReviewedFinding, c: Colors, options: TextOptions): string {
  const { path, startLine } = finding.location;
  const tone = c[TONE[finding.severity]];
  const lines = [
    `${tone(finding.severity.padEnd(5))} ${c.bold(finding.check)}  ${c.cyan(`${pathText(path)}:${startLine}`)}`,
    `      ${oneLine(finding.message, 600)}`,
    ...excerpt(finding, c, options),
    `      ${c.dim('why')}   ${oneLine(finding.consequence, 600)}`,
    ...(finding.trace ?? []).map(
      (step, index) =>
        `      ${index === 0 ? c.dim('path ') : '     '} ${'  '.repeat(index)}${index === 0 ? '' : '→ '}${oneLine(step.label, 160)}  ${c.dim(`${pathText(step.path)}:${step.line}`)}`,
    ),
    ...fixText(finding, c),
  ];
  return lines.join('\n');
}

/** The line itself with a caret under the evidence, when the evidence stands on it. */
function excerpt(finding: ReviewedFinding, c: Colors, { source }: TextOptions): string[] {
  const { path, startLine } = finding.location;
  const raw = source(path)?.[startLine - 1];
  if (raw === undefined) return [];
  const line = printable(raw.replace(/\t/g, '    ')).slice(0, 200);
  const number = String(startLine);
  const evidence = (finding.evidence.split('\n', 1)[0] ?? '').trim();
  const at = evidence ? line.indexOf(evidence) : -1;
  const start = at >= 0 ? at : line.length - line.trimStart().length;
  const length = Math.max(1, at >= 0 ? evidence.length : line.trim().length);
  const gutter = ' '.repeat(number.length);
  return [
    `      ${c.dim(`${gutter} │`)}`,
    `      ${c.dim(`${number} │`)} ${line}`,
    `      ${c.dim(`${gutter} │`)} ${' '.repeat(start)}${c[TONE[finding.severity]]('^'.repeat(Math.min(length, 200 - start)))}`,
  ];
}

function fixText(finding: ReviewedFinding, c: Colors): string[] {
  if (finding.fix) {
    const { startLine, endLine, replacement } = finding.fix;
    const where = startLine === endLine ? `line ${startLine}` : `lines ${startLine} to ${endLine}`;
    return [`      ${c.dim('fix')}   replace ${where} with`, ...indented(replacement, c.green)];
  }
  if (finding.snippet) return [`      ${c.dim('fix')}   add`, ...indented(finding.snippet.code, c.green)];
  return [];
}

const indented = (code: string, color: (text: string) => string): string[] =>
  printable(code)
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `              ${color(line)}`));

function sectionText(section: Section, c: Colors): string {
  const lines = [
    c.bold(oneLine(section.title)),
    ...(section.paragraphs ?? []).map((text) => `  ${oneLine(text, 1000)}`),
  ];
  if (section.table) lines.push(...tableText(section.table.head, section.table.rows));
  if (section.code)
    lines.push(
      ...printable(section.code.text)
        .split('\n')
        .map((line) => `  ${line}`),
    );
  return lines.join('\n');
}

/** Characters of a column. */
const WIDTH = 56;

/** Columns padded to their widest cell. A longer one is cut, or goes on below itself where its end matters. */
export function tableText(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  long: 'cut' | 'wrap' = 'cut',
): string[] {
  const folded = rows.flatMap((row) => (long === 'cut' ? [row.map((cell) => oneLine(cell, WIDTH))] : wrappedRow(row)));
  const all = [head, ...folded];
  const widths = head.map((_, column) => Math.max(...all.map((row) => [...(row[column] ?? '')].length)));
  const line = (row: readonly string[]): string =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd();
  return [line(all[0] ?? []), `  ${widths.map((width) => '─'.repeat(width)).join('  ')}`, ...all.slice(1).map(line)];
}

/** As many lines as the longest cell takes. */
function wrappedRow(row: readonly string[]): string[][] {
  const cells = row.map((cell) => wrapped(oneLine(cell, 2000)));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) => cells.map((lines) => lines[at] ?? ''));
}

/** Breaks at blanks; a path that is longer than the column stays whole. */
function wrapped(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if ([...last].length + 1 + [...word].length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const placeLine = (finding: ReviewedFinding): string =>
  `${pathText(finding.location.path)}:${finding.location.startLine} ${finding.check}`;

const gapLines = (review: Review, kind: Gap['kind']): string[] =>
  gathered(review.gaps.filter((gap) => gap.kind === kind)).map(
    (gap) => `${pathText(gap.path)}${gap.line ? `:${gap.line}` : ''}: ${oneLine(gap.reason)}`,
  );

const LISTED = 20;

function listed(title: string, lines: readonly string[], c: Colors): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > LISTED ? [`  … and ${lines.length - LISTED} more`] : [];
  return [[c.bold(title), ...lines.slice(0, LISTED).map((line) => `  ${line}`), ...more].join('\n')];
}

function summaryText(review: Review, existing: number, c: Colors): string {
  const total = (severity: Severity): number =>
    review.findings.filter((f) => f.severity === severity && f.scope !== 'existing').length;
  const verdict = { pass: c.green('pass'), fail: c.red('fail'), incomplete: c.yellow('incomplete') }[review.verdict];
  const parts = [
    plural(total('block'), 'blocker'),
    plural(total('warn'), 'warning'),
    plural(total('note'), 'note'),
    ...(existing > 0 ? [`${existing} already there`] : []),
    ...(review.excused.length > 0 ? [`${review.excused.length} answered for`] : []),
  ];
  return `${c.bold('Verdict:')} ${verdict}  ${c.dim(parts.join(', '))}`;
}
