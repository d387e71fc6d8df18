import { defineCheck } from '../../core/check.js';
import type { CheckContext } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { judge, worst } from '../../models/scenarios/bar.js';
import type { Judgement } from '../../models/scenarios/bar.js';
import { isFresh, loadRuns } from '../../models/scenarios/load-runs.js';
import type { LoadEvidence } from '../../models/scenarios/load-runs.js';
import { servesModel } from '../../models/scenarios/deployments.js';

export const loadEvidenceFailing = defineCheck({
  id: 'scn/load-evidence-failing',
  task: 'LEAD-SCN-01-02',
  severity: 'block',
  flags:
    'Flags the result of a load test that breaks the bar: requests a second, failed requests, slowest request, p99, duration.',
  why: `The bar is 1,000 requests a second for at least a minute, no failed request, no request over 100 ms, p99 under 50 ms; \`scenarios.load\`
in the configuration changes it. Results count when the change adds or rewrites them, or when a workflow run on the head commit
uploaded them as an artifact. They are recognised by their content: k6 (\`--summary-export\`, \`handleSummary\` data, the machine-readable
summary), Locust (\`--csv\`, \`--json\`), vegeta, oha, JMeter, Gatling, wrk, autocannon, hey, ab.

Figures are read as the tools mean them. In k6's \`--summary-export\` a threshold that says \`true\` was **crossed**. Locust rounds
percentiles to 10 ms above 100 ms, so its 100 may hide 104: such a statement "cannot be proven" and is a warning, with the option that
would print what is missing. oha's success rate counts any response, so its status codes decide. autocannon measures 2xx responses only.
A baseline, a smoke test or a warm-up (by its name) is no evidence and is left alone, as is every result in a repository that serves no model.

Sources: [k6, end-of-test summary](https://grafana.com/docs/k6/latest/results-output/end-of-test/),
[Locust, CSV](https://docs.locust.io/en/stable/retrieving-stats.html), [vegeta](https://github.com/tsenart/vegeta),
[oha](https://github.com/hatoo/oha), [wrk](https://github.com/wg/wrk).`,
  reference: 'load-evidence',
  subject: 'change',
  nonProduction: 'keep',
  examples: {
    bad: [
      {
        title: 'One 503 while the model was swapped',
        files: {
          'service/app.py': `from fastapi import FastAPI
import joblib

app = FastAPI()
model = joblib.load("model.joblib")


@app.post("/score")
def score(x: float) -> float:
    return float(model.predict([[x]])[0])
`,
          'evidence/swap.json': JSON.stringify(
            {
              latencies: {
                total: 1,
                mean: 9300000,
                '50th': 8100000,
                '90th': 15700000,
                '95th': 21400000,
                '99th': 38200000,
                max: 92600000,
                min: 900000,
              },
              earliest: '2026-09-03T10:11:12Z',
              latest: '2026-09-03T10:12:12Z',
              end: '2026-09-03T10:12:12Z',
              duration: 60000000000,
              wait: 1,
              requests: 66000,
              rate: 1100.02,
              throughput: 1099.9,
              success: 0.99998,
              status_codes: { '200': 65999, '503': 1 },
              errors: ['503 Service Unavailable'],
            },
            null,
            2,
          ),
        },
      },
    ],
    good: [
      {
        title: 'A minute at the rate, nothing failed, nothing slow',
        files: {
          'service/app.py': `from fastapi import FastAPI
import joblib

app = FastAPI()
model = joblib.load("model.joblib")


@app.post("/score")
def score(x: float) -> float:
    return float(model.predict([[x]])[0])
`,
          'evidence/swap.json': JSON.stringify(
            {
              latencies: {
                total: 1,
                mean: 9300000,
                '50th': 8100000,
                '90th': 15700000,
                '95th': 21400000,
                '99th': 38200000,
                max: 92600000,
                min: 900000,
              },
              earliest: '2026-09-03T10:11:12Z',
              latest: '2026-09-03T10:12:12Z',
              end: '2026-09-03T10:12:12Z',
              duration: 60000000000,
              wait: 1,
              requests: 66000,
              rate: 1100.02,
              throughput: 1100.02,
              success: 1,
              status_codes: { '200': 66000 },
              errors: [],
            },
            null,
            2,
          ),
        },
      },
    ],
  },
  async run(context) {
    const runs = (await context.model(loadRuns)).filter(isFresh);
    if (runs.length === 0 || !(await context.model(servesModel))) return 'not-applicable';
    const drafts: FindingDraft[] = [];
    for (const evidence of runs) drafts.push(...(await judged(context, evidence)));
    return drafts;
  },
});

async function judged(context: CheckContext, evidence: LoadEvidence): Promise<FindingDraft[]> {
  const parts = judge(evidence.run, context.settings.scenarios.load);
  const verdict = worst(parts);
  if (verdict === 'met') return [];
  const wrong = parts.filter((part) => part.verdict === verdict);
  const line = await lineOf(context, evidence, wrong);
  const said = wrong.map((part) => part.said).join('; ');
  const rest = verdict === 'broken' ? parts.filter((part) => part.verdict === 'unproven').map((part) => part.said) : [];
  return [
    {
      location: { path: evidence.path, startLine: line, endLine: line },
      message:
        verdict === 'broken'
          ? `This ${evidence.run.tool} result breaks the bar: ${said}.`
          : `What this ${evidence.run.tool} result should show cannot be proven from it: ${said}.`,
      consequence: consequence(verdict, wrong, [...rest, ...evidence.run.caveats]),
      evidence: `${evidence.run.tool} ${evidence.run.form}: ${said}`.slice(0, 500),
      ...(verdict === 'unproven' ? { severity: 'warn' as const } : {}),
    },
  ];
}

function consequence(verdict: Judgement['verdict'], wrong: readonly Judgement[], notes: readonly string[]): string {
  const first =
    verdict === 'broken'
      ? 'Callers see in production what the test saw: the swap or the load costs them requests or time.'
      : 'A statement that the figures leave open is no evidence; the deployment rests on a guess.';
  const hints = [...new Set(wrong.flatMap(({ hint }) => (hint === undefined ? [] : [hint])))];
  return [first, ...hints.map((hint) => `To print it: ${hint}.`), ...notes.map((note) => `Also: ${note}.`)].join(' ');
}

/** Where in the file the number stands, as far as its name can be found. */
const KEYS: Readonly<Record<Judgement['part'], RegExp>> = {
  rate: /"(http_reqs|rate|requestsPerSec|throughput|meanNumberOfRequestsPerSecond|requests)"|^Requests\/sec/,
  duration: /"(testRunDurationMs|duration|total)"|requests in /,
  failures: /"(http_req_failed|status_codes|statusCodeDistribution|non2xx|ko|errorCount)"|Non-2xx|Socket errors/,
  latency: /"(http_req_duration|max|slowest|maxResponseTime|maxResTime)"|^\s*Latency/,
  p99: /"(http_req_duration|99th|p99|percentiles4|pct3ResTime)"|^\s*(99%|Latency)/,
  thresholds: /"thresholds"/,
};

async function lineOf(context: CheckContext, evidence: LoadEvidence, wrong: readonly Judgement[]): Promise<number> {
  const lines = (await context.text(evidence.path))?.split('\n') ?? [];
  if (lines.length > 5000 || /\.(csv|jtl)$/.test(evidence.path)) return 1;
  const part = wrong[0]?.part;
  const at = part === undefined ? -1 : lines.findIndex((line) => line.length < 2000 && KEYS[part].test(line));
  return at < 0 ? 1 : at + 1;
}
