/**
 * Replaces the line break before the line at `position` by a blank, together with the comments in between.
 * @returns a text of the same length; undefined when there is no line to join (the start, a document marker)
 */
export function joinToLineBefore(text: string, position: number): string | undefined {
  const start = text.lastIndexOf('\n', position - 1) + 1;
  if (start === 0 || /^(?:---|\.\.\.)(?:\s|$)/.test(text.slice(start, start + 4))) return undefined;
  let from = start;
  while (from > 0) {
    const before = text.lastIndexOf('\n', from - 2) + 1;
    if (!/^\s*(?:#.*)?$/.test(text.slice(before, from - 1))) {
      from = before + contentLength(text.slice(before, from - 1));
      break;
    }
    from = before;
  }
  return text.slice(0, from) + ' '.repeat(start - from) + text.slice(start);
}

/** Of a line, up to a comment at its end. */
function contentLength(line: string): number {
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? '';
    if (char === '\\' && quote === '"') i++;
    else if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'") && /[\s,[{:]|^$/.test(line[i - 1] ?? '')) quote = char;
    else if (quote === '' && char === '#' && /\s/.test(line[i - 1] ?? '')) return i;
  }
  return line.length;
}
