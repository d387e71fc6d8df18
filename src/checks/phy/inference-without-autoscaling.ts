import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { inferenceEvidence } from '../../models/workloads/inference.js';
import { autoscalers, disruptionBudgets, workloads } from '../../models/workloads/index.js';
import type { Autoscaler, Workload } from '../../models/workloads/index.js';
import { blockedEvictions } from './support/evictions.js';
import { Findings, locationOf, step, titleOf, traceOf } from './support/places.js';

/** The CPU utilisation that the platform's physical view mandates. */
const CPU_TARGET = 70;

export const inferenceWithoutAutoscaling = defineCheck({
  id: 'phy/inference-without-autoscaling',
  task: 'JTBD-02',
  severity: 'warn',
  flags:
    'Flags inference Deployments without a HorizontalPodAutoscaler, or with one whose work a fixed `replicas` undoes.',
  why: `Scoring traffic has peaks, and a fixed number of pods is either too few for them or too many for the rest of the day. The platform scales stateless inference by CPU, with 70 % as
the target: room enough for the new pod to start before the old ones are full.

A manifest that has an autoscaler *and* \`replicas\` resets the number with every \`kubectl apply\`: leave \`replicas\` out. KEDA's ScaledObject counts as an autoscaler. A CPU target other than
70 % is a note.

So is a PodDisruptionBudget that lets no pod of the service be evicted when the autoscaler is at its minimum: the node under it can then not be drained.

Sources: [Kubernetes, horizontal pod autoscaling](https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/), [migrating Deployments to autoscaling](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling),
[disruption budgets](https://kubernetes.io/docs/tasks/run-application/configure-pdb/).`,
  reference: 'autoscaling',
  examples: {
    bad: [
      {
        title: 'three pods, whatever comes',
        files: {
          'k8s/scorer.yaml':
            'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: churn-scorer\nspec:\n  replicas: 3\n  selector:\n    matchLabels: {app: scorer}\n  template:\n    metadata:\n      labels: {app: scorer}\n    spec:\n      containers:\n        - name: scorer\n          image: registry.example.com/churn-scorer:1.0.0\n          resources: {limits: {memory: 2Gi}}\n',
        },
      },
    ],
    good: [
      {
        title: 'an autoscaler at 70 %, and no replicas',
        files: {
          'k8s/scorer.yaml':
            'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: churn-scorer\nspec:\n  selector:\n    matchLabels: {app: scorer}\n  template:\n    metadata:\n      labels: {app: scorer}\n    spec:\n      containers:\n        - name: scorer\n          image: registry.example.com/churn-scorer:1.0.0\n          resources: {limits: {memory: 2Gi}}\n---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: churn-scorer\nspec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: churn-scorer}\n  minReplicas: 2\n  maxReplicas: 10\n  metrics:\n    - type: Resource\n      resource:\n        name: cpu\n        target: {type: Utilization, averageUtilization: 70}\n',
        },
      },
    ],
  },
  async run(context) {
    const findings = new Findings();
    const servesModel = await context.model(inferenceEvidence);
    const scalers = await context.model(autoscalers);
    const budgets = await context.model(disruptionBudgets);
    let applies = false;
    for (const workload of await context.model(workloads)) {
      if (workload.kind !== 'Deployment' && workload.kind !== 'Rollout') continue;
      const because = workload.containers
        .map((container) => servesModel(workload, container))
        .find((found) => found !== undefined);
      if (because === undefined) continue;
      applies = true;
      const scaler = scalers.find((one) => one.scales(workload));
      for (const finding of scaler === undefined ? [unscaled(workload, because)] : judged(workload, scaler))
        findings.add(workload, finding);
      for (const finding of blockedEvictions(workload, scaler?.minReplicas ?? workload.replicas?.value ?? 1, budgets))
        findings.add(workload, finding);
    }
    return applies ? findings.list : 'not-applicable';
  },
});

function unscaled(workload: Workload, because: string): FindingDraft {
  const location = locationOf(workload.at);
  return {
    location,
    message: `${titleOf(workload)} serves a model (${because}) and no HorizontalPodAutoscaler scales it.`,
    consequence: `${workload.replicas === undefined ? 'One pod answers' : `${workload.replicas.value} pods answer`} whatever load comes; a peak shows as latency and 5xx, and nothing adds capacity.`,
    evidence: `${workload.name} without autoscaler`,
    ...traceOf(location, workload.replicas ? [step(workload.replicas.at, `replicas: ${workload.replicas.value}`)] : []),
    snippet: { language: 'yaml', code: autoscaler(workload) },
  };
}

const autoscaler = ({ kind, name }: Workload): string => `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: ${name}
spec:
  scaleTargetRef:
    apiVersion: ${kind === 'Rollout' ? 'argoproj.io/v1alpha1' : 'apps/v1'}
    kind: ${kind}
    name: ${name}
  minReplicas: 2
  maxReplicas: 10
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: ${CPU_TARGET}
`;

function judged(workload: Workload, scaler: Autoscaler): FindingDraft[] {
  const found: FindingDraft[] = [];
  if (workload.replicas !== undefined) {
    const location = locationOf(workload.replicas.at);
    found.push({
      location,
      message: `${titleOf(workload)} sets replicas: ${workload.replicas.value} although ${scaler.name} scales it.`,
      consequence: `Every apply throws the number back to ${workload.replicas.value}, in the middle of a peak as well.`,
      evidence: `${workload.name} replicas ${workload.replicas.value}`,
      ...traceOf(location, [step(scaler.at, `autoscaler ${scaler.name}`)]),
    });
  }
  if (scaler.cpu !== undefined && scaler.cpu.percent !== CPU_TARGET) {
    found.push({
      severity: 'note',
      location: locationOf(scaler.cpu.at),
      message: `${scaler.name} scales ${workload.name} at ${scaler.cpu.percent} % CPU; the platform's target is ${CPU_TARGET} %.`,
      consequence:
        scaler.cpu.percent > CPU_TARGET
          ? 'New pods start when the old ones are nearly full.'
          : 'Capacity is added earlier than needed.',
      evidence: `${scaler.name} at ${scaler.cpu.percent} % CPU`,
    });
  }
  return found;
}
