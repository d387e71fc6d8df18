import type { Blockquote, List, ListItem, Nodes, Root, RootContent, Table } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import type { Problem } from '../../core/facts.js';
import type { Block, Cell, Link, MarkdownFacts } from './facts.js';
import { LIMITS, nesting, refusal } from './guard.js';
import { htmlParts } from './html.js';
import { TextCollector, textOf } from './inline.js';
import { paragraphsOf, piecesOf, type Piece } from './pieces.js';

export interface ReadMarkdown {
  readonly facts: MarkdownFacts;
  /** Parts that were left out because no parser should be given them. */
  readonly problems: readonly Problem[];
}

/**
 * Markdown (GitHub's flavour) as a flat sequence of blocks with their lines. Never throws and ends within a second on
 * anything that GitHub accepts as a description: what would take longer is left out and named in `problems`.
 * @param frontMatter whether `---` lines at the top hold YAML (files) or are rules (descriptions)
 */
export function readMarkdown(source: string, { frontMatter = false } = {}): ReadMarkdown {
  const text = source.slice(0, LIMITS.characters);
  const problems: Problem[] = [];
  if (source.length > text.length) {
    const reason = `longer than ${LIMITS.characters} characters: the rest is not evaluated`;
    problems.push({ kind: 'unread', reason, line: text.split(/\r\n?|\n/).length });
  }
  const lines = text.split(/\r\n?|\n/).map((line) => line.replace(/\0/g, '\uFFFD'));
  const front = frontMatter ? frontMatterOf(lines) : undefined;
  const body = front ? lines.map((line, index) => (index < front.end ? '' : line)) : lines;
  const reader = new PieceReader(problems);
  for (const piece of piecesOf(body)) reader.read(piece);
  const { blocks, links } = reader;
  return { facts: { blocks, links, ...(front ? { frontMatter: front } : {}), lines: lines.length }, problems };
}

class PieceReader {
  readonly blocks: Block[] = [];
  readonly links: Link[] = [];
  #listLines = 0;

  constructor(private readonly problems: Problem[]) {}

  read(piece: Piece, whole = true): void {
    const refused = refusal(piece.lines, piece.isCode) ?? this.#tooManyListLines(piece);
    if (refused === undefined) return this.#parse(piece);
    const paragraphs = whole ? paragraphsOf(piece) : [];
    if (paragraphs.length > 1) return paragraphs.forEach((paragraph) => this.read(paragraph, false));
    this.problems.push({ kind: 'unread', reason: `${refused}: this part is not evaluated`, line: piece.first + 1 });
  }

  #parse(piece: Piece): void {
    if (piece.lines.every((line) => line.trim() === '')) return;
    const reader = new BlockReader(piece.first);
    reader.read(parse(piece.lines.join('\n')), { quote: 0, list: 0 });
    this.blocks.push(...reader.blocks);
    this.links.push(...reader.links);
  }

  #tooManyListLines(piece: Piece): string | undefined {
    this.#listLines += piece.lines.filter((line) => nesting(line) > 0).length;
    return this.#listLines > LIMITS.listLines
      ? `more than ${LIMITS.listLines} lines of lists and quotations`
      : undefined;
  }
}

const parse = (text: string): Root => fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

function frontMatterOf(lines: readonly string[]): MarkdownFacts['frontMatter'] {
  if (lines[0]?.trimEnd() !== '---') return undefined;
  const end = lines.findIndex((line, index) => index > 0 && /^(?:---|\.\.\.)\s*$/.test(line));
  return end < 0 ? undefined : { text: lines.slice(1, end).join('\n'), start: 1, end: end + 1 };
}

interface Depth {
  readonly quote: number;
  readonly list: number;
}

class BlockReader {
  readonly blocks: Block[] = [];
  readonly links: Link[] = [];

  constructor(private readonly offset: number) {}

  read(parent: Root | Blockquote | ListItem, depth: Depth, item?: ListItem, ordered = false): void {
    let first = item;
    for (const node of parent.children) {
      this.#block(node, depth, first, ordered);
      first = undefined;
    }
  }

  #block(node: RootContent, depth: Depth, item: ListItem | undefined, ordered: boolean): void {
    const place = { ...this.#lines(node), ...depth };
    switch (node.type) {
      case 'heading':
        this.blocks.push({ ...place, kind: 'heading', level: node.depth, text: textOf(node) });
        return;
      case 'paragraph': {
        const checked = typeof item?.checked === 'boolean' ? { checked: item.checked } : {};
        const lines = this.#text(node);
        if (lines.length > 0)
          this.blocks.push({ ...place, kind: 'paragraph', lines, ...(item ? { item: { ordered, ...checked } } : {}) });
        return;
      }
      case 'code': {
        const fenced = place.end - place.start + 1 > node.value.split('\n').length;
        const from = place.start + (fenced ? 1 : 0);
        const lines = node.value.split('\n').map((text, index) => ({ line: from + index, text }));
        this.blocks.push({ ...place, kind: 'code', language: node.lang ?? '', lines });
        return;
      }
      case 'table':
        this.#table(node, place);
        return;
      case 'html':
        this.#html(node.value, place);
        return;
      case 'thematicBreak':
        this.blocks.push({ ...place, kind: 'rule' });
        return;
      case 'blockquote':
        this.read(node, { ...depth, quote: depth.quote + 1 });
        return;
      case 'list':
        this.#list(node, depth);
        return;
      default:
        return;
    }
  }

  #list(list: List, depth: Depth): void {
    for (const item of list.children) this.read(item, { ...depth, list: depth.list + 1 }, item, list.ordered === true);
  }

  #table(table: Table, place: Depth & { start: number; end: number }): void {
    const rows = table.children.map((row) =>
      row.children.map((cell): Cell => {
        const lines = this.#text(cell);
        return { text: lines.map((line) => line.text).join('\n'), line: this.#lines(cell).start };
      }),
    );
    this.blocks.push({ ...place, kind: 'table', head: rows[0] ?? [], rows: rows.slice(1) });
  }

  #html(value: string, place: Depth & { start: number; end: number }): void {
    const { quote, list } = place;
    for (const part of htmlParts(value, place.start)) {
      if (part.kind === 'text') {
        const [first, last] = [part.lines[0]?.line ?? place.start, part.lines.at(-1)?.line ?? place.end];
        this.blocks.push({ start: first, end: last, quote, list, kind: 'paragraph', lines: part.lines });
      } else {
        const lines = { start: part.line, end: part.line + part.text.split('\n').length - 1 };
        this.blocks.push({ ...part, ...lines, quote, list });
      }
    }
  }

  #text(node: Extract<Nodes, { type: 'paragraph' | 'tableCell' }>) {
    const collector = new TextCollector(this.offset, node.position?.start.line ?? 1);
    collector.addAll(node.children);
    this.links.push(...collector.links);
    return collector.done();
  }

  #lines(node: Nodes): { start: number; end: number } {
    return { start: (node.position?.start.line ?? 1) + this.offset, end: (node.position?.end.line ?? 1) + this.offset };
  }
}
