/**
 * Reads and validates a GBM MOJO of about 50 MB (`npm run bench -- mojo [megabytes]`), next to `unzip -t` on the same file.
 * Trees are full binary trees with random thresholds, so that they compress as badly as real ones.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import JSZip from 'jszip';
import { readMojoArchive } from '../../src/languages/mojo/index.js';

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

async function model(megabytes: number): Promise<Uint8Array> {
  const zip = new JSZip();
  const one = tree(DEPTH);
  const nodes = 2 ** DEPTH - 1;
  const count = Math.ceil((megabytes * 1e6) / (one.length + nodes * AUX * 0.55));
  for (let index = 0; index < count; index++) {
    const name = `trees/t00_${String(index).padStart(3, '0')}`;
    zip.file(`${name}.bin`, tree(DEPTH));
    const aux = Buffer.alloc(nodes * AUX);
    for (let at = 0; at < aux.length; at += AUX) randomBytes(20).copy(aux, at);
    zip.file(`${name}_aux.bin`, aux);
  }
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
  return zip.generateAsync({ type: 'uint8array', compression: 'DEFLATE', compressionOptions: { level: 1 } });
}

const bytes = await model(Number(process.argv[3] ?? 50));
const folder = mkdtempSync(join(tmpdir(), 'mojo-'));
const file = join(folder, 'model.zip');
writeFileSync(file, bytes);
globalThis.gc?.();
const before = process.memoryUsage().rss;
let peak = before;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);
const start = performance.now();
const facts = await readMojoArchive(bytes);
const seconds = (performance.now() - start) / 1000;
clearInterval(watch);
const unzipStart = performance.now();
const unzip = spawnSync('unzip', ['-tqq', file]);
const unzipSeconds = (performance.now() - unzipStart) / 1000;
rmSync(folder, { recursive: true });
const megabytes = bytes.length / 1e6;
const largest = facts.archive?.largestEntry ?? 0;
console.log(
  `archive           ${megabytes.toFixed(1)} MB, ${facts.archive?.entries ?? 0} entries, ${((facts.archive?.inflatedBytes ?? 0) / 1e6).toFixed(1)} MB inflated`,
);
console.log(`violations        ${facts.violations.length}; ${facts.model?.trees?.nodes ?? 0} splits walked`);
console.log(`read and validate ${seconds.toFixed(2)} s, ${((1000 * seconds) / megabytes).toFixed(1)} ms a MB`);
console.log(
  `unzip -t          ${unzip.status === 0 ? `${unzipSeconds.toFixed(2)} s: ${(seconds / unzipSeconds).toFixed(1)} times that` : 'not available'}`,
);
console.log(
  `resident above    ${((peak - before) / 1e6).toFixed(1)} MB; bar (3 x largest entry + 32 MB, archive already held) ${((3 * largest) / 1e6 + 32).toFixed(1)} MB`,
);
