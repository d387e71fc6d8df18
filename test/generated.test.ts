import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { generatedFiles, GENERATED_FOLDERS } from '../scripts/generated.js';

const wanted = generatedFiles();

test('generated pages and schema are what the checks say today (npm run generate)', () => {
  const stale = [...wanted].filter(([path, content]) => !existsSync(path) || readFileSync(path, 'utf8') !== content);
  expect(stale.map(([path]) => path)).toEqual([]);
});

test('no page is left over from a check that is gone', () => {
  const found = GENERATED_FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  expect(found.filter((path) => !wanted.has(path))).toEqual([]);
});

test('every reference a check names exists', () => {
  const pages = [...wanted].flatMap(([path, content]) =>
    [...content.matchAll(/\.\.\/\.\.\/reference\/([\w-]+)\.md/g)].map((match) => ({ path, reference: match[1] ?? '' })),
  );
  expect(pages.filter(({ reference }) => !existsSync(`docs/reference/${reference}.md`))).toEqual([]);
});
