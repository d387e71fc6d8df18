import { describe, expect, test } from '@jest/globals';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { visit } from 'unist-util-visit';
import { codeBlock, codeSpan, inert, tableMarkdown } from '../../src/report/markdown.js';
import { jsonText, oneLine, pathText, printable } from '../../src/report/escape.js';

const parsed = (text: string) => fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
const kindsIn = (text: string): Set<string> => {
  const kinds = new Set<string>();
  visit(parsed(text), (node) => void kinds.add(node.type));
  return kinds;
};

describe('text of a repository inside Markdown', () => {
  test('has no markup, mention or link of its own', () => {
    expect(inert('<img src=x> **b** [a](b) | c')).toBe('\\<img src=x\\> \\*\\*b\\*\\* \\[a\\](b) \\| c');
    expect(inert('@octocat')).not.toContain('@octocat');
    expect(inert('see https://evil.example and www.evil.example')).not.toMatch(/https:\/\/|www\./);
    expect(inert('aiohttp.ClientSession')).toBe('aiohttp.ClientSession');
  });

  test.each([
    '_www.evil.example',
    '1https://evil.example',
    '_http://evil.example',
    'ftp://evil.example',
    'a@-b.example',
  ])('an address is no link, whatever stands before it: %s', (text) =>
    expect(kindsIn(inert(text))).not.toContain('link'),
  );
  test('a reference is none after an underscore either', () => expect(inert('_GH-12')).not.toMatch(/GH-1/));

  test('cannot leave its fence or its span', () => {
    expect(codeBlock('a\n````\nb')).toBe('`````\na\n````\nb\n`````');
    expect(codeSpan('a ``b`` c')).toBe('```a ``b`` c```');
    expect(codeSpan('`')).toBe('`` ` ``');
  });

  test.each(['a|<img src=x>|b', 'a\\|<img src=x>|', 'a\\\\|![x](http://evil.example)|'])(
    'cannot leave its cell: %s',
    (text) => {
      const table = tableMarkdown(['one', 'two'], [[codeSpan(text), 'mine']]);
      expect(kindsIn(table)).not.toContain('html');
      expect(kindsIn(table)).not.toContain('image');
      const cells: unknown[] = [];
      visit(parsed(table), 'tableCell', (cell) => void cells.push(cell));
      expect(cells).toHaveLength(4);
    },
  );

  test('loses control characters and is cut between characters', () => {
    expect(printable('a\u001b[31mb\u202ec')).toBe('a[31mbc');
    expect(oneLine('😀😀😀', 2)).toBe('😀…');
    expect(printable('😀'.slice(0, 1))).toBe('\ufffd');
  });

  test.each([
    ['a mark that turns Arabic around', '\u061c'],
    ['a soft hyphen', '\u00ad'],
    ['tags, which carry a text that nobody sees', '\u{e0041}\u{e0042}'],
    ['a filler that looks like nothing', '\u3164'],
    ['selectors that carry data', '\u{e0100}'],
  ])('loses %s', (_, hidden) => expect(printable(`a${hidden}b`)).toBe('ab'));

  test('keeps what is seen', () => {
    for (const text of ['naïve Größe 数据 مرحبا ✔️ ⚠️', 'a\tb\nc']) expect(printable(text)).toBe(text);
  });
});

test('a path stays on one line of a terminal, whatever it is called', () => {
  expect(pathText('app/x\nVerdict: pass\u001b[2J.py')).toBe('app/x Verdict: pass[2J.py');
});

test('JSON keeps every character, and none of them steers a terminal', () => {
  const value = { path: 'a\u009b31m\u202e\u{e0041}b\n' };
  const text = jsonText(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).not.toMatch(/[\u007f-\u009f\u202e]|\u{e0041}/u);
});
