import { Unparsable } from '../../core/errors.js';
import type { Extractor } from '../../core/facts.js';
import type { MarkdownFacts } from './facts.js';
import { asMarkdown, markupOf, type Markup } from './foreign.js';
import { readMarkdown } from './read.js';

export type { Block, Cell, Link, MarkdownFacts, TextLine } from './facts.js';
export { readMarkdown, type ReadMarkdown } from './read.js';
export { sectionsOf, type MarkdownSection } from './sections.js';

/** Markdown files, front matter included. */
export const markdownExtractor: Extractor<MarkdownFacts> = {
  name: 'markdown',
  version: 1,
  extract: (bytes) => readMarkdown(decode(bytes), { frontMatter: true }),
};

const inMarkup = (markup: Markup): Extractor<MarkdownFacts> => ({
  name: `markdown/${markup}`,
  version: 1,
  extract: (bytes) => readMarkdown(asMarkdown(decode(bytes), markup)),
});
const OTHERS = { rst: inMarkup('rst'), asciidoc: inMarkup('asciidoc') };

/** The extractor for a document by its name: Markdown, or what is read as if it were. */
export function documentExtractor(path: string): Extractor<MarkdownFacts> {
  const markup = markupOf(path);
  return markup === undefined ? markdownExtractor : OTHERS[markup];
}

function decode(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new Unparsable(`not ${encoding.toUpperCase()} text`);
  }
}
