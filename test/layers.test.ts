import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { expect, test } from '@jest/globals';
import ts from 'typescript';

/** The layers of docs/architecture.md, lowest first. Those in one row must not know each other. */
const LAYERS: readonly (readonly string[])[] = [
  ['core'],
  ['languages'],
  ['models'],
  ['checks'],
  ['config'],
  ['reviewers'],
  ['report'],
  ['review.ts'],
  ['snapshot', 'github', 'queue', 'worker', 'verify', 'helm', 'package-index'],
  ['app.ts', 'server.ts', 'cli', 'wiring'],
];

const sources = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return path.endsWith('.ts') ? [path] : [];
  });

const home = (path: string): string => relative('src', path).split('/')[0] ?? '';
const layerOf = (place: string): number => LAYERS.findIndex((row) => row.includes(place));

const imports = (path: string): string[] =>
  ts.preProcessFile(readFileSync(path, 'utf8'), true, true).importedFiles.map((file) => file.fileName);

test('every source folder has a layer', () => {
  const places = new Set(sources('src').map(home));
  expect([...places].filter((place) => layerOf(place) < 0)).toEqual([]);
});

test('a folder imports only from itself or from a lower layer', () => {
  const wrong: string[] = [];
  for (const path of sources('src')) {
    for (const target of imports(path).filter((name) => name.startsWith('.'))) {
      const imported = home(normalize(join(dirname(path), target.replace(/\.js$/, '.ts'))));
      const from = home(path);
      const sameRow = layerOf(imported) === layerOf(from) && layerOf(from) < LAYERS.length - 1;
      if (imported !== from && (layerOf(imported) > layerOf(from) || sameRow)) wrong.push(`${path} imports ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('only src/github imports Octokit', () => {
  const wrong = sources('src').filter(
    (path) =>
      !['github', 'app.ts', 'server.ts', 'wiring'].includes(home(path)) &&
      imports(path).some((name) => /octokit|^probot/.test(name)),
  );
  expect(wrong).toEqual([]);
});

/** Programs of their own, started as a child process: standard output is how they answer. */
const PROGRAMS = ['src/verify/child.ts'];

test('below the outermost layer nothing reads the environment or prints', () => {
  const wrong = sources('src')
    .filter((path) => layerOf(home(path)) < LAYERS.length - 1 && !PROGRAMS.includes(path))
    .filter((path) => {
      const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
      let found = false;
      const visit = (node: ts.Node): void => {
        if (ts.isPropertyAccessExpression(node)) {
          const text = node.getText(file);
          if (text === 'process.env' || /^console\.\w+$/.test(text) || text === 'process.stdout') found = true;
        }
        ts.forEachChild(node, visit);
      };
      visit(file);
      return found;
    });
  expect(wrong).toEqual([]);
});
