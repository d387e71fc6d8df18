import { describe, expect, test } from '@jest/globals';
import { configurationFrom } from '../src/config/configuration.js';
import type { FileChange, Snapshot } from '../src/core/types.js';
import { changedLines } from '../src/languages/diff/changed-lines.js';
import { review } from '../src/review.js';
import { memoryFactStore } from '../src/reviewers/fact-store.js';
import { readTree, snapshotOf } from './support/snapshot.js';

const store = memoryFactStore();
const platform = readTree('fixtures/platform');
const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');

/** The load test of the platform, which the pull request drops. */
const DROPPED = ['load/swap.js', 'load/swap.sh', 'load/results/swap-summary.json', '.github/workflows/load.yml'];

/** The platform with overlays, as a pull request against the platform. */
function pullRequest(...overlays: readonly string[]): Snapshot {
  const { '.description.md': body, ...files } = Object.assign(
    {},
    ...overlays.map((overlay) => readTree(`fixtures/${overlay}`)),
  ) as Record<string, Uint8Array>;
  const kept = Object.fromEntries(Object.entries(platform).filter(([path]) => !DROPPED.includes(path)));
  const changes = Object.entries(files).flatMap(([path, bytes]): FileChange[] => {
    const lines = changedLines(text(platform[path]), text(bytes)) ?? { added: [], hunks: [] };
    return lines.added.length === 0 ? [] : [{ path, status: platform[path] ? 'modified' : 'added', ...lines }];
  });
  return snapshotOf({ ...kept, ...files }, { changes, pull: { body: text(body) } });
}

const reviewed = (head: Snapshot) =>
  review({ head, base: snapshotOf(platform), configuration: configurationFrom(), store, today: '2026-01-15' });

describe('the example platform', () => {
  test('is clean under every check, but for the weakness it inherited', async () => {
    const result = await review({
      head: snapshotOf(platform),
      configuration: configurationFrom(),
      store,
      today: '2026-01-15',
    });
    expect(result.findings.map(({ check, location }) => `${location.path}:${location.startLine} ${check}`)).toEqual([
      'alembic/versions/0001_customers.py:16 log/json-column',
    ]);
    expect(result.gaps).toEqual([]);
    expect(result.verdict).toBe('fail');
  });

  test('the pull request breaks something in every view, and is not argued', async () => {
    const result = await reviewed(pullRequest('platform-pr'));
    expect(result.verdict).toBe('fail');
    const blocking = result.findings.filter((finding) => finding.severity === 'block' && finding.scope !== 'existing');
    expect([...new Set(blocking.map((finding) => finding.view))].sort()).toEqual([
      'dev',
      'dia',
      'log',
      'phy',
      'proc',
      'scn',
    ]);
    expect(result.findings.filter((finding) => finding.fix).length).toBeGreaterThanOrEqual(2);
    expect(result.gate?.met).toBe(false);
  });

  const brought = ({ findings }: Awaited<ReturnType<typeof reviewed>>): string[] =>
    findings
      .filter((finding) => finding.scope !== 'existing')
      .map(({ check, location }) => `${location.path}:${location.startLine} ${check}`);

  test('after the review it fails for lack of evidence alone', async () => {
    const result = await reviewed(pullRequest('platform-fix'));
    expect(brought(result)).toEqual(['docker-compose.yml:13 scn/swap-load-test-missing']);
    expect(result.gate?.met).toBe(true);
    expect(result.verdict).toBe('fail');
  });

  test("with k6's summary of the swap it passes", async () => {
    const result = await reviewed(pullRequest('platform-fix', 'platform-evidence'));
    expect(brought(result)).toEqual([]);
    expect(result.gate?.met).toBe(true);
    expect(result.verdict).toBe('pass');
  });
});
