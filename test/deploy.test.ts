import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { checksOf, places, runChecks } from './support/fixtures.js';
import { readTree, snapshotOf } from './support/snapshot.js';

test("the project's own Compose file and manifests pass the physical view", async () => {
  const files: Record<string, Uint8Array> = Object.fromEntries(
    Object.entries(readTree('deploy')).map(([path, bytes]) => [`deploy/${path}`, bytes]),
  );
  for (const path of ['docker-compose.yml', 'Dockerfile']) files[path] = readFileSync(path);
  const { findings, workspace } = await runChecks(snapshotOf(files), checksOf('phy'));
  expect(places(findings)).toEqual([]);
  expect(workspace.gaps).toEqual([]);
});
