/** One option that bears on the heap, as HotSpot reads it. */
export type HeapOption =
  | { readonly kind: 'max' | 'initial' | 'min' | 'maxRam' | 'direct'; readonly bytes: number; readonly text: string }
  | {
      readonly kind: 'maxPercent' | 'minPercent' | 'initialPercent' | 'maxFraction' | 'minFraction';
      readonly number: number;
      readonly text: string;
    }
  | { readonly kind: 'aggressive' | 'serial' | 'noContainer'; readonly text: string }
  /** An option that the JVM refuses to start with, or whose value is not known. */
  | { readonly kind: 'invalid' | 'unknown'; readonly text: string };

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** `512m`, `2G`, `0x4000000`, bytes without unit. HotSpot knows no `b`, no fraction, no blank. Undefined when it refuses. */
export function hotspotBytes(text: string): number | undefined {
  const match = /^(0x[0-9a-f]+|\d+)([kmgt]?)$/i.exec(text);
  if (match === null) return undefined;
  const bytes = Number(match[1]) * (UNITS[(match[2] ?? '').toLowerCase()] ?? 1);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

const SIZES: readonly (readonly [RegExp, 'max' | 'initial' | 'min' | 'maxRam' | 'direct'])[] = [
  [/^-(?:Xmx|mx)(.*)$/, 'max'],
  [/^-XX:MaxHeapSize=(.*)$/, 'max'],
  [/^-(?:Xms|ms)(.*)$/, 'initial'],
  [/^-XX:InitialHeapSize=(.*)$/, 'initial'],
  [/^-XX:MinHeapSize=(.*)$/, 'min'],
  [/^-XX:MaxRAM=(.*)$/, 'maxRam'],
  [/^-XX:MaxDirectMemorySize=(.*)$/, 'direct'],
];

const NUMBERS: readonly (readonly [
  RegExp,
  'maxPercent' | 'minPercent' | 'initialPercent' | 'maxFraction' | 'minFraction',
])[] = [
  [/^-XX:MaxRAMPercentage=(.*)$/, 'maxPercent'],
  [/^-XX:MinRAMPercentage=(.*)$/, 'minPercent'],
  [/^-XX:InitialRAMPercentage=(.*)$/, 'initialPercent'],
  [/^-XX:MaxRAMFraction=(.*)$/, 'maxFraction'],
  [/^-XX:MinRAMFraction=(.*)$/, 'minFraction'],
];

/** Undefined for an option that does not bear on the heap. */
export function heapOption(word: string): HeapOption | undefined {
  for (const [pattern, kind] of SIZES) {
    const value = pattern.exec(word)?.[1];
    if (value === undefined) continue;
    if (/[$\uE000]/.test(value)) return { kind: 'unknown', text: word };
    const bytes = hotspotBytes(value);
    return bytes === undefined ? { kind: 'invalid', text: word } : { kind, bytes, text: word };
  }
  for (const [pattern, kind] of NUMBERS) {
    const value = pattern.exec(word)?.[1];
    if (value === undefined) continue;
    if (/[$\uE000]/.test(value)) return { kind: 'unknown', text: word };
    const number = Number(value);
    const valid =
      value !== '' &&
      (kind.endsWith('Percent') ? number >= 0 && number <= 100 : Number.isInteger(number) && number > 0);
    return valid ? { kind, number, text: word } : { kind: 'invalid', text: word };
  }
  if (word === '-XX:+AggressiveHeap') return { kind: 'aggressive', text: word };
  if (word === '-XX:+UseSerialGC') return { kind: 'serial', text: word };
  if (word === '-XX:-UseContainerSupport') return { kind: 'noContainer', text: word };
  return undefined;
}
