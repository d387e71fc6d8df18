import { defineCheck, type CheckContext } from '../../core/check.js';
import type { FindingDraft, Fix } from '../../core/types.js';
import { datastoreOf, type Datastore } from '../../models/workloads/datastores.js';
import {
  isKnown,
  services,
  workloads,
  type KubernetesService,
  type PublishedPort,
  type Workload,
} from '../../models/workloads/index.js';
import { Findings, locationOf, step, titleOf, traceOf } from './support/places.js';

/** Ports that such images serve beside the database: dashboards, exporters, Patroni's health endpoint. */
const SIDE_PORTS = new Set([80, 443, 5540, 8001, 8008, 8080, 9121, 9187]);
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/;

export const datastorePortPublished = defineCheck({
  id: 'phy/datastore-port-published',
  task: 'LEAD-PHY-01-02',
  severity: 'block',
  flags: 'Flags PostgreSQL and Redis servers whose ports are published outside the private network.',
  why: `Services on one Compose network or in one cluster reach each other by name; nothing needs a published port. Docker publishes on every interface and writes its rules ahead of ufw
and firewalld, so a port that the firewall seems to close is open. Redis has no password by default, PostgreSQL images are started with the one from the README, and both are scanned for all day.

Recognised by image (pgvector, TimescaleDB, PostGIS, Bitnami, Valkey, redis-stack, …, and images built from them), not by the service's name. \`- "5432"\` publishes too, on a port that
Docker picks; \`expose\` does not. Bound to \`127.0.0.1\` it is a note. Kubernetes: \`NodePort\`, \`LoadBalancer\` (a note when annotated as internal), \`hostPort\`, \`hostNetwork\`.

Sources: [Docker, port publishing and firewalls](https://docs.docker.com/engine/network/packet-filtering-firewalls/), [Redis security](https://redis.io/docs/latest/operate/oss_and_stack/management/security/),
[Compose, expose](https://docs.docker.com/reference/compose-file/services/#expose).`,
  reference: 'network_isolation',
  examples: {
    bad: [
      {
        title: 'the usual five lines',
        files: {
          'docker-compose.yml':
            'services:\n  db:\n    image: pgvector/pgvector:pg16\n    ports:\n      - "5432:5432"\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes:\n  data:\n',
        },
      },
      {
        title: 'a load balancer before Redis',
        files: {
          'k8s/redis.yaml':
            'apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: redis\nspec:\n  serviceName: redis\n  selector:\n    matchLabels: {app: redis}\n  template:\n    metadata:\n      labels: {app: redis}\n    spec:\n      containers:\n        - name: redis\n          image: redis:7\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: redis\nspec:\n  type: LoadBalancer\n  selector: {app: redis}\n  ports:\n    - port: 6379\n',
        },
      },
    ],
    good: [
      {
        title: 'reached by name on the private network',
        files: {
          'docker-compose.yml':
            'services:\n  api:\n    image: registry.example.com/api:2.1.0\n    ports:\n      - "8000:8000"\n  db:\n    image: postgres:16\n    expose:\n      - "5432"\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes:\n  data:\n',
        },
      },
    ],
  },
  async run(context) {
    const findings = new Findings();
    let applies = false;
    for (const workload of await context.model(workloads)) {
      for (const container of workload.containers) {
        const store = datastoreOf(container);
        if (store === undefined) continue;
        applies = true;
        for (const port of container.ports) {
          if (!reaches(port)) continue;
          if (port.hostIp !== undefined && !isKnown(port.hostIp))
            context.inconclusive(
              `${titleOf(workload)}: the address ${store.engine} is published on is not in the repository`,
            );
          else findings.add(workload, await published(workload, store, port, context));
        }
        for (const finding of hostNetwork(workload, store)) findings.add(workload, finding);
        for (const service of await context.model(services)) {
          if (service.selects(workload))
            for (const finding of exposed(workload, store, service)) findings.add(workload, finding);
        }
      }
    }
    return applies ? findings.list : 'not-applicable';
  },
});

const reaches = ({ target }: PublishedPort): boolean =>
  target === undefined || target[0] !== target[1] || !SIDE_PORTS.has(target[0]);

async function published(
  workload: Workload,
  store: Datastore,
  port: PublishedPort,
  context: CheckContext,
): Promise<FindingDraft> {
  const location = locationOf(port.at);
  const local = port.hostIp !== undefined && LOOPBACK.test(port.hostIp);
  const where = local
    ? `on ${port.hostIp ?? ''} only`
    : port.published === undefined
      ? 'on a host port that Docker picks, on every interface'
      : `on ${port.hostIp ?? 'every interface of the host'}`;
  const fix = local || workload.platform === 'kubernetes' ? undefined : await unpublished(port, context);
  return {
    ...(local ? { severity: 'note' as const } : {}),
    location,
    message: `${titleOf(workload)}: ${store.engine} is published ${where} (${port.text}).`,
    consequence: local
      ? 'Every process and user of the host reaches the database. Services reach it by name without it.'
      : 'Whoever reaches the host reaches the database: Docker opens the port past ufw and firewalld. Services on the same network reach it by name and need no published port.',
    evidence: `${workload.name} publishes ${port.text}`,
    ...traceOf(location, port.via ?? []),
    ...(fix ? { fix } : {}),
  };
}

/** `ports:` with this one item → `expose:`; of several items none is taken out mechanically. */
async function unpublished(port: PublishedPort, context: CheckContext): Promise<Fix | undefined> {
  const lines = (await context.text(port.at.path))?.split(/\r?\n/) ?? [];
  const [key, item, next] = [lines[port.at.line - 2], lines[port.at.line - 1], lines[port.at.line]];
  const head = /^(\s*)ports:\s*(?:#.*)?$/.exec(key ?? '');
  const dash = /^(\s*)- /.exec(item ?? '');
  if (head === null || dash === null || port.target === undefined || port.target[0] !== port.target[1])
    return undefined;
  if (new RegExp(`^${dash[1] ?? ''}(?:- |\\s|#)`).test(next ?? '')) return undefined;
  return {
    startLine: port.at.line - 1,
    endLine: port.at.line,
    replacement: `${head[1] ?? ''}expose:\n${dash[1] ?? ''}- "${port.target[0]}"`,
  };
}

function hostNetwork(workload: Workload, store: Datastore): FindingDraft[] {
  const mode = workload.compose?.networkMode;
  const at = mode?.value === 'host' ? mode.at : workload.kubernetes?.hostNetwork?.at;
  if (at === undefined) return [];
  return [
    {
      location: locationOf(at),
      message: `${titleOf(workload)}: ${store.engine} runs on the host's own network.`,
      consequence: `Port ${store.port} is open on every interface of the host, and the container sees every port of the host.`,
      evidence: `${workload.name} on the host network`,
    },
  ];
}

function exposed(workload: Workload, store: Datastore, service: KubernetesService): FindingDraft[] {
  if (service.type.value !== 'NodePort' && service.type.value !== 'LoadBalancer') return [];
  if (!service.ports.some((port) => !SIDE_PORTS.has(port))) return [];
  const location = locationOf(service.type.at);
  return [
    {
      ...(service.internal ? { severity: 'note' as const } : {}),
      location,
      message: `${titleOf(workload)}: ${store.engine} is published by Service ${service.name} of type ${service.type.value}${service.internal ? ', internal to the cloud network' : ''}.`,
      consequence:
        'Whoever reaches a node or the load balancer reaches the database. Pods reach it by the name of a ClusterIP or headless Service.',
      evidence: `${workload.name} through ${service.type.value} ${service.name}`,
      ...traceOf(location, [step(workload.at, `${store.engine}: ${workload.kind} ${workload.name}`)]),
    },
  ];
}
