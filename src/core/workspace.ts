import type { Extractor, StagedExtractor } from './facts.js';
import type { AskPackageIndex } from './package-index.js';
import type { Settings } from './settings.js';
import type { Render } from './rendering.js';
import type { Verify } from './verification.js';
import type { FileChange, FileEntry, Gap, LineRange, PullRequest, Role } from './types.js';

/**
 * One commit, seen through facts. Models and checks get at the repository only through this, so they cannot tell
 * which door a review came through, and every failed read is recorded in one place.
 */
export interface Workspace {
  readonly headSha: string;
  /** Every path of the tree (ignored paths left out), sorted by path. */
  readonly files: readonly FileEntry[];
  readonly changes: readonly FileChange[];
  readonly pull: PullRequest | undefined;
  readonly settings: Settings;
  /**
   * The merge base, seen through the same eyes: what was there before the change. Undefined when everything is under
   * review. What cannot be read there is no gap of this review.
   */
  readonly base: Workspace | undefined;

  file(path: string): FileEntry | undefined;
  /** Paths that match one of the globs (picomatch, dot files included), sorted. */
  glob(...patterns: string[]): readonly string[];

  /** The file's bytes; undefined when they cannot be had, which is then on record as a gap. */
  bytes(path: string): Promise<Uint8Array | undefined>;
  /** The file decoded as UTF-8 (or UTF-16 with a BOM), BOM removed; undefined and on record when it is not text. */
  text(path: string): Promise<string | undefined>;
  /**
   * The paths whose bytes contain one of the needles: the cheap question before the dear one (parsing).
   * Case-sensitive. Paths that cannot be read are recorded and left out.
   */
  mentioning(paths: readonly string[], needles: readonly string[]): Promise<readonly string[]>;
  /** Facts of one file, from the cache when its blob is known; undefined when they cannot be had, which is on record. */
  facts<F>(extractor: Extractor<F>, path: string): Promise<F | undefined>;
  /**
   * Says that the facts of many files are asked for next, so that they can be worked out side by side where that pays. The
   * facts are the same without it; what cannot be had goes on record when it is asked for.
   */
  ahead<F, P>(extractor: StagedExtractor<F, P>, paths: readonly string[]): Promise<void>;
  /**
   * What was worked out from facts alone, kept between reviews. The key has to cover everything that `build` depends on;
   * the weight is in bytes of source, as for facts.
   */
  kept<T>(key: string, weight: number, build: () => T): T;
  /** Built once a review and shared by all checks. */
  model<M>(model: Model<M>): Promise<M>;

  roles(path: string): ReadonlySet<Role>;
  /** Lines at head which the change added; undefined when the file did not change. Everything counts as changed under `--all`. */
  addedLines(path: string): readonly LineRange[] | undefined;

  /** Asks a real PostgreSQL; undefined where none may be used (`logical.verify` is off, or nobody offers one). */
  readonly verify: Verify | undefined;
  /** Asks a package index; undefined where none may be asked (`development.packageIndex` is not set, or nobody offers it). */
  readonly packageIndex: AskPackageIndex | undefined;

  /** Renders Helm charts; undefined where the configuration does not ask for it, or nobody offers it. */
  readonly render: Render | undefined;

  /** Puts on record that a path, or a part of it, was not evaluated. */
  gap(gap: Gap): void;
}

/** What the repository means, folded from facts. */
export interface Model<M> {
  /** Unique. */
  readonly name: string;
  build(workspace: Workspace): Promise<M>;
}

export const defineModel = <M>(name: string, build: (workspace: Workspace) => Promise<M>): Model<M> => ({
  name,
  build,
});
