import { exact, isRecord, numeric, present, statedCommit } from './record.js';
import type { Failure, Latencies, LoadRun, Statistic, Threshold } from './record.js';

/**
 * The three forms of k6's end-of-test summary:
 *
 * - `--summary-export`: metrics flat, and a threshold's `true` means that it was **crossed** (k6 keeps the old meaning for
 *   compatibility);
 * - the data that `handleSummary` receives: metrics under `values`, a threshold says `ok`;
 * - the machine-readable summary, schema 1.0: a list of metrics, no thresholds, and no percentile above p(95).
 *
 * Latencies are milliseconds in full precision in all three.
 */
export function readK6(json: Record<string, unknown>): LoadRun | undefined {
  const results = json['results'];
  if (isRecord(results) && Array.isArray(results['metrics']) && isRecord(json['config'])) {
    return machineReadable(json, json['config'], results['metrics']);
  }
  const metrics = json['metrics'];
  if (!isRecord(metrics) || !isRecord(metrics['http_req_duration'])) return undefined;
  if (!isRecord(metrics['http_reqs']) && !isRecord(metrics['iterations'])) return undefined;
  return isRecord(metrics['http_req_duration']['values']) ? handleSummary(json, metrics) : summaryExport(json, metrics);
}

type Metrics = Record<string, unknown>;
const TREND: readonly (readonly [string, Statistic])[] = [
  ['min', 'min'],
  ['avg', 'mean'],
  ['med', 'median'],
  ['p(50)', 'median'],
  ['p(75)', 'p75'],
  ['p(90)', 'p90'],
  ['p(95)', 'p95'],
  ['p(99)', 'p99'],
  ['p(99.9)', 'p999'],
  ['max', 'max'],
];

function trend(values: Metrics): Latencies {
  const latency: Partial<Record<Statistic, ReturnType<typeof exact>>> = {};
  for (const [key, statistic] of TREND) {
    const ms = numeric(values[key]);
    if (ms !== undefined) latency[statistic] = exact(ms);
  }
  return latency;
}

const valuesOf = (metric: unknown): Metrics => {
  if (!isRecord(metric)) return {};
  return isRecord(metric['values']) ? metric['values'] : metric;
};

function summaryExport(json: Record<string, unknown>, metrics: Metrics): LoadRun {
  const thresholds = thresholdsOf(metrics, (crossed) => crossed === false);
  return run('--summary-export', json, (name) => valuesOf(metrics[name]), thresholds);
}

function handleSummary(json: Record<string, unknown>, metrics: Metrics): LoadRun {
  const thresholds = thresholdsOf(metrics, (verdict) => isRecord(verdict) && verdict['ok'] === true);
  const state = isRecord(json['state']) ? numeric(json['state']['testRunDurationMs']) : undefined;
  const seconds = state === undefined ? undefined : state / 1000;
  return run('handleSummary data', json, (name) => valuesOf(metrics[name]), thresholds, seconds);
}

function machineReadable(json: Record<string, unknown>, config: Metrics, list: unknown[]): LoadRun | undefined {
  const metrics = new Map<string, Metrics>();
  for (const metric of list) {
    if (isRecord(metric) && typeof metric['name'] === 'string') metrics.set(metric['name'], valuesOf(metric));
  }
  if (!metrics.has('http_req_duration')) return undefined;
  const read = run(
    'machine-readable summary 1.0',
    json,
    (name) => metrics.get(name) ?? {},
    [],
    numeric(config['duration']),
  );
  const metadata = isRecord(json['metadata']) ? json['metadata'] : {};
  const generatedAt = typeof metadata['generatedAt'] === 'string' ? Date.parse(metadata['generatedAt']) : NaN;
  const startedAt =
    Number.isFinite(generatedAt) && read.durationSec !== undefined
      ? new Date(generatedAt - read.durationSec * 1000).toISOString()
      : undefined;
  return {
    ...read,
    ...present({ startedAt }),
    caveats: [...read.caveats, 'this form carries no thresholds and no p(99)'],
  };
}

/** @param met whether a threshold's entry means that it was kept */
function thresholdsOf(metrics: Metrics, met: (entry: unknown) => boolean): Threshold[] {
  return Object.entries(metrics).flatMap(([metric, content]) => {
    const thresholds = isRecord(content) ? content['thresholds'] : undefined;
    if (!isRecord(thresholds)) return [];
    return Object.entries(thresholds).map(([condition, entry]) => ({ metric, condition, met: met(entry) }));
  });
}

function run(
  form: string,
  json: Record<string, unknown>,
  metric: (name: string) => Metrics,
  thresholds: readonly Threshold[],
  seconds?: number,
): LoadRun {
  const sent = metric('http_reqs');
  const requests = numeric(sent['count']);
  const rate = numeric(sent['rate']) ?? quotient(requests, seconds);
  const failed = failedRequests(metric('http_req_failed'));
  const dropped = numeric(metric('dropped_iterations')['count']) ?? 0;
  const checks = numeric(metric('checks')['fails']) ?? difference(metric('checks'));
  const failures: Failure[] = [
    { kind: 'unknown' as const, count: failed ?? 0, detail: 'http_req_failed' },
    { kind: 'check' as const, count: checks ?? 0, detail: 'checks' },
  ].filter((failure) => failure.count > 0);
  return {
    tool: 'k6',
    form,
    ...present({
      commit: statedCommit(json),
      requests,
      rate,
      failed,
      durationSec: seconds ?? quotient(requests, rate),
    }),
    failures,
    latency: trend(metric('http_req_duration')),
    thresholds,
    caveats: dropped > 0 ? [`k6 dropped ${dropped} iterations: it could not keep up the rate the script asks for`] : [],
  };
}

const quotient = (dividend?: number, divisor?: number): number | undefined =>
  dividend === undefined || divisor === undefined || divisor === 0 ? undefined : dividend / divisor;

/** `http_req_failed` is a rate of failures, so its "passes" are the requests that failed. */
function failedRequests(values: Metrics): number | undefined {
  const counted = numeric(values['passes']) ?? numeric(values['matches']);
  if (counted !== undefined) return counted;
  const rate = numeric(values['rate']) ?? numeric(values['value']);
  return rate === 0 ? 0 : undefined;
}

function difference(values: Metrics): number | undefined {
  const total = numeric(values['total']);
  const matches = numeric(values['matches']);
  return total === undefined || matches === undefined ? undefined : total - matches;
}
