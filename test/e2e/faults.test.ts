import { describe, expect, test } from '@jest/globals';
import { ARGUED, BLOCKING, CLEAN, FILES, stageForFile, TWICE } from './world.js';

const stage = stageForFile({ diffLines: 400, hidePatch: (path) => path.endsWith('.hidden.py') });
const RED = { status: 'completed', conclusion: 'failure', title: '1 finding must be answered' };
const expected = {
  checks: [RED],
  reviews: ['CHANGES_REQUESTED'],
  inline: ['service/main.py:11 proc/blocking-call'],
  discussion: [],
};

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
    expect(s.state(pull)).toEqual(expected);
  });

  test('refuses comments: the check run still says everything', async () => {
    const s = stage();
    // With its comments, without them, as a plain comment; then the comment alone, on its line and on its file.
    s.world.github.faults.plan('pulls/create-review', { kind: 'forbidden' }, 3);
    s.world.github.faults.plan('pulls/create-review-comment', { kind: 'forbidden' }, 2);
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    expect(s.world.github.faults.pending).toBe(0);
    expect(s.state(pull)).toEqual({ ...expected, reviews: [], inline: [] });
    expect(s.logs.some((line) => line.includes('GitHub refused part'))).toBe(true);
  });
});

describe('nothing is lost while down', () => {
  test('the sweep finds what was opened meanwhile, and converges on what a crash cut off', async () => {
    const s = stage();
    await s.stopApp();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.startApp();
    await s.server?.services.queue.add({ kind: 'sweep' });
    await s.idle();
    expect(s.state(pull)).toEqual(expected);
    // As a crash would leave it: begun, one review written, never ended.
    const run = s.checkOf(pull);
    Object.assign(run, { status: 'in_progress', conclusion: null });
    const mark = s.mark;
    await s.server?.services.queue.add({ kind: 'sweep' });
    await s.idle();
    expect(s.state(pull)).toEqual(expected);
    expect(s.writesSince(mark).filter((operation) => operation !== 'checks/update')).toEqual([]);
    // And then there is nothing left to find.
    const quiet = s.mark;
    await s.server?.services.queue.add({ kind: 'sweep' });
    await s.idle();
    expect(s.writesSince(quiet)).toEqual([]);
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
    await s.server?.services.queue.add({ kind: 'sweep' });
    await s.idle();
    expect(s.checksOf(group.sha)).toMatchObject([{ conclusion: 'success' }]);
    expect(s.logs.some((line) => /"redelivered":[1-9]/.test(line))).toBe(true);
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
    expect(s.state(pull)).toMatchObject({
      checks: [{ conclusion: 'failure', title: '2 findings must be answered' }],
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
    expect(['success', 'action_required']).toContain(run.conclusion);
    expect(run.annotations.filter(({ annotation_level: level }) => level === 'failure')).toEqual([]);
  });

  test('a retargeted base is compared anew', async () => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    await s.push({ branch: 'legacy', message: 'Old', files: { 'service/main.py': BLOCKING }, from: 'main' });
    await s.push({ branch: 'feature', message: 'Change', files: { 'README.md': '# New\n' }, from: 'legacy' });
    const pull = await s.openPull({ title: 'One', body: ARGUED, head: 'feature', base: 'legacy' });
    await s.idle();
    expect(s.checkOf(pull).conclusion).toBe('success');
    await s.world.people.editPull(s.repository, pull, s.author, { base: 'main' });
    await s.idle();
    expect(s.checkOf(pull).conclusion).toBe('failure');
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
    expect(s.state(pull)).toMatchObject({ checks: [{ title: '2 findings must be answered' }] });
    expect(s.state(pull).inline).toHaveLength(2);
  });

  test('closed in the middle, head branch deleted, repository renamed: nothing is said where it is not wanted', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    void s.world.people.close(s.repository, pull, s.author);
    await s.idle();
    expect(s.state(pull).inline.length).toBeLessThanOrEqual(1);
    await s.world.people.reopen(s.repository, pull, s.author);
    await s.idle();
    expect(s.state(pull)).toEqual(expected);
    s.world.people.rename(s.repository, `${s.repository.name}-renamed`);
    await s.push({ branch: 'feature', message: 'More', files: { 'service/main.py': TWICE } });
    await s.idle();
    expect(s.state(pull)).toMatchObject({ checks: [{ title: '2 findings must be answered' }] });
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
    expect(s.state(pull)).toMatchObject({ inline: ['service/main.py:11 proc/blocking-call'] });
    const outside = (s.repository.reviewComments.at(-1)?.body ?? '').replace(/(`{3,})[\s\S]*?\n\1/g, '');
    expect(outside).not.toMatch(/@acme|<img|<\/details>/);
  });
});
