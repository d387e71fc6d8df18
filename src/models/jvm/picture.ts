import type { Section } from '../../core/types.js';
import type { Workspace } from '../../core/workspace.js';
import { humanBytes, percent } from '../workloads/index.js';
import { jvmMemory, type JvmMemory } from './memory.js';

const MAX_ROWS = 30;
const WIDTH = 40;

/** One line a JVM: name, bar, and what the bar says. The mark is the highest accepted share. */
export function memoryPicture(memories: readonly JvmMemory[]): string {
  const shown = distinct(memories).slice(0, MAX_ROWS);
  const width = Math.max(0, ...shown.map((memory) => nameOf(memory).length));
  const lines = shown.map((memory) => `${nameOf(memory).padEnd(width)}  ${bar(memory)}  ${inWords(memory)}`);
  return [`${''.padEnd(width)}  █ heap  ░ native  | most that the heap may take`, ...lines].join('\n');
}

function bar({ share, allowed }: JvmMemory): string {
  if (share === undefined) return `[${'?'.repeat(WIDTH)}]`;
  const heap = Math.max(0, Math.min(WIDTH, Math.round(share * WIDTH)));
  const cells = `${'█'.repeat(heap)}${'░'.repeat(WIDTH - heap)}`;
  const mark = Math.round(allowed * WIDTH);
  return `[${cells.slice(0, mark)}|${cells.slice(mark)}]`;
}

/** The image decides, in a way that the repository does not show. */
const unseen = ({ decidedBy, unknown, launch }: JvmMemory): boolean =>
  decidedBy === undefined && (unknown !== undefined || launch.kind === 'self-sizing');

function inWords(memory: JvmMemory): string {
  const { share, limit, heap } = memory;
  const total = limit?.bytes;
  const size = unseen(memory) ? undefined : heap.configured.by === 'size' ? heap.configured.bytes : heap.bytes;
  if (share === undefined || total === undefined) {
    const bound =
      total === undefined ? (limit === undefined ? 'no limit' : 'limit unknown') : `limit ${humanBytes(total)}`;
    return `heap ${size === undefined ? 'unknown' : humanBytes(size)}, ${bound}`;
  }
  const used = Math.round(total * share);
  return `heap ${humanBytes(used)} + native ${humanBytes(Math.max(0, total - used))} = limit ${humanBytes(total)} (${percent(share)})`;
}

const MAX_NAME = 40;

function nameOf({ workload, container }: JvmMemory): string {
  const { name } = container;
  const full = name === '' || name === workload.name ? workload.name : `${workload.name}/${name}`;
  return full.length > MAX_NAME ? `${full.slice(0, MAX_NAME - 1)}…` : full;
}

/** The split of every JVM whose files the change touches, for the review's body and the command line. */
export const memorySection = (workspace: Workspace): Promise<readonly Section[]> =>
  memorySectionOf(workspace, (path) => workspace.addedLines(path) !== undefined);

/** The split of every JVM that something in one of the paths decides. */
export async function memorySectionOf(
  workspace: Workspace,
  concerns: (path: string) => boolean,
): Promise<readonly Section[]> {
  const memories = distinct(await workspace.model(jvmMemory)).filter((memory) => placesOf(memory).some(concerns));
  if (memories.length === 0) return [];
  const more = memories.length > MAX_ROWS ? [`${memories.length - MAX_ROWS} more are not shown.`] : [];
  return [
    {
      view: 'phy',
      title: 'Memory split',
      ...(more.length > 0 ? { paragraphs: more } : {}),
      table: {
        head: ['Workload', 'Heap', 'Set by', 'Native', 'Limit', 'Share', 'At most'],
        rows: memories.slice(0, MAX_ROWS).map(row),
      },
      code: { language: 'text', text: memoryPicture(memories) },
    },
  ];
}

function row(memory: JvmMemory): string[] {
  const { share, limit, heap, decidedBy, allowed } = memory;
  const total = limit?.bytes;
  const size =
    total !== undefined && share !== undefined
      ? Math.round(total * share)
      : heap.configured.by === 'size'
        ? heap.configured.bytes
        : unseen(memory)
          ? undefined
          : heap.bytes;
  const origin =
    decidedBy === undefined
      ? (memory.unknown ??
        (unseen(memory) ? (memory.launch.image?.rule ?? "the image's own rule") : "the JVM's default"))
      : `${decidedBy.option.text}, ${decidedBy.source}`;
  return [
    nameOf(memory),
    size === undefined ? 'unknown' : humanBytes(size),
    decidedBy === undefined || decidedBy.byImage ? origin : `${origin} (${decidedBy.at.path}:${decidedBy.at.line})`,
    total === undefined || size === undefined ? 'unknown' : humanBytes(Math.max(0, total - size)),
    limit === undefined
      ? 'none'
      : total === undefined
        ? 'unknown'
        : `${humanBytes(total)} (${limit.at.path}:${limit.at.line})`,
    share === undefined ? 'unknown' : percent(share),
    percent(allowed),
  ];
}

const placesOf = ({ container, limit, decidedBy }: JvmMemory): string[] => [
  container.at.path,
  ...(limit ? [limit.at.path] : []),
  ...(decidedBy ? [decidedBy.at.path] : []),
];

/** Projects that share files show a container once. */
function distinct(memories: readonly JvmMemory[]): JvmMemory[] {
  const seen = new Map<string, JvmMemory>();
  for (const memory of memories) {
    const { container, limit, share, heap } = memory;
    const key = [container.at.path, container.at.line, limit?.bytes, share, heap.bytes].join(' ');
    if (!seen.has(key)) seen.set(key, memory);
  }
  return [...seen.values()];
}
