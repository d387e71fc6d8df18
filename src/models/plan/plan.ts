import { sectionsOf, type Block, type MarkdownFacts } from '../../languages/markdown/index.js';
import { argumentOf, missingFrom, MOVEMENTS, type Movement } from '../argument/index.js';
import type { PlanItem } from './item.js';
import { JOBS, jobIdsIn } from './jobs.js';
import { ItemReader } from './reader.js';
import { PLAN_VIEWS, rank, viewOf, type PlanView } from './views.js';

/** A decision that a plan takes, and what its argument lacks. */
export interface PlanDecision {
  readonly title: string;
  readonly line: number;
  readonly missing: readonly Movement[];
}

export interface Plan {
  readonly title: string;
  readonly items: readonly PlanItem[];
  /** Views that have a section, a phase, an epic or a row of a view table, and the line of the first. */
  readonly views: ReadonlyMap<PlanView, number>;
  /** Jobs that the document defines beside the four of the seeds. */
  readonly ownJobs: readonly { readonly id: string; readonly line: number }[];
  readonly ownRoles: readonly string[];
  /** Every job id that the document names, and where first. */
  readonly named: ReadonlyMap<string, number>;
  readonly decisions: readonly PlanDecision[];
}

/** Reads a plan: headings, bold fields, tables and checklists alike. */
export function planOf(facts: MarkdownFacts): Plan {
  const reader = new ItemReader();
  for (const block of facts.blocks) reader.read(block);
  const items = reader.items.map((item) => ({ ...item, view: item.view ?? inheritedView(item, reader.items) }));
  const title = facts.blocks.find((block) => block.kind === 'heading');
  return {
    title: title?.kind === 'heading' ? title.text : '',
    items,
    views: viewsOf(facts, items),
    ownJobs: ownJobs(facts.blocks),
    ownRoles: ownRoles(facts.blocks),
    named: namedJobs(facts.blocks),
    decisions: decisionsOf(facts),
  };
}

function inheritedView(item: PlanItem, items: readonly PlanItem[]): PlanView | undefined {
  const epic = item.epic === undefined ? undefined : items[item.epic];
  const phase = item.phase === undefined ? undefined : items[item.phase];
  return epic?.view ?? phase?.view;
}

function viewsOf(facts: MarkdownFacts, items: readonly PlanItem[]): Map<PlanView, number> {
  const seen: [PlanView, number][] = [];
  for (const block of facts.blocks) {
    if (block.quote > 0) continue;
    if (block.kind === 'heading') push(seen, block.text, block.start);
    if (block.kind === 'table' && /^\W*(?:4\+1 )?views?\W*$/i.test(block.head[0]?.text ?? '')) {
      for (const row of block.rows)
        if (row.slice(1).some((cell) => cell.text !== '')) push(seen, row[0]?.text ?? '', row[0]?.line ?? block.start);
    }
  }
  for (const item of items) if (item.view) seen.push([item.view, item.line]);
  const views = new Map<PlanView, number>();
  for (const [view, line] of seen.sort((a, b) => rank(a[0]) - rank(b[0]) || a[1] - b[1]))
    if (!views.has(view)) views.set(view, line);
  return views;
}

function push(seen: [PlanView, number][], text: string, line: number): void {
  const view = viewOf(text);
  if (view) seen.push([view, line]);
}

/** A job is defined by a table about jobs, or by a heading or a bold label that begins with its id. */
function ownJobs(blocks: readonly Block[]): { id: string; line: number }[] {
  const known = new Set(JOBS.map((job) => job.id));
  const defined = blocks.flatMap((block): { id: string; line: number }[] => {
    if (block.kind === 'table' && /\b(?:job|jtbd)\b/i.test(block.head[0]?.text ?? ''))
      return block.rows.flatMap((row) => ids(row[0]?.text ?? '', row[0]?.line ?? block.start));
    if (block.kind === 'heading' && /^\W*JTBD[-_ ]?\d/i.test(block.text))
      return ids(block.text, block.start).slice(0, 1);
    if (block.kind !== 'paragraph') return [];
    return block.lines.flatMap((line) =>
      /^\W*JTBD[-_ ]?\d+\W*[:–—-]\s*\w/i.test(line.text) ? ids(line.text, line.line).slice(0, 1) : [],
    );
  });
  return defined.filter(({ id }, index) => !known.has(id) && defined.findIndex((other) => other.id === id) === index);
}

const ids = (text: string, line: number): { id: string; line: number }[] => jobIdsIn(text).map((id) => ({ id, line }));

function ownRoles(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block) => {
    if (block.kind !== 'table' || !/^\W*(?:assigned )?roles?\W*$/i.test(block.head[0]?.text ?? '')) return [];
    const isRoleTable = block.head
      .slice(1)
      .some((cell) => /skill|specialty|responsib|who|person|team|focus/i.test(cell.text));
    return isRoleTable
      ? block.rows.flatMap((row) => row.slice(0, 2).map((cell) => cell.text)).filter((text) => text !== '')
      : [];
  });
}

function namedJobs(blocks: readonly Block[]): Map<string, number> {
  const named = new Map<string, number>();
  for (const block of blocks)
    for (const { text, line } of textLines(block))
      for (const id of jobIdsIn(text)) if (!named.has(id)) named.set(id, line);
  return named;
}

function textLines(block: Block): readonly { readonly text: string; readonly line: number }[] {
  if (block.kind === 'heading') return [{ text: block.text, line: block.start }];
  if (block.kind === 'paragraph') return block.lines;
  return block.kind === 'table' ? [...block.head, ...block.rows.flat()] : [];
}

const ONE =
  /^\W*(?:key |architectur\w+ |design |technology |technical )?decision\b\s*(?:#?\d+|[A-Z]\b)?\s*[.:)–—-]\s*\S/i;
const SEVERAL =
  /^\W*(?:\d+[.)]?\s*)?(?:key |architectur\w+ |design |technology |technical |major |standing )*decisions\W*(?:taken|made)?\W*$/i;

/** Decisions by their headings, and every argument that is begun and not finished. */
function decisionsOf(facts: MarkdownFacts): PlanDecision[] {
  const sections = sectionsOf(facts);
  const found = sections.flatMap((section, index): PlanDecision[] => {
    const parent = section.parents.at(-1) ?? '';
    const isOne = ONE.test(section.title) || (SEVERAL.test(parent) && section.level > 0);
    const isLeafList =
      SEVERAL.test(section.title) &&
      !(sections[index + 1]?.parents.includes(section.title) ?? false) &&
      section.blocks.length > 0;
    if (!isOne && !isLeafList) return [];
    const until = sections.findIndex((other, at) => at > index && other.level <= section.level);
    const blocks = sections
      .slice(index, until < 0 ? undefined : until)
      .flatMap((part) => [heading(part.title, part.level, part.start), ...part.blocks]);
    return [{ title: section.title, line: section.start, missing: lacking(blocks.slice(1)) }];
  });
  const begun = argumentOf(facts).decisions.map((decision) => ({
    title: decision.title || 'argument',
    line: decision.line,
    missing: missingFrom(decision),
  }));
  const covered = (line: number): boolean =>
    found.some((decision) => decision.line <= line && decision.missing.length > 0);
  return [...found, ...begun.filter((decision) => decision.missing.length > 0 && !covered(decision.line))];
}

const heading = (text: string, level: number, line: number): Block => ({
  kind: 'heading',
  text,
  level: Math.max(1, level),
  start: line,
  end: line,
  quote: 0,
  list: 0,
});

function lacking(blocks: readonly Block[]): readonly Movement[] {
  const { decisions } = argumentOf({ blocks, links: [], lines: 0 });
  const best = decisions.map(missingFrom).sort((a, b) => a.length - b.length)[0];
  return best ?? MOVEMENTS;
}

/** Order of the phases in the document, by view. */
export const phasesOf = (plan: Plan): readonly PlanItem[] => plan.items.filter((item) => item.kind === 'phase');
export const tasksOf = (plan: Plan): readonly PlanItem[] => plan.items.filter((item) => item.kind === 'task');
export const missingViews = (plan: Plan): readonly PlanView[] => PLAN_VIEWS.filter((view) => !plan.views.has(view));
