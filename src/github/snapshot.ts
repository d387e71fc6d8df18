import { Unreadable } from '../core/errors.js';
import type { FileChange, FileEntry, PullRequest, Snapshot } from '../core/types.js';
import { artifactCache, NO_EVIDENCE, type ArtifactCache, type Evidence } from './artifacts.js';
import { BlobCache, blobId, BlobReader, type WantedBlob } from './blobs.js';
import { changesBetween, compare, listPullFiles, type ListedFile } from './changes.js';
import { isPassing, messageOf, type GitHubClient, type Repository } from './client.js';
import { fetchArchive } from './archive.js';
import { listTree, treeCache, type TreeCache } from './tree.js';

/** What is kept between reviews: content and listings by id. */
export interface Caches {
  readonly blobs: BlobCache;
  readonly trees: TreeCache;
  readonly artifacts: ArtifactCache;
}

export const caches = (): Caches => ({
  blobs: new BlobCache(),
  trees: treeCache(),
  artifacts: artifactCache(),
});

export interface SnapshotRequest {
  readonly repository: Repository;
  readonly headSha: string;
  /** Commit of the base branch; the comparison is made with the merge base. */
  readonly baseSha: string;
  readonly pull?: PullRequest;
  /** How many files GitHub says that the pull request changes; above 300 the listing has more than the comparison. */
  readonly changedFiles?: number;
  /** What workflow runs on the head uploaded: it is listed at head beside what is committed. */
  readonly evidence?: Evidence;
}

export interface Snapshots {
  readonly head: Snapshot;
  readonly base: Snapshot;
  /** Paths whose lines GitHub shows in its diff. */
  readonly shown: ReadonlySet<string>;
}

const MAX_FILES_OF_COMPARISON = 300;
/** After so many cold files one archive costs fewer requests than going on in batches. */
const ARCHIVE_FROM_FILES = 600;

/** Both sides of a change, read from GitHub at their commits, never at a branch's name. */
export async function readSnapshots(client: GitHubClient, request: SnapshotRequest, kept: Caches): Promise<Snapshots> {
  const { repository, headSha, baseSha, pull, evidence = NO_EVIDENCE } = request;
  const comparison = await compare(client, repository, baseSha, headSha);
  const listed = await listedFiles(client, request, comparison.files);
  const before = await listTree(client, repository, comparison.mergeBase, kept.trees);
  const after = await listTree(client, repository, headSha, kept.trees);
  const reader = new BlobReader(client, repository, kept.blobs);
  const { changes, shown } = await changesBetween(listed, {
    before,
    after,
    read: (blob) => reader.read(blob),
    prefetch: (blobs) => reader.prefetch(blobs),
  });
  const context = { client, repository, reader, cache: kept.blobs };
  const paths = new Set(changes.map((change) => change.path));
  const oldPaths = new Set(changes.map((change) => change.previousPath ?? change.path));
  const head = new Side(context, headSha, after, texts(after, paths));
  const base = new Side(context, comparison.mergeBase, before, texts(before, oldPaths));
  // What changed will be read for certain: in one question instead of as many as there are checks that ask.
  await head.readAhead();
  return { head: withEvidence(head.snapshot(changes, pull), evidence), base: base.snapshot([]), shown };
}

function withEvidence(snapshot: Snapshot, { files, gaps }: Evidence): Snapshot {
  if (files.length + gaps.length === 0) return snapshot;
  const bytes = new Map(files.map((file) => [file.path, file.bytes]));
  const entries = files.map((file): FileEntry => {
    const blob = blobId(file.bytes, snapshot.headSha);
    return { path: file.path, blob, size: file.bytes.byteLength, artifact: true };
  });
  return {
    ...snapshot,
    files: [...snapshot.files, ...entries],
    gaps,
    read: async (path) => bytes.get(path) ?? snapshot.read(path),
  };
}

const NOT_TEXT = /\.(png|jpe?g|gif|ico|pdf|zip|jar|mojo|gz|parquet|pkl|joblib|onnx|woff2?|mp4)$/i;

const texts = (files: readonly FileEntry[], paths: ReadonlySet<string>): FileEntry[] =>
  files.filter((file) => paths.has(file.path) && file.kind !== 'submodule' && !NOT_TEXT.test(file.path));

/** The comparison shows 300 files, the pull request's own listing 3,000; beyond, the trees still tell what differs. */
async function listedFiles(
  client: GitHubClient,
  { repository, pull, changedFiles = 0 }: SnapshotRequest,
  compared: readonly ListedFile[],
): Promise<readonly ListedFile[]> {
  if (!pull || (changedFiles <= MAX_FILES_OF_COMPARISON && compared.length < MAX_FILES_OF_COMPARISON)) return compared;
  return listPullFiles(client, repository, pull.number);
}

interface Context {
  readonly client: GitHubClient;
  readonly repository: Repository;
  readonly reader: BlobReader;
  readonly cache: BlobCache;
}

/** One commit, read with as few questions as can be. */
class Side {
  readonly #entries: ReadonlyMap<string, FileEntry>;
  #ahead: Promise<void> | undefined;
  #asked = 0;

  constructor(
    private readonly context: Context,
    private readonly commit: string,
    private readonly files: readonly FileEntry[],
    /** Read together as soon as one of them is wanted. */
    private readonly together: readonly FileEntry[],
  ) {
    this.#entries = new Map(files.map((file) => [file.path, file]));
  }

  snapshot(changes: readonly FileChange[], pull?: PullRequest): Snapshot {
    return {
      headSha: this.commit,
      files: this.files,
      changes,
      ...(pull ? { pull } : {}),
      read: (path) => this.#read(path),
      prefetch: (paths) => this.#prefetch(paths.flatMap((path) => this.#entries.get(path) ?? [])),
    };
  }

  readAhead(): Promise<void> {
    return (this.#ahead ??= this.#prefetch(this.together));
  }

  async #read(path: string): Promise<Uint8Array> {
    const entry = this.#entries.get(path);
    if (entry && !this.context.reader.has(entry.blob)) await this.readAhead();
    return readFile(this.context.reader, path, entry);
  }

  async #prefetch(files: readonly FileEntry[]): Promise<void> {
    const missing = this.#missing(files);
    this.#asked += missing.length;
    if (this.#asked >= ARCHIVE_FROM_FILES) {
      this.#asked = -Infinity;
      const { client, repository, cache } = this.context;
      // An archive that cannot be had is no loss: the batches ask for the same content.
      await fetchArchive(client, repository, this.commit, this.#missing(this.files), cache).catch(() => undefined);
    }
    await this.context.reader.prefetch(missing);
  }

  #missing(files: readonly FileEntry[]): WantedBlob[] {
    return files
      .filter((file) => file.kind !== 'submodule' && !this.context.reader.has(file.blob))
      .map((file) => ({ id: file.blob, size: file.size }));
  }
}

const LFS = 'version https://git-lfs.github.com/spec/';

async function readFile(reader: BlobReader, path: string, entry: FileEntry | undefined): Promise<Uint8Array> {
  if (!entry) throw new Unreadable(path, 'not in this commit');
  if (entry.kind === 'submodule') throw new Unreadable(path, 'a submodule, whose files are in another repository');
  const bytes = await reader.read({ id: entry.blob, size: entry.size }).catch((error: unknown) => {
    if (isPassing(error)) throw error;
    throw new Unreadable(path, `GitHub did not give it: ${messageOf(error)}`);
  });
  if (bytes.byteLength < 1024 && Buffer.from(bytes.subarray(0, LFS.length)).toString('latin1') === LFS)
    throw new Unreadable(path, 'kept in Git LFS, so its content is not in the repository');
  return bytes;
}
