/** Reads one MOJO in a process that has done nothing else: so that memory is what the reading takes. Prints JSON. */
import { readFileSync } from 'node:fs';
import { readMojoArchive, type MojoFacts } from '../../src/languages/mojo/index.js';

export interface Measured {
  readonly facts: MojoFacts;
  readonly seconds: number;
  /** Of the processor: a busy machine makes the other one longer. */
  readonly cpuSeconds: number;
  readonly archiveBytes: number;
  /** The most that was resident above the baseline: before the archive was read, everything imported. */
  readonly aboveBytes: number;
}

globalThis.gc?.();
const before = process.memoryUsage().rss;
let peak = before;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 2);
const bytes = readFileSync(process.argv[2] ?? '');
const start = performance.now();
const cpu = process.cpuUsage();
const facts = await readMojoArchive(bytes);
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
clearInterval(watch);
peak = Math.max(peak, process.memoryUsage().rss);
const measured: Measured = {
  facts,
  seconds,
  cpuSeconds: (user + system) / 1e6,
  archiveBytes: bytes.length,
  aboveBytes: peak - before,
};
process.stdout.write(JSON.stringify(measured));
