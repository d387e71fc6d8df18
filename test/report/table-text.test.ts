import { expect, test } from '@jest/globals';
import { tableText } from '../../src/report/text.js';

const LONG = `the trigger: ${'tests/integration/'.repeat(3)}test_drift.py:12; a new MOJO: tests/test_export.py:3`;

test('a long cell is cut, or goes on below itself with nothing lost', () => {
  const [, , cut = ''] = tableText(['A', 'B'], [['one', LONG]]);
  expect(cut.endsWith('…')).toBe(true);
  const lines = tableText(['A', 'B'], [['one', LONG]], 'wrap').slice(2);
  expect(lines.map((line) => line.slice(0, 5).trim())).toEqual(['one', ...lines.slice(1).map(() => '')]);
  expect(lines.map((line) => line.slice(6).trim()).join(' ')).toBe(LONG);
});

test('rows stay rows', () => {
  expect(
    tableText(
      ['A', 'B'],
      [
        ['one', 'x'],
        ['two', ''],
      ],
      'wrap',
    ),
  ).toEqual(['  A    B', '  ───  ─', '  one  x', '  two']);
});
