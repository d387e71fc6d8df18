import type { LoadTool } from '../evidence/record.js';

/** What a load test says it will do, as far as its text shows. */
export interface LoadTest {
  readonly tool: LoadTool;
  readonly line: number;
  /** Requests a second that it sends; undefined when that depends on how fast the service answers, or is not stated. */
  readonly rate?: number;
  readonly durationSec?: number;
  /** Does it fail by itself when a request fails? */
  readonly failures: Assertion;
  /** Does it fail by itself when requests are slow? */
  readonly latency: Assertion;
  /** The limits in ms beyond which it fails, where they can be read. */
  readonly limits?: { readonly max?: number; readonly p99?: number };
  /** Written in the file (a script), or a command that runs one. */
  readonly form: 'script' | 'command';
  /** For a command: the script that it runs. */
  readonly script?: string;
  /** For a command: the variables that it hands to the script. */
  readonly environment?: Readonly<Record<string, string>>;
  /** For a command of Locust: how many users it starts. */
  readonly users?: number;
  /** For a script of Locust: requests a second of each user, when its pacing fixes them. */
  readonly ratePerUser?: number;
}

/** `loose`: it tolerates a share, or looks at an average. `unknown`: what it asserts cannot be read. */
export type Assertion = 'asserted' | 'loose' | 'none' | 'unknown';

/** Something that replaces the model or the service behind a running one. */
export interface Swap {
  readonly line: number;
  readonly text: string;
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** `1m30s`, `90s`, `2min`, `60` (seconds) → seconds. */
export function seconds(text: string): number | undefined {
  if (/^\d{1,9}(?:\.\d{1,9})?$/.test(text)) return Number(text);
  const parts = [...text.matchAll(/(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d)(?:ec|in)?/g)];
  if (parts.length === 0 || parts.map(([all]) => all).join('').length !== text.length) return undefined;
  return parts.reduce((sum, [, value = '0', unit = 's']) => sum + Number(value) * (UNITS[unit] ?? 1), 0);
}

/** Leaves an optional number out instead of setting it to undefined. */
export const optional = <K extends string>(key: K, value: number | undefined): Partial<Record<K, number>> =>
  value === undefined || !Number.isFinite(value) ? {} : ({ [key]: value } as Record<K, number>);

export const larger = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b);
