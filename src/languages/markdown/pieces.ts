/** Consecutive lines that can be parsed by themselves. */
export interface Piece {
  /** 0-based index of its first line in the document. */
  readonly first: number;
  readonly lines: readonly string[];
  /** Whether the line of this index (within the piece) stands in a fenced code block. */
  readonly isCode: (index: number) => boolean;
}

/** A piece is cut where it can be once it has this many characters. */
const ENOUGH = 4_000;

const FENCE = /^(`{3,}(?=[^`]*$)|~{3,})/;
const HEADING = /^#{1,6}(?:[ \t]|$)/;
const ITEM = /^(?:[-+*]|\d{1,9}[.)])[ \t]+\S/;
const PLAIN = /^[^\s>\-+*\d<|=~`#]/;

/**
 * Cuts a document at places where every block is closed: the parser's time grows faster than the length, and a
 * hostile part must not take the rest with it. Lines keep their order; nothing is left out.
 */
export function piecesOf(lines: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let piece = new Draft(0);
  const fences = new Fences();
  for (const [index, line] of lines.entries()) {
    if (!fences.open && index > 0 && mayCut(lines, index, piece.characters)) {
      pieces.push(piece.done());
      piece = new Draft(index);
    }
    piece.add(line, fences.read(line));
  }
  pieces.push(piece.done());
  return pieces;
}

/** The piece's paragraphs, each by itself: what is left of a piece that cannot be parsed as a whole. */
export function paragraphsOf(piece: Piece): Piece[] {
  const paragraphs: Piece[] = [];
  let from = 0;
  const close = (until: number): void => {
    const first = from;
    if (until > from) {
      const isCode = (index: number): boolean => piece.isCode(first + index);
      paragraphs.push({ first: piece.first + from, lines: piece.lines.slice(from, until), isCode });
    }
    from = until + 1;
  };
  piece.lines.forEach((line, index) => {
    if (line.trim() === '' && !piece.isCode(index)) close(index);
  });
  close(piece.lines.length);
  return paragraphs;
}

function mayCut(lines: readonly string[], index: number, characters: number): boolean {
  const line = lines[index] ?? '';
  const before = lines[index - 1] ?? '';
  if (HEADING.test(line)) return characters > ENOUGH / 4 || isContainer(before);
  const afterGap = before.trim() === '';
  if (isContainer(line) && afterGap) return characters > ENOUGH / 4;
  if (afterGap && PLAIN.test(line)) return characters > ENOUGH;
  return characters > ENOUGH && ITEM.test(line) && (ITEM.test(before) || /^\s/.test(before));
}

const isContainer = (line: string): boolean => /^ {0,3}>/.test(line);

class Draft {
  characters = 0;
  readonly #lines: string[] = [];
  readonly #code = new Set<number>();

  constructor(readonly first: number) {}

  add(line: string, code: boolean): void {
    if (code) this.#code.add(this.#lines.length);
    this.#lines.push(line);
    this.characters += line.length + 1;
  }

  done(): Piece {
    const code = this.#code;
    return { first: this.first, lines: this.#lines, isCode: (index) => code.has(index) };
  }
}

/** Follows fenced blocks and comments of the first column. Indented ones belong to lists, which end in their own way. */
class Fences {
  #fence: string | undefined;
  #comment = false;

  get open(): boolean {
    return this.#fence !== undefined || this.#comment;
  }

  /** Whether the line is part of a fenced block. */
  read(line: string): boolean {
    if (this.#comment) {
      this.#comment = !line.includes('-->');
      return false;
    }
    if (this.#fence !== undefined) {
      const closing = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
      if (closing?.startsWith(this.#fence)) this.#fence = undefined;
      return true;
    }
    const opening = FENCE.exec(line)?.[1];
    this.#fence = opening;
    this.#comment =
      opening === undefined && /^ {0,3}<!--/.test(line) && !line.slice(line.indexOf('<!--') + 4).includes('-->');
    return opening !== undefined;
  }
}
