/**
 * Compares the state folded from Alembic revisions with what Alembic itself makes of them.
 *
 *   node scripts/run-ts.mjs bench/schema/alembic.ts CHECKOUT VERSIONS_DIR [--online] [--python PATH]
 *
 * Without --online: `alembic upgrade heads --sql`, read by the SQL side of the model. With it: the revisions run on an
 * empty database (PGHOST and its kin), for histories that ask the database while they run.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import { readSql } from '../../src/languages/sql/index.js';
import { fold, schemaModel } from '../../src/models/schema/index.js';
import { memoryFactStore } from '../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../src/reviewers/workspace.js';
import { directorySnapshot } from '../../src/snapshot/directory.js';
import { catalogOf, createDatabase, dropDatabase } from './catalog.js';
import { compareStates, stateOf } from './compare.js';
import type { State } from './compare.js';

const args = process.argv.slice(2);
const online = args.includes('--online');
const python = args.includes('--python') ? (args[args.indexOf('--python') + 1] ?? 'python3') : 'python3';
const [checkout, versions] = args.filter((argument, i) => !argument.startsWith('--') && args[i - 1] !== '--python');
if (checkout === undefined || versions === undefined) throw new Error('usage: alembic.ts CHECKOUT VERSIONS_DIR');

const workspace = new SnapshotWorkspace(
  await directorySnapshot(checkout),
  DEFAULT_SETTINGS,
  memoryFactStore(),
  undefined,
  true,
);
const schema = await workspace.model(schemaModel);
const database = schema.databases.find(
  ({ tool, migrations }) => tool === 'alembic' && migrations.some(({ path }) => path.startsWith(`${versions}/`)),
);
if (database === undefined) throw new Error(`no Alembic history in ${versions}`);

const real = online ? runOnline(join(checkout, versions)) : runOffline(join(checkout, versions));
for (const state of [real]) state.delete('public.alembic_version');
const folded = stateOf(database);
const { counts, differences } = compareStates(folded, real);
const doubts = [...database.doubts, ...database.tables.flatMap((table) => table.doubts)];
console.log(
  `${versions}: ${String(database.migrations.length)} revisions, ${counts}, ${String(differences.length)} differences, ${String(doubts.length)} places not evaluated`,
);
for (const doubt of doubts.slice(0, 8))
  console.log(`  not evaluated: ${doubt.origin.path}:${String(doubt.origin.line)} ${doubt.reason}`);
for (const line of differences.slice(0, 60)) console.log(`  ${line}`);

function render(folder: string, ...more: string[]): string {
  const run = spawnSync(python, [join(import.meta.dirname, 'render_alembic.py'), folder, ...more], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) throw new Error(run.stderr.split('\n').slice(-12).join('\n'));
  return run.stdout;
}

function runOffline(folder: string): State {
  const { facts, problems } = readSql(render(folder));
  for (const problem of problems.slice(0, 5))
    console.log(`  rendered SQL line ${String(problem.line)}: ${problem.reason}`);
  const changes = facts.statements.flatMap((statement) => statement.changes);
  return stateOf(fold('plain', 'rendered', [{ path: 'rendered.sql', order: 0, changes, queries: [] }]));
}

function runOnline(folder: string): State {
  const name = createDatabase();
  try {
    render(folder, '--online', `postgresql+psycopg2:///${name}`);
    return catalogOf(name);
  } finally {
    dropDatabase(name);
  }
}
