/**
 * Writes what follows from the checks' own metadata: a page a check, the index, the configuration's JSON Schema.
 * `--check` writes nothing and fails when a file is stale, missing or left over.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles, GENERATED_FOLDERS } from './generated.js';

const wanted = generatedFiles();
const stale: string[] = [];
for (const [path, content] of wanted) {
  if (existsSync(path) && readFileSync(path, 'utf8') === content) continue;
  stale.push(path);
}
const leftOver = GENERATED_FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !wanted.has(path)),
);

if (process.argv.includes('--check')) {
  for (const path of [...stale, ...leftOver]) console.error(`stale: ${path}`);
  if (stale.length + leftOver.length > 0) console.error('Run `npm run generate` and commit the result.');
  process.exitCode = stale.length + leftOver.length > 0 ? 1 : 0;
} else {
  for (const path of stale) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, wanted.get(path) ?? '');
  }
  for (const path of leftOver) rmSync(path);
  console.log(`${stale.length} written, ${leftOver.length} removed, ${wanted.size - stale.length} up to date`);
}
