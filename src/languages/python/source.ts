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

  /** The line that was asked for last: what is asked next nearly always stands on it or on the next one. */
  private near = 0;

  /** 0-based. */
  private row(offset: number): number {
    const { lineStarts, near } = this;
    if ((lineStarts[near] ?? 0) <= offset) {
      if (offset < this.startOf(near + 1)) return near;
      if (offset < this.startOf(near + 2)) return (this.near = near + 1);
    }
    return (this.near = this.search(offset));
  }

  /** Where a line starts; beyond the last one, nowhere. */
  private startOf(row: number): number {
    return row < this.lines ? (this.lineStarts[row] ?? Infinity) : Infinity;
  }

  private search(offset: number): number {
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
    const last = end < this.startOf(first + 1) ? first : this.search(end);
    return { line: first + 1, column, endLine: last + 1, endColumn: end - (this.lineStarts[last] ?? 0) + 1 };
  }
}
