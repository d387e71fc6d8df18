import { LRUCache } from 'lru-cache';
import type { FileEntry } from '../core/types.js';
import type { GitHubClient, Repository } from './client.js';

/** Listings by repository and commit; a commit's tree never changes. */
export type TreeCache = LRUCache<string, readonly FileEntry[]>;
export const treeCache = (): TreeCache =>
  new LRUCache({ max: 200, maxSize: 2_000_000, sizeCalculation: (files) => files.length + 1 });

/** A tree that cannot be listed within bounds; nothing can be said about such a repository. */
export class TreeTooLarge extends Error {
  constructor() {
    super(`the repository has more folders than can be listed with ${MAX_LISTINGS} requests`);
    this.name = 'TreeTooLarge';
  }
}

const MAX_LISTINGS = 150;
/** Never part of a review (the default `ignore`), and often the larger half of a huge tree. */
const SKIPPED = new Set(['node_modules', 'vendor', 'site-packages', '.venv', 'venv', '__pycache__']);

/** All files of a commit. A listing that GitHub cuts is walked folder by folder. */
export async function listTree(
  client: GitHubClient,
  repository: Repository,
  commit: string,
  cache: TreeCache,
): Promise<readonly FileEntry[]> {
  const key = `${repository.owner}/${repository.repo}@${commit}`.toLowerCase();
  const kept = cache.get(key);
  if (kept) return kept;
  const files = await walk(client, repository, commit);
  cache.set(key, files);
  return files;
}

type Row = { path?: string; mode?: string; type?: string; sha?: string | null; size?: number };

async function walk(client: GitHubClient, repository: Repository, commit: string): Promise<FileEntry[]> {
  const files: FileEntry[] = [];
  const open: { sha: string; prefix: string }[] = [{ sha: commit, prefix: '' }];
  let listings = 0;
  for (let folder = open.pop(); folder; folder = open.pop()) {
    listings += 1;
    if (listings > MAX_LISTINGS) throw new TreeTooLarge();
    const { sha, prefix } = folder;
    const whole = await client.rest.git.getTree({ ...repository, tree_sha: sha, recursive: '1' });
    if (!whole.data.truncated) {
      files.push(...whole.data.tree.flatMap((row) => entryOf(row, prefix)));
      continue;
    }
    listings += 1;
    const level = await client.rest.git.getTree({ ...repository, tree_sha: sha });
    files.push(...level.data.tree.flatMap((row) => entryOf(row, prefix)));
    for (const { type, path, sha: child } of level.data.tree)
      if (type === 'tree' && path && child && !SKIPPED.has(path))
        open.push({ sha: child, prefix: `${prefix}${path}/` });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function entryOf({ path, mode, type, sha, size }: Row, prefix: string): FileEntry[] {
  if (!path || !sha || type === 'tree') return [];
  const kind =
    mode === '120000' ? 'symlink' : mode === '160000' ? 'submodule' : mode === '100755' ? 'executable' : 'file';
  return [{ path: prefix + path, blob: sha, size: size ?? 0, kind }];
}
