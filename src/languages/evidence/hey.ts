import { present, rounded, statusFailure, sumFailures } from './record.js';
import type { Failure, Latencies, Latency, LoadRun } from './record.js';

const WAITS =
  'hey sends the next request only after a response, so a stalled server is measured less often (coordinated omission)';

/** What hey prints: seconds with four decimals. Latencies are those of answered requests, errors are listed apart. */
export function readHey(text: string): LoadRun | undefined {
  if (!/^Status code distribution:/m.test(text) || !/^[ \t]*Slowest:\s+[\d.]+ secs/m.test(text)) return undefined;
  const statuses = listed(text, /^Status code distribution:\n/m, /^[ \t]*\[(\d{3})\]\s+(\d+) responses/);
  const errors = listed(text, /^Error distribution:\n/m, /^[ \t]*\[(\d+)\]\s+(.+)$/);
  const failures: Failure[] = [
    ...statuses.flatMap(([status, count]): Failure[] => {
      const kind = statusFailure(Number(status));
      return kind ? [{ kind, count: Number(count), detail: `status ${status}` }] : [];
    }),
    ...errors.map(([count, error]): Failure => ({
      kind: /time(d )?out|deadline/i.test(error) ? 'timeout' : 'network',
      count: Number(count),
      detail: error.slice(0, 200),
    })),
  ];
  const answered = statuses.reduce((sum, [, count]) => sum + Number(count), 0);
  return {
    tool: 'hey',
    form: 'hey output',
    ...present({
      durationSec: number(/^[ \t]*Total:\s+([\d.]+) secs/m.exec(text)?.[1]),
      rate: number(/^[ \t]*Requests\/sec:\s+([\d.]+)/m.exec(text)?.[1]),
    }),
    requests: answered + errors.reduce((sum, [count]) => sum + Number(count), 0),
    failed: sumFailures(failures),
    failures,
    latency: answered === 0 ? {} : latencies(text),
    thresholds: [],
    caveats: [WAITS],
  };
}

function latencies(text: string): Latencies {
  return present({
    min: latency(/^[ \t]*Fastest:\s+([\d.]+) secs/m.exec(text)?.[1]),
    mean: latency(/^[ \t]*Average:\s+([\d.]+) secs/m.exec(text)?.[1]),
    max: latency(/^[ \t]*Slowest:\s+([\d.]+) secs/m.exec(text)?.[1]),
    ...Object.fromEntries(
      (
        [
          ['median', 50],
          ['p75', 75],
          ['p90', 90],
          ['p95', 95],
          ['p99', 99],
        ] as const
      ).map(([name, share]) => [name, latency(new RegExp(`^\\s*${share}% in ([\\d.]+) secs`, 'm').exec(text)?.[1])]),
    ),
  });
}

const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

const latency = (seconds: string | undefined): Latency | undefined =>
  seconds === undefined ? undefined : rounded(Number(seconds) * 1000, 0.1);

/** The lines below a heading, up to the first that is none of its own. */
function listed(text: string, heading: RegExp, line: RegExp): [string, string][] {
  const at = heading.exec(text);
  if (!at) return [];
  const found: [string, string][] = [];
  for (const one of text
    .slice(at.index + at[0].length)
    .split('\n')
    .slice(0, 1000)) {
    const parts = line.exec(one);
    if (!parts) break;
    found.push([parts[1] ?? '', parts[2] ?? '']);
  }
  return found;
}
