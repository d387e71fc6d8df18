import { defineCheck } from '../../core/check.js';
import type { CheckContext } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import type { LoadEvidence } from '../../models/scenarios/load-runs.js';
import { swapScenario } from '../../models/scenarios/swap.js';
import type { SwapScenario } from '../../models/scenarios/swap.js';

export const loadEvidenceStale = defineCheck({
  id: 'scn/load-evidence-stale',
  task: 'LEAD-SCN-01-02',
  severity: 'warn',
  flags: 'Flags the result of a load test that was measured before this change, or on another commit.',
  why: `A result says something about the code it was measured on. One that lay in the repository before a change of the serving path, or that
names another commit than the head (\`commit\`, \`git_sha\` or \`revision\` in the file or its metadata), says nothing about what is about to be deployed.

A result counts as fresh when the change rewrites it or a workflow run on the head commit uploads it. A file that was only moved was not
measured again.`,
  reference: 'load-evidence',
  subject: 'change',
  nonProduction: 'keep',
  examples: {
    bad: [
      {
        title: 'The result names the commit that the change starts from',
        body: 'Speed up scoring.',
        files: {
          'service/app.py': `from flask import Flask
import joblib

app = Flask(__name__)
model = joblib.load("model.joblib")


@app.post("/score")
def score():
    return {"score": float(model.predict([[1.0]])[0])}
`,
          'evidence/k6.json': JSON.stringify(
            {
              metadata: { git_sha: 'b'.repeat(40) },
              metrics: {
                http_reqs: { count: 66000, rate: 1100 },
                iterations: { count: 66000, rate: 1100 },
                http_req_failed: { passes: 0, fails: 66000, value: 0 },
                http_req_duration: { avg: 8, min: 1, med: 7, max: 90, 'p(95)': 20, 'p(99)': 41 },
              },
            },
            null,
            2,
          ),
        },
      },
    ],
    good: [
      {
        title: 'A result of this very change',
        files: {
          'service/app.py': `from flask import Flask
import joblib

app = Flask(__name__)
model = joblib.load("model.joblib")


@app.post("/score")
def score():
    return {"score": float(model.predict([[1.0]])[0])}
`,
          'evidence/k6.json': JSON.stringify(
            {
              metrics: {
                http_reqs: { count: 66000, rate: 1100 },
                iterations: { count: 66000, rate: 1100 },
                http_req_failed: { passes: 0, fails: 66000, value: 0 },
                http_req_duration: { avg: 8, min: 1, med: 7, max: 90, 'p(95)': 20, 'p(99)': 41 },
              },
            },
            null,
            2,
          ),
        },
      },
    ],
  },
  async run(context) {
    const scenario = await context.model(swapScenario);
    if (scenario.evidence.length === 0) return 'not-applicable';
    const drafts = scenario.evidence.flatMap((evidence) => stale(context, scenario, evidence) ?? []);
    return drafts;
  },
});

function stale(context: CheckContext, scenario: SwapScenario, evidence: LoadEvidence): FindingDraft | undefined {
  const { commit } = evidence.run;
  const base = context.pull?.baseSha;
  const matches = (sha: string | undefined): boolean => commit !== undefined && sha?.startsWith(commit) === true;
  if (evidence.origin === 'artifact' && commit !== undefined && !matches(context.headSha)) {
    return finding(evidence, `was measured on ${commit.slice(0, 12)}, and the head is ${context.headSha.slice(0, 12)}`);
  }
  if (matches(base))
    return finding(evidence, 'names the commit that the change starts from, so it was measured without the change');
  const [subject] = scenario.subjects;
  const fresh = scenario.evidence.some(({ origin }) => origin !== 'kept');
  if (evidence.origin !== 'kept' || !subject || fresh) return undefined;
  return finding(evidence, `lay there before the change, which touches ${subject.what} (${subject.path})`, subject);
}

function finding(
  evidence: LoadEvidence,
  why: string,
  subject?: { path: string; line: number; what: string },
): FindingDraft {
  return {
    location: { path: evidence.path, startLine: 1, endLine: 1 },
    message: `This ${evidence.run.tool} result ${why}.`,
    consequence:
      'It shows how the service used to behave. Run the load test again on the head commit and commit or upload its result.',
    evidence: `${evidence.run.tool} ${evidence.run.form}, ${why}`,
    ...(subject ? { trace: [{ path: subject.path, line: subject.line, label: subject.what }] } : {}),
  };
}
