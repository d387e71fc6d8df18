import type { CheckContext, PlannedCheck } from '../core/check.js';
import { Inconclusive } from '../core/errors.js';
import type { Finding, FindingDraft, Outcome, Severity } from '../core/types.js';
import { SEVERITIES } from '../core/types.js';
import { NON_PRODUCTION } from './roles.js';
import type { SnapshotWorkspace } from './workspace.js';

/** Runs one check and turns whatever happens into an outcome: a crash stays inside, the others still report. */
export async function runCheck(plan: PlannedCheck, workspace: SnapshotWorkspace): Promise<Outcome> {
  const check = plan.check.id;
  const reasons: string[] = [];
  try {
    const drafts = await plan.check.run(contextFor(plan, workspace, reasons) as CheckContext<never>);
    if (drafts === 'not-applicable') return { check, kind: 'not-applicable' };
    const findings = drafts.flatMap((draft) => complete(draft, plan, workspace));
    if (reasons.length > 0) return { check, kind: 'inconclusive', reason: [...new Set(reasons)].join('; '), findings };
    return { check, kind: 'done', findings };
  } catch (error) {
    if (error instanceof Inconclusive) return { check, kind: 'inconclusive', reason: error.why, findings: [] };
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { check, kind: 'crashed', reason, findings: [] };
  }
}

/** The workspace with the check's options and voice. Methods go to the workspace itself, which keeps private state. */
function contextFor(plan: PlannedCheck, workspace: SnapshotWorkspace, reasons: string[]): CheckContext {
  return {
    headSha: workspace.headSha,
    files: workspace.files,
    changes: workspace.changes,
    pull: workspace.pull,
    settings: workspace.settings,
    base: workspace.base,
    file: (path) => workspace.file(path),
    glob: (...patterns) => workspace.glob(...patterns),
    bytes: (path) => workspace.bytes(path),
    text: (path) => workspace.text(path),
    mentioning: (paths, needles) => workspace.mentioning(paths, needles),
    facts: (extractor, path) => workspace.facts(extractor, path),
    ahead: (extractor, paths) => workspace.ahead(extractor, paths),
    kept: (key, weight, build) => workspace.kept(key, weight, build),
    model: (model) => workspace.model(model),
    roles: (path) => workspace.roles(path),
    addedLines: (path) => workspace.addedLines(path),
    verify: workspace.verify,
    render: workspace.render,
    packageIndex: workspace.packageIndex,
    gap: (gap) => workspace.gap(gap),
    options: plan.options,
    inconclusive: (reason) => void reasons.push(reason),
  };
}

function complete(draft: FindingDraft, plan: PlannedCheck, workspace: SnapshotWorkspace): Finding[] {
  const path = draft.location.path;
  const configured = plan.severity(path);
  if (configured === 'off') return [];
  let severity = draft.severity === undefined ? configured : milder(draft.severity, configured, plan.check.severity);
  if (
    severity === 'block' &&
    plan.check.nonProduction === 'lower' &&
    NON_PRODUCTION.some((role) => workspace.roles(path).has(role))
  ) {
    severity = 'note';
  }
  return [{ ...draft, check: plan.check.id, severity }];
}

/** A draft that the check itself lowered stays lowered; one at the check's own level follows the configuration. */
function milder(drafted: Severity, configured: Severity, standard: Severity): Severity {
  if (drafted === standard) return configured;
  return SEVERITIES.indexOf(drafted) > SEVERITIES.indexOf(configured) ? drafted : configured;
}
