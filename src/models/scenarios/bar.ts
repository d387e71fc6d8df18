import type { ScenarioSettings } from '../../core/settings.js';
import type { Latencies, Latency, LoadRun } from '../../languages/evidence/record.js';

/** What a load test must show, from the configuration. */
export type Bar = ScenarioSettings['load'];

export type Part = 'rate' | 'duration' | 'failures' | 'latency' | 'p99' | 'thresholds';

/** One demand of the bar, and what the numbers say. */
export interface Judgement {
  readonly part: Part;
  /** `unproven`: the numbers neither show nor refute it. */
  readonly verdict: 'met' | 'broken' | 'unproven';
  /** What the result shows, in a few words. */
  readonly said: string;
  /** What would make the tool print what is missing. */
  readonly hint?: string;
}

/** A generator with a fixed arrival rate still swings by this share within a few seconds. */
const JITTER = 0.99;

/** Holds a result against the bar, part by part. */
export function judge(run: LoadRun, bar: Bar): Judgement[] {
  const judged = [rate(run, bar), duration(run, bar), failures(run, bar), maximum(run, bar), p99(run, bar)];
  const crossed = run.thresholds.filter(({ met }) => !met);
  if (crossed.length === 0) return judged;
  const named = crossed.map(({ metric, condition }) => `${metric}: ${condition}`).join(', ');
  return [
    ...judged,
    { part: 'thresholds', verdict: 'broken', said: `its own thresholds were crossed (${named.slice(0, 300)})` },
  ];
}

export const worst = (judged: readonly Judgement[]): Judgement['verdict'] =>
  judged.some(({ verdict }) => verdict === 'broken')
    ? 'broken'
    : judged.some(({ verdict }) => verdict === 'unproven')
      ? 'unproven'
      : 'met';

function rate(run: LoadRun, bar: Bar): Judgement {
  const part = 'rate';
  const mean = run.rate;
  if (run.windows && run.windows.counts.length >= 2) return sustained(run.windows, bar);
  if (mean === undefined) return { part, verdict: 'unproven', said: 'no rate of requests', hint: HINTS[run.tool].rate };
  const said = `${number(mean)} req/s on average, ${bar.rate} asked for`;
  return { part, verdict: mean >= bar.rate * JITTER ? 'met' : 'broken', said };
}

/** The longest stretch at the asked rate, from the history. */
function sustained(windows: NonNullable<LoadRun['windows']>, bar: Bar): Judgement {
  let longest = 0;
  let current = 0;
  for (const count of windows.counts) {
    current = count / windows.seconds >= bar.rate * JITTER ? current + windows.seconds : 0;
    longest = Math.max(longest, current);
  }
  const peak = windows.counts.reduce((most, count) => Math.max(most, count), 0) / windows.seconds;
  if (longest >= bar.minDurationSec)
    return { part: 'rate', verdict: 'met', said: `${bar.rate} req/s held for ${longest} s` };
  const said =
    longest === 0
      ? `${number(peak)} req/s at best, ${bar.rate} asked for`
      : `${bar.rate} req/s held for ${longest} s, ${bar.minDurationSec} s asked for`;
  return { part: 'rate', verdict: 'broken', said };
}

function duration(run: LoadRun, bar: Bar): Judgement {
  const part = 'duration';
  if (run.durationSec === undefined)
    return { part, verdict: 'unproven', said: 'no duration', hint: HINTS[run.tool].rate };
  // Tools stop a moment early or late; a second is not the point.
  const enough = run.durationSec >= bar.minDurationSec - 1;
  return {
    part,
    verdict: enough ? 'met' : 'broken',
    said: `lasted ${number(run.durationSec)} s, ${bar.minDurationSec} s asked for`,
  };
}

function failures(run: LoadRun, bar: Bar): Judgement {
  const part = 'failures';
  if (run.failed === undefined)
    return { part, verdict: 'unproven', said: 'no count of failed requests', hint: HINTS[run.tool].failures };
  const kinds = run.failures.filter(({ count }) => count > 0).map(({ kind, count }) => `${count} ${kind}`);
  const said =
    run.failed === 0
      ? 'no failed request'
      : `${run.failed} failed requests${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}`;
  return { part, verdict: run.failed <= bar.failures ? 'met' : 'broken', said };
}

function maximum(run: LoadRun, bar: Bar): Judgement {
  const part = 'latency';
  const { max } = run.latency;
  const limit = bar.maxLatencyMs;
  if (max && max.high <= limit) return { part, verdict: 'met', said: `slowest request ${shown(max)}` };
  const lowest = max ?? highestBelow(run.latency);
  if (lowest && lowest.low > limit)
    return {
      part,
      verdict: 'broken',
      said: `slowest request ${max ? '' : 'over '}${shown(lowest)}, ${limit} ms allowed`,
    };
  if (max)
    return {
      part,
      verdict: 'unproven',
      said: `slowest request shown as ${number(max.ms)} ms, which stands for ${number(max.low)} to ${number(max.high)} ms`,
      hint: HINTS[run.tool].max,
    };
  return { part, verdict: 'unproven', said: 'no maximum latency', hint: HINTS[run.tool].max };
}

/** p99 where it is given; else the maximum bounds it from above and the lower percentiles from below. */
function p99(run: LoadRun, bar: Bar): Judgement {
  const part = 'p99';
  const limit = bar.p99Ms;
  const given = run.latency.p99;
  const above = given ?? run.latency.p999 ?? run.latency.max;
  if (above && above.high < limit)
    return { part, verdict: 'met', said: given ? `p99 ${shown(given)}` : `p99 under ${shown(above)}, by the maximum` };
  const below = given ?? run.latency.p95 ?? run.latency.p90 ?? run.latency.median;
  if (below && below.low >= limit)
    return {
      part,
      verdict: 'broken',
      said: `p99 ${given ? '' : 'at least '}${shown(below)}, under ${limit} ms asked for`,
    };
  if (given)
    return {
      part,
      verdict: 'unproven',
      said: `p99 shown as ${number(given.ms)} ms, which stands for ${number(given.low)} to ${number(given.high)} ms`,
      hint: HINTS[run.tool].p99,
    };
  return { part, verdict: 'unproven', said: 'no p99', hint: HINTS[run.tool].p99 };
}

const highestBelow = (latency: Latencies): Latency | undefined =>
  latency.p999 ?? latency.p99 ?? latency.p95 ?? latency.p90 ?? latency.median;

const shown = (latency: Latency): string => `${number(latency.ms)} ms`;
const number = (value: number): string => String(Math.round(value * 10) / 10);

interface Hints {
  readonly rate: string;
  readonly failures: string;
  readonly max: string;
  readonly p99: string;
}

const K6 =
  '`k6 run --summary-trend-stats "avg,min,med,max,p(95),p(99)" --summary-export=summary.json` (the machine-readable summary 1.0 has no p(99))';
const ROUNDED =
  'Locust rounds percentiles; keep `--csv` with its Max column, and prove p99 by a maximum under the bar or by your own histogram of `events.request`';
/** How to make each tool print what the bar needs. */
const HINTS: Readonly<Record<LoadRun['tool'], Hints>> = {
  k6: { rate: K6, failures: 'k6 counts failures in http_req_failed: do not switch that metric off', max: K6, p99: K6 },
  locust: { rate: '`locust --csv=run --csv-full-history`', failures: '`locust --csv=run`', max: ROUNDED, p99: ROUNDED },
  vegeta: {
    rate: '`vegeta report -type=json`',
    failures: '`vegeta report -type=json`',
    max: '`vegeta report -type=json`',
    p99: '`vegeta report -type=json`',
  },
  oha: {
    rate: '`oha --output-format json`',
    failures: '`oha --output-format json`',
    max: '`oha --output-format json`',
    p99: '`oha --output-format json`',
  },
  jmeter: {
    rate: 'keep the JTL file (`jmeter -n -l run.jtl`)',
    failures: 'keep the JTL file (`jmeter -n -l run.jtl`)',
    max: 'keep the JTL file (`jmeter -n -l run.jtl`)',
    p99: 'keep the JTL file (`jmeter -n -l run.jtl`)',
  },
  gatling: {
    rate: 'keep `js/stats.json` of the report',
    failures: 'keep `js/stats.json` of the report',
    max: 'Gatling keeps whole milliseconds',
    p99: 'set `gatling.charting.indicators.percentile4 = 99`',
  },
  wrk: {
    rate: "keep wrk's whole output",
    failures: "keep wrk's whole output",
    max: "keep wrk's whole output",
    p99: '`wrk --latency`',
  },
  hey: {
    rate: "keep hey's whole output",
    failures: "keep hey's whole output",
    max: 'hey rounds to a tenth of a millisecond',
    p99: "keep hey's whole output",
  },
  ab: {
    rate: "keep ab's whole output",
    failures: "keep ab's whole output",
    max: 'ab rounds to whole milliseconds; `-e` writes finer percentiles, but no maximum',
    p99: 'ab rounds to whole milliseconds',
  },
  autocannon: {
    rate: '`autocannon --json`',
    failures: '`autocannon --json`',
    max: 'autocannon cuts latencies to whole milliseconds',
    p99: '`autocannon --json`',
  },
};
