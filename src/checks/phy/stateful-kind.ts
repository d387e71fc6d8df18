import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { jvmMemory } from '../../models/jvm/index.js';
import { datastoreOf } from '../../models/workloads/datastores.js';
import { services, workloads, type KubernetesService, type Workload } from '../../models/workloads/index.js';
import { Findings, locationOf, step, titleOf, traceOf } from './support/places.js';

export const statefulKind = defineCheck({
  id: 'phy/stateful-kind',
  task: 'LEAD-PHY-01-03',
  severity: 'block',
  flags:
    'Flags H2O clusters and PostgreSQL that run as a Deployment, and their StatefulSets without a matching headless Service.',
  why: `A Deployment replaces pods in any order, gives them new names, and during a rollout runs the old and the new one at once: two postmasters on one claim, or an H2O cloud whose members
change after it locked itself (a cluster that has started work accepts nobody). A StatefulSet keeps names, order and claims.

Its pods find each other by DNS only through a headless Service (\`clusterIP: None\`) that \`serviceName\` names and whose selector matches the pod labels; H2O's clustering asks exactly that
name (\`H2O_KUBERNETES_SERVICE_DNS\`). Scoring services are stateless and belong into a Deployment: only images and commands that run H2O itself count. One H2O node without clustering as a
Deployment is a warning.

Sources: [Kubernetes, StatefulSets](https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/), [H2O on Kubernetes](https://docs.h2o.ai/h2o/latest-stable/h2o-docs/cloud-integration/kubernetes.html).`,
  reference: 'stateful_workloads',
  examples: {
    bad: [
      {
        title: 'PostgreSQL as a Deployment',
        files: {
          'k8s/postgres.yaml':
            'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: postgres\nspec:\n  selector:\n    matchLabels: {app: postgres}\n  template:\n    metadata:\n      labels: {app: postgres}\n    spec:\n      containers:\n        - name: postgres\n          image: postgres:16\n          volumeMounts:\n            - {name: data, mountPath: /var/lib/postgresql/data}\n      volumes:\n        - name: data\n          persistentVolumeClaim: {claimName: postgres}\n',
        },
      },
    ],
    good: [
      {
        title: 'a StatefulSet with its headless Service',
        files: {
          'k8s/postgres.yaml':
            'apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: postgres\nspec:\n  serviceName: postgres\n  selector:\n    matchLabels: {app: postgres}\n  template:\n    metadata:\n      labels: {app: postgres}\n    spec:\n      containers:\n        - name: postgres\n          image: postgres:16\n          volumeMounts:\n            - {name: data, mountPath: /var/lib/postgresql/data}\n  volumeClaimTemplates:\n    - metadata: {name: data}\n      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 20Gi}}}\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: postgres\nspec:\n  clusterIP: None\n  selector: {app: postgres}\n  ports: [{port: 5432}]\n',
        },
      },
    ],
  },
  async run(context) {
    const h2o = (await context.model(jvmMemory)).filter(
      ({ launch, container }) => container.role === 'main' && launch.cluster,
    );
    const found = new Findings();
    let applies = false;
    for (const workload of await context.model(workloads)) {
      const engine = workload.containers.some((container) => datastoreOf(container)?.engine === 'PostgreSQL')
        ? 'PostgreSQL'
        : h2o.some((memory) => memory.workload === workload)
          ? 'H2O'
          : undefined;
      if (workload.kubernetes === undefined || engine === undefined) continue;
      applies = true;
      const finding = judge(workload, engine, await context.model(services));
      if (finding !== undefined) found.add(workload, finding);
    }
    return applies ? found.list : 'not-applicable';
  },
});

function judge(
  workload: Workload,
  engine: 'PostgreSQL' | 'H2O',
  all: readonly KubernetesService[],
): FindingDraft | undefined {
  if (workload.kind === 'StatefulSet') return headless(workload, engine, all);
  if (
    !['Deployment', 'ReplicaSet', 'ReplicationController', 'Rollout', 'DeploymentConfig', 'DaemonSet'].includes(
      workload.kind,
    )
  )
    return undefined;
  const clustered =
    (workload.replicas?.value ?? 1) > 1 ||
    workload.containers.some((container) => container.environment.has('H2O_KUBERNETES_SERVICE_DNS'));
  return {
    ...(engine === 'H2O' && !clustered ? { severity: 'warn' as const } : {}),
    location: locationOf(workload.at),
    message: `${titleOf(workload)} runs ${engine} as a ${workload.kind}; it needs a StatefulSet.`,
    consequence:
      engine === 'PostgreSQL'
        ? 'A rollout starts the new pod while the old one still writes to the claim, and no pod has a name that a replica could follow.'
        : 'A replaced pod comes back under a new name, and an H2O cluster that has started work accepts no new member: the cluster is lost and its frames and models with it.',
    evidence: `${workload.kind} ${workload.name} runs ${engine}`,
  };
}

function headless(workload: Workload, engine: string, all: readonly KubernetesService[]): FindingDraft | undefined {
  const { serviceName, namespace } = workload.kubernetes ?? {};
  const at = serviceName?.at ?? workload.at;
  const same = (service: KubernetesService): boolean =>
    service.build === workload.kubernetes?.build &&
    (service.namespace === namespace || service.namespace === undefined || namespace === undefined);
  const named = all.filter((service) => service.name === serviceName?.value && same(service));
  const fault =
    serviceName === undefined || serviceName.value === ''
      ? 'names no serviceName'
      : named.length === 0
        ? `names Service ${serviceName.value}, which is not in the repository`
        : !named.some(({ headless: without }) => without)
          ? `names Service ${serviceName.value}, which is not headless (clusterIP: None)`
          : !named.some((service) => service.selectsLabels(workload.kubernetes?.labels ?? {}))
            ? `names Service ${serviceName.value}, whose selector does not match its pods`
            : undefined;
  if (fault === undefined) return undefined;
  const location = locationOf(at);
  return {
    location,
    message: `${titleOf(workload)} runs ${engine} and ${fault}.`,
    consequence:
      'Its pods get no stable DNS names: replicas cannot follow their primary, and H2O nodes do not find each other.',
    evidence: `StatefulSet ${workload.name} ${fault}`,
    ...traceOf(
      location,
      named.map((service) => step(service.type.at, `Service ${service.name}`)),
    ),
  };
}
