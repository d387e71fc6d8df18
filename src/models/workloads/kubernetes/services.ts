import type { Text, Workload } from '../model.js';
import type { Manifest } from './manifests.js';
import { placeOf, strings } from './pod.js';

export interface KubernetesService {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly path: string;
  readonly build: string | undefined;
  /** `ClusterIP` where none is named. */
  readonly type: Text;
  readonly headless: boolean;
  /** A load balancer that its annotations keep inside the cloud network. */
  readonly internal: boolean;
  /** The ports in the pods. */
  readonly ports: readonly number[];
  selects(workload: Workload): boolean;
  /** Whether the selector takes pods with these labels, wherever they are. */
  selectsLabels(labels: Readonly<Record<string, string>>): boolean;
}

const INTERNAL =
  /(?:aws-load-balancer-internal|azure-load-balancer-internal|aws-load-balancer-scheme|networking\.gke\.io\/load-balancer-type|cloud\.google\.com\/load-balancer-type|oci-load-balancer-internal)$/;

export function serviceOf(manifest: Manifest): KubernetesService | undefined {
  if (manifest.kind !== 'Service' || manifest.apiVersion !== 'v1') return undefined;
  const { node, path, name, namespace } = manifest;
  const type = node.get('spec', 'type');
  const selector = Object.entries(strings(node.get('spec', 'selector')));
  const annotations = Object.entries(strings(node.get('metadata', 'annotations')));
  const selectsLabels = (labels: Readonly<Record<string, string>>): boolean =>
    selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
  return {
    name,
    namespace,
    path,
    build: manifest.build?.directory,
    type: { value: type?.text ?? 'ClusterIP', at: placeOf(type ?? node, path) },
    headless: node.get('spec', 'clusterIP')?.text === 'None',
    internal: annotations.some(
      ([key, value]) => INTERNAL.test(key) && /^(?:true|internal|0\.0\.0\.0\/0)$/i.test(value),
    ),
    ports: (node.get('spec', 'ports')?.items() ?? []).flatMap((port) => {
      const number = Number(port.get('targetPort')?.text ?? port.get('port')?.text);
      return [Number.isInteger(number) ? number : Number(port.get('port')?.text)];
    }),
    selects: ({ kubernetes }) =>
      kubernetes !== undefined &&
      kubernetes.namespace === namespace &&
      kubernetes.build === manifest.build?.directory &&
      selectsLabels(kubernetes.labels),
    selectsLabels,
  };
}
