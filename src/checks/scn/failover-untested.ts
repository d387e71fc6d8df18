import { defineCheck } from '../../core/check.js';
import { failoverScenario } from '../../models/scenarios/failover/index.js';

export const failoverUntested = defineCheck({
  id: 'scn/failover-untested',
  task: 'failure mode A',
  reference: 'replication',
  severity: 'note',
  flags: 'Flags a change of a replicated datastore in a repository where nothing lets its primary fail.',
  why: `A replica is of use when it takes over, and that is a chain: the leader's lease runs out, another is elected, clients find it.
The seed asks for promotion within 30 seconds and no lost write. A drill (\`patronictl switchover\`, a deleted pod, a stopped container, a
chaos experiment) run by a test or a workflow shows it; nothing else does.

Only replicated datastores count: Patroni, repmgr, CloudNativePG and other operators with more than one instance, Redis Sentinel,
StatefulSets of a database with several replicas. A single instance has no failover to test (phy/no-replication speaks of that).

Sources: [Patroni, patronictl](https://patroni.readthedocs.io/en/latest/patronictl.html),
[CloudNativePG, failure modes](https://cloudnative-pg.io/documentation/current/failure_modes/).`,
  subject: 'change',
  examples: {
    bad: [
      {
        title: 'Three instances, and nobody ever stopped one',
        files: {
          'deploy/postgres.yaml': `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: feature-store
spec:
  instances: 3
  imageName: ghcr.io/cloudnative-pg/postgresql:16
`,
        },
      },
    ],
    good: [
      {
        title: 'A workflow that takes the primary away',
        files: {
          'deploy/postgres.yaml': `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: feature-store
spec:
  instances: 3
  imageName: ghcr.io/cloudnative-pg/postgresql:16
`,
          '.github/workflows/failover.yml': `name: failover
on:
  schedule:
    - cron: '0 4 * * 1'
jobs:
  drill:
    runs-on: ubuntu-latest
    steps:
      - run: kubectl delete pod feature-store-1 --selector role=primary
      - run: ./scripts/wait-for-promotion.sh --timeout 30
`,
        },
      },
      {
        title: 'A single instance',
        files: { 'compose.yaml': 'services:\n  db:\n    image: postgres:16\n' },
      },
    ],
  },
  async run(context) {
    const { subjects, drills } = await context.model(failoverScenario);
    const [subject] = subjects;
    if (!subject) return 'not-applicable';
    if (drills.length > 0) return [];
    return [
      {
        location: { path: subject.path, startLine: subject.line, endLine: subject.line },
        message: `This is ${subject.what}, and no test, script or workflow lets its primary fail.`,
        consequence:
          'Whether a replica is promoted within 30 seconds, and whether writes are lost, is found out during the first outage.',
        evidence: `failover: ${subject.what}`,
        trace: subjects.slice(0, 4).map(({ path, line, what }) => ({ path, line, label: what })),
      },
    ];
  },
});
