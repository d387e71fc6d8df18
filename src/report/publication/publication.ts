import type { CheckId } from '../../core/types.js';

/**
 * `neutral` and `skipped` satisfy a required check, so they are not even in the type.
 * success: nothing counts against it. failure: something blocks. action_required: it could not be judged.
 */
export type Conclusion = 'success' | 'failure' | 'action_required' | 'cancelled';

/** One line's note on the check run, named as GitHub names its parts. */
export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: 'failure' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
}

export interface CheckReport {
  readonly conclusion: Conclusion;
  readonly title: string;
  /** Markdown, at most 65,535 bytes each. */
  readonly summary: string;
  readonly text?: string;
  readonly annotations: readonly Annotation[];
}

/** A comment on the diff, as it should stand there. */
export interface InlineComment {
  /** Identity over runs: a fingerprint, or `check:<id>` for several places gathered in one comment. */
  readonly key: string;
  readonly check: CheckId;
  readonly fingerprints: readonly string[];
  readonly path: string;
  /** Last line; undefined for a comment on the whole file. Always the right side. */
  readonly line?: number;
  /** First line, when it is not the last. */
  readonly startLine?: number;
  /** Markdown that ends in the marker of {@link markerOf}. */
  readonly body: string;
}

/**
 * request: changes are requested. hold: what was said stands as it is. release: an earlier request is taken back.
 * approve: the pull request is approved.
 */
export type Stance = 'request' | 'hold' | 'release' | 'approve';

/** What should stand on the pull request: compared with what does, it gives the writes. Plain data. */
export interface Publication {
  readonly headSha: string;
  readonly check: CheckReport;
  readonly comments: readonly InlineComment[];
  /** The review's own text; undefined when there is nothing to say. */
  readonly body: string | undefined;
  readonly stance: Stance;
  /** True for a draft: nothing new is said on the pull request, only the check run speaks. */
  readonly quiet: boolean;
  /** Fingerprints found at this head, shown inline or not: comments about them are not outdated. */
  readonly found: ReadonlySet<string>;
  /** Fingerprint → who answers for it and why, as Markdown. */
  readonly answered: ReadonlyMap<string, string>;
  /** Checks and paths that were not judged this time: silence about them proves nothing. */
  readonly unjudged: { readonly checks: ReadonlySet<string>; readonly paths: ReadonlySet<string> };
}
