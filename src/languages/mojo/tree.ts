/** What one compressed tree holds, or the first byte that is wrong. */
export type TreeWalk =
  | { readonly ok: true; readonly nodes: number; readonly leaves: number }
  | { readonly ok: false; readonly offset: number; readonly expected: string; readonly found: string };

export interface TreeShape {
  /** Columns that a split may name. */
  readonly columns: number;
  /** Format version times hundred: bit sets of up to 1.10 state their length in 16 bits. */
  readonly version: number;
}

const SINGLE_LEAF = 0xffff;
const NA_VERSUS_REST = 1;
const LEFT_LEAF = 48;

class Malformed extends Error {
  constructor(
    readonly offset: number,
    readonly expected: string,
    readonly found: string,
  ) {
    super(expected);
  }
}

/**
 * Walks every node of a tree as h2o-genmodel's `SharedTreeMojoModel.scoreTree` would for some row, little-endian. A valid
 * walk ends exactly at the last byte, and each left subtree is exactly as long as its parent says. Values of splits and
 * leaves are floats about which structure says nothing.
 */
export function walkTree(bytes: Uint8Array, shape: TreeShape): TreeWalk {
  try {
    const walker = new Walker(bytes, shape);
    walker.run();
    return { ok: true, nodes: walker.nodes, leaves: walker.leaves };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const { offset, expected, found } = error;
    return { ok: false, offset, expected, found };
  }
}

/** What to read next: a subtree, the float of a leaf, or nothing more of a left subtree, which had to end at `at`. */
type Task =
  | { readonly kind: 'node' }
  | { readonly kind: 'leaf' }
  | { readonly kind: 'end'; readonly at: number; readonly of: number };

class Walker {
  nodes = 0;
  leaves = 0;
  #at = 0;
  readonly #view: DataView;

  constructor(
    bytes: Uint8Array,
    readonly shape: TreeShape,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): void {
    const tasks: Task[] = [{ kind: 'node' }];
    for (let task = tasks.pop(); task; task = tasks.pop()) {
      if (task.kind === 'leaf') this.#leaf();
      else if (task.kind === 'node') this.#node(tasks);
      else if (this.#at !== task.at) {
        throw new Malformed(task.of, `a left subtree of ${task.at - task.of} bytes`, `one of ${this.#at - task.of}`);
      }
    }
    const rest = this.#view.byteLength - this.#at;
    if (rest > 0) throw new Malformed(this.#at, 'the end of the tree', `${rest} more bytes`);
  }

  #take(length: number, what: string): number {
    const from = this.#at;
    if (from + length > this.#view.byteLength) {
      throw new Malformed(
        from,
        `${length} byte${length === 1 ? '' : 's'} of ${what}`,
        `${this.#view.byteLength - from}`,
      );
    }
    this.#at += length;
    return from;
  }

  #leaf(): void {
    this.#take(4, 'a leaf');
    this.leaves++;
  }

  #node(tasks: Task[]): void {
    const start = this.#at;
    const type = this.#view.getUint8(this.#take(1, 'a node type'));
    const column = this.#view.getUint16(this.#take(2, 'a column'), true);
    if (column === SINGLE_LEAF) {
      if (start !== 0) throw new Malformed(start + 1, 'a column', 'the mark of a single-leaf tree inside a tree');
      this.#leaf();
      return;
    }
    if (column >= this.shape.columns) {
      throw new Malformed(start + 1, `a column below ${this.shape.columns}`, `column ${column}`);
    }
    this.nodes++;
    const na = this.#view.getUint8(this.#take(1, 'a direction of missing values'));
    if (na > 5) throw new Malformed(start + 3, 'a direction of missing values from 0 to 5', String(na));
    if (na !== NA_VERSUS_REST) this.#split(type & 12, start);
    else if ((type & 12) === 4) throw new Malformed(start, 'a kind of split', `node type ${type}`);
    this.#children(type, start, tasks);
  }

  #split(kind: number, start: number): void {
    if (kind === 4) throw new Malformed(start, 'a kind of split (0, 8 or 12)', '4');
    if (kind !== 12) {
      this.#take(4, kind === 0 ? 'a split value' : 'a bit set');
      return;
    }
    this.#take(2, "a bit set's first category");
    const wide = this.shape.version > 110;
    const at = this.#take(wide ? 4 : 2, "a bit set's length");
    const length = wide ? (this.#view.getUint32(at, true) + 7) >>> 3 : this.#view.getUint16(at, true);
    this.#take(length, 'a bit set');
  }

  #children(type: number, start: number, tasks: Task[]): void {
    tasks.push({ kind: ((type & 0xc0) >> 2) & 16 ? 'leaf' : 'node' });
    const left = type & 51;
    if (left === LEFT_LEAF) {
      tasks.push({ kind: 'leaf' });
      return;
    }
    if (left > 3) throw new Malformed(start, 'a left child: a leaf, or a length of 1 to 4 bytes', `node type ${type}`);
    const at = this.#take(left + 1, "a left subtree's length");
    let length = 0;
    for (let i = 0; i <= left; i++) length += this.#view.getUint8(at + i) * 256 ** i;
    if (this.#at + length > this.#view.byteLength) {
      throw new Malformed(
        at,
        `a left subtree within the remaining ${this.#view.byteLength - this.#at} bytes`,
        `${length} bytes`,
      );
    }
    tasks.push({ kind: 'end', at: this.#at + length, of: this.#at }, { kind: 'node' });
  }
}

/**
 * Walks a tree of an Extended Isolation Forest: nodes and leaves in a row, each with its number, and zeros up to the end.
 * Every inner node's children must be there.
 */
export function walkExtendedTree(bytes: Uint8Array): TreeWalk {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bad = (offset: number, expected: string, found: string): TreeWalk => ({ ok: false, offset, expected, found });
  if (bytes.length < 4) return bad(0, '4 bytes of dimensions', String(bytes.length));
  const dimensions = view.getInt32(0, true);
  if (dimensions < 1 || dimensions > bytes.length) return bad(0, 'a number of dimensions', String(dimensions));
  const inner: number[] = [];
  const numbers = new Set<number>();
  let at = 4;
  while (at + 5 <= bytes.length) {
    const number = view.getInt32(at, true);
    const type = view.getUint8(at + 4);
    if (type === 0 && number === 0) break;
    if (type !== 0x4e && type !== 0x4c) return bad(at + 4, 'the mark of a node (N) or leaf (L)', String(type));
    const size = type === 0x4e ? 16 * dimensions : 4;
    if (at + 5 + size > bytes.length) return bad(at + 5, `${size} bytes`, String(bytes.length - at - 5));
    if (type === 0x4e) inner.push(number);
    numbers.add(number);
    at += 5 + size;
  }
  const rest = bytes.subarray(at).findIndex((byte) => byte !== 0);
  if (rest >= 0) return bad(at + rest, 'zeros up to the end', 'other bytes');
  if (!numbers.has(0)) return bad(4, 'a root', 'none');
  const orphan = inner.find((number) => !numbers.has(2 * number + 1) || !numbers.has(2 * number + 2));
  if (orphan !== undefined) return bad(at, `both children of node ${orphan}`, 'the end');
  return { ok: true, nodes: inner.length, leaves: numbers.size - inner.length };
}
