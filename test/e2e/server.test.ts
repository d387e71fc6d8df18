import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { diagnoseApp, diagnoseInstallations, diagnoseRepository } from '../../src/github/doctor.js';
import { readSnapshots } from '../../src/github/snapshot.js';
import { localReview } from '../../src/snapshot/checkout.js';
import { BLOCKING, FILES, stageForFile } from './world.js';

const stage = stageForFile();
const address = (path: string): string => `http://127.0.0.1:${stage().server?.port ?? 0}${path}`;
const get = async (path: string): Promise<[number, string]> => {
  const response = await fetch(address(path));
  return [response.status, await response.text()];
};

describe('the server', () => {
  test('says that it lives, that it takes work, and what it did', async () => {
    expect(await get('/healthz')).toEqual([200, 'ok\n']);
    expect(await get('/readyz')).toEqual([200, 'ready, 0 running, 0 waiting\n']);
    const [status, text] = await get('/metrics');
    expect([status, text]).toEqual([200, expect.stringContaining('dialectic_queue_jobs{state="waiting"} 0')]);
    expect(await get('/')).toEqual([200, 'Dialectic is running.\n']);
    expect((await get('/nowhere'))[0]).toBe(404);
  });

  const deliver = (path: string, body: string, signature: string) =>
    fetch(address(path), {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'ping',
        'x-github-delivery': '1',
        'x-hub-signature-256': signature,
      },
    });
  test('takes only deliveries that are signed, at both addresses', async () => {
    const body = JSON.stringify({ zen: 'x', hook_id: 1 });
    const good = `sha256=${createHmac('sha256', stage().world.webhookSecret).update(body).digest('hex')}`;
    expect((await deliver('/api/github/webhooks', body, good)).status).toBe(200);
    expect((await deliver('/', body, good)).status).toBe(200);
    expect((await deliver('/api/github/webhooks', body, good.replace(/.$/, 'x'))).status).toBeGreaterThanOrEqual(400);
  });

  test('reads no more of a delivery than GitHub ever sends, whatever length it states', async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1e6;
        if (sent > 100e6) controller.close();
        else controller.enqueue(new Uint8Array(1e6));
      },
    });
    const request = fetch(address('/api/github/webhooks'), { method: 'POST', body: endless, duplex: 'half' } as object);
    // A refusal may reach a sender that still sends as a connection that is cut.
    expect(await request.then(({ status }) => status).catch(() => 413)).toBe(413);
    expect(sent).toBeLessThan(60e6);
    expect((await get('/healthz'))[0]).toBe(200);
  });

  test('keeps secrets out of its log', async () => {
    const s = stage();
    await s.pullOf(FILES, { 'service/main.py': BLOCKING });
    await s.idle();
    const log = s.logs.join('');
    expect(log).toContain('"reviewed"');
    expect(log).not.toMatch(/ghs_|PRIVATE KEY|Bearer /);
    expect(log).not.toContain(s.world.webhookSecret);
  });
});

test('the doctor says what is well and what to change', async () => {
  const s = stage();
  const { services } = s.server ?? {};
  if (!services) throw new Error('no server');
  await s.push({ branch: 'main', message: 'Begin', files: FILES });
  const where = { owner: 'acme', repo: s.repository.name };
  const client = await services.clientFor(s.world.installation.id);
  const [before] = await diagnoseRepository(client, where, s.world.app.id);
  expect(before).toMatchObject({ level: 'warn', message: expect.stringContaining('is not required') });
  const required = (integration_id?: number) => [
    {
      type: 'required_status_checks',
      parameters: {
        required_status_checks: [{ context: 'dialectic', ...(integration_id ? { integration_id } : {}) }],
        strict_required_status_checks_policy: false,
      },
    },
  ];
  s.repository.rules.set('main', required());
  expect(await diagnoseRepository(client, where, s.world.app.id)).toMatchObject([
    { level: 'warn', message: expect.stringContaining('from any source') },
  ]);
  s.repository.rules.set('main', required(s.world.app.id));
  const fine = [{ level: 'ok', subject: `acme/${where.repo} main`, message: '`dialectic` is required from this App' }];
  expect(await diagnoseRepository(client, where, s.world.app.id)).toEqual(fine);
  s.repository.rules.delete('main');
  s.repository.protections.set('main', [{ context: 'dialectic', app_id: null }]);
  expect(await diagnoseRepository(client, where, s.world.app.id)).toMatchObject([
    { level: 'warn', message: expect.stringContaining('from any source') },
  ]);
  s.repository.protections.set('main', [{ context: 'dialectic', app_id: s.world.app.id }]);
  expect(await diagnoseRepository(client, where, s.world.app.id)).toEqual(fine);

  const app = await services.appClient();
  const healthy = await diagnoseApp(app, new Date());
  expect(
    healthy.filter(({ level, subject }) => level !== 'ok' && (subject === 'permission' || subject === 'event')),
  ).toEqual([]);
  const { permissions } = s.world.app;
  s.world.app.permissions = { ...permissions, pull_requests: 'read' };
  const ill = await diagnoseApp(app, new Date());
  s.world.app.permissions = permissions;
  expect(ill.filter(({ level }) => level === 'fail')).toMatchObject([
    { message: 'pull_requests: write is missing (it is read).' },
  ]);

  const { installation } = s.world;
  const page = `${s.world.server.url}/settings/installations/${installation.id}`;
  const all = { level: 'ok', subject: 'installation acme', message: 'it has every permission' };
  expect(await diagnoseInstallations(app)).toEqual([all]);
  const held = installation.permissions;
  installation.permissions = { ...held, checks: 'read' };
  const lacking = await diagnoseInstallations(app);
  installation.permissions = held;
  expect(lacking).toEqual([
    {
      level: 'fail',
      subject: 'installation acme',
      message: 'It lacks checks: write.',
      remedy: `Its owner accepts new permissions at ${page}.`,
    },
  ]);
});

test('GitHub and a checkout give the same snapshot of the same commit', async () => {
  const s = stage();
  const { services } = s.server ?? {};
  if (!services) throw new Error('no server');
  const pull = await s.pullOf(
    {
      ...FILES,
      'old.py': 'x = 1\ny = 2\nz = 3\nw = 4\n',
      'gone.txt': 'x\n',
      'blob.bin': Buffer.from([0, 1]).toString('latin1'),
    },
    {
      'service/main.py': BLOCKING,
      'old.py': null,
      'new.py': 'x = 1\ny = 2\nz = 3\nw = 5\n',
      'gone.txt': null,
      'a b/ü.md': '# Ü\n',
    },
  );
  const client = await services.clientFor(s.world.installation.id);
  const repository = { owner: 'acme', repo: s.repository.name };
  const { head, base } = await readSnapshots(
    client,
    { repository, headSha: pull.head.sha, baseSha: pull.base.sha },
    services.caches,
  );
  const folder = mkdtempSync(join(tmpdir(), 'checkout-'));
  execFileSync('git', ['clone', '--quiet', s.repository.git.path, folder]);
  const local = await localReview(folder, { base: 'origin/main', head: 'origin/feature' });
  const comparable = (snapshot: typeof head) => ({
    headSha: snapshot.headSha,
    files: [...snapshot.files].sort((a, b) => (a.path < b.path ? -1 : 1)),
    changes: [...snapshot.changes].sort((a, b) => (a.path < b.path ? -1 : 1)),
  });
  expect(comparable(head)).toEqual(comparable(local.head));
  expect(comparable(base).files).toEqual(comparable(local.base ?? local.head).files);
  for (const { path } of head.files)
    expect(Buffer.from(await head.read(path))).toEqual(Buffer.from(await local.head.read(path)));
  await expect(head.read('nowhere')).rejects.toThrow('not in this commit');
  local.close();
  rmSync(folder, { recursive: true, force: true });
});
