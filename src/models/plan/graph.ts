import type { PlanItem } from './item.js';
import { tasksOf, phasesOf, type Plan } from './plan.js';
import { rank, type PlanView } from './views.js';

/** What is wrong with the order of a plan. */
export interface OrderFault {
  readonly line: number;
  readonly message: string;
  readonly evidence: string;
}

/** Place of an item in the order of building; undefined when nothing shows it. */
function placeOf(item: PlanItem, plan: Plan): number | undefined {
  if (item.phase !== undefined) return phasesOf(plan).findIndex((phase) => phase === plan.items[item.phase ?? -1]);
  return undefined;
}

/** As a sentence names it: `Task 2.1`, `LOG-01-A`, or its title. */
export const nameOf = (item: PlanItem): string =>
  (/^\d/.test(item.id) ? `Task ${item.id}` : item.id) || item.title.slice(0, 60) || `line ${item.line}`;

/** Phases out of order, dependencies on later phases, on nothing, or in a circle. */
export function orderFaults(plan: Plan): OrderFault[] {
  return [...phaseFaults(phasesOf(plan)), ...dependencyFaults(plan), ...cycles(plan)];
}

function phaseFaults(phases: readonly PlanItem[]): OrderFault[] {
  const viewed = phases.filter((phase): phase is PlanItem & { view: PlanView } => phase.view !== undefined);
  return viewed.flatMap((phase, index) => {
    const later = viewed.slice(0, index).find((before) => rank(before.view) > rank(phase.view));
    if (!later) return [];
    const message = `${title(phase)} (${phase.view.toUpperCase()}) comes after ${title(later)} (${later.view.toUpperCase()}); the order is LOG, PROC, DEV, PHY, then SCN.`;
    return [{ line: phase.line, message, evidence: `${phase.view} after ${later.view}` }];
  });
}

const title = (phase: PlanItem): string => `Phase ${phase.id.replace(/^PHASE /, '')}`;

function dependencyFaults(plan: Plan): OrderFault[] {
  const byId = indexOf(plan);
  return plan.items.flatMap((item) =>
    item.dependencies.flatMap(({ id, line }): OrderFault[] => {
      const target = byId.get(id);
      if (!target)
        return [
          {
            line,
            message: `${nameOf(item)} depends on ${id}, which the plan does not hold.`,
            evidence: `${nameOf(item)} depends on ${id}`,
          },
        ];
      const [own, other] = [
        placeOf(item, plan),
        target.kind === 'phase' ? phasesOf(plan).indexOf(target) : placeOf(target, plan),
      ];
      if (own === undefined || other === undefined || own < 0 || other <= own) return [];
      return [
        {
          line,
          message: `${nameOf(item)} depends on ${nameOf(target)}, which a later phase builds.`,
          evidence: `${nameOf(item)} depends on ${id}`,
        },
      ];
    }),
  );
}

/** Each circle once, named by its members in order. */
function cycles(plan: Plan): OrderFault[] {
  const byId = indexOf(plan);
  const next = (item: PlanItem): PlanItem[] => item.dependencies.flatMap(({ id }) => byId.get(id) ?? []);
  const done = new Set<PlanItem>();
  const faults: OrderFault[] = [];
  for (const start of tasksOf(plan)) {
    const circle = done.has(start) ? undefined : circleFrom(start, next, done);
    if (!circle) continue;
    const names = [...circle, circle[0]].flatMap((item) => (item ? [nameOf(item)] : []));
    faults.push({
      line: circle[0]?.line ?? 1,
      message: `Tasks depend on each other in a circle: ${names.join(' → ')}.`,
      evidence: names.join(' → '),
    });
  }
  return faults;
}

/** Depth-first without recursion: plans come from outside. Marks what it has seen as done. */
function circleFrom(
  start: PlanItem,
  next: (item: PlanItem) => PlanItem[],
  done: Set<PlanItem>,
): PlanItem[] | undefined {
  const path: { item: PlanItem; rest: PlanItem[] }[] = [{ item: start, rest: next(start) }];
  const onPath = new Set([start]);
  while (path.length > 0) {
    const top = path.at(-1);
    const child = top?.rest.shift();
    if (!top || !child) {
      const left = path.pop()?.item;
      if (left) {
        onPath.delete(left);
        done.add(left);
      }
    } else if (onPath.has(child)) {
      const circle = path.slice(path.findIndex(({ item }) => item === child)).map(({ item }) => item);
      for (const { item } of path) done.add(item);
      return circle;
    } else if (!done.has(child)) {
      path.push({ item: child, rest: next(child) });
      onPath.add(child);
    }
  }
  return undefined;
}

function indexOf(plan: Plan): Map<string, PlanItem> {
  const byId = new Map<string, PlanItem>();
  for (const item of plan.items) {
    if (item.id !== '' && !byId.has(item.id)) byId.set(item.id, item);
    const short = item.id.replace(/^LEAD-/, '');
    if (short !== item.id && !byId.has(short)) byId.set(short, item);
  }
  return byId;
}
