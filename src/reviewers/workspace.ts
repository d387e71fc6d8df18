import { isUtf8 } from 'node:buffer';
import { LRUCache } from 'lru-cache';
import picomatch from 'picomatch';
import { isForgedArtifact } from '../core/artifacts.js';
import { Unparsable, Unreadable } from '../core/errors.js';
import type { Extractor, FactStore, ParserThreads, StagedExtractor } from '../core/facts.js';
import type { AskPackageIndex } from '../core/package-index.js';
import type { Settings } from '../core/settings.js';
import type { FileChange, FileEntry, Gap, LineRange, PullRequest, Snapshot } from '../core/types.js';
import type { Render } from '../core/rendering.js';
import type { Verify } from '../core/verification.js';
import type { Model, Workspace } from '../core/workspace.js';
import { decodePython } from '../languages/python/extract.js';
import { decodedUtf16, decodeText } from '../languages/text.js';
import { extractTogether, extracted, type Kept } from './extraction.js';
import { rolesByPath, type RoleOf } from './roles.js';

export interface Limits {
  /** Bytes of one text file; larger ones are gaps. */
  readonly fileBytes: number;
  /** Bytes of one archive (model artifacts, evidence). */
  readonly archiveBytes: number;
  /** Bytes read in one review, all files together. */
  readonly totalBytes: number;
}

export const DEFAULT_LIMITS: Limits = { fileBytes: 6e6, archiveBytes: 128e6, totalBytes: 1e9 };

/** Raw bytes kept while a review runs: checks of several views ask for the same files. */
const BYTES_KEPT = 96e6;
/** Files asked for in one go when a byte search walks the tree. */
const READ_AHEAD = 200;
/** Bytes at the start of a Python file among which its encoding may be declared. */
const DECLARATION = 200;

/** {@link Workspace} over a snapshot. One object a review and commit; facts outlive it in the store. */
export class SnapshotWorkspace implements Workspace {
  readonly files: readonly FileEntry[];
  readonly headSha: string;
  readonly changes: readonly FileChange[];
  readonly pull: PullRequest | undefined;
  readonly roles: RoleOf;
  readonly #byPath: Map<string, FileEntry>;
  readonly #changeByPath: Map<string, FileChange>;
  readonly #gaps = new Map<string, Gap>();
  readonly #models = new Map<string, Promise<unknown>>();
  readonly #bytes: LRUCache<string, Uint8Array>;
  #bytesRead = 0;

  constructor(
    readonly snapshot: Snapshot,
    readonly settings: Settings,
    private readonly store: FactStore,
    private readonly limits: Limits = DEFAULT_LIMITS,
    /** Everything under review, not a change. */
    readonly everything = false,
    readonly base: SnapshotWorkspace | undefined = undefined,
    private readonly threads: ParserThreads | undefined = undefined,
  ) {
    // Nearly all blobs of the merge base are the head's too: what one has read the other need not read again.
    this.#bytes = base
      ? base.#bytes
      : new LRUCache({ maxSize: BYTES_KEPT, sizeCalculation: (bytes) => bytes.byteLength + 1 });
    const ignored = ignoring(settings.ignore);
    const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
    const forged = new Set(snapshot.files.filter(isForgedArtifact).map((file) => file.path));
    this.files = snapshot.files.filter((file) => !ignored(file.path) && !isForgedArtifact(file)).sort(byPath);
    this.changes = snapshot.changes.filter((change) => !ignored(change.path) && !forged.has(change.path));
    for (const gap of snapshot.gaps ?? []) this.gap(gap);
    for (const path of forged)
      this.gap({
        path,
        kind: 'unsupported',
        reason: 'committed where only artifacts of workflow runs may stand, so it is no evidence and is left out',
      });
    this.headSha = snapshot.headSha;
    this.pull = snapshot.pull;
    this.roles = rolesByPath(settings);
    this.#byPath = new Map(this.files.map((file) => [file.path, file]));
    this.#changeByPath = new Map(this.changes.map((change) => [change.path, change]));
  }

  get verify(): Verify | undefined {
    return this.settings.logical.verify ? this.snapshot.verify : undefined;
  }

  get render(): Render | undefined {
    return this.settings.physical.helm === 'render' ? this.snapshot.render : undefined;
  }

  get packageIndex(): AskPackageIndex | undefined {
    return this.settings.development.packageIndex === undefined ? undefined : this.snapshot.packageIndex;
  }

  file(path: string): FileEntry | undefined {
    return this.#byPath.get(path);
  }

  glob(...patterns: string[]): readonly string[] {
    const matches = picomatch(patterns, { dot: true });
    return this.files.filter((file) => isContent(file) && matches(file.path)).map((file) => file.path);
  }

  async bytes(path: string): Promise<Uint8Array | undefined> {
    const file = this.#byPath.get(path);
    if (!file) return undefined;
    const kept = this.#bytes.get(file.blob);
    if (kept) return kept;
    const refusal = this.#refusal(file);
    if (refusal) return this.#unread(path, refusal);
    try {
      const bytes = await this.snapshot.read(path);
      this.#bytesRead += bytes.byteLength;
      this.#bytes.set(file.blob, bytes);
      return bytes;
    } catch (error) {
      if (error instanceof Unreadable) return this.#unread(path, error.why);
      throw error;
    }
  }

  async text(path: string): Promise<string | undefined> {
    const bytes = await this.bytes(path);
    if (!bytes) return undefined;
    try {
      return decodeText(bytes);
    } catch (error) {
      if (error instanceof Unparsable) return this.#unread(path, error.why);
      throw error;
    }
  }

  async mentioning(paths: readonly string[], needles: readonly string[]): Promise<readonly string[]> {
    const wanted = needles.map((needle) => Buffer.from(needle));
    const found: string[] = [];
    for (let start = 0; start < paths.length; start += READ_AHEAD) {
      const batch = paths.slice(start, start + READ_AHEAD);
      await this.snapshot.prefetch?.(batch.filter((path) => !this.#kept(path)));
      for (const path of batch) {
        const bytes = await this.bytes(path);
        const text = bytes && this.#searchable(path, bytes);
        if (text && wanted.some((needle) => text.includes(needle))) found.push(path);
      }
    }
    return found;
  }

  /**
   * Bytes in which the ASCII of a needle stands for itself. Python that is no such text may say anything: that is put on
   * record where the file is under review, and not for what was always there.
   */
  #searchable(path: string, bytes: Uint8Array): Buffer | undefined {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!path.endsWith('.py')) {
      const wide = decodedUtf16(bytes);
      return wide === undefined ? buffer : Buffer.from(wide);
    }
    if (isUtf8(buffer) && !buffer.subarray(0, DECLARATION).includes('coding')) return buffer;
    try {
      return Buffer.from(decodePython(bytes));
    } catch (error) {
      if (!(error instanceof Unparsable)) throw error;
      if (this.everything || this.#changeByPath.has(path)) this.#unread(path, error.why);
      return undefined;
    }
  }

  async facts<F>(extractor: Extractor<F>, path: string): Promise<F | undefined> {
    const file = this.#byPath.get(path);
    if (!file) return undefined;
    let kept = this.store.get(keyOf(extractor, file)) as Kept<F> | undefined;
    if (!kept) {
      const bytes = await this.bytes(path);
      if (!bytes) return undefined;
      kept = await extracted(extractor, bytes);
      this.store.set(keyOf(extractor, file), kept, bytes.byteLength);
    }
    if ('failed' in kept) {
      this.gap({ path, ...kept.failed });
      return undefined;
    }
    for (const problem of kept.ok.problems ?? []) this.gap({ path, ...problem });
    return kept.ok.facts;
  }

  async ahead<F, P>(extractor: StagedExtractor<F, P>, paths: readonly string[]): Promise<void> {
    if (!this.threads || this.threads.size === 0) return;
    const unknown = new Map<string, FileEntry>();
    for (const path of paths) {
      const file = this.#byPath.get(path);
      if (file && !this.#refusal(file) && !this.store.get(keyOf(extractor, file))) unknown.set(file.blob, file);
    }
    const files = [...unknown.values()];
    if (!this.threads.pays(files.reduce((sum, { size }) => sum + size, 0))) return;
    const readable: { readonly file: FileEntry; readonly bytes: Uint8Array }[] = [];
    for (const file of files) {
      const bytes = await this.bytes(file.path);
      if (bytes) readable.push({ file, bytes });
    }
    await extractTogether(this.threads, extractor, readable, ({ file, bytes }, kept) =>
      this.store.set(keyOf(extractor, file), kept, bytes.byteLength),
    );
  }

  kept<T>(key: string, weight: number, build: () => T): T {
    const known = this.store.get(key) as { readonly value: T } | undefined;
    if (known) return known.value;
    const value = build();
    this.store.set(key, { value }, weight);
    return value;
  }

  model<M>(model: Model<M>): Promise<M> {
    let built = this.#models.get(model.name);
    if (!built) {
      built = model.build(this);
      this.#models.set(model.name, built);
    }
    return built as Promise<M>;
  }

  addedLines(path: string): readonly LineRange[] | undefined {
    if (this.everything) return this.#byPath.has(path) ? [{ start: 1, end: Number.MAX_SAFE_INTEGER }] : undefined;
    return this.#changeByPath.get(path)?.added;
  }

  gap(gap: Gap): void {
    this.#gaps.set(`${gap.path}\0${gap.line ?? ''}\0${gap.reason}`, gap);
  }

  /** Everything that was asked for and could not be had, by path and line. */
  get gaps(): readonly Gap[] {
    return [...this.#gaps.values()].sort((a, b) =>
      a.path === b.path ? (a.line ?? 0) - (b.line ?? 0) : a.path < b.path ? -1 : 1,
    );
  }

  #kept(path: string): boolean {
    const file = this.#byPath.get(path);
    return !file || this.#bytes.has(file.blob) || this.#refusal(file) !== undefined;
  }

  #refusal(file: FileEntry): string | undefined {
    if (file.kind === 'submodule') return 'a submodule: its content is in another repository';
    if (file.kind === 'symlink') return 'a symbolic link';
    const limit = /\.(zip|mojo|jar)$/i.test(file.path) ? this.limits.archiveBytes : this.limits.fileBytes;
    if (file.size > limit) return `too large (${megabytes(file.size)}, limit ${megabytes(limit)})`;
    if (this.#bytesRead + file.size > this.limits.totalBytes)
      return `not read: this review already read ${megabytes(this.#bytesRead)}`;
    return undefined;
  }

  #unread(path: string, reason: string): undefined {
    this.gap({ path, reason, kind: 'unread' });
    return undefined;
  }
}

/** Paths stay the same from review to review, and matching globs costs more than looking up. */
const ignorings = new Map<string, (path: string) => boolean>();
const MAX_IGNORINGS = 16;
const MAX_PATHS = 100_000;

function ignoring(globs: readonly string[]): (path: string) => boolean {
  const key = globs.join('\n');
  let ignored = ignorings.get(key);
  if (!ignored) {
    if (ignorings.size >= MAX_IGNORINGS) ignorings.clear();
    const matches = picomatch([...globs], { dot: true });
    const known = new Map<string, boolean>();
    ignored = (path) => {
      let answer = known.get(path);
      if (answer === undefined) {
        if (known.size >= MAX_PATHS) known.clear();
        answer = matches(path);
        known.set(path, answer);
      }
      return answer;
    };
    ignorings.set(key, ignored);
  }
  return ignored;
}

const isContent = (file: FileEntry): boolean =>
  file.kind === undefined || file.kind === 'file' || file.kind === 'executable';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const keyOf = ({ name, version }: Extractor<unknown>, { blob }: FileEntry): string => `${name}@${version}:${blob}`;
