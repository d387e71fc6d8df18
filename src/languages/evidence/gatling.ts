import { isRecord, numeric, present, truncated } from './record.js';
import type { LoadRun } from './record.js';

/**
 * Gatling's `js/stats.json` (a tree of groups) or `js/global_stats.json` (its root). Whole milliseconds; the four
 * percentiles are those of `gatling.conf`, 50, 75, 95 and 99 unless it was changed. Numbers may be strings (Gatling 2).
 */
export function readGatling(json: Record<string, unknown>): LoadRun | undefined {
  const stats = isRecord(json['stats']) ? json['stats'] : json;
  const requests = stats['numberOfRequests'];
  if (!isRecord(requests) || !isRecord(stats['maxResponseTime']) || !isRecord(stats['meanNumberOfRequestsPerSecond'])) {
    return undefined;
  }
  const total = (key: string): number | undefined => {
    const values = stats[key];
    return isRecord(values) ? numeric(values['total']) : undefined;
  };
  const ms = (key: string): ReturnType<typeof truncated> | undefined => {
    const value = total(key);
    return value === undefined ? undefined : truncated(value);
  };
  const count = numeric(requests['total']);
  const failed = numeric(requests['ko']);
  const rate = total('meanNumberOfRequestsPerSecond');
  return {
    tool: 'gatling',
    form: 'stats.json',
    ...present({ requests: count, failed, rate, durationSec: count !== undefined && rate ? count / rate : undefined }),
    failures: failed ? [{ kind: 'unknown', count: failed, detail: 'KO' }] : [],
    latency: present({
      min: ms('minResponseTime'),
      mean: ms('meanResponseTime'),
      median: ms('percentiles1'),
      p75: ms('percentiles2'),
      p95: ms('percentiles3'),
      p99: ms('percentiles4'),
      max: ms('maxResponseTime'),
    }),
    thresholds: [],
    caveats: ['the fourth percentile is read as p99, which is what gatling.conf says unless it was changed'],
  };
}
