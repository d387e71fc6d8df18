import type { FileChange, FileEntry } from '../core/types.js';
import { changedLines, linesOfPatch, type ChangedLines } from '../languages/diff/changed-lines.js';
import type { WantedBlob } from './blobs.js';
import { isPassing, type GitHubClient, type Repository } from './client.js';

/** A file as GitHub lists it in a comparison. */
export interface ListedFile {
  readonly filename: string;
  readonly previous_filename?: string | undefined;
  readonly status: string;
  readonly sha: string | null;
  readonly additions: number;
  readonly deletions: number;
  readonly patch?: string | undefined;
}

export interface Comparison {
  readonly mergeBase: string;
  /** At most 300: GitHub shows no more here. */
  readonly files: readonly ListedFile[];
}

/** Merge base and, on the first page, the files with their patches: one request. */
export async function compare(
  client: GitHubClient,
  repository: Repository,
  base: string,
  head: string,
): Promise<Comparison> {
  const { data } = await client.rest.repos.compareCommitsWithBasehead({
    ...repository,
    basehead: `${base}...${head}`,
    per_page: 1,
    page: 1,
  });
  return { mergeBase: data.merge_base_commit.sha, files: data.files ?? [] };
}

/** The listing of a pull request, all pages; GitHub ends it at 3,000 files. */
export const listPullFiles = (client: GitHubClient, repository: Repository, number: number): Promise<ListedFile[]> =>
  client.paginate(client.rest.pulls.listFiles, { ...repository, pull_number: number, per_page: 100 });

export interface Sides {
  readonly before: readonly FileEntry[];
  readonly after: readonly FileEntry[];
  readonly read: (blob: WantedBlob) => Promise<Uint8Array>;
  readonly prefetch: (blobs: readonly WantedBlob[]) => Promise<void>;
}

export interface Changes {
  readonly changes: readonly FileChange[];
  /** Paths whose lines GitHub shows in its own diff, so that it takes comments on them. */
  readonly shown: ReadonlySet<string>;
}

const MAX_DIFFED_BYTES = 2e6;
const MAX_DIFFED_FILES = 1000;

/**
 * What changed, from the two trees: they cannot be cut. GitHub's listing adds renames and patches; a patch is believed
 * when it is of this very content and counts as many lines as GitHub says. Everything else is compared here.
 */
export async function changesBetween(listed: readonly ListedFile[], sides: Sides): Promise<Changes> {
  const before = new Map(sides.before.map((file) => [file.path, file]));
  const after = new Map(sides.after.map((file) => [file.path, file]));
  const rows = new Map(listed.map((file) => [file.filename, file]));
  const origins = new Set<string>();
  const found: { file: FileEntry; old: FileEntry | undefined; row: ListedFile | undefined }[] = [];
  for (const file of sides.after) {
    const row = rows.get(file.path);
    const origin = row?.status === 'renamed' ? row.previous_filename : undefined;
    const old = before.get(origin ?? file.path);
    if (origin && old) origins.add(origin);
    if (old?.blob === file.blob && old.path === file.path && old.kind === file.kind) continue;
    found.push({ file, old, row });
  }
  const shown = new Set<string>();
  const lines = await linesOfAll(found, sides, shown);
  const changes = found.map(({ file, old }, index): FileChange => ({
    path: file.path,
    ...(old && old.path !== file.path ? { previousPath: old.path } : {}),
    status: !old ? 'added' : old.path !== file.path ? 'renamed' : 'modified',
    ...(lines[index] ?? NOTHING),
  }));
  const removed = sides.before
    .filter((file) => !after.has(file.path) && !origins.has(file.path))
    .map((file): FileChange => ({ path: file.path, status: 'removed', ...NOTHING }));
  return { changes: [...changes, ...removed], shown };
}

type Lines = ChangedLines & { readonly unknown?: string };
const NOTHING: ChangedLines = { added: [], hunks: [] };

async function linesOfAll(
  found: readonly { file: FileEntry; old: FileEntry | undefined; row: ListedFile | undefined }[],
  sides: Sides,
  shown: Set<string>,
): Promise<Lines[]> {
  const own: { file: FileEntry; old: FileEntry | undefined }[] = [];
  const lines = found.map(({ file, old, row }): Lines | undefined => {
    if (file.kind === 'submodule' || file.kind === 'symlink' || old?.blob === file.blob) return NOTHING;
    if (row?.patch !== undefined && row.sha === file.blob && isWhole(row, row.patch)) {
      shown.add(file.path);
      return linesOfPatch(row.patch);
    }
    if (file.size > MAX_DIFFED_BYTES || (old?.size ?? 0) > MAX_DIFFED_BYTES)
      return { ...NOTHING, unknown: 'too large to compare' };
    own.push({ file, old });
    return own.length > MAX_DIFFED_FILES ? { ...NOTHING, unknown: 'too many large changes to compare' } : undefined;
  });
  await sides.prefetch(
    own
      .slice(0, MAX_DIFFED_FILES)
      .flatMap(({ file, old }) => [file, ...(old ? [old] : [])])
      .map(blobOf),
  );
  return Promise.all(
    lines.map((known, index) => {
      const one = found[index];
      return known || !one ? Promise.resolve(known ?? NOTHING) : compareContent(one.file, one.old, sides);
    }),
  );
}

const blobOf = (file: FileEntry): WantedBlob => ({ id: file.blob, size: file.size });

/** Whether a patch holds as many added and removed lines as GitHub counted. Zero of both is no change, or a cut one. */
function isWhole(row: ListedFile, patch: string): boolean {
  let additions = 0;
  let deletions = 0;
  for (const line of patch.split('\n')) {
    if (line.startsWith('+')) additions += 1;
    else if (line.startsWith('-')) deletions += 1;
  }
  return additions + deletions > 0 && additions === row.additions && deletions === row.deletions;
}

async function compareContent(file: FileEntry, old: FileEntry | undefined, sides: Sides): Promise<Lines> {
  try {
    const [from, to] = await Promise.all([old ? sides.read(blobOf(old)) : Buffer.alloc(0), sides.read(blobOf(file))]);
    if (isBinary(from) || isBinary(to)) return NOTHING;
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
    return changedLines(text(from), text(to)) ?? { ...NOTHING, unknown: 'too many differences to compare' };
  } catch (error) {
    if (isPassing(error)) throw error;
    return { ...NOTHING, unknown: error instanceof Error ? error.message : 'cannot be read' };
  }
}

const isBinary = (bytes: Uint8Array): boolean =>
  bytes.subarray(0, 8000).includes(0) && !(bytes[0] === 0xff || bytes[0] === 0xfe);
