import { describe, expect, test } from '@jest/globals';
import { markdownExtractor, readMarkdown, sectionsOf } from '../../../src/languages/markdown/index.js';
import { processorTime } from '../../support/processor-time.js';

const blocksOf = (text: string) => readMarkdown(text).facts.blocks;

describe('blocks', () => {
  test('keep their lines, the bold text they begin with, and leave markup out', () => {
    const [heading, paragraph] = blocksOf(
      '## Thesis\n\n**Claim:** the `pool` is\n[sized](https://x.test) ~~badly~~ by hand ![shot](a.png)\n',
    );
    expect(heading).toEqual({ kind: 'heading', level: 2, text: 'Thesis', start: 1, end: 1, quote: 0, list: 0 });
    expect(paragraph).toEqual({
      kind: 'paragraph',
      start: 3,
      end: 4,
      quote: 0,
      list: 0,
      lines: [
        { line: 3, text: 'Claim: the pool is', lead: 'Claim:' },
        { line: 4, text: 'sized by hand' },
      ],
    });
  });

  test('know lists, tasks and quotations around them', () => {
    const blocks = blocksOf('- [x] done\n- [ ] open\n  - below\n\n> said\n> > again\n');
    expect(
      blocks.map((b) => [b.kind, b.start, b.list, b.quote, b.kind === 'paragraph' ? b.item?.checked : null]),
    ).toEqual([
      ['paragraph', 1, 1, 0, true],
      ['paragraph', 2, 1, 0, false],
      ['paragraph', 3, 2, 0, undefined],
      ['paragraph', 5, 0, 1, undefined],
      ['paragraph', 6, 0, 2, undefined],
    ]);
  });

  test('tables have cells with lines', () => {
    const [table] = blocksOf('| Thesis | Antithesis |\n|---|---|\n| one | two `x` |\n');
    expect(table).toMatchObject({
      kind: 'table',
      head: [
        { text: 'Thesis', line: 1 },
        { text: 'Antithesis', line: 1 },
      ],
      rows: [
        [
          { text: 'one', line: 3 },
          { text: 'two x', line: 3 },
        ],
      ],
    });
  });

  test('code keeps its lines, fenced or indented', () => {
    expect(blocksOf('```\nTHESIS: a\n```\n')[0]).toMatchObject({
      kind: 'code',
      lines: [{ line: 2, text: 'THESIS: a' }],
    });
    expect(blocksOf('    THESIS: a\n    more\n')[0]).toMatchObject({
      kind: 'code',
      lines: [
        { line: 1, text: 'THESIS: a' },
        { line: 2, text: 'more' },
      ],
    });
  });

  test('HTML: comments, headings and summaries apart, the rest as text', () => {
    const blocks = blocksOf(
      '<!-- write\nhere -->\n<details><summary>Thesis</summary>\n\nWe keep it.\n\n</details>\n\n<h3>Antithesis</h3>\n<p>It <b>fails</b>.</p>\n',
    );
    expect(
      blocks.map((b) => [b.kind, b.start, 'text' in b ? b.text : b.kind === 'paragraph' ? b.lines[0]?.text : '']),
    ).toEqual([
      ['comment', 1, 'write\nhere'],
      ['heading', 3, 'Thesis'],
      ['paragraph', 5, 'We keep it.'],
      ['heading', 9, 'Antithesis'],
      ['paragraph', 10, 'It fails .'],
    ]);
  });

  test('line ends of any kind, and letters of any script', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      expect(blocksOf(['# Тезис', '', 'Ответ 答え 🙂', ''].join(end)).map((b) => b.start)).toEqual([1, 3]);
    }
  });
});

test('sections carry the headings above them', () => {
  const { facts } = readMarkdown('intro\n\n# A\n\n## B\n\ntext\n\n## C\n\n# D\n');
  expect(sectionsOf(facts).map((s) => [s.title, s.level, s.start, s.parents])).toEqual([
    ['', 0, 1, []],
    ['A', 1, 3, []],
    ['B', 2, 5, ['A']],
    ['C', 2, 9, ['A']],
    ['D', 1, 11, []],
  ]);
});

test('front matter is YAML in files and a rule in descriptions', async () => {
  const file = await markdownExtractor.extract(Buffer.from('---\nstatus: accepted\n---\n# T\n'));
  expect(file.facts.frontMatter).toEqual({ text: 'status: accepted', start: 1, end: 3 });
  expect(file.facts.blocks.map((b) => [b.kind, b.start])).toEqual([['heading', 4]]);
  expect(readMarkdown('---\n\ntext').facts.frontMatter).toBeUndefined();
});

test('long documents are read in pieces, with the same lines', () => {
  const part = (n: number) =>
    `## Part ${n}\n\nSome text of *ordinary* kind.\n\n- a\n- b\n  continued\n\n\`\`\`sh\n# not a heading\n\`\`\`\n\n`;
  const text = Array.from({ length: 400 }, (_, n) => part(n)).join('');
  const { facts, problems } = readMarkdown(text);
  expect(problems).toEqual([]);
  const headings = facts.blocks.filter((b) => b.kind === 'heading');
  expect(headings.map((h) => h.start)).toEqual(Array.from({ length: 400 }, (_, n) => n * 12 + 1));
  expect(facts.blocks.filter((b) => b.kind === 'code')).toHaveLength(400);
});

const fill = (unit: string, size = 65_536) => unit.repeat(Math.floor(size / unit.length));
const hostile: readonly (readonly [string, string])[] = [
  ['>', fill('>')],
  ['> ', fill('> ')],
  ['*_', fill('*_')],
  ['*a', fill('*a')],
  ['***a ', fill('***a ')],
  ['1. ', fill('1. ')],
  ['- ', fill('- ')],
  ['>\\n>>\\n', fill('>\n>>\n')],
  ['> a\\n', fill('> a\n')],
  ['[', fill('[')],
  ['![', fill('![')],
  ['[a](', fill('[a](')],
  ['[^', fill('[^')],
  ['[a]: b\\n', fill('[a]: b\n')],
  ['~a', fill('~a')],
  ['`', Array.from({ length: 360 }, (_, n) => '`'.repeat(n)).join(' ')],
  ['a|', `a|b\n-|-\n${fill('a|')}`],
  ['|', `${fill('|', 32_000)}\n${fill('-|', 32_000)}`],
  ['<a ', fill('<a ')],
  ['<!-- ', fill('<!-- ')],
  ['a@', fill('a@')],
  ['http://', fill('http://')],
  ['www.', fill('www.')],
  ['# a\\n', fill('# a\n')],
  ['- a\\n', fill('- a\n')],
  ['lists ever deeper', Array.from({ length: 360 }, (_, n) => `${' '.repeat(n)}- a`).join('\n')],
  ['marks over short lines', fill('*_*_*_a\n')],
  ['marks behind a fence that a comment opens', `<!--\n\`\`\`\n-->\n${fill('*_*_*_a\n')}`],
  ['marks behind a fence in a list', `- a\n  \`\`\`\n${fill('*_*_*_a\n')}`],
  ['spaces', fill(' ')],
  ['tabs', fill('\t')],
  ['line breaks', fill('\n')],
];

/** Processor time of which a bounded reading needs a tenth on any machine; the parser alone takes longer than this on `>`. */
const SOON = 15_000;

test.each(hostile)('65,536 characters of %s end soon', async (_name, text) => {
  expect(await processorTime(() => readMarkdown(text))).toBeLessThan(SOON);
});

test('what is left out is named', () => {
  expect(readMarkdown(`# Thesis\n\ngood\n\n${fill('>')}`).problems).toEqual([
    { kind: 'unread', reason: 'more than 24 nested quotations or lists: this part is not evaluated', line: 5 },
  ]);
  expect(readMarkdown(`# Thesis\n\ngood\n\n${fill('>')}`).facts.blocks).toHaveLength(2);
});
