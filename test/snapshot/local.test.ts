import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { localReview } from '../../src/snapshot/checkout.js';

let folder: string;
const git = (...args: string[]) =>
  execFileSync(
    'git',
    ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'commit.gpgsign=false', ...args],
    { cwd: folder, encoding: 'utf8' },
  );
const write = (path: string, content: string | Buffer) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};
const commit = (message: string) => {
  git('add', '-A');
  git('commit', '-qm', message);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialectic-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function reviewed(options: Parameters<typeof localReview>[1] = {}) {
  const local = await localReview(folder, options);
  const paths = local.head.files.map((file) => file.path).sort();
  const changes = [...local.head.changes].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { local, paths, changes };
}

describe('a plain folder', () => {
  test('is all under review, blob ids are git’s own, symbolic links are not followed', async () => {
    write('a.txt', 'hello\n');
    symlinkSync('/etc/passwd', join(folder, 'link'));
    const { local, paths } = await reviewed();
    expect(paths).toEqual(['a.txt', 'link']);
    expect(local.base).toBeUndefined();
    expect(local.head.files.find((file) => file.path === 'a.txt')?.blob).toBe(
      'ce013625030ba8dba906f756967f9e9ca394464a',
    );
    expect(local.head.files.find((file) => file.path === 'link')?.kind).toBe('symlink');
  });

  test('a file whose name is no UTF-8 is there, and unreadable', async () => {
    write('a.txt', 'hello\n');
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/bad`), Buffer.from([0xff]), Buffer.from('.py')]), 'x = 1\n');
    const { local, paths } = await reviewed();
    expect(paths).toEqual(['a.txt', 'bad\ufffd.py']);
    await expect(local.head.read('bad\ufffd.py')).rejects.toMatchObject({ why: 'its name is not UTF-8' });
  });

  test('with nothing in it is a wrong folder', async () => {
    await expect(localReview(folder)).rejects.toThrow(/holds no file to review/);
  });

  const root = process.getuid?.() === 0;
  if (root) process.stdout.write('skipped: a folder that may not be read, because root reads every one\n');
  (root ? test.skip : test)('a folder below that may not be read is said', async () => {
    write('a.txt', 'hello\n');
    mkdirSync(join(folder, 'closed'), { mode: 0 });
    const { local } = await reviewed();
    expect(local.head.gaps).toMatchObject([{ path: 'closed/', kind: 'unread' }]);
  });

  test('a repository that git refuses is compared with nothing; all of it can be reviewed', async () => {
    write('a.txt', 'hello\n');
    write('.git', 'gitdir: /nowhere\n');
    await expect(localReview(folder)).rejects.toThrow(/git cannot read the repository of .*not a git repository/);
    expect((await reviewed({ all: true })).paths).toContain('a.txt');
  });

  test('a reference makes no sense there', async () => {
    await expect(localReview(folder, { base: 'main' })).rejects.toThrow(/not in a git repository/);
  });
});

describe('a submodule', () => {
  test('that becomes a file is a change whose lines are known', async () => {
    git('init', '-q', '-b', 'main');
    write('a.txt', 'x\n');
    git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},lib`);
    git('add', 'a.txt');
    git('commit', '-qm', 'Begin');
    git('checkout', '-qb', 'feature');
    git('rm', '-q', '--cached', 'lib');
    write('lib', 'import h2o\n');
    commit('Inline it');
    const { changes } = await reviewed({ base: 'main' });
    expect(changes).toMatchObject([{ path: 'lib', status: 'modified', added: [{ start: 1, end: 1 }] }]);
  });
});

describe('a checkout', () => {
  beforeEach(() => {
    git('init', '-q', '-b', 'main');
    write('keep.txt', 'one\ntwo\nthree\n');
    write('move.txt', 'this file moves\nwith all its lines\nand keeps them\n');
    write('gone.txt', 'x\n');
    commit('Begin');
    git('checkout', '-qb', 'topic');
  });

  test('the working tree is compared with the merge base', async () => {
    write('keep.txt', 'one\nTWO\nthree\n');
    git('mv', 'move.txt', 'moved.txt');
    rmSync(join(folder, 'gone.txt'));
    write('new.txt', 'a\nb\n');
    const { local, changes } = await reviewed();
    expect(changes).toEqual([
      { path: 'gone.txt', status: 'removed', added: [], hunks: [] },
      { path: 'keep.txt', status: 'modified', added: [{ start: 2, end: 2 }], hunks: [{ start: 1, end: 3 }] },
      { path: 'moved.txt', previousPath: 'move.txt', status: 'renamed', added: [], hunks: [] },
      { path: 'new.txt', status: 'added', added: [{ start: 1, end: 2 }], hunks: [{ start: 1, end: 2 }] },
    ]);
    expect(Buffer.from((await local.base?.read('keep.txt')) ?? []).toString()).toBe('one\ntwo\nthree\n');
    local.close();
  });

  test('commits are compared without looking at the working tree', async () => {
    write('keep.txt', 'one\ntwo\nthree\nfour\n');
    commit('Add a line');
    write('dirty.txt', 'not committed\n');
    const { local, changes, paths } = await reviewed({ base: 'main', head: 'topic' });
    expect(paths).not.toContain('dirty.txt');
    expect(changes.map((change) => change.path)).toEqual(['keep.txt']);
    local.close();
  });

  test('what main did meanwhile is not part of the change', async () => {
    write('mine.txt', 'x\n');
    commit('Mine');
    git('checkout', '-q', 'main');
    write('theirs.txt', 'y\n');
    commit('Theirs');
    git('checkout', '-q', 'topic');
    const { local, changes } = await reviewed();
    expect(changes.map((change) => change.path)).toEqual(['mine.txt']);
    local.close();
  });

  test('a sub-folder is reviewed by itself, paths relative to it', async () => {
    write('service/app.py', 'x = 1\n');
    commit('Service');
    const local = await localReview(join(folder, 'service'), {});
    expect(local.head.files.map((file) => file.path)).toEqual(['app.py']);
    expect(local.head.changes.map((change) => change.path)).toEqual(['app.py']);
    local.close();
  });

  test('a name that does not exist is one clear sentence', async () => {
    await expect(localReview(folder, { base: 'nowhere' })).rejects.toThrow(/no commit named "nowhere"/);
  });

  test('binary content has no lines, and reading it back is exact', async () => {
    const bytes = Buffer.from([0, 1, 2, 255, 10, 0]);
    write('model.zip', bytes);
    commit('Model');
    const { local, changes } = await reviewed({ base: 'main', head: 'HEAD' });
    expect(changes).toEqual([{ path: 'model.zip', status: 'added', added: [], hunks: [] }]);
    expect(Buffer.from(await local.head.read('model.zip')).equals(bytes)).toBe(true);
    local.close();
  });
});
