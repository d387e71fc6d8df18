/**
 * Writes a GBM MOJO of at least 50 MB (`npm run bench -- mojo [megabytes]`), and reads and validates it in a process of its own, next to
 * `unzip -t` on the same file. Trees are full binary trees with random thresholds, so that they compress as badly as real ones.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import JSZip from 'jszip';
import type { Measured } from './measure.js';

const DEPTH = 12;
const AUX = 40;

/** A full tree of a depth, as H2O's writer lays it out. */
function tree(depth: number): Buffer {
  const head = (type: number): Buffer => Buffer.concat([Buffer.from([type, depth % 4, 0, 2]), randomBytes(4)]);
  if (depth === 1) return Buffer.concat([head(0xc0 | 48), randomBytes(4), randomBytes(4)]);
  const left = tree(depth - 1);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(left.length);
  return Buffer.concat([head(3), length, left, tree(depth - 1)]);
}

const DEFLATED = { type: 'uint8array', compression: 'DEFLATE', compressionOptions: { level: 1 } } as const;

/** A tree and the records that belong to it. */
function addTree(zip: JSZip, index: number): void {
  const name = `trees/t00_${String(index).padStart(3, '0')}`;
  zip.file(`${name}.bin`, tree(DEPTH));
  const aux = Buffer.alloc((2 ** DEPTH - 1) * AUX);
  for (let at = 0; at < aux.length; at += AUX) randomBytes(20).copy(aux, at);
  zip.file(`${name}_aux.bin`, aux);
}

/** As many trees as the size takes, by what one of them takes. */
async function model(megabytes: number): Promise<Uint8Array> {
  const one = new JSZip();
  addTree(one, 0);
  const count = Math.ceil((megabytes * 1e6) / ((await one.generateAsync(DEFLATED)).length - 300));
  const zip = new JSZip();
  for (let index = 0; index < count; index++) addTree(zip, index);
  const keys = {
    h2o_version: '3.46.0.6',
    mojo_version: '1.40',
    license: 'Apache',
    algo: 'gbm',
    algorithm: 'Gradient Boosting Machine',
    endianness: 'LITTLE_ENDIAN',
    category: 'Regression',
    uuid: '1',
    supervised: 'true',
    n_features: '4',
    n_classes: '1',
    n_columns: '5',
    n_domains: '0',
    balance_classes: 'false',
    default_threshold: '0.5',
    n_trees: String(count),
    n_trees_per_class: '1',
    _genmodel_encoding: 'AUTO',
    distribution: 'gaussian',
    init_f: '0.1',
  };
  const info = Object.entries(keys).map(([key, value]) => `${key} = ${value}`);
  zip.file('model.ini', ['[info]', ...info, '', '[columns]', 'a', 'b', 'c', 'd', 'y', '', '[domains]', ''].join('\n'));
  return zip.generateAsync(DEFLATED);
}

const folder = mkdtempSync(join(tmpdir(), 'mojo-'));
const file = join(folder, 'model.zip');
writeFileSync(file, await model(Number(process.argv[3] ?? 50)));
const child = spawnSync(process.execPath, ['--expose-gc', 'scripts/run-ts.mjs', 'bench/mojo/measure.ts', file], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
const start = performance.now();
const timed = ['-c', 'TIMEFORMAT="%U %S"; time unzip -tqq "$0"', file];
const unzip = spawnSync('bash', timed, { encoding: 'utf8' });
const unzipSeconds = (performance.now() - start) / 1000;
rmSync(folder, { recursive: true });
if (child.status !== 0) throw new Error(`measuring ended with ${String(child.status)}`);
const unzipCpu = unzip.stderr
  .trim()
  .split(' ')
  .map(Number)
  .reduce((sum, part) => sum + part, 0);
const { facts, seconds, cpuSeconds, archiveBytes, aboveBytes } = JSON.parse(child.stdout) as Measured;
const megabytes = archiveBytes / 1e6;
const { entries = 0, inflatedBytes = 0, largestEntry = 0 } = facts.archive ?? {};
const bar = archiveBytes + 3 * largestEntry + 32e6;
console.log(
  `archive           ${megabytes.toFixed(1)} MB, ${entries} entries, ${(inflatedBytes / 1e6).toFixed(1)} MB inflated, largest ${(largestEntry / 1e6).toFixed(2)} MB`,
);
console.log(`violations        ${facts.violations.length}; ${facts.model?.trees?.nodes ?? 0} splits walked`);
const row = (name: string, wall: number, processor: number): void => {
  const perMegabyte = (value: number): string => `${((1000 * value) / megabytes).toFixed(1)} ms a MB`;
  console.log(
    `${name.padEnd(18)}${wall.toFixed(2)} s, ${perMegabyte(wall)}; of the processor ${processor.toFixed(2)} s, ${perMegabyte(processor)}`,
  );
};
row('read and validate', seconds, cpuSeconds);
if (unzip.status === 0) {
  row('unzip -t', unzipSeconds, unzipCpu);
  console.log(
    `ratio             ${(seconds / unzipSeconds).toFixed(1)}, of the processor ${(cpuSeconds / unzipCpu).toFixed(1)}`,
  );
} else console.log('unzip -t          not available');
console.log(
  `resident above    ${(aboveBytes / 1e6).toFixed(1)} MB, the archive among it; bar (archive + 3 x largest entry + 32 MB) ${(bar / 1e6).toFixed(1)} MB`,
);
