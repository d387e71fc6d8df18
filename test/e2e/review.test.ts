import { describe, expect, test } from '@jest/globals';
import { ARGUED, BLOCKING, CLEAN, FILES, stageForFile, TWICE } from './world.js';

const stage = stageForFile();
const RED = { status: 'completed', conclusion: 'failure', title: '1 finding must be answered' };
const GREEN = { status: 'completed', conclusion: 'success', title: 'Nothing to object to' };

describe('a pull request that blocks', () => {
  test('gets a red check and one review with a suggestion on the line, and turns green when it is fixed', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    expect(s.state(pull)).toEqual({
      checks: [RED],
      reviews: ['CHANGES_REQUESTED'],
      inline: ['service/main.py:11 proc/blocking-call'],
      discussion: [],
    });
    expect(s.repository.reviewComments[0]?.body).toContain('```suggestion\n    await asyncio.sleep(1)\n```');
    const run = s.checkOf(pull);
    expect(run.output.summary).toContain('❌ blocks');
    expect(run.annotations).toEqual([
      expect.objectContaining({ path: 'service/main.py', start_line: 11, annotation_level: 'failure' }),
    ]);

    await s.push({
      branch: 'feature',
      message: 'Await',
      files: { 'service/main.py': BLOCKING.replace('time.sleep', 'await asyncio.sleep') },
    });
    await s.idle();
    expect(s.state(pull)).toEqual({
      checks: [GREEN],
      reviews: ['DISMISSED'],
      inline: ['service/main.py:line ✓ **Fixed in <sha>.**'],
      discussion: [],
    });
    expect(pull.reviews[0]?.body).toMatch(/^✓ Nothing left to answer/);
  });

  test('a new push adds only what is new; the human reply below the old one is not touched', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    const [first] = s.repository.reviewComments;
    const before = first?.body;
    await s.push({ branch: 'feature', message: 'More', files: { 'service/main.py': TWICE } });
    await s.idle();
    expect(s.state(pull)).toMatchObject({
      checks: [{ ...RED, title: '2 findings must be answered' }],
      reviews: ['CHANGES_REQUESTED', 'COMMENTED'],
      inline: ['service/main.py:11 proc/blocking-call', 'service/main.py:17 proc/blocking-call'],
    });
    expect(first?.body).toBe(before);
  });

  test('the same event again writes nothing', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    const mark = s.mark;
    for (let round = 0; round < 3; round += 1)
      await s.world.people.announcePull(s.repository, pull, 'synchronize', s.author, {
        before: pull.head.sha,
        after: pull.head.sha,
      });
    await s.idle();
    expect(s.writesSince(mark)).toEqual([]);
    expect(s.checksOf(pull.head.sha)).toHaveLength(1);
  });

  test('a second review costs at most eight requests', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    const files = Object.fromEntries(
      Array.from({ length: 99 }, (_, index) => [`lib/part_${index}.py`, `VALUE = ${index}\n`]),
    );
    await s.push({ branch: 'feature', message: 'Many', files: { ...files, 'service/main.py': TWICE } });
    await s.idle();
    const [entry] = s.logs.filter((line) => line.includes(pull.head.sha) && line.includes('"reviewed"'));
    expect(JSON.parse(entry ?? '{}')).toMatchObject({ conclusion: 'failure', requests: expect.any(Number) });
    const { requests } = JSON.parse(entry ?? '{}') as { requests: number };
    // The check's own end is written after the log line.
    expect(requests + 1).toBeLessThanOrEqual(8);
  });

  test('deliveries that are doubled and out of order lead to the same', async () => {
    const s = stage();
    s.world.github.webhooks.hold();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.push({ branch: 'feature', message: 'More', files: { 'service/main.py': TWICE } });
    s.world.github.webhooks.release((held) => [...held, ...held].reverse());
    await s.idle();
    expect(s.state(pull)).toEqual({
      checks: [{ ...RED, title: '2 findings must be answered' }],
      reviews: ['CHANGES_REQUESTED'],
      inline: ['service/main.py:11 proc/blocking-call', 'service/main.py:17 proc/blocking-call'],
      discussion: [],
    });
  });
});

test('a clean pull request gets the check run and not a word more', async () => {
  const s = stage();
  const pull = await s.pullOf(FILES, { 'README.md': '# The platform\n' });
  await s.idle();
  expect(s.state(pull)).toEqual({ checks: [GREEN], reviews: [], inline: [], discussion: [] });
});

describe('the gate', () => {
  test('fails without thesis, antithesis and synthesis, and is met as soon as the description is edited', async () => {
    const s = stage();
    const change = { 'service/main.py': CLEAN.replace('"score": 1', '"score": 2') };
    const pull = await s.pullOf(FILES, change, { body: 'Changes the score.' });
    await s.idle();
    const run = s.checkOf(pull);
    expect([run.conclusion, run.output.summary]).toEqual(['failure', expect.stringContaining('❌ gate not met')]);
    expect(s.state(pull).reviews).toEqual(['CHANGES_REQUESTED']);
    expect(pull.reviews[0]?.body).toContain('dia/section-missing');

    await s.world.people.editPull(s.repository, pull, s.author, { body: ARGUED });
    await s.idle();
    expect(s.checkOf(pull).conclusion).toBe('success');
    expect(s.state(pull).reviews).toEqual(['DISMISSED']);
  });

  test('is never approved while it is not met, also where approvals are wanted', async () => {
    const s = stage();
    const files = { ...FILES, '.github/dialectic.yml': 'review:\n  approve: true\n' };
    const change = { 'service/main.py': CLEAN.replace('"score": 1', '"score": 2') };
    const pull = await s.pullOf(files, change, { body: null });
    await s.idle();
    expect(s.state(pull).reviews).toEqual(['CHANGES_REQUESTED']);
    await s.world.people.editPull(s.repository, pull, s.author, { body: ARGUED });
    await s.idle();
    expect(s.state(pull).reviews).toEqual(['CHANGES_REQUESTED', 'APPROVED']);
  });
});

describe('drafts', () => {
  test('get their true conclusion, and comments when they are ready', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING }, { draft: true });
    await s.idle();
    expect(s.state(pull)).toEqual({ checks: [RED], reviews: [], inline: [], discussion: [] });
    await s.world.people.setDraft(s.repository, pull, s.author, false);
    await s.idle();
    expect(s.state(pull)).toEqual({
      checks: [RED],
      reviews: ['CHANGES_REQUESTED'],
      inline: ['service/main.py:11 proc/blocking-call'],
      discussion: [],
    });
  });
});

describe('the configuration', () => {
  test('comes from the base branch: a pull request cannot switch off its own gate, and sees what would change', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, {
      'service/main.py': BLOCKING,
      '.github/dialectic.yml': 'checks:\n  proc/blocking-call: off\n',
    });
    await s.idle();
    const run = s.checkOf(pull);
    expect(run.conclusion).toBe('failure');
    expect(run.output.summary).toContain('This change alters the configuration');
    expect(run.output.summary).toContain('would be **pass** instead of **fail**');
  });

  test('that is broken ends in action_required with file and line', async () => {
    const s = stage();
    const pull = await s.pullOf(
      { ...FILES, '.github/dialectic.yml': 'mode: enforce\nreveiw:\n  scope: all\n' },
      { 'service/main.py': BLOCKING },
    );
    await s.idle();
    expect(s.state(pull)).toMatchObject({ checks: [{ conclusion: 'action_required' }], reviews: [], inline: [] });
    expect(s.checkOf(pull).output.summary).toContain('`.github/dialectic.yml:2`: unknown key "reveiw"');
  });

  test('that is broken can be repaired by a pull request', async () => {
    const s = stage();
    const pull = await s.pullOf(
      { ...FILES, '.github/dialectic.yml': 'reveiw: {}\n' },
      { '.github/dialectic.yml': 'review: {}\n' },
    );
    await s.idle();
    expect(s.checkOf(pull)).toMatchObject({ conclusion: 'success' });
    expect(s.checkOf(pull).output.summary).toContain('judged by the defaults');
  });

  test('that a pull request breaks is named before it is merged', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { '.github/dialectic.yml': 'checks:\n  proc/blocking-cal: off\n' });
    await s.idle();
    expect(s.checkOf(pull).output.summary).toMatch(/\*\*not valid\*\*[\s\S]*`\.github\/dialectic\.yml:2`/);
  });

  test('that is merged has the open pull requests judged anew', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    await s.push({
      branch: 'main',
      message: 'Switch off',
      files: { '.github/dialectic.yml': 'checks:\n  proc/blocking-call: off\n' },
    });
    await s.idle();
    expect(s.state(pull)).toMatchObject({ reviews: ['DISMISSED'] });
    expect(s.checkOf(pull).conclusion).toBe('success');
  });

  test('mode observe reports and never fails', async () => {
    const s = stage();
    const pull = await s.pullOf(
      { ...FILES, '.github/dialectic.yml': 'mode: observe\n' },
      { 'service/main.py': BLOCKING },
    );
    await s.idle();
    expect(s.state(pull)).toMatchObject({
      checks: [{ conclusion: 'success', title: 'Observing only: 1 finding must be answered' }],
      reviews: ['COMMENTED'],
      inline: ['service/main.py:11 proc/blocking-call'],
    });
  });

  test('the organisation has a default, and a repository extends another file', async () => {
    const s = stage();
    const own = s.repository;
    const shared = await s.addRepository('.github');
    await s.push(
      {
        branch: 'main',
        message: 'Default',
        files: { '.github/dialectic.yml': 'checks:\n  proc/blocking-call: note\n' },
      },
      shared,
    );
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    expect(s.state(pull)).toMatchObject({ checks: [{ conclusion: 'success' }], reviews: ['COMMENTED'] });
    await s.push(
      { branch: 'main', message: 'Own', files: { '.github/dialectic.yml': 'extends: acme/.github:strict.yml\n' } },
      own,
    );
    await s.push(
      { branch: 'main', message: 'Strict', files: { 'strict.yml': 'checks:\n  proc/blocking-call: block\n' } },
      shared,
    );
    await s.world.people.announcePull(own, pull, 'reopened', s.author);
    await s.idle();
    expect(s.checkOf(pull).conclusion).toBe('failure');
    s.world.people.rename(shared, 'former-github');
  });
});
