import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { withTree } from '../../../src/languages/python/parser.js';
import { packTree } from '../../../src/languages/python/raw.js';
import { walkPublicly } from '../../../src/languages/tree-sitter.js';

const FIXTURES = readdirSync('fixtures', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.py'))
  .map((path) => ({ path, text: readFileSync(join('fixtures', path), 'utf8') }));

describe('a tree copied past the cursor of web-tree-sitter', () => {
  test('is the one that its cursor shows, on every fixture, whole and broken off', async () => {
    expect(FIXTURES.length).toBeGreaterThan(500);
    const differ: string[] = [];
    for (const { path, text } of FIXTURES) {
      for (const source of [text, text.slice(0, text.length * 0.6)]) {
        const [direct, publicly] = await withTree(source, (tree) => [
          JSON.stringify(packTree(tree, source)),
          JSON.stringify(packTree(tree, source, walkPublicly)),
        ]);
        if (direct !== publicly) differ.push(path);
      }
    }
    expect(differ).toEqual([]);
  });

  test('is taken without a cursor of its own: that is for a web-tree-sitter that is built in another way', async () => {
    const cursors = await withTree('x = [1, 2, 3]\n', (tree) => {
      let made = 0;
      const walk = tree.walk.bind(tree);
      tree.walk = () => {
        made += 1;
        return walk();
      };
      packTree(tree, 'x = [1, 2, 3]\n');
      const direct = made;
      packTree(tree, 'x = [1, 2, 3]\n', walkPublicly);
      return { direct, publicly: made };
    });
    expect(cursors).toEqual({ direct: 0, publicly: 1 });
  });
});
