/** What goes wrong on demand, as GitHub goes wrong, and the limits that no single request meets. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Fault } from '../../../demo/local-github/faults.js';
import { startLocalGitHub, type World } from '../../../demo/local-github/index.js';
import { GITHUB_LIMITS, Limits, type LimitSettings } from '../../../demo/local-github/limits.js';
import type { Pull, Repository, User } from '../../../demo/local-github/store.js';

jest.setTimeout(60_000);

let world: World;
let repository: Repository;
let ana: User;
let pull: Pull;
let token: string;

beforeAll(async () => {
  world = await startLocalGitHub();
  ana = world.github.addUser('ana');
  repository = await world.github.addRepository(world.organization, 'platform');
  repository.collaborators.set('ana', 'write');
  await world.push(repository, ana, { branch: 'main', message: 'Start', files: { 'a.txt': 'one\n' } });
  const change = { branch: 'change', from: 'main', message: 'Change', files: { 'a.txt': 'two\n' } };
  await world.push(repository, ana, change);
  pull = await world.people.openPull(repository, ana, { title: 'Change', head: 'change' });
}, 60_000);
beforeEach(() => void ({ token } = world.github.credentials.grant(world.installation, undefined, undefined)));
afterAll(async () => {
  await world.close();
  expect(world.github.violations).toEqual([]);
});

const ask = (method: string, path: string, body?: object): Promise<Response> =>
  fetch(`${world.github.addresses.api}/repos/acme/platform${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
const comment = (): Promise<Response> => ask('POST', '/issues/1/comments', { body: 'x' });

describe('faults', () => {
  const refused: [string, Fault, number, string, Record<string, string>][] = [
    ['not there yet', { kind: 'not-found' }, 404, 'Not Found', {}],
    ['forbidden', { kind: 'forbidden' }, 403, 'Resource not accessible by integration', {}],
    ['an expired token', { kind: 'expired-token' }, 401, 'Bad credentials', {}],
    ['a gateway', { kind: 'bad-gateway' }, 502, 'Server Error', {}],
    ['the server', { kind: 'server-error' }, 500, 'Server Error', {}],
    [
      'a secondary limit',
      { kind: 'secondary-limit', retryAfter: 7 },
      403,
      'secondary rate limit',
      { 'retry-after': '7' },
    ],
    [
      'the primary limit',
      { kind: 'primary-limit', resetInSeconds: 9 },
      403,
      'API rate limit exceeded',
      { 'x-ratelimit-remaining': '0' },
    ],
  ];
  test.each(refused)(
    '%s: nothing is done, and the next request is served',
    async (_, fault, status, words, headers) => {
      const before = repository.comments.length;
      world.github.faults.plan('issues/create-comment', fault);
      const answer = await comment();
      expect([answer.status, ((await answer.json()) as { message: string }).message]).toEqual([
        status,
        expect.stringContaining(words),
      ]);
      expect(Object.fromEntries(answer.headers)).toMatchObject(headers);
      expect(repository.comments).toHaveLength(before);
      expect((await comment()).status).toBe(201);
    },
  );

  test.each([
    ['before', false, 0],
    ['after', true, 1],
  ])('a connection that ends %s the work', async (_, after, done) => {
    const before = repository.comments.length;
    world.github.faults.plan('issues/create-comment', { kind: 'connection-reset', after });
    await expect(comment()).rejects.toThrow('fetch failed');
    expect(repository.comments).toHaveLength(before + done);
  });

  test('a slow answer comes all the same', async () => {
    world.github.faults.plan('issues/create-comment', { kind: 'slow', milliseconds: 200 });
    const begun = Date.now();
    expect((await comment()).status).toBe(201);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(195);
  });

  test('of an operation that nobody can ask for are a mistake of the test', () => {
    expect(() => world.github.faults.plan('issues/create-coment', { kind: 'forbidden' })).toThrow('no such operation');
  });
});

test('a check run that has ended takes another result, and does not begin again', async () => {
  const made = await ask('POST', '/check-runs', { name: 'dialectic', head_sha: pull.head.sha, conclusion: 'failure' });
  const { id } = (await made.json()) as { id: number };
  const update = async (body: object) => (await ask('PATCH', `/check-runs/${id}`, body)).json();
  expect(await update({ status: 'in_progress' })).toMatchObject({ status: 'completed', conclusion: 'failure' });
  expect(await update({ conclusion: 'success' })).toMatchObject({ status: 'completed', conclusion: 'success' });
});

describe('limits', () => {
  const actor = { kind: 'anonymous' } as const;
  let now = 0;
  const limits = (over: Partial<LimitSettings>): Limits =>
    new Limits({ ...GITHUB_LIMITS, ...over }, () => new Date(now));
  const times = (count: number, work: () => void): void => {
    for (let index = 0; index < count; index += 1) work();
  };

  test('are GitHub’s own, if nothing else is said', () => {
    expect(GITHUB_LIMITS).toEqual({
      hourly: 5000,
      writesPerMinute: 80,
      writesPerHour: 500,
      pointsPerMinute: 900,
      concurrent: 100,
    });
  });

  test('on points a minute: a write costs five, a read one', () => {
    const strict = limits({ pointsPerMinute: 20 });
    times(3, () => strict.take(actor, true));
    times(5, () => strict.take(actor, false));
    expect(() => strict.take(actor, false)).toThrow('secondary rate limit');
    now += 61_000;
    strict.take(actor, false);
  });

  test('on writes an hour, however slowly they come', () => {
    const strict = limits({ writesPerHour: 3 });
    times(3, () => {
      strict.take(actor, true);
      now += 120_000;
    });
    expect(() => strict.take(actor, true)).toThrow('secondary rate limit');
    now += 3_600_000;
    strict.take(actor, true);
  });

  test('on requests at a time', async () => {
    const strict = limits({ concurrent: 1 });
    let release = (): void => undefined;
    const held = [1, 2].map(() => strict.during(() => new Promise<void>((resolve) => (release = resolve))));
    expect(() => strict.take(actor, false)).toThrow('secondary rate limit');
    release();
    await held[1];
    strict.take(actor, false);
  });
});

test('a repository that is transferred: the old installation loses it, the new one is redirected to it', async () => {
  const { github, people, app } = world;
  const globex = github.addUser('globex', 'Organization');
  const installation = people.install(app, globex);
  people.transfer(repository, globex);
  expect((await ask('GET', '/pulls/1')).status).toBe(404);
  ({ token } = github.credentials.grant(installation, undefined, undefined));
  const answer = await ask('GET', '/pulls/1');
  expect([answer.status, answer.redirected]).toEqual([200, true]);
  expect(((await answer.json()) as { base: { repo: { full_name: string } } }).base.repo.full_name).toBe(
    'globex/platform',
  );
});
