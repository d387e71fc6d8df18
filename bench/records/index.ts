/**
 * How the decision records of a checkout are judged: `node scripts/run-ts.mjs bench/records/index.ts CHECKOUT… [--list]`.
 * `--list` names each record that `dia/adr-incomplete` flags, and why.
 */
import { parseArgs } from 'node:util';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import { adrIncomplete } from '../../src/checks/dia/adr-incomplete.js';
import { contradictsMandate } from '../../src/checks/dia/contradicts-mandate.js';
import { planByDefault, type Check } from '../../src/core/check.js';
import type { Finding } from '../../src/core/types.js';
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
  const findings = async (check: Check<never>): Promise<readonly Finding[]> => {
    const outcome = await runCheck(planByDefault(check), workspace);
    return 'findings' in outcome ? outcome.findings : [];
  };
  const incomplete = await findings(adrIncomplete);
  const against = await findings(contradictsMandate);
  console.log(
    `${folder}: ${records.length} records, ${records.filter(({ record }) => record.status.retired).length} retired, ${incomplete.length} incomplete, ${against.length} against a mandate`,
  );
  for (const { location, evidence } of [...(values.list ? incomplete : []), ...against])
    console.log(`  ${location.path}:${location.startLine} ${evidence}`);
  local.close();
}
