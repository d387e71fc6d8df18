import { spawnSync } from 'node:child_process';
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

test('neither file nor folder is a mistake of the call', () => {
  expect(memory().status).toBe(2);
}, 120_000);
