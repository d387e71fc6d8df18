import type { CheckId } from '../core/types.js';

/** `# dialectic: ignore[proc/blocking-call] reason`, on the line itself or on the line above it. */
export interface Suppression {
  readonly path: string;
  readonly line: number;
  readonly checks: readonly CheckId[];
  readonly reason: string;
  /** The comment's own text, by which it is recognised on the base branch. */
  readonly text: string;
}

// The marker must begin a comment: a string that talks about suppressions suppresses nothing.
const COMMENT = /(?:^|\s)(?:#|--|\/\/|<!--|\/\*)\s*dialectic:\s*ignore\[([^\]]{1,300})\]([^\n]{0,500})/;

/** Suppressions of a text, in line order. */
export function suppressionsIn(path: string, text: string): Suppression[] {
  if (!text.includes('dialectic:')) return [];
  return text.split(/\r?\n/).flatMap((line, index) => {
    const match = COMMENT.exec(line);
    if (!match?.[1]) return [];
    const reason = (match[2] ?? '').replace(/-->|\*\//g, '').trim();
    const checks = match[1].split(',').map((id) => id.trim() as CheckId);
    return [{ path, line: index + 1, checks, reason, text: match[0].trim() }];
  });
}

/** The suppression that speaks of this place, if any. */
export const suppressing = (all: readonly Suppression[], check: CheckId, startLine: number): Suppression | undefined =>
  all.find((s) => s.checks.includes(check) && (s.line === startLine || s.line === startLine - 1));
