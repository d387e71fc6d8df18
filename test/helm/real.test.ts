import { delimiter } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Render, RenderRequest } from '../../src/core/rendering.js';
import { helmRenderer } from '../../src/helm/index.js';

/** Folder of a real `helm` program. Nothing that `npm ci` installs brings one, so these only run where somebody names it. */
const folder = process.env['HELM_FOLDER'];
const real = folder === undefined ? describe.skip : describe;
// Not console: Jest does not print what the console of a suite got that is skipped as a whole.
if (folder === undefined) process.stdout.write('skipped: a real helm, because HELM_FOLDER does not name its folder\n');

const request = (files: Record<string, string>, values: string[] = []): RenderRequest => ({
  files: Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) })),
  values,
});

const CHART = 'apiVersion: v2\nname: scorer\nversion: 0.1.0\n';

const rendered = async (
  render: Render,
  files: Record<string, string>,
  values: string[] = [],
): Promise<Record<string, string>> => {
  const answer = await render(request({ 'Chart.yaml': CHART, ...files }, values));
  if (answer.kind === 'failed') throw new Error(answer.reason);
  return Object.fromEntries(answer.templates.map(({ path, text }) => [path, text.trim()]));
};
const refused = async (render: Render, files: Record<string, string>): Promise<string> => {
  const answer = await render(request({ 'Chart.yaml': CHART, ...files }));
  return answer.kind === 'failed' ? answer.reason : 'rendered';
};

const object = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}`;
const hook = (kind: string): string => `  annotations: {"helm.sh/hook": ${kind}}\n`;

real.each([
  ['without a network of its own', ['/usr/bin', '/bin']],
  ['where the network cannot be taken away', []],
])('a real helm, %s', (_, system) => {
  const path = [folder ?? '', ...system].join(delimiter);
  const render = helmRenderer({ path });

  test('helpers, ranges and values files; no hooks, no tests, no notes, no definitions of custom resources', async () => {
    expect(
      await rendered(
        render,
        {
          'values.yaml': 'memory: 1Gi\nnames: [a, b]\n',
          'values-prod.yaml': 'memory: 2Gi\n',
          'crds/x.yaml': 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n',
          'templates/_helpers.tpl': '{{ define "scorer.name" }}n-{{ .Release.Namespace }}{{ end }}',
          'templates/a.yaml': object('{{ include "scorer.name" . }}', 'data: {m: {{ .Values.memory }}}\n'),
          'templates/b.yaml': `{{ range .Values.names }}---\n${object('{{ . }}')}{{ end }}`,
          'templates/hook.yaml': object('before', hook('pre-install')),
          'templates/tests/t.yaml': object('probe', hook('test')),
          'templates/NOTES.txt': 'hello',
          'templates/own.yaml': 'apiVersion: example.com/v1\nkind: Own\nmetadata: {name: own}\n',
        },
        ['values-prod.yaml'],
      ),
    ).toEqual({
      'templates/a.yaml': object('n-default', 'data: {m: 2Gi}'),
      'templates/b.yaml': object('b').trim(),
      'templates/own.yaml': 'apiVersion: example.com/v1\nkind: Own\nmetadata: {name: own}',
    });
  }, 60_000);

  test('neither the cluster nor the DNS is asked, and no variable of the process is seen', async () => {
    const asked = object(
      'a',
      'data:\n  pods: {{ len (lookup "v1" "Pod" "" "") | quote }}\n  host: {{ getHostByName "localhost" | quote }}\n',
    );
    expect(await rendered(render, { 'templates/a.yaml': asked })).toEqual({
      'templates/a.yaml': object('a', 'data:\n  pods: "0"\n  host: ""'),
    });
    expect(await refused(render, { 'templates/a.yaml': object('{{ env "HOME" }}') })).toContain('"env" not defined');
  }, 60_000);

  test('what a dependency or a schema would fetch is not fetched', async () => {
    const dependency = (repository: string): string =>
      `${CHART}dependencies: [{name: kafka, version: 1.0.0, repository: "${repository}"}]\n`;
    for (const repository of ['https://127.0.0.1:9/charts', 'oci://127.0.0.1:9/charts'])
      expect(await refused(render, { 'Chart.yaml': dependency(repository) })).toContain(
        'missing in charts/ directory: kafka',
      );
    expect(
      await rendered(render, {
        'values.schema.json': '{"$ref": "http://127.0.0.1:9/schema.json"}',
        'templates/a.yaml': object('a'),
      }),
    ).toEqual({ 'templates/a.yaml': object('a').trim() });
  }, 60_000);

  test('a template that does not end and one that is wrong are refused with a reason', async () => {
    const endless = '{{ define "x" }}{{ range until 100000 }}{{ range until 100000 }}a{{ end }}{{ end }}{{ end }}';
    const bounded = helmRenderer({ path, timeoutMs: 3_000 });
    const answer = await bounded(request({ 'Chart.yaml': CHART, 'templates/a.yaml': `${endless}{{ include "x" . }}` }));
    expect(answer.kind === 'failed' ? answer.reason : '').toMatch(/too much memory|took longer/);
    expect(await refused(render, { 'templates/a.yaml': '{{ .Values.a.b.c }}' })).toContain('nil pointer');
    expect(await refused(render, { 'Chart.yaml': 'name: x\n' })).toContain('version is required');
  }, 60_000);
});
