import { describe, expect, test } from '@jest/globals';
import { ARTIFACTS } from '../../../src/core/artifacts.js';
import { loadEvidenceStale } from '../../../src/checks/scn/load-evidence-stale.js';
import type { FileChange } from '../../../src/core/types.js';
import { runChecks } from '../../support/fixtures.js';
import { changeBetween, snapshotOf } from '../../support/snapshot.js';

const HEAD = 'a'.repeat(40);
const BASE = 'b'.repeat(40);

const APP = `from flask import Flask
import joblib

app = Flask(__name__)
model = joblib.load("model.joblib")


@app.post("/score")
def score():
    return {"score": float(model.predict([[1.0]])[0])}
`;
const FASTER = APP.replace('[[1.0]]', '[[2.0]]');
const result = (more: object = {}): string =>
  JSON.stringify({
    ...more,
    metrics: {
      http_reqs: { count: 66000, rate: 1100 },
      iterations: { count: 66000, rate: 1100 },
      http_req_failed: { passes: 0, fails: 66000, value: 0 },
      http_req_duration: { avg: 8, min: 1, med: 7, max: 90, 'p(95)': 20, 'p(99)': 41 },
    },
  });
const measuredOn = (sha: string): string => result({ metadata: { git_sha: sha } });

type Files = Readonly<Record<string, string>>;

/** Where results are stale after a change from one tree to another. */
async function stale(before: Files, after: Files, artifacts: Files = {}): Promise<string[]> {
  const changes: readonly FileChange[] = changeBetween(before, after);
  const uploaded = Object.fromEntries(
    Object.entries(artifacts).map(([path, text]) => [`${ARTIFACTS}7/load/${path}`, text] as const),
  );
  const snapshot = snapshotOf(
    { ...after, ...uploaded },
    { changes, headSha: HEAD, artifacts: Object.keys(uploaded), pull: { baseSha: BASE } },
  );
  const { findings } = await runChecks(snapshot, [loadEvidenceStale]);
  return findings.map(({ location, message }) => `${location.path}: ${message}`);
}

const service = (app: string, evidence?: string): Files => ({
  'service/app.py': app,
  ...(evidence === undefined ? {} : { 'evidence/k6.json': evidence }),
});

describe('results that say nothing about this change', () => {
  test('one that lay there before the service changed', async () => {
    expect(await stale(service(APP, result()), service(FASTER, result()))).toEqual([
      'evidence/k6.json: This k6 result lay there before the change, which touches the code that asks the model (service/app.py).',
    ]);
  });

  test('one that was only moved', async () => {
    const before = { 'service/app.py': APP, 'old/k6.json': result() };
    expect(await stale(before, service(FASTER, result()))).toEqual([expect.stringContaining('evidence/k6.json: ')]);
  });

  test('one that names the commit the change starts from, in full or short', async () => {
    for (const sha of [BASE, BASE.slice(0, 7)])
      expect(await stale(service(APP), service(FASTER, measuredOn(sha)))).toEqual([
        expect.stringContaining('names the commit that the change starts from'),
      ]);
  });

  test('one of a workflow run that measured another commit', async () => {
    expect(await stale(service(APP), service(FASTER), { 'k6.json': measuredOn('c'.repeat(40)) })).toEqual([
      expect.stringContaining(`was measured on ${'c'.repeat(12)}, and the head is ${'a'.repeat(12)}`),
    ]);
  });
});

describe('results that do', () => {
  test.each<[string, Files, Files, Files]>([
    ['measured anew by the change', service(APP, result()), service(FASTER, result({ state: {} })), {}],
    ['added by the change', service(APP), service(FASTER, result()), {}],
    ['of the head, uploaded', service(APP), service(FASTER), { 'k6.json': measuredOn(HEAD) }],
    ['uploaded, naming no commit', service(APP), service(FASTER), { 'k6.json': result() }],
    [
      'an old one beside a new one',
      service(APP, result()),
      { ...service(FASTER, result()), 'evidence/k6-new.json': result() },
      {},
    ],
    ['the service did not change', service(APP, result()), { ...service(APP, result()), 'README.md': 'x' }, {}],
    ['only a comment of the service changed', service(APP, result()), service(`# Scoring.\n${APP}`, result()), {}],
  ])('%s', async (_, before, after, artifacts) => {
    expect(await stale(before, after, artifacts)).toEqual([]);
  });
});
