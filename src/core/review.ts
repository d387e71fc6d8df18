import type { Finding, Gap, Outcome, Section, View } from './types.js';

/**
 * `changed`: on a line that the change added. `caused`: elsewhere, but created by the change. `existing`: it comes out
 * of the merge base as well; counted, never blocking (unless `review.scope` is `all`).
 */
export type Scope = 'changed' | 'caused' | 'existing';

export interface ReviewedFinding extends Finding {
  readonly view: View;
  /** Seed task, from the check. */
  readonly task: string;
  /** Hex; stable while the evidence stays, wherever the lines move. */
  readonly fingerprint: string;
  readonly scope: Scope;
}

/** A finding that somebody has answered for: it is shown, and does not count. */
export interface ExcusedFinding {
  readonly finding: ReviewedFinding;
  readonly by: 'suppression' | 'waiver';
  readonly reason: string;
  /** Login or configuration file. */
  readonly who?: string;
  /** ISO 8601. */
  readonly when?: string;
}

export interface ReviewGap extends Gap {
  /** The question about this change depends on it, so the verdict is `incomplete`. */
  readonly decisive: boolean;
}

/** What the gate found: whether the argument is demanded, and whether it was made. */
export interface GateResult {
  /** Why no argument is demanded; undefined when it is. */
  readonly exemption?: string;
  readonly met: boolean;
}

/** pass: nothing counts against it. fail: something blocks. incomplete: nothing blocks, but part could not be judged. */
export type Verdict = 'pass' | 'fail' | 'incomplete';

/** The whole answer to one pull request (or checkout), before any door's formatting. Plain data. */
export interface Review {
  readonly headSha: string;
  /** Merge base; undefined when everything was under review. */
  readonly baseSha?: string;
  readonly verdict: Verdict;
  /** Worst first, then by path and line. Those of scope `existing` included. */
  readonly findings: readonly ReviewedFinding[];
  readonly excused: readonly ExcusedFinding[];
  readonly outcomes: readonly Outcome[];
  readonly gaps: readonly ReviewGap[];
  readonly sections: readonly Section[];
  readonly gate: GateResult | undefined;
  /** Sentences for the summary: roles assumed, configuration source, suppressions that this change adds. */
  readonly notes: readonly string[];
}
