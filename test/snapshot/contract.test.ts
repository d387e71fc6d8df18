/** Every adapter gives the same snapshot of the same commits: GitHub over its API, a checkout through git, and the tests' own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startLocalGitHub, type World } from '../../demo/local-github/index.js';
import type { Repository } from '../../demo/local-github/store.js';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import type { FileChange, Snapshot } from '../../src/core/types.js';
import { clientClass, type GitHubClient } from '../../src/github/client.js';
import { caches, readSnapshots } from '../../src/github/snapshot.js';
import { memoryFactStore } from '../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../src/reviewers/workspace.js';
import { localReview } from '../../src/snapshot/checkout.js';
import { directorySnapshot } from '../../src/snapshot/directory.js';
import { snapshotOf } from '../support/snapshot.js';

jest.setTimeout(120_000);

const LONG = Array.from({ length: 40 }, (_, index) => `line ${index}\n`).join('');
const FORGED = '.dialectic/artifacts/4711/k6/swap.json';
const BASE = {
  'keep.py': 'x = 1\n',
  'edit.py': LONG,
  'old/name.py': 'a = 1\nb = 2\nc = 3\nd = 4\n',
  'gone.txt': 'x\n',
  'logo.bin': Buffer.from([0, 1, 2]),
};
const CHANGED = {
  'edit.py': LONG.replace('line 20\n', 'line 20\nline twenty and a half\n'),
  'old/name.py': null,
  'new/name.py': 'a = 1\nb = 2\nc = 3\nd = 5\n',
  'gone.txt': null,
  'logo.bin': Buffer.from([0, 1, 3]),
  'a b/ü (1).md': '# Ü\n',
  'empty.txt': '',
  [FORGED]: '{}',
};
const HEAD: Record<string, string | Buffer> = {};
for (const [path, content] of Object.entries({ ...BASE, ...CHANGED })) if (content !== null) HEAD[path] = content;

const at = (...lines: [number, number][]) => lines.map(([start, end]) => ({ start, end }));
const CHANGES: FileChange[] = [
  { path: FORGED, status: 'added', added: at([1, 1]), hunks: at([1, 1]) },
  { path: 'a b/ü (1).md', status: 'added', added: at([1, 1]), hunks: at([1, 1]) },
  { path: 'edit.py', status: 'modified', added: at([22, 22]), hunks: at([19, 25]) },
  { path: 'empty.txt', status: 'added', added: [], hunks: [] },
  { path: 'gone.txt', status: 'removed', added: [], hunks: [] },
  { path: 'logo.bin', status: 'modified', added: [], hunks: [] },
  { path: 'new/name.py', previousPath: 'old/name.py', status: 'renamed', added: at([4, 4]), hunks: at([1, 4]) },
];

interface Adapter {
  readonly head: Snapshot;
  readonly base: Snapshot;
}

let world: World;
let repository: Repository;
const folder = mkdtempSync(join(tmpdir(), 'contract-'));
const closing: (() => void)[] = [];

const adapters: Record<string, () => Promise<Adapter>> = {
  GitHub: async () => {
    const { token } = world.github.credentials.grant(world.installation, undefined, undefined);
    const Client = clientClass({ throttle: false });
    const options = { auth: { token }, baseUrl: `${world.server.url}/api/v3` };
    const client = new Client(options) as unknown as GitHubClient;
    const [headSha, baseSha] = await Promise.all(
      ['feature', 'main'].map((branch) => repository.git.resolve(`refs/heads/${branch}`)),
    );
    if (!headSha || !baseSha) throw new Error('no commits');
    const where = { owner: 'acme', repo: repository.name };
    return readSnapshots(client, { repository: where, headSha, baseSha }, caches());
  },
  'a checkout': async () => {
    const local = await localReview(folder, { base: 'origin/main', head: 'origin/feature' });
    closing.push(() => local.close());
    if (!local.base) throw new Error('no base');
    return { head: local.head, base: local.base };
  },
  'the working tree': async () => {
    execFileSync('git', ['-C', folder, 'checkout', '-q', '--detach', 'origin/feature']);
    const local = await localReview(folder, { base: 'origin/main' });
    closing.push(() => local.close());
    if (!local.base) throw new Error('no base');
    return { head: local.head, base: local.base };
  },
  'the fake of the tests': async () => ({ head: snapshotOf(HEAD, { changes: CHANGES }), base: snapshotOf(BASE) }),
};

beforeAll(async () => {
  world = await startLocalGitHub();
  const ana = world.github.addUser('ana');
  repository = await world.github.addRepository(world.organization, 'platform');
  repository.collaborators.set('ana', 'write');
  await world.push(repository, ana, { branch: 'main', message: 'Begin', files: BASE });
  await world.push(repository, ana, { branch: 'feature', message: 'Change', files: CHANGED, from: 'main' });
  execFileSync('git', ['clone', '--quiet', repository.git.path, folder]);
});
afterAll(async () => {
  for (const close of closing) close();
  rmSync(folder, { recursive: true, force: true });
  const violations = world.github.violations.splice(0);
  await world.close();
  expect(violations).toEqual([]);
});

const byPath = <T extends { path: string }>(rows: readonly T[]): T[] =>
  [...rows].sort((a, b) => (a.path < b.path ? -1 : 1));
const listing = (snapshot: Snapshot) => byPath(snapshot.files).map(({ path, blob, size }) => ({ path, blob, size }));

describe.each(Object.keys(adapters))('%s', (name) => {
  let made: Adapter;
  beforeAll(async () => {
    made = await (adapters[name] ?? (() => Promise.reject(new Error(name))))();
  });

  test('lists every file of both sides, with git’s own ids and sizes', () => {
    expect(listing(made.head)).toEqual(listing(snapshotOf(HEAD)));
    expect(listing(made.base)).toEqual(listing(snapshotOf(BASE)));
  });

  test('knows what changed, and which lines', () => {
    expect(byPath(made.head.changes)).toEqual(CHANGES);
    expect(made.base.changes).toEqual([]);
  });

  test('reads bytes as they were committed', async () => {
    await made.head.prefetch?.(Object.keys(HEAD));
    for (const [path, content] of Object.entries(HEAD))
      expect([path, Buffer.from(await made.head.read(path)).equals(Buffer.from(content))]).toEqual([path, true]);
    expect(Buffer.from(await made.base.read('gone.txt')).toString()).toBe('x\n');
  });

  test('says so when there is no such file, and never gives part of one', async () => {
    await expect(made.head.read('nowhere.py')).rejects.toMatchObject({ name: 'Unreadable', path: 'nowhere.py' });
  });

  test('does not let a committed file pass for what a workflow uploaded', () => {
    const workspace = new SnapshotWorkspace(made.head, DEFAULT_SETTINGS, memoryFactStore());
    expect(workspace.file(FORGED)).toBeUndefined();
    expect(workspace.addedLines(FORGED)).toBeUndefined();
    expect(workspace.glob('**')).not.toContain(FORGED);
    expect(workspace.gaps).toEqual([
      expect.objectContaining({ path: FORGED, reason: expect.stringContaining('it is no evidence') }),
    ]);
  });
});

test('a plain folder leaves out the place of artifacts as well', async () => {
  execFileSync('git', ['-C', folder, 'checkout', '-q', '--detach', 'origin/feature']);
  const workspace = new SnapshotWorkspace(
    await directorySnapshot(folder),
    DEFAULT_SETTINGS,
    memoryFactStore(),
    undefined,
    true,
  );
  expect(workspace.file('edit.py')).toBeDefined();
  expect(workspace.file(FORGED)).toBeUndefined();
  expect(workspace.gaps.map(({ path }) => path)).toEqual([FORGED]);
});
