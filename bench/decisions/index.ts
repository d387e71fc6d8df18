/**
 * What each commit of a history decides, for reading by hand: `node scripts/run-ts.mjs bench/decisions/index.ts CHECKOUT [COUNT]`.
 * Every commit is taken as a change against its first parent.
 */
import { performance } from 'node:perf_hooks';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import { decisionAreas } from '../../src/models/decisions/index.js';
import { memoryFactStore } from '../../src/reviewers/fact-store.js';
import { DEFAULT_LIMITS, SnapshotWorkspace } from '../../src/reviewers/workspace.js';
import { localReview } from '../../src/snapshot/checkout.js';
import { gitText } from '../../src/snapshot/git.js';

const [, , folder = '.', count = '50'] = process.argv;
const store = memoryFactStore();
const listed = await gitText(folder, 'log', '--first-parent', '--format=%H %s', '-n', count, 'HEAD');
const totals = { commits: 0, deciding: 0, areas: 0, slowest: 0 };

for (const row of listed.split('\n')) {
  const [commit = '', title] = [row.slice(0, 40), row.slice(41)];
  const from = performance.now();
  const local = await localReview(folder, { base: `${commit}~1`, head: commit }).catch(() => undefined);
  if (!local) continue;
  try {
    const base = local.base && new SnapshotWorkspace(local.base, DEFAULT_SETTINGS, store, DEFAULT_LIMITS, true);
    const head = new SnapshotWorkspace(local.head, DEFAULT_SETTINGS, store, DEFAULT_LIMITS, false, base);
    const begun = performance.now();
    const areas = await head.model(decisionAreas);
    const took = performance.now() - begun;
    totals.commits += 1;
    totals.deciding += areas.length > 0 ? 1 : 0;
    totals.areas += areas.length;
    totals.slowest = Math.max(totals.slowest, took);
    if (areas.length === 0) continue;
    console.log(
      `\n${commit.slice(0, 10)} ${title} (${Math.round(took)} of ${Math.round(performance.now() - from)} ms)`,
    );
    for (const { kind, what, path, line } of areas) console.log(`  ${kind.padEnd(9)} ${what}  ${path}:${line}`);
  } finally {
    local.close();
  }
}
console.log(`\n${JSON.stringify({ ...totals, slowest: Math.round(totals.slowest) })}`);
