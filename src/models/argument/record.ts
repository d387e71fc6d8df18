import type { Block, MarkdownFacts, TextLine } from '../../languages/markdown/index.js';
import { argumentOf, missingFrom, passagesFor, type Argument } from './decisions.js';
import { partOf, type Part } from './record-parts.js';
import { statusOf, type RecordStatus } from './record-status.js';
import { isChosen, objects, resolves, yStatement } from './prose.js';
import { isPlaceholder, wordsOf } from './substance.js';
import { MOVEMENTS, type Movement } from './words.js';

/** An architecture decision record, whatever its form. */
export interface DecisionRecord {
  readonly title: string;
  /** Line of the title. */
  readonly line: number;
  readonly status: RecordStatus;
  /** The movements that it makes, by their own names or by the equivalents of MADR, Nygard and others. */
  readonly made: ReadonlyMap<Movement, MadeMovement>;
  /** Those of the three that it lacks. */
  readonly missing: readonly Movement[];
}

export interface MadeMovement {
  readonly line: number;
  readonly text: string;
}

/** Words below which a description of the problem is no thesis; a section that is called so may be shorter. */
const LEAST_CONTEXT = 6;
const LEAST_NAMED_CONTEXT = 3;
/** `Status: accepted`, `Date: 2026-01-09`: lines about the record, below its title. */
const METADATA =
  /^(?:status|date|last[- ]updated|deciders?|decision[- ]makers?|authors?|owners?|approvers?|consulted|informed|tags?|technical story|feedback by|adr|id|number|version)\s*:/i;
/** Sections of a record written without markup: `Context: …` at the start of a line. Other words before a colon are prose. */
const PLAIN_LABEL =
  /^\s*(?:context|background|problem(?: statement)?|decision|decision outcome|rationale|consequences?|drawbacks?|trade-?offs?|(?:considered )?(?:alternatives?|options)(?: considered)?)\s*:(?=\s|$)/i;
/** One option is no choice, unless it is described: then the decision is the other one. */
const LEAST_OPTIONS = 2;
const LEAST_DESCRIPTION = 12;

/** Reads a record. Sections are taken by what their headings mean; where they say nothing, by what their sentences do. */
export function recordOf(facts: MarkdownFacts): DecisionRecord {
  const own = ownWords(argumentOf(facts));
  const made = new Map(own);
  const parts = own.size === MOVEMENTS.length ? [] : partsOf(facts.blocks);
  for (const movement of MOVEMENTS) {
    const equivalent = made.has(movement) ? undefined : equivalentOf(movement, parts);
    if (equivalent) made.set(movement, equivalent);
  }
  const title = facts.blocks.find((block) => block.kind === 'heading');
  return {
    title: title?.kind === 'heading' ? title.text : '',
    line: title?.start ?? (facts.frontMatter?.end ?? 0) + 1,
    status: statusOf(facts),
    made,
    missing: MOVEMENTS.filter((movement) => !made.has(movement)),
  };
}

/** Movements under their own names, when at least one decision has text below all that it names. */
function ownWords(argument: Argument): Map<Movement, MadeMovement> {
  const best = [...argument.decisions].sort((a, b) => missingFrom(a).length - missingFrom(b).length)[0];
  const made = new Map<Movement, MadeMovement>();
  if (!best) return made;
  for (const movement of MOVEMENTS) {
    const passages = passagesFor(best, movement);
    const lines = passages.flatMap((passage) => passage.lines.map((line) => line.text));
    const text = (lines.length > 0 ? lines : passages.map((passage) => passage.heading))
      .filter((line) => !isPlaceholder(line))
      .join('\n');
    if (passages[0] && text !== '') made.set(movement, { line: passages[0].line, text });
  }
  return made;
}

interface Written {
  readonly part: Part | undefined;
  readonly line: number;
  readonly lines: TextLine[];
  /** List items and subheadings: how many things it lists. */
  items: number;
}

/** The record below its title, cut at headings and bold labels. A heading that means nothing belongs to the part above it. */
function partsOf(blocks: readonly Block[]): Written[] {
  const parts: Written[] = [{ part: undefined, line: 1, lines: [], items: 0 }];
  const title = blocks[0];
  for (const block of blocks) {
    const current = parts.at(-1);
    if (!current) break;
    if (block === title && block.kind === 'heading' && partOf(block.text) === undefined) continue;
    if (block.kind === 'heading') headed(parts, current, block);
    else if (block.kind === 'paragraph') paragraph(parts, current, block);
    else if (block.kind === 'table') tabled(current, block);
  }
  return parts;
}

function headed(parts: Written[], current: Written, block: Block & { kind: 'heading' }): void {
  const part = partOf(block.text);
  const own = { line: block.start, text: block.text };
  if (isChosen(block.text)) parts.push({ part: 'decision', line: block.start, lines: [own], items: 0 });
  if (part !== undefined) parts.push({ part, line: block.start, lines: [], items: 0 });
  else {
    current.items += 1;
    current.lines.push(own);
  }
}

function paragraph(parts: Written[], current: Written, block: Block & { kind: 'paragraph' }): void {
  let into = current;
  if (block.item) into.items += 1;
  for (const line of block.lines) {
    const lead = line.lead ?? PLAIN_LABEL.exec(line.text)?.[0];
    const label = lead === undefined ? undefined : partOf(lead);
    if (label !== undefined) {
      into = { part: label, line: line.line, lines: [], items: block.item ? 1 : 0 };
      parts.push(into);
      into.lines.push({ line: line.line, text: line.text.slice(lead?.length ?? 0) });
    } else into.lines.push(line);
  }
}

function tabled(current: Written, block: Block & { kind: 'table' }): void {
  current.items += block.rows.length;
  for (const row of [block.head, ...block.rows]) {
    current.lines.push({ line: row[0]?.line ?? block.start, text: row.map((cell) => cell.text).join(' | ') });
  }
}

function equivalentOf(movement: Movement, parts: readonly Written[]): MadeMovement | undefined {
  const of = (...kinds: Part[]): MadeMovement | undefined =>
    joined(parts.filter((part) => part.part !== undefined && kinds.includes(part.part)));
  if (movement === 'synthesis') return of('decision') ?? sentence(parts, (part) => resolves(proseOf(part)));
  if (movement === 'thesis') {
    const named = of('context') ?? of('reasons');
    const context = named ?? joined(parts.filter((part) => part.part === undefined)) ?? of('options');
    const least = named ? LEAST_NAMED_CONTEXT : LEAST_CONTEXT;
    return context && wordsOf(context.text).length >= least ? context : undefined;
  }
  return (
    of('drawbacks') ??
    options(parts) ??
    sentence(parts, ({ part, lines }) =>
      objects(
        lines.map((line) => line.text),
        part === 'decision' || part === 'reasons',
      ),
    )
  );
}

function joined(parts: readonly Written[]): MadeMovement | undefined {
  const lines = parts.flatMap((part) =>
    part.lines.filter((line) => !isPlaceholder(line.text) && !METADATA.test(line.text)),
  );
  const first = parts[0];
  return first && lines.length > 0 ? { line: first.line, text: lines.map((line) => line.text).join('\n') } : undefined;
}

function options(parts: readonly Written[]): MadeMovement | undefined {
  const listed = parts.filter((part) => part.part === 'options');
  const enough = listed.reduce((sum, part) => sum + part.items, 0) >= LEAST_OPTIONS;
  const all = joined(listed);
  const described = all !== undefined && wordsOf(all.text).length >= LEAST_DESCRIPTION;
  return enough || described ? all : joined(parts.filter((part) => part.part === 'alternatives'));
}

/** A record without telling headings speaks by its sentences. */
function sentence(parts: readonly Written[], says: (part: Written) => boolean): MadeMovement | undefined {
  const part = parts.find((candidate) => says(candidate) || yStatement(proseOf(candidate)));
  return part && { line: part.line, text: proseOf(part) };
}

const proseOf = ({ lines }: Written): string => lines.map((line) => line.text).join(' ');
