import { expect, test } from '@jest/globals';
import { ARGUED, BLOCKED, BLOCKING, CLEAN, ended, FILES, RED, SILENT, stageForFile, TWICE } from './world.js';

const stage = stageForFile();

/** Holds the next review in the engine until something ends it from outside; resolves when it is there. */
function held(): Promise<void> {
  const { services } = stage().server ?? {};
  if (!services) throw new Error('no server');
  const { review } = services;
  return new Promise((resolve) => {
    Object.assign(services, {
      review: async (request: Parameters<typeof review>[0]) => {
        Object.assign(services, { review });
        resolve();
        await new Promise((ended) => request.signal?.addEventListener('abort', ended));
        return review(request);
      },
    });
  });
}

test('a push while a review runs ends it: its commit is cancelled, nothing of it is published', async () => {
  const s = stage();
  const running = held();
  const pull = await s.pullOf(FILES, { 'service/main.py': TWICE });
  const stale = pull.head.sha;
  await running;
  await s.push({ branch: 'feature', message: 'Less', files: { 'service/main.py': BLOCKING } });
  await s.idle();
  expect(s.checksAt(stale)).toEqual([ended('cancelled', 'A newer commit is under review')]);
  expect(s.state(pull)).toEqual(BLOCKED);
  expect(pull.reviews.map(({ commit }) => commit)).toEqual([pull.head.sha]);
});

test('an edited description while a review runs: the next one goes on with the same check run', async () => {
  const s = stage();
  const running = held();
  const pull = await s.pullOf(FILES, { 'service/main.py': CLEAN.replace('"score": 1', '"score": 2') }, { body: 'No.' });
  await running;
  await s.world.people.editPull(s.repository, pull, s.author, { body: ARGUED });
  await s.idle();
  expect(s.state(pull)).toEqual(SILENT);
});

test('a pull request that is closed while its review runs gets no word more', async () => {
  const s = stage();
  await s.push({ branch: 'main', message: 'Begin', files: FILES });
  await s.push({ branch: 'feature', message: 'Change', files: { 'service/main.py': BLOCKING }, from: 'main' });
  s.duringReview(() => s.world.people.close(s.repository, pull, s.author));
  const pull = await s.openPull({ title: 'Change', body: ARGUED, head: 'feature' });
  await s.idle();
  expect(s.state(pull)).toEqual({ ...SILENT, checks: [RED] });
  await s.world.people.reopen(s.repository, pull, s.author);
  await s.idle();
  expect(s.state(pull)).toEqual(BLOCKED);
});
