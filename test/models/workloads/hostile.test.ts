import { expect, test } from '@jest/globals';
import { checksOf, places, runChecks } from '../../support/fixtures.js';
import { snapshotOf } from '../../support/snapshot.js';

const POD =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: db\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres:16\n';
const COMPOSE = 'services:\n  db:\n    image: postgres:16\n    ports: ["5432:5432"]\n';

test('what cannot be read gets a line each, and the rest is judged', async () => {
  const { findings, workspace } = await runChecks(
    snapshotOf({
      'k8s/good.yaml': POD,
      'k8s/huge.yaml': `apiVersion: v1\nkind: List\nitems:\n${'- {}\n'.repeat(2_000_000)}`,
      'k8s/tabs.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n\tname: a\n',
      'k8s/twice.yaml': 'apiVersion: v1\nkind: Pod\nkind: Service\nmetadata: {name: a}\n',
      'k8s/broken.json': '{"apiVersion": "v1", "kind": "Pod", \n',
      'cycle/docker-compose.yml': 'include: [docker-compose.yml]\n' + COMPOSE,
      'out/docker-compose.yml': COMPOSE + '    extends: {file: ../../etc/passwd, service: a}\n',
    }),
    checksOf('phy'),
  );
  const found = places(findings);
  expect(found).toContain('k8s/good.yaml:4 phy/stateful-kind');
  expect(found).toContain('cycle/docker-compose.yml:5 phy/datastore-port-published');
  expect(found).toContain('out/docker-compose.yml:4 phy/datastore-port-published');
  const paths = new Set(workspace.gaps.map(({ path }) => path));
  expect([...paths].sort()).toEqual([
    'cycle/docker-compose.yml',
    'k8s/broken.json',
    'k8s/huge.yaml',
    'k8s/tabs.yaml',
    'k8s/twice.yaml',
    'out/docker-compose.yml',
  ]);
});

test('every way of being wrong is called by its name', async () => {
  const aliases = `apiVersion: v1\nkind: Pod\nbase: &b {x: 1}\nall:\n${'  - *b\n'.repeat(10_000)}`;
  const levels = [...'bcdefghij'].map((name, index) => {
    const before = `*${'abcdefghi'[index] ?? ''}`;
    return `${name}: &${name} [${Array.from({ length: 10 }, () => before).join(', ')}]\n`;
  });
  const { workspace } = await runChecks(
    snapshotOf({
      'k8s/aliases.yaml': aliases,
      'k8s/bomb.yaml': `apiVersion: v1\nkind: Pod\na: &a [x, x, x, x, x, x, x, x, x, x]\n${levels.join('')}`,
      'k8s/template.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n',
      'kustomize/a/kustomization.yaml': 'resources: [../b]\n',
      'kustomize/b/kustomization.yaml': 'resources: [../a]\n',
      'kustomize/c/kustomization.yaml': 'resources: [../../../shared]\n',
      'out/docker-compose.yml':
        'services:\n  a:\n    image: eclipse-temurin:17\n    command: java -Xmx600m -jar /a.jar\n    env_file: ../../etc/passwd\n    mem_limit: 1g\n  b:\n    build: ../../b\n',
      'ring/docker-compose.yml':
        'services:\n  a:\n    extends: {service: b}\n    image: nginx\n  b:\n    extends: {service: a}\n',
      'without/docker-compose.yml':
        'services:\n  a:\n    image: eclipse-temurin:17\n    command: java -jar /a.jar\n    env_file: none.env\n    mem_limit: 1g\n',
    }),
    checksOf('phy'),
  );
  const said = workspace.gaps.map(({ path, line, reason }) => `${path}:${String(line ?? '')} ${reason}`).sort();
  expect(said).toEqual([
    'k8s/aliases.yaml:1 the document holds more than 5000 aliases',
    'k8s/bomb.yaml:1 the document holds aliases that expand to more than 1000000 nodes',
    'k8s/template.yaml:4 template markup ({{ … }}) outside strings: not evaluated',
    'kustomize/b/kustomization.yaml:1 kustomization cycle: kustomize/a → kustomize/b → kustomize/a',
    'kustomize/c/kustomization.yaml:1 kustomization names ../../../shared, which leaves the repository',
    'out/docker-compose.yml:5 env_file leaves the repository: ../../etc/passwd',
    'out/docker-compose.yml:8 build leaves the repository: ../../b',
    'ring/docker-compose.yml:3 extends cycle: ring/docker-compose.yml#a → ring/docker-compose.yml#b → ring/docker-compose.yml#a',
    'ring/docker-compose.yml:6 extends cycle: ring/docker-compose.yml#b → ring/docker-compose.yml#a → ring/docker-compose.yml#b',
    'without/docker-compose.yml:2 the heap of a is not known: env_file none.env is not in the repository',
  ]);
});
