/** What the local GitHub refuses, cuts, limits and breaks on demand: each as GitHub does. */
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startLocalGitHub, type World, type WorldOptions } from '../../../demo/local-github/index.js';
import type { Pull, Repository, User } from '../../../demo/local-github/store.js';

jest.setTimeout(60_000);

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

class Scene {
  now = Date.now();
  repository!: Repository;
  ana!: User;
  private token = '';

  private constructor(readonly world: World) {}

  static async open(options: WorldOptions = {}, files: Record<string, string> = { 'a.txt': 'one\n' }): Promise<Scene> {
    const clock: { scene?: Scene } = {};
    const scene = new Scene(
      await startLocalGitHub({ now: () => new Date(clock.scene?.now ?? Date.now()), ...options }),
    );
    clock.scene = scene;
    scene.ana = scene.world.github.addUser('ana');
    scene.repository = await scene.world.github.addRepository(scene.world.organization, 'platform');
    scene.repository.collaborators.set('ana', 'write');
    await scene.world.push(scene.repository, scene.ana, { branch: 'main', message: 'Start', files });
    scene.token = scene.world.github.credentials.grant(scene.world.installation, undefined, undefined).token;
    return scene;
  }

  async pull(files: Record<string, string>): Promise<Pull> {
    await this.world.push(this.repository, this.ana, { branch: 'change', from: 'main', message: 'Change', files });
    return this.world.people.openPull(this.repository, this.ana, { title: 'Change', head: 'change' });
  }

  async ask(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${this.world.github.addresses.api}${path}`, {
      method,
      redirect: 'manual',
      headers: { authorization: `Bearer ${this.token}`, ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
    };
  }
}

const scenes: Scene[] = [];
const open = async (...options: Parameters<typeof Scene.open>): Promise<Scene> => {
  const scene = await Scene.open(...options);
  scenes.push(scene);
  return scene;
};
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene.world.close();
});

const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}.txt`, `${index}\n`]));
const REPO = '/repos/acme/platform';

describe('big diffs', () => {
  test('more than 300 files: the diff is refused with 406, the listing is paged', async () => {
    const scene = await open();
    await scene.pull(many(301));
    expect(
      await scene.ask('GET', `${REPO}/pulls/1`, undefined, { accept: 'application/vnd.github.diff' }),
    ).toMatchObject({ status: 406, body: { errors: [{ code: 'too_large' }] } });
    const page = await scene.ask('GET', `${REPO}/pulls/1/files?per_page=100&page=4`);
    expect(page.body).toHaveLength(1);
    expect(page.headers.get('link')).toContain('page=3>; rel="prev"');
    expect(page.headers.get('link')).not.toContain('rel="next"');
    expect(((await scene.ask('GET', `${REPO}/pulls/1/files?per_page=500`)).body as unknown[]).length).toBe(100);
  });

  test('past the line limit, rows come with zeros and without patch', async () => {
    const scene = await open({ diffLines: 5 });
    await scene.pull({ 'a.txt': '1\n2\n3\n', 'b.txt': '1\n2\n3\n' });
    expect((await scene.ask('GET', `${REPO}/pulls/1/files`)).body).toMatchObject([
      { filename: 'a.txt', additions: 3, deletions: 1, patch: expect.any(String) },
      { filename: 'b.txt', additions: 0, deletions: 0, changes: 0 },
    ]);
    const [, silent] = (await scene.ask('GET', `${REPO}/pulls/1/files`)).body as { patch?: string }[];
    expect(silent).not.toHaveProperty('patch');
  });

  test('trees are cut, and say so', async () => {
    const scene = await open({ treeEntries: 2 }, many(3));
    expect((await scene.ask('GET', `${REPO}/git/trees/main?recursive=1`)).body).toMatchObject({
      truncated: true,
      tree: [{}, {}],
    });
  });
});

describe('tokens', () => {
  test('end after an hour', async () => {
    const scene = await open();
    expect((await scene.ask('GET', REPO)).status).toBe(200);
    scene.now += 3_600_001;
    expect(await scene.ask('GET', REPO)).toMatchObject({ status: 401, body: { message: 'Bad credentials' } });
  });

  test('hold what was asked for and nothing else', async () => {
    const scene = await open();
    const { credentials } = scene.world.github;
    expect(() => credentials.grant(scene.world.installation, { administration: 'read' }, undefined)).toThrow(
      /not granted/,
    );
    expect(await scene.ask('GET', `${REPO}/branches/main/protection`)).toMatchObject({
      status: 403,
      body: { message: 'Resource not accessible by integration' },
    });
    expect((await scene.ask('GET', '/app')).status).toBe(401);
  });

  test('do not reach a private repository of somebody else', async () => {
    const scene = await open();
    await scene.world.github.addRepository(scene.ana, 'private');
    expect((await scene.ask('GET', '/repos/ana/private')).status).toBe(404);
  });
});

describe('limits', () => {
  test('on writes a minute: 403 with Retry-After, nothing written', async () => {
    const scene = await open({ limits: { writesPerMinute: 2 } });
    await scene.pull({ 'a.txt': 'two\n' });
    const comment = (): Promise<Answer> => scene.ask('POST', `${REPO}/issues/1/comments`, { body: 'x' });
    expect([(await comment()).status, (await comment()).status]).toEqual([201, 201]);
    const refused = await comment();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([403, '60']);
    expect(scene.repository.comments).toHaveLength(2);
    scene.now += 61_000;
    expect((await comment()).status).toBe(201);
  });

  test('on requests an hour, with the headers that announce them', async () => {
    const scene = await open({ limits: { hourly: 3 } });
    const answers = [
      await scene.ask('GET', REPO),
      await scene.ask('GET', REPO),
      await scene.ask('GET', REPO),
      await scene.ask('GET', REPO),
    ];
    expect(answers.map(({ status, headers }) => [status, headers.get('x-ratelimit-remaining')])).toEqual([
      [200, '2'],
      [200, '1'],
      [200, '0'],
      [403, '0'],
    ]);
  });

  test('unchanged answers are 304 for those who have them', async () => {
    const scene = await open();
    const etag = (await scene.ask('GET', REPO)).headers.get('etag') ?? '';
    expect((await scene.ask('GET', REPO, undefined, { 'if-none-match': etag })).status).toBe(304);
  });
});

describe('forks', () => {
  test('their commits reach the base repository, but their pull requests are not on its check runs', async () => {
    const scene = await open();
    const { github, people } = scene.world;
    const bob = github.addUser('bob');
    const fork = await github.addRepository(bob, 'platform', { fork: scene.repository });
    await scene.world.push(fork, bob, {
      branch: 'change',
      from: 'main',
      message: 'From outside',
      files: { 'a.txt': 'two\n' },
    });
    const pull = await people.openPull(scene.repository, bob, { title: 'From outside', head: 'change', from: fork });
    expect((await scene.ask('GET', `${REPO}/git/commits/${pull.head.sha}`)).status).toBe(200);
    const run = await scene.ask('POST', `${REPO}/check-runs`, { name: 'dialectic', head_sha: pull.head.sha });
    expect(run.body).toMatchObject({ pull_requests: [] });
    expect((await scene.ask('GET', `${REPO}/commits/${pull.head.sha}/pulls`)).body).toMatchObject([
      { number: 1, head: { repo: { full_name: 'bob/platform' } } },
    ]);
  });

  test('two pull requests may share a head', async () => {
    const scene = await open();
    const first = await scene.pull({ 'a.txt': 'two\n' });
    await scene.world.push(scene.repository, scene.ana, {
      branch: 'other',
      from: 'main',
      message: 'Other',
      files: { 'b.txt': 'x\n' },
    });
    const second = await scene.world.people.openPull(scene.repository, scene.ana, {
      title: 'Again',
      head: 'change',
      base: 'other',
    });
    expect(second.head.sha).toBe(first.head.sha);
    const run = await scene.ask('POST', `${REPO}/check-runs`, { name: 'dialectic', head_sha: first.head.sha });
    expect(run.body).toMatchObject({ pull_requests: [{ number: 1 }, { number: 2 }] });
  });
});

describe('places that move', () => {
  test('a renamed repository redirects, a deleted branch closes its pull request', async () => {
    const scene = await open();
    const pull = await scene.pull({ 'a.txt': 'two\n' });
    scene.world.people.rename(scene.repository, 'engine');
    const moved = await scene.ask('GET', `${REPO}/pulls/1`);
    expect([moved.status, moved.headers.get('location')]).toEqual([
      301,
      `${scene.world.github.addresses.api}/repositories/${scene.repository.id}/pulls/1`,
    ]);
    expect((await scene.ask('GET', `/repositories/${scene.repository.id}/pulls/1`)).status).toBe(200);
    await scene.repository.git.run(['update-ref', '-d', 'refs/heads/change']);
    await scene.world.people.afterPush(scene.repository, scene.ana);
    expect(pull.state).toBe('closed');
  });

  test('downloads lead to another host, which refuses GitHub’s token', async () => {
    const scene = await open();
    const { location } = Object.fromEntries((await scene.ask('GET', `${REPO}/tarball/main`)).headers);
    expect((await fetch(location ?? '', { headers: { authorization: 'Bearer x' } })).status).toBe(400);
    const archive = await fetch(location ?? '');
    expect([archive.status, archive.headers.get('content-type')]).toEqual([200, 'application/x-gzip']);
  });
});

describe('deliveries', () => {
  async function listener(scene: Scene, status = 202): Promise<{ seen: string[]; close: () => void }> {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${String(request.headers['x-github-event'])} ${String(request.headers['x-github-delivery'])}`);
      request.resume().on('end', () => response.writeHead(status).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    scene.world.github.webhooks.target = {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      secret: 's',
    };
    return { seen, close: () => server.close() };
  }

  test('are held back, reordered and doubled on demand', async () => {
    const scene = await open();
    const { webhooks } = scene.world.github;
    const { seen, close } = await listener(scene);
    webhooks.hold();
    await scene.pull({ 'a.txt': 'two\n' });
    expect(seen).toEqual([]);
    webhooks.release((held) => [...held].reverse().flatMap((one) => [one, one]));
    await webhooks.settled();
    expect(seen.map((one) => one.split(' ')[0]).sort()).toEqual([
      'check_suite',
      'check_suite',
      'pull_request',
      'pull_request',
      'push',
      'push',
    ]);
    expect(new Set(seen).size).toBe(3);
    close();
  });

  test('that failed are logged, and sent again with the same id', async () => {
    const scene = await open();
    const { webhooks } = scene.world.github;
    const { seen, close } = await listener(scene, 500);
    await scene.pull({ 'a.txt': 'two\n' });
    await webhooks.settled();
    const failed = webhooks.log.find(({ event }) => event === 'pull_request');
    expect(failed).toMatchObject({ status_code: 500, redelivery: false });
    webhooks.redeliver(failed?.id ?? 0);
    await webhooks.settled();
    expect(webhooks.log.at(-1)).toMatchObject({ redelivery: true, guid: failed?.guid });
    expect(seen.filter((one) => one === `pull_request ${failed?.guid ?? ''}`)).toHaveLength(2);
    close();
  });
});

describe('the queue', () => {
  test('holds the merged tree on a branch of its own', async () => {
    const scene = await open({}, { 'a.txt': 'one\n', 'b.txt': 'one\n' });
    const first = await scene.pull({ 'a.txt': 'two\n' });
    await scene.world.push(scene.repository, scene.ana, {
      branch: 'second',
      from: 'main',
      message: 'Second',
      files: { 'b.txt': 'two\n' },
    });
    const second = await scene.world.people.openPull(scene.repository, scene.ana, { title: 'Second', head: 'second' });
    const { ref, sha } = await scene.world.people.queue(scene.repository, [first, second], scene.ana);
    expect(ref).toMatch(/^refs\/heads\/gh-readonly-queue\/main\/pr-2-[0-9a-f]{40}$/);
    for (const path of ['a.txt', 'b.txt'])
      expect((await scene.repository.git.object(`${sha}:${path}`))?.content.toString()).toBe('two\n');
  });
});
