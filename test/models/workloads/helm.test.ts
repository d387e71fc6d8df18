import { describe, expect, test } from '@jest/globals';
import type { Render, RenderRequest } from '../../../src/core/rendering.js';
import type { Settings } from '../../../src/core/settings.js';
import { DEFAULT_SETTINGS } from '../../../src/config/defaults.js';
import { sourceLines } from '../../../src/models/workloads/helm/source-lines.js';
import { checksOf, places, runChecks } from '../../support/fixtures.js';
import { snapshotOf } from '../../support/snapshot.js';

const TEMPLATE = `{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "c.fullname" . }}
spec:
  selector:
    matchLabels: {{ include "c.labels" . | nindent 6 }}
  template:
    spec:
      containers:
        - name: scorer
          image: "{{ .Values.image }}:{{ .Values.tag }}"
          env:
            - name: JAVA_TOOL_OPTIONS
              value: {{ .Values.options | quote }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
{{- end }}
`;
const RENDERED = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: release-name-c
spec:
  selector:
    matchLabels: 
      app: c
  template:
    spec:
      containers:
        - name: scorer
          image: "registry.example.com/java:1"
          env:
            - name: JAVA_TOOL_OPTIONS
              value: "-Xmx1900m"
          resources:
            limits:
              memory: 2Gi
`;
const CHART = {
  'deploy/c/Chart.yaml': 'apiVersion: v2\nname: c\n',
  'deploy/c/values.yaml': 'resources:\n  limits:\n    memory: 2Gi\noptions: -Xmx1900m\n',
  'deploy/c/values-prod.yaml': 'replicas: 3\n',
  'deploy/c/templates/deployment.yaml': TEMPLATE,
  'other/secret.txt': 'not of the chart',
};
const RENDERING: Partial<Settings> = { physical: { ...DEFAULT_SETTINGS.physical, helm: 'render' } };

const run = (render: Render | undefined, settings: Partial<Settings> = RENDERING) =>
  runChecks({ ...snapshotOf(CHART), ...(render ? { render } : {}) }, checksOf('phy'), settings);

describe('physical.helm', () => {
  test('render: findings stand on the template’s lines, and its templates are no gap any more', async () => {
    let asked: RenderRequest | undefined;
    const { findings, workspace } = await run((request) => {
      asked = request;
      return Promise.resolve({ kind: 'done', templates: [{ path: 'templates/deployment.yaml', text: RENDERED }] });
    });
    expect(places(findings)).toEqual([
      'deploy/c/templates/deployment.yaml:16 phy/heap-over-limit-share',
      'deploy/c/templates/deployment.yaml:5 phy/inference-without-autoscaling',
    ]);
    expect(findings[0]?.message).toContain('92.8 %');
    expect(workspace.gaps).toEqual([]);
    expect(asked?.files.map(({ path }) => path)).toEqual([
      'Chart.yaml',
      'templates/deployment.yaml',
      'values-prod.yaml',
      'values.yaml',
    ]);
    expect(asked?.values).toEqual(['values-prod.yaml']);
  });

  test('render, and helm refuses: the reason at the chart, the template "not evaluated", the values judged as ever', async () => {
    const { findings, workspace } = await run(() =>
      Promise.resolve({ kind: 'failed', reason: 'no helm program was found' }),
    );
    expect(places(findings)).toEqual(['deploy/c/values.yaml:4 phy/heap-over-limit-share']);
    expect(workspace.gaps.map(({ path, reason, kind }) => `${kind} ${path} ${reason}`)).toEqual([
      'unsupported deploy/c/Chart.yaml the chart is not rendered: no helm program was found',
      expect.stringMatching(/^unsupported deploy\/c\/templates\/deployment\.yaml /),
    ]);
  });

  test('values, the default: nothing is asked to render', async () => {
    const never: Render = () => Promise.reject(new Error('must not be asked'));
    const { workspace } = await run(never, {});
    expect(workspace.gaps.map(({ path }) => path)).toEqual(['deploy/c/templates/deployment.yaml']);
  });

  test('what it renders to is no YAML: said, not judged', async () => {
    const { findings, workspace } = await run(() =>
      Promise.resolve({ kind: 'done', templates: [{ path: 'templates/deployment.yaml', text: 'a: [\n' }] }),
    );
    expect(findings).toEqual([]);
    expect(workspace.gaps.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      expect.stringMatching(/^deploy\/c\/templates\/deployment\.yaml what the template renders to is not read/),
    ]);
  });
});

test('lines of the output are those of the template', () => {
  const line = sourceLines(TEMPLATE, RENDERED);
  const at = (text: string): number => line(RENDERED.split('\n').findIndex((one) => one.includes(text)) + 1);
  expect([at('kind: Deployment'), at('name: release'), at('image:'), at('Xmx'), at('memory: 2Gi')]).toEqual([
    3, 5, 13, 16, 18,
  ]);
});
