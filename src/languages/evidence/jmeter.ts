import { parse } from 'csv-parse/sync';
import { SaxesParser } from 'saxes';
import { quantileOf } from './locust.js';
import { exact, isRecord, numeric, present, statusFailure } from './record.js';
import type { Failure, Latency, LoadRun } from './record.js';

/** One request as JMeter logs it. */
interface Sample {
  /** Milliseconds since 1970 at which the sample began. */
  readonly at: number;
  readonly elapsed: number;
  readonly success: boolean;
  readonly code: string;
  readonly label: string;
}

/** Seconds that one window of the history spans. */
const WINDOW = 5;

/** A JTL as CSV, with JMeter's header line. Latencies are whole milliseconds, as measured. */
export function readJtlCsv(text: string): LoadRun | undefined {
  const header = text.slice(0, 1000).split(/\r?\n/, 1)[0] ?? '';
  const separator = /^timeStamp(.)elapsed\1/.exec(header)?.[1];
  if (separator === undefined || !header.includes('success')) return undefined;
  const tally = new Tally('JTL (CSV)');
  parse(text, {
    columns: true,
    delimiter: separator,
    relax_column_count: true,
    skip_empty_lines: true,
    onRecord: (row: Record<string, string>) => {
      // A transaction controller's line sums up requests that have lines of their own.
      if (!(row['responseMessage'] ?? '').startsWith('Number of samples in transaction')) {
        tally.add({
          at: Number(row['timeStamp']),
          elapsed: Number(row['elapsed']),
          success: row['success'] === 'true',
          code: row['responseCode'] ?? '',
          label: row['label'] ?? '',
        });
      }
      return undefined;
    },
  });
  return tally.run();
}

/**
 * A JTL as XML. A sample may hold the samples of its redirects and embedded resources, which its own time contains; a
 * transaction's sample sums up requests that are its children. Entities of a document type are never expanded.
 * @throws Error when the file is not well-formed, as after a run that was cut off
 */
export function readJtlXml(text: string): LoadRun | undefined {
  if (!/<testResults[\s>]/.test(text.slice(0, 1000))) return undefined;
  const tally = new Tally('JTL (XML)');
  const parser = new SaxesParser();
  /** Samples that are open: only those below transactions alone are requests of their own. */
  const open: boolean[] = [];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (name !== 'httpSample' && name !== 'sample') return;
    const transaction = (attributes['rm'] ?? '').startsWith('Number of samples in transaction');
    const inside = open.includes(false);
    open.push(transaction);
    if (transaction || inside) return;
    tally.add({
      at: Number(attributes['ts']),
      elapsed: Number(attributes['t']),
      success: attributes['s'] === 'true',
      code: attributes['rc'] ?? '',
      label: attributes['lb'] ?? '',
    });
  });
  parser.on('closetag', ({ name }) => {
    if (name === 'httpSample' || name === 'sample') open.pop();
  });
  for (let at = 0; at < text.length; at += CHUNK) parser.write(text.slice(at, at + CHUNK));
  parser.close();
  return tally.run();
}

/** Characters handed to the parser at a time: its buffers stay small over a log of megabytes. */
const CHUNK = 65_536;

/** The dashboard's `statistics.json`; its three percentiles are 90, 95 and 99 unless the properties say otherwise. */
export function readJmeterStatistics(json: Record<string, unknown>): LoadRun | undefined {
  const total = json['Total'];
  if (!isRecord(total) || !('sampleCount' in total) || !('pct3ResTime' in total)) return undefined;
  const ms = (key: string): Latency | undefined => {
    const value = numeric(total[key]);
    return value === undefined ? undefined : exact(value);
  };
  const requests = numeric(total['sampleCount']);
  const rate = numeric(total['throughput']);
  const failed = numeric(total['errorCount']);
  return {
    tool: 'jmeter',
    form: 'statistics.json',
    ...present({ requests, rate, failed, durationSec: requests !== undefined && rate ? requests / rate : undefined }),
    failures: failed ? [{ kind: 'unknown', count: failed }] : [],
    latency: present({
      min: ms('minResTime'),
      mean: ms('meanResTime'),
      median: ms('medianResTime'),
      p90: ms('pct1ResTime'),
      p95: ms('pct2ResTime'),
      p99: ms('pct3ResTime'),
      max: ms('maxResTime'),
    }),
    thresholds: [],
    caveats: ['the third percentile is read as p99, which is what JMeter reports unless its properties were changed'],
  };
}

/** Folds samples one by one, so that a long log costs no memory. */
class Tally {
  private count = 0;
  private first = Infinity;
  private last = -Infinity;
  private sum = 0;
  private readonly elapsed = new Map<number, number>();
  private readonly finished = new Map<number, number>();
  private readonly failures = new Map<string, Failure>();
  private readonly labels = new Set<string>();

  constructor(private readonly form: string) {}

  add(sample: Sample): void {
    if (!Number.isFinite(sample.at) || !Number.isFinite(sample.elapsed)) return;
    const end = sample.at + sample.elapsed;
    this.count += 1;
    this.sum += sample.elapsed;
    this.first = Math.min(this.first, sample.at);
    this.last = Math.max(this.last, end);
    this.elapsed.set(sample.elapsed, (this.elapsed.get(sample.elapsed) ?? 0) + 1);
    const window = Math.floor(end / 1000 / WINDOW);
    this.finished.set(window, (this.finished.get(window) ?? 0) + 1);
    if (this.labels.size < 5) this.labels.add(sample.label);
    if (!sample.success) this.fail(sample.code);
  }

  private fail(code: string): void {
    const kind = /^\d{3}$/.test(code) ? (statusFailure(Number(code)) ?? 'check') : 'network';
    const known = this.failures.get(code);
    if (known || this.failures.size < 50)
      this.failures.set(code, { kind, count: (known?.count ?? 0) + 1, detail: code.slice(0, 100) });
    else this.failures.set('', { kind: 'unknown', count: (this.failures.get('')?.count ?? 0) + 1 });
  }

  run(): LoadRun | undefined {
    if (this.count === 0) return undefined;
    const failures = [...this.failures.values()];
    const durationSec = (this.last - this.first) / 1000;
    const quantile = (share: number): Latency => exact(quantileOf(this.elapsed, share) ?? NaN);
    return {
      tool: 'jmeter',
      form: this.form,
      target: [...this.labels].join(', '),
      startedAt: new Date(this.first).toISOString(),
      durationSec,
      requests: this.count,
      ...present({ rate: durationSec > 0 ? this.count / durationSec : undefined }),
      windows: { seconds: WINDOW, counts: this.windows() },
      failed: failures.reduce((sum, { count }) => sum + count, 0),
      failures,
      latency: {
        min: quantile(0),
        mean: exact(this.sum / this.count),
        median: quantile(0.5),
        p90: quantile(0.9),
        p95: quantile(0.95),
        p99: quantile(0.99),
        max: quantile(1),
      },
      thresholds: [],
      caveats: [],
    };
  }

  /** Full windows only: the first and the last are cut by the start and the end of the run. */
  private windows(): number[] {
    const from = Math.floor(this.first / 1000 / WINDOW) + 1;
    const to = Math.floor(this.last / 1000 / WINDOW) - 1;
    if (to - from > 20_000) return [];
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => this.finished.get(from + index) ?? 0);
  }
}
