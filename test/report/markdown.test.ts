import { describe, expect, test } from '@jest/globals';
import { codeBlock, codeSpan, inert } from '../../src/report/markdown.js';
import { oneLine, printable } from '../../src/report/escape.js';

describe('text of a repository inside Markdown', () => {
  test('has no markup, mention or link of its own', () => {
    expect(inert('<img src=x> **b** [a](b) | c')).toBe('\\<img src=x\\> \\*\\*b\\*\\* \\[a\\](b) \\| c');
    expect(inert('@octocat')).not.toContain('@octocat');
    expect(inert('see https://evil.example and www.evil.example')).not.toMatch(/https:\/\/|www\./);
    expect(inert('aiohttp.ClientSession')).toBe('aiohttp.ClientSession');
  });

  test('cannot leave its fence or its span', () => {
    expect(codeBlock('a\n````\nb')).toBe('`````\na\n````\nb\n`````');
    expect(codeSpan('a ``b`` c')).toBe('```a ``b`` c```');
    expect(codeSpan('`')).toBe('`` ` ``');
  });

  test('loses control characters and is cut between characters', () => {
    expect(printable('a\u001b[31mb\u202ec')).toBe('a[31mbc');
    expect(oneLine('😀😀😀', 2)).toBe('😀…');
  });
});
