import { exact, isRecord, numeric, present, statusFailure, sumFailures } from './record.js';
import type { Failure, LoadRun } from './record.js';

const NANOSECONDS = 1e6;

/** `vegeta report -type=json`: durations are nanoseconds; status "0" is a request that got no response. */
export function readVegeta(json: Record<string, unknown>): LoadRun | undefined {
  const { latencies, status_codes: statuses } = json;
  if (!isRecord(latencies) || !isRecord(statuses) || !('throughput' in json) || !('earliest' in json)) return undefined;
  const ms = (key: string): ReturnType<typeof exact> | undefined => {
    const nanoseconds = numeric(latencies[key]);
    return nanoseconds === undefined ? undefined : exact(nanoseconds / NANOSECONDS);
  };
  const failures = Object.entries(statuses).flatMap(([status, count]): Failure[] => {
    const kind = statusFailure(Number(status));
    return kind ? [{ kind, count: numeric(count) ?? 0, detail: `status ${status}` }] : [];
  });
  const duration = numeric(json['duration']);
  const startedAt = typeof json['earliest'] === 'string' ? json['earliest'] : undefined;
  return {
    tool: 'vegeta',
    form: 'report -type=json',
    ...present({
      startedAt,
      requests: numeric(json['requests']),
      // "rate" is what was sent; "throughput" counts successes only.
      rate: numeric(json['rate']),
      durationSec: duration === undefined ? undefined : duration / 1e9,
    }),
    failed: sumFailures(failures),
    failures,
    latency: present({
      min: ms('min'),
      mean: ms('mean'),
      median: ms('50th'),
      p90: ms('90th'),
      p95: ms('95th'),
      p99: ms('99th'),
      max: ms('max'),
    }),
    thresholds: [],
    caveats: [],
  };
}
