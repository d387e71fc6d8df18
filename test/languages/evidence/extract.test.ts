import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { loadEvidence } from '../../../src/languages/evidence/extract.js';
import { bucket } from '../../../src/languages/evidence/locust.js';
import type { Evidence, LoadRun } from '../../../src/languages/evidence/record.js';

const read = async (content: string | Uint8Array): Promise<Evidence> =>
  (await loadEvidence.extract(Buffer.from(content as string))).facts;
const sample = (name: string): Promise<Evidence> => read(readFileSync(`test/languages/evidence/samples/${name}`));
async function run(name: string): Promise<LoadRun> {
  const evidence = await sample(name);
  if (evidence.kind !== 'run') throw new Error(`${name} is ${evidence.kind}`);
  return evidence.run;
}
const ms = (value: number, low = value, high = value): object => ({ ms: value, low, high });

describe('k6', () => {
  test('--summary-export: true means the threshold was crossed, and http_req_failed "passes" are failures', async () => {
    const k6 = await run('k6-summary-export.json');
    expect(k6).toMatchObject({ form: '--summary-export', requests: 72012, rate: 1200.2, failed: 0, failures: [] });
    expect(k6.durationSec).toBeCloseTo(60, 1);
    expect(k6.thresholds).toEqual([
      { metric: 'http_req_failed', condition: 'rate==0', met: true },
      { metric: 'http_req_duration', condition: 'max<=100', met: true },
      { metric: 'http_req_duration', condition: 'p(95)<15', met: false },
    ]);
    expect(k6.latency.p99).toBeUndefined();
    expect(k6.latency.max).toEqual(ms(96.4));
  });

  test('handleSummary data: a threshold says ok', async () => {
    const k6 = await run('k6-handle-summary.json');
    expect(k6).toMatchObject({
      form: 'handleSummary data',
      failed: 13,
      durationSec: 60.0125,
      latency: { p99: ms(61.3), max: ms(412.7) },
    });
    expect(k6.thresholds.filter(({ met }) => !met).map(({ condition }) => condition)).toEqual(['rate==0', 'p(99)<50']);
    expect(k6.caveats).toEqual(['k6 dropped 118 iterations: it could not keep up the rate the script asks for']);
  });

  test('machine-readable 1.0: no thresholds and no p(99)', async () => {
    const k6 = await run('k6-machine-readable.json');
    expect(k6).toMatchObject({
      form: 'machine-readable summary 1.0',
      requests: 66000,
      durationSec: 61.2,
      failed: 0,
      thresholds: [],
    });
    expect(k6.rate).toBeCloseTo(1078.4, 1);
    expect(k6.startedAt).toBe('2026-09-03T10:10:10.800Z');
    expect(k6.latency).toMatchObject({ p95: ms(19.2), max: ms(47.9) });
  });

  test('a revision that the result names', async () => {
    const json = JSON.parse(readFileSync('test/languages/evidence/samples/k6-summary-export.json', 'utf8')) as object;
    const evidence = await read(JSON.stringify({ ...json, metadata: { git_sha: 'ABCDEF1234' } }));
    expect(evidence).toMatchObject({ kind: 'run', run: { commit: 'abcdef1234' } });
  });
});

describe('Locust', () => {
  test('_stats.csv: the maximum is exact, percentiles are rounded', async () => {
    const locust = await run('locust_stats.csv');
    expect(locust).toMatchObject({ tool: 'locust', requests: 15132, failed: 67 });
    expect(locust.rate).toBeCloseTo(1374.49, 1);
    expect(locust.latency.max?.high).toBeCloseTo(226.8966, 3);
    expect(locust.latency.p99).toEqual(ms(10, 9.5, 10.5));
    expect(locust.latency.p999).toEqual(ms(200, 195, 205));
  });

  test('buckets', () => {
    expect(bucket(50)).toEqual(ms(50, 49.5, 50.5));
    expect(bucket(100)).toEqual(ms(100, 99.5, 105));
    expect(bucket(110)).toEqual(ms(110, 105, 115));
    expect(bucket(1000)).toEqual(ms(1000, 995, 1050));
    expect(bucket(1200)).toEqual(ms(1200, 1150, 1250));
  });

  test('history and failures are parts of the same run', async () => {
    expect(await sample('locust_stats_history.csv')).toMatchObject({
      kind: 'part',
      part: { part: { windows: { seconds: 5 } } },
    });
    expect(await sample('locust_failures.csv')).toMatchObject({
      kind: 'part',
      part: { part: { failed: 67, failures: [{ kind: 'http-5xx', count: 67 }] } },
    });
  });

  test('the columns of before 1.0', async () => {
    const old = [
      '"Type","Name","# requests","# failures","Median response time","Average response time","Min response time","Max response time","Average Content Size","Requests/s","Requests Failed/s","50%","66%","75%","80%","90%","95%","98%","99%","99.9%","99.99%","99.999%","100%"',
      '"POST","/score",600,2,8,9,2,104,13,10.00,0.03,8,9,10,11,14,18,30,44,90,100,100,100',
      '"None","Aggregated",600,2,8,9,2,104,13,10.00,0.03,8,9,10,11,14,18,30,44,90,100,100,100',
    ];
    expect(await read(old.join('\n'))).toMatchObject({
      run: { requests: 600, failed: 2, rate: 10, latency: { max: ms(104, 104, 105), p99: ms(44, 43.5, 44.5) } },
    });
  });

  test('--json: percentiles from the merged buckets', async () => {
    const locust = await run('locust-json.json');
    expect(locust).toMatchObject({ form: '--json', tool: 'locust' });
    expect(locust.requests).toBeGreaterThan(15132);
    expect(locust.latency.max?.ms).toBeCloseTo(226.8966, 3);
    expect(locust.latency.p99?.ms).toBeLessThan(20);
  });
});

test('vegeta: nanoseconds; status 0 is no response', async () => {
  const vegeta = await run('vegeta.json');
  expect(vegeta).toMatchObject({
    rate: 1100.02,
    durationSec: 60,
    failed: 3,
    latency: { p99: ms(38.2), max: ms(92.6) },
  });
  expect(vegeta.failures.map(({ kind, count }) => [kind, count])).toEqual([
    ['network', 1],
    ['http-5xx', 2],
  ]);
});

test('oha: seconds; a success rate of 1 with 502 among the statuses', async () => {
  const oha = await run('oha.json');
  expect(oha).toMatchObject({ requests: 74064, failed: 4, durationSec: 60.004 });
  expect(oha.latency.p99?.ms).toBeCloseTo(47.2);
  expect(oha.latency.max?.ms).toBeCloseTo(98.1);
  expect(oha.caveats).toEqual(['9 requests were cut off when the time was up; their latency is not in the figures']);
});

test('autocannon: whole milliseconds, cut off', async () => {
  const autocannon = await run('autocannon-flaky.json');
  expect(autocannon).toMatchObject({
    requests: 256152,
    failed: 5123,
    rate: 51232,
    durationSec: 5.01,
    latency: { p99: ms(0, 0, 1), max: ms(26, 26, 27) },
  });
  expect(autocannon.failures).toEqual([{ kind: 'http-5xx', count: 5123 }]);
});

test('wrk: two decimals of the unit shown', async () => {
  const flaky = await run('wrk-flaky.txt');
  expect(flaky).toMatchObject({
    requests: 376260,
    durationSec: 5,
    rate: 75246.79,
    failed: 7525,
    target: 'http://127.0.0.1:8471/flaky',
  });
  expect(flaky.latency.p99).toBeUndefined();
  const ok = await run('wrk-ok.txt');
  expect(ok.latency.p99?.high).toBeCloseTo(2.455);
  expect(ok.latency.max?.low).toBeCloseTo(19.515);
  expect(ok.failed).toBe(0);
});

test('gatling: KO and whole milliseconds', async () => {
  expect(await run('gatling-stats.json')).toMatchObject({
    requests: 61000,
    failed: 1,
    rate: 1016.67,
    latency: { p99: ms(41, 41, 42), max: ms(100, 100, 101) },
  });
});

test('JMeter: samples are folded, transaction lines are not requests', async () => {
  const csv = await run('jmeter.csv');
  expect(csv).toMatchObject({
    requests: 400,
    failed: 2,
    latency: { max: ms(130) },
    failures: [{ kind: 'http-5xx', count: 2 }],
  });
  expect(csv.windows?.counts).toEqual([100, 100, 100]);
  expect(await run('jmeter.xml')).toMatchObject({ requests: 50, failed: 2, form: 'JTL (XML)' });
});

describe('JTL as XML', () => {
  const sample = (inner = '', attributes = 'lb="score" rm="OK"'): string =>
    `<httpSample t="10" ts="1788430272000" s="true" rc="200" ${attributes}>${inner}</httpSample>`;
  const results = (body: string): string => `<?xml version="1.0"?>\n<testResults version="1.2">${body}</testResults>`;

  test('redirects and resources lie in the time of their sample; a transaction is no request', async () => {
    const transaction = sample(sample() + sample(), 'lb="flow" rm="Number of samples in transaction : 2"');
    expect(await read(results(sample(sample()) + transaction))).toMatchObject({ run: { requests: 3 } });
  });

  test('attributes in any order and quotes, entities, samples in comments', async () => {
    const text = results(
      `<!-- ${sample()} --><sample rc='503' s='false' ts='1788430272000' lb='a &gt; "b"' t='7'><responseData>&lt;sample/></responseData></sample>`,
    );
    expect(await read(text)).toMatchObject({
      run: { requests: 1, failed: 1, target: 'a > "b"', failures: [{ kind: 'http-5xx', count: 1 }] },
    });
  });

  test('a log that was cut off, and entities of a document type, are said', async () => {
    await expect(read(results(sample()).replace('</testResults>', ''))).rejects.toThrow('is broken');
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaa">]>${results(sample('&a;')).split('\n')[1] ?? ''}`;
    await expect(read(bomb)).rejects.toThrow('is broken');
  });
});

describe('what is not a result', () => {
  test.each(['{}', '[]', '[1,2]', '{"metrics":{}}', 'a,b\n1,2\n', 'hello', '<testResults/>', '<html></html>', ''])(
    '%s',
    async (content) => {
      expect(await read(content)).toEqual({ kind: 'other' });
    },
  );

  test('a broken file is said, not guessed', async () => {
    await expect(read('{"metrics": {')).rejects.toThrow('not valid JSON');
    await expect(read('Type,Name,Request Count,Failure Count\n"GET,/x,1')).rejects.toThrow(
      "a load test's result that is broken",
    );
  });
});

describe('hey', () => {
  test('seconds with four decimals, statuses apart', async () => {
    expect(await run('hey-ok.txt')).toMatchObject({
      tool: 'hey',
      requests: 1893,
      rate: 314.036,
      durationSec: 6.028,
      failed: 0,
      latency: { p99: { ms: 39.9 }, max: { ms: 85.7 } },
    });
    expect(await run('hey-flaky.txt')).toMatchObject({
      requests: 1872,
      failed: 38,
      failures: [{ kind: 'http-5xx', count: 38, detail: 'status 503' }],
    });
  });

  test('nobody answered: no latency is claimed', async () => {
    const refused = await run('hey-refused.txt');
    expect(refused).toMatchObject({ requests: 20, failed: 20, latency: {} });
    expect(refused.failures).toMatchObject([{ kind: 'network', count: 20 }]);
  });
});

describe('ab', () => {
  test('whole milliseconds; answers other than 2xx are no "failed requests" to it', async () => {
    expect(await run('ab-ok.txt')).toMatchObject({
      tool: 'ab',
      target: '127.0.0.1/ok',
      requests: 4000,
      rate: 14817.28,
      durationSec: 0.27,
      failed: 0,
      latency: { p99: ms(2, 1.5, 2.5), max: ms(10, 9.5, 10.5) },
    });
    expect(await run('ab-flaky.txt')).toMatchObject({ failed: 80, failures: [{ kind: 'unknown', count: 80 }] });
  });
});

describe("Locust's FastHttpUser", () => {
  test('names a status in its own way', async () => {
    expect(await sample('locust-fast_failures.csv')).toMatchObject({
      kind: 'part',
      part: { part: { failed: 872, failures: [{ kind: 'http-5xx', count: 872 }] } },
    });
    expect(await run('locust-fast_stats.csv')).toMatchObject({ requests: 43583, failed: 872 });
    const good = await run('locust-fast-ok_stats.csv');
    expect(good).toMatchObject({ requests: 97639, failed: 0 });
    expect(good.rate).toBeCloseTo(5112, 0);
  });
});
