import type { Nodes, PhrasingContent } from 'mdast';
import type { Link, TextLine } from './facts.js';

/** Deep nesting of emphasis and links is cut off here: nobody reads it either. */
const DEPTH = 30;

/** Collects running text line by line, as the source breaks it. */
export class TextCollector {
  readonly lines: { line: number; text: string; lead?: string }[] = [];
  readonly links: Link[] = [];
  #bold = 0;

  constructor(
    private readonly offset: number,
    firstLine: number,
  ) {
    this.lines.push({ line: firstLine + offset, text: '' });
  }

  addAll(nodes: readonly PhrasingContent[], depth = 0): void {
    for (const node of nodes) this.#add(node, depth);
  }

  done(): TextLine[] {
    return this.lines.map((line) => ({ ...line, text: tidy(line.text) })).filter((line) => line.text !== '');
  }

  #add(node: PhrasingContent, depth: number): void {
    if (depth > DEPTH) return;
    this.#moveTo(node.position?.start.line);
    switch (node.type) {
      case 'text':
        return this.#text(node.value);
      case 'inlineCode':
        return this.#text(node.value.replace(/\n/g, ' '));
      case 'break':
        return;
      case 'html':
        return this.#html(node.value);
      case 'strong':
        return this.#strong(node.children, depth);
      case 'link':
        this.links.push({ text: textOf(node), url: node.url, line: this.#last.line });
        return this.addAll(node.children, depth + 1);
      case 'emphasis':
      case 'linkReference':
        return this.addAll(node.children, depth + 1);
      default:
        return;
    }
  }

  get #last(): { line: number; text: string; lead?: string } {
    return this.lines[this.lines.length - 1] ?? { line: 0, text: '' };
  }

  #strong(children: readonly PhrasingContent[], depth: number): void {
    this.#bold += 1;
    this.addAll(children, depth + 1);
    this.#bold -= 1;
  }

  #html(value: string): void {
    if (/^<(?:b|strong)\b/i.test(value)) this.#bold += 1;
    if (/^<\/(?:b|strong)\b/i.test(value)) this.#bold = Math.max(0, this.#bold - 1);
    if (/^<br\b/i.test(value)) this.lines.push({ line: this.#last.line, text: '' });
  }

  #text(value: string): void {
    value.split('\n').forEach((part, index) => {
      if (index > 0) this.lines.push({ line: this.#last.line + 1, text: '' });
      const last = this.#last;
      const leads = this.#bold > 0 && last.text.trim() === (last.lead ?? '').trim();
      if (leads) last.lead = (last.lead ?? '') + part;
      last.text += part;
    });
  }

  #moveTo(line: number | undefined): void {
    if (line !== undefined && line + this.offset > this.#last.line)
      this.lines.push({ line: line + this.offset, text: '' });
  }
}

/** Zero-width and direction marks: they show nothing and would hide a word. */
const INVISIBLE = /\p{Cf}/gu;

const tidy = (text: string): string => text.replace(INVISIBLE, '').replace(/\s+/g, ' ').trim();

/** All text below a node, on one line. */
export function textOf(node: Nodes): string {
  if (!('children' in node)) return 'value' in node && node.type !== 'html' ? node.value : '';
  const collector = new TextCollector(0, node.position?.start.line ?? 1);
  collector.addAll(node.children as PhrasingContent[]);
  return collector
    .done()
    .map((line) => line.text)
    .join(' ');
}
