import type { AlembicRevision } from '../../languages/alembic/index.js';

export interface RevisionFile {
  readonly path: string;
  readonly revision: AlembicRevision;
}

/** Revisions that make one graph. */
export interface RevisionHistory {
  /** The folder that holds them. */
  readonly root: string;
  readonly files: readonly RevisionFile[];
}

/**
 * Sorts revisions into histories: folders below one `versions/` belong together when a revision of one builds on a
 * revision of another, and are histories of their own (a database each, or a branch) when none does.
 */
export function alembicHistories(files: readonly RevisionFile[]): readonly RevisionHistory[] {
  const folders = new Map<string, RevisionFile[]>();
  for (const file of files) folders.set(folderOf(file.path), [...(folders.get(folderOf(file.path)) ?? []), file]);
  const leaders = new Map([...folders.keys()].map((folder) => [folder, folder]));
  const leaderOf = (folder: string): string => {
    const leader = leaders.get(folder) ?? folder;
    return leader === folder ? folder : leaderOf(leader);
  };
  for (const [folder, own] of folders) {
    const ids = new Set(own.map(({ revision }) => revision.revision));
    const missing = own.flatMap(({ revision }) => parentsOf(revision)).filter((id) => !ids.has(id));
    for (const [other, theirs] of folders) {
      const related = other !== folder && versionsOf(other) === versionsOf(folder);
      if (related && theirs.some(({ revision }) => missing.includes(revision.revision)))
        leaders.set(leaderOf(folder), leaderOf(other));
    }
  }
  const histories = new Map<string, RevisionFile[]>();
  for (const [folder, own] of folders)
    histories.set(leaderOf(folder), [...(histories.get(leaderOf(folder)) ?? []), ...own]);
  return [...histories].map(([, members]) => ({
    root: commonFolder(members.map(({ path }) => folderOf(path))),
    files: members,
  }));
}

const parentsOf = (revision: AlembicRevision): readonly string[] => [...revision.downRevisions, ...revision.dependsOn];

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** The folder above `versions/`. */
const versionsOf = (folder: string): string => /^(.*?)(?:^|\/)versions(?:\/|$)/.exec(folder)?.[1] ?? folder;

function commonFolder(folders: readonly string[]): string {
  const [parts = [], ...rest] = folders.map((folder) => folder.split('/'));
  let length = parts.length;
  for (const other of rest) while (parts.slice(0, length).join('/') !== other.slice(0, length).join('/')) length--;
  const common = parts.slice(0, length).join('/');
  return common.replace(/\/?versions$/, '');
}

export interface RevisionOrder {
  readonly ordered: readonly RevisionFile[];
  /** What is wrong with the graph, each with the file it shows in. */
  readonly problems: readonly { readonly path: string; readonly line: number; readonly reason: string }[];
}

/**
 * Puts the revisions of one history in an order in which Alembic could run them: every revision after those it builds
 * on. A missing parent, a cycle and a doubled id are problems; what can still be ordered is.
 */
export function orderRevisions(files: readonly RevisionFile[]): RevisionOrder {
  const problems: { path: string; line: number; reason: string }[] = [];
  const byId = new Map<string, RevisionFile>();
  for (const file of files) {
    if (byId.has(file.revision.revision))
      problems.push(problem(file, `revision ${file.revision.revision} exists twice`));
    else byId.set(file.revision.revision, file);
  }
  const find = (id: string): RevisionFile | undefined =>
    byId.get(id) ??
    (id.length >= 4 ? [...byId.values()].find((file) => file.revision.revision.startsWith(id)) : undefined);
  const waiting = new Map<RevisionFile, number>();
  const followers = new Map<RevisionFile, RevisionFile[]>();
  for (const file of byId.values()) {
    const parents = parentsOf(file.revision).map((id) => ({
      id,
      parent: find(id),
    }));
    for (const { id, parent } of parents) {
      if (parent === undefined) problems.push(problem(file, `its down_revision ${id} is not in this repository`));
      else followers.set(parent, [...(followers.get(parent) ?? []), file]);
    }
    waiting.set(file, parents.filter(({ parent }) => parent !== undefined).length);
  }
  const ordered = topological(waiting, followers);
  for (const file of byId.values()) {
    if (!ordered.includes(file))
      problems.push(problem(file, `revision ${file.revision.revision} is part of a cycle of down_revisions`));
  }
  return { ordered, problems: [...problems, ...severalHeads(ordered, followers)] };
}

const problem = (file: RevisionFile, reason: string) => ({ path: file.path, line: file.revision.line, reason });

/** Follows a branch to its end before it begins the next, as `alembic upgrade head` does. */
function topological(
  waiting: Map<RevisionFile, number>,
  followers: ReadonlyMap<RevisionFile, readonly RevisionFile[]>,
): RevisionFile[] {
  const ready = [...waiting]
    .filter(([, count]) => count === 0)
    .map(([file]) => file)
    .reverse();
  const ordered: RevisionFile[] = [];
  for (let file = ready.pop(); file !== undefined; file = ready.pop()) {
    ordered.push(file);
    for (const next of followers.get(file) ?? []) {
      const left = (waiting.get(next) ?? 0) - 1;
      waiting.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return ordered;
}

/** Two revisions that nothing follows: `alembic upgrade head` refuses to choose. */
function severalHeads(
  ordered: readonly RevisionFile[],
  followers: ReadonlyMap<RevisionFile, readonly RevisionFile[]>,
): RevisionOrder['problems'] {
  const heads = ordered.filter((file) => (followers.get(file) ?? []).length === 0);
  if (heads.length < 2) return [];
  const names = heads.map((file) => file.revision.revision).join(', ');
  return heads.slice(0, 1).map((file) => problem(file, `the history has ${String(heads.length)} heads (${names})`));
}
