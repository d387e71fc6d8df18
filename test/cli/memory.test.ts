import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const memory = (...words: string[]) =>
  spawnSync(process.execPath, [join('bin', 'dialectic.js'), 'check-memory-allocation', ...words], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '' },
  });

test('a bar a workload, from a Compose file and from manifests', () => {
  const compose = memory('--compose-file', join('fixtures', 'phy', 'heap-over-limit', 'docker-compose.yml'));
  expect(compose.status).toBe(1);
  expect(compose.stdout).toMatch(/\n {2}h2o +\[█+\|█+░*\] {2}heap 14 GiB \+ native 2 GiB = limit 16 GiB \(87\.5 %\)/);
  const manifests = memory('--manifest-dir', join('fixtures', 'phy', 'pods'));
  expect(manifests.status).toBe(1);
  expect(manifests.stdout).toMatch(
    /\n {2}tool-and-pod +\[█+\|█+░*\] {2}heap 6 GiB \+ native 2 GiB = limit 8 GiB \(75 %\)/,
  );
}, 120_000);

test('what the file takes in counts with it, and so does what cannot be taken in', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dialectic-compose-'));
  writeFileSync(
    join(folder, 'stack.yml'),
    'include: [scoring.yml, broken.yml]\nservices:\n  web:\n    image: nginx:1.27\n',
  );
  writeFileSync(
    join(folder, 'scoring.yml'),
    'services:\n  scorer:\n    image: eclipse-temurin:17-jre\n    command: java -Xmx900m -jar /a.jar\n    mem_limit: 1g\n',
  );
  writeFileSync(
    join(folder, 'beside.yml'),
    'services:\n  beside:\n    image: eclipse-temurin:17-jre\n    command: java -Xmx900m -jar /b.jar\n    mem_limit: 1g\n',
  );
  writeFileSync(join(folder, 'broken.yml'), 'services:\n\tscorer: {}\n');
  try {
    const answer = memory('--compose-file', join(folder, 'stack.yml'));
    expect(answer.stdout).toContain('block phy/heap-over-limit-share  scoring.yml:4');
    expect(answer.stdout).toContain('broken.yml:2: not valid YAML');
    expect(answer.stdout).toMatch(/scorer +\[/);
    expect(answer.stdout).not.toMatch(/beside +\[/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);

test('neither file nor folder is a mistake of the call', () => {
  expect(memory().status).toBe(2);
}, 120_000);

test('what is no Compose file and no folder of manifests is refused in one sentence', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dialectic-compose-'));
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const refused = (...words: string[]): string => {
    const { status, stderr, stdout } = memory(...words);
    expect([status, stdout]).toEqual([2, '']);
    return stderr.replaceAll(`${folder}/`, '').replace(folder, 'folder').trim();
  };
  try {
    expect(refused('--compose-file', join(folder, 'none.yml'))).toBe(
      'dialectic: compose file none.yml does not exist.',
    );
    expect(refused('--compose-file', folder)).toBe('dialectic: folder is a folder; name the Compose file in it.');
    expect(refused('--manifest-dir', folder)).toBe('dialectic: folder holds no manifest: no YAML and no JSON file.');
    expect(refused('--compose-file', file('a.yml', Buffer.from([0, 255, 254, 1, 200])))).toBe(
      'dialectic: a.yml cannot be read as a Compose file: not UTF-8 text.',
    );
    expect(refused('--compose-file', file('b.yml', 'x: {{ .Values.x }}\n'))).toBe(
      'dialectic: b.yml cannot be read as a Compose file: template markup ({{ … }}) outside strings: not evaluated (line 1).',
    );
    expect(refused('--compose-file', file('c.yml', 'kind: Pod\n'))).toBe(
      'dialectic: c.yml is no Compose file: it has neither services nor include.',
    );
    expect(refused('--compose-file', file('d.yml', 'services:\n  a:\n    mem_limit: 1g\n'))).toBe(
      'dialectic: d.yml is not taken for a Compose file: a service in it has neither image nor build.',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);

test('a Compose file that reaches out of its folder is judged with the checkout it lies in', () => {
  const top = mkdtempSync(join(tmpdir(), 'dialectic-compose-'));
  mkdirSync(join(top, 'docker'));
  spawnSync('git', ['init', '-q', top]);
  writeFileSync(
    join(top, 'Dockerfile'),
    'FROM eclipse-temurin:17-jre\nENTRYPOINT ["java", "-Xmx900m", "-jar", "/a.jar"]\n',
  );
  writeFileSync(join(top, '.gitignore'), '.env\n');
  writeFileSync(join(top, 'docker', '.env'), 'LIMIT=1g\n');
  writeFileSync(join(top, 'docker', 'compose.yml'), 'services:\n  a:\n    build: ..\n    mem_limit: ${LIMIT}\n');
  try {
    const answer = memory('--compose-file', join(top, 'docker', 'compose.yml'));
    expect(answer.stdout).toContain('block phy/heap-over-limit-share  Dockerfile:2');
    expect(answer.stdout).toContain('docker/.env:1');
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
}, 120_000);
