import { defineModel, type Workspace } from '../../core/workspace.js';
import { UNKNOWN, workloads, type Amount, type Container, type Place, type Workload } from '../workloads/index.js';
import { programs } from '../workloads/programs.js';
import { pythonUse } from '../workloads/python-use.js';
import { heapSize, last, type HeapSize } from './heap.js';
import { pythonLaunch } from './python-launch.js';
import { jvmLaunch, type JvmLaunch, type LaunchOption } from './launch.js';
import { h2oTrainsXgboost } from './xgboost.js';
import { argumentFiles, optionFiles, startScript } from './files.js';

/** How the memory of one JVM container is divided. */
export interface JvmMemory {
  readonly workload: Workload;
  readonly container: Container;
  readonly launch: JvmLaunch;
  readonly limit: Amount | undefined;
  readonly heap: HeapSize;
  /** The option that decides the heap; undefined when nothing asks for a size. */
  readonly decidedBy: LaunchOption | undefined;
  /** Configured heap ÷ limit; undefined when either is not known. */
  readonly share: number | undefined;
  /** Highest accepted share here. */
  readonly allowed: number;
  /** Why the heap is not known for certain. */
  readonly unknown: string | undefined;
}

/** Every container that runs a JVM, over all workloads. */
export const jvmMemory = defineModel('jvm-memory', async (workspace): Promise<readonly JvmMemory[]> => {
  const found: JvmMemory[] = [];
  const xgboost = await workspace.model(h2oTrainsXgboost);
  const files = await workspace.model(programs);
  const use = await workspace.model(pythonUse);
  for (const workload of await workspace.model(workloads)) {
    for (const container of workload.containers) {
      const starts = (files.get(container) ?? []).flatMap((path) => use.get(path)?.h2o ?? []);
      const started =
        pythonLaunch(container, starts) ??
        jvmLaunch(
          container,
          workload.platform === 'kubernetes',
          await startScript(workspace, container),
          await optionFiles(workspace, workload, container),
          await argumentFiles(workspace, workload, container),
        );
      if (started === undefined) continue;
      const launch = { ...started, options: await narrowed(started.options, container, workspace) };
      const memory = memoryOf(workload, container, launch, workspace, xgboost);
      recordUnknown(memory, workspace);
      found.push(memory);
    }
  }
  return found;
});

/** A heap or a limit that nobody can tell from the repository is said, not guessed. */
function recordUnknown({ container, launch, decidedBy, unknown, limit }: JvmMemory, workspace: Workspace): void {
  const { path, line } = container.at;
  const record = (reason: string): void => workspace.gap({ path, line, kind: 'unsupported', reason });
  if (unknown !== undefined && decidedBy === undefined && launch.kind !== 'self-sizing') {
    record(`the heap of ${container.name} is not known: ${unknown}`);
  }
  if (limit?.unknown !== undefined) record(`the memory limit of ${container.name} is not known: ${limit.unknown}`);
}

function memoryOf(
  workload: Workload,
  container: Container,
  launch: JvmLaunch,
  workspace: Workspace,
  xgboost: boolean,
): JvmMemory {
  const options = launch.options.map(({ option }) => option);
  const { limit } = container;
  const heap = heapSize(options, limit?.bytes);
  const { heapShare, heapShareWithXgboost } = workspace.settings.physical;
  const decidedBy = heap.configured.by === 'default' ? undefined : sourceOf(launch.options, heap.configured.text);
  const unknown = unknownBecause(launch);
  // What nobody can see is not HotSpot's default.
  const byDefault = decidedBy === undefined && unknown === undefined && launch.kind !== 'self-sizing';
  return {
    workload,
    container,
    launch,
    limit,
    heap,
    decidedBy,
    share:
      decidedBy === undefined && !byDefault
        ? undefined
        : shareOf(
            heap,
            limit,
            options.some(({ kind }) => kind === 'maxRam'),
          ),
    allowed: launch.kind === 'h2o' && xgboost ? Math.min(heapShare, heapShareWithXgboost) : heapShare,
    unknown,
  };
}

const sourceOf = (options: readonly LaunchOption[], text: string): LaunchOption | undefined =>
  options.findLast(({ option }) => option.text === text);

function shareOf(heap: HeapSize, limit: Amount | undefined, ownMemory: boolean): number | undefined {
  if (limit?.bytes === undefined) return undefined;
  if (heap.configured.by === 'size') return heap.configured.bytes / limit.bytes;
  return ownMemory && heap.bytes !== undefined ? heap.bytes / limit.bytes : heap.configured.share;
}

function unknownBecause({ options, open, startKnown }: JvmLaunch): string | undefined {
  const parsed = options.map(({ option }) => option);
  const invalid = last(parsed, 'invalid');
  const unknown = last(parsed, 'unknown');
  if (invalid !== undefined) return `${invalid.text} is no option that the JVM accepts`;
  if (unknown !== undefined)
    return `${unknown.text.replaceAll(UNKNOWN, '?')} depends on a value that is not in the repository`;
  return open[0] ?? (startKnown ? undefined : 'its start command is inside the image');
}

/** Each option on the very line that holds it: of a list over several lines, a text block, an instruction with continuations. */
async function narrowed(
  options: readonly LaunchOption[],
  { entrypoint, command }: Container,
  workspace: Workspace,
): Promise<LaunchOption[]> {
  return Promise.all(
    options.map(async (option) => {
      if (option.byImage) return option;
      const fromCommand = option.source === 'the command' ? [entrypoint?.at, command?.at] : [];
      for (const place of [option.at, ...fromCommand]) {
        const line = place && (await lineWith(option.option.text, place, workspace));
        if (place !== undefined && line !== undefined)
          return { ...option, at: { path: place.path, line, endLine: line } };
      }
      return option;
    }),
  );
}

async function lineWith(
  text: string,
  { path, line, endLine }: Place,
  workspace: Workspace,
): Promise<number | undefined> {
  const lines = ((await workspace.text(path)) ?? '').split(/\r?\n/).slice(line - 1, endLine);
  // Where a variable gives the value: `-Xmx$(HEAP)`.
  const open = `${/^-(?:Xm[xs]|XX:\w+=)/.exec(text)?.[0] ?? text}$`;
  const literal = lines.findIndex((content) => content.includes(text));
  const index = literal >= 0 ? literal : lines.findIndex((content) => content.includes(open));
  return index < 0 ? undefined : line + index;
}

const STEP = 64 * 1024 ** 2;

/** The largest heap within a share of the limit, in bytes: whole multiples of 64 MiB where there are any. */
export function fittingHeap(limit: number, share: number): number {
  const bytes = Math.floor(limit * share);
  const unit = bytes >= 4 * STEP ? STEP : 1024 ** 2;
  return Math.floor(bytes / unit) * unit;
}
