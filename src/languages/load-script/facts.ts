import type { LoadTool } from '../evidence/record.js';

/** What a load test says it will do, as far as its text shows. */
export interface LoadTest {
  readonly tool: LoadTool;
  readonly line: number;
  /** Requests a second that it sends; undefined when that depends on how fast the service answers, or is not stated. */
  readonly rate?: number;
  readonly durationSec?: number;
  /** Does it fail by itself when a request fails? `loose`: it tolerates a share. */
  readonly failures: Assertion;
  /** Does it fail by itself when requests are slow? */
  readonly latency: Assertion;
  /** For a command: the script that it runs. */
  readonly script?: string;
  /** Written in the file (a script), or a command that runs one. */
  readonly form: 'script' | 'command';
}

export type Assertion = 'asserted' | 'loose' | 'none';

/** Something that replaces the model or the service behind a running one. */
export interface Swap {
  readonly line: number;
  readonly text: string;
}

export interface LoadScript {
  readonly tests: readonly LoadTest[];
  readonly swaps: readonly Swap[];
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** `1m30s`, `90s`, `2m`, `60` (seconds) → seconds. */
export function seconds(text: string): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const parts = [...text.matchAll(/(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d)(?:ec|in)?/g)];
  if (parts.length === 0 || parts.map(([all]) => all).join('').length !== text.length) return undefined;
  return parts.reduce((sum, [, value = '0', unit = 's']) => sum + Number(value) * (UNITS[unit] ?? 1), 0);
}

export const lineOf = (text: string, index: number): number => {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
};
