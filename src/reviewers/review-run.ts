import type { PlannedCheck } from '../core/check.js';
import type { Outcome } from '../core/types.js';
import { runCheck } from './run-checks.js';
import type { SnapshotWorkspace } from './workspace.js';

/** Called after each check, so that long work can show progress. */
export type Progress = (done: number, total: number, check: string) => void;

/** Runs the checks one after another, in their order: the answer never depends on timing. */
export async function runAll(
  plans: readonly PlannedCheck[],
  workspace: SnapshotWorkspace,
  progress?: Progress,
): Promise<Outcome[]> {
  const active = plans.filter((plan) => plan.active);
  const outcomes: Outcome[] = [];
  for (const plan of active) {
    outcomes.push(await runCheck(plan, workspace));
    progress?.(outcomes.length, active.length, plan.check.id);
  }
  return outcomes;
}

export const findingsOf = (outcome: Outcome) => ('findings' in outcome ? outcome.findings : []);
