import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  writeFileSync(join(folder, 'broken.yml'), 'services:\n\tscorer: {}\n');
  try {
    const answer = memory('--compose-file', join(folder, 'stack.yml'));
    expect(answer.stdout).toContain('block phy/heap-over-limit-share  scoring.yml:4');
    expect(answer.stdout).toContain('broken.yml:2: not valid YAML');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);

test('neither file nor folder is a mistake of the call', () => {
  expect(memory().status).toBe(2);
}, 120_000);
