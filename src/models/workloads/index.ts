import { defineModel } from '../../core/workspace.js';
import { composeWorkloads } from './compose/projects.js';
import { autoscalerOf, type Autoscaler } from './kubernetes/autoscalers.js';
import { disruptionBudgetOf, type DisruptionBudget } from './kubernetes/disruption-budgets.js';
import { manifests } from './kubernetes/manifests.js';
import { serviceOf, type KubernetesService } from './kubernetes/services.js';
import { helmWorkloads } from './helm/values.js';
import { kubernetesWorkloads } from './kubernetes/workloads.js';
import { namedBuilds } from './linked.js';
import type { Workload } from './model.js';

export * from './model.js';
export { LEAVES } from './paths.js';
export { composeParts } from './compose/projects.js';
export { humanBytes, percent } from './quantity.js';
export type { Autoscaler } from './kubernetes/autoscalers.js';
export type { DisruptionBudget } from './kubernetes/disruption-budgets.js';
export type { Manifest } from './kubernetes/manifests.js';
export type { KubernetesService } from './kubernetes/services.js';

/** Everything in Kubernetes manifests, whatever its kind. */
export const kubernetesObjects = defineModel('kubernetes-objects', manifests);

/** Every container that the repository declares, over Compose projects and Kubernetes manifests. */
export const workloads = defineModel('workloads', async (workspace): Promise<readonly Workload[]> => {
  const objects = await workspace.model(kubernetesObjects);
  return [
    ...(await composeWorkloads(workspace)),
    ...kubernetesWorkloads(objects, await workspace.model(namedBuilds)),
    ...(await helmWorkloads(workspace)),
  ];
});

export const services = defineModel('kubernetes-services', async (workspace): Promise<readonly KubernetesService[]> =>
  (await workspace.model(kubernetesObjects)).flatMap((manifest) => serviceOf(manifest) ?? []),
);

export const autoscalers = defineModel('autoscalers', async (workspace): Promise<readonly Autoscaler[]> =>
  (await workspace.model(kubernetesObjects)).flatMap((manifest) => autoscalerOf(manifest) ?? []),
);

export const disruptionBudgets = defineModel(
  'disruption-budgets',
  async (workspace): Promise<readonly DisruptionBudget[]> =>
    (await workspace.model(kubernetesObjects)).flatMap((manifest) => disruptionBudgetOf(manifest) ?? []),
);
