import type {
  Amount,
  CommandLine,
  Container,
  Mount,
  Place,
  PublishedPort,
  Text,
  Variable,
  Workload,
} from '../model.js';
import type { NamedBuilds } from '../linked.js';
import { isKnown } from '../model.js';
import { kubernetesBytes } from '../quantity.js';
import { MISSING_FILE } from './kustomize.js';
import type { Manifest } from './manifests.js';
import type { ManifestNode } from './node.js';

/** Where a kind keeps its pod template. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  Rollout: ['spec', 'template'],
  DeploymentConfig: ['spec', 'template'],
  PodTemplate: ['template'],
  Pod: [],
};

/** A manifest with a pod template as a workload; undefined for other kinds. */
export function podWorkload(
  manifest: Manifest,
  all: readonly Manifest[],
  builds: NamedBuilds = () => undefined,
): Workload | undefined {
  const template = Object.hasOwn(TEMPLATES, manifest.kind)
    ? manifest.node.get(...(TEMPLATES[manifest.kind] ?? []))
    : undefined;
  const spec = template?.get('spec');
  if (template === undefined || spec?.kind !== 'mapping') return undefined;
  const { path, kind, name, node } = manifest;
  const replicas = node.get('spec', 'replicas');
  const hostNetwork = spec.get('hostNetwork');
  const volumes = volumesOf(spec, node);
  const containersOf = (key: string, role: Container['role']): Container[] =>
    (spec.get(key)?.items() ?? [])
      .filter((item) => item.kind === 'mapping')
      .map((item) => containerOf(item, role, path, manifest, all, volumes, builds));
  const nameNode = node.get('metadata', 'name') ?? node.get('metadata', 'generateName') ?? node;
  return {
    platform: 'kubernetes',
    kind,
    name,
    at: placeOf(nameNode, path),
    containers: [...containersOf('initContainers', 'init'), ...containersOf('containers', 'main')],
    development: false,
    replicas: typeof replicas?.value === 'number' ? { value: replicas.value, at: placeOf(replicas, path) } : undefined,
    compose: undefined,
    kubernetes: {
      namespace: manifest.namespace,
      labels: strings(template.get('metadata', 'labels')),
      hostNetwork: hostNetwork?.value === true ? { value: true, at: placeOf(hostNetwork, path) } : undefined,
      serviceName: textAt(node.get('spec', 'serviceName'), path),
      claimTemplates: (node.get('spec', 'volumeClaimTemplates')?.items() ?? []).flatMap(
        (claim) => claim.get('metadata', 'name')?.text ?? [],
      ),
      build: manifest.build?.directory,
    },
    variants: [],
    overlayFiles: undefined,
  };
}

export const placeOf = (node: ManifestNode, path: string): Place => ({
  path: node.path ?? path,
  line: node.line,
  endLine: node.endLine,
});

const textAt = (node: ManifestNode | undefined, path: string): Text | undefined =>
  node?.text === undefined || node.isNull ? undefined : { value: node.text, at: placeOf(node, path) };

export function strings(node: ManifestNode | undefined): Record<string, string> {
  return Object.fromEntries(
    (node?.entries() ?? []).flatMap(({ key, value }) => (value.text === undefined ? [] : [[key, value.text]])),
  );
}

function containerOf(
  node: ManifestNode,
  role: Container['role'],
  path: string,
  manifest: Manifest,
  all: readonly Manifest[],
  volumes: ReadonlyMap<string, Pick<Mount, 'kind' | 'source'>>,
  builds: NamedBuilds,
): Container {
  const gaps: string[] = [];
  const image = textAt(node.get('image'), path);
  const build = image && builds(image.value);
  const own = environmentOf(node, path, manifest, all, gaps);
  const nameNode = node.get('name') ?? node;
  return {
    name: node.get('name')?.text ?? '',
    role: role === 'init' && node.get('restartPolicy')?.text === 'Always' ? 'sidecar' : role,
    at: placeOf(nameNode, path),
    image,
    built: build?.image,
    ...(build ? { builtByName: true as const } : {}),
    buildUnknown: undefined,
    entrypoint: commandOf(node.get('command'), path),
    command: commandOf(node.get('args'), path),
    environment: new Map([...(build?.environment ?? []).map((one) => [one.name, one] as const), ...own]),
    environmentGaps: gaps,
    limit: amountOf(node.get('resources', 'limits', 'memory'), path) ?? defaultLimit(manifest, all),
    request: amountOf(node.get('resources', 'requests', 'memory'), path),
    ports: hostPorts(node, path),
    mounts: mountsOf(node, path, volumes),
  };
}

const TAGGED = 'it carries a tag that is not known';

function amountOf(node: ManifestNode | undefined, path: string): Amount | undefined {
  if (node?.text === undefined || node.isNull) return undefined;
  const bytes = kubernetesBytes(node.text);
  const base = { text: node.text, at: placeOf(node, path) };
  if (bytes === 0) return undefined;
  return bytes === undefined
    ? { ...base, bytes, unknown: isKnown(node.text) ? `"${node.text.slice(0, 60)}" is no quantity` : TAGGED }
    : { ...base, bytes };
}

/** What a LimitRange of the namespace gives to containers without a limit of their own. */
function defaultLimit(manifest: Manifest, all: readonly Manifest[]): Amount | undefined {
  const ranges = all.filter(({ kind, namespace }) => kind === 'LimitRange' && namespace === manifest.namespace);
  for (const range of ranges) {
    const item = range.node
      .get('spec', 'limits')
      ?.items()
      .find((limit) => limit.get('type')?.text === 'Container');
    const amount = amountOf(item?.get('default', 'memory'), range.path);
    if (amount !== undefined) return amount;
  }
  return undefined;
}

function commandOf(node: ManifestNode | undefined, path: string): CommandLine | undefined {
  if (node?.kind !== 'sequence') return undefined;
  return { words: node.items().flatMap((item) => item.text ?? []), form: 'exec', at: placeOf(node, path) };
}

function environmentOf(
  node: ManifestNode,
  path: string,
  manifest: Manifest,
  all: readonly Manifest[],
  gaps: string[],
): Map<string, Variable> {
  const environment = new Map<string, Variable>();
  for (const source of node.get('envFrom')?.items() ?? []) {
    for (const variable of fromSource(source, path, manifest, all, gaps)) environment.set(variable.name, variable);
  }
  for (const item of node.get('env')?.items() ?? []) {
    const variable = fromItem(item, path, manifest, all);
    if (variable !== undefined) environment.set(variable.name, variable);
  }
  return environment;
}

function fromSource(
  source: ManifestNode,
  path: string,
  manifest: Manifest,
  all: readonly Manifest[],
  gaps: string[],
): Variable[] {
  const prefix = source.get('prefix')?.text ?? '';
  const name = source.get('configMapRef', 'name')?.text;
  if (name === undefined) {
    const secret = source.get('secretRef', 'name')?.text;
    if (secret !== undefined) gaps.push(`Secret ${secret}`);
    return [];
  }
  const map = configMap(name, manifest, all);
  if (map === undefined) gaps.push(`ConfigMap ${name} is not in the repository`);
  const use = { path, line: source.line, label: `ConfigMap ${name} is used here` };
  const entries = map?.node.get('data')?.entries() ?? [];
  for (const { key, value } of entries)
    if (key === MISSING_FILE) gaps.push(`env_file ${value.text ?? ''} is not in the repository`);
  return entries
    .filter(({ key }) => key !== MISSING_FILE)
    .map(({ key, value }) => ({
      name: prefix + key,
      value: value.text !== undefined && isKnown(value.text) ? value.text : undefined,
      at: placeOf(value, map?.path ?? path),
      source: `ConfigMap ${name}`,
      via: [use],
    }));
}

function fromItem(
  item: ManifestNode,
  path: string,
  manifest: Manifest,
  all: readonly Manifest[],
): Variable | undefined {
  const name = item.get('name')?.text;
  if (name === undefined) return undefined;
  const value = item.get('value');
  if (value?.text !== undefined) {
    const known = isKnown(value.text) && !value.text.includes('{{');
    return { name, value: known ? value.text : undefined, at: placeOf(value, path), source: 'env' };
  }
  const reference = item.get('valueFrom', 'configMapKeyRef');
  const map = reference && configMap(reference.get('name')?.text ?? '', manifest, all);
  const target = map?.node.get('data', reference?.get('key')?.text ?? '');
  if (map === undefined || target?.text === undefined)
    return { name, value: undefined, at: placeOf(item, path), source: 'env' };
  const use = { path, line: item.line, label: `${name} is taken from ConfigMap ${map.name}` };
  const known = isKnown(target.text) ? target.text : undefined;
  return { name, value: known, at: placeOf(target, map.path), source: `ConfigMap ${map.name}`, via: [use] };
}

/** By name, in the same namespace; of several (overlays) the one in the nearest directory. */
function configMap(name: string, user: Manifest, all: readonly Manifest[]): Manifest | undefined {
  const named = all.filter(
    (manifest) => manifest.kind === 'ConfigMap' && manifest.name === name && manifest.namespace === user.namespace,
  );
  return named.sort((a, b) => common(b.path, user.path) - common(a.path, user.path))[0];
}

function common(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  const different = left.findIndex((part, index) => part !== right[index]);
  return different < 0 ? left.length + 1 : different;
}

function hostPorts(node: ManifestNode, path: string): PublishedPort[] {
  return (node.get('ports')?.items() ?? []).flatMap((port): PublishedPort[] => {
    const host = port.get('hostPort');
    const target = Number(port.get('containerPort')?.text);
    if (host?.text === undefined || host.text === '0') return [];
    return [
      {
        target: [target, target],
        published: host.text,
        hostIp: port.get('hostIP')?.text,
        text: `hostPort: ${host.text}`,
        at: placeOf(host, path),
      },
    ];
  });
}

const VOLUME_KINDS: readonly (readonly [string, Mount['kind']])[] = [
  ['persistentVolumeClaim', 'claim'],
  ['ephemeral', 'claim'],
  ['emptyDir', 'emptyDir'],
  ['hostPath', 'hostPath'],
];

function volumesOf(spec: ManifestNode, owner: ManifestNode): ReadonlyMap<string, Pick<Mount, 'kind' | 'source'>> {
  const volumes = new Map<string, Pick<Mount, 'kind' | 'source'>>();
  for (const volume of spec.get('volumes')?.items() ?? []) {
    const name = volume.get('name')?.text;
    const kind = VOLUME_KINDS.find(([key]) => volume.has(key));
    const source = volume.get('persistentVolumeClaim', 'claimName')?.text ?? volume.get('hostPath', 'path')?.text;
    if (name !== undefined) volumes.set(name, { kind: kind?.[1] ?? 'other', source });
  }
  for (const claim of owner.get('spec', 'volumeClaimTemplates')?.items() ?? []) {
    const name = claim.get('metadata', 'name')?.text;
    if (name !== undefined) volumes.set(name, { kind: 'claim', source: name });
  }
  return volumes;
}

function mountsOf(
  node: ManifestNode,
  path: string,
  volumes: ReadonlyMap<string, Pick<Mount, 'kind' | 'source'>>,
): Mount[] {
  return (node.get('volumeMounts')?.items() ?? []).flatMap((mount) => {
    const target = mount.get('mountPath')?.text;
    const volume = volumes.get(mount.get('name')?.text ?? '');
    if (target === undefined) return [];
    const found = volume ?? { kind: 'other' as const, source: undefined };
    return [{ ...found, target, readOnly: mount.get('readOnly')?.value === true, at: placeOf(mount, path) }];
  });
}
