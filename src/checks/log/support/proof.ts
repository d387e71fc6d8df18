import type { CheckContext } from '../../../core/check.js';
import type { FindingDraft } from '../../../core/types.js';
import { verification } from '../../../models/schema/verification.js';

/**
 * A finding about a missing index, as PostgreSQL judges it: withdrawn when its planner uses an index after all, "proven"
 * with the plan when it does not, unchanged when it was not asked.
 */
export async function proven(
  draft: FindingDraft,
  probe: string,
  root: string | undefined,
  context: CheckContext,
): Promise<FindingDraft[]> {
  const verified = await context.model(verification);
  if (verified.kind === 'failed') context.inconclusive(`not verified: ${verified.reasons.join('; ')}`);
  const plan = root === undefined ? undefined : verified.plan(root, probe);
  if (plan === undefined) return [draft];
  if (plan.usesIndex) return [];
  const node =
    plan.text
      .split('\n')
      .find((line) => line.includes('Scan'))
      ?.trim()
      .replace(/\s*\(cost.*$/, '') ?? '';
  return [
    {
      ...draft,
      message: `${draft.message} Proven: ${verified.server ?? 'PostgreSQL'} plans \`${node}\` even with sequential scans discouraged.`,
    },
  ];
}
