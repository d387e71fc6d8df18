import { defineCheck, type CheckContext } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { dataDirectoryOf, datastoreOf, type DataDirectory, type Datastore } from '../../models/workloads/datastores.js';
import { isMage, MAGE_PROJECT } from '../../models/workloads/mage.js';
import { workloads, type Container, type Mount, type Workload } from '../../models/workloads/index.js';
import { Findings, locationOf, missingEverywhere, titleOf } from './support/places.js';

interface State {
  readonly what: string;
  readonly directory: DataDirectory;
  /** Redis may be a cache: then losing it is only slow. */
  readonly severity: 'block' | 'warn';
}

export const stateWithoutVolume = defineCheck({
  id: 'phy/state-without-volume',
  task: 'LEAD-PHY-01-03',
  severity: 'block',
  flags: 'Flags PostgreSQL data, Mage projects and persistent Redis that are on no named volume or claim.',
  why: `Without a volume the data lives in the container's own layer: \`docker compose up\` with a new image tag, a node drain or an eviction starts an empty database. An anonymous volume
survives, but the next container gets a new one. \`emptyDir\` and \`tmpfs\` go with the pod, \`hostPath\` with the node.

The directory counts, not the name: \`PGDATA\` is honoured, and so are the images' defaults. Up to PostgreSQL 17 the image declares \`VOLUME /var/lib/postgresql/data\`, so a volume mounted one
level above keeps nothing; from 18 on it is \`/var/lib/postgresql\`, and a volume at \`…/data\` is not used. A bind mount of a relative path is a warning (it depends on where the command is
run), as is Redis with \`appendonly\` or \`save\` switched on. Redis as a cache needs no volume.

Sources: [postgres image, PGDATA](https://hub.docker.com/_/postgres), [docker-library/postgres 1259, the new directory](https://github.com/docker-library/postgres/pull/1259),
[Kubernetes, persistent volumes](https://kubernetes.io/docs/concepts/storage/persistent-volumes/).`,
  reference: 'volume_persistence',
  examples: {
    bad: [
      {
        title: 'no volume at all',
        files: {
          'docker-compose.yml':
            'services:\n  features:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD_FILE: /run/secrets/pg\n',
        },
      },
      {
        title: 'one level too high',
        files: {
          'docker-compose.yml':
            'services:\n  features:\n    image: postgres:16\n    volumes:\n      - features:/var/lib/postgresql\nvolumes:\n  features:\n',
        },
      },
    ],
    good: [
      {
        title: 'a named volume on the data directory',
        files: {
          'docker-compose.yml':
            'services:\n  features:\n    image: postgres:16\n    volumes:\n      - features:/var/lib/postgresql/data\n  cache:\n    image: redis:7\nvolumes:\n  features:\n',
        },
      },
    ],
  },
  async run(context) {
    const findings = new Findings();
    let applies = false;
    for (const workload of await context.model(workloads)) {
      if (workload.kind === 'Job' || workload.kind === 'CronJob') continue;
      for (const container of workload.containers) {
        const state = stateOf(container);
        if (state === undefined) continue;
        applies = true;
        const finding = judge(workload, container, state, context);
        if (finding === undefined) continue;
        const kept = (variant: Workload): boolean =>
          variant.containers.some(
            (other) => other.name === container.name && mountFor(other, state.directory) !== undefined,
          );
        const byMount = mountFor(container, state.directory) !== undefined;
        if (byMount || missingEverywhere(workload, (variant) => variant === workload || !kept(variant)))
          findings.add(workload, finding);
      }
    }
    return applies ? findings.list : 'not-applicable';
  },
});

function stateOf(container: Container): State | undefined {
  if (isMage(container))
    return {
      what: 'Mage project',
      directory: { path: MAGE_PROJECT, mountAt: ['/home', MAGE_PROJECT] },
      severity: 'block',
    };
  const store = datastoreOf(container);
  if (store === undefined || (store.engine === 'Redis' && !persists(container))) return undefined;
  return { what: `${store.engine} data`, directory: dataDirectoryOf(container, store), severity: severityOf(store) };
}

const severityOf = (store: Datastore): 'block' | 'warn' => (store.engine === 'Redis' ? 'warn' : 'block');

/** Redis with an append-only file or snapshots asked for by name. */
function persists(container: Container): boolean {
  const words = [...(container.entrypoint?.words ?? []), ...(container.command?.words ?? [])].join(' ');
  const environment = (name: string): string => container.environment.get(name)?.value ?? '';
  return (
    /--appendonly\s+yes|--save\s+"?\d/.test(words) ||
    /^yes$/i.test(environment('REDIS_AOF_ENABLED')) ||
    /--(?:appendonly yes|save \d)/.test(environment('REDIS_ARGS'))
  );
}

/** The mount that holds the directory: below `mountAt`, or inside the data directory itself (Mage's `/home/src/project`). */
function mountFor(container: Container, { path, mountAt }: DataDirectory): Mount | undefined {
  const clean = (target: string): string => target.replace(/\/+$/, '');
  return (
    container.mounts.findLast(({ target }) => mountAt.includes(clean(target))) ??
    (path === MAGE_PROJECT ? container.mounts.find(({ target }) => target.startsWith(`${MAGE_PROJECT}/`)) : undefined)
  );
}

function judge(
  workload: Workload,
  container: Container,
  state: State,
  context: CheckContext,
): FindingDraft | undefined {
  const { directory, what } = state;
  if (directory.path === undefined) {
    const { path, line } = container.at;
    context.gap({
      path,
      line,
      kind: 'unsupported',
      reason: `where ${container.name} keeps its data is not known: PGDATA is not set in the repository`,
    });
    return undefined;
  }
  const mount = mountFor(container, directory);
  const draft = (
    place: Container['at'],
    severity: 'block' | 'warn',
    says: string,
    consequence: string,
  ): FindingDraft => ({
    severity: state.severity === 'warn' ? 'warn' : severity,
    location: locationOf(place),
    message: `${titleOf(workload, container)}: the ${what} (${directory.path ?? ''}) ${says}.`,
    consequence,
    evidence: `${container.name}: ${what} ${says}`,
  });
  if (mount === undefined) {
    const near = container.mounts.find(
      ({ target }) =>
        target.replace(/\/+$/, '') === directory.path?.replace(/\/[^/]+$/, '') ||
        (directory.path?.startsWith('/var/lib/postgresql') === true && target.startsWith('/var/lib/postgresql')),
    );
    const says =
      near === undefined
        ? 'is on no volume'
        : `is on no volume: ${near.target} is not the directory the image declares`;
    const place = near?.at ?? { ...container.at, endLine: container.at.line };
    return draft(
      place,
      'block',
      says,
      'A new image tag, a recreated container or a rescheduled pod starts with an empty database.',
    );
  }
  const fault = faultOf(mount, workload);
  return fault && draft(mount.at, fault.severity, fault.says, fault.consequence);
}

function faultOf(
  mount: Mount,
  workload: Workload,
): { severity: 'block' | 'warn'; says: string; consequence: string } | undefined {
  switch (mount.kind) {
    case 'anonymous':
      return {
        severity: 'warn',
        says: 'is on an anonymous volume',
        consequence:
          'The next container gets a new, empty one; the old data stays behind under a random name until someone prunes it.',
      };
    case 'bind':
      return mount.source?.startsWith('.') === true
        ? {
            severity: 'warn',
            says: `is on a bind mount of the relative path \`${mount.source}\``,
            consequence:
              'What it points to depends on the checkout the command is run from; owner and rights are those of that directory.',
          }
        : undefined;
    case 'tmpfs':
      return {
        severity: 'block',
        says: 'is in memory (tmpfs)',
        consequence: 'It is gone whenever the container stops.',
      };
    case 'emptyDir':
      return {
        severity: 'block',
        says: 'is on an emptyDir',
        consequence: 'It is gone as soon as the pod leaves its node: eviction, drain, rollout.',
      };
    case 'hostPath':
      return {
        severity: 'block',
        says: 'is on a hostPath',
        consequence: 'The data stays on one node; a rescheduled pod finds an empty directory on the next.',
      };
    default: {
      const volume = workload.compose?.project.volumes.get(mount.source ?? '');
      return volume?.optionType === 'tmpfs'
        ? {
            severity: 'block',
            says: `is on volume ${mount.source ?? ''}, which is a tmpfs`,
            consequence: 'It is gone whenever the volume is unmounted.',
          }
        : undefined;
    }
  }
}
