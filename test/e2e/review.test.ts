import { describe, expect, test } from '@jest/globals';
import {
  ARGUED,
  BLOCKED,
  BLOCKING,
  CLEAN,
  ended,
  FILES,
  GREEN,
  PLACE,
  RED,
  SILENT,
  stageForFile,
  TWICE,
  TWICE_RED,
  UNARGUED,
} from './world.js';

const stage = stageForFile();
const SECOND = 'service/main.py:17 proc/blocking-call';

describe('a pull request that blocks', () => {
  test('gets a red check and one review with a suggestion on the line, and turns green when it is fixed', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    expect(s.state(pull)).toEqual(BLOCKED);
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
    if (!first) throw new Error('no comment');
    const before = first.body;
    const reply = { ...(await s.replyTo(pull, first, s.author, 'It sleeps on purpose.')) };
    await s.push({ branch: 'feature', message: 'More', files: { 'service/main.py': TWICE } });
    await s.idle();
    expect(s.state(pull)).toEqual({
      checks: [TWICE_RED],
      reviews: ['CHANGES_REQUESTED', 'COMMENTED'],
      inline: [PLACE, SECOND],
      discussion: [],
    });
    expect(first.body).toBe(before);
    await s.push({ branch: 'feature', message: 'Repair', files: { 'service/main.py': CLEAN } });
    await s.idle();
    expect(s.state(pull)).toEqual({
      checks: [GREEN],
      reviews: ['DISMISSED', 'COMMENTED'],
      inline: Array.from({ length: 2 }, () => 'service/main.py:line ✓ **Fixed in <sha>.**'),
      discussion: [],
    });
    const { commit: _, line: _line, ...stays } = reply;
    expect(s.repository.reviewComments.find(({ id }) => id === reply.id)).toMatchObject(stays);
  });

  test('the same check more than five times is one comment with a list', async () => {
    const s = stage();
    const endpoint = (index: number): string =>
      `\n\n@app.get("/p${index}")\nasync def p${index}():\n    time.sleep(${index})\n    return {}\n`;
    const six = CLEAN + Array.from({ length: 6 }, (_, index) => endpoint(index + 1)).join('');
    const pull = await s.pullOf(FILES, { 'service/main.py': six });
    await s.idle();
    expect(s.state(pull)).toEqual({
      ...BLOCKED,
      checks: [ended('failure', '6 findings must be answered')],
      inline: [expect.stringMatching(/^service\/main\.py:\d+ proc\/blocking-call$/)],
    });
    const lines = six.split('\n').flatMap((line, index) => (line.includes('time.sleep') ? [index + 1] : []));
    const listed = s.repository.reviewComments[0]?.body.matchAll(/service\/main\.py#L(\d+)/g) ?? [];
    expect(new Set([...listed].map(([, line]) => Number(line)))).toEqual(new Set(lines));
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
    expect(s.state(pull)).toEqual(BLOCKED);
  });

  test('a review of a hundred changed files costs eight requests once the caches are warm', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    const files = Object.fromEntries(
      Array.from({ length: 99 }, (_, index) => [`lib/part_${index}.py`, `VALUE = ${index}\n`]),
    );
    const { webhooks } = s.world.github;
    webhooks.hold();
    await s.push({ branch: 'feature', message: 'Many', files: { ...files, 'service/main.py': TWICE } });
    const mark = s.mark;
    // The push and its check suite are looked at too; here only the review counts.
    webhooks.release((held) => held.filter(({ event }) => event === 'pull_request'));
    await s.idle();
    expect(s.operationsSince(mark)).toEqual([
      'graphql',
      'checks/create',
      'repos/compare-commits-with-basehead',
      'git/get-tree',
      'graphql',
      'graphql',
      'pulls/create-review',
      'checks/update',
    ]);
    const [entry] = s.logs.filter((line) => line.includes(pull.head.sha) && line.includes('"reviewed"'));
    // The check's own end is written after the log line.
    expect(JSON.parse(entry ?? '{}')).toMatchObject({ conclusion: 'failure', requests: 7 });
  });

  test('deliveries that are doubled and out of order lead to the same', async () => {
    const s = stage();
    s.world.github.webhooks.hold();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.push({ branch: 'feature', message: 'More', files: { 'service/main.py': TWICE } });
    s.world.github.webhooks.release((held) => [...held, ...held].reverse());
    await s.idle();
    expect(s.state(pull)).toEqual({
      ...BLOCKED,
      checks: [TWICE_RED],
      inline: [PLACE, SECOND],
    });
  });
});

test('a clean pull request gets the check run and not a word more', async () => {
  const s = stage();
  const pull = await s.pullOf(FILES, { 'README.md': '# The platform\n' });
  await s.idle();
  expect(s.state(pull)).toEqual(SILENT);
});

describe('the gate', () => {
  test('fails without thesis, antithesis and synthesis, and is met as soon as the description is edited', async () => {
    const s = stage();
    const change = { 'service/main.py': CLEAN.replace('"score": 1', '"score": 2') };
    const pull = await s.pullOf(FILES, change, { body: 'Changes the score.' });
    await s.idle();
    const run = s.checkOf(pull);
    expect(s.state(pull)).toEqual({ ...BLOCKED, checks: [UNARGUED], inline: [] });
    expect(run.output.summary).toContain('❌ gate not met');
    expect(pull.reviews[0]?.body).toContain('dia/section-missing');

    await s.world.people.editPull(s.repository, pull, s.author, { body: ARGUED });
    await s.idle();
    // The same check run: no line of it has to be taken back.
    expect(s.state(pull)).toEqual({ ...SILENT, reviews: ['DISMISSED'] });
    expect(run.history).toEqual(['failure', 'success']);
  });

  test('is never approved while it is not met, also where approvals are wanted', async () => {
    const s = stage();
    const files = { ...FILES, '.github/dialectic.yml': 'review:\n  approve: true\n' };
    const change = { 'service/main.py': CLEAN.replace('"score": 1', '"score": 2') };
    const pull = await s.pullOf(files, change, { body: null });
    await s.idle();
    expect(s.state(pull)).toEqual({ ...BLOCKED, checks: [UNARGUED], inline: [] });
    await s.world.people.editPull(s.repository, pull, s.author, { body: ARGUED });
    await s.idle();
    expect(s.state(pull)).toEqual({ ...SILENT, reviews: ['CHANGES_REQUESTED', 'APPROVED'] });
  });
});

describe('drafts', () => {
  test('get their true conclusion, and comments when they are ready', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING }, { draft: true });
    await s.idle();
    expect(s.state(pull)).toEqual({ ...SILENT, checks: [RED] });
    await s.world.people.setDraft(s.repository, pull, s.author, false);
    await s.idle();
    expect(s.state(pull)).toEqual(BLOCKED);
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
    expect(s.state(pull)).toEqual(BLOCKED);
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
    expect(s.state(pull)).toEqual({
      ...SILENT,
      checks: [ended('action_required', 'The configuration is not valid, so nothing was judged')],
    });
    expect(s.checkOf(pull).output.summary).toContain('`.github/dialectic.yml:2`: unknown key "reveiw"');
  });

  test('that is broken can be repaired by a pull request', async () => {
    const s = stage();
    const pull = await s.pullOf(
      { ...FILES, '.github/dialectic.yml': 'reveiw: {}\n' },
      { '.github/dialectic.yml': 'review: {}\n' },
    );
    await s.idle();
    expect(s.state(pull)).toEqual(SILENT);
    expect(s.checkOf(pull).output.summary).toContain('judged by the defaults');
  });

  test('that a pull request breaks is named before it is merged', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { '.github/dialectic.yml': 'checks:\n  proc/blocking-cal: off\n' });
    await s.idle();
    expect(s.state(pull)).toEqual(SILENT);
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
    expect(s.state(pull)).toEqual({
      checks: [RED, GREEN],
      reviews: ['DISMISSED'],
      inline: [expect.stringContaining('service/main.py:11 ✓ **')],
      discussion: [],
    });
  });

  test('mode observe reports and never fails', async () => {
    const s = stage();
    const pull = await s.pullOf(
      { ...FILES, '.github/dialectic.yml': 'mode: observe\n' },
      { 'service/main.py': BLOCKING },
    );
    await s.idle();
    expect(s.state(pull)).toEqual({
      ...BLOCKED,
      checks: [ended('success', 'Observing only: 1 finding must be answered')],
      reviews: ['COMMENTED'],
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
    const noted = ended('success', 'Nothing blocks; 1 remark');
    expect(s.state(pull)).toEqual({ ...BLOCKED, checks: [noted], reviews: ['COMMENTED'] });
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
    expect(s.state(pull, own)).toEqual({
      ...BLOCKED,
      checks: [noted, RED],
      reviews: ['COMMENTED', 'CHANGES_REQUESTED'],
    });
    s.world.people.rename(shared, 'former-github');
  });
});
