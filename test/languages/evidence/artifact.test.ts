import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import JSZip from 'jszip';
import { artifactFiles } from '../../../src/languages/evidence/artifact.js';

const vegeta = readFileSync('test/languages/evidence/samples/vegeta.json');

async function zipOf(files: Readonly<Record<string, string | Buffer>>): Promise<Uint8Array> {
  const zip = new JSZip();
  for (const [name, content] of Object.entries(files)) zip.file(name, content);
  return zip.generateAsync({ type: 'uint8array', compression: 'DEFLATE' });
}

test('only recognised results come out of an artifact that nobody named', async () => {
  const bytes = await zipOf({
    'out/swap.json': vegeta,
    'coverage.json': '{"lines": 3}',
    'app.tar': 'x',
    'broken.json': '{',
  });
  const { files, problem } = await artifactFiles({ run: 7, name: 'load', bytes }, false);
  expect(problem).toBeUndefined();
  expect(files.map(({ path }) => path)).toEqual(['.dialectic/artifacts/7/load/out/swap.json']);
  expect(Buffer.from(files[0]?.bytes ?? []).equals(vegeta)).toBe(true);
});

test('a named artifact gives all that could be a result', async () => {
  const bytes = await zipOf({ 'swap.json': vegeta, 'broken.json': '{' });
  const { files } = await artifactFiles({ run: 7, name: '../load', bytes }, true);
  expect(files.map(({ path }) => path).sort()).toEqual([
    '.dialectic/artifacts/7/load/broken.json',
    '.dialectic/artifacts/7/load/swap.json',
  ]);
});

test('what is no archive is said', async () => {
  const { files, problem } = await artifactFiles({ run: 7, name: 'load', bytes: new Uint8Array([1, 2, 3]) }, true);
  expect(files).toEqual([]);
  expect(problem).toContain('damaged');
});
