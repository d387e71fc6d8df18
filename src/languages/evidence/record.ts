/**
 * What a load test's result says, whatever tool wrote it. Every latency is an interval, because the tools round: a
 * bar of 100 ms is met only when the whole interval lies within it.
 */
export interface LoadRun {
  readonly tool: LoadTool;
  /** Which of the tool's output forms this is, as its manual calls it. */
  readonly form: string;
  readonly target?: string;
  /** Revision that the result itself names. */
  readonly commit?: string;
  /** ISO 8601. */
  readonly startedAt?: string;
  readonly durationSec?: number;
  readonly requests?: number;
  /** Completed requests a second, mean over the whole run. */
  readonly rate?: number;
  /** Completed requests in consecutive windows, where the tool kept a history. */
  readonly windows?: { readonly seconds: number; readonly counts: readonly number[] };
  /** Requests that failed, by any definition the tool has; undefined when the result does not say. */
  readonly failed?: number;
  readonly failures: readonly Failure[];
  readonly latency: Latencies;
  readonly thresholds: readonly Threshold[];
  /** What a reader must know to not misread these figures. */
  readonly caveats: readonly string[];
}

export type LoadTool = 'k6' | 'locust' | 'vegeta' | 'oha' | 'jmeter' | 'gatling' | 'wrk' | 'autocannon' | 'hey' | 'ab';

export interface Failure {
  readonly kind: 'http-5xx' | 'http-4xx' | 'http-other' | 'network' | 'timeout' | 'check' | 'unknown';
  readonly count: number;
  readonly detail?: string;
}

/** Milliseconds: as shown, and the bounds that the tool's rounding leaves for the true value. */
export interface Latency {
  readonly ms: number;
  readonly low: number;
  readonly high: number;
}

export type Statistic = 'min' | 'mean' | 'median' | 'p75' | 'p90' | 'p95' | 'p99' | 'p999' | 'max';
export type Latencies = Readonly<Partial<Record<Statistic, Latency>>>;

export interface Threshold {
  readonly metric: string;
  readonly condition: string;
  readonly met: boolean;
}

/** A part of a result that lies in a file of its own and completes the run in its sibling (Locust's history and failures). */
export interface LoadPart {
  readonly tool: LoadTool;
  readonly form: string;
  readonly part: Partial<Pick<LoadRun, 'startedAt' | 'durationSec' | 'windows' | 'failures' | 'failed'>>;
}

/** What one file holds. `other` is a file that is none of the known results. */
export type Evidence =
  | { readonly kind: 'run'; readonly run: LoadRun }
  | { readonly kind: 'part'; readonly part: LoadPart }
  | { readonly kind: 'other' };

/** A latency that is given to within `resolution` milliseconds around the value shown. */
export const rounded = (ms: number, resolution: number): Latency => ({
  ms,
  low: Math.max(0, ms - resolution / 2),
  high: ms + resolution / 2,
});

/** A latency whose fraction was cut off. */
export const truncated = (ms: number, resolution = 1): Latency => ({ ms, low: ms, high: ms + resolution });

export const exact = (ms: number): Latency => ({ ms, low: ms, high: ms });

/** Leaves out what is undefined, so that optional fields are absent rather than empty. */
export function present<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as never;
}

/** Picks numbers out of an object that came from a file. */
export function numeric(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !/^-?\d{1,20}(\.\d{1,20})?$/.test(value.trim())) return undefined;
  return Number(value);
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const COMMIT_KEYS = ['commit', 'commitSha', 'commit_sha', 'gitSha', 'git_sha', 'sha', 'revision', 'GITHUB_SHA'];

/** The revision that a JSON result names at its top level, or one level down (`tags`, `metadata`, `options`). */
export function statedCommit(value: Record<string, unknown>): string | undefined {
  const places = [value, ...['tags', 'metadata', 'meta', 'options', 'setup_data', 'config'].map((key) => value[key])];
  for (const place of places) {
    if (!isRecord(place)) continue;
    for (const key of COMMIT_KEYS) {
      const found = place[key];
      if (typeof found === 'string' && /^[0-9a-f]{7,64}$/i.test(found)) return found.toLowerCase();
    }
  }
  return undefined;
}

/** HTTP status → how it counts. Undefined for a success. */
export function statusFailure(status: number): Failure['kind'] | undefined {
  if (status === 0) return 'network';
  if (status >= 500) return 'http-5xx';
  if (status >= 400) return 'http-4xx';
  return status < 200 ? 'http-other' : undefined;
}

/** Sums failures by kind, leaving out the empty ones. */
export function sumFailures(failures: readonly Failure[]): number {
  return failures.reduce((sum, failure) => sum + failure.count, 0);
}
