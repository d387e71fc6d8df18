// Compiles src/ to dist/ when a source is newer than the last build. Type errors are `npm run typecheck`'s business:
// here they would only stand between a newcomer and the first command.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'dist', '.built');

/** Newest modification time below a folder, in ms. */
function newest(folder) {
  let latest = statSync(folder).mtimeMs;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}

export function ensureBuilt() {
  if (!existsSync(join(root, 'src'))) return;
  if (
    existsSync(stamp) &&
    statSync(stamp).mtimeMs >= Math.max(newest(join(root, 'src')), statSync(join(root, 'tsconfig.build.json')).mtimeMs)
  )
    return;
  build();
}

export function build() {
  let tsc;
  try {
    tsc = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
  } catch {
    console.error(
      'dialectic: not built yet, and the TypeScript compiler is not installed. Run `npm ci` in the checkout first.',
    );
    process.exit(2);
  }
  process.stderr.write('dialectic: building (first use, or the sources changed) …\n');
  // Into a folder of its own, then swapped in: two commands at once never see half a build.
  const fresh = join(root, `dist.${process.pid}`);
  const started = new Date();
  const result = spawnSync(
    process.execPath,
    [
      tsc,
      '-p',
      join(root, 'tsconfig.build.json'),
      '--noCheck',
      '--incremental',
      'false',
      '--tsBuildInfoFile',
      'null',
      '--outDir',
      fresh,
    ],
    {
      stdio: ['ignore', 2, 2],
    },
  );
  if (result.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    console.error('dialectic: the build failed; the messages above say where.');
    process.exit(2);
  }
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, '.built'), '');
  // A source that is saved while the compiler runs is newer than this build.
  utimesSync(join(fresh, '.built'), started, started);
  swapIn(fresh);
}

/** Puts a build in the place of the last one, also when another command does the same at this moment. */
function swapIn(fresh) {
  const dist = join(root, 'dist');
  const last = `${fresh}.last`;
  for (let attempts = 10; ; attempts--) {
    try {
      renameSync(dist, last);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    rmSync(last, { recursive: true, force: true });
    try {
      return renameSync(fresh, dist);
    } catch (error) {
      // The other command's build came in between: it makes room for ours, which is as new.
      if (attempts === 0 || !['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
