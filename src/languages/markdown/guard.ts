/**
 * What the parser must never be given. Its time grows with the square of nested containers and of emphasis marks: 65,536
 * characters of `>` take 20 seconds, and no error ends it. So the cost of a piece is estimated by counting, before.
 */
export const LIMITS = {
  /** Characters of one document, three times what GitHub accepts as a description. The parser reads some 100,000 a second. */
  characters: 200_000,
  /** Container marks (`>`, `-`, `1.`) at the beginning of one line. */
  nesting: 24,
  /** Emphasis marks, brackets and the like in one paragraph. */
  marks: 1_200,
  /** Lines of one list, table or paragraph that cannot be cut. */
  lines: 1_500,
  /** Lines of lists and quotations in one document. */
  listLines: 4_000,
  /** Columns of a table's line. */
  pipes: 400,
  /** Characters of indentation. */
  indent: 400,
} as const;

const CONTAINER = /^[ \t]*(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$))/;

/** How many containers the beginning of a line opens or continues; counting stops above the limit. */
export function nesting(line: string): number {
  let count = 0;
  let rest = line.slice(0, 2_000);
  while (count <= LIMITS.nesting) {
    const match = CONTAINER.exec(rest);
    if (!match) return count;
    rest = rest.slice(match[0].length);
    count += 1;
  }
  return count;
}

const MARKS = /[*_~[\]`<&!]/g;
const marks = (line: string): number => line.match(MARKS)?.length ?? 0;

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Why these lines, which form one piece, must not be parsed; undefined when they may. */
export function refusal(lines: readonly string[], isCode: (index: number) => boolean): string | undefined {
  let run = 0;
  let quoted = 0;
  for (const [index, line] of lines.entries()) {
    const code = isCode(index);
    if (!code && nesting(line) > LIMITS.nesting) return `more than ${LIMITS.nesting} nested quotations or lists`;
    if (!code && indentOf(line) > LIMITS.indent && line.trim() !== '')
      return `an indentation of more than ${LIMITS.indent} characters`;
    if (!code && count(line, '|') > LIMITS.pipes) return `a table of more than ${LIMITS.pipes} columns`;
    run = code || line.trim() === '' ? 0 : beginsBlock(line) ? marks(line) : run + marks(line);
    if (run > LIMITS.marks) return `more than ${LIMITS.marks} emphasis marks and brackets in one paragraph`;
    quoted += /^ {0,3}>/.test(line) ? 1 : 0;
  }
  if (quoted > LIMITS.lines / 3) return `a quotation of more than ${LIMITS.lines / 3} lines`;
  const text = lines.filter((line, index) => line.trim() !== '' && !isCode(index)).length;
  return text > LIMITS.lines ? `a list, table or paragraph of more than ${LIMITS.lines} lines` : undefined;
}

/** A line that begins running text of its own, so that marks before it cannot pair with marks in it. */
const beginsBlock = (line: string): boolean => /^\s*(?:#{1,6}\s|[-+*]\s|\d{1,9}[.)]\s|\|)/.test(line);

function count(line: string, character: string): number {
  let found = 0;
  for (let at = line.indexOf(character); at >= 0; at = line.indexOf(character, at + 1)) found += 1;
  return found;
}
