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
