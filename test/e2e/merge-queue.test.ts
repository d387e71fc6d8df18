import { describe, expect, test } from '@jest/globals';
import { ARGUED, BLOCKED, BLOCKING, CLEAN, ended, FILES, GREEN, RED, SILENT, stageForFile, UNARGUED } from './world.js';

const stage = stageForFile();
const CHECK = 'proc/blocking-call';
const SCORE = { 'service/main.py': CLEAN.replace('"score": 1', '"score": 2') };

test('two changes that are each fine and together are not', async () => {
  const s = stage();
  const helper = 'import time\n\n\ndef pause():\n    return None\n';
  const files = { ...FILES, 'service/helper.py': helper, 'service/__init__.py': '' };
  await s.push({ branch: 'main', message: 'Begin', files });
  await s.push({
    branch: 'sleeps',
    message: 'Sleep',
    files: { 'service/helper.py': helper.replace('return None', 'time.sleep(1)') },
    from: 'main',
  });
  const uses = CLEAN.replace('import time\n', 'import time\n\nfrom service.helper import pause\n').replace(
    '    return {"score"',
    '    pause()\n    return {"score"',
  );
  await s.push({ branch: 'uses', message: 'Use', files: { 'service/main.py': uses }, from: 'main' });
  const one = await s.openPull({ title: 'Sleep', body: ARGUED, head: 'sleeps' });
  const two = await s.openPull({ title: 'Use', body: ARGUED, head: 'uses' });
  await s.idle();
  expect([s.state(one), s.state(two)]).toEqual([SILENT, SILENT]);
  const group = await s.world.people.queue(s.repository, [one, two], s.maintainer);
  await s.idle();
  const [run] = s.checksOf(group.sha);
  // The group has its own check run; the pull requests are left as they are.
  expect([s.checksAt(group.sha), s.state(one), s.state(two)]).toEqual([[RED], SILENT, SILENT]);
  expect(run?.output.summary).toContain(CHECK);
  expect(run?.output.summary).toContain(`with pull requests ${one.number}, ${two.number}`);
});

describe('the argument and the waivers of the pull requests in a group', () => {
  test('a pull request that is queued past its missing argument fails the group, and is named', async () => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    await s.push({ branch: 'argued', message: 'Docs', files: { 'README.md': '# New\n' }, from: 'main' });
    await s.push({ branch: 'unargued', message: 'Score', files: SCORE, from: 'main' });
    const fine = await s.openPull({ title: 'Docs', body: ARGUED, head: 'argued' });
    const bare = await s.openPull({ title: 'Score', body: 'Changes the score.', head: 'unargued' });
    await s.idle();
    const unargued = { ...BLOCKED, checks: [UNARGUED], inline: [] };
    expect([s.state(fine), s.state(bare)]).toEqual([SILENT, unargued]);
    const group = await s.world.people.queue(s.repository, [bare, fine], s.maintainer);
    await s.idle();
    const [run] = s.checksOf(group.sha);
    expect([s.checksAt(group.sha), s.state(fine), s.state(bare)]).toEqual([
      [ended('failure', 'A pull request of this group not argued')],
      SILENT,
      unargued,
    ]);
    expect(run?.output.summary).toMatch(
      new RegExp(
        `Pull request ${bare.number}: thesis.*is missing[^]*with pull requests ${fine.number}, ${bare.number}`,
      ),
    );
    expect(run?.output.summary).not.toContain(`Pull request ${fine.number}:`);
  });

  test('what was argued after its check was made counts', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, SCORE, { body: 'Changes the score.' });
    await s.idle();
    await s.stopApp();
    await s.world.people.editPull(s.repository, pull, s.author, { body: ARGUED });
    await s.startApp();
    const group = await s.world.people.queue(s.repository, [pull], s.maintainer);
    await s.idle();
    expect([s.checksAt(pull.head.sha), s.checksAt(group.sha)]).toEqual([[UNARGUED], [GREEN]]);
  });

  test('what only observes says what is missing, and passes', async () => {
    const s = stage();
    const pull = await s.pullOf({ ...FILES, '.github/dialectic.yml': 'mode: observe\n' }, SCORE, { body: 'No.' });
    await s.idle();
    const group = await s.world.people.queue(s.repository, [pull], s.maintainer);
    await s.idle();
    expect(s.checksAt(group.sha)).toEqual([GREEN]);
    expect(s.checksOf(group.sha)[0]?.output.summary).toContain('synthesis is missing');
  });

  test('what was waived on the pull request is waived in the group', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    const before = await s.world.people.queue(s.repository, [pull], s.maintainer);
    await s.idle();
    expect(s.checksAt(before.sha)).toEqual([RED]);
    await s.world.people.leaveQueue(s.repository, before.ref, s.maintainer, 'dequeued');
    s.world.people.comment(s.repository, pull, s.maintainer, `/dialectic waive ${CHECK} replaced next week`);
    await s.idle();
    await s.push({ branch: 'main', message: 'Elsewhere', files: { 'NOTES.md': '# Notes\n' } });
    const after = await s.world.people.queue(s.repository, [pull], s.maintainer);
    await s.idle();
    expect(s.checksAt(after.sha)).toEqual([GREEN]);
    expect(s.checksOf(after.sha)[0]?.output.summary).toContain('Waived by maria');
  });
});
