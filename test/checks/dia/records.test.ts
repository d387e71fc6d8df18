import { expect, test } from '@jest/globals';
import { checksOf, runChecks } from '../../support/fixtures.js';
import { snapshotOf } from '../../support/snapshot.js';

test.each([
  [
    'docs/adr/0001-pool.md',
    '# Pool\n\n## Context\n\nReplicas open twenty connections.\n\n## Decision\n\nWe put PgBouncer in front.\n',
    'markdown',
    /^## Considered Options\n\n<!-- .* -->\n$/,
  ],
  [
    'docs/adr/0001-pool.rst',
    'Pool\n====\n\nContext\n-------\n\nReplicas open twenty connections.\n\nDecision\n--------\n\nWe put PgBouncer in front.\n',
    'rst',
    /^Considered Options\n-{18}\n\n\.\. .*\n$/,
  ],
  [
    'docs/adr/0001-pool.adoc',
    '= Pool\n\n== Context\n\nReplicas open twenty connections.\n\n== Decision\n\nWe put PgBouncer in front.\n',
    'asciidoc',
    /^== Considered Options\n\n\/\/ .*\n$/,
  ],
])('what %s lacks is offered in its own markup', async (path, text, language, code) => {
  const { findings } = await runChecks(snapshotOf({ [path]: text }), checksOf('dia'));
  const found = findings.filter((finding) => finding.check === 'dia/adr-incomplete');
  expect(found).toHaveLength(1);
  expect(found[0]?.snippet).toEqual({ language, code: expect.stringMatching(code) });
});
