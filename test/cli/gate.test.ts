import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

const COMMAND = resolve('bin', 'dialectic.js');
const ARGUED =
  'Thesis: log requests as JSON.\nAntithesis: JSON lines are hard to read in a terminal.\nSynthesis: JSON in production, plain lines on a developer machine.\n';
const RECORD = '# 1. Pool\n\n## Context\n\nConnections run out.\n\n## Decision\n\nPgBouncer.\n';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gate-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const gate = (...words: string[]) =>
  spawnSync(process.execPath, [COMMAND, 'dialectical-reasoning-gate', ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '' },
  });

describe('dialectic dialectical-reasoning-gate', () => {
  test('a description that argues, one that does not, and a record', () => {
    write('argued.md', ARGUED);
    write('plain.md', 'We raise the pool.\n');
    write('adr/0001-pool.md', RECORD);
    const good = gate('--pr-description', 'argued.md');
    expect(good.status).toBe(0);
    expect(good.stdout).toMatch(/Verdict: pass/);
    expect(good.stdout).toMatch(/Schema \(relational or JSONB hybrid\) +not known/);
    const bad = gate('--pr-description', 'plain.md');
    expect(bad.status).toBe(1);
    expect(bad.stdout).toMatch(/dia\/section-missing[^]*## Thesis[^]*## Antithesis[^]*## Synthesis/);
    const record = gate('--pr-description', 'argued.md', '--adrs', 'adr');
    expect(record.status).toBe(1);
    expect(record.stdout).toMatch(/dia\/adr-incomplete {2}adr\/0001-pool\.md:1/);
  }, 120_000);

  test('with a base, what the diff decides', () => {
    const git = (...words: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...words], { cwd: folder, stdio: 'ignore' });
    git('init', '-q', '-b', 'main');
    write('README.md', 'x\n');
    git('add', '.');
    git('commit', '-qm', 'one');
    git('switch', '-qc', 'change');
    write('migrations/0001_scores.sql', 'CREATE TABLE scores (\n  id bigint PRIMARY KEY\n);\n');
    git('add', '.');
    git('commit', '-qm', 'two');
    write('body.md', 'We store scores.\n');
    const { status, stdout } = gate('--pr-description', 'body.md', '--base', 'main');
    expect(status).toBe(1);
    expect(stdout).toMatch(/table scores \(migrations\/0001_scores\.sql:1\)/);
  }, 120_000);

  test('bad input is one clear sentence and exit 2', () => {
    write('argued.md', ARGUED);
    write('binary.md', Uint8Array.from([0xff, 0xfe, 0x00, 0xd8, 0x80]));
    write('records/0001-pool.md', RECORD);
    const told = (...words: string[]) => {
      const { status, stdout, stderr } = gate(...words);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      return stderr;
    };
    expect(told('--pr-description', 'none.md')).toMatch(/none\.md does not exist/);
    expect(told('--pr-description', 'records')).toMatch(/records is a folder/);
    expect(told('--pr-description', 'binary.md')).toMatch(/is not UTF-/);
    expect(told('--pr-description', 'argued.md', '--adrs', 'nowhere')).toMatch(/nowhere does not exist/);
    expect(told('--pr-description', 'argued.md', '--adrs', 'records')).toMatch(/none is known for a decision record/);
    expect(told()).toMatch(/--pr-description/);
  }, 120_000);
});
