import { describe, expect, test } from '@jest/globals';
import { loadScript } from '../../../src/languages/load-script/extract.js';
import type { LoadScript } from '../../../src/languages/load-script/facts.js';
import { seconds } from '../../../src/languages/load-script/facts.js';
import { literalAt } from '../../../src/languages/load-script/literal.js';

const read = async (text: string): Promise<LoadScript> => (await loadScript.extract(Buffer.from(text))).facts;

test('durations', () => {
  expect(['60', '90s', '1m30s', '2m', '500ms', 'soon'].map(seconds)).toEqual([60, 90, 90, 120, 0.5, undefined]);
});

test('literals of JavaScript', () => {
  const text =
    "{ a: 1_000, 'b': [`x`, 'y',], c: { d: true, /* no */ e: null }, // end\n f: __ENV.X || 5, g() { return 1 }, h: -2.5 }";
  expect(JSON.parse(JSON.stringify(literalAt(text, 0)))).toEqual({
    a: 1000,
    b: ['x', 'y'],
    c: { d: true, e: null },
    f: { text: '__ENV.X || 5' },
    h: -2.5,
  });
  expect(() => literalAt('{'.repeat(5000), 0)).not.toThrow();
});

describe('k6', () => {
  test('an arrival rate with fallbacks of the environment, strict thresholds, a swap in another scenario', async () => {
    const { tests, swaps } = await read(`import http from 'k6/http';
const RATE = __ENV.RATE || 1200;
export const options = {
  scenarios: {
    load: { executor: 'constant-arrival-rate', rate: RATE, timeUnit: '1s', duration: '90s', preAllocatedVUs: 100 },
    swap: { executor: 'per-vu-iterations', vus: 1, iterations: 1, exec: 'swapModel' },
  },
  thresholds: {
    http_req_failed: [{ threshold: 'rate==0', abortOnFail: true }],
    'http_req_duration{scenario:load}': ['max<100'],
  },
};
export function swapModel() { http.post('http://scoring/admin/reload'); }
`);
    expect(tests).toEqual([
      { tool: 'k6', form: 'script', line: 3, rate: 1200, durationSec: 90, failures: 'asserted', latency: 'asserted' },
    ]);
    expect(swaps.map(({ line }) => line)).toContain(13);
  });

  test('users without a rate, a share of failures tolerated', async () => {
    const { tests } = await read(
      "import http from 'k6/http';\nexport let options = { vus: 50, duration: '30s', thresholds: { http_req_failed: ['rate<0.01'], http_req_duration: ['avg<200'] } };\n",
    );
    expect(tests).toEqual([
      { tool: 'k6', form: 'script', line: 2, durationSec: 30, failures: 'loose', latency: 'loose' },
    ]);
  });

  test('stages of an arrival rate', async () => {
    const { tests } = await read(
      "import { check } from 'k6';\nexport const options = { scenarios: { a: { executor: 'ramping-arrival-rate', startRate: 10, timeUnit: '1m', stages: [{ target: 60000, duration: '1m' }, { target: 60000, duration: '2m' }] } } };\n",
    );
    expect(tests[0]).toMatchObject({ rate: 1000, durationSec: 180, failures: 'none', latency: 'none' });
  });
});

test('a Locust file that judges its own statistics', async () => {
  const text = `from locust import HttpUser, events, task


class Caller(HttpUser):
    @task
    def score(self):
        self.client.post("/score", json={"x": 1})


@events.quitting.add_listener
def judge(environment, **_):
    stats = environment.stats.total
    if stats.fail_ratio > 0 or stats.max_response_time > 100:
        environment.process_exit_code = 1
`;
  expect((await read(text)).tests).toEqual([
    { tool: 'locust', form: 'script', line: 1, failures: 'asserted', latency: 'asserted' },
  ]);
  expect((await read(text.replace('> 0 or', '> 0.05 or'))).tests[0]?.failures).toBe('loose');
  expect((await read(text.split('@events')[0] ?? '')).tests[0]).toMatchObject({ failures: 'none', latency: 'none' });
});

test('a Gatling simulation', async () => {
  const { tests } = await read(`package perf
import io.gatling.core.Predef._
import io.gatling.http.Predef._
import scala.concurrent.duration._

class ScoreSimulation extends Simulation {
  val scn = scenario("score").exec(http("score").post("/score"))
  setUp(scn.inject(constantUsersPerSec(1000).during(2.minutes)))
    .assertions(global.failedRequests.count.is(0), global.responseTime.max.lt(100))
}
`);
  expect(tests).toEqual([
    {
      tool: 'gatling',
      form: 'script',
      line: 2,
      rate: 1000,
      durationSec: 120,
      failures: 'asserted',
      latency: 'asserted',
    },
  ]);
});

test('a JMeter plan', async () => {
  const { tests } = await read(`<?xml version="1.0"?>
<jmeterTestPlan version="1.2"><hashTree>
<ThreadGroup><stringProp name="ThreadGroup.duration">120</stringProp></ThreadGroup>
<ConstantThroughputTimer><doubleProp><name>throughput</name><value>60000.0</value></doubleProp></ConstantThroughputTimer>
<ResponseAssertion/><DurationAssertion/></hashTree></jmeterTestPlan>`);
  expect(tests[0]).toMatchObject({
    tool: 'jmeter',
    rate: 1000,
    durationSec: 120,
    failures: 'asserted',
    latency: 'asserted',
  });
});

test('command lines', async () => {
  const { tests, swaps } = await read(`#!/bin/sh
# vegeta attack -rate=5
kubectl rollout restart deployment/scoring
echo "POST http://scoring/score" | vegeta attack -rate=1000/1s -duration=2m \\
  -body request.json | vegeta report -type=json > swap.json
wrk -t4 -c64 -d60s --latency http://scoring/score
wrk2 -R1500 -d 60s http://scoring
oha -q 1000 -z 60s http://scoring
npx autocannon -R 1200 -d 60 http://scoring
k6 run --duration 30s load/score.js
locust -f load/locustfile.py --headless -u 100 -t 1m
jmeter -n -t load/plan.jmx -l run.jtl
`);
  expect(tests.map(({ tool, rate, durationSec, script, line }) => [tool, rate, durationSec, script, line])).toEqual([
    ['vegeta', 1000, 120, undefined, 4],
    ['wrk', undefined, 60, undefined, 6],
    ['wrk', 1500, 60, undefined, 7],
    ['oha', 1000, 60, undefined, 8],
    ['autocannon', 1200, 60, undefined, 9],
    ['k6', undefined, 30, 'load/score.js', 10],
    ['locust', undefined, 60, 'load/locustfile.py', 11],
    ['jmeter', undefined, undefined, 'load/plan.jmx', 12],
  ]);
  expect(swaps).toEqual([{ line: 3, text: 'kubectl rollout restart deployment/scoring' }]);
});

test('what is none', async () => {
  expect((await read('pip install locust\necho hey\nimport wrk\n')).tests).toEqual([]);
  expect((await read('export default {}')).tests).toEqual([]);
});
