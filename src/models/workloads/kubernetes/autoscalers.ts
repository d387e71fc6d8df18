import type { Place, Workload } from '../model.js';
import type { Manifest } from './manifests.js';
import { placeOf } from './pod.js';

/** HorizontalPodAutoscaler, or KEDA's ScaledObject. */
export interface Autoscaler {
  readonly name: string;
  readonly at: Place;
  /** By default 1, with KEDA 0. */
  readonly minReplicas: number;
  readonly maxReplicas: number | undefined;
  /** Average CPU utilisation in percent. */
  readonly cpu: { readonly percent: number; readonly at: Place } | undefined;
  scales(workload: Workload): boolean;
}

export function autoscalerOf({ kind, name, namespace, node, path, build }: Manifest): Autoscaler | undefined {
  if (kind !== 'HorizontalPodAutoscaler' && kind !== 'ScaledObject') return undefined;
  const reference = node.get('spec', 'scaleTargetRef');
  const old = node.get('spec', 'targetCPUUtilizationPercentage');
  const metric = (node.get('spec', 'metrics')?.items() ?? [])
    .find((item) => item.get('resource', 'name')?.text === 'cpu')
    ?.get('resource', 'target', 'averageUtilization');
  const cpu = old ?? metric;
  const [min, max] = (
    kind === 'ScaledObject' ? ['minReplicaCount', 'maxReplicaCount'] : ['minReplicas', 'maxReplicas']
  ).map((key) => node.get('spec', key)?.value);
  const targetKind = reference?.get('kind')?.text ?? 'Deployment';
  const targetName = reference?.get('name')?.text ?? '';
  return {
    name,
    at: placeOf(node.get('metadata', 'name') ?? node, path),
    minReplicas: typeof min === 'number' ? min : kind === 'ScaledObject' ? 0 : 1,
    maxReplicas: typeof max === 'number' ? max : undefined,
    cpu:
      cpu !== undefined && typeof cpu.value === 'number' ? { percent: cpu.value, at: placeOf(cpu, path) } : undefined,
    scales: (workload) =>
      workload.kind === targetKind &&
      workload.name === targetName &&
      workload.kubernetes?.build === build?.directory &&
      (workload.kubernetes?.namespace === namespace ||
        namespace === undefined ||
        workload.kubernetes?.namespace === undefined),
  };
}
