import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/config/defaults.js';
import { failoverScenario } from '../../../src/models/scenarios/failover/index.js';
import { memoryFactStore } from '../../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../../src/reviewers/workspace.js';
import { snapshotOf } from '../../support/snapshot.js';

const CLUSTER = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: feature-store
spec:
  instances: 3
  imageName: ghcr.io/cloudnative-pg/postgresql:16
`;

async function drills(files: Readonly<Record<string, string>>): Promise<string[]> {
  const snapshot = snapshotOf({ 'deploy/postgres.yaml': CLUSTER, ...files });
  const workspace = new SnapshotWorkspace(snapshot, DEFAULT_SETTINGS, memoryFactStore(), undefined, true);
  const { subjects, drills: found } = await workspace.model(failoverScenario);
  expect(subjects).toHaveLength(1);
  return found.map(({ path, line }) => `${path}:${line}`);
}

const workflow = (...steps: string[]): Record<string, string> => ({
  '.github/workflows/drill.yml': `name: drill
on: workflow_dispatch
jobs:
  drill:
    runs-on: ubuntu-latest
    steps:
${steps.map((step) => `      - run: ${step}\n`).join('')}`,
});
const DRILLED = ['.github/workflows/drill.yml:7'];

describe('commands that make a datastore fail', () => {
  test.each([
    'patronictl -c /etc/patroni.yml switchover --force',
    'docker compose exec -T patroni1 patronictl failover --force',
    'kubectl exec feature-store-1 -n db -- pg_ctl promote -D /var/lib/postgresql/data',
    `bash -c "ssh -i key admin@db1 'sudo -u postgres pg_ctl promote'"`,
    `psql -h replica -tAc "SELECT pg_promote(true, 30)"`,
    'redis-cli -p 26379 SENTINEL FAILOVER mymaster',
    'repmgr standby switchover --siblings-follow',
    'kubectl cnpg promote feature-store feature-store-2',
    'aws rds reboot-db-instance --db-instance-identifier features --force-failover',
    'curl -s -XPOST http://patroni:8008/switchover -d "{}"',
  ])('a promotion: %s', async (command) => {
    expect(await drills(workflow(command.includes(': ') ? `|\n          ${command}` : command))).toEqual([
      command.includes(': ') ? '.github/workflows/drill.yml:8' : DRILLED[0],
    ]);
  });

  test.each([
    'kubectl delete pod feature-store-1',
    'kubectl delete pods -l role=primary -n db --wait=false',
    'docker compose kill -s SIGKILL pg-primary',
    'docker network disconnect backend feature-store',
    'docker run gaiaadm/pumba pause --duration 30s re2:postgres-master',
  ])('a loss that something looks at afterwards: %s', async (command) => {
    expect(await drills(workflow(command, './scripts/wait-for-promotion.sh --timeout 30'))).toEqual(DRILLED);
    expect(await drills(workflow(command, 'docker compose down -v'))).toEqual([]);
  });

  test.each([
    ['a comment', '|\n          # patronictl switchover is what we do by hand\n          make test'],
    ['a text', 'echo "then run patronictl failover"'],
    ['a literal of SQL', `psql -c "SELECT 'pg_promote()'"`],
    ['a help page', 'man patronictl'],
    ['a search', 'grep -rn "pg_ctl promote" docs'],
    ['another container', 'docker compose kill web'],
    ['a promotion of a build', 'npm run promote'],
  ])('is not %s', async (_, step) => {
    expect(await drills(workflow(step, 'make check'))).toEqual([]);
  });

  test('a script of one’s own, when something looks on', async () => {
    const kill = 'docker kill pg-primary\n';
    expect(await drills({ 'scripts/drill.sh': `${kill}psql -h replica -c 'SELECT 1'\n` })).toEqual([
      'scripts/drill.sh:1',
    ]);
    expect(await drills({ 'scripts/stop.sh': `${kill}docker rm pg-primary\n` })).toEqual([]);
    expect(await drills({ 'scripts/entrypoint.sh': 'pg_ctl promote\n' })).toEqual([]);
  });

  test('words in a README, a docstring, a description', async () => {
    expect(
      await drills({
        'README.md': 'Run `patronictl switchover`.\n',
        'ops/notes.py': '"""patronictl failover, then pg_promote()."""\n',
        'deploy/values.yaml': 'description: patronictl failover is tested by hand\n',
      }),
    ).toEqual([]);
  });
});

test('sets of instances, as Crunchy and Percona write them', async () => {
  const cluster = (replicas: number): string => `apiVersion: pgv2.percona.com/v2
kind: PerconaPGCluster
metadata:
  name: features
spec:
  instances:
    - name: a
      replicas: ${replicas}
`;
  const subjects = async (text: string): Promise<number> => {
    const snapshot = snapshotOf({ 'deploy/cr.yaml': text });
    const workspace = new SnapshotWorkspace(snapshot, DEFAULT_SETTINGS, memoryFactStore(), undefined, true);
    return (await workspace.model(failoverScenario)).subjects.length;
  };
  expect(await subjects(cluster(3))).toBe(1);
  expect(await subjects(cluster(1))).toBe(0);
});

describe('experiments', () => {
  const chaos = (kind: string, action: string, label: string): string => `apiVersion: chaos-mesh.org/v1alpha1
kind: ${kind}
metadata:
  name: kill-it
spec:
  action: ${action}
  mode: one
  selector:
    labelSelectors:
      ${label}
`;

  test('Chaos Mesh', async () => {
    expect(await drills({ 'chaos/db.yaml': chaos('PodChaos', 'pod-kill', 'cnpg.io/cluster: feature-store') })).toEqual([
      'chaos/db.yaml:1',
    ]);
    expect(await drills({ 'chaos/web.yaml': chaos('PodChaos', 'pod-kill', 'app: web') })).toEqual([]);
    expect(await drills({ 'chaos/slow.yaml': chaos('NetworkChaos', 'delay', 'app: postgres') })).toEqual([]);
  });

  test('a schedule of Chaos Mesh', async () => {
    const schedule = `apiVersion: chaos-mesh.org/v1alpha1
kind: Schedule
metadata:
  name: weekly
spec:
  schedule: '0 3 * * 1'
  type: PodChaos
  podChaos:
    action: pod-failure
    mode: one
    selector:
      labelSelectors:
        role: primary
`;
    expect(await drills({ 'chaos/weekly.yaml': schedule })).toEqual(['chaos/weekly.yaml:9']);
  });

  test('LitmusChaos', async () => {
    const engine = (label: string): string => `apiVersion: litmuschaos.io/v1alpha1
kind: ChaosEngine
metadata:
  name: engine
spec:
  appinfo:
    appns: db
    applabel: ${label}
  experiments:
    - name: pod-delete
`;
    expect(await drills({ 'chaos/engine.yaml': engine('app=postgres') })).toEqual(['chaos/engine.yaml:1']);
    expect(await drills({ 'chaos/engine.yaml': engine('app=frontend') })).toEqual([]);
  });

  test('Chaos Toolkit', async () => {
    const experiment = (selector: string): string =>
      JSON.stringify({
        title: 'we survive',
        method: [
          {
            type: 'action',
            name: 'kill it',
            provider: {
              type: 'python',
              module: 'chaosk8s.pod.actions',
              func: 'terminate_pods',
              arguments: { label_selector: selector },
            },
          },
        ],
      });
    expect(await drills({ 'chaos/experiment.json': experiment('role=primary') })).toEqual(['chaos/experiment.json:1']);
    expect(await drills({ 'chaos/experiment.json': experiment('app=web') })).toEqual([]);
  });
});

describe('tests', () => {
  const python = async (body: string, more: Readonly<Record<string, string>> = {}): Promise<string[]> =>
    drills({ 'tests/test_store.py': body, ...more });

  test('a container is killed, and the test looks on', async () => {
    const head = 'from testcontainers.postgres import PostgresContainer\n\n\n';
    const body = (after: string): string =>
      `${head}def test_reads_go_on(cluster):\n    primary = PostgresContainer("postgres:16")\n    primary.stop()\n${after}`;
    expect(await python(body('    assert cluster.read("a") == 1\n'))).toEqual(['tests/test_store.py:6']);
    expect(await python(body(''))).toEqual([]);
  });

  test('a fixture that clears away makes nothing fail', async () => {
    expect(
      await python(`import pytest
from testcontainers.postgres import PostgresContainer


@pytest.fixture
def store():
    container = PostgresContainer("postgres:16")
    container.start()
    yield container
    container.stop()


def test_reads(store):
    assert store.get_connection_url()
`),
    ).toEqual([]);
  });

  test('a fixture that takes the primary away', async () => {
    const conftest = `import docker
import pytest


@pytest.fixture
def without_primary():
    client = docker.from_env()
    client.containers.get("pg-primary").kill()
    yield
    client.containers.get("pg-primary").start()
`;
    expect(
      await python('def test_promotes(without_primary, replica):\n    assert replica.is_leader()\n', {
        'tests/conftest.py': conftest,
      }),
    ).toEqual(['tests/test_store.py:1']);
  });

  test('a helper in another file, behind a call', async () => {
    const helper = `import subprocess


def lose(name):
    subprocess.run(["patronictl", "failover", "--force"], check=True)
`;
    expect(
      await python(
        'from tests.chaos import lose\n\n\ndef test_promotes(db):\n    lose("a")\n    assert db.leader == "b"\n',
        {
          'tests/chaos.py': helper,
          'tests/__init__.py': '',
        },
      ),
    ).toEqual(['tests/test_store.py:5']);
  });

  test.each([
    ['SQL', 'def test_p(conn):\n    conn.execute("SELECT pg_promote()")\n    assert conn.info\n', 2],
    [
      'Sentinel',
      'def test_p(sentinel):\n    sentinel.sentinel_failover("mymaster")\n    assert sentinel.discover_master("mymaster")\n',
      2,
    ],
    [
      'Patroni',
      'import requests\n\ndef test_p():\n    requests.post("http://patroni:8008/switchover", json={})\n    assert leader() == "b"\n',
      4,
    ],
    ['Kubernetes', 'def test_p(api):\n    api.delete_namespaced_pod("feature-store-1", "db")\n    assert wait()\n', 2],
    ['a named fixture', 'def test_p(pg_primary, replica):\n    pg_primary.kill()\n    assert replica.reads()\n', 2],
  ])('by %s', async (_, body, line) => {
    expect(await python(body)).toEqual([`tests/test_store.py:${line}`]);
  });

  test.each([
    ['a name alone', 'def test_failover_settings():\n    assert load("failover.yml")["timeout"] == 30\n'],
    ['a docstring', 'def test_reads():\n    """Run patronictl failover first."""\n    assert read() == 1\n'],
    [
      'a stand-in',
      'from unittest.mock import Mock\n\n\ndef test_stops():\n    primary = Mock()\n    primary.stop()\n    assert primary.stop.called\n',
    ],
    ['another process', 'def test_stops(server):\n    server.stop()\n    assert not server.alive\n'],
    ['SQL in a literal', `def test_p(conn):\n    conn.execute("SELECT 'pg_promote()'")\n    assert conn.info\n`],
  ])('not by %s', async (_, body) => {
    expect(await python(body)).toEqual([]);
  });

  test('the product’s own failover, with stand-ins in its place', async () => {
    const manager = `import subprocess


def fail_over():
    subprocess.run(["patronictl", "failover", "--force"], check=True)
`;
    expect(
      await python(
        'from ops.manager import fail_over\n\n\ndef test_command(monkeypatch):\n    calls = []\n    monkeypatch.setattr("subprocess.run", lambda *a, **_: calls.append(a))\n    fail_over()\n    assert calls\n',
        { 'ops/manager.py': manager, 'ops/__init__.py': '' },
      ),
    ).toEqual([]);
  });
});
