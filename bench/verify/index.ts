/**
 * Applies the raw SQL histories of checkouts to both backends of `logical.verify` and compares what they answer.
 *
 *   VERIFY_DATABASE_URL=postgres://… npm run bench -- verify CHECKOUT…
 */
import { basename } from 'node:path';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import type { Verification, VerificationRequest, VerifiedOutcome } from '../../src/core/verification.js';
import { verification } from '../../src/models/schema/verification.js';
import { memoryFactStore } from '../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../src/reviewers/workspace.js';
import { directorySnapshot } from '../../src/snapshot/directory.js';
import { postgresVerifier } from '../../src/verify/index.js';

const url = process.env['VERIFY_DATABASE_URL'];
const checkouts = process.argv.slice(3);
if (url === undefined || checkouts.length === 0)
  throw new Error('usage: VERIFY_DATABASE_URL=… npm run bench -- verify CHECKOUT…');

/** The sources instead of the built file: that loader needs a worker and a native module. */
const command = [
  ...['--allow-worker', '--allow-addons'].filter((flag) => process.allowedNodeEnvironmentFlags.has(flag)),
  'scripts/run-ts.mjs',
  'src/verify/child.ts',
];
const options = { command, timeoutMs: 240_000 };

for (const checkout of checkouts) {
  const request = await requestOf(checkout);
  if (request === undefined) {
    console.log(`${basename(checkout)}: no history of plain SQL`);
    continue;
  }
  const begun = Date.now();
  const server = await postgresVerifier({ ...options, url })(request);
  const between = Date.now();
  const embedded = await postgresVerifier({ ...options, url: undefined })(request);
  const seconds = [between - begun, Date.now() - between].map((ms) => (ms / 1000).toFixed(1));
  console.log(
    `${basename(checkout)}: ${nameOf(server)} ${seconds[0] ?? ''} s, ${nameOf(embedded)} ${seconds[1] ?? ''} s`,
  );
  for (const history of request.histories)
    compare(history, outcomeOf(server, history.root), outcomeOf(embedded, history.root));
}

async function requestOf(checkout: string): Promise<VerificationRequest | undefined> {
  let asked: VerificationRequest | undefined;
  const snapshot = {
    ...(await directorySnapshot(checkout)),
    verify: (request: VerificationRequest) => {
      asked = request;
      return Promise.resolve<Verification>({ kind: 'failed', reason: 'only listening' });
    },
  };
  const settings = { ...DEFAULT_SETTINGS, logical: { ...DEFAULT_SETTINGS.logical, verify: true } };
  await new SnapshotWorkspace(snapshot, settings, memoryFactStore(), undefined, true).model(verification);
  return asked;
}

function nameOf(answer: Verification): string {
  return answer.kind === 'done' ? answer.server : `failed: ${answer.reason}`;
}

function outcomeOf(answer: Verification, root: string): VerifiedOutcome | undefined {
  return answer.kind === 'done' ? answer.histories.find((history) => history.root === root) : undefined;
}

function compare(
  { root, scripts, probes }: VerificationRequest['histories'][number],
  one: VerifiedOutcome | undefined,
  other: VerifiedOutcome | undefined,
): void {
  const differing = probes.filter(({ id }) => one?.plans[id]?.usesIndex !== other?.plans[id]?.usesIndex);
  const used = probes.filter(({ id }) => one?.plans[id]?.usesIndex === true);
  const planned = [one, other].map((outcome) => Object.keys(outcome?.plans ?? {}).length);
  const ends = [one, other].map(endOf);
  const statements = scripts.reduce((sum, script) => sum + script.statements.length, 0);
  console.log(
    `  ${root}: ${String(scripts.length)} files, ${String(statements)} statements; ends ${ends[0] === ends[1] ? 'alike' : 'DIFFERENTLY'}: ${[...new Set(ends)].join(' | ')}; ` +
      `${String(probes.length)} probes, planned ${planned.join(' and ')}, by index ${String(used.length)}, differing ${String(differing.length)}`,
  );
  for (const { id } of differing.slice(0, 10)) console.log(`    ${id}`);
}

function endOf(outcome: VerifiedOutcome | undefined): string {
  if (outcome === undefined) return 'no answer';
  const { failure, missing } = outcome;
  if (failure !== undefined) return `${failure.path}:${String(failure.line)} ${failure.code} ${failure.message}`;
  return missing.length === 0 ? 'applied' : `applied but for ${missing.join('; ')}`;
}
