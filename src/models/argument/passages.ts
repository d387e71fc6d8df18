import type { Block, MarkdownFacts, TextLine } from '../../languages/markdown/index.js';
import { atLabels, headingLabel, leadLabel, lineLabel, type Label } from './label.js';
import { tablePassages } from './table.js';
import type { Movement } from './words.js';

/** One movement as written: a label and the text that belongs to it. */
export interface Passage {
  readonly movement: Movement;
  /** Line of the label. */
  readonly line: number;
  readonly lines: readonly TextLine[];
  /** What follows the word in a heading: `we keep the pool` in `## Thesis: we keep the pool`. */
  readonly heading: string;
  /** Lines of code below the label: they illustrate, and are no argument by themselves. */
  readonly code: number;
  /** Lines below the label that stand in a quotation. */
  readonly quoted: number;
  /** The heading, or the table's row, that it belongs to. */
  readonly under: string;
}

type Open = { -readonly [K in keyof Passage]: Passage[K] } & { lines: TextLine[]; closes: Closes };

/** What ends a passage besides the next label: a heading of this level or higher, or the next item of this list depth. */
interface Closes {
  readonly level: number;
  readonly item: number | undefined;
  readonly runIn: boolean;
}

/** Run-in labels that are about the pull request, not about the argument. */
const OTHER =
  /^(?:test(?:s|ing|ed)?|test plan|how (?:to|was|has)|check ?list|screenshots?|related|references?|links?|(?:what )?changes?|changelog|notes?|to ?do|deploy\w*|roll ?(?:out|back)|reviewers?|issues?|fixes|closes|breaking)\b/i;

/** Every labelled movement of a text, in order. Text in quotations is not the author's; comments say nothing. */
export function passagesOf(facts: MarkdownFacts): { passages: Passage[]; quotedLabels: number[] } {
  const reader = new PassageReader();
  for (const block of withoutQuotes(facts.blocks)) reader.read(block);
  const quotedLabels = quotedOf(facts.blocks).flatMap((line) => (lineLabel(line.text) ? [line.line] : []));
  return { passages: reader.passages, quotedLabels };
}

const ALERT = /^\[!(?:note|tip|important|warning|caution)\]/i;

/** GitHub's alerts look like quotations and are the author's own words. */
function withoutQuotes(blocks: readonly Block[]): Block[] {
  let alert = false;
  return blocks.map((block, index): Block => {
    const begins = block.quote > 0 && (blocks[index - 1]?.quote ?? 0) === 0;
    if (begins) alert = block.kind === 'paragraph' && ALERT.test(block.lines[0]?.text ?? '');
    if (block.quote !== 1 || !alert) return block;
    const own = { ...block, quote: 0 };
    return own.kind === 'paragraph' ? { ...own, lines: own.lines.filter((line) => !ALERT.test(line.text)) } : own;
  });
}

const quotedOf = (blocks: readonly Block[]): TextLine[] =>
  withoutQuotes(blocks).flatMap((block): readonly TextLine[] => {
    if (block.quote === 0) return [];
    if (block.kind === 'heading') return [{ line: block.start, text: block.text }];
    return block.kind === 'paragraph' ? block.lines : [];
  });

class PassageReader {
  readonly passages: Passage[] = [];
  #open: Open | undefined;
  #headings: { level: number; text: string }[] = [];

  read(block: Block): void {
    if (block.quote > 0) {
      if (this.#open) this.#open.quoted += block.end - block.start + 1;
      return;
    }
    if (block.kind === 'heading') return this.#heading(block);
    if (block.kind === 'paragraph') return this.#paragraph(block);
    if (block.kind === 'code') return this.#code(block);
    if (block.kind === 'rule' && this.#open?.closes.runIn && this.#open.lines.length > 0) this.#open = undefined;
    if (block.kind === 'table') this.#table(block);
  }

  #heading(block: Block & { kind: 'heading' }): void {
    while ((this.#headings.at(-1)?.level ?? 0) >= block.level) this.#headings.pop();
    const label = headingLabel(block.text);
    if (label) this.#begin(label, block.start, { level: block.level, item: undefined, runIn: false });
    else if (this.#open && block.level <= this.#open.closes.level) this.#open = undefined;
    else this.#open?.lines.push({ line: block.start, text: block.text });
    if (!label) this.#headings.push({ level: block.level, text: block.text });
  }

  #paragraph(block: Block & { kind: 'paragraph' }): void {
    if (block.item && this.#open?.closes.item !== undefined && block.list <= this.#open.closes.item)
      this.#open = undefined;
    const task = block.item?.checked !== undefined;
    for (const line of task ? block.lines : block.lines.flatMap((one) => this.#runOn(one))) {
      const label = task ? undefined : labelOf(line);
      if (label) {
        const item = block.item && label.rest !== '' ? block.list : undefined;
        this.#begin(label, line.line, { level: 7, item, runIn: true });
      } else if (this.#open?.closes.runIn && line.lead !== undefined && block.list === 0 && OTHER.test(line.lead)) {
        this.#open = undefined;
      } else if (!task) this.#open?.lines.push(line);
    }
  }

  /** All three on one line: only where an argument has begun, so that the words in other prose stay words. */
  #runOn(line: TextLine): TextLine[] {
    if (!this.#open?.closes.runIn && !labelOf(line)) return [line];
    const [first = '', ...rest] = atLabels(line.text);
    return rest.length === 0 ? [line] : [{ ...line, text: first }, ...rest.map((text) => ({ line: line.line, text }))];
  }

  /** The seeds write the three lines into a fenced block. Other code belongs to the passage as an illustration. */
  #code(block: Block & { kind: 'code' }): void {
    if (!block.lines.some((line) => lineLabel(line.text)?.rest)) {
      if (this.#open) this.#open.code += block.lines.length;
      return;
    }
    for (const line of block.lines) {
      const label = lineLabel(line.text);
      if (label) this.#begin(label, line.line, { level: 7, item: undefined, runIn: true });
      else if (line.text.trim() !== '') this.#open?.lines.push({ line: line.line, text: line.text.trim() });
    }
    this.#open = undefined;
  }

  #table(block: Block & { kind: 'table' }): void {
    const found = tablePassages(block, this.#headings.at(-1)?.text ?? '');
    if (found.length > 0) {
      this.passages.push(...found);
      this.#open = undefined;
      return;
    }
    for (const row of block.rows)
      this.#open?.lines.push({ line: row[0]?.line ?? block.start, text: row.map((cell) => cell.text).join(' | ') });
  }

  #begin(label: Label, line: number, closes: Closes): void {
    const under = this.#headings.at(-1)?.text ?? '';
    const lines = label.rest === '' || !closes.runIn ? [] : [{ line, text: label.rest }];
    const heading = closes.runIn ? '' : label.rest;
    this.#open = { movement: label.movement, line, lines, heading, code: 0, quoted: 0, under, closes };
    this.passages.push(this.#open);
  }
}

function labelOf(line: TextLine): Label | undefined {
  return (line.lead === undefined ? undefined : leadLabel(line.text, line.lead)) ?? lineLabel(line.text);
}
