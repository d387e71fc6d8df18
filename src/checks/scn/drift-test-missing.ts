import { defineCheck } from '../../core/check.js';
import type { CheckContext } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { isWhole } from '../../models/scenarios/changes.js';
import { driftScenario } from '../../models/scenarios/drift.js';
import type { DriftScenario } from '../../models/scenarios/drift.js';
import type { Threshold } from '../../models/scenarios/drift-thresholds.js';

const MONITOR = `import numpy as np
import requests

PSI_THRESHOLD = 0.25


def psi(expected: np.ndarray, actual: np.ndarray) -> float:
    return float(np.sum((actual - expected) * np.log(actual / expected)))


def check(expected: np.ndarray, actual: np.ndarray) -> bool:
    drifted = psi(expected, actual) > PSI_THRESHOLD
    if drifted:
        requests.post("http://mage:6789/api/pipeline_schedules/3/pipeline_runs/abc", timeout=10)
    return drifted
`;

const TRAIN = `import h2o
from h2o.estimators import H2OGradientBoostingEstimator


def train(path: str) -> str:
    model = H2OGradientBoostingEstimator()
    model.train(y="label", training_frame=h2o.import_file(path))
    return model.download_mojo(path="artifacts/", get_genmodel_jar=True)
`;

export const driftTestMissing = defineCheck({
  id: 'scn/drift-test-missing',
  task: 'LEAD-SCN-01-01',
  reference: 'temporal_validation',
  severity: 'block',
  flags:
    'Flags a change of the training trigger, the drift configuration or the model artifact without a test that lets data drift past PSI 0.25 and sees the pipeline triggered and a new MOJO exported.',
  why: `Retraining on drift is code that runs rarely and unattended. Each part works alone (the index is computed, the pipeline runs by hand, the
export writes a file), and the chain breaks where they meet: a threshold read from the wrong key, a trigger that answers 401, a pipeline
that trains and exports to yesterday's path. A test that feeds shifted data and looks at both ends is the only thing that shows it.

Three parts are asked for, and the message names the missing ones: an index of drift is computed on shifted data and passes the threshold (own
PSI recognised by its formula, evidently, nannyml, scipy, alibi-detect, or a stub in its place); the trigger is asserted; a new MOJO is
asserted. Tests are followed into their fixtures and, by the call graph of the radar, into everything that they call: \`post.assert_called_once()\`
counts when \`post\` stands in for the call that starts the pipeline, and an assertion about a file when the training wrote it.

The check speaks when the change touches code that measures drift, a drift threshold, a Mage trigger, a scheduled training, the code that
exports the MOJO, or a model file; and only in a repository that trains a model and keeps it. evidently's own default is 0.1: a
repository in which no threshold is 0.25 (\`scenarios.psiThreshold\`) is told so.

Sources: [evidently, drift parameters](https://docs.evidentlyai.com/metrics/customize_data_drift),
[Mage, API trigger](https://docs.mage.ai/orchestration/triggers/trigger-pipeline-api).`,
  subject: 'change',
  examples: {
    bad: [
      {
        title: 'Drift starts a pipeline, and no test lets anything drift',
        files: { 'monitoring/drift.py': MONITOR, 'pipelines/train.py': TRAIN },
      },
    ],
    good: [
      {
        title: 'Shifted data, the trigger and the MOJO in one test',
        files: {
          'monitoring/drift.py': MONITOR,
          'pipelines/train.py': TRAIN,
          'tests/test_drift.py': `import numpy as np

from monitoring import drift
from pipelines.train import train


def test_drift_retrains(monkeypatch, tmp_path):
    posted = []
    monkeypatch.setattr(drift.requests, "post", lambda url, **_: posted.append(url))
    expected = np.full(10, 0.1)
    shifted = np.array([0.46] + [0.06] * 9)
    assert drift.psi(expected, shifted) > 0.25
    assert drift.check(expected, shifted)
    assert posted == ["http://mage:6789/api/pipeline_schedules/3/pipeline_runs/abc"]
    mojo = train(str(tmp_path / "drifted.csv"))
    assert mojo.endswith(".zip")
`,
        },
      },
      {
        title: 'A repository that trains nothing',
        files: { 'app.py': 'drift_threshold = 0.3\n' },
      },
    ],
  },
  async run(context) {
    const scenario = await context.model(driftScenario);
    const [subject] = scenario.subjects;
    if (!subject) return 'not-applicable';
    const lacking = missingParts(scenario);
    const odd = oddThreshold(scenario.thresholds, context.settings.scenarios.psiThreshold);
    const drafts: FindingDraft[] = [];
    if (lacking.length > 0) drafts.push(missing(context, scenario, lacking, odd));
    else if (odd) drafts.push(threshold(odd, context.settings.scenarios.psiThreshold));
    return drafts;
  },
});

/** The parts that no test file shows, by the file that shows most. */
function missingParts({ tests }: DriftScenario): string[] {
  const parts = [
    ['data that drifts past the threshold', tests.some(({ crosses }) => crosses)],
    [
      'that the training pipeline is triggered',
      tests.some(({ triggers, crosses }) => triggers && crosses) || tests.some(({ triggers }) => triggers),
    ],
    ['that a new MOJO is exported', tests.some((test) => test.exports)],
  ] as const;
  return parts.flatMap(([part, shown]) => (shown ? [] : [part]));
}

/** The repository's threshold, when none of its thresholds is the mandated one. */
function oddThreshold(thresholds: readonly Threshold[], asked: number): Threshold | undefined {
  const psi = thresholds.filter(({ text }) => /psi/i.test(text));
  const judged = psi.length > 0 ? psi : thresholds;
  return judged.some(({ value }) => value === asked) ? undefined : judged[0];
}

/** The same as a whole, where there is no change. */
const WHOLE: Readonly<Record<string, string>> = {
  'what triggers training': 'The repository triggers training',
  'how drift is measured': 'The repository measures drift',
  'the configuration of drift': 'The repository sets a threshold for drift',
  'the code that exports the MOJO': 'The repository exports a MOJO',
};

function missing(
  context: CheckContext,
  scenario: DriftScenario,
  lacking: readonly string[],
  odd: Threshold | undefined,
): FindingDraft {
  const subject = scenario.subjects[0] ?? { path: '', line: 1, what: '' };
  const begin = isWhole(context)
    ? (WHOLE[subject.what] ?? 'The repository trains a model')
    : `The change touches ${subject.what}`;
  const tested = scenario.tests
    .map(({ path }) => path)
    .slice(0, 3)
    .join(', ');
  const rest =
    scenario.tests.length === 0
      ? 'no test simulates drift'
      : `its drift tests (${tested}) do not show ${lacking.join(', nor ')}`;
  const asked = context.settings.scenarios.psiThreshold;
  return {
    location: { path: subject.path, startLine: subject.line, endLine: subject.line },
    message: `${begin}, and ${rest}.${odd ? ` Its threshold is ${odd.value}, not ${asked}.` : ''}`,
    consequence:
      'Whether drift is seen, retrains the model and yields an artifact that can be served is found out in production, on the day the data moves.',
    evidence: `drift scenario: missing ${lacking.join('; ')}`,
    trace: [
      ...scenario.subjects.slice(0, 4).map(({ path, line, what }) => ({ path, line, label: what })),
      ...scenario.measures
        .slice(0, 2)
        .map(({ path, line, what }) => ({ path, line, label: `drift measured by ${what}` })),
      ...(odd ? [{ path: odd.path, line: odd.line, label: odd.text }] : []),
      ...scenario.tests.slice(0, 3).map(({ path, line }) => ({ path, line, label: 'a test of drift' })),
    ],
    snippet: { language: 'python', code: skeleton(asked) },
  };
}

const threshold = (odd: Threshold, asked: number): FindingDraft => ({
  severity: 'warn',
  location: { path: odd.path, startLine: odd.line, endLine: odd.line },
  message: `Drift counts from ${odd.value} here, where the mandated threshold is PSI ${asked}.`,
  consequence:
    odd.value < asked
      ? 'The model is retrained on noise, and each new artifact is a risk of its own.'
      : 'Drift that calls for a new model passes unseen.',
  evidence: odd.text,
});

const skeleton = (
  asked: number,
): string => `def test_drift_triggers_training_and_exports_a_mojo(reference, trigger, tmp_path):
    shifted = reference.assign(amount=reference["amount"] * 3 + 50)
    assert psi(reference["amount"], shifted["amount"]) > ${asked}

    run_drift_check(reference, shifted, trigger=trigger, output=tmp_path)

    trigger.assert_called_once()
    assert list(tmp_path.glob("*.zip")), "no new MOJO was exported"
`;
