import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/config/defaults.js';
import { seconds } from '../../../src/languages/load-script/facts.js';
import { loadTests } from '../../../src/models/scenarios/load-tests.js';
import type { FoundTest } from '../../../src/models/scenarios/load-tests.js';
import { memoryFactStore } from '../../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../../src/reviewers/workspace.js';
import { snapshotOf } from '../../support/snapshot.js';

const find = async (files: Record<string, string>): Promise<readonly FoundTest[]> => {
  const workspace = new SnapshotWorkspace(snapshotOf(files), DEFAULT_SETTINGS, memoryFactStore(), undefined, true);
  return workspace.model(loadTests);
};
/** The only test of one file, without what says where it stands. */
async function read(path: string, text: string): Promise<Record<string, unknown> | undefined> {
  const [found] = await find({ [path]: text });
  if (!found) return undefined;
  const { tool: _tool, form: _form, line: _line, ...rest } = found.test;
  return rest;
}
const brief = ({ test: { tool, line, script }, rate, durationSec }: FoundTest): unknown[] => [
  tool,
  line,
  rate,
  durationSec,
  script,
];

test('durations', () => {
  expect(['60', '90s', '1m30s', '2m', '500ms', 'soon'].map(seconds)).toEqual([60, 90, 90, 120, 0.5, undefined]);
});

describe('k6', () => {
  const script = (options: string, before = ''): string => `import http from 'k6/http';
${before}
export const options = ${options};
export default function () { http.get('http://scoring/'); }
`;

  test('an arrival rate with a fallback of the environment, strict thresholds with their limits', async () => {
    const text = script(
      `{ scenarios: { load: { executor: 'constant-arrival-rate', rate: RATE, timeUnit: '1s', duration: '90s' } },
  thresholds: { http_req_failed: [{ threshold: 'rate==0', abortOnFail: true }], 'http_req_duration{scenario:load}': ['max<100', 'p(99)<50'] } }`,
      'const RATE = __ENV.RATE || 1200;',
    );
    expect(await read('load/score.js', text)).toEqual({
      rate: 1200,
      durationSec: 90,
      failures: 'asserted',
      latency: 'asserted',
      limits: { max: 100, p99: 50 },
    });
  });

  test('options that a function of its own, or of another module, puts together', async () => {
    const before = `import { limits } from './limits.js';
function scenario(rate, duration = '2m') {
  return { executor: 'constant-arrival-rate', rate, timeUnit: '1s', duration };
}`;
    const options = '{ scenarios: { steady: scenario(1000) }, thresholds: limits(100) }';
    const module =
      "export const limits = (max) => ({ http_req_failed: ['rate==0'], http_req_duration: [`max<${max}`] });\n";
    const [found] = await find({ 'load/score.js': script(options, before), 'load/limits.js': module });
    expect(found).toMatchObject({ rate: 1000, durationSec: 120 });
    expect(found?.test).toMatchObject({ failures: 'asserted', latency: 'asserted', limits: { max: 100 } });
    // Which of two it returns, only running it tells.
    const branching =
      'export function limits(max) { if (max > 1) return {}; return { http_req_failed: ["rate==0"] }; }\n';
    const [unread] = await find({ 'load/score.js': script(options, before), 'load/limits.js': branching });
    expect(unread?.test).toMatchObject({ failures: 'unknown', latency: 'unknown' });
  });

  test('a command hands the rate to the script', async () => {
    const [found] = await find({
      'load/score.js': script(
        "{ scenarios: { a: { executor: 'constant-arrival-rate', rate: Number(__ENV.RATE), duration: '1m' } } }",
      ),
      'run.sh': 'k6 run -e RATE=1500 load/score.js\n',
    });
    expect(found?.rate).toBe(1500);
  });

  test('options of another module, spread and completed', async () => {
    const [found] = await find({
      'load/options.js':
        "export const limits = { http_req_failed: ['rate<=0'] };\nexport const base = { scenarios: { a: { executor: 'ramping-arrival-rate', startRate: 10, timeUnit: '1m', stages: [{ target: 60000, duration: '1m' }, { target: 60000, duration: '2m' }] } } };\n",
      'load/score.ts':
        "import { check } from 'k6';\nimport { base, limits } from './options.js';\nexport const options: Options = { ...base, thresholds: limits };\nexport default () => check(1, {});\n",
    });
    expect(found).toMatchObject({
      path: 'load/score.ts',
      rate: 1000,
      durationSec: 180,
      test: { failures: 'asserted', latency: 'none' },
    });
  });

  test('CommonJS', async () => {
    const [found] = await find({
      'load/rates.js': 'module.exports = { peak: 1100 };\n',
      'load/score.js': `const http = require('k6/http');
const { peak } = require('./rates.js');
module.exports.options = { scenarios: { a: { executor: 'constant-arrival-rate', rate: peak, duration: '1m' } } };
`,
    });
    expect(found).toMatchObject({ path: 'load/score.js', rate: 1100, durationSec: 60 });
  });

  test.each<[string, string, string, string]>([
    [
      'users without a rate, a share tolerated',
      "{ vus: 50, duration: '30s', thresholds: { http_req_failed: ['rate<0.01'], http_req_duration: ['avg<200'] } }",
      'loose',
      'loose',
    ],
    ['checks alone only count', '{ vus: 5 }', 'none', 'none'],
    ['checks with a threshold', "{ thresholds: { checks: ['rate==1'] } }", 'asserted', 'none'],
    ['thresholds that only running it would tell', '{ thresholds: make() }', 'unknown', 'unknown'],
    [
      'conditions that only running it would tell',
      '{ thresholds: { http_req_failed: [limit()], http_req_duration: [`p(95)<${limit()}`] } }',
      'unknown',
      'unknown',
    ],
  ])('%s', async (_, options, failures, latency) => {
    expect(await read('load/score.js', script(options))).toMatchObject({ failures, latency });
  });

  test('a swap in another scenario of the script; a route in a comment is none', async () => {
    const swap = 'export function swapModel() { http.post(`${__ENV.TARGET}/admin/reload`); }\n';
    const [found] = await find({ 'load/score.js': script('{}') + swap });
    expect(found?.swap).toMatchObject({ path: 'load/score.js', swap: { line: 5 } });
    const [none] = await find({ 'load/score.js': `${script('{}')}// http.post('/admin/reload')\n` });
    expect(none?.swap).toBeUndefined();
  });
});

describe('Locust', () => {
  const file = (
    verdict: string,
    more = '',
  ): string => `from locust import HttpUser, LoadTestShape, constant_throughput, events, task


class Caller(HttpUser):
    wait_time = constant_throughput(10)

    @task
    def score(self):
        self.client.post("/score", json={"x": 1})

${more}
@events.quitting.add_listener
def judge(environment, **_):
    stats = environment.stats.total
${verdict}
`;
  const judged = (condition: string): string =>
    file(
      `    if ${condition}:\n        environment.process_exit_code = 1\n    else:\n        environment.process_exit_code = 0`,
    );

  test.each<[string, string, string, object | undefined]>([
    ['stats.fail_ratio > 0 or stats.max_response_time > 100', 'asserted', 'asserted', { max: 100 }],
    ['stats.fail_ratio > 0.05 or stats.avg_response_time > 100', 'loose', 'loose', undefined],
    ['stats.get_response_time_percentile(0.99) > 50', 'none', 'asserted', { p99: 50 }],
    ['stats.num_requests < 10', 'none', 'none', undefined],
  ])('%s', async (condition, failures, latency, limits) => {
    expect(await read('load/locustfile.py', judged(condition))).toEqual({
      failures,
      latency,
      ratePerUser: 10,
      ...(limits ? { limits } : {}),
    });
  });

  test('without a listener Locust itself fails after a failed request', async () => {
    expect(await read('load/locustfile.py', file('    print(stats)'))).toMatchObject({
      failures: 'asserted',
      latency: 'none',
    });
  });

  test('a listener that only ever fails the run leaves Locust’s own rule in force', async () => {
    const only = '    if stats.fail_ratio > 0.05:\n        environment.process_exit_code = 1';
    expect(await read('load/locustfile.py', file(only))).toMatchObject({ failures: 'asserted' });
    const either = '    environment.process_exit_code = 1 if stats.fail_ratio > 0.05 else 0';
    expect(await read('load/locustfile.py', file(either))).toMatchObject({ failures: 'loose' });
    expect(await read('load/locustfile.py', file('    raise_for(stats)\n    exit(0)'))).toMatchObject({
      failures: 'none',
    });
  });

  test('a helper that the listener calls judges', async () => {
    const text = file(
      '    verdict(environment, stats)',
      'def verdict(environment, stats):\n    slow = stats.max_response_time\n    if slow > 80:\n        raise SystemExit(1)\n\n',
    );
    expect(await read('load/locustfile.py', text)).toMatchObject({ latency: 'asserted', limits: { max: 80 } });
  });

  test('a paced user times the users: of the command, or of the shape', async () => {
    const [command] = await find({
      'load/locustfile.py': file('    pass'),
      Makefile: 'load:\n\t@locust -f load/locustfile.py --headless -u 120 -t 2m\n',
    });
    expect(command).toMatchObject({ rate: 1200, durationSec: 120 });
    const shape =
      'class Steps(LoadTestShape):\n    stages = [{"duration": 60, "users": 50}, {"duration": 180, "users": 100}]\n\n';
    const [shaped] = await find({ 'load/locustfile.py': file('    pass', shape) });
    expect(shaped).toMatchObject({ rate: 1000, durationSec: 180 });
  });

  test('a file that only imports Locust is no test', async () => {
    expect(await find({ 'load/tools.py': 'from locust import events\n' })).toEqual([]);
  });
});

describe('Gatling', () => {
  const asserted = { rate: 1000, durationSec: 120, failures: 'asserted', latency: 'asserted', limits: { max: 100 } };

  test('Scala, with infix words', async () => {
    const text = `package perf
import io.gatling.core.Predef._
import scala.concurrent.duration._

class ScoreSimulation extends Simulation {
  val peak = 1000
  setUp(scn.inject(rampUsersPerSec(10) to peak during (30 seconds), constantUsersPerSec(peak).during(90.seconds)))
    .assertions(global.failedRequests.count.is(0), global.responseTime.max.lt(100))
}
`;
    expect(await read('perf/ScoreSimulation.scala', text)).toEqual(asserted);
  });

  test('Java', async () => {
    const text = `import static io.gatling.javaapi.core.CoreDsl.*;
public class ScoreSimulation extends Simulation {
  private static final int RATE = Integer.getInteger("rate", 1000);
  {
    setUp(scn.injectOpen(constantUsersPerSec(RATE).during(Duration.ofMinutes(2))))
      .assertions(global().failedRequests().percent().is(0.0), global().responseTime().max().lt(100));
  }
}
`;
    expect(await read('perf/ScoreSimulation.java', text)).toEqual(asserted);
  });

  test('JavaScript', async () => {
    const text = `import { simulation, scenario, constantUsersPerSec, global } from '@gatling.io/core';
export default simulation((setUp) => {
  setUp(scn.injectOpen(constantUsersPerSec(1000).during({ amount: 2, unit: 'minutes' })))
    .assertions(global().failedRequests().count().lt(5.0), global().responseTime().percentile(99).lt(50));
});
`;
    expect(await read('perf/score.gatling.js', text)).toEqual({
      ...asserted,
      failures: 'loose',
      limits: { p99: 50 },
    });
  });

  test('Kotlin is seen and not read, which is on record', async () => {
    const workspace = new SnapshotWorkspace(
      snapshotOf({
        'perf/Score.kt': 'import io.gatling.javaapi.core.*\nclass Score : Simulation() { init { setUp(scn) } }\n',
      }),
      DEFAULT_SETTINGS,
      memoryFactStore(),
      undefined,
      true,
    );
    expect((await workspace.model(loadTests))[0]?.test).toMatchObject({ failures: 'unknown', latency: 'unknown' });
    expect(workspace.gaps).toContainEqual(expect.objectContaining({ path: 'perf/Score.kt', kind: 'unsupported' }));
  });
});

describe('JMeter', () => {
  const plan = (body: string): string =>
    `<?xml version="1.0"?>\n<jmeterTestPlan version="1.2"><hashTree><TestPlan enabled="true"/><hashTree>${body}</hashTree></hashTree></jmeterTestPlan>`;

  test('a paced plan with assertions', async () => {
    const text =
      plan(`<ThreadGroup enabled="true"><intProp name="ThreadGroup.num_threads">20</intProp><stringProp name="ThreadGroup.duration">\${__P(duration,120)}</stringProp></ThreadGroup><hashTree>
<ConstantThroughputTimer enabled="true"><intProp name="calcMode">2</intProp><doubleProp><name>throughput</name><value>60000.0</value></doubleProp></ConstantThroughputTimer><hashTree/>
<ResponseAssertion/><hashTree/><DurationAssertion enabled="true"><stringProp name="DurationAssertion.duration">100</stringProp></DurationAssertion><hashTree/></hashTree>`);
    expect(await read('load/plan.jmx', text)).toEqual({
      rate: 1000,
      durationSec: 120,
      failures: 'asserted',
      latency: 'asserted',
      limits: { max: 100 },
    });
  });

  test.each([
    [
      'a workflow',
      '.github/workflows/load.yml',
      'jobs:\n  a:\n    steps:\n      - run: jmeter -n -t load/plan.jmx -Jrate=66000 -Jduration=90\n',
    ],
    ['a Makefile', 'Makefile', 'RATE := 5\nload:\n\tjmeter -n -J rate=66000 -J duration=90 -t load/plan.jmx\n'],
    [
      'a script with variables',
      'load/run.sh',
      'RATE=66000\njmeter.sh -n -t plan.jmx "-Jrate=$RATE" -Jduration=${1:-90}\n',
    ],
  ])('properties that the command gives: %s', async (_, path, text) => {
    const body = `<ThreadGroup><stringProp name="ThreadGroup.duration">\${__P(duration)}</stringProp></ThreadGroup><hashTree/><ConstantThroughputTimer><intProp name="calcMode">2</intProp><stringProp name="throughput">\${__property(rate,,600)}</stringProp></ConstantThroughputTimer><hashTree/>`;
    const [alone] = await find({ 'load/plan.jmx': plan(body) });
    expect(alone).toMatchObject({ rate: 10, durationSec: undefined });
    const [found] = await find({ 'load/plan.jmx': plan(body), [path]: text });
    expect(found).toMatchObject({ rate: 1100, durationSec: 90 });
  });

  test('what is switched off does not count, nor what is below it; comments neither', async () => {
    const text = plan(
      `<ThreadGroup enabled="false"/><hashTree><DurationAssertion/><hashTree/></hashTree><ResponseAssertion enabled="false"/><hashTree/><!-- <ResponseAssertion/> -->`,
    );
    expect(await read('load/plan.jmx', text)).toEqual({ failures: 'none', latency: 'none' });
  });

  test('an open model, and a document type with entities, which is refused', async () => {
    const open = plan(
      '<OpenModelThreadGroup><stringProp name="OpenModelThreadGroup.schedule">rate(0) random_arrivals(10 sec) rate(1000/sec) random_arrivals(2 min)</stringProp></OpenModelThreadGroup><hashTree/>',
    );
    expect(await read('load/plan.jmx', open)).toMatchObject({ rate: 1000, durationSec: 130 });
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${plan('&b;').split('\n')[1] ?? ''}`;
    expect(await find({ 'load/plan.jmx': bomb })).toEqual([]);
  });
});

describe('command lines', () => {
  test('of a shell script: quotes, continuations, variables and their defaults', async () => {
    const found = await find({
      'load/run.sh': `#!/bin/sh
# vegeta attack -rate=5
RATE=1000
echo "POST http://scoring/score" | vegeta attack -rate=\${RATE}/1s -duration=\${TIME:-2m} \\
  -body request.json | vegeta report -type=json > swap.json
wrk -t4 -c64 -d60s --latency http://scoring/score
wrk2 -R1500 -d 60s http://scoring
timeout 90 oha -q 1000 -z 60s http://scoring
npx --yes autocannon -R 1200 -d 60 http://scoring
docker run --rm -v "$PWD:/x" grafana/k6:0.54 run --duration 30s /x/score.js
uv run locust -f load/locustfile.py --headless -u 100 -t 1m
jmeter -n -t load/plan.jmx -l run.jtl
`,
    });
    expect(found.map(brief)).toEqual([
      ['vegeta', 4, 1000, 120, undefined],
      ['wrk', 6, undefined, 60, undefined],
      ['wrk', 7, 1500, 60, undefined],
      ['oha', 8, 1000, 60, undefined],
      ['autocannon', 9, 1200, 60, undefined],
      ['k6', 10, undefined, 30, '/x/score.js'],
      ['locust', 11, undefined, 60, 'load/locustfile.py'],
      ['jmeter', 12, undefined, undefined, 'load/plan.jmx'],
    ]);
  });

  test('of a workflow, an action, a compose service, a package, a Makefile, a test in Python', async () => {
    const found = await find({
      '.github/workflows/load.yml':
        'jobs:\n  a:\n    steps:\n      - name: k6 run nothing.js\n        run: |\n          echo go\n          k6 run --rps 1000 a.js\n      - uses: grafana/run-k6-action@v1\n        with:\n          path: b.js\n',
      'compose.yml': 'services:\n  load:\n    image: grafana/k6:latest\n    command: ["run", "/load/c.js"]\n',
      'package.json': '{\n  "scripts": {\n    "load": "autocannon -d 60 http://localhost"\n  }\n}\n',
      Makefile: 'load:\n\t@hey -z 60s http://localhost\nhelp:\n\t@echo "ab -n 1"\n',
      'test/test_load.py':
        'import subprocess\n\ndef test_load():\n    """k6 run x.js"""\n    subprocess.run(["k6", "run", "d.js"], check=True)\n',
    });
    expect(found.map(({ path, test: { tool, line, script } }) => [path, tool, line, script])).toEqual(
      expect.arrayContaining([
        ['.github/workflows/load.yml', 'k6', 7, 'a.js'],
        ['.github/workflows/load.yml', 'k6', 8, 'b.js'],
        ['compose.yml', 'k6', 4, '/load/c.js'],
        ['package.json', 'autocannon', 3, undefined],
        ['Makefile', 'hey', 2, undefined],
        ['test/test_load.py', 'k6', 5, 'd.js'],
      ]),
    );
    expect(found).toHaveLength(6);
  });

  test.each<[string, string, boolean]>([
    [
      'a rollout that goes on meanwhile',
      'kubectl -n ml rollout restart deployment/scoring\nwrk -d60s http://x\n',
      true,
    ],
    [
      'one that is over before',
      'kubectl rollout restart deployment/scoring\nkubectl rollout status deployment/scoring\nwrk -d60s http://x\n',
      false,
    ],
    ['one after load in the background', 'wrk -d60s http://x &\nhelm upgrade scoring ./chart\nwait\n', true],
    ['one after the load', 'wrk -d60s http://x > out.txt 2>&1\nhelm upgrade scoring ./chart\n', false],
    ['another model under the old name', 'oha -z 60s http://x &\ncp models/new.zip models/current.zip\n', true],
    ['a word in an echo', 'echo kubectl rollout restart deployment/scoring\nwrk -d60s http://x\n', false],
    ['a diff', 'kubectl diff -f k8s/apply.yml\nwrk -d60s http://x\n', false],
  ])('swap: %s', async (_, text, swaps) => {
    const [found] = await find({ 'load/run.sh': text });
    expect(found?.swap !== undefined).toBe(swaps);
  });

  test('what is none', async () => {
    expect(
      await find({
        'a.sh':
          'pip install locust\napt-get install -y wrk\necho hey -z 60s http://x\ndocker pull grafana/k6\nk6 version\nwrk --version\n',
        'b.js': "export default {}\nconst note = 'k6 run x.js';\n",
        'c.yml': 'description: k6 run x.js\n',
      }),
    ).toEqual([]);
  });
});
