import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Unreadable, UsageError } from '../core/errors.js';
import type { FileChange, FileEntry, Gap, PullRequest, Snapshot } from '../core/types.js';

/** Never part of a review, and often larger than all the rest. */
const SKIPPED = new Set([
  '.git',
  'node_modules',
  '.venv',
  'venv',
  '__pycache__',
  '.tox',
  '.mypy_cache',
  '.pytest_cache',
]);
const MAX_FILES = 200_000;
/** Larger files are not hashed: no check reads them, so no fact is ever kept under their id. */
const MAX_HASHED_BYTES = 130e6;

/** @throws UsageError when the path is not a folder that can be read */
export async function assertFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => {
    const code = codeOf(error);
    throw new UsageError(`${folder} ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`}.`);
  });
  if (!found.isDirectory())
    throw new UsageError(`${folder} is not a folder. Name the folder that holds the repository.`);
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown';

/** A plain folder, all of it under review. */
export async function directorySnapshot(folder: string): Promise<Snapshot> {
  const { paths, gaps } = await listFolder(folder);
  const snapshot = await filesSnapshot(folder, paths, 'working-tree', []);
  return gaps.length > 0 ? { ...snapshot, gaps } : snapshot;
}

/** Files of the disk as a snapshot. Symbolic links are listed, never followed. */
export async function filesSnapshot(
  folder: string,
  paths: readonly string[],
  headSha: string,
  changes: readonly FileChange[],
  knownBlobs: ReadonlyMap<string, string> = new Map(),
  pull?: PullRequest,
): Promise<Snapshot> {
  const entries = await Promise.all(chunked(paths, 64).map((chunk) => entriesOf(folder, chunk, knownBlobs)));
  return {
    headSha,
    files: entries.flat(),
    changes,
    ...(pull ? { pull } : {}),
    read: async (path) => {
      try {
        return await readFile(join(folder, path));
      } catch (error) {
        throw new Unreadable(path, isNameless(path) ? 'its name is not UTF-8' : codeOf(error));
      }
    },
  };
}

async function entriesOf(
  folder: string,
  paths: readonly string[],
  knownBlobs: ReadonlyMap<string, string>,
): Promise<FileEntry[]> {
  const entries: FileEntry[] = [];
  for (const path of paths) {
    const full = join(folder, path);
    const found = await lstat(full).catch(() => undefined);
    if (!found && isNameless(path)) entries.push({ path, blob: `nameless:${path}`, size: 0 });
    if (!found) continue;
    if (found.isSymbolicLink()) entries.push({ path, blob: `link:${path}`, size: found.size, kind: 'symlink' });
    else if (found.isDirectory()) entries.push({ path, blob: `submodule:${path}`, size: 0, kind: 'submodule' });
    else if (found.isFile())
      entries.push({ path, blob: knownBlobs.get(path) ?? (await blobOf(full, found.size)), size: found.size });
  }
  return entries;
}

/** A name in which bytes were lost, because they are no UTF-8: the file is there and cannot be asked for. */
const isNameless = (path: string): boolean => path.includes('\ufffd');

/** Git's own blob id of a file on disk; a stand-in when it cannot be read, which the read itself will report. */
async function blobOf(full: string, size: number): Promise<string> {
  if (size > MAX_HASHED_BYTES) return `large:${full}:${size}`;
  const bytes = await readFile(full).catch(() => undefined);
  if (!bytes) return `unreadable:${full}`;
  return createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');
}

async function listFolder(folder: string): Promise<{ paths: string[]; gaps: Gap[] }> {
  const found: string[] = [];
  const gaps: Gap[] = [];
  const open = [''];
  for (let relative = open.pop(); relative !== undefined; relative = open.pop()) {
    const entries = await readdir(join(folder, relative), { withFileTypes: true }).catch((error: unknown) => {
      const code = codeOf(error);
      if (relative === '') throw new UsageError(`${folder} cannot be read (${code}).`);
      gaps.push({ path: `${relative}/`, kind: 'unread', reason: `the folder cannot be read (${code})` });
      return [];
    });
    for (const entry of entries) {
      const path = relative ? `${relative}/${entry.name}` : entry.name;
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) open.push(path);
      else if (entry.isFile() || entry.isSymbolicLink()) found.push(path);
      if (found.length > MAX_FILES)
        throw new UsageError(`${folder} holds more than ${MAX_FILES} files. Name a smaller folder.`);
    }
  }
  return { paths: found, gaps };
}

function chunked<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
