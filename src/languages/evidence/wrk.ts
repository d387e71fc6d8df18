import { present, rounded, sumFailures } from './record.js';
import type { Failure, Latencies, Latency, LoadRun } from './record.js';

const UNIT_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };
const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/**
 * What wrk (and wrk2) prints. Two decimals of the unit shown; percentiles only with `--latency`. wrk waits for each
 * response before it sends the next request, so a stall of the server hides the requests it would have delayed.
 */
export function readWrk(text: string): LoadRun | undefined {
  const running = /^Running (\S+) test @ (\S+)/m.exec(text);
  const done = /^[ \t]*(\d+) requests in ([\d.]+)(ms|s|m|h), /m.exec(text);
  if (!running || !done) return undefined;
  const failures = failuresOf(text);
  const latency = latencies(text);
  const recorded = text.includes('Recorded Latency');
  return {
    tool: 'wrk',
    form: recorded ? 'wrk2 output' : 'wrk output',
    ...present({
      target: running[2],
      requests: Number(done[1]),
      durationSec: Number(done[2]) * (SECONDS[done[3] ?? 's'] ?? 1),
      rate: number(/^Requests\/sec:\s+([\d.]+)/m.exec(text)?.[1]),
    }),
    failed: sumFailures(failures),
    failures,
    latency,
    thresholds: [],
    caveats: recorded
      ? []
      : [
          'wrk sends the next request only after a response, so a stalled server is measured less often (coordinated omission)',
        ],
  };
}

const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

function duration(text: string | undefined): Latency | undefined {
  const parts = /^([\d.]+)(us|ms|s|m)$/.exec(text ?? '');
  const unit = UNIT_MS[parts?.[2] ?? ''];
  return parts && unit !== undefined ? rounded(Number(parts[1]) * unit, 0.01 * unit) : undefined;
}

function latencies(text: string): Latencies {
  const [mean, , max] = /^[ \t]*Latency\s+(\S+)\s+(\S+)\s+(\S+)/m.exec(text)?.slice(1) ?? [];
  const share = (percent: string): Latency | undefined =>
    duration(new RegExp(`^\\s*${percent}%\\s+(\\S+)\\s*$`, 'm').exec(text)?.[1]);
  return present({
    mean: duration(mean),
    median: share('50(?:\\.0{1,3})?'),
    p75: share('75(?:\\.0{1,3})?'),
    p90: share('90(?:\\.0{1,3})?'),
    p99: share('99(?:\\.0{1,3})?'),
    p999: share('99\\.90{1,2}'),
    max: duration(max),
  });
}

function failuresOf(text: string): Failure[] {
  const sockets =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1).map(Number) ?? [];
  const [connect = 0, read = 0, write = 0, timeout = 0] = sockets;
  const status = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  const found: Failure[] = [
    { kind: 'unknown', count: status, detail: 'status other than 2xx or 3xx' },
    { kind: 'network', count: connect + read + write },
    { kind: 'timeout', count: timeout },
  ];
  return found.filter(({ count }) => count > 0);
}
