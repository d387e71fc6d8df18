import type { PlanItem, Value } from './item.js';
import type { Plan } from './plan.js';

const above = (item: PlanItem, plan: Plan): PlanItem[] =>
  [item.epic, item.phase].flatMap((index) => (index === undefined ? [] : (plan.items[index] ?? [])));

/** Jobs of an item: its own, or else those of its epic, or of its phase. */
export const jobsOf = (item: PlanItem, plan: Plan): readonly string[] =>
  [item, ...above(item, plan)].find((candidate) => candidate.jobs.length > 0)?.jobs ?? [];

/** Role of an item: its own, or else that of its epic, or of its phase. */
export const roleOf = (item: PlanItem, plan: Plan): Value | undefined =>
  [item, ...above(item, plan)].find((candidate) => candidate.role !== undefined)?.role;
