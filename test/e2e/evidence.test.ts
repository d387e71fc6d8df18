import { describe, expect, test } from '@jest/globals';
import JSZip from 'jszip';
import type { Pull } from '../../demo/local-github/store.js';
import { ARGUED, BLOCKED, GREEN, RED, stageForFile } from './world.js';

const stage = stageForFile();
const MISSING = 'scn/swap-load-test-missing';

const APP = `from fastapi import FastAPI
import joblib

app = FastAPI()
model = joblib.load("model.joblib")


@app.post("/score")
def score(x: float) -> float:
    return float(model.predict([[x]])[0])
`;
const FILES = { 'service/app.py': APP };
const CHANGE = { 'service/app.py': APP.replace('[[x]]', '[[x, 1.0]]') };

/** A summary of k6 that meets the bar. */
const RESULT = JSON.stringify({
  metrics: {
    http_reqs: { count: 72000, rate: 1200 },
    iterations: { count: 72000, rate: 1200 },
    http_req_failed: { passes: 0, fails: 72000, value: 0 },
    http_req_duration: { avg: 8, min: 1, med: 7, max: 90, 'p(95)': 20, 'p(99)': 41 },
  },
});

async function zipOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const zip = new JSZip();
  for (const [name, content] of Object.entries(files)) zip.file(name, content);
  return zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' });
}

async function opened(files: Record<string, string> = FILES, change: Record<string, string> = CHANGE): Promise<Pull> {
  const pull = await stage().pullOf(files, change);
  await stage().idle();
  return pull;
}

/** A workflow ends on the pull request's head and leaves these artifacts. */
async function uploaded(pull: Pull, artifacts: Readonly<Record<string, Buffer>>, event = 'pull_request') {
  const s = stage();
  const { sha, ref } = pull.head;
  await s.world.people.finishWorkflow(s.repository, s.author, {
    name: 'load',
    headSha: sha,
    headBranch: ref,
    event,
    artifacts,
  });
  await s.idle();
}
const outcome = (pull: Pull) => stage().state(pull);
const LACKS = { ...BLOCKED, inline: [`service/app.py:10 ${MISSING}`] };
/** Another run of the same name: the annotation of the first one could not be taken back. */
const SHOWN = {
  checks: [RED, GREEN],
  reviews: ['DISMISSED'],
  inline: ['service/app.py:10 ✓ **Fixed in <sha>.**'],
  discussion: [],
};
const operations = (from: number): string[] =>
  stage()
    .world.github.requests.slice(from)
    .map(({ operation }) => operation);

describe('evidence that a workflow uploads', () => {
  test('answers what was missing, on the same commit, and stays known without another download', async () => {
    const s = stage();
    const pull = await opened();
    expect(outcome(pull)).toEqual(LACKS);
    await uploaded(pull, { 'k6-summary': await zipOf({ 'out/swap.json': RESULT }) });
    expect(s.state(pull)).toEqual(SHOWN);
    const run = s.repository.workflowRuns.at(-1)?.id ?? 0;
    expect(s.checkOf(pull).output.text ?? s.checkOf(pull).output.summary).toContain(
      `.dialectic/artifacts/${run}/k6-summary/out/swap.json`,
    );
    const mark = s.mark;
    await s.world.people.editPull(s.repository, pull, s.author, { body: `${ARGUED}\nAnd more.\n` });
    await s.idle();
    expect(s.state(pull)).toEqual(SHOWN);
    expect(operations(mark).filter((one) => one.startsWith('actions/'))).toEqual([]);
  });

  test('belongs to its commit: the next push has to show its own', async () => {
    const s = stage();
    const pull = await opened();
    await uploaded(pull, { load: await zipOf({ 'swap.json': RESULT }) }, 'workflow_dispatch');
    expect(s.state(pull)).toEqual(SHOWN);
    await s.push({
      branch: 'feature',
      message: 'More',
      files: { 'service/app.py': APP.replace('[[x]]', '[[x, 2.0]]') },
    });
    await s.idle();
    // The comment speaks again where it stood; the push changed its line.
    expect(s.state(pull)).toEqual({
      ...LACKS,
      reviews: ['DISMISSED', 'CHANGES_REQUESTED'],
      inline: [`service/app.py:line ${MISSING}`],
    });
  });

  test('which changes no line updates the same check run', async () => {
    const s = stage();
    const pull = await opened({ ...FILES, '.github/dialectic.yml': 'checks:\n  scn/swap-load-test-missing: off\n' });
    const before = s.checkOf(pull);
    const mark = s.mark;
    await uploaded(pull, { 'k6-summary': await zipOf({ 'swap.json': RESULT }) });
    expect(s.state(pull)).toEqual({ checks: [GREEN], reviews: [], inline: [], discussion: [] });
    expect([s.checkOf(pull).id, s.writesSince(mark)]).toEqual([before.id, ['checks/update']]);
    expect(before.history).toEqual(['success', 'success']);
  });

  test('is found on a server whose GraphQL knows no workflow runs', async () => {
    const s = stage();
    const { settings } = s.world.github;
    settings.lacks = ['CheckSuite.workflowRun'];
    try {
      const pull = await opened();
      expect(outcome(pull)).toEqual(LACKS);
      await uploaded(pull, { 'k6-summary': await zipOf({ 'swap.json': RESULT }) });
      expect(outcome(pull)).toEqual(SHOWN);
    } finally {
      settings.lacks = [];
    }
  });

  test('is not what a pull request commits at its place, and that is said', async () => {
    const path = '.dialectic/artifacts/4711/k6-summary/swap.json';
    const pull = await opened(FILES, { ...CHANGE, [path]: RESULT });
    expect(outcome(pull)).toEqual(LACKS);
    const { summary, text } = stage().checkOf(pull).output;
    expect(`${summary}${text}`).toMatch(/4711\/k6-summary\/swap\.json.*it is no evidence and is left out/);
  });

  test('is looked for in vain in artifacts of other kinds: nothing is written, nothing is said', async () => {
    const s = stage();
    const pull = await opened();
    const mark = s.mark;
    await uploaded(pull, {
      coverage: await zipOf({ 'coverage.json': '{"lines": 3}', 'index.html': '<p>' }),
      broken: Buffer.from('no archive'),
      image: Buffer.alloc(3_000_000, 1),
    });
    expect(outcome(pull)).toEqual(LACKS);
    expect(s.writesSince(mark)).toEqual([]);
    // The large one nobody named is not even asked for.
    expect(operations(mark).filter((one) => one === 'actions/download-artifact')).toHaveLength(2);
    expect(s.logs.some((line) => line.includes('"looked for evidence"'))).toBe(true);
  });

  test('is named by the configuration: what cannot be read of it is said, a bomb is not unpacked', async () => {
    const s = stage();
    const files = { ...FILES, '.github/dialectic.yml': 'scenarios:\n  artifacts: ["k6-*"]\n' };
    const pull = await opened(files);
    await uploaded(pull, {
      'k6-broken': Buffer.from('no archive'),
      'k6-bomb': await zipOf({ 'swap.json': Buffer.alloc(40_000_000) }),
      'k6-other': await zipOf({ 'app.bin': 'x' }),
      'k6-good': await zipOf({ 'swap.json': RESULT }),
    });
    const { summary, text } = s.checkOf(pull).output;
    expect(`${summary}${text}`).toMatch(/k6-broken.*the artifact is damaged/);
    expect(`${summary}${text}`).toMatch(/k6-bomb.*expected an inflation of at most/);
    expect(`${summary}${text}`).toMatch(/k6-other.*nothing in it could be the result of a load test/);
    expect(outcome(pull)).toEqual(SHOWN);
  });

  test('of a scheduled run is none of a pull request', async () => {
    const s = stage();
    const pull = await opened();
    const mark = s.mark;
    await uploaded(pull, { load: await zipOf({ 'swap.json': RESULT }) }, 'schedule');
    expect(operations(mark)).toEqual([]);
  });

  test('is not read where the permission is missing: the review goes on without', async () => {
    const s = stage();
    const pull = await opened();
    await uploaded(pull, {});
    const { permissions } = s.world.installation;
    const { actions: _actions, ...fewer } = permissions;
    s.world.installation.permissions = fewer;
    await s.stopApp();
    await s.startApp();
    await s.world.people.editPull(s.repository, pull, s.author, { body: `${ARGUED}\nAnd more.\n` });
    await s.idle();
    s.world.installation.permissions = permissions;
    expect(outcome(pull)).toEqual(LACKS);
    expect(s.logs.slice(-20).join('')).not.toContain('a job failed');
  });
});
