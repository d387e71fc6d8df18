import picomatch from 'picomatch';
import type { Configuration } from '../config/configuration.js';
import type { ExcusedFinding, ReviewedFinding } from '../core/review.js';
import type { Snapshot } from '../core/types.js';
import { decodeText } from '../languages/text.js';
import { headPaths } from './scope.js';
import { suppressing, suppressionsIn, type Suppression } from './suppressions.js';
import type { SnapshotWorkspace } from './workspace.js';

/** Somebody with write access answers for a finding. */
export interface Waiver {
  readonly check: string;
  /** Glob or path; every path when undefined. */
  readonly path?: string;
  readonly reason: string;
  readonly who: string;
  /** ISO 8601. */
  readonly when: string;
}

/** Nothing goes through without its argument: these are answered by writing it. */
const UNWAIVABLE: ReadonlySet<string> = new Set(['dia/section-missing', 'dia/section-empty']);

interface Excused {
  readonly open: readonly ReviewedFinding[];
  readonly excused: readonly ExcusedFinding[];
  readonly notes: readonly string[];
}

/** Sets apart what a waiver or a comment in the code answers for. A comment that this very change adds does not count alone. */
export async function excuse(
  findings: readonly ReviewedFinding[],
  workspace: SnapshotWorkspace,
  base: Snapshot | undefined,
  configuration: Configuration,
  given: readonly Waiver[],
  today: string,
): Promise<Excused> {
  const waivers = [...given, ...standing(configuration, today)].map((waiver) => ({
    ...waiver,
    covers: waiver.path === undefined ? () => true : picomatch(waiver.path, { dot: true }),
  }));
  const comments = await suppressionsFor(findings, workspace);
  const before = base ? await textsOnBase(comments, base, workspace) : undefined;
  /** A comment that the base branch has; one more of the same text, on a line of this change, is a copy that nobody reviewed. */
  const isReviewed = ({ path, text, line }: Suppression, there: NonNullable<typeof before>): boolean => {
    const equal = (comments.get(path) ?? []).filter((one) => one.text === text).length;
    const onBase = there.get(path)?.filter((one) => one === text).length ?? 0;
    const isAdded = (workspace.addedLines(path) ?? []).some(({ start, end }) => start <= line && line <= end);
    return onBase > 0 && (equal <= onBase || !isAdded);
  };
  const notes = new Set(expired(configuration, today));
  const open: ReviewedFinding[] = [];
  const excused: ExcusedFinding[] = [];

  for (const finding of findings) {
    if (UNWAIVABLE.has(finding.check)) {
      if (waivers.some((w) => w.check === finding.check))
        notes.add(`${finding.check} cannot be waived: write the argument.`);
      open.push(finding);
      continue;
    }
    const waiver = waivers.find((w) => w.check === finding.check && w.covers(finding.location.path));
    const comment = suppressing(comments.get(finding.location.path) ?? [], finding.check, finding.location.startLine);
    if (waiver) {
      excused.push({ finding, by: 'waiver', reason: waiver.reason, who: waiver.who, when: waiver.when });
    } else if (!comment) {
      open.push(finding);
    } else if (comment.reason === '') {
      notes.add(`${comment.path}:${comment.line}: a suppression of ${finding.check} without a reason does not count.`);
      open.push(finding);
    } else if (before && configuration.suppressions === 'reviewed' && !isReviewed(comment, before)) {
      notes.add(
        `${comment.path}:${comment.line}: this change adds a suppression of ${finding.check}; it counts once it is on the base branch, or with \`/dialectic waive ${finding.check} ${comment.path} <reason>\` by somebody else.`,
      );
      open.push(finding);
    } else {
      excused.push({ finding, by: 'suppression', reason: comment.reason, who: `${comment.path}:${comment.line}` });
    }
  }
  return { open, excused, notes: [...notes] };
}

const standing = (configuration: Configuration, today: string): Waiver[] =>
  configuration.waivers
    .filter((waiver) => waiver.expires >= today)
    .map(({ check, path, reason, owner, expires }) => ({
      check,
      ...(path === undefined ? {} : { path }),
      reason,
      who: owner,
      when: `until ${expires}`,
    }));

const expired = (configuration: Configuration, today: string): string[] =>
  configuration.waivers
    .filter((waiver) => waiver.expires < today)
    .map(
      (waiver) =>
        `The configured waiver of ${waiver.check} (${waiver.owner}) expired on ${waiver.expires}: its findings are open again.`,
    );

async function suppressionsFor(findings: readonly ReviewedFinding[], workspace: SnapshotWorkspace) {
  const result = new Map<string, readonly Suppression[]>();
  for (const path of new Set(findings.map((finding) => finding.location.path))) {
    if (!workspace.file(path)) continue;
    const bytes = await workspace.bytes(path);
    if (bytes !== undefined) result.set(path, suppressionsIn(path, textOrNothing(bytes)));
  }
  return result;
}

/** The texts of the suppression comments which the base branch already has, by path at head. */
async function textsOnBase(
  comments: ReadonlyMap<string, readonly Suppression[]>,
  base: Snapshot,
  workspace: SnapshotWorkspace,
) {
  const toHead = headPaths(workspace.changes);
  const wanted = new Map(base.files.map((file) => [toHead(file.path), file.path]));
  const result = new Map<string, readonly string[]>();
  for (const [path, own] of comments) {
    const origin = wanted.get(path);
    if (own.length === 0 || origin === undefined) continue;
    result.set(
      path,
      suppressionsIn(path, await baseText(base, origin)).map((suppression) => suppression.text),
    );
  }
  return result;
}

/** A base text that cannot be read holds no suppression that could be trusted. */
async function baseText(base: Snapshot, path: string): Promise<string> {
  return base.read(path).then(textOrNothing, () => '');
}

/** Content that is no text (a model's archive) holds no comments. That is no gap: its own check has read it. */
function textOrNothing(bytes: Uint8Array): string {
  try {
    return decodeText(bytes);
  } catch {
    return '';
  }
}
