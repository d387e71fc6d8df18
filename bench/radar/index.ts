/**
 * How fast the radar is on a whole repository, next to bare parsing of the same bytes and to ruff in the same run.
 * `npm run bench -- radar [FOLDER | --dense]`; without a folder 2,000 files are generated from the fixtures of all views, of
 * which coroutines reach about as many as in real repositories; `--dense` takes those of the process view alone.
 *
 * What is compared is measured in turns, so that other work on the machine falls on all of it alike; a ratio is the median of
 * those of the rounds. Exits with 1 when a bar is not met.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { PositionEncoding, Workspace as Ruff } from '@astral-sh/ruff-wasm-nodejs';
import { Language, Parser } from 'web-tree-sitter';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import type { FactStore } from '../../src/core/facts.js';
import type { Snapshot } from '../../src/core/types.js';
import { treeSitterReady } from '../../src/languages/tree-sitter.js';
import { radar } from '../../src/models/call-graph/radar.js';
import { memoryFactStore } from '../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../src/reviewers/workspace.js';
import { ParserPool } from '../../src/worker/parsers.js';
import { spareCores } from '../../src/worker/pool.js';

/** Times in ms: by the clock, and of the processor, all threads together. */
interface Time {
  readonly wall: number;
  readonly processor: number;
}

/** The first round compiles the code, this one's and the parsers', and counts for nothing. */
const ROUNDS = 5;
/** Changes a round, each of another file. */
const CHANGES = 9;

// The threads run compiled code.
const build = (await import(new URL('../../scripts/build.mjs', import.meta.url).href)) as { ensureBuilt: () => void };
build.ensureBuilt();
const compiled = new URL('../../dist/worker/parser-entry.cjs', import.meta.url);
const blobs = new WeakMap<Uint8Array, string>();
const source = process.argv[3];
const files = source === undefined || source === '--dense' ? generated(2000) : pythonFiles(source);
const bytes = [...files.values()].reduce((sum, content) => sum + content.byteLength, 0);
const threads = spareCores(1);
console.log(
  `${files.size} files, ${(bytes / 1e6).toFixed(1)} MB of Python; ${availableParallelism()} cores, medians of ${ROUNDS} rounds`,
);

const none = new ParserPool(0, compiled);
const parsers = new ParserPool(threads, compiled);
const bare = await barePass();
const linter = ruffPass();
const rounds: Record<string, Time>[] = [];
for (let round = 0; round <= ROUNDS; round++) {
  const taken = await oneRound(round);
  if (round > 0) rounds.push(taken);
}

const COLD = threads > 0 ? 'cold' : 'cold, one thread';
console.log(
  `\n${''.padEnd(28)}${'clock'.padStart(9)}${'ratio'.padStart(8)}${'processor'.padStart(12)}${'ratio'.padStart(8)}`,
);
print('bare web-tree-sitter');
print('ruff (wasm), ASYNC', 'bare web-tree-sitter');
print('cold, one thread', 'bare web-tree-sitter');
if (threads > 0) print('cold', 'bare web-tree-sitter');
print('nothing changed', COLD);
print('one file changed', COLD);
const found = await scan(files, memoryFactStore(1e9), parsers);
console.log(
  `\n${found.parsed} files parsed (${Math.round((found.parsed / files.size) * 100)} %, ${Math.round((found.bytes / bytes) * 100)} % of the bytes), ` +
    `${found.nodes} functions followed, ${found.sites} places found`,
);
const sizes = await memory();
console.log(`resident after each of ${sizes.length} more cold scans: ${sizes.join(', ')} MB\n`);
const met = [
  bar('cold, by the clock', ratio('wall', COLD, 'bare web-tree-sitter'), 1.4, 'of bare parsing'),
  bar('nothing changed, by the clock', ratio('wall', 'nothing changed', COLD), 0.03, 'of cold'),
  bar('one file changed, by the clock', ratio('wall', 'one file changed', COLD), 0.03, 'of cold'),
  bar('memory, last scan', (sizes.at(-1) ?? 0) / (sizes[0] ?? 1), 1.05, 'of the first'),
];
await parsers.close();
process.exitCode = met.every(Boolean) ? 0 : 1;

function bar(what: string, value: number, limit: number, of: string): boolean {
  console.log(`${value <= limit ? 'met    ' : 'NOT MET'} ${what}: ${value.toFixed(3)} ${of} (bar ${limit})`);
  return value <= limit;
}

function ratio(kind: keyof Time, what: string, base: string): number {
  return median(rounds.map((round) => (round[what]?.[kind] ?? NaN) / (round[base]?.[kind] ?? NaN)));
}

function print(what: string, base?: string): void {
  const column = (kind: keyof Time, width: number): string =>
    `${median(rounds.map((round) => round[what]?.[kind] ?? NaN)).toFixed(0)} ms`.padStart(width) +
    (base === undefined ? '' : ratio(kind, what, base).toFixed(3)).padStart(8);
  console.log(
    what.padEnd(28) + column('wall', 9) + column('processor', 12) + (base === undefined ? '' : `   of ${base}`),
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[half] ?? NaN) : ((sorted[half - 1] ?? NaN) + (sorted[half] ?? NaN)) / 2;
}

async function oneRound(round: number): Promise<Record<string, Time>> {
  let store = memoryFactStore(1e9);
  const cold = async (by: ParserPool): Promise<Time> => {
    store = memoryFactStore(1e9);
    // What the last measurement left behind is not this one's to clear away.
    globalThis.gc?.();
    return timed(() => scan(files, store, by));
  };
  globalThis.gc?.();
  const taken: Record<string, Time> = {
    'bare web-tree-sitter': await timed(bare),
    'ruff (wasm), ASYNC': await timed(linter),
    'cold, one thread': await cold(none),
  };
  if (threads > 0) taken['cold'] = await cold(parsers);
  globalThis.gc?.();
  const same: Time[] = [];
  const changed: Time[] = [];
  for (let i = 0; i < CHANGES; i++) {
    same.push(await timed(() => scan(files, store, parsers)));
    const all = oneFileChanged(round * CHANGES + i);
    changed.push(await timed(() => scan(all, store, parsers)));
  }
  taken['nothing changed'] = middle(same);
  taken['one file changed'] = middle(changed);
  return taken;
}

function middle(times: readonly Time[]): Time {
  const of = (kind: keyof Time): number => median(times.map((time) => time[kind]));
  return { wall: of('wall'), processor: of('processor') };
}

async function timed(run: () => unknown): Promise<Time> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await run();
  const wall = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { wall, processor: (user + system) / 1000 };
}

async function scan(
  all: ReadonlyMap<string, Uint8Array>,
  facts: FactStore,
  by: ParserPool,
): Promise<{ parsed: number; bytes: number; nodes: number; sites: number }> {
  const workspace = new SnapshotWorkspace(snapshot(all), DEFAULT_SETTINGS, facts, undefined, true, undefined, by);
  const { program, graph, sites } = await workspace.model(radar);
  const read = [...program.modules.keys()].reduce((sum, path) => sum + (all.get(path)?.byteLength ?? 0), 0);
  return { parsed: program.modules.size, bytes: read, nodes: graph.nodes.length, sites: sites.length };
}

function snapshot(all: ReadonlyMap<string, Uint8Array>): Snapshot {
  const entries = [...all].map(([path, content]) => ({ path, blob: blobOf(content), size: content.byteLength }));
  return {
    headSha: 'bench',
    files: entries,
    changes: [],
    read: (path) => Promise.resolve(all.get(path) ?? new Uint8Array()),
  };
}

/** Git has the ids at hand; so they are worked out before the clock runs. */
function blobOf(content: Uint8Array): string {
  let blob = blobs.get(content);
  if (blob === undefined) {
    blob = createHash('sha1').update(content).digest('hex');
    blobs.set(content, blob);
  }
  return blob;
}

/** Another file with coroutines every time. */
function oneFileChanged(change: number): ReadonlyMap<string, Uint8Array> {
  const all = new Map(files);
  const candidates = [...all].filter(([, content]) => Buffer.from(content).includes('async def'));
  const [path, content] = candidates[(change * 37) % candidates.length] ?? ['', new Uint8Array()];
  all.set(path, Buffer.concat([content, Buffer.from(`\n\nchanged = ${change}\n`)]));
  for (const one of all.values()) blobOf(one);
  return all;
}

/** Loads the parser once, as every process does. */
async function barePass(): Promise<() => void> {
  await treeSitterReady();
  const wasm = createRequire(import.meta.url).resolve('tree-sitter-python/tree-sitter-python.wasm');
  const parser = new Parser().setLanguage(await Language.load(wasm));
  const texts = [...files.values()].map((content) => Buffer.from(content).toString('utf8'));
  return () => {
    for (const text of texts) parser.parse(text)?.delete();
  };
}

function ruffPass(): () => void {
  const ruff = new Ruff({ preview: true, lint: { select: ['ASYNC'] } }, PositionEncoding.Utf16);
  const texts = [...files.values()].map((content) => Buffer.from(content).toString('utf8'));
  return () => {
    for (const text of texts) {
      try {
        ruff.check(text);
      } catch {
        // ruff refuses some files as a whole
      }
    }
  };
}

/** Resident memory in MB over repeated cold scans: flat when trees are freed. */
async function memory(): Promise<number[]> {
  const sizes: number[] = [];
  for (let round = 0; round < 4; round++) {
    await scan(files, memoryFactStore(1e9), parsers);
    globalThis.gc?.();
    sizes.push(Math.round(process.memoryUsage().rss / 1e6));
  }
  return sizes;
}

function pythonFiles(folder: string): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.py')) continue;
    const path = join(entry.parentPath, entry.name);
    const content = readFileSync(path);
    blobOf(content);
    found.set(relative(folder, path), content);
  }
  return found;
}

/** Copies of the fixtures as many small services, each file different, so that no fact is shared. */
function generated(count: number): Map<string, Uint8Array> {
  const folders =
    source === '--dense' ? ['fixtures/proc'] : ['fixtures/proc', 'fixtures/log', 'fixtures/dev', 'fixtures/scn'];
  const seeds = folders
    .flatMap((folder) =>
      [...pythonFiles(folder)].map(
        ([path, content]) => [join(folder.slice('fixtures/'.length), path), content] as const,
      ),
    )
    .filter(([path]) => !path.includes('tests/'));
  const found = new Map<string, Uint8Array>();
  for (let copy = 0; found.size < count; copy++) {
    for (const [path, content] of seeds) {
      if (found.size >= count) break;
      const filler = Array.from(
        { length: 12 },
        (_, i) =>
          `def helper_${copy}_${i}(value, scale=${i}):\n    total = [item * scale for item in value if item is not None]\n    return {"total": sum(total), "count": len(total), "copy": ${copy}}\n`,
      );
      const varied = Buffer.concat([content, Buffer.from(`\n\n${filler.join('\n\n')}`)]);
      blobOf(varied);
      found.set(`service_${copy}/${path}`, varied);
    }
  }
  return found;
}
