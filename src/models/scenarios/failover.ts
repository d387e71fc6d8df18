import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import { yamlDocuments } from '../../languages/yaml/index.js';
import type { YamlNode } from '../../languages/yaml/index.js';
import { isWhole, touchedLine } from './changes.js';
import type { Subject } from './swap.js';

/** Failure mode A: the primary of a datastore goes, a replica is promoted within 30 s, nothing is lost. */
export interface FailoverScenario {
  /** Replicated datastores that the change touches. */
  readonly subjects: readonly Subject[];
  /** Tests, scripts and workflows that let one fail. */
  readonly drills: readonly { readonly path: string; readonly line: number; readonly text: string }[];
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
  const subjects: Subject[] = [];
  for (const path of await workspace.mentioning(paths, [
    'postgres',
    'patroni',
    'spilo',
    'redis',
    'timescale',
    'etcd',
    'sentinel',
    'pgvector',
  ])) {
    subjects.push(...(await replicated(workspace, path)));
  }
  return { subjects, drills: subjects.length === 0 ? [] : await drills(workspace) };
});

async function replicated(workspace: Workspace, path: string): Promise<Subject[]> {
  if ((await touchedLine(workspace, path)) === undefined) return [];
  const documents = (await yamlDocuments(workspace, path)) ?? [];
  return documents
    .flatMap((document) => [...kubernetes(document, path), ...compose(document, path)])
    .filter(({ line, end }) => touches(workspace, path, line, end));
}

type Place = Subject & { readonly end: number };

function touches(workspace: Workspace, path: string, start: number, end: number): boolean {
  return (
    isWhole(workspace) || (workspace.addedLines(path) ?? []).some((range) => range.start <= end && range.end >= start)
  );
}

function kubernetes(document: YamlNode, path: string): Place[] {
  const kind = document.get('kind')?.text ?? '';
  const name = document.get('metadata', 'name')?.text ?? '';
  const operator = /postgresql\.cnpg\.io|acid\.zalan\.do|postgres-operator|databases\.spotahome/.test(
    document.get('apiVersion')?.text ?? '',
  );
  const images = (document.get('spec', 'template', 'spec', 'containers')?.items() ?? []).map(
    (one) => one.get('image')?.text ?? '',
  );
  const copies =
    document.get('spec', 'replicas')?.value ??
    document.get('spec', 'instances')?.value ??
    document.get('spec', 'numberOfInstances')?.value;
  const store = kind === 'StatefulSet' && images.some((image) => STORE.test(image));
  const many = (typeof copies === 'number' && copies > 1) || images.some((image) => REPLICATED.test(image));
  if (!(operator && typeof copies === 'number' && copies > 1) && !(store && many)) return [];
  return [{ path, line: document.line, end: document.endLine, what: `the datastore ${kind} ${name}`.trim() }];
}

function compose(document: YamlNode, path: string): Place[] {
  const services = document.get('services')?.entries() ?? [];
  const stores = services.filter(
    ({ key, value }) => STORE.test(value.get('image')?.text ?? '') || /patroni|sentinel/i.test(key),
  );
  return stores
    .filter(
      ({ key, value }) =>
        REPLICATED.test(`${key} ${value.get('image')?.text ?? ''}`) ||
        (value.keys().some((one) => one === 'environment') &&
          REPLICATED.test(JSON.stringify(value.get('environment')?.toJS() ?? '').slice(0, 5000))),
    )
    .map(({ key, keyNode, value }) => ({
      path,
      line: keyNode.line,
      end: value.endLine,
      what: `the replicated datastore ${key}`,
    }));
}

const DRILL =
  /patronictl\s+(failover|switchover)|pg_ctl\s+promote|pg_promote\(|SENTINEL\s+FAILOVER|redis-cli[^\n]{0,80}\bfailover\b|kubectl\s+delete\s+pod[^\n]{0,80}(primary|leader|postgres|patroni)|docker[ -](compose\s+)?(kill|stop|pause)\s[^\n]{0,80}(primary|master|leader|postgres|patroni|pg-?0)|kind:\s*PodChaos|pod-?kill|chaosengine|test_\w*(failover|promotion|primary_loss|primary_failure)|failover[_-]?drill/i;

async function drills(workspace: Workspace): Promise<{ path: string; line: number; text: string }[]> {
  const paths = workspace
    .glob('**/*.{py,sh,yml,yaml,js,ts,java,go}', '**/Makefile')
    .filter((path) => !/(^|\/)(node_modules|vendor)\//.test(path));
  const found: { path: string; line: number; text: string }[] = [];
  for (const path of await workspace.mentioning(paths, [
    'failover',
    'FAILOVER',
    'switchover',
    'promote',
    'Chaos',
    'chaos',
    'kill',
    'delete pod',
    'stop',
    'pause',
    'primary_loss',
    'promotion',
  ])) {
    const lines = ((await workspace.text(path)) ?? '').split('\n');
    const at = lines.findIndex((line) => line.length < 1000 && !/^\s*(#|\/\/)/.test(line) && DRILL.test(line));
    if (at >= 0) found.push({ path, line: at + 1, text: (lines[at] ?? '').trim().slice(0, 120) });
  }
  return found;
}
