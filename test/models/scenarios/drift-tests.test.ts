import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/config/defaults.js';
import { driftTests } from '../../../src/models/scenarios/drift-tests.js';
import { memoryFactStore } from '../../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../../src/reviewers/workspace.js';
import { snapshotOf } from '../../support/snapshot.js';

const workspaceOf = (files: Readonly<Record<string, string>>): SnapshotWorkspace =>
  new SnapshotWorkspace(snapshotOf(files), DEFAULT_SETTINGS, memoryFactStore(), undefined, true);

const DETECTOR = `import numpy as np
import requests


class Detector:
    def index(self, expected, actual):
        return float(np.sum((actual - expected) * np.log(actual / expected)))


class Monitor:
    def __init__(self, url):
        self.detector = Detector()
        self.url = url

    def watch(self, expected, actual):
        found = self.detector.index(expected, actual)
        if found > 0.25:
            requests.post(self.url, timeout=10)
        return found
`;

const TRAIN = `import h2o


def train(frame, folder):
    model = h2o.estimators.H2OGradientBoostingEstimator()
    model.train(y="label", training_frame=frame)
    return model.download_mojo(path=folder)
`;

async function shown(tests: Readonly<Record<string, string>>): Promise<string[]> {
  const files = { 'monitoring/watch.py': DETECTOR, 'pipelines/train.py': TRAIN, ...tests };
  return (await driftTests(workspaceOf(files))).map(({ path, crosses, triggers, exports }) =>
    [path, crosses && 'crosses', triggers && 'triggers', exports && 'exports'].filter(Boolean).join(' '),
  );
}

const HEAD = `import numpy as np
from unittest.mock import patch

from monitoring.watch import Detector, Monitor
from pipelines.train import train


`;

describe('what tests of drift show', () => {
  test('an index behind a method of an attribute, a mock of the call that triggers, a file that the training gives', async () => {
    const code = `${HEAD}def test_drift(tmp_path, frame):
    before, after = np.full(10, 0.1), np.array([0.46] + [0.06] * 9) * 1.0
    monitor = Monitor("http://mage/run")
    with patch("monitoring.watch.requests.post") as post:
        found = monitor.watch(before, after)
    assert found > 0.25
    post.assert_called_once()
    written = train(frame, tmp_path)
    assert written.exists()
`;
    expect(await shown({ 'tests/test_watch_drift.py': code })).toEqual([
      'tests/test_watch_drift.py crosses triggers exports',
    ]);
  });

  test('unittest: setUp, decorators, assertGreater', async () => {
    const code = `import unittest
${HEAD}class DriftCase(unittest.TestCase):
    def setUp(self):
        self.before = np.random.normal(0, 1, 100)

    @patch("monitoring.watch.requests.post")
    def test_drift(self, sent):
        value = Monitor("http://mage").watch(self.before, self.before * 3)
        self.assertGreater(value, 0.25)
        self.assertTrue(sent.called)
`;
    expect(await shown({ 'tests/test_case.py': code })).toEqual(['tests/test_case.py crosses triggers']);
  });

  test('fixtures of a conftest above, and what they hand out', async () => {
    const conftest = `import pytest
from monitoring.watch import Detector


@pytest.fixture
def index():
    def measure(a, b):
        return Detector().index(a, b)

    return measure
`;
    const code = `def test_drift(index, reference):
    assert index(reference, reference * 2) >= 0.25
`;
    expect(await shown({ 'tests/conftest.py': conftest, 'tests/unit/test_drift.py': code })).toEqual([
      'tests/unit/test_drift.py crosses',
    ]);
    // A conftest beside it, not above it, gives nothing.
    expect(await shown({ 'tests/other/conftest.py': conftest, 'tests/unit/test_drift.py': code })).toEqual([
      'tests/unit/test_drift.py',
    ]);
  });

  test('stability is not drift: an index under the threshold, a mock that was not called, a name in a comment', async () => {
    const code = `${HEAD}def test_no_drift():
    # psi > 0.25 triggers the pipeline and a new mojo
    before = np.random.normal(0, 1, 100)
    with patch("monitoring.watch.requests.post") as post:
        assert Monitor("x").watch(before, before + 0.001) < 0.25
        assert not Monitor("x").watch(before, before) > 0.25
    post.assert_not_called()
`;
    expect(await shown({ 'tests/test_watch.py': code })).toEqual(['tests/test_watch.py']);
  });

  test('an index put in its place, a recorder put in the place of the call', async () => {
    const code = `from monitoring import watch
from monitoring.watch import Monitor


def test_drift_is_acted_on(monkeypatch):
    sent = []
    monkeypatch.setattr(watch.Detector, "index", lambda *_: 0.4)
    monkeypatch.setattr(watch.requests, "post", lambda url, **_: sent.append(url))
    Monitor("http://mage").watch(1, 2)
    assert len(sent) == 1
`;
    expect(await shown({ 'tests/test_act.py': code })).toEqual(['tests/test_act.py crosses triggers']);
  });

  test('what an assertion looks at, not what it is called', async () => {
    const named = `${HEAD}from shop import build_pipeline, runs_of, score_of


def test_drift(frame, tmp_path):
    before = np.random.normal(0, 1, 100)
    score = score_of(frame)
    assert score > 0.25
    pipeline = build_pipeline()
    assert pipeline is not None
    runs = runs_of(frame)
    assert runs == 3
    artifact = tmp_path / "notes.txt"
    assert artifact.name == "mojo.zip is not here"
    Monitor("x").watch(before, before * 3)
`;
    const shop =
      'def build_pipeline():\n    return 1\n\n\ndef runs_of(x):\n    return 3\n\n\ndef score_of(x):\n    return 1.0\n';
    expect(await shown({ 'tests/test_drift.py': named, 'shop.py': shop })).toEqual(['tests/test_drift.py']);
  });

  test('the result of the call that starts training, whatever it is called', async () => {
    const flow = `from prefect.deployments import run_deployment


def respond(index):
    return run_deployment(name="credit") if index > 0.25 else None
`;
    const code = `${HEAD}from monitoring.flow import respond


def test_drift():
    before = np.random.normal(0, 1, 100)
    x = Monitor("u").watch(before, before + 2.5)
    assert x > 0.25
    y = respond(x)
    assert y is not None
`;
    expect(await shown({ 'tests/test_drift.py': code, 'monitoring/flow.py': flow })).toEqual([
      'tests/test_drift.py crosses triggers',
    ]);
  });

  test('coroutines are followed, and a calm verdict crosses nothing', async () => {
    const report = `from monitoring.watch import Detector


async def run_scheduled_report(a, b):
    Detector().index(a, b)
    return 7


def drift_severity(index):
    return "none" if index < 0.1 else "high"
`;
    const code = (severity: string): string => `from monitoring.report import drift_severity, run_scheduled_report


async def test_report(rows):
    found = await run_scheduled_report(rows, rows)
    assert found is not None
    assert ${severity}
`;
    const seen = async (severity: string): Promise<string[]> =>
      shown({ 'tests/test_report_drift.py': code(severity), 'monitoring/report.py': report });
    expect(await seen('drift_severity(0.05) == "none"')).toEqual(['tests/test_report_drift.py']);
    expect(await seen('drift_severity(0.8) == "high"')).toEqual(['tests/test_report_drift.py crosses']);
  });

  test('a stand-in for something that drift does not start is no trigger', async () => {
    const code = `${HEAD}def test_drift(monkeypatch):
    lines = []
    monkeypatch.setattr("monitoring.watch.note", lambda text: lines.append(text))
    before = np.random.normal(0, 1, 100)
    assert Monitor("u").watch(before, before * 2) > 0.25
    assert lines
`;
    expect(await shown({ 'tests/test_drift.py': code })).toEqual(['tests/test_drift.py crosses']);
  });

  test('the folder that the training writes to', async () => {
    const code = (look: string): string => `${HEAD}def test_drift(frame, tmp_path, other):
    train(frame, tmp_path)
    assert ${look}
`;
    const seen = async (look: string): Promise<string[]> => shown({ 'tests/test_drift.py': code(look) });
    expect(await seen('list(tmp_path.glob("*.zip"))')).toEqual(['tests/test_drift.py exports']);
    expect(await seen('any(tmp_path.iterdir())')).toEqual(['tests/test_drift.py exports']);
    expect(await seen('list(other.glob("*.zip"))')).toEqual(['tests/test_drift.py']);
    expect(await seen('tmp_path')).toEqual(['tests/test_drift.py']);
  });

  test('the same rows twice are not moved, whatever else the test multiplies', async () => {
    const code = `${HEAD}def test_drift(rows):
    timeout = 3 * 60
    assert Monitor("u").watch(rows, rows) > 0.25
    assert timeout
`;
    expect(await shown({ 'tests/test_drift.py': code })).toEqual(['tests/test_drift.py']);
  });
});
