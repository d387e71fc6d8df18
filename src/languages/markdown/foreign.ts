/**
 * reStructuredText and AsciiDoc, in which some projects keep their decision records, as Markdown: headings, lists,
 * paragraphs, listings and fields alone, line by line, so that positions stay. Directives and macros say nothing.
 */
export type Markup = 'rst' | 'asciidoc';

export const markupOf = (path: string): Markup | undefined =>
  /\.rst$/i.test(path) ? 'rst' : /\.(?:adoc|asciidoc)$/i.test(path) ? 'asciidoc' : undefined;

export function asMarkdown(text: string, markup: Markup): string {
  const lines = text.split(/\r\n?|\n/);
  return (markup === 'rst' ? fromRst(lines) : fromAsciiDoc(lines)).join('\n');
}

/** A line of one punctuation character: below a title, above and below it, or by itself between paragraphs. */
const ADORNMENT = /^([!-/:-@[-`{-~])\1{2,}\s*$/;

/** Levels are whatever comes first, one for each way of adorning. */
function fromRst(lines: readonly string[]): string[] {
  const styles: string[] = [];
  return lines.map((line, index) => {
    if (ADORNMENT.test(line)) return '';
    const below = ADORNMENT.exec(lines[index + 1] ?? '')?.[1];
    if (below === undefined || line.trim() === '') return rstLine(line);
    const style = lines[index - 1]?.startsWith(below.repeat(3)) ? `${below} above` : below;
    if (!styles.includes(style)) styles.push(style);
    return `${'#'.repeat(Math.min(6, styles.indexOf(style) + 1))} ${line.trim()}`;
  });
}

/** Link targets, comments and directives; `:Status: Accepted`. */
const rstLine = (line: string): string =>
  /^\.\.(?:\s|$)/.test(line) ? '' : line.replace(/^:([A-Za-z][\w -]{0,40}):\s+/, '$1: ');

function fromAsciiDoc(lines: readonly string[]): string[] {
  let listing: string | undefined;
  return lines.map((line) => {
    const fence = /^(-{4,}|\.{4,}|`{3,})\s*$/.exec(line)?.[1];
    if (listing === undefined ? fence !== undefined : fence === listing) {
      listing = listing === undefined ? fence : undefined;
      return '```';
    }
    return listing === undefined ? asciiDocLine(line) : line;
  });
}

const asciiDocLine = (line: string): string =>
  /^(?:\/\/|\[[^\]]*\]\s*$|[_*=+]{4,}\s*$)/.test(line)
    ? ''
    : line
        .replace(/^={1,6}(?=\s)/, (marks) => '#'.repeat(marks.length))
        .replace(/^\*{2,6}(?=\s)/, (marks) => `${'  '.repeat(marks.length - 1)}*`)
        .replace(/^:([A-Za-z][\w -]{0,40}):\s+/, '$1: ')
        .replace(/^([A-Za-z][\w -]{0,40})::\s+/, '$1: ');
