import { exact, isRecord, numeric, present, statedCommit, statusFailure, sumFailures } from './record.js';
import type { Failure, LoadRun } from './record.js';

/** oha cuts off requests in flight when the time is up; its own success rate leaves them out too. */
const DEADLINE = 'aborted due to deadline';

/** `oha --output-format json`: seconds throughout. `successRate` counts any response, so statuses decide. */
export function readOha(json: Record<string, unknown>): LoadRun | undefined {
  const { summary, latencyPercentiles: percentiles, statusCodeDistribution: statuses } = json;
  if (!isRecord(summary) || !isRecord(percentiles) || !isRecord(statuses) || !('successRate' in summary))
    return undefined;
  const errors = isRecord(json['errorDistribution']) ? json['errorDistribution'] : {};
  const failures = [...byStatus(statuses), ...byError(errors)];
  const answered = Object.values(statuses).reduce<number>((sum, count) => sum + (numeric(count) ?? 0), 0);
  const refused = sumFailures(byError(errors));
  const cut = numeric(errors[DEADLINE]) ?? 0;
  const ms = (from: Record<string, unknown>, key: string): ReturnType<typeof exact> | undefined => {
    const seconds = numeric(from[key]);
    return seconds === undefined ? undefined : exact(seconds * 1000);
  };
  return {
    tool: 'oha',
    form: '--output-format json',
    ...present({
      commit: statedCommit(json),
      durationSec: numeric(summary['total']),
      rate: numeric(summary['requestsPerSec']),
    }),
    requests: answered + refused,
    failed: sumFailures(failures),
    failures,
    latency: present({
      min: ms(summary, 'fastest'),
      mean: ms(summary, 'average'),
      median: ms(percentiles, 'p50'),
      p75: ms(percentiles, 'p75'),
      p90: ms(percentiles, 'p90'),
      p95: ms(percentiles, 'p95'),
      p99: ms(percentiles, 'p99'),
      p999: ms(percentiles, 'p99.9'),
      max: ms(summary, 'slowest'),
    }),
    thresholds: [],
    caveats: cut > 0 ? [`${cut} requests were cut off when the time was up; their latency is not in the figures`] : [],
  };
}

const byStatus = (statuses: Record<string, unknown>): Failure[] =>
  Object.entries(statuses).flatMap(([status, count]) => {
    const kind = statusFailure(Number(status));
    return kind ? [{ kind, count: numeric(count) ?? 0, detail: `status ${status}` }] : [];
  });

const byError = (errors: Record<string, unknown>): Failure[] =>
  Object.entries(errors).flatMap(([error, count]) =>
    error === DEADLINE
      ? []
      : [
          {
            kind: /time/i.test(error) ? 'timeout' : 'network',
            count: numeric(count) ?? 0,
            detail: error.slice(0, 200),
          },
        ],
  );
