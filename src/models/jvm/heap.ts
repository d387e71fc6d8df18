import type { HeapOption } from './options.js';

/** What the options ask for, before the JVM rounds. Shares are of the memory the JVM sees: the container's limit. */
export type Configured =
  | { readonly by: 'size'; readonly bytes: number; readonly text: string }
  /** `small`: so little memory that only the "Min" options count. */
  | { readonly by: 'share'; readonly share: number; readonly text: string; readonly small: boolean }
  /** Nobody asked: HotSpot's own default. */
  | { readonly by: 'default'; readonly share: number; readonly small: boolean };

export interface HeapSize {
  readonly configured: Configured;
  /** HotSpot's MaxHeapSize in bytes; undefined when it depends on memory that is not known. */
  readonly bytes: number | undefined;
}

const MIB = 1024 ** 2;
/** `96 MiB * 13 / 10`, rounded down to a heap word: below this, HotSpot takes half of a small machine. */
const DEFAULT_MAX = Math.floor((96 * MIB * 13) / 10 / 8) * 8;
/** Cards of 512 bytes in pages of 4 KiB: every collector aligns the heap to at least this. */
const CARD_ALIGNMENT = 2 * MIB;
/** Below it HotSpot takes the machine for a client and the serial collector. */
const SERVER_MEMORY = 1792 * MIB;

/**
 * HotSpot's arithmetic (`Arguments::set_heap_size`, JDK 10 to 21; compared with a real JVM in bench/jvm).
 * @param options in the order in which the JVM sees them: the last of a kind wins
 * @param limit memory of the container in bytes; undefined when there is no limit
 * @param collector G1 unless the machine is small or options say otherwise; it only decides the rounding
 */
export function heapSize(
  options: readonly HeapOption[],
  limit: number | undefined,
  collector?: 'serial' | 'g1',
): HeapSize {
  const memory = lastBytes(options, 'maxRam') ?? limit;
  const serial =
    options.some(({ kind }) => kind === 'serial') ||
    collector === 'serial' ||
    (collector === undefined && memory !== undefined && memory < SERVER_MEMORY);
  const configured = configuredHeap(options, memory);
  const raw = rawBytes(configured, memory);
  return { configured, bytes: raw === undefined ? undefined : aligned(raw, serial) };
}

function configuredHeap(options: readonly HeapOption[], memory: number | undefined): Configured {
  const max = last(options, 'max');
  if (max?.kind === 'max') return { by: 'size', bytes: max.bytes, text: max.text };
  const floor = last(options, 'initial') ?? last(options, 'min');
  const share = shareOf(options, memory);
  if (floor !== undefined && 'bytes' in floor) {
    const without = rawBytes(share, memory);
    if (without !== undefined && floor.bytes > without) return { by: 'size', bytes: floor.bytes, text: floor.text };
  }
  return share;
}

/** Percentages beat fractions, in whatever order they stand. On little memory only the "Min" ones count. */
function shareOf(options: readonly HeapOption[], memory: number | undefined): Configured {
  const small = fraction(options, 'minPercent', 'minFraction') ?? { share: 0.5, text: undefined };
  const large = fraction(options, 'maxPercent', 'maxFraction') ?? { share: 0.25, text: undefined };
  const isSmall = memory !== undefined && Math.floor(memory * small.share) < DEFAULT_MAX;
  const { share, text } = isSmall ? small : large;
  return text === undefined ? { by: 'default', share, small: isSmall } : { by: 'share', share, text, small: isSmall };
}

function fraction(
  options: readonly HeapOption[],
  percent: HeapOption['kind'],
  parts: HeapOption['kind'],
): { share: number; text: string | undefined } | undefined {
  const asPercent = last(options, percent);
  if (asPercent !== undefined && 'number' in asPercent) return { share: asPercent.number / 100, text: asPercent.text };
  const asParts = last(options, parts);
  return asParts !== undefined && 'number' in asParts ? { share: 1 / asParts.number, text: asParts.text } : undefined;
}

/** Before alignment. On larger memory a share never yields less than the default maximum. */
function rawBytes(configured: Configured, memory: number | undefined): number | undefined {
  if (configured.by === 'size') return configured.bytes;
  if (memory === undefined) return undefined;
  const bytes = Math.floor(memory * configured.share);
  return configured.small ? bytes : Math.max(bytes, DEFAULT_MAX);
}

function aligned(bytes: number, serial: boolean): number {
  const alignment = serial ? CARD_ALIGNMENT : Math.max(CARD_ALIGNMENT, regionSize(bytes));
  return Math.ceil(bytes / alignment) * alignment;
}

/** G1 cuts the heap into about 2048 regions of 1 to 32 MiB, rounded up to a power of two (since JDK 17). */
function regionSize(heap: number): number {
  let size = MIB;
  while (size < 32 * MIB && size < heap / 2048) size *= 2;
  return size;
}

export function last(options: readonly HeapOption[], kind: HeapOption['kind']): HeapOption | undefined {
  for (let i = options.length - 1; i >= 0; i--) if (options[i]?.kind === kind) return options[i];
  return undefined;
}

function lastBytes(options: readonly HeapOption[], kind: HeapOption['kind']): number | undefined {
  const option = last(options, kind);
  return option !== undefined && 'bytes' in option ? option.bytes : undefined;
}
