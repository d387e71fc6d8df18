import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/config/defaults.js';
import type { FileChange, Snapshot } from '../../../src/core/types.js';
import { scenarioRows, scenarioSections } from '../../../src/models/scenarios/table.js';
import { memoryFactStore } from '../../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../../src/reviewers/workspace.js';
import { added, snapshotOf } from '../../support/snapshot.js';

const workspaceOf = (snapshot: Snapshot): SnapshotWorkspace =>
  new SnapshotWorkspace(snapshot, DEFAULT_SETTINGS, memoryFactStore(), undefined, snapshot.changes.length === 0);

const APP = `from fastapi import FastAPI
import joblib
import redis

app = FastAPI()
model = joblib.load("model.joblib")
cache = redis.Redis()


@app.post("/score")
def score(x: float) -> float:
    known = cache.get(f"score:v1:{x}")
    if known:
        return float(known)
    value = float(model.predict([[x]])[0])
    cache.set(f"score:v1:{x}", value, ex=60)
    return value
`;
const RESULT = JSON.stringify({
  metrics: {
    http_reqs: { count: 72000, rate: 1200 },
    iterations: { count: 72000, rate: 1200 },
    http_req_failed: { passes: 0, fails: 72000, value: 0 },
    http_req_duration: { avg: 8, min: 1, med: 7, max: 90, 'p(95)': 20, 'p(99)': 41 },
  },
});
const files = { 'service/app.py': APP, 'README.md': '# Scoring\n', 'evidence/k6.json': RESULT };
const applying = async (snapshot: Snapshot): Promise<string[]> =>
  (await scenarioRows(workspaceOf(snapshot)))
    .filter(({ applies }) => applies !== undefined)
    .map(({ scenario }) => scenario);

describe('which scenarios a change has to do with', () => {
  test('the whole repository', async () => {
    expect(await applying(snapshotOf(files))).toEqual(['Zero-downtime swap', 'Cache stampede']);
  });

  test('a change of the documentation: none', async () => {
    expect(await applying(snapshotOf(files, { changes: [added('README.md', '# Scoring\n')] }))).toEqual([]);
    expect(
      await scenarioSections(workspaceOf(snapshotOf(files, { changes: [added('README.md', '# Scoring\n')] }))),
    ).toEqual([]);
  });

  test('a comment in the service: none', async () => {
    const comment: FileChange = {
      path: 'service/app.py',
      status: 'modified',
      added: [{ start: 9, end: 9 }],
      hunks: [],
    };
    const commented = { ...files, 'service/app.py': APP.replace('\n\n\n@app', '\n# The door.\n\n@app') };
    expect(await applying(snapshotOf(commented, { changes: [{ ...comment, added: [{ start: 8, end: 8 }] }] }))).toEqual(
      [],
    );
  });

  test('a new model file', async () => {
    const change: FileChange = {
      path: 'models/score.onnx',
      status: 'modified',
      added: [{ start: 1, end: 1 }],
      hunks: [],
    };
    const withModel = { ...files, 'models/score.onnx': new Uint8Array([8, 0, 1]) };
    expect(await applying(snapshotOf(withModel, { changes: [change] }))).toEqual(['Zero-downtime swap']);
  });
});

test('the table says what satisfies and what is missing, and each result part by part', async () => {
  const changes = [added('service/app.py', APP), added('evidence/k6.json', RESULT)];
  const [scenarios, results] = await scenarioSections(workspaceOf(snapshotOf(files, { changes })));
  expect(scenarios?.table?.head).toEqual(['Scenario', 'Applies', 'Satisfied by', 'Missing']);
  expect(scenarios?.table?.rows.map((row) => row.slice(0, 4))).toEqual([
    ['Drift handling (LEAD-SCN-01-01)', 'no', '', ''],
    [
      'Zero-downtime swap (LEAD-SCN-01-02)',
      'the code that asks the model (service/app.py:1)',
      'result evidence/k6.json',
      'nothing',
    ],
    ['Walk-forward (LEAD-SCN-01-03)', 'no', '', ''],
    ['Primary failure (failure mode A)', 'no', '', ''],
    [
      'Cache stampede (failure mode B)',
      'a cache in front of the model (service/app.py:1)',
      'nothing',
      'request coalescing or early expiration, and a test of it',
    ],
  ]);
  expect(results?.table?.rows).toEqual([
    [
      'evidence/k6.json',
      'k6, changed',
      'met: 1200 req/s on average, 1000 asked for',
      'met: lasted 60 s, 60 s asked for',
      'met: no failed request',
      'met: slowest request 90 ms',
      'met: p99 41 ms',
    ],
  ]);
});

test('an artifact of a workflow run counts like a file of the change', async () => {
  const path = '.dialectic/artifacts/4711/k6-summary/swap.json';
  const files = { 'service/app.py': APP, [path]: RESULT };
  const changes = [added('service/app.py', APP)];
  const rows = await scenarioRows(workspaceOf(snapshotOf(files, { changes, artifacts: [path] })));
  expect(rows.find(({ scenario }) => scenario === 'Zero-downtime swap')?.satisfiedBy).toEqual([`result ${path}`]);
});

test('a committed file at the place of an artifact is no evidence, and that is said', async () => {
  const path = '.dialectic/artifacts/4711/k6-summary/swap.json';
  const files = { 'service/app.py': APP, [path]: RESULT };
  const workspace = workspaceOf(snapshotOf(files, { changes: [added('service/app.py', APP), added(path, RESULT)] }));
  const rows = await scenarioRows(workspace);
  expect(rows.find(({ scenario }) => scenario === 'Zero-downtime swap')?.satisfiedBy).toEqual([]);
  expect(workspace.gaps).toContainEqual(
    expect.objectContaining({ path, reason: expect.stringContaining('it is no evidence') }),
  );
});
