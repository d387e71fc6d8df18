import { parse } from 'csv-parse/sync';
import { exact, isRecord, numeric, present, rounded, truncated } from './record.js';
import type { Evidence, Failure, Latency, LoadRun } from './record.js';

/**
 * Locust's `--csv` files and its `--json` summary. Percentiles come from buckets rounded to 1 ms below 100 ms, to 10 ms
 * below a second and to 100 ms above; minimum, maximum and mean are kept in full.
 */
export function readLocustCsv(text: string): Evidence | undefined {
  const header = text.slice(0, 2000).split(/\r?\n/, 1)[0] ?? '';
  if (/^"?Timestamp"?,"?User Count"?/.test(header)) return { kind: 'part', part: history(rows(text)) };
  if (/^"?Method"?,"?Name"?,"?Error"?,"?Occurrences"?/.test(header))
    return { kind: 'part', part: failures(rows(text)) };
  if (/^"?(Type|Method)"?,"?Name"?,"?(Request Count|# requests)"?/.test(header)) {
    const run = stats(rows(text));
    return run && { kind: 'run', run };
  }
  return undefined;
}

type Row = Readonly<Record<string, string>>;

const rows = (text: string): Row[] =>
  parse(text, { columns: (names: string[]) => names.map(column), relax_column_count: true, skip_empty_lines: true });

/** Names of before Locust 1.0 in today's words. */
const column = (name: string): string =>
  name
    .trim()
    .replace(/^# requests$/, 'Request Count')
    .replace(/^# failures$/, 'Failure Count')
    .replace(/ response time$/, ' Response Time');

/** The interval that stands behind one of Locust's rounded buckets. */
export function bucket(ms: number): Latency {
  if (ms < 100) return rounded(ms, 1);
  if (ms === 100) return { ms, low: 99.5, high: 105 };
  if (ms < 1000) return rounded(ms, 10);
  return ms === 1000 ? { ms, low: 995, high: 1050 } : rounded(ms, 100);
}

/** Locust 0.x cut the maximum to whole milliseconds; later ones keep the fraction. */
const extreme = (shown: string | undefined): Latency | undefined => {
  const ms = numeric(shown);
  if (ms === undefined) return undefined;
  return shown?.includes('.') ? exact(ms) : truncated(ms);
};

const percentile = (shown: string | undefined): Latency | undefined => {
  const ms = numeric(shown);
  return ms === undefined ? undefined : bucket(ms);
};

function stats(all: readonly Row[]): LoadRun | undefined {
  const total = all.find((row) => row['Name'] === 'Aggregated' || row['Name'] === 'Total');
  if (!total) return undefined;
  const requests = numeric(total['Request Count']);
  const failed = numeric(total['Failure Count']);
  const rate = numeric(total['Requests/s']);
  const names = all
    .filter((row) => row !== total)
    .map((row) => `${row['Type'] ?? row['Method'] ?? ''} ${row['Name'] ?? ''}`.trim());
  return {
    tool: 'locust',
    form: '_stats.csv',
    ...present({ requests, failed, rate, target: names.slice(0, 5).join(', ') || undefined }),
    ...present({ durationSec: requests !== undefined && rate ? requests / rate : undefined }),
    failures: failed ? [{ kind: 'unknown', count: failed }] : [],
    latency: present({
      min: extreme(total['Min Response Time']),
      mean: extreme(total['Average Response Time']),
      median: percentile(total['50%']),
      p75: percentile(total['75%']),
      p90: percentile(total['90%']),
      p95: percentile(total['95%']),
      p99: percentile(total['99%']),
      p999: percentile(total['99.9%']),
      max: extreme(total['Max Response Time']) ?? percentile(total['100%']),
    }),
    thresholds: [],
    caveats: ['Locust rounds percentiles: to 1 ms below 100 ms, to 10 ms below a second, to 100 ms above'],
  };
}

/** Seconds that one window of the history spans: short enough to see a dip, long enough to not be noise. */
const WINDOW = 5;

function history(all: readonly Row[]): { tool: 'locust'; form: string; part: Partial<LoadRun> } {
  const totals = all
    .filter((row) => row['Name'] === 'Aggregated' || row['Name'] === 'Total')
    .map((row) => ({ at: numeric(row['Timestamp']) ?? NaN, count: numeric(row['Total Request Count']) ?? NaN }))
    .filter((point) => Number.isFinite(point.at) && Number.isFinite(point.count));
  const first = totals[0];
  const last = totals.at(-1);
  if (!first || !last) return { tool: 'locust', form: '_stats_history.csv', part: {} };
  return {
    tool: 'locust',
    form: '_stats_history.csv',
    part: {
      startedAt: new Date(first.at * 1000).toISOString(),
      durationSec: last.at - first.at,
      windows: { seconds: WINDOW, counts: windowed(totals) },
    },
  };
}

/** Requests completed in each full window, from the running total. */
function windowed(totals: readonly { at: number; count: number }[]): number[] {
  const counts: number[] = [];
  let start = totals[0];
  for (const point of totals) {
    if (!start || point.at - start.at < WINDOW) continue;
    counts.push(((point.count - start.count) * WINDOW) / (point.at - start.at));
    start = point;
  }
  return counts;
}

function failures(all: readonly Row[]): { tool: 'locust'; form: string; part: Partial<LoadRun> } {
  const found = all.map((row) => {
    const error = row['Error'] ?? '';
    return { kind: kindOf(error), count: numeric(row['Occurrences']) ?? 0, detail: error.slice(0, 200) };
  });
  return {
    tool: 'locust',
    form: '_failures.csv',
    part: { failures: found, failed: found.reduce((sum, { count }) => sum + count, 0) },
  };
}

function kindOf(error: string): Failure['kind'] {
  // HttpUser: `HTTPError('503 Server Error: …')`; FastHttpUser: `LocustBadStatusCode(code=503)`.
  if (/\b5\d\d (Server )?Error|code=5\d\d/i.test(error)) return 'http-5xx';
  if (/\b4\d\d (Client )?Error|code=4\d\d/i.test(error)) return 'http-4xx';
  if (/timed? ?out/i.test(error)) return 'timeout';
  if (/Connection|RemoteDisconnected|refused|reset/i.test(error)) return 'network';
  return error.includes('CatchResponseError') ? 'check' : 'unknown';
}

/** `locust --json`: a list of endpoints, each with its buckets of response times. */
export function readLocustJson(list: readonly unknown[]): LoadRun | undefined {
  const entries = list.filter(isRecord).filter((entry) => isRecord(entry['response_times']) && 'num_requests' in entry);
  if (entries.length === 0 || entries.length !== list.length) return undefined;
  const sum = (key: string): number => entries.reduce((total, entry) => total + (numeric(entry[key]) ?? 0), 0);
  const at = (key: string, pick: (...values: number[]) => number): number =>
    entries
      .map((entry) => numeric(entry[key]) ?? NaN)
      .filter(Number.isFinite)
      .reduce((a, b) => pick(a, b));
  const requests = sum('num_requests');
  const failed = sum('num_failures');
  const start = at('start_time', Math.min);
  const durationSec = at('last_request_timestamp', Math.max) - start;
  const times = mergeBuckets(entries.map((entry) => entry['response_times'] as Record<string, unknown>));
  const quantile = (share: number): Latency | undefined => {
    const ms = quantileOf(times, share);
    return ms === undefined ? undefined : bucket(ms);
  };
  return {
    tool: 'locust',
    form: '--json',
    requests,
    failed,
    startedAt: new Date(start * 1000).toISOString(),
    ...present({ durationSec, rate: durationSec > 0 ? requests / durationSec : undefined }),
    target: entries
      .map((entry) => [entry['method'], entry['name']].filter((one) => typeof one === 'string').join(' '))
      .slice(0, 5)
      .join(', '),
    failures: failed ? [{ kind: 'unknown', count: failed }] : [],
    latency: present({
      min: exact(at('min_response_time', Math.min)),
      median: quantile(0.5),
      p95: quantile(0.95),
      p99: quantile(0.99),
      max: exact(at('max_response_time', Math.max)),
    }),
    thresholds: [],
    caveats: ['Locust rounds percentiles: to 1 ms below 100 ms, to 10 ms below a second, to 100 ms above'],
  };
}

function mergeBuckets(all: readonly Record<string, unknown>[]): Map<number, number> {
  const merged = new Map<number, number>();
  for (const buckets of all) {
    for (const [key, count] of Object.entries(buckets)) {
      const ms = numeric(key);
      if (ms !== undefined) merged.set(ms, (merged.get(ms) ?? 0) + (numeric(count) ?? 0));
    }
  }
  return merged;
}

/** The smallest value that at least `share` of the samples do not exceed. */
export function quantileOf(counts: ReadonlyMap<number, number>, share: number): number | undefined {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [value, count] of [...counts].sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= total * share) return value;
  }
  return undefined;
}
