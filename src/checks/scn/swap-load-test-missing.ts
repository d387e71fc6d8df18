import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { isWhole } from '../../models/scenarios/changes.js';
import type { Bar } from '../../models/scenarios/bar.js';
import { isFresh } from '../../models/scenarios/load-runs.js';
import type { FoundTest } from '../../models/scenarios/load-tests.js';
import { servesModel } from '../../models/scenarios/deployments.js';
import { swapScenario } from '../../models/scenarios/swap.js';
import type { SwapScenario } from '../../models/scenarios/swap.js';

const APP = `from fastapi import FastAPI
import joblib

app = FastAPI()
model = joblib.load("model.joblib")


@app.post("/score")
def score(x: float) -> float:
    return float(model.predict([[x]])[0])
`;

export const swapLoadTestMissing = defineCheck({
  id: 'scn/swap-load-test-missing',
  task: 'LEAD-SCN-01-02',
  severity: 'block',
  flags:
    'Flags a change of the model-serving path or its deployment in a repository without a load test that runs while the model is swapped.',
  why: `A new model goes live behind callers that do not stop calling. Whether the update window costs them requests (a pod that leaves before
its connections are drained, a model that takes four seconds to load on the first request) shows only when a load test runs *during* the swap.

The check speaks when the change touches the code between a route and the model, its Dockerfile, compose service or Kubernetes workload,
or a model artifact. It looks for k6, Locust, Gatling and JMeter scripts and for command lines of vegeta, oha, wrk, autocannon, hey and ab,
and for what swaps the model meanwhile: a rollout or a compose update in the file that starts the load (before it without waiting, or while
it runs in the background), a call of a reload route in the script, a swap script beside it. A result that meets the bar, in the change or
uploaded by a workflow on the head commit, satisfies it as well. A test that covers the window but promises less than the bar (rate, no
failed request, latency) is a warning that names the part. A repository that serves no model is none of its business.

Sources: [Kubernetes, termination of pods](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination),
[k6, constant arrival rate](https://grafana.com/docs/k6/latest/using-k6/scenarios/executors/constant-arrival-rate/).`,
  reference: 'load-evidence',
  subject: 'change',
  examples: {
    bad: [{ title: 'A service that asks a model, and no load test', files: { 'service/app.py': APP } }],
    good: [
      {
        title: 'A rollout starts, and the load runs while it goes on',
        files: {
          'service/app.py': APP,
          'load/score.js': `import http from 'k6/http';

export const options = {
  scenarios: {
    steady: { executor: 'constant-arrival-rate', rate: 1000, timeUnit: '1s', duration: '2m', preAllocatedVUs: 200 },
  },
  thresholds: { http_req_failed: ['rate==0'], http_req_duration: ['max<100', 'p(99)<50'] },
};

export default function () {
  http.post(\`\${__ENV.TARGET}/score\`, JSON.stringify({ x: 1 }));
}
`,
          '.github/workflows/swap.yml': `name: swap under load
on: pull_request
jobs:
  swap:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: |
          kubectl rollout restart deployment/scoring
          k6 run --summary-export=swap.json load/score.js
`,
        },
      },
      {
        title: 'A repository that serves no model',
        files: { 'app.py': 'from fastapi import FastAPI\n\napp = FastAPI()\n' },
      },
    ],
  },
  async run(context) {
    if (!(await context.model(servesModel))) return 'not-applicable';
    const scenario = await context.model(swapScenario);
    const [subject] = scenario.subjects;
    if (!subject) return 'not-applicable';
    // A result of this change is judged by scn/load-evidence-failing, whatever it shows.
    if (scenario.evidence.some(isFresh)) return [];
    const covering = scenario.tests.filter(({ swap }) => swap);
    const bar = context.settings.scenarios.load;
    if (covering.length > 0) return weak(covering, bar, subject);
    return [
      {
        location: { path: subject.path, startLine: subject.line, endLine: subject.line },
        message: missing(scenario, subject.what, isWhole(context)),
        consequence:
          'The first requests after a deployment meet a model that is still loading, or a process that is going away; nobody knows how many fail until callers say so.',
        evidence: `swap under load: ${scenario.tests.length === 0 ? 'no load test' : 'nothing swaps the model while a load test runs'}`,
        trace: [
          { path: subject.path, line: subject.line, label: subject.what },
          ...scenario.tests.slice(0, 3).map(({ path, test }) => ({
            path,
            line: test.line,
            label: `${test.tool} test, with no swap while it runs`,
          })),
        ],
        snippet: { language: 'javascript', code: skeleton(bar) },
      },
    ];
  },
});

function missing(scenario: SwapScenario, what: string, whole: boolean): string {
  const begin = whole ? 'The repository serves a model' : `The change touches ${what}`;
  if (scenario.tests.length === 0) return `${begin}, and there is no load test that covers the swap of a model.`;
  const named = [...new Set(scenario.tests.map(({ path }) => path))].slice(0, 3).join(', ');
  return `${begin}, and there is a load test (${named}), but nothing swaps the model while it runs.`;
}

/** A test that covers the window and promises less than the bar. */
function weak(
  covering: readonly FoundTest[],
  bar: Bar,
  subject: { path: string; line: number; what: string },
): FindingDraft[] {
  const judged = covering.map((found) => ({ found, lacks: lacking(found, bar) }));
  const best = judged.reduce((a, b) => (b.lacks.length < a.lacks.length ? b : a));
  if (best.lacks.length === 0) return [];
  const { path, test } = best.found;
  return [
    {
      severity: 'warn',
      location: { path, startLine: test.line, endLine: test.line },
      message: `This load test covers the swap but ${best.lacks.join(', and ')}.`,
      consequence: 'It passes where the bar would not: the promise to callers is wider than what is tested.',
      evidence: `${test.tool} test: ${best.lacks.join('; ')}`,
      trace: [
        { path: subject.path, line: subject.line, label: subject.what },
        { path, line: test.line, label: `${test.tool} test` },
        ...(best.found.swap
          ? [{ path: best.found.swap.path, line: best.found.swap.swap.line, label: best.found.swap.swap.text }]
          : []),
      ],
    },
  ];
}

/** What a test promises less than the bar, part by part; what its text does not tell is said as such. */
function lacking({ test, rate, durationSec }: FoundTest, bar: Bar): string[] {
  const lacks: string[] = [];
  if (rate !== undefined && rate < bar.rate)
    lacks.push(`sends ${Math.round(rate)} requests a second where ${bar.rate} are asked for`);
  if (durationSec !== undefined && durationSec < bar.minDurationSec)
    lacks.push(`lasts ${durationSec} s where ${bar.minDurationSec} s are asked for`);
  const unread = test.failures === 'unknown' && test.latency === 'unknown';
  // A closed model: when answers take longer, fewer requests are sent, and the slow moment of a swap hides itself.
  if (rate === undefined && !unread)
    lacks.unshift(
      `fixes no rate (its users wait for answers), so that ${bar.rate} requests a second cannot be told from its text`,
    );
  if (test.form === 'command') return lacks;
  if (unread) return [...lacks, 'asserts what cannot be read from its text'];
  if (test.failures !== 'asserted') lacks.push(FAILURES[test.failures]);
  if (test.latency === 'asserted') lacks.push(...tooWide(test, bar));
  else lacks.push(LATENCY[test.latency]);
  return lacks;
}

const FAILURES = {
  none: 'does not fail when requests fail',
  loose: 'tolerates failed requests',
  unknown: 'asserts something of failures that cannot be read from its text',
} as const;
const LATENCY = {
  none: 'does not fail when requests are slow',
  loose: 'looks at latencies that hide the slow requests',
  unknown: 'asserts something of latency that cannot be read from its text',
} as const;

/** Its limits of latency hold neither part of the bar. */
function tooWide({ limits }: FoundTest['test'], bar: Bar): string[] {
  const { max, p99 } = limits ?? {};
  if (
    (max === undefined && p99 === undefined) ||
    (max ?? Infinity) <= bar.maxLatencyMs ||
    (p99 ?? Infinity) <= bar.p99Ms
  )
    return [];
  const allowed = [
    ...(max === undefined ? [] : [`${max} ms at most where ${bar.maxLatencyMs} ms are asked for`]),
    ...(p99 === undefined ? [] : [`a p99 of ${p99} ms where ${bar.p99Ms} ms are asked for`]),
  ];
  return [`allows ${allowed.join(' and ')}`];
}

const skeleton = (bar: Bar): string => `import http from 'k6/http';

export const options = {
  scenarios: {
    steady: { executor: 'constant-arrival-rate', rate: ${bar.rate}, timeUnit: '1s', duration: '${bar.minDurationSec * 2}s', preAllocatedVUs: 200 },
    swap: { executor: 'per-vu-iterations', vus: 1, iterations: 1, startTime: '30s', exec: 'swap' },
  },
  summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(95)', 'p(99)'],
  thresholds: {
    'http_req_failed{scenario:steady}': ['rate==0'],
    'http_req_duration{scenario:steady}': ['max<=${bar.maxLatencyMs}', 'p(99)<${bar.p99Ms}'],
  },
};

export default function () {
  http.post(\`\${__ENV.TARGET}/score\`, JSON.stringify({ /* a real request */ }));
}

export function swap() {
  http.post(\`\${__ENV.TARGET}/admin/reload-model\`); // or start a rollout beside k6
}
`;
