import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { javaPojoPlaces } from '../../../src/languages/h2o/index.js';

const FOLDER = join('test', 'languages', 'h2o', 'pojos');

test.each(readdirSync(FOLDER))('%s, as H2O 3.46.0.11 wrote it, is one generated class', (name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  const places = javaPojoPlaces(text);
  expect(places).toHaveLength(1);
  expect(places[0]?.kind).toBe('generated');
  expect(text.split('\n')[(places[0]?.line ?? 0) - 1]).toContain('extends GenModel');
});
