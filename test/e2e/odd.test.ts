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
  RED,
  SILENT,
  stageForFile,
  TWICE,
  TWICE_RED,
} from './world.js';

const stage = stageForFile();
const FIXED = { ...BLOCKED, checks: [GREEN], reviews: ['DISMISSED'] };
const summaryOf = (pull: Pull): string => stage().summaryOf(pull);

describe('odd content', () => {
  test('a submodule, a link, an LFS pointer, a binary and a blob of 101 MB: none is entered, followed or taken for text', async () => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    const mark = s.mark;
    await s.push({
      branch: 'feature',
      message: 'Odd',
      from: 'main',
      files: {
        'service/main.py': BLOCKING,
        'models/scores.csv': `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`,
        'assets/logo.bin': Buffer.from([0, 1, 2, 255]),
        'data/dump.sql': Buffer.alloc(101_000_000),
      },
      links: { 'service/alias.py': 'main.py', 'escape.py': '../../etc/passwd' },
      modules: { 'vendor-lib': 'b'.repeat(40) },
    });
    const pull = await s.openPull({ title: 'Odd', body: ARGUED, head: 'feature' });
    await s.idle();
    expect(s.state(pull)).toEqual(BLOCKED);
    expect(summaryOf(pull)).toMatch(/`data\/dump\.sql`.*too large/);
    const asked = s.world.github.requests.slice(mark).map(({ operation }) => operation);
    expect(asked.filter((operation) => operation === 'repos/download-tarball-archive')).toEqual([]);
    expect(asked.filter((operation) => operation === 'git/get-blob').length).toBeLessThanOrEqual(2);
  });

  test('what a question depends on and cannot be read is action_required, with the reason', async () => {
    const s = stage();
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`;
    const pull = await s.pullOf(FILES, { 'service/main.py': pointer });
    await s.idle();
    expect(s.state(pull)).toEqual({
      ...SILENT,
      checks: [ended('action_required', 'Part of this change could not be judged')],
    });
    expect(summaryOf(pull)).toMatch(/`service\/main\.py`.*Git LFS/);
  });

  test('a renamed file keeps its weakness from before; a deleted one has none', async () => {
    const s = stage();
    const files = { ...FILES, 'service/main.py': BLOCKING, 'service/old.py': TWICE.replace('/score', '/old') };
    const pull = await s.pullOf(files, {
      'service/main.py': null,
      'service/scoring.py': BLOCKING.replace('{"limits": []}', '{"limits": [1]}'),
      'service/old.py': null,
    });
    await s.idle();
    expect(s.state(pull)).toEqual(SILENT);
    await s.push({ branch: 'feature', message: 'More', files: { 'service/scoring.py': TWICE } });
    await s.idle();
    expect(s.state(pull)).toEqual({ ...BLOCKED, inline: ['service/scoring.py:17 proc/blocking-call'] });
  });

  test('3,100 changed files: GitHub lists 3,000 of them, and the last one is seen all the same', async () => {
    const s = stage();
    const many = Object.fromEntries(
      Array.from({ length: 3100 }, (_, index) => [`data/part_${index}.txt`, `${index}\n`]),
    );
    const mark = s.mark;
    const pull = await s.pullOf(
      { ...FILES, 'zz/main.py': CLEAN },
      { ...many, 'zz/main.py': BLOCKING, 'service/main.py': BLOCKING },
    );
    await s.idle();
    // GitHub shows no lines of what it does not list, so the comments stand on the files.
    expect(s.state(pull)).toEqual({
      checks: [TWICE_RED],
      reviews: ['CHANGES_REQUESTED', 'COMMENTED', 'COMMENTED'],
      discussion: [],
      inline: ['service/main.py:file proc/blocking-call', 'zz/main.py:file proc/blocking-call'],
    });
    const listed = s.world.github.requests.slice(mark).filter(({ operation }) => operation === 'pulls/list-files');
    expect(listed).toHaveLength(30);
  });
});

describe('odd histories', () => {
  test('a force push: the comment that is answered by it is folded, what stays is not said twice', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': TWICE });
    await s.idle();
    expect(s.state(pull).inline).toHaveLength(2);
    const before = pull.head.sha;
    await s.push({
      branch: 'feature',
      message: 'Rewritten',
      files: { 'service/main.py': BLOCKING },
      amend: true,
      force: true,
    });
    await s.idle();
    expect(pull.head.sha).not.toBe(before);
    expect(s.state(pull)).toEqual({
      checks: [RED],
      reviews: ['CHANGES_REQUESTED'],
      inline: ['service/main.py:11 proc/blocking-call', expect.stringMatching(/^service\/main\.py:\S+ ✓ \*\*Fixed in/)],
      discussion: [],
    });
  });

  test('another base: what was there before is new to it', async () => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    await s.push({ branch: 'legacy', message: 'Old', files: { 'service/main.py': BLOCKING }, from: 'main' });
    await s.push({ branch: 'feature', message: 'Change', files: { 'README.md': '# New\n' }, from: 'legacy' });
    const pull = await s.openPull({ title: 'One', body: ARGUED, head: 'feature', base: 'legacy' });
    await s.idle();
    expect(s.state(pull)).toEqual(SILENT);
    await s.world.people.editPull(s.repository, pull, s.author, { base: 'main' });
    await s.idle();
    // The same check run: nothing stood on its lines.
    expect(s.state(pull)).toEqual(BLOCKED);
    expect(s.checkOf(pull).history).toEqual(['success', 'failure']);
  });

  test('a head branch that is deleted closes the pull request; the sweep leaves it alone', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    const mark = s.mark;
    await s.world.people.deleteBranch(s.repository, 'feature', s.author);
    s.world.people.comment(s.repository, pull, s.maintainer, '/dialectic review');
    await s.sweep();
    expect([pull.state, s.state(pull), s.writesSince(mark)]).toEqual(['closed', BLOCKED, []]);
  });

  test('a fork that is deleted: the commit is still reviewed, from the base repository', async () => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    const fork = await s.world.github.addRepository(s.author, `fork-of-${s.repository.name}`, { fork: s.repository });
    await s.push({ branch: 'feature', message: 'Change', files: { 'service/main.py': BLOCKING }, from: 'main' }, fork);
    s.world.github.webhooks.hold();
    const pull = await s.openPull({ title: 'Change', body: ARGUED, head: 'feature', from: fork });
    pull.head.repository = undefined;
    s.world.github.webhooks.release((held) => held);
    await s.idle();
    expect(s.state(pull)).toEqual(BLOCKED);
  });

  test('a repository that is renamed: what was sent under its old name is still done, once', async () => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    await s.push({ branch: 'feature', message: 'Change', files: { 'service/main.py': BLOCKING }, from: 'main' });
    await s.idle();
    s.world.github.webhooks.hold();
    const pull = await s.openPull({ title: 'Change', body: ARGUED, head: 'feature' });
    s.world.people.rename(s.repository, `${s.repository.name}-renamed`);
    s.world.github.webhooks.release((held) => held);
    await s.idle();
    expect(s.state(pull)).toEqual(BLOCKED);
    await s.push({ branch: 'feature', message: 'Repair', files: { 'service/main.py': CLEAN } });
    await s.idle();
    expect(s.state(pull)).toEqual({ ...FIXED, inline: [expect.stringContaining('✓ **Fixed in <sha>')] });
  });

  test('a locked conversation: the check run says everything, the log says what was refused', async () => {
    const s = stage();
    s.world.github.webhooks.hold();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    pull.locked = true;
    s.world.github.webhooks.release((held) => held);
    await s.idle();
    expect(s.state(pull)).toEqual({ ...BLOCKED, reviews: [], inline: [] });
    expect(summaryOf(pull)).toContain('proc/blocking-call');
    expect(s.logs.some((line) => line.includes('Unable to create comment because issue is locked.'))).toBe(true);
  });
});

test('a delivery that fails again and again is asked for four times at most', async () => {
  const s = stage();
  const { webhooks } = s.world.github;
  const { target } = webhooks;
  if (target) webhooks.target = { ...target, url: 'http://127.0.0.1:9/' };
  const before = webhooks.log.length;
  const pull = await s.pullOf(FILES, { 'README.md': '# New\n' });
  await webhooks.settled();
  for (let round = 0; round < 6; round += 1) await s.sweep();
  const attempts = new Map<string, number>();
  for (const { guid } of webhooks.log.slice(before)) attempts.set(guid, (attempts.get(guid) ?? 0) + 1);
  expect(new Set(attempts.values())).toEqual(new Set([4]));
  // The other half of the sweep found the pull request without its delivery.
  expect(s.state(pull)).toEqual(SILENT);
  webhooks.target = target;
});
