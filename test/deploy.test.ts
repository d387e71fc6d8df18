import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseYaml } from '../src/languages/yaml/index.js';
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

test('what the Action prints cannot command the runner, and its exit code is the review’s', () => {
  const action = parseYaml(readFileSync('action.yml', 'utf8')).documents[0]?.toJS() as {
    runs: { steps: { run: string }[] };
  };
  const script = action.runs.steps[1]?.run ?? '';
  const place = mkdtempSync(join(tmpdir(), 'dialectic-action-'));
  mkdirSync(join(place, 'bin'));
  writeFileSync(join(place, 'bin/dialectic.js'), 'console.log("::error::forged"); process.exitCode = 1;');
  const { status, stdout } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      GITHUB_ACTION_PATH: place,
      GITHUB_STEP_SUMMARY: join(place, 'summary.md'),
      FAIL_ON: 'block',
    },
  });
  expect(status).toBe(1);
  const [, token] = /^::stop-commands::(\S{30,})\n::error::forged\n::\1::\n$/.exec(stdout) ?? [];
  expect(token).toBeDefined();
  expect(readFileSync(join(place, 'summary.md'), 'utf8')).toBe('::error::forged\n');
  rmSync(place, { recursive: true });
});
