import { isRecord, numeric, present, statedCommit, truncated } from './record.js';
import type { Failure, LoadRun } from './record.js';

/** `autocannon --json`. Latencies are whole milliseconds, cut off, and of 2xx responses only. */
export function readAutocannon(json: Record<string, unknown>): LoadRun | undefined {
  const { latency, requests } = json;
  if (!isRecord(latency) || !isRecord(requests) || !('non2xx' in json) || !('connections' in json)) return undefined;
  const ms = (key: string): ReturnType<typeof truncated> | undefined => {
    const value = numeric(latency[key]);
    return value === undefined ? undefined : truncated(value);
  };
  const failures = failuresOf(json);
  const total = numeric(requests['total']);
  const lowest = numeric(requests['min']);
  return {
    tool: 'autocannon',
    form: '--json',
    ...present({
      target: typeof json['url'] === 'string' ? json['url'] : undefined,
      commit: statedCommit(json),
      startedAt: typeof json['start'] === 'string' ? json['start'] : undefined,
      durationSec: numeric(json['duration']),
      requests: total,
      rate: numeric(requests['average']) ?? numeric(requests['mean']),
    }),
    failed: failures.reduce((sum, { count }) => sum + count, 0),
    failures,
    latency: present({
      min: ms('min'),
      median: ms('p50'),
      p75: ms('p75'),
      p90: ms('p90'),
      p99: ms('p99'),
      p999: ms('p99_9'),
      max: ms('max'),
    }),
    thresholds: [],
    caveats: [
      'autocannon cuts latencies to whole milliseconds and measures 2xx responses only',
      ...(lowest === undefined ? [] : [`slowest second: ${lowest} requests`]),
    ],
  };
}

function failuresOf(json: Record<string, unknown>): Failure[] {
  const count = (key: string): number => numeric(json[key]) ?? 0;
  const other = count('non2xx') - count('4xx') - count('5xx') - count('3xx');
  const timeouts = count('timeouts');
  const found: Failure[] = [
    { kind: 'http-5xx', count: count('5xx') },
    { kind: 'http-4xx', count: count('4xx') },
    { kind: 'http-other', count: Math.max(0, other) },
    { kind: 'timeout', count: timeouts },
    // "errors" includes the timeouts.
    { kind: 'network', count: Math.max(0, count('errors') - timeouts) },
    { kind: 'check', count: count('mismatches') },
  ];
  return found.filter((failure) => failure.count > 0);
}
