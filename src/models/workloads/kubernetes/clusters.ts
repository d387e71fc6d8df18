import type { Place } from '../model.js';
import type { Manifest } from './manifests.js';
import type { ManifestNode } from './node.js';
import { placeOf } from './pod.js';

/** Patroni's timing, from its own configuration, Spilo's, or Zalando's custom resource. */
export interface Patroni {
  readonly at: Place;
  readonly ttl: { readonly value: number; readonly at: Place } | undefined;
  readonly loopWait: { readonly value: number; readonly at: Place } | undefined;
  readonly retryTimeout: { readonly value: number; readonly at: Place } | undefined;
  readonly synchronous: boolean;
}

/** A PostgreSQL cluster that an operator makes of a custom resource. */
export interface OperatorCluster {
  readonly name: string;
  /** Where the number of instances stands, else the name. */
  readonly at: Place;
  /** Undefined where it is not said, and for a standby, which is itself the replica of another cluster. */
  readonly instances: number | undefined;
  readonly pooled: boolean;
  readonly patroni: Patroni | undefined;
}

interface Operator {
  readonly kind: string;
  readonly group: string;
  /** The number of instances, or a list of sets of them. */
  readonly count: readonly string[];
  readonly standby?: readonly string[];
  readonly pooled: (spec: ManifestNode) => boolean;
}

const crunchy = (kind: string, group: string): Operator => ({
  kind,
  group,
  count: ['instances'],
  standby: ['standby', 'enabled'],
  pooled: (spec) => spec.get('proxy', 'pgBouncer') !== undefined,
});

const OPERATORS: readonly Operator[] = [
  { kind: 'Cluster', group: 'postgresql.cnpg.io', count: ['instances'], standby: ['replica'], pooled: () => false },
  {
    kind: 'postgresql',
    group: 'acid.zalan.do',
    count: ['numberOfInstances'],
    standby: ['standby'],
    pooled: (spec) => spec.get('enableConnectionPooler')?.value === true,
  },
  crunchy('PostgresCluster', 'postgres-operator.crunchydata.com'),
  crunchy('PerconaPGCluster', 'pgv2.percona.com'),
  {
    kind: 'SGCluster',
    group: 'stackgres.io',
    count: ['instances'],
    pooled: (spec) => spec.get('pods', 'disableConnectionPooling')?.value !== true,
  },
  { kind: 'Kubegres', group: 'kubegres.reactive-tech.io', count: ['replicas'], pooled: () => false },
];

/** CloudNativePG, Zalando, Crunchy, Percona, StackGres, Kubegres. */
export function clusterOf({ kind, apiVersion, name, node, path }: Manifest): OperatorCluster[] {
  const operator = OPERATORS.find((one) => one.kind === kind && apiVersion.startsWith(`${one.group}/`));
  const spec = node.get('spec');
  if (operator === undefined || spec === undefined) return [];
  const count = spec.get(...operator.count);
  const standby = operator.standby && spec.get(...operator.standby);
  const follows = standby !== undefined && standby.value !== false && standby.get('enabled')?.value !== false;
  return [
    {
      name,
      at: placeOf(count?.kind === 'scalar' ? count : (node.get('metadata', 'name') ?? node), path),
      instances: follows ? undefined : instancesOf(count),
      pooled: operator.pooled(spec),
      patroni: timing(spec.get('patroni'), path),
    },
  ];
}

/** A number, or the sum over sets of which each has one instance unless it says `replicas`. */
function instancesOf(count: ManifestNode | undefined): number | undefined {
  if (count?.kind !== 'sequence') return typeof count?.value === 'number' ? count.value : undefined;
  const sets = count.items().map((set) => set.get('replicas')?.value ?? 1);
  return sets.every((replicas) => typeof replicas === 'number')
    ? sets.reduce<number>((sum, replicas) => sum + Number(replicas), 0)
    : undefined;
}

/** CloudNativePG's pooler is an object of its own. */
export const isPooler = ({ kind, apiVersion }: Manifest): boolean =>
  kind === 'Pooler' && apiVersion.startsWith('postgresql.cnpg.io/');

/** Dynamic settings: `ttl`, `loop_wait`, `retry_timeout`, `synchronous_mode`. */
export function timing(node: ManifestNode | undefined, path: string): Patroni | undefined {
  if (node?.kind !== 'mapping') return undefined;
  const number = (key: string): { value: number; at: Place } | undefined => {
    const found = node.get(key);
    return typeof found?.value === 'number' ? { value: found.value, at: placeOf(found, path) } : undefined;
  };
  const [ttl, loopWait, retryTimeout] = [number('ttl'), number('loop_wait'), number('retry_timeout')];
  const mode = node.get('synchronous_mode')?.value;
  return {
    at: placeOf(node, path),
    ttl,
    loopWait,
    retryTimeout,
    synchronous: mode === true || mode === 'quorum' || mode === 'on',
  };
}
