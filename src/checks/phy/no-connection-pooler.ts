import { defineCheck, type CheckContext } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { datastoreOf } from '../../models/workloads/datastores.js';
import { effectiveCommand } from '../../models/workloads/effective-command.js';
import { programs } from '../../models/workloads/programs.js';
import { inContainer, pythonUse, type PythonUse } from '../../models/workloads/python-use.js';
import { replication } from '../../models/workloads/replication.js';
import { autoscalers, workloads, type Container, type Place, type Workload } from '../../models/workloads/index.js';
import { locationOf, step, titleOf, traceOf } from './support/places.js';

const DEFAULT_CONNECTIONS = 100;
/** PostgreSQL keeps these for superusers. */
const RESERVED = 3;
const POOL_VARIABLE =
  /^(?:DB|DATABASE|PG|POSTGRES|SQLALCHEMY|ASYNCPG|HIKARI|SPRING_DATASOURCE_HIKARI)?_?(?:MAX(?:IMUM)?_)?(?:CONNECTION_)?POOL_?(?:MAX_?)?(?:SIZE|MAX)$/;
const WORKERS = /^(?:WEB_CONCURRENCY|UVICORN_WORKERS|GUNICORN_WORKERS|WORKERS)$/;

interface Demand {
  readonly workload: Workload;
  readonly pods: number;
  readonly pool: number;
  readonly workers: number;
  readonly at: Place;
  readonly how: string;
}

export const noConnectionPooler = defineCheck({
  id: 'phy/no-connection-pooler',
  task: 'JTBD-02',
  severity: 'note',
  flags:
    'Flags applications whose pods together open more connections than PostgreSQL allows, with no pooler in between.',
  why: `A connection is a process of its own in PostgreSQL, and there are \`max_connections\` of them (100 unless set; three are kept for superusers). A pool belongs to one process of one pod, so
the autoscaler multiplies it: ten pods with four workers and a pool of ten ask for 400. PgBouncer, PgCat or an operator's pooler takes many clients on few server connections; in transaction
mode asyncpg needs \`statement_cache_size=0\`.

Counted only from what is plain: pool sizes in the environment (\`DB_POOL_SIZE\`, \`…_HIKARI_MAXIMUM_POOL_SIZE\`) or in the Python that the container runs (\`create_engine(pool_size=…)\` with its
overflow, \`asyncpg.create_pool(max_size=…)\`), workers (\`WEB_CONCURRENCY\`, \`--workers 4\`), \`replicas\` or the autoscaler's maximum, and \`max_connections\` on PostgreSQL's command line.

Sources: [PostgreSQL, max_connections](https://www.postgresql.org/docs/current/runtime-config-connection.html), [PgBouncer, features](https://www.pgbouncer.org/features.html).`,
  reference: 'scaling',
  examples: {
    bad: [
      {
        title: 'eight replicas with a pool of twenty',
        files: {
          'docker-compose.yml':
            'services:\n  api:\n    image: registry.example.com/api:2.0.0\n    depends_on: [features]\n    deploy:\n      replicas: 8\n    environment:\n      DB_POOL_SIZE: "20"\n  features:\n    image: postgres:16\n    volumes:\n      - features:/var/lib/postgresql/data\nvolumes:\n  features:\n',
        },
      },
    ],
    good: [
      {
        title: 'PgBouncer in between',
        files: {
          'docker-compose.yml':
            'services:\n  api:\n    image: registry.example.com/api:2.0.0\n    depends_on: [pool]\n    deploy:\n      replicas: 8\n    environment:\n      DB_POOL_SIZE: "20"\n  pool:\n    image: edoburu/pgbouncer:v1.23.1-p2\n  features:\n    image: postgres:16\n    volumes:\n      - features:/var/lib/postgresql/data\nvolumes:\n  features:\n',
        },
      },
    ],
  },
  async run(context) {
    const all = (await context.model(workloads)).filter(({ overlayFiles }) => overlayFiles === undefined);
    const stores = all.filter((workload) =>
      workload.containers.some((container) => datastoreOf(container)?.engine === 'PostgreSQL'),
    );
    const demands = await demandsOf(all, context);
    if (stores.length === 0 || demands.length === 0) return 'not-applicable';
    if ((await context.model(replication)).pooler !== undefined) return [];
    return stores.flatMap((store) => {
      const asking = demands.filter(({ workload }) => together(workload, store));
      const sum = asking.reduce((total, { pods, workers, pool }) => total + pods * workers * pool, 0);
      const most = maxConnections(store);
      const [largest] = [...asking].sort((a, b) => b.pods * b.workers * b.pool - a.pods * a.workers * a.pool);
      return largest === undefined || sum <= most.value - RESERVED ? [] : [tooMany(store, asking, largest, sum, most)];
    });
  },
});

const together = (a: Workload, b: Workload): boolean =>
  a.platform === b.platform &&
  (a.compose === undefined
    ? a.kubernetes?.namespace === b.kubernetes?.namespace && a.kubernetes?.build === b.kubernetes?.build
    : a.compose.project === b.compose?.project);

async function demandsOf(all: readonly Workload[], context: CheckContext): Promise<Demand[]> {
  const scalers = await context.model(autoscalers);
  const files = await context.model(programs);
  const use = await context.model(pythonUse);
  return all.flatMap((workload) => {
    const scaler = scalers.find((one) => one.scales(workload));
    const pods = scaler?.maxReplicas ?? workload.replicas?.value ?? 1;
    return workload.containers.flatMap((container): Demand[] => {
      const pool = poolOf(container, files.get(container) ?? [], use);
      if (pool === undefined || datastoreOf(container) !== undefined) return [];
      const workers = workersOf(container);
      const how = `${String(pods)} × ${workers > 1 ? `${String(workers)} workers × ` : ''}${String(pool.size)}`;
      return [{ workload, pods, pool: pool.size, workers, at: pool.at, how }];
    });
  });
}

/** SQLAlchemy opens this many connections above `pool_size`. */
const DEFAULT_OVERFLOW = 10;

/** The size that the code gives, the largest of several; else what a variable of the usual names says. */
function poolOf(
  { environment }: Container,
  files: readonly string[],
  use: ReadonlyMap<string, PythonUse>,
): { size: number; at: Place } | undefined {
  const pools = files.flatMap((path) => use.get(path)?.pools ?? []);
  const sizes = pools.flatMap(({ size, overflow, kind, at }) => {
    const number = Number(inContainer(size, environment) ?? NaN);
    const more =
      kind === 'driver'
        ? 0
        : overflow === undefined
          ? DEFAULT_OVERFLOW
          : Number(inContainer(overflow, environment) ?? NaN);
    const place = size.environment === undefined ? at : (environment.get(size.environment)?.at ?? at);
    return number > 0 && more >= 0 ? [{ size: number + more, at: place }] : [];
  });
  const [largest] = sizes.sort((a, b) => b.size - a.size);
  if (largest !== undefined) return largest;
  const variable = [...environment.values()].find(
    ({ name, value }) => POOL_VARIABLE.test(name) && /^\d{1,4}$/.test(value ?? ''),
  );
  return variable && { size: Number(variable.value), at: variable.at };
}

/** Processes of one container, each with a pool of its own. */
function workersOf(container: Container): number {
  const said = [...container.environment.values()].find(
    ({ name, value }) => WORKERS.test(name) && /^\d{1,3}$/.test(value ?? ''),
  );
  const words = effectiveCommand(container).words.join(' ');
  const option = /\b(?:gunicorn|uvicorn|hypercorn|granian|fastapi)\b.*?\s(?:--workers[= ]|-w ?)(\d{1,3})(?:\s|$)/.exec(
    words,
  )?.[1];
  return Number(option ?? said?.value ?? 1);
}

interface Most {
  readonly value: number;
  readonly at: Place;
}

function maxConnections(store: Workload): Most {
  for (const container of store.containers) {
    const words = [...(container.entrypoint?.words ?? []), ...(container.command?.words ?? [])].join(' ');
    const given = /max_connections\s*=\s*(\d{1,6})/.exec(words)?.[1];
    const variable = container.environment.get('POSTGRESQL_MAX_CONNECTIONS');
    if (given !== undefined) return { value: Number(given), at: container.command?.at ?? container.at };
    if (variable?.value !== undefined && /^\d+$/.test(variable.value))
      return { value: Number(variable.value), at: variable.at };
  }
  return { value: DEFAULT_CONNECTIONS, at: store.at };
}

function tooMany(store: Workload, asking: readonly Demand[], largest: Demand, sum: number, most: Most): FindingDraft {
  const location = locationOf(largest.at);
  const parts = asking.map(({ workload, how }) => `${workload.name} ${how}`).join(', ');
  return {
    location,
    message: `${titleOf(store)} allows ${most.value} connections; its applications may open ${sum} (${parts}), with no pooler in between.`,
    consequence: 'Under load new pods fail with "too many clients already", just when they are needed.',
    evidence: `${store.name}: ${sum} of ${most.value} connections`,
    ...traceOf(location, [
      ...asking.flatMap(({ workload, at, how }) => [
        step(at, `${workload.name}: ${how}`),
        ...(workload.replicas ? [step(workload.replicas.at, `replicas: ${workload.replicas.value}`)] : []),
      ]),
      step(most.at, `max_connections: ${most.value}`),
    ]),
  };
}
