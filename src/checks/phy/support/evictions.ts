import type { FindingDraft } from '../../../core/types.js';
import type { DisruptionBudget, Workload } from '../../../models/workloads/index.js';
import { locationOf, missingEverywhere, step, titleOf, traceOf } from './places.js';

/**
 * The PodDisruptionBudgets that let none of a workload's pods be evicted.
 * @param pods the fewest that run
 */
export function blockedEvictions(
  workload: Workload,
  pods: number,
  budgets: readonly DisruptionBudget[],
): FindingDraft[] {
  return budgets
    .filter((budget) => budget.covers(workload) && budget.evictable(Math.max(1, pods)) === 0)
    .map((budget) =>
      bounded(workload, budget, {
        message: `lets no pod of ${titleOf(workload)} be evicted (${budget.text} of ${Math.max(1, pods)})`,
        consequence: 'A drain of its node never ends: the upgrade stands still until someone deletes the pod by force.',
      }),
    );
}

/**
 * What is wrong with the PodDisruptionBudgets of a cluster whose members must not all go at once.
 * @param tolerated how many members may be missing
 */
export function clusterEvictions(
  workload: Workload,
  members: number,
  tolerated: number,
  budgets: readonly DisruptionBudget[],
): FindingDraft[] {
  const covered = (one: Workload): boolean => budgets.some((budget) => budget.covers(one));
  if (!covered(workload))
    return missingEverywhere(workload, (variant) => !covered(variant)) ? [unbounded(workload, members)] : [];
  const wide = budgets.filter(
    (budget) => budget.covers(workload) && (budget.evictable(members) ?? tolerated) > tolerated,
  );
  return [
    ...blockedEvictions(workload, members, budgets),
    ...wide.map((budget) =>
      bounded(workload, budget, {
        message: `lets ${budget.evictable(members) ?? members} of the ${members} pods of ${titleOf(workload)} be evicted at once (${budget.text}); it stands the loss of ${tolerated}`,
        consequence: 'A drain of several nodes takes the cluster down, although every node comes back.',
      }),
    ),
  ];
}

function unbounded(workload: Workload, members: number): FindingDraft {
  return {
    location: locationOf(workload.replicas?.at ?? workload.at),
    message: `No PodDisruptionBudget covers the ${members} pods of ${titleOf(workload)}.`,
    consequence: 'A drain of several nodes, as in every upgrade of the cluster, may evict them all at once.',
    evidence: `${workload.name} without disruption budget`,
  };
}

function bounded(
  workload: Workload,
  { name, at, text }: DisruptionBudget,
  { message, consequence }: { message: string; consequence: string },
): FindingDraft {
  const location = locationOf(at);
  const pods = workload.replicas ? [step(workload.replicas.at, `replicas: ${workload.replicas.value}`)] : [];
  return {
    severity: 'note',
    location,
    message: `PodDisruptionBudget ${name} ${message}.`,
    consequence,
    evidence: `${name} over ${workload.name}: ${text}`,
    ...traceOf(location, [step(workload.at, titleOf(workload)), ...pods]),
  };
}
