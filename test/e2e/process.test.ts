import { execFile, spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { WEBHOOK_PATH } from '../../src/wiring/serve.js';
import { ARGUED, BLOCKED, BLOCKING, FILES, stageForFile } from './world.js';

const stage = stageForFile();

/** The environment of a process that talks to the local GitHub as to an Enterprise Server. */
function environment(over: Record<string, string> = {}): NodeJS.ProcessEnv {
  const { world } = stage();
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_ENV: 'production',
    GHE_HOST: new URL(world.server.url).host,
    GHE_PROTOCOL: 'http',
    APP_ID: String(world.app.id),
    PRIVATE_KEY: world.privateKey,
    WEBHOOK_SECRET: world.webhookSecret,
    ...over,
  };
}

const doctor = (...args: string[]): Promise<{ code: number; lines: string[] }> =>
  new Promise((resolve) => {
    const run = [process.execPath, ['bin/dialectic.js', 'doctor', ...args], { env: environment() }] as const;
    execFile(...run, (error, stdout) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, lines: stdout.split('\n').filter(Boolean) }),
    );
  });

/** A merge queue's rule as GitHub shows it. */
const QUEUE = {
  check_response_timeout_minutes: 60,
  grouping_strategy: 'ALLGREEN',
  max_entries_to_build: 5,
  max_entries_to_merge: 5,
  merge_method: 'MERGE',
  min_entries_to_merge: 1,
  min_entries_to_merge_wait_minutes: 5,
};

describe('dialectic doctor', () => {
  const repository = (): string => `acme/${stage().repository.name}`;

  test('says of a live App what is well, and of a repository what to change', async () => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    await s.idle();
    const { code, lines } = await doctor('--repository', repository());
    expect(code).toBe(0);
    expect(lines.filter((line) => line.startsWith('✓ permission'))).toHaveLength(7);
    expect(lines.filter((line) => line.startsWith('✓ event'))).toHaveLength(8);
    expect(lines).toContain(`✓ webhook: http://127.0.0.1:${s.server?.port ?? 0}${WEBHOOK_PATH}`);
    expect(lines.slice(-2)).toEqual([
      `! ${repository()} main: \`dialectic\` is not required: pull requests can be merged whatever it says.`,
      '    Add it under Settings → Rules → Rulesets → Require status checks to pass.',
    ]);
  });

  test('ends with 1 when something is wrong, and names permission, queue and deliveries', async () => {
    const s = stage();
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    const parameters = {
      required_status_checks: [{ context: 'dialectic', integration_id: s.world.app.id }],
      strict_required_status_checks_policy: false,
    };
    s.repository.rules.set('main', [
      { type: 'required_status_checks', parameters },
      { type: 'merge_queue', parameters: QUEUE },
    ]);
    const { permissions } = s.world.app;
    s.world.app.permissions = { ...permissions, checks: 'read' };
    const { code, lines } = await doctor('--repository', repository());
    s.world.app.permissions = permissions;
    expect(code).toBe(1);
    expect(lines.find((line) => line.startsWith('✗'))).toBe('✗ permission: checks: write is missing (it is read).');
    expect(lines.slice(-2)).toEqual([
      `✓ ${repository()} main: \`dialectic\` is required from this App`,
      `✓ ${repository()} main: the merge queue waits for the check, and the App answers merge_group`,
    ]);
  });
});

test('the doctor counts the deliveries that were missed, until they have arrived', async () => {
  const s = stage();
  const { webhooks } = s.world.github;
  const line = async (): Promise<string[]> => {
    const { lines } = await doctor('--repository', 'acme/none');
    const at = lines.findIndex((one) => one.includes('deliveries:'));
    return lines.slice(at, lines[at]?.startsWith('✓') ? at + 1 : at + 2);
  };
  await s.push({ branch: 'main', message: 'Begin', files: FILES });
  await s.idle();
  expect(await line()).toEqual([`✓ deliveries: ${webhooks.log.length} of the last three days arrived`]);
  const { target } = webhooks;
  if (target) webhooks.target = { ...target, url: 'http://127.0.0.1:9/' };
  const before = webhooks.log.length;
  await s.push({ branch: 'main', message: 'More', files: { 'README.md': '# New\n' } });
  await webhooks.settled();
  const missed = webhooks.log.length - before;
  expect(missed).toBe(2);
  expect(await line()).toEqual([
    `! deliveries: ${missed} of ${webhooks.log.length} deliveries failed, the last with "${webhooks.log.at(-1)?.status ?? ''}".`,
    '    Is the address reachable from GitHub? The App asks for them again at its next start or sweep.',
  ]);
  webhooks.target = target;
  await s.sweep();
  expect(await line()).toEqual([`✓ deliveries: ${webhooks.log.length} of the last three days arrived`]);
});

const connected = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });

describe('SIGTERM', () => {
  let kill = (): void => undefined;
  afterEach(() => kill());

  test('ends what runs, takes nothing new, and leaves with 0', async () => {
    const s = stage();
    await s.stopApp();
    const env = environment({ PORT: '0', HOST: '127.0.0.1', DIALECTIC_SWEEP_MINUTES: '0' });
    const child = spawn(process.execPath, ['bin/server.js'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    kill = () => void child.kill('SIGKILL');
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => void (log += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => void (log += chunk.toString()));
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const until = async (seen: () => boolean): Promise<void> => {
      for (let round = 0; round < 1200 && !seen(); round += 1) await pause(50);
      if (!seen()) throw new Error(`never seen\n${log}`);
    };
    await until(() => log.includes('"ready"'));
    const port = /"port":(\d+)/.exec(log)?.[1] ?? '';
    const { webhooks, faults, requests } = s.world.github;
    webhooks.target = { url: `http://127.0.0.1:${port}${WEBHOOK_PATH}`, secret: s.world.webhookSecret };
    await s.push({ branch: 'main', message: 'Begin', files: FILES });
    await s.push({ branch: 'feature', message: 'Change', files: { 'service/main.py': BLOCKING }, from: 'main' });
    await webhooks.settled();
    // The review has begun and waits for its comparison when the signal comes.
    faults.plan('repos/compare-commits-with-basehead', { kind: 'slow', milliseconds: 2000 });
    const mark = requests.length;
    const pull = await s.openPull({ title: 'Change', body: ARGUED, head: 'feature' });
    await until(() => requests.slice(mark).some(({ operation }) => operation === 'checks/create'));
    child.kill('SIGTERM');
    await until(() => log.includes('stopping: no new work'));
    // A connection of its own: one that was kept from a delivery may outlive the listener.
    await expect(connected(Number(port))).rejects.toThrow('ECONNREFUSED');
    expect(await exited).toBe(0);
    expect(log).toContain('"stopped"');
    // Whatever went wrong stands there.
    expect(log).not.toMatch(/"level":(?:40|50)/);
    expect(s.state(pull)).toEqual(BLOCKED);
    webhooks.target = undefined;
    await s.startApp();
  });
});
