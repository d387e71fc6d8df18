import { Damaged, type Violation } from './facts.js';

/** One entry of a zip's central directory: read before anything is inflated, because inflaters believe what it says. */
export interface ZipEntry {
  readonly name: string;
  readonly compressedBytes: number;
  readonly inflatedBytes: number;
  readonly crc: number;
}

export interface ZipLimits {
  readonly entries: number;
  /** Bytes, of one entry and of all together. */
  readonly entryBytes: number;
  readonly totalBytes: number;
  /** Inflated to compressed size, for entries above {@link ratioFrom} bytes. */
  readonly ratio: number;
  readonly ratioFrom: number;
}

export const ZIP_LIMITS: ZipLimits = {
  entries: 100_000,
  entryBytes: 256e6,
  totalBytes: 1e9,
  ratio: 200,
  ratioFrom: 8e6,
};

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_END = 0x06064b50;

/** @throws Damaged with the first thing that is wrong, hostile or beyond the limits */
export function readDirectory(bytes: Uint8Array, limits: ZipLimits = ZIP_LIMITS): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endRecord(view);
  const { count, size, offset, position } = located(view, end);
  if (count > limits.entries) throw archive(`at most ${limits.entries} entries`, `${count} entries`, position);
  const start = position - size;
  if (start < 0 || start < offset)
    throw archive('the central directory before the end record', 'a size or offset beyond the file', end);
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let at = start;
  let total = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > position || view.getUint32(at, true) !== CENTRAL) {
      throw archive(`directory entry ${index + 1} of ${count}`, 'other bytes', at);
    }
    const { entry, next } = readEntry(bytes, view, at, limits);
    if (names.has(entry.name)) throw named(entry.name, 'each name once', 'a second entry of that name');
    names.add(entry.name);
    total += entry.inflatedBytes;
    if (total > limits.totalBytes) {
      throw archive(`at most ${megabytes(limits.totalBytes)} inflated`, `more than ${megabytes(total)}`, at);
    }
    entries.push(entry);
    at = next;
  }
  return entries;
}

/** The end record, behind which only a comment of the length it states may follow. */
function endRecord(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 65535); at--) {
    if (view.getUint32(at, true) === END) {
      const trailing = view.byteLength - at - 22 - view.getUint16(at + 20, true);
      if (trailing < 0) throw archive('a comment as long as stated', `${-trailing} bytes fewer`, at);
      return at;
    }
  }
  throw archive("a zip archive's end record", 'none: the file is cut off, or no zip', view.byteLength);
}

interface Directory {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
  /** Where the directory ends. */
  readonly position: number;
}

function located(view: DataView, end: number): Directory {
  const locator = end - 20;
  if (locator >= 0 && view.getUint32(locator, true) === ZIP64_LOCATOR) {
    const at = Number(view.getBigUint64(locator + 8, true));
    if (at + 56 > locator || view.getUint32(at, true) !== ZIP64_END)
      throw archive('a zip64 end record', 'none', locator);
    const [count, size, offset] = [32, 40, 48].map((field) => Number(view.getBigUint64(at + field, true)));
    return { count: count ?? 0, size: size ?? 0, offset: offset ?? 0, position: at };
  }
  return {
    count: view.getUint16(end + 10, true),
    size: view.getUint32(end + 12, true),
    offset: view.getUint32(end + 16, true),
    position: end,
  };
}

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  limits: ZipLimits,
): { entry: ZipEntry; next: number } {
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true));
  const [nameLength = 0, extraLength = 0, commentLength = 0] = lengths;
  const name = Buffer.from(bytes.subarray(at + 46, at + 46 + nameLength)).toString(flags & 0x800 ? 'utf8' : 'latin1');
  const entry: ZipEntry = {
    name,
    crc: view.getUint32(at + 16, true),
    compressedBytes: view.getUint32(at + 20, true),
    inflatedBytes: view.getUint32(at + 24, true),
  };
  if (flags & 1) throw named(name, 'entries in the clear', 'an encrypted entry');
  if (method !== 0 && method !== 8) throw named(name, 'stored or deflated content', `compression method ${method}`);
  if (leavesRoot(name)) throw named(name, 'names below the root', 'a name that leads out of the archive');
  if (entry.inflatedBytes > limits.entryBytes) {
    throw named(name, `at most ${megabytes(limits.entryBytes)} inflated`, megabytes(entry.inflatedBytes));
  }
  if (
    entry.inflatedBytes > limits.ratioFrom &&
    entry.inflatedBytes > limits.ratio * Math.max(1, entry.compressedBytes)
  ) {
    const found = `${megabytes(entry.inflatedBytes)} out of ${entry.compressedBytes} bytes`;
    throw named(name, `an inflation of at most ${limits.ratio} to 1`, found);
  }
  return { entry, next: at + 46 + nameLength + extraLength + commentLength };
}

const leavesRoot = (name: string): boolean =>
  /^(?:[/\\]|[A-Za-z]:)/.test(name) || name.split(/[/\\]/).includes('..') || name.includes('\0');

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const archive = (expected: string, found: string, offset: number): Damaged =>
  new Damaged({ file: '', offset, expected, found } satisfies Violation);

const named = (name: string, expected: string, found: string): Damaged =>
  new Damaged({ file: name.replace(/\p{Cc}/gu, '?').slice(0, 200), expected, found });
