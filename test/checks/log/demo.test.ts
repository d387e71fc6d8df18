import { expect, test } from '@jest/globals';
import { applyFix, checksOf, runChecks } from '../../support/fixtures.js';
import { readTree, snapshotOf } from '../../support/snapshot.js';

const REVISION = 'alembic/versions/0003_session_features.py';

test("the suggestion on the demo's revision applies, and leaves the view nothing to say about it", async () => {
  const files: Record<string, string | Uint8Array> = {
    ...readTree('fixtures/platform'),
    ...readTree('fixtures/platform-pr'),
  };
  const about = async () =>
    (await runChecks(snapshotOf(files), checksOf('log'))).findings.filter(({ location }) => location.path === REVISION);
  const [finding, ...others] = await about();
  expect(others).toEqual([]);
  if (finding?.fix === undefined) throw new Error('no suggestion');
  files[REVISION] = applyFix(Buffer.from(files[REVISION] ?? '').toString('utf8'), finding.fix);
  expect(files[REVISION]).toContain('postgresql.JSONB()');
  expect(files[REVISION]).toContain('postgresql_using="gin"');
  expect(await about()).toEqual([]);
});
