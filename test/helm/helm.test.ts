import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RenderRequest } from '../../src/core/rendering.js';
import { helmRenderer } from '../../src/helm/index.js';

let programs: string;
beforeEach(() => {
  programs = mkdtempSync(join(tmpdir(), 'dialectic-programs-'));
});
afterEach(() => rmSync(programs, { recursive: true, force: true }));

/** A program named `helm` whose `template` runs the given JavaScript; `args` and `chart` are its to use. */
function helm(template: string, version = 'v3.16.2'): void {
  const script = `#!${process.execPath}
const fs = require('node:fs'), path = require('node:path');
const args = process.argv.slice(2);
if (args[0] === 'version') { process.stdout.write(${JSON.stringify(version)}); process.exit(0); }
const chart = args[2];
${template}
`;
  writeFileSync(join(programs, 'helm'), script);
  chmodSync(join(programs, 'helm'), 0o755);
}

const chart = (files: Record<string, string>, values: string[] = []): RenderRequest => ({
  files: Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) })),
  values,
});

const withSystem = (): string => [programs, '/usr/bin', '/bin'].join(delimiter);

describe('helm template', () => {
  test('each template with what it renders to; hooks and tests are left out, the cluster is not asked', async () => {
    helm(
      `process.stdout.write('---\\n# Source: scorer/templates/a.yaml\\nkind: A\\n---\\n# Source: scorer/templates/b.yaml\\nargs: ' + JSON.stringify(args.slice(3)) + '\\n---\\n# Source: scorer/templates/a.yaml\\nkind: C\\n');`,
    );
    const answer = await helmRenderer({ path: withSystem() })(
      chart({ 'Chart.yaml': 'name: scorer\n', 'values-prod.yaml': 'a: 1\n' }, ['values-prod.yaml']),
    );
    if (answer.kind === 'failed') throw new Error(answer.reason);
    expect(answer.templates.map(({ path }) => path)).toEqual([
      'templates/a.yaml',
      'templates/b.yaml',
      'templates/a.yaml',
    ]);
    expect(answer.templates[0]?.text).toBe('kind: A\n');
    const words = answer.templates[1]?.text ?? '';
    expect(words).toContain('"--no-hooks","--skip-tests"');
    expect(words).toMatch(/"--values","[^"]*\/chart\/values-prod\.yaml"/);
    expect(words).not.toMatch(/validate|dns|dependency|post-renderer/);
  });

  test('it sees the chart and an empty home, no secret of this process, and nothing stays behind', async () => {
    process.env['PRIVATE_KEY_OF_TEST'] = 'secret';
    helm(`
      const list = (d) => fs.readdirSync(d, { recursive: true }).map(String).sort();
      process.stdout.write('---\\n# Source: c/templates/a.yaml\\n' + JSON.stringify({ chart: list(chart), home: list(process.env.HOME), env: Object.keys(process.env).sort(), root: path.dirname(chart) }));`);
    const answer = await helmRenderer({ path: withSystem() })(
      chart({
        'Chart.yaml': 'name: c\n',
        'templates/a.yaml': 'a',
        'values.schema.json': '{}',
        'charts/sub/values.schema.json': '{}',
      }),
    );
    delete process.env['PRIVATE_KEY_OF_TEST'];
    if (answer.kind === 'failed') throw new Error(answer.reason);
    const seen = JSON.parse(answer.templates[0]?.text ?? '') as Record<'chart' | 'home' | 'env', string[]> & {
      root: string;
    };
    expect(seen.chart).toEqual(['Chart.yaml', 'templates', 'templates/a.yaml']);
    expect(seen.home).toEqual([]);
    expect(seen.env).not.toContain('PRIVATE_KEY_OF_TEST');
    expect(seen.env).toEqual(expect.arrayContaining(['HELM_NO_PLUGINS', 'KUBECONFIG']));
    expect(() => readdirSync(seen.root)).toThrow('ENOENT');
  });

  test('its own last complaint is the reason, without the place it was laid out in', async () => {
    helm(
      `console.error('WARNING: something'); console.error('Error: template: c/templates/a.yaml:3: ' + chart + '/x broke'); process.exit(1);`,
    );
    const answer = await helmRenderer({ path: withSystem() })(chart({ 'Chart.yaml': 'name: c\n' }));
    expect(answer).toEqual({ kind: 'failed', reason: 'template: c/templates/a.yaml:3: x broke' });
  });

  test('no program', async () => {
    const answer = await helmRenderer({ path: programs })(chart({ 'Chart.yaml': 'name: c\n' }));
    expect(answer).toEqual({ kind: 'failed', reason: 'no helm program was found' });
  });
});

describe('bounds', () => {
  test('one that never ends is killed, with everything it started', async () => {
    helm(
      `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e3)'], { stdio: 'inherit' }); setInterval(() => 0, 1e3);`,
    );
    // The version is asked in the same bounds, so they must suffice for that.
    const answer = await helmRenderer({ path: withSystem(), timeoutMs: 5_000 })(chart({ 'Chart.yaml': 'name: c\n' }));
    expect(answer).toEqual({ kind: 'failed', reason: 'helm took longer than 5 s' });
  }, 60_000);

  test('one that never stops printing', async () => {
    helm(
      `const line = 'x'.repeat(65536); const more = () => { while (process.stdout.write(line)); process.stdout.once('drain', more); }; more();`,
    );
    const answer = await helmRenderer({ path: withSystem(), maxOutputBytes: 1e6 })(
      chart({ 'Chart.yaml': 'name: c\n' }),
    );
    expect(answer).toEqual({ kind: 'failed', reason: 'the rendered chart is too long' });
  }, 60_000);

  // Elsewhere than on Linux only the deadline bounds it.
  (process.platform === 'linux' ? test : test.skip)(
    'one that grows and grows',
    async () => {
      helm(`globalThis.kept = Buffer.alloc(600e6, 1); setInterval(() => 0, 1e3);`);
      const render = helmRenderer({ path: withSystem(), maxResidentBytes: 300e6, timeoutMs: 60_000 });
      expect(await render(chart({ 'Chart.yaml': 'name: c\n' }))).toEqual({
        kind: 'failed',
        reason: 'helm needed too much memory',
      });
    },
    120_000,
  );

  test.each(['../outside.yaml', 'templates/../../x.yaml', '/etc/x'])(
    'a path that leads out of the chart: %s',
    async (path) => {
      helm(`process.stdout.write('rendered');`);
      const answer = await helmRenderer({ path: withSystem() })(chart({ 'Chart.yaml': 'name: c\n', [path]: 'x' }));
      expect(answer).toEqual({ kind: 'failed', reason: `${path} leads out of the chart` });
    },
  );

  test('too many files', async () => {
    helm(`process.stdout.write('rendered');`);
    const files = Object.fromEntries(
      Array.from({ length: 2_001 }, (_, index) => [`templates/${String(index)}.yaml`, 'a']),
    );
    const answer = await helmRenderer({ path: withSystem() })(chart(files));
    expect(answer).toEqual({ kind: 'failed', reason: 'the chart has more than 2000 files' });
  });
});

describe('where the network cannot be taken away', () => {
  // Without the system's folders on the path there is no unshare.
  test('an old helm, whose templates may ask the DNS, is not used', async () => {
    helm(`process.stdout.write('rendered');`, 'v3.10.3');
    const answer = await helmRenderer({ path: programs })(chart({ 'Chart.yaml': 'name: c\n' }));
    expect(answer.kind === 'failed' && answer.reason).toMatch(/^helm v3\.10\.3 can ask the DNS/);
  });

  test('packed charts are not opened', async () => {
    helm(`process.stdout.write('rendered');`);
    const answer = await helmRenderer({ path: programs })(
      chart({ 'Chart.yaml': 'name: c\n', 'charts/redis-1.tgz': 'x' }),
    );
    expect(answer.kind === 'failed' && answer.reason).toMatch(/packed charts/);
  });

  test('any other chart is rendered', async () => {
    helm(`process.stdout.write('---\\n# Source: c/templates/a.yaml\\nkind: A\\n');`);
    const answer = await helmRenderer({ path: programs })(chart({ 'Chart.yaml': 'name: c\n' }));
    expect(answer).toEqual({ kind: 'done', templates: [{ path: 'templates/a.yaml', text: 'kind: A\n' }] });
  });
});
