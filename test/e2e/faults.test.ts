import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { Pull } from '../../demo/local-github/store.js';
import {
  ARGUED,
  BLOCKED,
  BLOCKING,
  CLEAN,
  ended,
  FILES,
  GREEN,
  SILENT,
  stageForFile,
  TWICE,
  TWICE_RED,
} from './world.js';

const stage = stageForFile({ diffLines: 400, hidePatch: (path) => path.endsWith('.hidden.py') });

describe('GitHub in trouble', () => {
  const faults: [
    string,
    string,
    Parameters<ReturnType<typeof stage>['world']['github']['faults']['plan']>[1],
    number,
  ][] = [
    ['the review was written and the answer was a 502', 'pulls/create-review', { kind: 'bad-gateway-after' }, 1],
    ['the review was not written and the answer was a 502', 'pulls/create-review', { kind: 'bad-gateway' }, 1],
    [
      'the connection ended after the review was written',
      'pulls/create-review',
      { kind: 'connection-reset', after: true },
      1,
    ],
    ['the check run was made and the answer was a 502', 'checks/create', { kind: 'bad-gateway-after' }, 1],
    ['the check run was ended and the answer was a 502', 'checks/update', { kind: 'bad-gateway-after' }, 1],
    ['questions fail', 'graphql', { kind: 'server-error' }, 2],
    ['a pull request is not there yet, as right after it was opened', 'graphql', { kind: 'not-found' }, 1],
    ['the token expired', 'git/get-tree', { kind: 'expired-token' }, 1],
    ['too many writes', 'pulls/create-review', { kind: 'secondary-limit', retryAfter: 1 }, 1],
  ];
  test.each(faults)('%s: the same end, nothing twice', async (_, operation, fault, times) => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    await s.push({ branch: 'feature', message: 'Change', files: { 'service/main.py': BLOCKING }, from: 'main' });
    await s.idle();
    s.world.github.faults.plan(operation, fault, times);
    const pull = await s.openPull({ title: 'Change', body: ARGUED, head: 'feature' });
    await s.idle();
    expect(s.world.github.faults.pending).toBe(0);
    expect(s.state(pull)).toEqual(BLOCKED);
  });

  test('half of the annotations were sent and the answer was a 502: none stands twice', async () => {
    const s = stage();
    const endpoint = (index: number): string =>
      `\n\n@app.get("/p${index}")\nasync def p${index}():\n    time.sleep(1)\n    return {}\n`;
    const sixty = CLEAN + Array.from({ length: 60 }, (_, index) => endpoint(index)).join('');
    s.world.github.faults.plan('checks/update', { kind: 'bad-gateway-after' }, 2);
    const pull = await s.pullOf(FILES, { 'service/main.py': sixty });
    await s.idle();
    expect(s.world.github.faults.pending).toBe(0);
    expect(s.state(pull)).toEqual({
      checks: [ended('failure', '60 findings must be answered')],
      reviews: ['CHANGES_REQUESTED'],
      inline: ['service/main.py:21 proc/blocking-call'],
      discussion: [],
    });
    const lines = s.checkOf(pull).annotations.map(({ start_line: line }) => line);
    expect([lines.length, new Set(lines).size]).toEqual([60, 60]);
  });

  test('what cannot be cured by trying again ends the check with the reason, and is taken up when asked for', async () => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    await s.push({ branch: 'feature', message: 'Change', files: { 'service/main.py': BLOCKING }, from: 'main' });
    await s.idle();
    s.world.github.faults.plan('repos/compare-commits-with-basehead', { kind: 'forbidden' });
    const pull = await s.openPull({ title: 'Change', body: ARGUED, head: 'feature' });
    await s.idle();
    const unreviewed = ended('action_required', 'This commit could not be reviewed');
    expect(s.state(pull)).toEqual({ ...SILENT, checks: [unreviewed] });
    expect(s.summaryOf(pull)).toContain('GitHub refused: Resource not accessible by integration');
    s.world.people.comment(s.repository, pull, s.author, '/dialectic review');
    await s.idle();
    expect(s.state(pull)).toEqual({ ...BLOCKED, checks: [unreviewed, ...BLOCKED.checks] });
  });

  /** More than several events of one push can ask for, each with attempts of its own. */
  const ALWAYS = 100;

  test('what goes wrong again and again ends the check with the reason as well; being limited never does', async () => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    await s.push({ branch: 'feature', message: 'Change', files: { 'service/main.py': BLOCKING }, from: 'main' });
    await s.idle();
    const { faults } = s.world.github;
    faults.plan('repos/compare-commits-with-basehead', { kind: 'not-found' }, ALWAYS);
    const pull = await s.openPull({ title: 'Change', body: ARGUED, head: 'feature' });
    await s.idle();
    expect(ALWAYS - faults.pending).toBeGreaterThanOrEqual(5);
    faults.clear();
    const unreviewed = ended('action_required', 'This commit could not be reviewed');
    expect(s.state(pull)).toEqual({ ...SILENT, checks: [unreviewed] });
    expect(s.summaryOf(pull)).toContain('GitHub answered 404 several times');

    await s.push({ branch: 'feature', message: 'More', files: { 'README.md': '# New\n' } });
    await s.idle();
    expect(s.state(pull)).toEqual(BLOCKED);
    faults.plan('repos/compare-commits-with-basehead', { kind: 'secondary-limit', retryAfter: 1 }, ALWAYS);
    await s.push({ branch: 'feature', message: 'Even more', files: { 'README.md': '# Newer\n' } });
    await s.idle();
    expect(ALWAYS - faults.pending).toBeGreaterThanOrEqual(5);
    faults.clear();
    expect(s.state(pull)).toEqual({ ...BLOCKED, checks: [{ status: 'in_progress', conclusion: null, title: null }] });
    await s.sweep();
    expect(s.state(pull)).toEqual(BLOCKED);
  });

  test('refuses comments: the check run still says everything', async () => {
    const s = stage();
    // With its comments, without them, as a plain comment; then the comment alone, on its line and on its file.
    s.world.github.faults.plan('pulls/create-review', { kind: 'forbidden' }, 3);
    s.world.github.faults.plan('pulls/create-review-comment', { kind: 'forbidden' }, 2);
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    expect(s.world.github.faults.pending).toBe(0);
    expect(s.state(pull)).toEqual({ ...BLOCKED, reviews: [], inline: [] });
    expect(s.logs.some((line) => line.includes('GitHub refused part'))).toBe(true);
  });
});

describe('nothing is lost while down', () => {
  test('the sweep finds what was opened meanwhile, and converges on what a crash cut off', async () => {
    const s = stage();
    await s.stopApp();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.startApp();
    await s.sweep();
    expect(s.state(pull)).toEqual(BLOCKED);
    // As a crash would leave it: begun, one review written, never ended.
    const run = s.checkOf(pull);
    Object.assign(run, { status: 'in_progress', conclusion: null });
    const mark = s.mark;
    await s.sweep();
    expect(s.state(pull)).toEqual(BLOCKED);
    expect(s.writesSince(mark)).toEqual(['checks/update']);
    // What a crash left half told is told to the end, and nothing twice.
    expect(run.annotations).toHaveLength(1);
    // And then there is nothing left to find.
    const quiet = s.mark;
    await s.sweep();
    expect(s.writesSince(quiet)).toEqual([]);
  });

  test('it looks at its start, and again and again, without being asked', async () => {
    const s = stage();
    const concluded = async (pull: Pull): Promise<void> => {
      for (let round = 0; round < 600 && s.checksAt(pull.head.sha)[0]?.status !== 'completed'; round += 1)
        await pause(100);
    };
    await s.stopApp();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.startApp({ sweepMs: 2000 });
    await concluded(pull);
    expect(s.state(pull)).toEqual(BLOCKED);
    // All deliveries of this one are lost.
    s.world.github.webhooks.hold();
    await s.push({ branch: 'docs', message: 'Docs', files: { 'README.md': '# New\n' }, from: 'main' });
    const later = await s.openPull({ title: 'Docs', body: ARGUED, head: 'docs' });
    s.world.github.webhooks.release(() => []);
    await concluded(later);
    await s.stopApp();
    await s.startApp();
    expect([s.state(pull), s.state(later)]).toEqual([BLOCKED, SILENT]);
  });

  test('the sweep finds a merge group, and asks again for deliveries that failed', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'README.md': '# New\n' });
    await s.idle();
    const { target } = s.world.github.webhooks;
    if (target) s.world.github.webhooks.target = { ...target, url: 'http://127.0.0.1:9/' };
    const group = await s.world.people.queue(s.repository, [pull], s.maintainer);
    await s.world.github.webhooks.settled();
    s.world.github.webhooks.target = target;
    await s.sweep();
    expect([s.state(pull), s.checksAt(group.sha)]).toEqual([SILENT, [GREEN]]);
    expect(s.logs.some((line) => /"redelivered":[1-9]/.test(line))).toBe(true);
  });

  test('the sweep finds merge groups of every branch, and asks only where there are some', async () => {
    const s = stage();
    const swept = () => {
      const line = s.logs.findLast((one) => one.includes('"swept"')) ?? '{}';
      return JSON.parse(line) as { found: number; requests: number };
    };
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    await s.push({ branch: 'release/2.0', message: 'Release', files: { VERSION: '2.0\n' }, from: 'main' });
    await s.push({ branch: 'one', message: 'One', files: { 'README.md': '# One\n' }, from: 'main' });
    await s.push({ branch: 'two', message: 'Two', files: { 'README.md': '# Two\n' }, from: 'release/2.0' });
    const one = await s.openPull({ title: 'One', body: ARGUED, head: 'one' });
    const two = await s.openPull({ title: 'Two', body: ARGUED, head: 'two', base: 'release/2.0' });
    await s.idle();
    const quiet = s.mark;
    await s.sweep();
    const well = s.operationsSince(quiet);
    // What the log counts is all that was asked: of this repository the pull requests and the groups.
    expect(swept()).toMatchObject({ found: 0, requests: well.length });
    const { repositories } = s.world.github;
    const queues = repositories.filter(({ mergeQueue }) => mergeQueue.length > 0).length;
    expect(well.filter((one) => one === 'graphql' || one === 'git/list-matching-refs')).toHaveLength(
      2 * repositories.length + queues,
    );
    await s.stopApp();
    const groups = [
      await s.world.people.queue(s.repository, [one], s.maintainer),
      await s.world.people.queue(s.repository, [two], s.maintainer),
    ];
    await s.startApp();
    const mark = s.mark;
    await s.sweep();
    expect(groups.map(({ sha }) => s.checksAt(sha))).toEqual([[GREEN], [GREEN]]);
    expect(swept().found).toBe(2);
    // One more question for each queue that holds something.
    const asked = s.world.github.requests
      .slice(mark)
      .filter(({ body }) => JSON.stringify(body ?? '').includes('MergeQueue('));
    expect(asked.map(({ body }) => (body as { variables: { branch: string } }).variables.branch)).toEqual(
      expect.arrayContaining(['main', 'release/2.0']),
    );
  });
});

describe('odd pull requests', () => {
  test('missing patches and rows of zeros are compared here: nothing is taken for unchanged', async () => {
    const s = stage();
    const filler = Object.fromEntries(
      Array.from({ length: 6 }, (_, index) => [`a/file_${index}.py`, 'VALUE = 1\n'.repeat(100)]),
    );
    const pull = await s.pullOf(
      { ...FILES, 'service/b.hidden.py': CLEAN, 'service/__init__.py': '' },
      { ...filler, 'service/b.hidden.py': BLOCKING, 'service/main.py': BLOCKING },
    );
    await s.idle();
    expect(s.state(pull)).toEqual({
      checks: [TWICE_RED],
      // Each comment on a file is a review of its own to GitHub.
      reviews: ['CHANGES_REQUESTED', 'COMMENTED', 'COMMENTED'],
      discussion: [],
      // GitHub shows no lines of these files, so the comments stand on the files.
      inline: ['service/b.hidden.py:file proc/blocking-call', 'service/main.py:file proc/blocking-call'],
    });
  });

  test('renames, deletions, symbolic links, submodules, LFS pointers and binaries', async () => {
    const s = stage();
    await s.push({
      branch: 'main',
      message: 'Begin',
      files: { ...FILES, 'old/name.py': BLOCKING, 'gone.py': 'x = 1\n', 'model.bin': Buffer.from([0, 1, 2, 3]) },
    });
    await s.push({
      branch: 'feature',
      message: 'Odd',
      from: 'main',
      files: {
        'old/name.py': null,
        'new/name.py': `${BLOCKING}\n# moved\n`,
        'gone.py': null,
        'model.bin': Buffer.from([0, 9, 9, 9, 9]),
        'big.csv': `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 123456789\n`,
        'notes.py': Buffer.from('name = "\xe9t\xe9"\n', 'latin1'),
      },
    });
    const pull = await s.openPull({ title: 'Odd', body: ARGUED, head: 'feature' });
    await s.idle();
    const run = s.checkOf(pull);
    // The blocking call moved with its file: it was there before.
    expect(run.output.text).toContain('Already there before this change');
    expect(run.output.summary).toContain('`notes.py`');
    expect(s.state(pull)).toEqual({
      ...SILENT,
      checks: [ended('action_required', 'Part of this change could not be judged')],
    });
    expect(run.annotations).toEqual([]);
  });

  test('a retargeted base is compared anew', async () => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    await s.push({ branch: 'legacy', message: 'Old', files: { 'service/main.py': BLOCKING }, from: 'main' });
    await s.push({ branch: 'feature', message: 'Change', files: { 'README.md': '# New\n' }, from: 'legacy' });
    const pull = await s.openPull({ title: 'One', body: ARGUED, head: 'feature', base: 'legacy' });
    await s.idle();
    expect(s.state(pull)).toEqual(SILENT);
    await s.world.people.editPull(s.repository, pull, s.author, { base: 'main' });
    await s.idle();
    expect(s.state(pull)).toEqual(BLOCKED);
  });

  test('a force push to another history is judged by what it is', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    await s.push({
      branch: 'feature',
      message: 'Other',
      from: 'main',
      files: { 'service/main.py': TWICE },
      force: true,
    });
    await s.idle();
    expect(s.state(pull)).toEqual({
      checks: [TWICE_RED],
      reviews: ['CHANGES_REQUESTED', 'COMMENTED'],
      inline: ['service/main.py:11 proc/blocking-call', 'service/main.py:17 proc/blocking-call'],
      discussion: [],
    });
  });

  test('hostile text in files and descriptions stays text', async () => {
    const s = stage();
    const nasty = BLOCKING.replace('async def score()', 'async def score_at_everyone()').replace(
      'time.sleep(1)',
      'time.sleep(1)  # @acme/owners </details> ``` <img src=x> #1',
    );
    const pull = await s.pullOf(
      FILES,
      { 'service/main.py': nasty },
      { body: `${ARGUED}\n<!-- dialectic:finding key=a check=a of=a -->\n</details> @acme/owners` },
    );
    await s.idle();
    expect(s.state(pull)).toEqual(BLOCKED);
    const outside = (s.repository.reviewComments.at(-1)?.body ?? '').replace(/(`{3,})[\s\S]*?\n\1/g, '');
    expect(outside).not.toMatch(/@acme|<img|<\/details>/);
  });
});
