import { defineCheck, type CheckContext } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { imageName } from '../../models/jvm/index.js';
import { datastoreOf } from '../../models/workloads/datastores.js';
import { disruptionBudgets, workloads, type Workload } from '../../models/workloads/index.js';
import { replication, type Patroni } from '../../models/workloads/replication.js';
import { clusterEvictions } from './support/evictions.js';
import { Findings, locationOf, step, titleOf, traceOf } from './support/places.js';

/** Patroni's own defaults. */
const DEFAULTS = { ttl: 30, loopWait: 10, retryTimeout: 10 };
const MINIMUM_TTL = 20;
const ZERO_LOSS = /\bRPO\s*(?:=|:|of|is|\|)?\s*(?:0\b|zero)|\bzero[- ]data[- ]loss\b/i;

export const noReplication = defineCheck({
  id: 'phy/no-replication',
  task: 'JTBD-04',
  severity: 'note',
  flags:
    'Flags PostgreSQL that nothing replicates, Patroni timings that Patroni refuses, asynchronous replication where no loss is promised, etcd with an even number of members, and disruption budgets that do not fit such clusters.',
  why: `One PostgreSQL pod on one volume is down as long as its node is, and loses what the volume loses. The platform asks for streaming replication with a promotion within 30 seconds:
Patroni, CloudNativePG or another operator.

Patroni refuses \`ttl\` below 20 seconds and wants \`loop_wait + 2 × retry_timeout ≤ ttl\`; otherwise the leader may lose its lock while it still retries. Its default replication is
asynchronous: a promoted replica may lack the last transactions, so a promise of RPO 0 needs \`synchronous_mode\`. etcd decides by majority: a fourth member adds a machine that may fail, and
tolerates no failure more than three do.

Replicas help through a node's drain only when a PodDisruptionBudget says how many of them may go at a time: without one all may be evicted together, with too wide a one etcd loses its
majority, and with one that allows none the drain never ends. Operators' custom resources bring their own.

Sources: [Patroni, dynamic configuration](https://patroni.readthedocs.io/en/latest/dynamic_configuration.html), [replication modes](https://patroni.readthedocs.io/en/latest/replication_modes.html),
[etcd, failure tolerance](https://etcd.io/docs/latest/faq/#what-is-failure-tolerance),
[Kubernetes, disruption budgets](https://kubernetes.io/docs/tasks/run-application/configure-pdb/).`,
  reference: 'replication',
  examples: {
    bad: [
      {
        title: 'a time to live that Patroni refuses',
        files: {
          'patroni/patroni.yml':
            'scope: features\nname: node1\nbootstrap:\n  dcs:\n    ttl: 10\n    loop_wait: 5\n    retry_timeout: 5\n    synchronous_mode: true\n',
        },
      },
      {
        title: 'one pod, and nothing beside it',
        files: {
          'k8s/shard.yaml':
            'apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: shard-0\nspec:\n  serviceName: shard-0\n  selector:\n    matchLabels: {app: shard-0}\n  template:\n    metadata:\n      labels: {app: shard-0}\n    spec:\n      containers:\n        - name: postgres\n          image: postgres:16\n',
        },
      },
    ],
    good: [
      {
        title: 'timings that fit, no loss, three instances',
        files: {
          'patroni/patroni.yml':
            'scope: features\nname: node1\nbootstrap:\n  dcs:\n    ttl: 30\n    loop_wait: 10\n    retry_timeout: 10\n    synchronous_mode: true\n',
          'k8s/features.yaml':
            'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: features\nspec:\n  instances: 3\n  storage:\n    size: 50Gi\n',
        },
      },
    ],
  },
  async run(context) {
    const all = await context.model(workloads);
    const state = await context.model(replication);
    const postgres = all.filter(
      (workload) =>
        workload.kubernetes !== undefined &&
        workload.kind !== 'Job' &&
        workload.kind !== 'CronJob' &&
        workload.containers.some((container) => datastoreOf(container)?.engine === 'PostgreSQL'),
    );
    const etcd = all.filter(isEtcd);
    if (postgres.length + state.patroni.length + state.single.length + etcd.length === 0) return 'not-applicable';
    const findings = new Findings();
    if (state.evidence === undefined) for (const workload of postgres) findings.add(workload, alone(workload));
    const budgets = await context.model(disruptionBudgets);
    const members = [...(state.evidence === undefined ? [] : postgres), ...etcd];
    for (const workload of members.filter(
      ({ kind, replicas }) => kind === 'StatefulSet' && (replicas?.value ?? 1) > 1,
    )) {
      const count = workload.replicas?.value ?? 1;
      const tolerated = etcd.includes(workload) ? Math.ceil(count / 2) - 1 : count - 1;
      for (const finding of clusterEvictions(workload, count, tolerated, budgets)) findings.add(workload, finding);
    }
    const claim = state.patroni.length > 0 ? await claimOfZeroLoss(context) : undefined;
    return once([
      ...findings.list,
      ...state.single.map(({ name, at }) => oneInstance(name, locationOf(at))),
      ...state.patroni.flatMap((settings) => [...timings(settings), ...asynchronous(settings, claim)]),
      ...evenMembers(etcd.filter(({ overlayFiles }) => overlayFiles === undefined)),
    ]);
  },
});

/** Several Kustomize builds over one base have its objects each. */
function once(findings: readonly FindingDraft[]): FindingDraft[] {
  const keyOf = ({ location, evidence }: FindingDraft): string =>
    `${location.path}:${String(location.startLine)}:${evidence}`;
  return [...new Map(findings.map((finding) => [keyOf(finding), finding])).values()];
}

function alone(workload: Workload): FindingDraft {
  return {
    location: locationOf(workload.at),
    message: `${titleOf(workload)} is a PostgreSQL that nothing in the repository replicates.`,
    consequence:
      'When its node fails the shard is down until the pod and its volume are back; what the volume loses is lost.',
    evidence: `${workload.name} without replication`,
  };
}

const oneInstance = (name: string, location: FindingDraft['location']): FindingDraft => ({
  location,
  message: `PostgreSQL cluster ${name} has one instance.`,
  consequence: 'There is no replica to promote: a failed node is an outage.',
  evidence: `${name} with one instance`,
});

function timings({ ttl, loopWait, retryTimeout, at }: Patroni): FindingDraft[] {
  const location = locationOf(ttl?.at ?? loopWait?.at ?? at);
  const [time, wait, retry] = [
    ttl?.value ?? DEFAULTS.ttl,
    loopWait?.value ?? DEFAULTS.loopWait,
    retryTimeout?.value ?? DEFAULTS.retryTimeout,
  ];
  const fault =
    time < MINIMUM_TTL
      ? `ttl: ${time} is below ${MINIMUM_TTL} seconds, which Patroni refuses`
      : wait + 2 * retry > time
        ? `loop_wait + 2 × retry_timeout = ${wait + 2 * retry} seconds exceeds ttl: ${time}`
        : undefined;
  if (fault === undefined) return [];
  return [
    {
      location,
      message: `Patroni's ${fault}.`,
      consequence:
        'Patroni falls back to its own values, or the leader loses its lock while it still retries: an unneeded failover.',
      evidence: `Patroni ttl ${time}, loop_wait ${wait}, retry_timeout ${retry}`,
      ...traceOf(location, [
        ...(loopWait ? [step(loopWait.at, `loop_wait: ${wait}`)] : []),
        ...(retryTimeout ? [step(retryTimeout.at, `retry_timeout: ${retry}`)] : []),
      ]),
    },
  ];
}

interface Claim {
  readonly path: string;
  readonly line: number;
}

function asynchronous({ synchronous, at }: Patroni, claim: Claim | undefined): FindingDraft[] {
  if (synchronous || claim === undefined) return [];
  const location = locationOf({ ...at, endLine: at.line });
  return [
    {
      location,
      message: 'Patroni replicates asynchronously here, while the documentation promises no data loss.',
      consequence: 'A promoted replica may lack the last transactions. Set synchronous_mode: true, or promise less.',
      evidence: 'asynchronous Patroni, RPO 0 promised',
      ...traceOf(location, [{ ...claim, label: 'no loss is promised here' }]),
    },
  ];
}

async function claimOfZeroLoss(context: CheckContext): Promise<Claim | undefined> {
  for (const path of context.glob('**/*.md').slice(0, 500)) {
    const lines = ((await context.text(path)) ?? '').split('\n');
    const index = lines.findIndex((line) => ZERO_LOSS.test(line.slice(0, 2_000)));
    if (index >= 0) return { path, line: index + 1 };
  }
  return undefined;
}

const isEtcd = ({ containers }: Workload): boolean =>
  containers.some(({ image }) => /(?:^|\/)etcd$/.test(imageName(image?.value ?? '') ?? ''));

function evenMembers(members: readonly Workload[]): FindingDraft[] {
  const found: FindingDraft[] = [];
  const add = (workload: Workload, count: number, location: FindingDraft['location']): void => {
    if (count < 2 || count % 2 === 1) return;
    found.push({
      location,
      message: `etcd has ${count} members; a majority of ${count} is ${count / 2 + 1}, so it tolerates no more failures than ${count - 1} would.`,
      consequence: 'One more machine can fail, and none more may.',
      evidence: `${workload.name}: ${count} etcd members`,
    });
  };
  for (const workload of members)
    if (workload.replicas !== undefined) add(workload, workload.replicas.value, locationOf(workload.replicas.at));
  for (const first of members) {
    const together = members.filter(
      ({ compose }) => compose !== undefined && compose.project === first.compose?.project,
    );
    if (together[0] === first) add(first, together.length, locationOf({ ...first.at, endLine: first.at.line }));
  }
  return found;
}
