import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { datastoreOf, type Datastore } from '../../models/workloads/datastores.js';
import { workloads, type Variable, type Workload } from '../../models/workloads/index.js';
import { Findings, locationOf, step, titleOf, traceOf } from './support/places.js';

export const datastoreOffPrivateNetwork = defineCheck({
  id: 'phy/datastore-off-private-network',
  task: 'LEAD-PHY-01-02',
  severity: 'warn',
  flags:
    'Flags applications that do not share a private network with the PostgreSQL or Redis they use, and hard-coded addresses of such servers.',
  why: `On a shared bridge network Docker's own DNS answers the service's name, and traffic never leaves the host. An application on another network, or on the host's, gets there only through a
published port. A hard-coded IP address works until the container is created anew: addresses are given out in the order of starting.

An application uses a datastore when it names it in \`depends_on\` or in an address (\`postgresql://features:5432/…\`, \`REDIS_HOST=cache\`). Networks that an \`extends\`, an include or an
override file adds count.

Sources: [Compose, networking](https://docs.docker.com/compose/how-tos/networking/), [Kubernetes, DNS for Services](https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/).`,
  reference: 'network_isolation',
  examples: {
    bad: [
      {
        title: 'no network in common',
        files: {
          'docker-compose.yml':
            'services:\n  api:\n    image: registry.example.com/api:2.0.0\n    depends_on: [features]\n    networks: [front]\n  features:\n    image: postgres:16\n    networks: [back]\n    volumes:\n      - features:/var/lib/postgresql/data\nnetworks:\n  front:\n  back:\n    internal: true\nvolumes:\n  features:\n',
        },
      },
      {
        title: 'an address that changes',
        files: {
          'docker-compose.yml':
            'services:\n  api:\n    image: registry.example.com/api:2.0.0\n    environment:\n      REDIS_URL: redis://172.18.0.3:6379/0\n',
        },
      },
    ],
    good: [
      {
        title: 'one private network, reached by name',
        files: {
          'docker-compose.yml':
            'services:\n  api:\n    image: registry.example.com/api:2.0.0\n    depends_on: [features]\n    networks: [front, back]\n    environment:\n      DATABASE_URL: postgresql://app@features:5432/app\n  features:\n    image: postgres:16\n    networks: [back]\n    volumes:\n      - features:/var/lib/postgresql/data\nnetworks:\n  front:\n  back:\n    internal: true\nvolumes:\n  features:\n',
        },
      },
    ],
  },
  async run(context) {
    const all = await context.model(workloads);
    const findings = new Findings();
    let applies = false;
    for (const workload of all) {
      for (const container of workload.containers) {
        applies ||= datastoreOf(container) !== undefined;
        for (const variable of container.environment.values()) {
          const address = hardCoded(variable);
          if (address === undefined) continue;
          applies = true;
          findings.add(workload, addressed(workload, variable, address));
        }
      }
      for (const store of all) {
        const used = isSeparated(workload, store);
        if (used !== undefined) findings.add(workload, apart(workload, store, used));
      }
    }
    return applies ? findings.list : 'not-applicable';
  },
});

const IP = String.raw`(?:\d{1,3}\.){3}\d{1,3}`;
const URL_WITH_IP = new RegExp(
  String.raw`\b(?:postgres(?:ql)?|rediss?|valkey)(?:\+[a-z0-9]+)?://(?:[^@/\s]{0,200}@)?(${IP})(?=[:/?]|$)`,
);
const HOST_NAME =
  /(?:^|_)(?:PG|POSTGRES(?:QL)?|REDIS|VALKEY|DB|DATABASE)_?(?:HOST(?:NAME)?|ADDR(?:ESS)?|SERVER)$|^PGHOST$/;

/** The IP address of a PostgreSQL or Redis server that a variable holds; not the loopback or the wildcard. */
function hardCoded({ name, value }: Variable): string | undefined {
  const host = HOST_NAME.test(name) ? new RegExp(`^${IP}$`).exec(value ?? '')?.[0] : undefined;
  const found = URL_WITH_IP.exec((value ?? '').slice(0, 2_000))?.[1] ?? host;
  return found === undefined || /^(?:127\.|0\.0\.0\.0$)/.test(found) ? undefined : found;
}

function addressed(workload: Workload, variable: Variable, address: string): FindingDraft {
  const location = locationOf(variable.at);
  return {
    location,
    message: `${titleOf(workload)}: ${variable.name} holds the IP address ${address} instead of a service name.`,
    consequence:
      'Addresses of containers and pods change whenever one is created anew; the connection then fails, or reaches another server.',
    evidence: `${workload.name} ${variable.name} ${address}`,
    ...traceOf(location, variable.via ?? []),
  };
}

/** The datastore that a Compose service uses without sharing a network with it. */
function isSeparated(workload: Workload, store: Workload): Datastore | undefined {
  const [from, to] = [workload.compose, store.compose];
  const server = store.containers[0] && datastoreOf(store.containers[0]);
  if (!from || !to || !server || from.project !== to.project || workload === store) return undefined;
  if (from.networkMode !== undefined || to.networkMode !== undefined)
    return hostsApart(workload, store) ? server : undefined;
  if (from.networks.some((network) => to.networks.includes(network))) return undefined;
  return uses(workload, store) ? server : undefined;
}

/** An application on the host's network does not resolve service names; a datastore there is phy/datastore-port-published's. */
const hostsApart = (workload: Workload, store: Workload): boolean =>
  workload.compose?.networkMode?.value === 'host' && store.compose?.networkMode === undefined && uses(workload, store);

function uses(workload: Workload, store: Workload): boolean {
  if (workload.compose?.dependsOn.includes(store.name) === true) return true;
  return workload.containers.some((container) =>
    [...container.environment.values()].some(
      ({ name, value }) =>
        value !== undefined &&
        (value.includes(`@${store.name}:`) ||
          value.includes(`//${store.name}:`) ||
          (HOST_NAME.test(name) && value === store.name)),
    ),
  );
}

function apart(workload: Workload, store: Workload, server: Datastore): FindingDraft {
  const location = locationOf({ ...workload.at, endLine: workload.at.line });
  const own =
    workload.compose?.networkMode?.value === 'host'
      ? "the host's network"
      : (workload.compose?.networks ?? []).join(', ');
  return {
    location,
    message: `${titleOf(workload)} (on ${own}) uses ${server.engine} ${store.name} (on ${(store.compose?.networks ?? []).join(', ')}), and they share no network.`,
    consequence: `The name ${store.name} does not resolve; the only way there is a published port, outside the private network.`,
    evidence: `${workload.name} apart from ${store.name}`,
    ...traceOf(location, [step(store.at, `${server.engine} ${store.name}`)]),
  };
}
