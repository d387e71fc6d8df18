import { describe, expect, test } from '@jest/globals';
import type { Pull, User } from '../../demo/local-github/store.js';
import { ARGUED, BLOCKED, BLOCKING, CLEAN, FILES, GREEN, stageForFile } from './world.js';

const stage = stageForFile();
const BEGUN = { status: 'in_progress', conclusion: null, title: null };

let owners = 0;
/** Another organisation, with the App or without. */
function globex(installed: boolean): User {
  const { github, people, app } = stage().world;
  const owner = github.addUser(`globex-${(owners += 1)}`, 'Organization');
  if (installed) people.install(app, owner);
  return owner;
}
async function branches(): Promise<void> {
  const s = stage();
  await s.push({ branch: 'main', message: 'Begin', files: FILES });
  await s.push({ branch: 'feature', message: 'Change', files: { 'service/main.py': BLOCKING }, from: 'main' });
  await s.idle();
}
const opened = (): Promise<Pull> => stage().openPull({ title: 'Change', body: ARGUED, head: 'feature' });
const logged = (from: number, words: string): number =>
  stage()
    .logs.slice(from)
    .filter((line) => line.includes(words)).length;

describe('a repository that is transferred while its pull request is reviewed', () => {
  test.each([
    ['private: the old installation sees nothing any more', true],
    ['public: the old installation may read and not write', false],
  ])('%s; the review goes on with the new one, in the same check run', async (_, hidden) => {
    const s = stage();
    const [{ repository }, log] = [s, s.logs.length];
    repository.private = hidden;
    const to = globex(true);
    await branches();
    s.duringReview(() => s.world.people.transfer(repository, to));
    const pull = await opened();
    await s.idle();
    expect(s.state(pull)).toEqual(BLOCKED);
    expect(logged(log, `"to":"${to.login}/${repository.name}"`)).toBe(1);
    expect(logged(log, 'a job failed')).toBe(0);

    // From now on the events come from the new installation.
    await s.push({ branch: 'feature', message: 'Repair', files: { 'service/main.py': CLEAN } });
    await s.idle();
    expect(s.state(pull)).toEqual({
      checks: [GREEN],
      reviews: ['DISMISSED'],
      inline: ['service/main.py:line ✓ **Fixed in <sha>.**'],
      discussion: [],
    });
  });

  test('to somebody without the App: not a word more, until the App is installed there', async () => {
    const s = stage();
    const log = s.logs.length;
    const to = globex(false);
    await branches();
    s.duringReview(() => s.world.people.transfer(s.repository, to));
    const pull = await opened();
    await s.idle();
    expect(s.state(pull)).toEqual({ checks: [BEGUN], reviews: [], inline: [], discussion: [] });
    expect(logged(log, 'this App does not reach the repository any more')).toBe(1);
    expect(logged(log, 'a job failed')).toBe(0);
    s.world.people.install(s.world.app, to);
    await s.sweep();
    expect(s.state(pull)).toEqual(BLOCKED);
  });

  test('what was sent before it, and arrives after it, is done once, for the new owner', async () => {
    const s = stage();
    await branches();
    const pull = await opened();
    await s.idle();
    s.world.github.webhooks.hold();
    s.world.people.comment(s.repository, pull, s.stranger, '/dialectic gate');
    s.world.people.rerequestRun(s.repository, s.checkOf(pull), s.maintainer);
    await s.push({ branch: 'feature', message: 'More', files: { 'README.md': '# New\n' } });
    s.world.people.transfer(s.repository, globex(true));
    s.world.github.webhooks.release();
    await s.idle();
    expect(s.state(pull)).toEqual({ ...BLOCKED, discussion: ['✅ The gate is met.'] });
  });
});

test('a repository that is renamed while its pull request is reviewed: the review goes on under the new name', async () => {
  const s = stage();
  const log = s.logs.length;
  await branches();
  const name = `${s.repository.name}-renamed`;
  s.duringReview(() => s.world.people.rename(s.repository, name));
  const pull = await opened();
  await s.idle();
  expect(s.state(pull)).toEqual(BLOCKED);
  expect(logged(log, `"to":"acme/${name}"`)).toBe(1);
});
