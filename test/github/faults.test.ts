/** The real adapter against answers that a well-behaved server never gives. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import nock from 'nock';
import { Unreadable } from '../../src/core/errors.js';
import { artifactCache, evidenceOf } from '../../src/github/artifacts.js';
import { BlobCache, BlobReader } from '../../src/github/blobs.js';
import { clientClass, isRateLimit, type ClientOptions, type GitHubClient } from '../../src/github/client.js';
import { reply } from '../../src/github/discussion.js';
import { ask } from '../../src/github/graphql.js';
import { unfinishedPulls } from '../../src/github/installations.js';
import { readSituation } from '../../src/github/situation.js';
import { caches, readSnapshots } from '../../src/github/snapshot.js';

const API = 'https://api.github.example';
const STORAGE = 'https://storage.example';
const WHERE = { owner: 'acme', repo: 'platform' };
const LIMITED = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';

const client = (options: ClientOptions = { throttle: false }): GitHubClient => {
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  return new (clientClass(options))({ auth: { token: 'secret' }, baseUrl: API, log: silent });
};

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  const left = nock.pendingMocks();
  nock.cleanAll();
  nock.enableNetConnect();
  expect(left).toEqual([]);
});

describe('rate limits', () => {
  const listing = '/repos/acme/platform/pulls';

  test('a secondary limit is waited for, and then the write is done, once', async () => {
    nock(API).post('/repos/acme/platform/issues/7/comments').reply(403, { message: LIMITED }, { 'retry-after': '1' });
    nock(API).post('/repos/acme/platform/issues/7/comments').reply(201, { id: 1 });
    expect(await reply(client({}), WHERE, 7, 99, 'An answer.', [])).toBeUndefined();
  });

  test('one that does not end is said to be one, so that the check stays in progress', async () => {
    nock(API).get(listing).twice().reply(403, { message: LIMITED }, { 'retry-after': '1' });
    const error: unknown = await client({ maxRateLimitRetries: 1 })
      .rest.pulls.list(WHERE)
      .catch((reason: unknown) => reason);
    expect(isRateLimit(error)).toBe(true);
  });

  test('one that asks for more than a quarter of an hour is not waited for', async () => {
    nock(API).get(listing).reply(403, { message: LIMITED }, { 'retry-after': '3600' });
    await expect(client({}).rest.pulls.list(WHERE)).rejects.toThrow(LIMITED);
  });
});

describe('server errors', () => {
  test('a read is repeated, a write never', async () => {
    nock(API)
      .get('/repos/acme/platform/pulls')
      .reply(502, 'Bad Gateway')
      .get('/repos/acme/platform/pulls')
      .reply(200, []);
    expect((await client().rest.pulls.list(WHERE)).data).toEqual([]);
    nock(API).post('/repos/acme/platform/issues/7/comments').reply(502, 'Bad Gateway');
    await expect(reply(client(), WHERE, 7, 99, 'An answer.', [])).rejects.toMatchObject({ status: 502 });
  });

  test('a page that is no JSON is an error, never an empty answer', async () => {
    const page = '<html><body>Unicorn!</body></html>';
    nock(API).post('/graphql').reply(200, page, { 'content-type': 'text/html' });
    await expect(unfinishedPulls(client(), WHERE, 1)).rejects.toThrow();
    nock(API).post('/graphql').reply(200, '{"data": {"repository": {"pullRequ', { 'content-type': 'application/json' });
    await expect(readSituation(client(), WHERE, 1, 1)).rejects.toThrow();
  });
});

describe('GraphQL answers in part', () => {
  const question = 'query { repository(owner: "acme", name: "platform") { id } }';
  const partial = (data: object, ...errors: object[]): nock.Scope =>
    nock(API).post('/graphql').reply(200, { data, errors });

  test('what may be absent may be absent, at the top and below', async () => {
    const data = { repository: { runs: [{ workflowRun: null }] }, defaults: null };
    partial(
      data,
      { type: 'NOT_FOUND', path: ['defaults'], message: 'no such repository' },
      { type: 'FORBIDDEN', path: ['repository', 'runs', 0, 'workflowRun'], message: 'no permission' },
    );
    await expect(ask(client(), question, {}, ['defaults', 'workflowRun'])).resolves.toEqual(data);
  });

  test('any other part that is missing fails the whole: half a discussion is not a discussion', async () => {
    const data = { repository: { comments: null }, defaults: null };
    partial(
      data,
      { type: 'NOT_FOUND', path: ['defaults'], message: 'no such repository' },
      { path: ['repository', 'comments'], message: 'Something went wrong while executing your query' },
    );
    await expect(ask(client(), question, {}, ['defaults'])).rejects.toThrow('Something went wrong');
  });

  test('a time-out of the server is not an absence', async () => {
    partial({ defaults: null }, { type: 'SERVICE_UNAVAILABLE', path: ['defaults'], message: 'timed out' });
    await expect(ask(client(), question, {}, ['defaults'])).rejects.toThrow('timed out');
  });
});

test('a blob with another content than its id says is refused', async () => {
  const id = 'a'.repeat(40);
  nock(API)
    .post('/graphql')
    .reply(200, { data: { repository: { b0: { text: 'forged' } } } });
  const content = Buffer.from('forged').toString('base64');
  nock(API).get(`/repos/acme/platform/git/blobs/${id}`).reply(200, { content, encoding: 'base64', sha: id });
  const reader = new BlobReader(client(), WHERE, new BlobCache());
  await expect(reader.read({ id, size: 6 })).rejects.toThrow('GitHub sent another content than the one asked for');
});

describe('a file that GitHub does not give', () => {
  const sha = 'b'.repeat(40);
  const [baseSha, headSha] = ['c'.repeat(40), 'd'.repeat(40)];
  const patch = '@@ -0,0 +1 @@\n+import h2o';
  const row = { filename: 'a.py', status: 'added', sha, additions: 1, deletions: 0, patch };
  const tree = [{ path: 'a.py', mode: '100644', type: 'blob', sha, size: 11 }];
  const question = { repository: WHERE, headSha, baseSha };
  /** Commits whose trees are known; nothing is asked twice here. */
  const read = (files: readonly object[]) => {
    nock(API)
      .get(`/repos/acme/platform/compare/${baseSha}...${headSha}`)
      .query(true)
      .reply(200, { merge_base_commit: { sha: baseSha }, files });
    nock(API).get(`/repos/acme/platform/git/trees/${baseSha}`).query(true).reply(200, { tree: [], truncated: false });
    nock(API).get(`/repos/acme/platform/git/trees/${headSha}`).query(true).reply(200, { tree, truncated: false });
    const once = client();
    once.hook.before('request', (options) => {
      options.request = { ...options.request, retries: 0 };
    });
    return readSnapshots(once, question, caches());
  };
  const blobs = () => nock(API).post('/graphql');

  test.each<[string, () => unknown]>([
    ['its own error', () => blobs().twice().reply(502, 'Bad Gateway')],
    ['a rate limit', () => blobs().twice().reply(403, { message: LIMITED })],
    ['a connection that broke off', () => blobs().twice().replyWithError('socket hang up')],
    [
      'a question that it gave up',
      () =>
        blobs()
          .twice()
          .reply(200, { data: null, errors: [{ message: 'Something went wrong while executing your query' }] }),
    ],
  ])('%s is no answer: it is neither unreadable nor unchanged, and the review is tried again', async (_, answer) => {
    answer();
    const { head } = await read([row]);
    const error: unknown = await head.read('a.py').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(Unreadable);
  });

  test('the same where its lines have to be compared here', async () => {
    blobs().twice().reply(502, 'Bad Gateway');
    await expect(read([])).rejects.toMatchObject({ status: 502 });
  });

  test('one that is not there is unreadable, and said', async () => {
    blobs()
      .twice()
      .reply(200, { data: { repository: { b0: null } } });
    nock(API).get(`/repos/acme/platform/git/blobs/${sha}`).twice().reply(404, { message: 'Not Found' });
    const { head } = await read([row]);
    await expect(head.read('a.py')).rejects.toMatchObject({ name: 'Unreadable', why: /GitHub did not give it: Not F/ });
  });
});

describe('artifacts', () => {
  const run = { id: 5, updatedAt: '2026-01-15T10:00:00Z' };
  const listed = (size: number): nock.Scope =>
    nock(API)
      .get('/repos/acme/platform/actions/runs/5/artifacts')
      .query({ per_page: 100 })
      .reply(200, { total_count: 1, artifacts: [{ id: 9, name: 'k6', size_in_bytes: size, expired: false }] });
  const redirected = (): nock.Scope =>
    nock(API)
      .get('/repos/acme/platform/actions/artifacts/9/zip')
      .reply(302, '', { location: `${STORAGE}/blob?sig=1` });
  const evidence = () => evidenceOf(client(), WHERE, [run], ['k6'], artifactCache());
  const gap = (reason: string) => ({
    files: [],
    gaps: [{ path: '.dialectic/artifacts/5/k6', kind: 'unread', reason }],
  });

  test('come from another host, which does not get our token', async () => {
    listed(10);
    redirected();
    const headers: Record<string, unknown>[] = [];
    nock(STORAGE)
      .get('/blob')
      .query({ sig: '1' })
      .reply(200, function () {
        headers.push(this.req.headers);
        return 'no archive';
      });
    expect((await evidence()).gaps).toMatchObject([{ reason: expect.stringContaining('the artifact is damaged') }]);
    expect(headers).toHaveLength(1);
    expect(headers[0]).not.toHaveProperty('authorization');
  });

  test('that lie about their size are not read to the end', async () => {
    listed(10);
    redirected();
    nock(STORAGE).get('/blob').query({ sig: '1' }).reply(200, Buffer.alloc(33_000_000));
    expect(await evidence()).toEqual(gap('the artifact could not be read: the download is too large'));
  });

  test('that are gone are said', async () => {
    listed(10);
    nock(API).get('/repos/acme/platform/actions/artifacts/9/zip').reply(410, { message: 'Artifact has expired' });
    const { gaps } = await evidence();
    expect(gaps).toMatchObject([{ reason: expect.stringContaining('Artifact has expired') }]);
  });
});

describe('an answer that GitHub refuses', () => {
  test('is reported when the conversation is locked', async () => {
    const message = 'Unable to create comment because issue is locked.';
    nock(API).post('/repos/acme/platform/issues/7/comments').reply(403, { message });
    expect(await reply(client(), WHERE, 7, 99, 'An answer.', [])).toContain(message);
  });
});
