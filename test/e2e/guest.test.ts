import { describe, expect, test } from '@jest/globals';
import { ARGUED, BLOCKED, BLOCKING, ended, FILES, GREEN, RED, SILENT, stageForFile } from './world.js';

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
    expect(s.state(pull)).toEqual({
      // Another run: the annotation of the first one could not be taken back.
      checks: [RED, GREEN],
      reviews: ['DISMISSED'],
      inline: [expect.stringContaining('service/main.py:11 ✓ **Answered for.** Waived by maria')],
      discussion: [],
    });
    const { summary } = s.checkOf(pull).output;
    expect(summary).toMatch(/### Answered for[\s\S]*Waived by maria \(\d{4}-\d\d-\d\d\): replaced next week/);
    expect(reactions(s)).toEqual(['+1', 'eyes']);

    s.world.people.comment(s.repository, pull, s.maintainer, `/dialectic unwaive ${CHECK}`);
    await s.idle();
    expect(s.state(pull)).toEqual({ ...BLOCKED, checks: [RED, RED], reviews: ['DISMISSED', 'CHANGES_REQUESTED'] });
    expect(s.checksOf(pull.head.sha).map(({ history }) => history)).toEqual([['failure'], ['success', 'failure']]);
    expect(reactions(s)).toEqual(['+1', '+1', 'eyes', 'eyes']);
  });

  test('waive is refused to the author and to strangers, and says who may', async () => {
    const { s, pull } = await blocked();
    s.world.people.comment(s.repository, pull, s.author, `/dialectic waive ${CHECK} I know what I do`);
    await s.idle();
    s.world.people.comment(s.repository, pull, s.stranger, `/dialectic waive ${CHECK} me too`);
    await s.idle();
    expect(s.state(pull)).toEqual({
      ...BLOCKED,
      discussion: [
        expect.stringMatching(/write permission, but not by the author/),
        expect.stringMatching(/write permission other than the author/),
      ],
    });
    expect(reactions(s)).toEqual(['-1', '-1', 'eyes', 'eyes']);
  });

  test('a waiver that another person edits is void, and one that is deleted is gone', async () => {
    const { s, pull } = await blocked();
    const comment = s.world.people.comment(s.repository, pull, s.maintainer, `/dialectic waive ${CHECK} fine`);
    await s.idle();
    const waived = {
      checks: [RED, GREEN],
      reviews: ['DISMISSED'],
      inline: [expect.stringContaining('service/main.py:11 ✓ **Answered for.** Waived by maria')],
      discussion: [],
    };
    expect(s.state(pull)).toEqual(waived);
    s.world.github.editComment(s.repository, comment, s.author, `/dialectic waive ${CHECK} fine, really`);
    await s.idle();
    const open = { ...BLOCKED, checks: [RED, RED], reviews: ['DISMISSED', 'CHANGES_REQUESTED'] };
    expect(s.state(pull)).toEqual(open);
    const second = s.world.people.comment(s.repository, pull, s.maintainer, `/dialectic waive ${CHECK} fine`);
    await s.idle();
    expect(s.state(pull)).toEqual({ ...waived, checks: [RED, RED, GREEN], reviews: ['DISMISSED', 'DISMISSED'] });
    s.world.github.deleteComment(s.repository, second, s.maintainer);
    await s.idle();
    expect(s.state(pull)).toEqual({
      ...open,
      checks: [RED, RED, RED],
      reviews: ['DISMISSED', 'DISMISSED', 'CHANGES_REQUESTED'],
    });
  });

  test('waive without a reason is refused', async () => {
    const { s, pull } = await blocked();
    s.world.people.comment(s.repository, pull, s.maintainer, `/dialectic waive ${CHECK}`);
    await s.idle();
    expect(s.state(pull)).toEqual({ ...BLOCKED, discussion: [expect.stringMatching(/^A waiver needs a reason/)] });
    expect(reactions(s)).toEqual(['-1', 'eyes']);
  });

  test('explain, config, gate, help and a misspelt one are answered, once each', async () => {
    const { s, pull } = await blocked();
    for (const words of [`explain ${CHECK}`, 'explain proc/blockng-call', 'config', 'gate', 'help', 'reveiw']) {
      s.world.people.comment(s.repository, pull, s.stranger, `/dialectic ${words}`);
      await s.idle();
    }
    expect(s.state(pull)).toEqual({
      ...BLOCKED,
      discussion: [
        expect.stringContaining(`**[${CHECK}]`),
        expect.stringContaining('Did you mean `proc/blocking-call`?'),
        '| Key | Value | Set in |',
        '✅ The gate is met.',
        'A command is a line of its own, outside of quotes and code.',
        'There is no command `reveiw`.',
      ],
    });
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
    const refused = [expect.stringContaining('`/dialectic review` may be used by')];
    expect(s.state(pull)).toEqual({ ...BLOCKED, discussion: refused });
    s.world.people.comment(s.repository, pull, s.author, '/dialectic review');
    await s.idle();
    expect(s.state(pull)).toEqual({ ...BLOCKED, checks: [RED, RED], discussion: refused });
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
    expect(s.state(pull)).toEqual(BLOCKED);
    s.world.people.rerequestRun(s.repository, s.checkOf(pull), s.maintainer);
    await s.idle();
    const last = s.world.github.webhooks.log.findLast(
      ({ event, action }) => event === 'check_run' && action === 'rerequested',
    );
    expect((last?.request.payload['check_run'] as { pull_requests: unknown[] }).pull_requests).toEqual([]);
    expect(s.state(pull)).toEqual({ ...BLOCKED, checks: [RED, RED] });
  });

  test('explains its first blocker, once however often the button is pressed', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    for (let press = 0; press < 2; press += 1) {
      s.world.people.requestAction(s.repository, s.checkOf(pull), s.stranger, 'explain');
      await s.idle();
    }
    const explained = { ...BLOCKED, discussion: [expect.stringContaining(CHECK)] };
    expect(s.state(pull)).toEqual(explained);
    expect(s.repository.comments.at(-1)?.body).toContain('**Why it matters.**');
    s.world.people.requestAction(s.repository, s.checkOf(pull), s.stranger, 'rerun');
    await s.idle();
    expect(s.state(pull)).toEqual(explained);
    s.world.people.requestAction(s.repository, s.checkOf(pull), s.maintainer, 'rerun');
    await s.idle();
    expect(s.state(pull)).toEqual({ ...explained, checks: [RED, RED] });
  });

  test('is made by its suite: asked for, only where there is none; asked for again, in any case', async () => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    await s.push({ branch: 'feature', message: 'Change', files: { 'service/main.py': BLOCKING }, from: 'main' });
    s.world.github.webhooks.hold();
    const pull = await s.openPull({ title: 'Change', body: ARGUED, head: 'feature' });
    const suite = s.repository.suites.find(({ headSha }) => headSha === pull.head.sha);
    if (!suite) throw new Error('no suite');
    // The pull request's own delivery is lost; the suite's finds it.
    await s.world.people.requestSuite(s.repository, suite, s.author);
    s.world.github.webhooks.release((held) => held.filter(({ event }) => event === 'check_suite'));
    await s.idle();
    expect(s.state(pull)).toEqual(BLOCKED);
    const mark = s.mark;
    await s.world.people.requestSuite(s.repository, suite, s.author);
    await s.idle();
    expect([s.state(pull), s.writesSince(mark)]).toEqual([BLOCKED, []]);
    await s.world.people.rerequestSuite(s.repository, suite, s.maintainer);
    await s.idle();
    expect(s.state(pull)).toEqual({ ...BLOCKED, checks: [RED, RED] });
  });

  test('of a commit that two pull requests share is the worst of both', async () => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    await s.push({ branch: 'legacy', message: 'Old', files: { 'service/main.py': BLOCKING }, from: 'main' });
    await s.push({ branch: 'feature', message: 'Change', files: { 'README.md': '# New\n' }, from: 'legacy' });
    const onLegacy = await s.openPull({ title: 'One', body: ARGUED, head: 'feature', base: 'legacy' });
    await s.idle();
    expect(s.state(onLegacy)).toEqual(SILENT);
    const onMain = await s.openPull({ title: 'Two', body: ARGUED, head: 'feature' });
    await s.idle();
    const worst = ended('failure', `${RED.title} (the worst of 2 pull requests with this head)`);
    expect(s.state(onLegacy)).toEqual({ ...SILENT, checks: [worst] });
    expect(s.state(onMain)).toEqual({ ...BLOCKED, checks: [worst] });
    await s.world.people.close(s.repository, onMain, s.author);
    s.world.people.rerequestRun(s.repository, s.checkOf(onLegacy), s.author);
    await s.idle();
    expect(s.state(onLegacy)).toEqual({ ...SILENT, checks: [worst, GREEN] });
  });
});
