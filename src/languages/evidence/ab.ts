import { present, rounded, sumFailures } from './record.js';
import type { Failure, Latency, LoadRun } from './record.js';

/**
 * What ApacheBench prints. Whole milliseconds, rounded. "Failed requests" counts other body lengths as failures and leaves
 * out answers such as 503, which stand in a line of their own.
 */
export function readAb(text: string): LoadRun | undefined {
  if (!/^This is ApacheBench/m.test(text)) return undefined;
  const count = (label: string): number | undefined => {
    const shown = new RegExp(`^${label}:\\s+([\\d.]+)`, 'm').exec(text)?.[1];
    return shown === undefined ? undefined : Number(shown);
  };
  const requests = count('Complete requests');
  if (requests === undefined) return undefined;
  const [connect = 0, receive = 0, length = 0, exceptions = 0] =
    /\(Connect: (\d+), Receive: (\d+), Length: (\d+), Exceptions: (\d+)\)/.exec(text)?.slice(1).map(Number) ?? [];
  const failures = [
    { kind: 'unknown', count: count('Non-2xx responses') ?? 0, detail: 'status other than 2xx' },
    { kind: 'network', count: connect + receive + exceptions },
    { kind: 'check', count: length, detail: 'another body length than the first answer' },
  ].filter((failure) => failure.count > 0) as Failure[];
  const host = /^Server Hostname:\s+(\S+)/m.exec(text)?.[1];
  const path = /^Document Path:\s+(\S+)/m.exec(text)?.[1];
  const share = (percent: number): Latency | undefined => {
    const shown = new RegExp(`^\\s*${percent}%\\s+(\\d+)`, 'm').exec(text)?.[1];
    return shown === undefined ? undefined : rounded(Number(shown), 1);
  };
  return {
    tool: 'ab',
    form: 'ab output',
    requests,
    ...present({
      target: host === undefined ? undefined : `${host}${path ?? ''}`,
      durationSec: count('Time taken for tests'),
      rate: count('Requests per second'),
    }),
    failed: sumFailures(failures),
    failures,
    latency: present({
      median: share(50),
      p75: share(75),
      p90: share(90),
      p95: share(95),
      p99: share(99),
      max: share(100),
    }),
    thresholds: [],
    caveats: [
      'ab sends the next request only after a response, so a stalled server is measured less often (coordinated omission)',
    ],
  };
}
