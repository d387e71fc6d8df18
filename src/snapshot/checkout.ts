import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Unreadable, UsageError } from '../core/errors.js';
import type { FileChange, FileEntry, PullRequest, Snapshot } from '../core/types.js';
import { changedLines } from '../languages/diff/changed-lines.js';
import { directorySnapshot, filesSnapshot } from './directory.js';
import { BlobReader, commitOf, git, gitText } from './git.js';

export interface LocalReview {
  readonly head: Snapshot;
  /** The merge base; undefined when everything is under review. */
  readonly base?: Snapshot;
  /** Says what is compared with what, for the reader. */
  readonly described: string;
  close(): void;
}

export interface LocalOptions {
  readonly base?: string;
  readonly head?: string;
  readonly all?: boolean;
  readonly pull?: PullRequest;
}

/** Texts longer than this are not compared line by line. */
const MAX_DIFFED_BYTES = 3e6;

/**
 * What a local review compares: the working tree (or `--head`) with its merge base, or everything there is.
 * @throws UsageError for a reference that does not exist, or when no base can be worked out
 */
export async function localReview(folder: string, options: LocalOptions = {}): Promise<LocalReview> {
  const top = await repositoryOf(folder, options.all === true && options.head === undefined);
  if (top === undefined) {
    if (options.base ?? options.head)
      throw new UsageError(`${folder} is not in a git repository, so --base and --head mean nothing there.`);
    return {
      head: withPull(holding(await directorySnapshot(folder), folder), options.pull),
      described: 'everything in the folder',
      close: () => undefined,
    };
  }
  const reader = new BlobReader(folder);
  const close = (): void => reader.close();
  if (options.all) {
    const head = options.head
      ? await commitSnapshot(folder, await commitOf(folder, options.head), reader)
      : await workingTree(folder, []);
    return {
      head: withPull(holding(head, folder), options.pull),
      described: `everything at ${options.head ?? 'the working tree'}`,
      close,
    };
  }
  const baseName = options.base ?? (await defaultBase(folder));
  const tip = await commitOf(folder, baseName);
  const headCommit = await commitOf(folder, options.head ?? 'HEAD');
  const mergeBase = await gitText(folder, 'merge-base', tip, headCommit).catch(() => {
    throw new UsageError(
      `${baseName} and ${options.head ?? 'HEAD'} have no common ancestor here. In a shallow clone, fetch more history.`,
    );
  });
  const base = await commitSnapshot(folder, mergeBase, reader);
  const bare = options.head ? await commitSnapshot(folder, headCommit, reader) : await workingTree(folder, []);
  const changes = await changesBetween(
    base,
    bare,
    await renames(folder, mergeBase, options.head ? headCommit : undefined),
  );
  const described = `${options.head ?? 'the working tree'} against ${baseName} (merge base ${mergeBase.slice(0, 9)})`;
  return { head: withPull({ ...bare, changes }, options.pull), base, described, close };
}

const withPull = (snapshot: Snapshot, pull: PullRequest | undefined): Snapshot =>
  pull ? { ...snapshot, pull } : snapshot;

/** Nothing to look at is a wrong folder, not a clean one. @throws UsageError */
function holding(snapshot: Snapshot, folder: string): Snapshot {
  if (snapshot.files.length + (snapshot.gaps ?? []).length === 0)
    throw new UsageError(`${folder} holds no file to review.`);
  return snapshot;
}

/**
 * The folder's repository, unless the folder is one that the repository ignores (then it is just a folder).
 *
 * @param everything nothing is compared, so a repository that git cannot read is a folder too
 * @throws UsageError where there is a repository that git refuses (another owner) or that it is not there to read
 */
async function repositoryOf(folder: string, everything: boolean): Promise<string | undefined> {
  const top = await gitText(folder, 'rev-parse', '--show-toplevel').catch((error: unknown) => {
    if (everything || !isInRepository(folder)) return undefined;
    throw new UsageError(
      `git cannot read the repository of ${folder} (${reasonOf(error)}), so there is nothing to compare with. Review everything with --all.`,
    );
  });
  if (!top) return undefined;
  const place = relative(top, resolve(folder));
  if (place === '' || place.startsWith('..')) return top;
  const ignored = await git(folder, 'check-ignore', '-q', '--', resolve(folder)).then(
    () => true,
    () => false,
  );
  return ignored ? undefined : top;
}

/** Whether a repository lies here or above, for git or not. */
function isInRepository(folder: string): boolean {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true;
    if (dirname(at) === at) return false;
  }
}

/** Git's own words, first line. */
function reasonOf(error: unknown): string {
  const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: unknown };
  if (code === 'ENOENT') return 'there is no git program';
  const said = String(stderr ?? error);
  return (said.trim().split('\n', 1)[0] ?? '').replace(/^fatal: /, '').slice(0, 200);
}

/** The branch that a pull request would most likely go to. */
async function defaultBase(folder: string): Promise<string> {
  for (const name of ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master']) {
    const found = await git(folder, 'rev-parse', '--verify', '--quiet', `${name}^{commit}`).catch(() => undefined);
    if (found) return name;
  }
  throw new UsageError(
    'no base branch found (tried origin/HEAD, main, master). Name one with --base, or review everything with --all.',
  );
}

/** A commit's tree below the folder. Paths are relative to the folder. */
async function commitSnapshot(folder: string, commit: string, reader: BlobReader): Promise<Snapshot> {
  const listing = (await git(folder, 'ls-tree', '-r', '-z', '--long', commit)).toString('utf8');
  const files = listing.split('\0').flatMap((row): FileEntry[] => {
    const [, mode, type, blob, size, path] = /^(\d+) (\w+) ([0-9a-f]+) +(\S+)\t([\s\S]*)$/.exec(row) ?? [];
    if (!mode || !type || !blob || !path) return [];
    return [{ path, blob, size: Number(size) || 0, kind: kindOf(mode) }];
  });
  const blobs = new Map(files.map((file) => [file.path, file.blob]));
  return {
    headSha: commit,
    files,
    changes: [],
    read: async (path) => {
      const blob = blobs.get(path);
      if (!blob) throw new Unreadable(path, 'not in this commit');
      return reader.read(blob).catch((error: unknown) => {
        throw new Unreadable(path, error instanceof Error ? error.message : 'git could not read it');
      });
    },
  };
}

const kindOf = (mode: string): NonNullable<FileEntry['kind']> =>
  mode === '120000' ? 'symlink' : mode === '160000' ? 'submodule' : mode === '100755' ? 'executable' : 'file';

/** Tracked and new files as they are on disk; blob ids of untouched ones come from the index, so they are not hashed. */
async function workingTree(folder: string, changes: readonly FileChange[]): Promise<Snapshot> {
  const [staged, touched, paths] = await Promise.all([
    git(folder, 'ls-files', '-s', '-z'),
    git(folder, 'diff-files', '--name-only', '-z', '--relative'),
    git(folder, 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'),
  ]);
  const dirty = new Set(touched.toString('utf8').split('\0'));
  const blobs = new Map(
    staged
      .toString('utf8')
      .split('\0')
      .flatMap((row): [string, string][] => {
        const [, blob, path] = /^\d+ ([0-9a-f]+) \d\t([\s\S]*)$/.exec(row) ?? [];
        return blob && path && !dirty.has(path) ? [[path, blob]] : [];
      }),
  );
  return filesSnapshot(folder, paths.toString('utf8').split('\0').filter(Boolean), 'working-tree', changes, blobs);
}

/** Renames that git sees, path at head → path at base. */
async function renames(folder: string, base: string, head: string | undefined): Promise<ReadonlyMap<string, string>> {
  const range = head ? [base, head] : [base];
  const rows = (
    await git(folder, 'diff', '--no-ext-diff', '--relative', '-M', '--diff-filter=R', '--name-status', '-z', ...range)
  )
    .toString('utf8')
    .split('\0');
  const found = new Map<string, string>();
  for (let at = 0; at + 2 < rows.length; at += 3) {
    const [from, to] = [rows[at + 1], rows[at + 2]];
    if (from && to) found.set(to, from);
  }
  return found;
}

/** Compares two listings by blob id and works out the lines of every file that differs. */
async function changesBetween(
  base: Snapshot,
  head: Snapshot,
  renamed: ReadonlyMap<string, string>,
): Promise<FileChange[]> {
  const before = new Map(base.files.map((file) => [file.path, file]));
  const after = new Map(head.files.map((file) => [file.path, file]));
  const origins = new Set(renamed.values());
  const changes: FileChange[] = [];
  for (const file of head.files) {
    const previousPath = renamed.get(file.path);
    const old = before.get(previousPath ?? file.path);
    if (old?.blob === file.blob && previousPath === undefined) continue;
    const status = previousPath ? 'renamed' : old ? 'modified' : 'added';
    changes.push({
      path: file.path,
      ...(previousPath ? { previousPath } : {}),
      status,
      ...(await linesOf(base, old, head, file)),
    });
  }
  for (const file of base.files) {
    if (!after.has(file.path) && !origins.has(file.path))
      changes.push({ path: file.path, status: 'removed', added: [], hunks: [] });
  }
  return changes;
}

async function linesOf(base: Snapshot, old: FileEntry | undefined, head: Snapshot, file: FileEntry) {
  const nothing = { added: [], hunks: [] };
  if (file.kind === 'symlink' || file.kind === 'submodule' || old?.blob === file.blob) return nothing;
  if (file.size > MAX_DIFFED_BYTES || (old?.size ?? 0) > MAX_DIFFED_BYTES)
    return { ...nothing, unknown: 'too large to compare' };
  try {
    const before = old && old.kind !== 'submodule' ? base.read(old.path) : Buffer.alloc(0);
    const [from, to] = await Promise.all([before, head.read(file.path)]);
    if (isBinary(from) || isBinary(to)) return nothing;
    const lines = changedLines(Buffer.from(from).toString('utf8'), Buffer.from(to).toString('utf8'));
    return lines ?? { ...nothing, unknown: 'too many differences to compare' };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { ...nothing, unknown: error.why };
  }
}

const isBinary = (bytes: Uint8Array): boolean =>
  bytes.subarray(0, 8000).includes(0) && !(bytes[0] === 0xff || bytes[0] === 0xfe);
