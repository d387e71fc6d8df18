import type { Span } from './ast.js';

/** The text being converted, and the way from offsets to lines. */
export class Source {
  private readonly lineStarts: Int32Array;
  private readonly lines: number;
  /** Lines at which the parser lost the thread. */
  readonly broken = new Set<number>();

  /** See `CopiedTree`. */
  misplacedStar = false;

  constructor(readonly text: string) {
    let starts = new Int32Array(256);
    let count = 1;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
      if (count === starts.length) {
        const larger = new Int32Array(count * 2);
        larger.set(starts);
        starts = larger;
      }
      starts[count++] = at + 1;
    }
    this.lineStarts = starts;
    this.lines = count;
  }

  slice(node: { readonly start: number; readonly end: number }): string {
    return this.text.slice(node.start, node.end);
  }

  /** 0-based. */
  private row(offset: number): number {
    const { lineStarts } = this;
    let low = 0;
    let high = this.lines - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  line(offset: number): number {
    return this.row(offset) + 1;
  }

  span(start: number, end: number): Span {
    const first = this.row(start);
    const column = start - (this.lineStarts[first] ?? 0) + 1;
    const next = first + 1 < this.lines ? (this.lineStarts[first + 1] ?? 0) : Infinity;
    const last = end < next ? first : this.row(end);
    return { line: first + 1, column, endLine: last + 1, endColumn: end - (this.lineStarts[last] ?? 0) + 1 };
  }
}
