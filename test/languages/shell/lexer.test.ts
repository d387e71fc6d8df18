import { describe, expect, test } from '@jest/globals';
import { shellCommands } from '../../../src/languages/shell/index.js';
import { processorTime } from '../../support/processor-time.js';

const words = (text: string): string[][] =>
  shellCommands(text).map((command) => command.words.map((word) => word.text));

describe('shell commands', () => {
  test('separators, quotes, comments and continuations', () => {
    expect(words('a "b c" \'d\'  # e\nf && g | h; i\\\n j')).toEqual([
      ['a', 'b c', 'd'],
      ['f'],
      ['g'],
      ['h'],
      ['i', 'j'],
    ]);
  });

  test('keywords, assignments and redirections are set aside', () => {
    expect(words('if X=1 a >out 2>&1; then b <in; fi')).toEqual([['a'], ['b']]);
    expect(shellCommands('V=3 run')[0]?.assignments.map(({ name, value }) => [name, value.text])).toEqual([['V', '3']]);
  });

  test('substitutions are commands of their own', () => {
    expect(words('x=$(curl "$(host)/y") echo `date`')).toEqual(
      expect.arrayContaining([['host'], ['curl', '$(host)/y'], ['date'], ['echo', '`date`']]),
    );
  });

  test('here-documents are input, not commands', () => {
    const found = shellCommands("cat <<'EOF' > out\npip install h2o\nEOF\npip list\n");
    expect(found.map((command) => command.words.map(({ text }) => text))).toEqual([['cat'], ['pip', 'list']]);
    expect(found[0]?.input?.text).toBe('pip install h2o\n');
  });

  test.each([
    ['open quotes', '"'.repeat(20000)],
    ['nested substitutions', '$('.repeat(20000)],
    ['backticks', '`'.repeat(20001)],
    ['here-documents', '<<A '.repeat(5000)],
    ['redirections', '>'.repeat(20000)],
  ])('hostile input ends quickly: %s', async (_, text) => {
    expect(await processorTime(() => shellCommands(text))).toBeLessThan(20_000);
  });
});
