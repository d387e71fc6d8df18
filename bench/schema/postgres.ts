/**
 * Applies a repository's raw SQL histories to a real PostgreSQL and compares the catalog with the folded state.
 *
 *   node scripts/run-ts.mjs bench/schema/postgres.ts CHECKOUT [ROOT]
 *
 * Needs `psql` and a server on which it may create databases (PGHOST and its kin).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import { schemaModel } from '../../src/models/schema/index.js';
import type { Database } from '../../src/models/schema/index.js';
import { memoryFactStore } from '../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../src/reviewers/workspace.js';
import { directorySnapshot } from '../../src/snapshot/directory.js';
import { catalogOf, createDatabase, dropDatabase, runScript } from './catalog.js';
import { compareStates, stateOf, unknownOf } from './compare.js';

const [checkout, wanted] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
if (checkout === undefined) throw new Error('usage: postgres.ts CHECKOUT [ROOT]');

const workspace = new SnapshotWorkspace(
  await directorySnapshot(checkout),
  DEFAULT_SETTINGS,
  memoryFactStore(),
  undefined,
  true,
);
const schema = await workspace.model(schemaModel);
for (const database of schema.databases) {
  if (!isSqlHistory(database) || (wanted !== undefined && database.root !== wanted)) continue;
  compare(database, checkout);
}

function isSqlHistory(database: Database): boolean {
  return !['alembic', 'models', 'embedded', 'plain'].includes(database.tool) && database.migrations.length > 2;
}

function compare(database: Database, root: string): void {
  const name = createDatabase();
  try {
    const failed = database.migrations.flatMap(({ path }) =>
      runScript(name, upPart(readFileSync(join(root, path), 'utf8'))).map((error) => `${path}: ${error}`),
    );
    const { differences, said, counts } = compareStates(stateOf(database), catalogOf(name), unknownOf(database));
    const label = `${database.root} (${database.tool}): ${String(database.migrations.length)} migrations, ${counts}`;
    console.log(
      `${label}, ${String(differences.length)} differences, ${String(said)} on what is said to be unknown, ${String(failed.length)} failed statements`,
    );
    for (const { reason, origin } of [...database.doubts, ...database.tables.flatMap(({ doubts }) => doubts)].slice(
      0,
      6,
    ))
      console.log(`  not evaluated: ${origin.path}:${String(origin.line)} ${reason}`);
    for (const line of [...failed.slice(0, 10), ...differences.slice(0, 40)]) console.log(`  ${line}`);
  } finally {
    dropDatabase(name);
  }
}

/** Without the way back, where a file holds both. */
function upPart(text: string): string {
  const up = text.replace(/^--[ \t]*(?:migrate:down|\+goose[ \t]+Down)[\s\S]*$/im, '');
  return /\bLOCK\s+TABLE\b/i.test(up) && !/NO TRANSACTION|^\s*BEGIN\s*;/im.test(up) ? `BEGIN;\n${up}\nCOMMIT;` : up;
}
