import type { Workspace } from '../../../core/workspace.js';
import { yamlDocuments } from '../../../languages/yaml/index.js';
import { workload } from '../kubernetes/custom.js';
import { withoutForeign, type ManifestNode } from '../kubernetes/node.js';
import { placeOf } from '../kubernetes/pod.js';
import { directoryOf } from '../paths.js';
import { kubernetesBytes } from '../quantity.js';
import type { Amount, Workload } from '../model.js';
import { recordTags } from '../tags.js';
import { renderedCharts } from './rendered.js';

/** `javaOpts`, `opensearchJavaOpts`, `heapOptions`, `jvmArgs`, `JAVA_TOOL_OPTIONS`, `maxHeapSize`: with a heap as their value. */
const HEAP_KEY =
  /(?:^|[a-z_])(?:java|jvm|heap|jdk|tool)_?(?:tool)?_?(?:opts?|options|args)$|^(?:opts|options|args)$|^(?:java|jvm|max)?_?heap\w*$|^_JAVA_OPTIONS$/i;
const HEAP = /-Xmx|RAMPercentage|^\d+[kmgt]$/i;
const ENVIRONMENT = /^(?:extra)?(?:env|envs|envVars|environment)$/i;
const MAX_DEPTH = 10;

/** A mapping of a values file, with its path of keys. */
interface Found {
  readonly path: string;
  readonly keys: readonly string[];
  readonly node: ManifestNode;
}

/**
 * Charts, as far as their values are plain: a mapping with `resources` and, beside it, a key for Java options (`javaOpts`,
 * `heapOpts`, …) or a variable of the environment for them. `resources: {}` leaves the choice to whoever installs the chart,
 * and so does a request alone where another values file has the limit. Templates are not evaluated.
 */
export async function helmWorkloads(workspace: Workspace): Promise<Workload[]> {
  const found: Workload[] = [];
  const rendered = new Set((await workspace.model(renderedCharts)).map(({ directory }) => directory));
  for (const chart of workspace.glob('**/Chart.yaml')) {
    const directory = directoryOf(chart);
    if (rendered.has(directory)) continue;
    const prefix = directory === '' ? '' : `${directory}/`;
    const values = workspace.files.filter(
      ({ path }) => path.startsWith(prefix) && /^values[\w.-]*\.ya?ml$/.test(path.slice(prefix.length)),
    );
    const mappings: Found[] = [];
    for (const { path } of values) {
      const roots = (await yamlDocuments(workspace, path)) ?? [];
      recordTags(workspace, path, roots);
      for (const root of roots) mappings.push(...within(withoutForeign(root, path), path, []));
    }
    for (const one of mappings) found.push(...workloadsOf(one, mappings));
  }
  return found;
}

function within(node: ManifestNode, path: string, keys: readonly string[]): Found[] {
  if (node.kind !== 'mapping' || keys.length > MAX_DEPTH) return [];
  return [{ path, keys, node }, ...node.entries().flatMap(({ key, value }) => within(value, path, [...keys, key]))];
}

function workloadsOf({ path, keys, node }: Found, all: readonly Found[]): Workload[] {
  const heap = heapOf(node);
  const limit = memory(node, 'limits', path);
  const request = memory(node, 'requests', path);
  const elsewhere = all.some(
    (other) => other.keys.join('.') === keys.join('.') && memory(other.node, 'limits', other.path),
  );
  if (heap?.value.text === undefined || (limit === undefined && (request === undefined || elsewhere))) return [];
  const at = placeOf(heap.value, path);
  const value = heap.value.text.startsWith('-') ? heap.value.text : `-Xmx${heap.value.text}`;
  const name = keys.at(-1) ?? 'values';
  const manifest = { path, kind: 'Helm values', apiVersion: '', name, namespace: undefined, node, build: undefined };
  const variable = { name: 'JAVA_TOOL_OPTIONS', value, at, source: `${heap.key} in ${path}` };
  const own = workload(manifest, { environment: new Map([['JAVA_TOOL_OPTIONS', variable]]), limit, request });
  const place = limit?.at ?? request?.at ?? own.at;
  return [{ ...own, at: place, containers: own.containers.map((container) => ({ ...container, at: place })) }];
}

interface Heap {
  readonly key: string;
  readonly value: ManifestNode;
}

/** A key beside `resources`, or a variable under `env`: a mapping of names, or a list as in a pod. */
function heapOf(node: ManifestNode): Heap | undefined {
  const direct = node.entries().find(isHeap);
  if (direct !== undefined) return direct;
  for (const { key, value } of node.entries()) {
    if (!ENVIRONMENT.test(key)) continue;
    const listed = value.items().flatMap((item) => {
      const [name, given] = [item.get('name')?.text, item.get('value')];
      return name === undefined || given === undefined ? [] : [{ key: name, value: given }];
    });
    const found = [...value.entries(), ...listed].find(isHeap);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isHeap = ({ key, value }: Heap): boolean => HEAP_KEY.test(key) && HEAP.test(value.text ?? '');

function memory(node: ManifestNode, kind: 'limits' | 'requests', path: string): Amount | undefined {
  const value = node.get('resources', kind, 'memory');
  if (value?.text === undefined || value.isNull) return undefined;
  const bytes = kubernetesBytes(value.text);
  return {
    text: value.text,
    bytes,
    at: placeOf(value, path),
    ...(bytes === undefined ? { unknown: 'it is no quantity' } : {}),
  };
}
