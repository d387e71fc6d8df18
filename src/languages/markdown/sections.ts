import type { Block, MarkdownFacts } from './facts.js';

/** A heading and what stands below it, up to the next heading of any level. */
export interface MarkdownSection {
  /** Empty for what stands before the first heading. */
  readonly title: string;
  /** 0 before the first heading, 1 to 6, 7 for an HTML summary. */
  readonly level: number;
  readonly start: number;
  readonly end: number;
  /** Headings above it, outermost first. */
  readonly parents: readonly string[];
  /** Its own blocks, the heading and subsections left out. */
  readonly blocks: readonly Block[];
}

/** The document cut at its headings, in document order. Headings inside quotations do not cut. */
export function sectionsOf(facts: MarkdownFacts): MarkdownSection[] {
  const sections: (MarkdownSection & { blocks: Block[]; end: number })[] = [];
  const above: { level: number; title: string }[] = [];
  let current = { title: '', level: 0, start: 1, end: 1, parents: [] as string[], blocks: [] as Block[] };
  for (const block of facts.blocks) {
    if (block.kind === 'heading' && block.quote === 0) {
      sections.push(current);
      while ((above.at(-1)?.level ?? 0) >= block.level) above.pop();
      const parents = above.map((heading) => heading.title);
      above.push({ level: block.level, title: block.text });
      current = { title: block.text, level: block.level, start: block.start, end: block.end, parents, blocks: [] };
    } else {
      current.blocks.push(block);
      current.end = Math.max(current.end, block.end);
    }
  }
  sections.push(current);
  return sections.filter((section) => section.level > 0 || section.blocks.length > 0);
}
