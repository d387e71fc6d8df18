import type { Configuration } from './config/configuration.js';
import type { PlannedCheck } from './core/check.js';
import { Inconclusive } from './core/errors.js';
import type { FactStore, ParserThreads } from './core/facts.js';
import { DESCRIPTION_PATH } from './core/pull-request.js';
import type { Review, ReviewedFinding, ReviewGap, Verdict } from './core/review.js';
import type { FileChange, Outcome, Section, Snapshot, View } from './core/types.js';
import { SEVERITIES } from './core/types.js';
import { gateModel, gateResult } from './models/argument/index.js';
import { excuse, type Waiver } from './reviewers/excuses.js';
import { fingerprints } from './reviewers/fingerprint.js';
import { REVIEWERS } from './reviewers/index.js';
import { findingsOf, runAll, type Progress } from './reviewers/review-run.js';
import { anchored, headPaths, scopeOf } from './reviewers/scope.js';
import { DEFAULT_LIMITS, SnapshotWorkspace, type Limits } from './reviewers/workspace.js';

export interface ReviewInput {
  readonly head: Snapshot;
  /** The merge base. Left out: everything is under review and counts as changed. */
  readonly base?: Snapshot;
  readonly configuration: Configuration;
  readonly store: FactStore;
  /** Other threads to parse in, where the machine has cores to spare. */
  readonly threads?: ParserThreads;
  /** Given on GitHub by slash command; those of the configuration are added here. */
  readonly waivers?: readonly Waiver[];
  /** Only these views are evaluated; the rest of the answer is taken from `previous`, which must be of the same head. */
  readonly views?: readonly View[];
  readonly previous?: Review;
  readonly limits?: Limits;
  readonly progress?: Progress;
  /** Today, for waivers that expire: YYYY-MM-DD. */
  readonly today: string;
}

/**
 * The whole story: head and merge base are seen through facts, the checks run, what the base has too is set apart,
 * what somebody answered for is set apart, and a verdict follows. Reads only through the snapshots; prints nothing.
 */
export async function review(input: ReviewInput): Promise<Review> {
  const { head, base, configuration } = input;
  const everything = base === undefined;
  const { settings } = configuration;
  const limits = input.limits ?? DEFAULT_LIMITS;
  const before = base && new SnapshotWorkspace(base, settings, input.store, limits, true, undefined, input.threads);
  const workspace = new SnapshotWorkspace(head, settings, input.store, limits, everything, before, input.threads);
  const plans = configuration.checks.filter((plan) => !input.views || input.views.includes(plan.check.view));

  const outcomes = await runAll(plans, workspace, input.progress);
  const known = before && (await atMergeBase(outcomes, plans, before, head));
  const kept = input.previous && input.views ? keep(input.previous, input.views) : undefined;
  const found = [
    ...(kept?.found ?? []),
    ...judged(outcomes, plans, head.changes, known?.known ?? new Set(), everything),
  ];
  const excused = await excuse(found, workspace, base, configuration, input.waivers ?? [], input.today);
  const sections = await sectionsOf(workspace, input.views);

  const asksOutside = new Set(configuration.checks.flatMap(({ check }) => (check.external ? [check.id] : [])));
  const order = new Map(configuration.checks.map(({ check }, index) => [check.id, index]));
  const views = REVIEWERS.map(({ view }) => view);
  const all = {
    findings: sorted(excused.open),
    excused: excused.excused,
    outcomes: [...(kept?.outcomes ?? []), ...outcomes].sort(
      (a, b) => (order.get(a.check) ?? 0) - (order.get(b.check) ?? 0),
    ),
    gaps: gapsOf(workspace, kept?.gaps ?? []),
    sections: [...(kept?.sections ?? []), ...sections].sort((a, b) => views.indexOf(a.view) - views.indexOf(b.view)),
  };
  return {
    headSha: head.headSha,
    ...(base ? { baseSha: base.headSha } : {}),
    verdict: verdictOf(
      all.findings,
      all.outcomes.filter((outcome) => outcome.kind !== 'inconclusive' || !asksOutside.has(outcome.check)),
      all.gaps,
      configuration.scope,
      known?.inconclusive ?? new Set(),
    ),
    ...all,
    gate: gateResult(await workspace.model(gateModel), all.findings),
    notes: excused.notes,
  };
}

/** What the merge base says to the same checks: only those are asked that found or missed something at head. */
async function atMergeBase(
  outcomes: readonly Outcome[],
  plans: readonly PlannedCheck[],
  base: SnapshotWorkspace,
  head: Snapshot,
) {
  const asked = new Set(
    outcomes
      .filter(
        (outcome) => outcome.kind !== 'not-applicable' && (outcome.kind !== 'done' || outcome.findings.length > 0),
      )
      .map((o) => o.check),
  );
  const comparable = plans.filter((plan) => asked.has(plan.check.id) && plan.check.subject === 'repository');
  const answers = comparable.length > 0 ? await runAll(comparable, base) : [];
  const toHead = headPaths(head.changes);
  return {
    known: new Set(answers.flatMap((outcome) => fingerprints(findingsOf(outcome), toHead))),
    inconclusive: new Set(
      answers.flatMap((outcome) => (outcome.kind === 'inconclusive' ? [`${outcome.check}\0${outcome.reason}`] : [])),
    ),
  };
}

/** Findings with identity, scope and the line where they are shown. */
function judged(
  outcomes: readonly Outcome[],
  plans: readonly PlannedCheck[],
  changes: readonly FileChange[],
  known: ReadonlySet<string>,
  everything: boolean,
): ReviewedFinding[] {
  const planOf = new Map(plans.map((plan) => [plan.check.id, plan]));
  const changeOf = new Map(changes.map((change) => [change.path, change]));
  return outcomes.flatMap((outcome) => {
    const findings = findingsOf(outcome);
    const ids = fingerprints(findings);
    return findings.flatMap((finding, index) => {
      const check = planOf.get(finding.check)?.check;
      const fingerprint = ids[index];
      if (!check || fingerprint === undefined) return [];
      const scope = everything ? 'changed' : scopeOf(finding, known.has(fingerprint), changeOf);
      return [anchored({ ...finding, view: check.view, task: check.task, fingerprint, scope }, changeOf)];
    });
  });
}

async function sectionsOf(workspace: SnapshotWorkspace, views: readonly View[] | undefined): Promise<Section[]> {
  const sections: Section[] = [];
  for (const reviewer of REVIEWERS) {
    if (!reviewer.sections || (views && !views.includes(reviewer.view))) continue;
    try {
      sections.push(...(await reviewer.sections(workspace)));
    } catch (error) {
      sections.push({
        view: reviewer.view,
        title: `${reviewer.title}: could not be shown`,
        paragraphs: [whyOf(error)],
      });
    }
  }
  return sections;
}

/** A section judges nothing: the checks that ask the same model say that they could not answer. */
const whyOf = (error: unknown): string =>
  error instanceof Inconclusive ? error.why : (String(error).split('\n', 1)[0] ?? '');

/**
 * A gap decides when the change touches the file (or everything is under review) and it should have been readable. An
 * assumption never does, and is only told where the change has to do with it.
 */
function gapsOf(workspace: SnapshotWorkspace, kept: readonly ReviewGap[]): ReviewGap[] {
  const changed = new Set(workspace.changes.map((change) => change.path));
  const told = workspace.gaps.filter(
    ({ kind, path, about }) =>
      kind !== 'assumed' || workspace.everything || changed.has(path) || (about !== undefined && changed.has(about)),
  );
  const own = told.map((gap) => ({
    ...gap,
    decisive: gap.kind !== 'assumed' && (changed.has(gap.path) || (workspace.everything && gap.kind === 'unread')),
  }));
  const unknown = workspace.changes.flatMap((change): ReviewGap[] =>
    change.unknown
      ? [{ path: change.path, reason: `changed lines unknown: ${change.unknown}`, kind: 'unread', decisive: true }]
      : [],
  );
  const seen = new Set<string>();
  return [...kept, ...own, ...unknown].filter((gap: ReviewGap) => {
    const key = `${gap.path}\0${gap.line ?? ''}\0${gap.reason}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

function verdictOf(
  findings: readonly ReviewedFinding[],
  outcomes: readonly Outcome[],
  gaps: readonly ReviewGap[],
  scope: Configuration['scope'],
  inconclusiveBefore: ReadonlySet<string>,
): Verdict {
  if (findings.some((finding) => finding.severity === 'block' && (finding.scope !== 'existing' || scope === 'all')))
    return 'fail';
  const open = outcomes.some(
    (outcome) =>
      outcome.kind === 'crashed' ||
      (outcome.kind === 'inconclusive' && !inconclusiveBefore.has(`${outcome.check}\0${outcome.reason}`)),
  );
  return open || gaps.some((gap) => gap.decisive) ? 'incomplete' : 'pass';
}

/** What stays of a review of the same head when only some views are evaluated. Waivers are asked anew over all of it. */
const keep = (previous: Review, views: readonly View[]) => ({
  found: [...previous.findings, ...previous.excused.map(({ finding }) => finding)].filter(
    (finding) => !views.includes(finding.view),
  ),
  outcomes: previous.outcomes.filter((outcome) => !views.some((view) => outcome.check.startsWith(`${view}/`))),
  gaps: previous.gaps.filter((gap) => !(views.includes('dia') && gap.path === DESCRIPTION_PATH)),
  sections: previous.sections.filter((section) => !views.includes(section.view)),
});

const sorted = (findings: readonly ReviewedFinding[]): ReviewedFinding[] =>
  [...findings].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      compare(a.location.path, b.location.path) ||
      a.location.startLine - b.location.startLine ||
      compare(a.check, b.check),
  );

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
