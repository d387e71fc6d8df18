/**
 * How the decision records of a checkout are judged: `node scripts/run-ts.mjs bench/records/index.ts CHECKOUT… [--list]`.
 * `--list` names each record that lacks something.
 */
import { parseArgs } from 'node:util';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import { contradictsMandate } from '../../src/checks/dia/contradicts-mandate.js';
import { planByDefault } from '../../src/core/check.js';
import { changedRecords } from '../../src/models/argument/index.js';
import { memoryFactStore } from '../../src/reviewers/fact-store.js';
import { runCheck } from '../../src/reviewers/run-checks.js';
import { DEFAULT_LIMITS, SnapshotWorkspace } from '../../src/reviewers/workspace.js';
import { localReview } from '../../src/snapshot/checkout.js';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { list: { type: 'boolean' } } });

for (const folder of positionals) {
  const local = await localReview(folder, { all: true });
  const workspace = new SnapshotWorkspace(local.head, DEFAULT_SETTINGS, memoryFactStore(), DEFAULT_LIMITS, true);
  const records = await workspace.model(changedRecords);
  const lacking = records.filter(({ record }) => !record.status.retired && record.missing.length > 0);
  const outcome = await runCheck(planByDefault(contradictsMandate), workspace);
  const against = 'findings' in outcome ? outcome.findings : [];
  console.log(
    `${folder}: ${records.length} records, ${records.filter(({ record }) => record.status.retired).length} retired, ${lacking.length} incomplete, ${against.length} against a mandate`,
  );
  for (const { location, evidence } of against)
    console.log(`  against ${location.path}:${location.startLine} ${evidence}`);
  if (values.list) for (const { path, record } of lacking) console.log(`  lacks ${record.missing.join(', ')}: ${path}`);
  local.close();
}
