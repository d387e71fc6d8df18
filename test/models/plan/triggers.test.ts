import { expect, test } from '@jest/globals';
import { readMarkdown } from '../../../src/languages/markdown/index.js';
import { offersFor, offersIn } from '../../../src/models/plan/index.js';

test.each<[string, string[]]>([
  ['Plan the migration', ['plan']],
  ['4+1 views', ['plan']],
  ['needs: design', ['plan']],
  ['jtbd', ['plan']],
  ['Schema-drift in features', ['report']],
  ['architectural review of the event loop', ['report']],
  ['Architecture and MOJO artifact', ['plan', 'report']],
  ['airplane, planning, redesign, plane', []],
  ['plan_b and explanation', []],
  ['14+1 or 4+10', []],
])('%j asks for %j', (text, expected) => expect(offersFor(text)).toEqual(expected));

test('what is quoted, code or hidden asks for nothing', () => {
  const text = '> a plan\n\n```\narchitecture\n```\n\n<!-- design -->\n\nFix it with `x`.\n';
  expect(offersIn(readMarkdown(text).facts)).toEqual([]);
  expect(offersIn(readMarkdown('## Breakdown\n\nOf it.').facts)).toEqual(['plan']);
});
