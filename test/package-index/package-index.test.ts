import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { configurationFrom } from '../../src/config/configuration.js';
import type { Snapshot } from '../../src/core/types.js';
import { packageIndexClient } from '../../src/package-index/index.js';
import { isInternal, publicLookup } from '../../src/package-index/address.js';
import { review } from '../../src/review.js';
import { memoryFactStore } from '../../src/reviewers/fact-store.js';
import { ReviewPool } from '../../src/worker/pool.js';
import { added, snapshotOf } from '../support/snapshot.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** An index on the loopback interface, and every path it was asked for. */
async function index(answer: RequestListener): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/simple`, asked };
}

const files = (count: number): string => '<a href="x.whl">x.whl</a>\n'.repeat(count);

/** Knows pandas, and one misspelled name with a single file. */
const small: RequestListener = (request, response) => {
  const pages: Record<string, string> = { '/simple/pandas/': files(80), '/simple/reqeusts/': files(1) };
  const page = pages[request.url ?? ''];
  response.writeHead(page === undefined ? 404 : 200).end(page ?? 'not found');
};

const PATIENT = { privateAddresses: true, timeoutMs: 30_000, budgetMs: 60_000 };
const client = packageIndexClient(PATIENT);

describe('the client', () => {
  test('says what is known, established and unknown', async () => {
    const { url } = await index(small);
    await expect(client({ index: url, names: ['pandas', 'reqeusts', 'no-such'] })).resolves.toEqual({
      pandas: { kind: 'known', established: true },
      reqeusts: { kind: 'known', established: false },
      'no-such': { kind: 'unknown' },
    });
  });

  test('asks once for a name, however often it is asked', async () => {
    const { url, asked } = await index(small);
    const own = packageIndexClient(PATIENT);
    for (let time = 0; time < 3; time++) await own({ index: `${url}/`, names: ['pandas', 'no-such'] });
    expect(asked.sort()).toEqual(['/simple/no-such/', '/simple/pandas/']);
  });

  test('counts the files of a JSON page, and stops reading a long one', async () => {
    const { url } = await index((request, response) => {
      const long = (request.url ?? '').includes('long');
      const page = JSON.stringify({
        files: Array.from({ length: 25 }, (_, at) => ({ filename: `x-${String(at)}.whl` })),
      });
      response.writeHead(200).end(long ? 'x'.repeat(2_000_000) : page);
    });
    await expect(client({ index: url, names: ['json', 'long'] })).resolves.toEqual({
      json: { kind: 'known', established: true },
      long: { kind: 'known', established: true },
    });
  });

  test.each([
    [
      'an error',
      (_: unknown, response: { writeHead(s: number): { end(): void } }) => response.writeHead(503).end(),
      'it answered 503',
    ],
    [
      'another host',
      (_: unknown, response: { writeHead(s: number, h: object): { end(): void } }) =>
        response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
      'it redirects to another host',
    ],
    [
      'a circle',
      (request: { url?: string }, response: { writeHead(s: number, h: object): { end(): void } }) =>
        response.writeHead(301, { location: request.url ?? '' }).end(),
      'it redirects in a circle',
    ],
  ])('takes %s for no answer', async (_, answer, reason) => {
    const { url } = await index(answer as RequestListener);
    await expect(client({ index: url, names: ['pandas'] })).resolves.toEqual({ pandas: { kind: 'failed', reason } });
  });

  test('follows the redirect to the normalised name', async () => {
    const { url } = await index((request, response) =>
      request.url === '/simple/moved/'
        ? response.writeHead(301, { location: '/simple/pandas/' }).end()
        : response.writeHead(200).end(files(30)),
    );
    await expect(client({ index: url, names: ['moved'] })).resolves.toEqual({
      moved: { kind: 'known', established: true },
    });
  });

  test('does not wait for a page for ever', async () => {
    const { url } = await index(() => undefined);
    const hurried = packageIndexClient({ privateAddresses: true, timeoutMs: 100 });
    await expect(hurried({ index: url, names: ['pandas'] })).resolves.toEqual({
      pandas: { kind: 'failed', reason: 'it did not answer in time' },
    });
  });

  test('is heard no longer than its budget', async () => {
    const { url, asked } = await index(() => undefined);
    const hurried = packageIndexClient({ privateAddresses: true, timeoutMs: 60_000, budgetMs: 200 });
    const names = Array.from({ length: 50 }, (_, at) => `name-${String(at)}`);
    const answers = await hurried({ index: url, names });
    expect(Object.keys(answers)).toHaveLength(50);
    expect(asked.length).toBeLessThan(10);
  });
});

describe('a server does not ask its own network', () => {
  const guarded = packageIndexClient({ privateAddresses: false });

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '[::1]',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
  ])('%s is internal', (address) => expect(isInternal(address)).toBe(true));
  test.each(['151.101.0.223', '2a04:4e42::223', 'pypi.org'])('%s is not', (address) =>
    expect(isInternal(address)).toBe(false),
  );

  test('by number, by name, by another scheme', async () => {
    const { url, asked } = await index(small);
    const refused = { kind: 'failed', reason: 'its address is on a private network' };
    await expect(guarded({ index: url, names: ['pandas'] })).resolves.toEqual({ pandas: refused });
    const named = url.replace('127.0.0.1', 'localhost');
    await expect(guarded({ index: named, names: ['pandas'] })).resolves.toEqual({ pandas: refused });
    const decimal = url.replace('127.0.0.1', '2130706433');
    await expect(guarded({ index: decimal, names: ['pandas'] })).resolves.toEqual({ pandas: refused });
    await expect(guarded({ index: 'file:///etc', names: ['passwd'] })).resolves.toEqual({
      passwd: { kind: 'failed', reason: 'only http and https are asked' },
    });
    expect(asked).toEqual([]);
  });

  test('a name that resolves to an internal address is refused where the connection is made', async () => {
    const error = await new Promise((resolve) => publicLookup('localhost', { all: false }, resolve));
    expect(error).toMatchObject({ message: 'its address is on a private network' });
  });
});

const pull = (requirements: string, before: string): { head: Snapshot; base: Snapshot } => {
  const lines = requirements.split('\n');
  const kept = before.split('\n');
  const fresh = lines.flatMap((line, at) => (kept.includes(line) ? [] : [{ start: at + 1, end: at + 1 }]));
  const change = { ...added('requirements.txt', requirements), status: 'modified' as const, added: fresh };
  return {
    head: snapshotOf({ 'requirements.txt': requirements }, { changes: [change] }),
    base: snapshotOf({ 'requirements.txt': before }, { headSha: 'b'.repeat(40) }),
  };
};

describe('a review', () => {
  const reviewed = (url: string | undefined, sides: { head: Snapshot; base: Snapshot }) => {
    const port = packageIndexClient(PATIENT);
    const asking = (snapshot: Snapshot): Snapshot => ({ ...snapshot, packageIndex: port });
    return review({
      head: asking(sides.head),
      base: asking(sides.base),
      configuration: configurationFrom({
        ...(url === undefined ? {} : { development: { packageIndex: url } }),
        gate: { require: 'decisions' },
      }),
      store: memoryFactStore(),
      views: ['dev'],
      today: '2026-01-15',
    });
  };

  test('asks for what was added, and for nothing else', async () => {
    const { url, asked } = await index(small);
    const found = await reviewed(url, pull('numpy==2.1.0\npandas==2.2.3\nh2o-magic==1.0\n', 'numpy==2.1.0\n'));
    expect(found.findings.map(({ check, location }) => `${String(location.startLine)} ${check}`)).toEqual([
      '3 dev/unknown-library',
    ]);
    expect(found.findings[0]?.message).toContain('`h2o-magic`');
    expect(asked.filter((path) => path.includes('numpy') && asked.indexOf(path) < 2)).toEqual([]);
  });

  test('an unknown name whose version is raised was there before', async () => {
    const { url } = await index(small);
    const found = await reviewed(url, pull('h2o-magic==1.1\n', 'h2o-magic==1.0\n'));
    expect(found.findings.map(({ scope }) => scope)).toEqual(['existing']);
  });

  test('a failing index leaves the question open and the verdict alone', async () => {
    const { url } = await index((_, response) => response.writeHead(500).end());
    const found = await reviewed(url, pull('pandas==2.2.3\n', ''));
    expect(found.verdict).toBe('pass');
    expect(found.outcomes.find(({ check }) => check === 'dev/unknown-library')).toMatchObject({
      kind: 'inconclusive',
      reason: 'the package index was not heard: it answered 500',
    });
  });

  test('without the setting nobody is asked', async () => {
    const { asked } = await index(small);
    const found = await reviewed(undefined, pull('h2o-magic==1.0\n', ''));
    expect(found.outcomes.find(({ check }) => check === 'dev/unknown-library')).toMatchObject({
      kind: 'not-applicable',
    });
    expect(asked).toEqual([]);
  });

  test.each([
    ['its own index', '--index-url https://packages.acme.example/simple\nacme-private==1.0\n'],
    ['a direct reference', 'acme @ git+https://github.com/acme/acme@0123456789abcdef0123456789abcdef01234567\n'],
  ])('%s is not asked for', async (_, requirements) => {
    const { url, asked } = await index(small);
    expect((await reviewed(url, pull(requirements, ''))).findings).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('in a thread, the question goes through the main one', async () => {
    const { url } = await index(small);
    const pool = new ReviewPool({
      threadFile: new URL('../../dist/worker/entry.cjs', import.meta.url),
      packageIndex: packageIndexClient(PATIENT),
    });
    try {
      const found = await pool.review({
        ...pull('h2o-magic==1.0\n', ''),
        configuration: { development: { packageIndex: url } },
        views: ['dev'],
        today: '2026-01-15',
      });
      expect(found.findings.map(({ check }) => check)).toContain('dev/unknown-library');
    } finally {
      await pool.close();
    }
  });
});
