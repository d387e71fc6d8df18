import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/config/defaults.js';
import { driftThresholds } from '../../../src/models/scenarios/drift-thresholds.js';
import { serving } from '../../../src/models/scenarios/serving.js';
import { trainingFiles, trainingTriggers } from '../../../src/models/scenarios/training.js';
import { memoryFactStore } from '../../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../../src/reviewers/workspace.js';
import { snapshotOf } from '../../support/snapshot.js';

const workspaceOf = (files: Record<string, string>): SnapshotWorkspace =>
  new SnapshotWorkspace(snapshotOf(files), DEFAULT_SETTINGS, memoryFactStore(), undefined, true);

describe('thresholds of drift', () => {
  const thresholds = async (path: string, text: string): Promise<(readonly [number, number])[]> =>
    (await driftThresholds(workspaceOf({ [path]: text }), [path])).map(({ line, value }) => [line, value] as const);

  test.each<[string, string, readonly (readonly [number, number])[]]>([
    ['a comparison', 'def check(psi):\n    return psi > 0.2\n', [[2, 0.2]]],
    ['a comparison the other way round', 'alarm = 0.25 < feature_drift(a, b)\n', [[1, 0.25]]],
    ['a constant', 'PSI_THRESHOLD: float = 0.25\n', [[1, 0.25]]],
    ['a default of the environment', 'import os\nDRIFT_LIMIT = float(os.getenv("DRIFT_LIMIT", "0.3"))\n', [[2, 0.3]]],
    [
      'a field of a class about drift',
      'class DriftConfig:\n    threshold: float = 0.15\n    rate: float = 0.5\n',
      [[2, 0.15]],
    ],
    ['a parameter', 'def detect_drift(a, b, threshold=0.1, alpha=0.05):\n    pass\n', [[1, 0.1]]],
    ['a dictionary', 'SETTINGS = {"drift": {"threshold": 0.2, "window": 0.5}}\n', [[1, 0.2]]],
    ['comments and docstrings say, and decide nothing', '# psi > 0.2\n"""drift_threshold = 0.3"""\n', []],
    ['a threshold of something else beside drift', 'drift = 1\nSCORE_THRESHOLD = 0.5\n', []],
    ['a verdict is no threshold', 'drift_share = 0.4\n', []],
  ])('Python: %s', async (_, text, expected) => {
    expect(await thresholds('monitor.py', text)).toEqual(expected);
  });

  test.each<[string, string, readonly (readonly [number, number])[]]>([
    ['monitor.yml', 'drift:\n  # threshold: 0.9\n  threshold: 0.2\n  window: 0.5\n', [[3, 0.2]]],
    [
      'deploy.yaml',
      'env:\n  - name: PSI_THRESHOLD\n    value: "0.25"\n  - name: RATE_LIMIT\n    value: "0.5"\n',
      [[3, 0.25]],
    ],
    ['monitor.json', '{\n  "drift": {\n    "psi_threshold": 0.3\n  }\n}\n', [[3, 0.3]]],
    ['monitor.toml', '[tool.drift]\nthreshold = 0.2\n[other]\nthreshold = 0.3\n', [[2, 0.2]]],
    [
      'monitor.ini',
      '; psi_threshold = 0.9\n[drift]\nthreshold = 0.2 ; was 0.1\nwindow = 0.5\n[score]\nthreshold = 0.4\n',
      [[3, 0.2]],
    ],
    ['app.properties', '# drift.threshold=0.1\ndrift.psi.threshold=0.3\nscore.threshold=0.3\n', [[2, 0.3]]],
    ['monitor.cfg', '[monitor]\npsi_threshold: "0.15"\nnote = psi_threshold\n  0.2\n', [[2, 0.15]]],
    ['.env', 'OTHER=0.2\nDRIFT_THRESHOLD=0.35 # once 0.1\n', [[2, 0.35]]],
  ])('%s', async (path, text, expected) => {
    expect(await thresholds(path, text)).toEqual(expected);
  });
});

describe('what trains, and what starts it', () => {
  test('a model that is kept; what is only said of one is none', async () => {
    const files = {
      'train.py': 'import joblib\nmodel.fit(x, y)\njoblib.dump(model, "m.joblib")\n',
      'report.py': '"""model.fit(x) then joblib.dump(...)"""\nimport json\njson.dump({}, f)\n',
    };
    expect(await trainingFiles(workspaceOf(files), Object.keys(files))).toEqual(['train.py']);
    const unkept = { 'train.py': 'import json\nmodel.fit(x, y)\njson.dump(score, f)\n' };
    expect(await trainingFiles(workspaceOf(unkept), Object.keys(unkept))).toEqual([]);
  });

  test('triggers: a scheduled workflow that trains, a route of Mage, a call; a docstring starts nothing', async () => {
    const files = {
      '.github/workflows/train.yml':
        'on:\n  schedule:\n    - cron: "0 3 * * *"\njobs:\n  a:\n    steps:\n      - run: |\n          # nightly\n          python -m pipelines.train\n',
      '.github/workflows/lint.yml':
        'on:\n  schedule:\n    - cron: "0 3 * * *"\njobs:\n  a:\n    steps:\n      - name: retrain\n        run: ruff check train.py\n',
      'a.py':
        'def go():\n    """trigger_pipeline("x"), /api/pipeline_schedules/3"""\n    requests.post(f"{BASE}/api/pipeline_schedules/{n}/pipeline_runs")\n',
      'b.py': 'from mage_ai.orchestration.triggers.api import trigger_pipeline\n\ntrigger_pipeline("train")\n',
      'c.py': '"""Uses trigger_pipeline and /api_trigger/ of Mage."""\n',
    };
    const python = ['a.py', 'b.py', 'c.py'];
    expect(await trainingTriggers(workspaceOf(files), python)).toEqual([
      { path: '.github/workflows/train.yml', line: 2 },
      { path: 'a.py', line: 3 },
      { path: 'b.py', line: 3 },
    ]);
  });
});

describe('who serves a model', () => {
  const app = (body: string): string =>
    `from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.post("/score")\n${body}`;
  const predictions = async (files: Record<string, string>): Promise<unknown> =>
    (await workspaceOf(files).model(serving)).predictions;

  test('a route through an imported module', async () => {
    expect(
      await predictions({
        'app/main.py': `from .model import score\n${app('def go(x):\n    return score(x)\n')}`,
        'app/model.py': 'import joblib\n\nmodel = joblib.load("m")\n\n\ndef score(x):\n    return model.predict([x])\n',
      }),
    ).toEqual([{ path: 'app/model.py', line: 7 }]);
  });

  test.each<[string, string]>([
    ['a comment', 'def go(x):\n    # sklearn: model.predict(x)\n    return 1\n'],
    ['a docstring', 'def go(x):\n    """Calls model.predict(x) of sklearn."""\n    return 1\n'],
    ['a prediction of something else', 'def go(x):\n    return weather.predict(x)\n'],
  ])('%s is none', async (_, body) => {
    expect(await predictions({ 'app.py': app(body) })).toEqual([]);
  });
});
