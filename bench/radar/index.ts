/**
 * How fast the radar is on a whole repository, next to bare parsing of the same bytes and to ruff in the same run.
 * `npm run bench -- radar [FOLDER | --dense]`; without a folder 2,000 files are generated from the fixtures of all views, of
 * which coroutines reach about as many as in real repositories; `--dense` takes those of the process view alone.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { PositionEncoding, Workspace as Ruff } from '@astral-sh/ruff-wasm-nodejs';
import { Language, Parser } from 'web-tree-sitter';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import type { FactStore } from '../../src/core/facts.js';
import type { Snapshot } from '../../src/core/types.js';
import { radar } from '../../src/models/call-graph/radar.js';
import { memoryFactStore } from '../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../src/reviewers/workspace.js';

const PASSES = 3;
const blobs = new WeakMap<Uint8Array, string>();
const source = process.argv[3];
const files = source === undefined || source === '--dense' ? generated(2000) : pythonFiles(source);
const bytes = [...files.values()].reduce((sum, content) => sum + content.byteLength, 0);
console.log(`${files.size} files, ${(bytes / 1e6).toFixed(1)} MB of Python; processor time, best of ${PASSES}`);

const bare = await best(barePass);
const linter = await best(ruffPass);
let store = memoryFactStore(1e9);
const cold = await best(async () => {
  store = memoryFactStore(1e9);
  return timed(() => scan(files, store));
});
const warm = await best(() => timed(() => scan(files, store)));
const changed = await best((pass) => {
  const all = oneFileChanged(pass);
  return timed(() => scan(all, store));
});

print('bare web-tree-sitter, all files', bare);
print('ruff (wasm), ASYNC', linter, bare, 'of bare');
print('radar, cold', cold, bare, 'of bare');
print('radar, nothing changed', warm, cold, 'of cold');
print('radar, one file changed', changed, cold, 'of cold');
const found = await scan(files, store);
console.log(
  `${found.parsed} files parsed (${Math.round((found.parsed / files.size) * 100)} %), ${found.nodes} functions followed, ${found.sites} places found`,
);
await memory();

function print(what: string, ms: number, base?: number, of = ''): void {
  console.log(
    `${what.padEnd(36)} ${ms.toFixed(0).padStart(7)} ms${base === undefined ? '' : `   ${(ms / base).toFixed(3)} ${of}`}`,
  );
}

async function best(run: (pass: number) => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let pass = 0; pass < PASSES; pass++) times.push(await run(pass));
  return Math.min(...times);
}

/** Processor time, so that other work on the machine does not count. */
async function timed(run: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.();
  const started = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

async function scan(
  all: ReadonlyMap<string, Uint8Array>,
  facts: FactStore,
): Promise<{ parsed: number; nodes: number; sites: number }> {
  const workspace = new SnapshotWorkspace(snapshot(all), DEFAULT_SETTINGS, facts, undefined, true);
  const { program, graph, sites } = await workspace.model(radar);
  return { parsed: program.modules.size, nodes: graph.nodes.length, sites: sites.length };
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

function oneFileChanged(pass: number): ReadonlyMap<string, Uint8Array> {
  const all = new Map(files);
  const path = [...all].find(([, content]) => Buffer.from(content).includes('async def'))?.[0] ?? '';
  all.set(path, Buffer.concat([all.get(path) ?? new Uint8Array(), Buffer.from(`\n\nchanged = ${pass}\n`)]));
  for (const content of all.values()) blobOf(content);
  return all;
}

async function barePass(): Promise<number> {
  await Parser.init();
  const wasm = createRequire(import.meta.url).resolve('tree-sitter-python/tree-sitter-python.wasm');
  const parser = new Parser().setLanguage(await Language.load(wasm));
  const texts = [...files.values()].map((content) => Buffer.from(content).toString('utf8'));
  const time = await timed(() => {
    for (const text of texts) parser.parse(text)?.delete();
    return Promise.resolve();
  });
  parser.delete();
  return time;
}

async function ruffPass(): Promise<number> {
  const ruff = new Ruff({ preview: true, lint: { select: ['ASYNC'] } }, PositionEncoding.Utf16);
  const texts = [...files.values()].map((content) => Buffer.from(content).toString('utf8'));
  return timed(() => {
    for (const text of texts) {
      try {
        ruff.check(text);
      } catch {
        // ruff refuses some files as a whole
      }
    }
    return Promise.resolve();
  });
}

/** Resident memory over repeated cold scans: flat when trees are freed. */
async function memory(): Promise<void> {
  const sizes: number[] = [];
  for (let round = 0; round < 4; round++) {
    await scan(files, memoryFactStore(1e9));
    globalThis.gc?.();
    sizes.push(Math.round(process.memoryUsage().rss / 1e6));
  }
  console.log(`resident after each of four more cold scans: ${sizes.join(', ')} MB`);
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
