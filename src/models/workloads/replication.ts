import type { Workspace } from '../../core/workspace.js';
import { yamlDocuments, type YamlNode } from '../../languages/yaml/index.js';
import { defineModel } from '../../core/workspace.js';
import { imageName } from '../jvm/images.js';
import { kubernetesObjects, workloads } from './index.js';
import { clusterOf, isPooler, timing } from './kubernetes/clusters.js';
import type { Patroni } from './kubernetes/clusters.js';
import type { Container, Place } from './model.js';

export type { Patroni } from './kubernetes/clusters.js';

export interface Replication {
  /** Something in the repository replicates PostgreSQL: Patroni, Spilo, repmgr, an operator, streaming by hand. */
  readonly evidence: string | undefined;
  readonly patroni: readonly Patroni[];
  /** Operator clusters with a single instance. */
  readonly single: readonly { readonly name: string; readonly at: Place }[];
  readonly pooler: string | undefined;
}

export const replication = defineModel('replication', async (workspace): Promise<Replication> => {
  const containers = (await workspace.model(workloads)).flatMap((workload) => workload.containers);
  const clusters = (await workspace.model(kubernetesObjects)).flatMap(clusterOf);
  const poolerObjects = (await workspace.model(kubernetesObjects)).some(isPooler);
  const patroni = [...(await patroniFiles(workspace)), ...clusters.flatMap(({ patroni }) => patroni ?? [])];
  const config = await pgbouncerFile(workspace);
  return {
    evidence:
      containers.map(replicates).find((found) => found !== undefined) ??
      (clusters.length > 0 ? 'a cluster of an operator' : patroni.length > 0 ? 'Patroni' : undefined),
    patroni,
    single: clusters.flatMap(({ name, at, instances }) => (instances === 1 ? [{ name, at }] : [])),
    pooler:
      containers.map(pools).find((found) => found !== undefined) ??
      config ??
      (poolerObjects || clusters.some(({ pooled }) => pooled) ? 'a pooler of an operator' : undefined),
  };
});

function replicates(container: Container): string | undefined {
  const image = imageName(container.built?.base ?? container.image?.value ?? '') ?? '';
  if (/spilo|patroni|repmgr|pg_auto_failover|stolon/.test(image)) return `image ${image}`;
  const words = [...(container.entrypoint?.words ?? []), ...(container.command?.words ?? [])].join(' ');
  if (/primary_conninfo|pg_basebackup|synchronous_standby_names|standby\.signal|\bpatroni\b/.test(words))
    return 'streaming replication in a command';
  const variable = [...container.environment.keys()].find((name) =>
    /^(?:PATRONI_|POSTGRESQL_REPLICATION_|REPMGR_|POSTGRESQL_MASTER_HOST$|REPLICATION_USER$|PG_PRIMARY_)/.test(name),
  );
  return variable;
}

function pools(container: Container): string | undefined {
  const image = imageName(container.built?.base ?? container.image?.value ?? '') ?? '';
  return /pgbouncer|pgcat|odyssey|pgpool|supavisor|pgdog/.test(image) ? `image ${image}` : undefined;
}

/** PgBouncer's own configuration: an ini file with a `[pgbouncer]` section. */
async function pgbouncerFile(workspace: Workspace): Promise<string | undefined> {
  const candidates = workspace
    .glob('**/*pgbouncer*', '**/*bouncer*.ini', '**/*bouncer*/**')
    .filter((path) => !/\.(?:md|png|svg|lock)$/.test(path));
  for (const path of await workspace.mentioning(candidates, ['[pgbouncer]'])) {
    const lines = ((await workspace.text(path)) ?? '').split(/\r?\n/);
    if (lines.some((line) => line.trim() === '[pgbouncer]')) return `PgBouncer in ${path}`;
  }
  return undefined;
}

/** `patroni.yml` and its like: a file with `bootstrap.dcs` or with the dynamic settings at the top. */
async function patroniFiles(workspace: Workspace): Promise<Patroni[]> {
  const found: Patroni[] = [];
  const candidates = workspace.glob('**/*.{yml,yaml}');
  for (const path of await workspace.mentioning(candidates, ['loop_wait', 'retry_timeout', 'synchronous_mode'])) {
    for (const root of (await yamlDocuments(workspace, path)) ?? []) {
      if (root.has('apiVersion')) continue;
      const settings = timing(dynamic(root), path);
      if (settings !== undefined) found.push(settings);
    }
  }
  return found;
}

const dynamic = (root: YamlNode): YamlNode | undefined =>
  root.get('bootstrap', 'dcs') ?? (root.has('loop_wait') || root.has('ttl') ? root : undefined);
