import { defineModel } from '../../../core/workspace.js';
import type { Workspace } from '../../../core/workspace.js';
import { yamlDocuments } from '../../../languages/yaml/index.js';
import type { YamlNode } from '../../../languages/yaml/index.js';
import { isWhole, touchedLine } from '../changes.js';
import type { Subject } from '../swap.js';
import type { Drill } from './drill.js';
import { failoverDrills } from './drills.js';

/** Failure mode A: the primary of a datastore goes, a replica is promoted within 30 s, nothing is lost. */
export interface FailoverScenario {
  /** Replicated datastores that the change touches. */
  readonly subjects: readonly Subject[];
  /** Tests, scripts and workflows that let one fail. */
  readonly drills: readonly Drill[];
}

const STORE =
  /postgres|timescale|spilo|patroni|pgvector|postgis|stolon|repmgr|redis|valkey|sentinel|etcd|cockroach|yugabyte|citus/i;
/** Something that promotes by itself, or a second copy by name. */
const REPLICATED =
  /patroni|spilo|stolon|repmgr|pg_auto_failover|pgpool|sentinel|redis-cluster|cnpg|cloudnative-pg|postgresql-ha|crunchy|zalando|replica|standby|secondary|follower|slave/i;

export const failoverScenario = defineModel<FailoverScenario>('failover-scenario', async (workspace) => {
  const paths = workspace
    .glob('**/*.{yml,yaml}')
    .filter((path) => !['test', 'example', 'development'].some((role) => workspace.roles(path).has(role as 'test')));
  const subjects: Replicated[] = [];
  for (const path of await workspace.mentioning(paths, [
    'postgres',
    'patroni',
    'spilo',
    'redis',
    'timescale',
    'etcd',
    'sentinel',
    'pgvector',
    'percona',
  ])) {
    subjects.push(...(await replicated(workspace, path)));
  }
  const own = new Set(subjects.map(({ name }) => name).filter((name) => name.length > 1));
  return { subjects, drills: subjects.length === 0 ? [] : await failoverDrills(workspace, own) };
});

async function replicated(workspace: Workspace, path: string): Promise<Replicated[]> {
  if ((await touchedLine(workspace, path)) === undefined) return [];
  const documents = (await yamlDocuments(workspace, path)) ?? [];
  return documents
    .flatMap((document) => [...kubernetes(document, path), ...compose(document, path)])
    .filter(({ line, end }) => touches(workspace, path, line, end));
}

/** A subject with the name by which drills may call it. */
type Replicated = Subject & { readonly name: string };
type Place = Replicated & { readonly end: number };

function touches(workspace: Workspace, path: string, start: number, end: number): boolean {
  return (
    isWhole(workspace) || (workspace.addedLines(path) ?? []).some((range) => range.start <= end && range.end >= start)
  );
}

function kubernetes(document: YamlNode, path: string): Place[] {
  const kind = document.get('kind')?.text ?? '';
  const name = document.get('metadata', 'name')?.text ?? '';
  const operator =
    /postgresql\.cnpg\.io|acid\.zalan\.do|postgres-operator|pgv2\.percona\.com|databases\.spotahome/.test(
      document.get('apiVersion')?.text ?? '',
    );
  const images = (document.get('spec', 'template', 'spec', 'containers')?.items() ?? []).map(
    (one) => one.get('image')?.text ?? '',
  );
  const copies =
    document.get('spec', 'replicas')?.value ??
    instancesOf(document.get('spec', 'instances')) ??
    document.get('spec', 'numberOfInstances')?.value;
  const store = kind === 'StatefulSet' && images.some((image) => STORE.test(image));
  const many = (typeof copies === 'number' && copies > 1) || images.some((image) => REPLICATED.test(image));
  if (!(operator && typeof copies === 'number' && copies > 1) && !(store && many)) return [];
  return [{ path, line: document.line, end: document.endLine, what: `the datastore ${kind} ${name}`.trim(), name }];
}

/** A number (CloudNativePG), or a list of sets with replicas of their own (Crunchy, Percona). */
function instancesOf(node: YamlNode | undefined): unknown {
  if (node?.kind !== 'sequence') return node?.value;
  return node.items().reduce((sum, one) => sum + Number(one.get('replicas')?.text ?? 1), 0);
}

function compose(document: YamlNode, path: string): Place[] {
  const services = document.get('services')?.entries() ?? [];
  const stores = services.filter(
    ({ key, value }) => STORE.test(value.get('image')?.text ?? '') || /patroni|sentinel/i.test(key),
  );
  return stores
    .filter(
      ({ key, value }) =>
        REPLICATED.test(`${key} ${value.get('image')?.text ?? ''}`) || replicates(value.get('environment')),
    )
    .map(({ key, keyNode, value }) => ({
      path,
      line: keyNode.line,
      end: value.endLine,
      what: `the replicated datastore ${key}`,
      name: key,
    }));
}

/** Variables by which images of databases are told that there is more than one of them. */
const REPLICATION =
  /^(?:PATRONI_|REPMGR_|(?:POSTGRES|POSTGRESQL|REDIS|VALKEY)_(?:REPLICATION|MASTER|PRIMARY|REPLICA|SLAVE)|PG_(?:REPLICA|PRIMARY|MASTER)|STKEEPER_)/;

/** `environment` of a compose service, as a mapping or as a list of `NAME=value`. */
function replicates(environment: YamlNode | undefined): boolean {
  const names = [...(environment?.keys() ?? []), ...(environment?.items() ?? []).map(({ text }) => text ?? '')];
  return names.some((name) => REPLICATION.test(name));
}
