import { expect, test } from '@jest/globals';
import type { Finding } from '../../../src/core/types.js';
import { workloads } from '../../../src/models/workloads/index.js';
import { fixtureCases, judgeFixture } from '../../support/fixtures.js';

interface Start {
  readonly path: string;
  readonly line: number;
}

/** Containers on whose lines nothing is found: from their own first line to the next container's of the file. */
function silent(starts: readonly Start[], findings: readonly Finding[]): Start[] {
  return starts.filter(({ path, line }) => {
    const next = Math.min(
      Infinity,
      ...starts.filter((other) => other.path === path && other.line > line).map((other) => other.line),
    );
    return !findings.some(
      ({ location }) => location.path === path && location.startLine >= line && location.startLine < next,
    );
  });
}

test('the fixtures label enough places in both directions', async () => {
  let flagged = 0;
  let left = 0;
  for (const { folder } of fixtureCases('phy')) {
    const { expected, ran } = await judgeFixture('phy', folder);
    flagged += expected.length;
    const starts = new Map<string, Start>();
    for (const { containers } of await ran.workspace.model(workloads))
      for (const { at } of containers) starts.set(`${at.path}:${String(at.line)}`, at);
    left += silent([...starts.values()], ran.findings).length;
  }
  // The figures of docs/quality.md.
  expect({ flagged, left }).toEqual({ flagged: 239, left: 204 });
}, 120_000);
