import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Unreadable } from '../../src/core/errors.js';
import type { FileChange, PullRequest, Snapshot } from '../../src/core/types.js';

export type Content = string | Uint8Array;

/** A snapshot made of literals. `changes` left out means that nothing changed; `artifacts` names files that a workflow run uploaded. */
export function snapshotOf(
  files: Readonly<Record<string, Content>>,
  more: {
    changes?: readonly FileChange[];
    pull?: Partial<PullRequest>;
    headSha?: string;
    artifacts?: readonly string[];
  } = {},
): Snapshot {
  const contents = new Map(
    Object.entries(files).map(([path, content]) => [
      path,
      typeof content === 'string' ? Buffer.from(content) : content,
    ]),
  );
  return {
    headSha: more.headSha ?? 'a'.repeat(40),
    files: [...contents].map(([path, bytes]) => ({
      path,
      blob: blobId(bytes),
      size: bytes.byteLength,
      ...(more.artifacts?.includes(path) ? { artifact: true } : {}),
    })),
    read: (path) => {
      const bytes = contents.get(path);
      return bytes ? Promise.resolve(bytes) : Promise.reject(new Unreadable(path, 'not in the snapshot'));
    },
    changes: more.changes ?? [],
    ...(more.pull ? { pull: pullRequest(more.pull) } : {}),
  };
}

export const pullRequest = (pull: Partial<PullRequest> = {}): PullRequest => ({
  number: 1,
  title: 'A change',
  body: '',
  author: 'ada',
  authorIsBot: false,
  draft: false,
  baseSha: 'b'.repeat(40),
  ...pull,
});

/** A change that added the whole file. */
export const added = (path: string, content: string): FileChange => {
  const lines = [{ start: 1, end: Math.max(1, content.split('\n').length) }];
  return { path, status: 'added', added: lines, hunks: lines };
};

/** The changes between two trees, lines worked out as a line diff does: what the common start and end leave. */
export function changeBetween(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): FileChange[] {
  const gone = Object.keys(before).filter((path) => !(path in after));
  return [
    ...Object.entries(after).flatMap(([path, text]): FileChange[] => {
      const old = before[path];
      if (old === undefined) {
        const previousPath = gone.find((candidate) => before[candidate] === text);
        return [
          previousPath === undefined
            ? added(path, text)
            : { path, previousPath, status: 'renamed', added: [], hunks: [] },
        ];
      }
      return old === text ? [] : [modified(path, old.split('\n'), text.split('\n'))];
    }),
    ...gone.map((path): FileChange => ({ path, status: 'removed', added: [], hunks: [] })),
  ];
}

function modified(path: string, old: readonly string[], now: readonly string[]): FileChange {
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const lines = now.length - end > start ? [{ start: start + 1, end: now.length - end }] : [];
  return { path, status: 'modified', added: lines, hunks: lines };
}

const blobId = (bytes: Uint8Array): string =>
  createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');

/** Every file below a folder, by path relative to it. */
export function readTree(folder: string): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  const walk = (relative: string): void => {
    for (const entry of readdirSync(join(folder, relative), { withFileTypes: true })) {
      const path = relative ? `${relative}/${entry.name}` : entry.name;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) files[path] = readFileSync(join(folder, path));
    }
  };
  walk('');
  return files;
}
