import { describe, expect, test } from '@jest/globals';
import { ARGUED, BLOCKING, FILES, stageForFile } from './world.js';

const stage = stageForFile();
const CHECK = 'proc/blocking-call';

describe('commands', () => {
  const blocked = async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    return { s, pull };
  };
  const reactions = (s: ReturnType<typeof stage>): string[] =>
    s.repository.comments.flatMap((comment) => comment.reactions.map(({ content }) => content)).sort();

  test('waive: by somebody else with write permission, with who, when and why in the summary; unwaive takes it back', async () => {
    const { s, pull } = await blocked();
    s.world.people.comment(
      s.repository,
      pull,
      s.maintainer,
      `Fine for now.\n\n/dialectic waive ${CHECK} service/main.py replaced next week`,
    );
    await s.idle();
    expect(s.state(pull)).toMatchObject({
      reviews: ['DISMISSED'],
      inline: ['service/main.py:11 ✓ **Answered for.** Waived by maria'].map((start) => expect.stringContaining(start)),
      discussion: [],
    });
    const { summary } = s.checkOf(pull).output;
    expect(s.checkOf(pull).conclusion).toBe('success');
    expect(summary).toMatch(/### Answered for[\s\S]*Waived by maria \(\d{4}-\d\d-\d\d\): replaced next week/);
    expect(reactions(s)).toEqual(['+1', 'eyes']);

    s.world.people.comment(s.repository, pull, s.maintainer, `/dialectic unwaive ${CHECK}`);
    await s.idle();
    expect(s.checkOf(pull).conclusion).toBe('failure');
  });

  test('waive is refused to the author and to strangers, and says who may', async () => {
    const { s, pull } = await blocked();
    s.world.people.comment(s.repository, pull, s.author, `/dialectic waive ${CHECK} I know what I do`);
    await s.idle();
    s.world.people.comment(s.repository, pull, s.stranger, `/dialectic waive ${CHECK} me too`);
    await s.idle();
    expect(s.checkOf(pull).conclusion).toBe('failure');
    expect(s.state(pull).discussion).toEqual([
      expect.stringMatching(/write permission, but not by the author/),
      expect.stringMatching(/write permission other than the author/),
    ]);
    expect(reactions(s)).toEqual(['-1', '-1', 'eyes', 'eyes']);
  });

  test('a waiver that another person edits is void, and one that is deleted is gone', async () => {
    const { s, pull } = await blocked();
    const comment = s.world.people.comment(s.repository, pull, s.maintainer, `/dialectic waive ${CHECK} fine`);
    await s.idle();
    expect(s.checkOf(pull).conclusion).toBe('success');
    s.world.github.editComment(s.repository, comment, s.author, `/dialectic waive ${CHECK} fine, really`);
    await s.idle();
    expect(s.checkOf(pull).conclusion).toBe('failure');
  });

  test('waive without a reason is refused', async () => {
    const { s, pull } = await blocked();
    s.world.people.comment(s.repository, pull, s.maintainer, `/dialectic waive ${CHECK}`);
    await s.idle();
    expect(s.state(pull).discussion).toEqual([expect.stringMatching(/^A waiver needs a reason/)]);
    expect(s.checkOf(pull).conclusion).toBe('failure');
  });

  test('explain, config, gate, help and a misspelt one are answered, once each', async () => {
    const { s, pull } = await blocked();
    for (const words of [`explain ${CHECK}`, 'explain proc/blockng-call', 'config', 'gate', 'help', 'reveiw']) {
      s.world.people.comment(s.repository, pull, s.stranger, `/dialectic ${words}`);
      await s.idle();
    }
    expect(s.state(pull).discussion).toEqual([
      expect.stringContaining(`**[${CHECK}]`),
      expect.stringContaining('Did you mean `proc/blocking-call`?'),
      '| Key | Value | Set in |',
      '✅ The gate is met.',
      'A command is a line of its own, outside of quotes and code.',
      'There is no command `reveiw`.',
    ]);
    const mark = s.mark;
    s.world.github.webhooks.redeliver(
      s.world.github.webhooks.log.filter(({ event }) => event === 'issue_comment').at(-2)?.id ?? 0,
    );
    await s.idle();
    expect(s.writesSince(mark).filter((operation) => operation === 'issues/create-comment')).toEqual([]);
  });

  test('review: a new check run at once, also when the result is the same; not for strangers', async () => {
    const { s, pull } = await blocked();
    s.world.people.comment(s.repository, pull, s.stranger, '/dialectic review');
    await s.idle();
    expect(s.checksOf(pull.head.sha)).toHaveLength(1);
    s.world.people.comment(s.repository, pull, s.author, '/dialectic review');
    await s.idle();
    expect(s.checksOf(pull.head.sha).map((run) => run.conclusion)).toEqual(['failure', 'failure']);
    expect(s.state(pull).inline).toHaveLength(1);
  });

  test('quotes, code and bots command nothing', async () => {
    const { s, pull } = await blocked();
    const mark = s.mark;
    s.world.people.comment(
      s.repository,
      pull,
      s.maintainer,
      '> /dialectic help\n\n```\n/dialectic help\n```\nsee /dialectic help',
    );
    s.world.people.comment(s.repository, pull, s.world.app.bot, '/dialectic help');
    await s.idle();
    expect(s.writesSince(mark)).toEqual([]);
  });
});

describe('the check run', () => {
  test('is run again by its button, from a fork as well, where the payload names no pull request', async () => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    const fork = await s.world.github.addRepository(s.author, `fork-of-${s.repository.name}`, { fork: s.repository });
    await s.push({ branch: 'feature', message: 'Change', files: { 'service/main.py': BLOCKING }, from: 'main' }, fork);
    const pull = await s.openPull({ title: 'Change', body: ARGUED, head: 'feature', from: fork });
    await s.idle();
    expect(s.state(pull)).toMatchObject({ checks: [{ conclusion: 'failure' }], reviews: ['CHANGES_REQUESTED'] });
    s.world.people.rerequestRun(s.repository, s.checkOf(pull), s.maintainer);
    await s.idle();
    const last = s.world.github.webhooks.log.findLast(
      ({ event, action }) => event === 'check_run' && action === 'rerequested',
    );
    expect((last?.request.payload['check_run'] as { pull_requests: unknown[] }).pull_requests).toEqual([]);
    expect(s.checksOf(pull.head.sha).map((run) => run.status)).toEqual(['completed', 'completed']);
    expect(s.state(pull).inline).toHaveLength(1);
  });

  test('explains its first blocker, once however often the button is pressed', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    for (let press = 0; press < 2; press += 1) {
      s.world.people.requestAction(s.repository, s.checkOf(pull), s.stranger, 'explain');
      await s.idle();
    }
    expect(s.state(pull).discussion).toEqual([expect.stringContaining(CHECK)]);
    expect(s.repository.comments.at(-1)?.body).toContain('**Why it matters.**');
    s.world.people.requestAction(s.repository, s.checkOf(pull), s.stranger, 'rerun');
    await s.idle();
    expect(s.checksOf(pull.head.sha)).toHaveLength(1);
    s.world.people.requestAction(s.repository, s.checkOf(pull), s.maintainer, 'rerun');
    await s.idle();
    expect(s.checksOf(pull.head.sha)).toHaveLength(2);
  });

  test('of a commit that two pull requests share is the worst of both', async () => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    await s.push({ branch: 'legacy', message: 'Old', files: { 'service/main.py': BLOCKING }, from: 'main' });
    await s.push({ branch: 'feature', message: 'Change', files: { 'README.md': '# New\n' }, from: 'legacy' });
    const onLegacy = await s.openPull({ title: 'One', body: ARGUED, head: 'feature', base: 'legacy' });
    await s.idle();
    expect(s.checkOf(onLegacy).conclusion).toBe('success');
    const onMain = await s.openPull({ title: 'Two', body: ARGUED, head: 'feature' });
    await s.idle();
    expect(s.checkOf(onMain)).toMatchObject({
      conclusion: 'failure',
      output: { title: expect.stringContaining('the worst of 2 pull requests') },
    });
    expect(s.state(onLegacy).reviews).toEqual([]);
    expect(s.state(onMain).reviews).toEqual(['CHANGES_REQUESTED']);
    void s.world.people.close(s.repository, onMain, s.author);
    s.world.people.rerequestRun(s.repository, s.checkOf(onLegacy), s.author);
    await s.idle();
    expect(s.checkOf(onLegacy).conclusion).toBe('success');
  });
});
