import { expect, test } from '@jest/globals';
import { JAVA, R, tokens } from '../../../src/languages/tokens/lexer.js';
import { processorTime } from '../../support/processor-time.js';

const of = (text: string, lexicon: typeof JAVA): string[] =>
  [...tokens(text, lexicon)].map(({ kind, text: content, line }) => `${line} ${kind} ${content.trim()}`);

test('Java: comments, strings, text blocks', () => {
  expect(of('/* a\n b */ x("c\\"d", \'"\') // e\n"""\nf""" y', JAVA)).toEqual([
    '1 comment a\n b',
    '2 name x',
    '2 symbol (',
    '2 string c\\"d',
    '2 symbol ,',
    '2 string "',
    '2 symbol )',
    '2 comment e',
    '3 string f',
    '4 name y',
  ]);
});

test('R: dotted names, raw strings, comments', () => {
  expect(of('h2o.gbm(`a b`, r"(x # y)") # z', R)).toEqual([
    '1 name h2o.gbm',
    '1 symbol (',
    '1 name a b',
    '1 symbol ,',
    '1 string x # y',
    '1 symbol )',
    '1 comment z',
  ]);
});

test.each(['"', '/*', '//', '`', "'", 'r"(', '"""'])('what stays open ends with the text: %s', async (open) => {
  for (const lexicon of [JAVA, R]) {
    const spent = await processorTime(() => {
      expect([...tokens(open.repeat(30000), lexicon)].every(({ line }) => line === 1)).toBe(true);
    });
    expect(spent).toBeLessThan(20_000);
  }
});
