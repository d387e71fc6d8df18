import { Unparsable } from '../../../core/errors.js';
import { parseYaml } from '../../../languages/yaml/index.js';
import { UNKNOWN } from '../model.js';
import type { Amount, CommandLine, Container, Variable, Workload } from '../model.js';
import { kubernetesBytes } from '../quantity.js';
import type { Manifest } from './manifests.js';
import type { ManifestNode } from './node.js';
import { placeOf } from './pod.js';

/** Workloads that an operator makes of a custom resource: H2O's operator, Strimzi's Kafka. */
export function customWorkloads(manifest: Manifest): Workload[] {
  if (manifest.kind === 'H2O' && manifest.apiVersion.startsWith('h2o.ai/')) return [h2o(manifest)];
  if (!manifest.apiVersion.startsWith('kafka.strimzi.io/')) return [];
  return ['kafka', 'zookeeper', undefined].flatMap((key) => {
    const spec = key === undefined ? manifest.node.get('spec') : manifest.node.get('spec', key);
    return spec?.get('jvmOptions', '-Xmx')?.text === undefined ? [] : [strimzi(manifest, spec, key)];
  });
}

/**
 * The operator starts `java -XX:MaxRAMPercentage=<memoryPercentage or 50> -jar h2o.jar` in a pod limited to `memory`. A
 * custom image starts by its own command, or by the one given, and `memoryPercentage` is not handed to it.
 */
function h2o(manifest: Manifest): Workload {
  const { node, path } = manifest;
  const limit = amount(node.get('spec', 'resources', 'memory'), path);
  const custom = node.get('spec', 'customImage', 'image');
  if (custom?.text !== undefined) {
    const command = node.get('spec', 'customImage', 'command');
    const image = { value: custom.text, at: placeOf(custom, path) };
    return workload(manifest, { h2o: true, image, entrypoint: command && customCommand(command, path), limit });
  }
  const share = node.get('spec', 'resources', 'memoryPercentage');
  const version = node.get('spec', 'version');
  const image = {
    value: `h2oai/h2o-open-source-k8s:${version?.text ?? 'latest'}`,
    at: placeOf(version ?? node, path),
  };
  const words =
    share?.text === undefined
      ? undefined
      : ['java', `-XX:MaxRAMPercentage=${share.text}`, '-jar', '/opt/h2oai/h2o-3/h2o.jar'];
  const entrypoint = words && share ? { words, form: 'exec' as const, at: placeOf(share, path) } : undefined;
  return workload(manifest, { image, entrypoint, limit });
}

/** The command is a text that the operator puts into its pod's manifest: a list in YAML's flow form. */
function customCommand(node: ManifestNode, path: string): CommandLine | undefined {
  if (node.text === undefined || node.isNull) return undefined;
  const words = flowList(node.text) ?? [node.text];
  return { words, form: 'exec', at: placeOf(node, path) };
}

function flowList(text: string): string[] | undefined {
  try {
    const [root] = parseYaml(text).documents;
    return root?.kind === 'sequence' ? root.items().flatMap((item) => item.text ?? []) : undefined;
  } catch (error) {
    if (error instanceof Unparsable) return undefined;
    throw error;
  }
}

function strimzi(manifest: Manifest, spec: ManifestNode, part: string | undefined): Workload {
  const { path, name } = manifest;
  const heap = spec.get('jvmOptions', '-Xmx');
  const value = `-Xmx${heap?.text ?? ''}`;
  const at = placeOf(heap ?? spec, path);
  const variable: Variable = { name: 'KAFKA_HEAP_OPTS', value, at, source: 'jvmOptions' };
  return workload(manifest, {
    name: part === undefined ? name : `${name}-${part}`,
    image: { value: 'strimzi/kafka', at: placeOf(spec, path) },
    environment: new Map([['KAFKA_HEAP_OPTS', variable]]),
    limit: amount(spec.get('resources', 'limits', 'memory'), path),
  });
}

function amount(node: ManifestNode | undefined, path: string): Amount | undefined {
  if (node?.text === undefined || node.isNull) return undefined;
  const bytes = kubernetesBytes(node.text);
  const unknown =
    bytes === undefined ? { unknown: `"${node.text.replaceAll(UNKNOWN, '?').slice(0, 60)}" is no quantity` } : {};
  return { text: node.text, bytes, at: placeOf(node, path), ...unknown };
}

export function workload(manifest: Manifest, given: Partial<Container>): Workload {
  const at = placeOf(manifest.node.get('metadata', 'name') ?? manifest.node, manifest.path);
  const container: Container = {
    name: manifest.name,
    role: 'main',
    at,
    image: undefined,
    built: undefined,
    buildUnknown: undefined,
    entrypoint: undefined,
    command: undefined,
    environment: new Map(),
    environmentGaps: [],
    limit: undefined,
    request: undefined,
    ports: [],
    mounts: [],
    ...given,
  };
  return {
    platform: 'kubernetes',
    kind: manifest.kind,
    name: manifest.name,
    at,
    containers: [container],
    development: false,
    replicas: undefined,
    compose: undefined,
    kubernetes: {
      namespace: manifest.namespace,
      labels: {},
      hostNetwork: undefined,
      serviceName: undefined,
      claimTemplates: [],
      build: manifest.build?.directory,
    },
    variants: [],
    overlayFiles: undefined,
  };
}
