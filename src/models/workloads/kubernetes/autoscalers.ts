import type { Place } from '../model.js';
import type { Manifest } from './manifests.js';
import { placeOf } from './pod.js';

/** HorizontalPodAutoscaler, or KEDA's ScaledObject. */
export interface Autoscaler {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly build: string | undefined;
  readonly at: Place;
  readonly targetKind: string;
  readonly targetName: string;
  readonly maxReplicas: number | undefined;
  /** Average CPU utilisation in percent. */
  readonly cpu: { readonly percent: number; readonly at: Place } | undefined;
}

export function autoscalerOf({ kind, name, namespace, node, path, build }: Manifest): Autoscaler | undefined {
  if (kind !== 'HorizontalPodAutoscaler' && kind !== 'ScaledObject') return undefined;
  const reference = node.get('spec', 'scaleTargetRef');
  const old = node.get('spec', 'targetCPUUtilizationPercentage');
  const metric = (node.get('spec', 'metrics')?.items() ?? [])
    .find((item) => item.get('resource', 'name')?.text === 'cpu')
    ?.get('resource', 'target', 'averageUtilization');
  const cpu = old ?? metric;
  const max = node.get('spec', kind === 'ScaledObject' ? 'maxReplicaCount' : 'maxReplicas')?.value;
  return {
    name,
    namespace,
    build: build?.directory,
    at: placeOf(node.get('metadata', 'name') ?? node, path),
    targetKind: reference?.get('kind')?.text ?? 'Deployment',
    targetName: reference?.get('name')?.text ?? '',
    maxReplicas: typeof max === 'number' ? max : undefined,
    cpu:
      cpu !== undefined && typeof cpu.value === 'number' ? { percent: cpu.value, at: placeOf(cpu, path) } : undefined,
  };
}
