/** `npm run bench -- radar [arguments]` runs bench/radar/index.ts; each prints ratios measured in one run. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const names = readdirSync(here, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() && existsSync(join(here, entry.name, 'index.ts')) ? [entry.name] : [],
);
const name = process.argv[2];
if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run bench -- <name> [arguments]\nnames: ${names.join(', ') || 'none yet'}`);
  process.exit(2);
}
await import(pathToFileURL(join(here, name, 'index.ts')).href);
