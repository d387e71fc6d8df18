import type { Workspace } from '../../../core/workspace.js';
import { yamlDocuments } from '../../../languages/yaml/index.js';
import { workload } from '../kubernetes/custom.js';
import { withoutForeign, type ManifestNode } from '../kubernetes/node.js';
import { placeOf } from '../kubernetes/pod.js';
import { directoryOf } from '../paths.js';
import { kubernetesBytes } from '../quantity.js';
import type { Workload } from '../model.js';
import { recordTags } from '../tags.js';
import { renderedCharts } from './rendered.js';

const HEAP_KEY =
  /^(?:(?:java|jvm|es|kafka|jdk|tool)?_?(?:java|jvm|heap)?_?(?:tool)?_?(?:opts|options|args)|heap(?:Opts|Options|Size)?|javaToolOptions|javaHeap\w*|maxHeap\w*|JAVA_TOOL_OPTIONS|JAVA_OPTS|esJavaOpts)$/i;
const MAX_DEPTH = 10;

/**
 * Charts, as far as their values are plain: a mapping with `resources.limits.memory` and, beside it, a key for Java
 * options (`javaOpts`, `heapOpts`, `jvmArgs`, …). Templates are not evaluated.
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
    for (const { path } of values) {
      const roots = (await yamlDocuments(workspace, path)) ?? [];
      recordTags(workspace, path, roots);
      for (const root of roots) found.push(...within(withoutForeign(root, path), path, 'values', 0));
    }
  }
  return found;
}

function within(node: ManifestNode, path: string, name: string, depth: number): Workload[] {
  if (node.kind !== 'mapping' || depth > MAX_DEPTH) return [];
  const own = here(node, path, name);
  const below = node.entries().flatMap(({ key, value }) => within(value, path, key, depth + 1));
  return own === undefined ? below : [own, ...below];
}

function here(node: ManifestNode, path: string, name: string): Workload | undefined {
  const memory = node.get('resources', 'limits', 'memory');
  const heap = node
    .entries()
    .find(({ key, value }) => HEAP_KEY.test(key) && /-Xmx|RAMPercentage|^\d+[kmgt]$/i.test(value.text ?? ''));
  if (memory?.text === undefined || memory.isNull || heap?.value.text === undefined) return undefined;
  const at = placeOf(heap.value, path);
  const value = heap.value.text.startsWith('-') ? heap.value.text : `-Xmx${heap.value.text}`;
  const manifest = { path, kind: 'Helm values', apiVersion: '', name, namespace: undefined, node, build: undefined };
  return workload(manifest, {
    environment: new Map([
      ['JAVA_TOOL_OPTIONS', { name: 'JAVA_TOOL_OPTIONS', value, at, source: `${heap.key} in ${path}` }],
    ]),
    limit: { text: memory.text, bytes: kubernetesBytes(memory.text), at: placeOf(memory, path) },
  });
}
