import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readMojoArchive, type Violation } from '../../../src/languages/mojo/index.js';
import { pack, unpack } from './support.js';

/** What scripts/fixtures/broken-mojos.py makes, one way of breaking an archive each. */
const FOLDER = join('fixtures', 'dev', 'mojo-archives');
const ENSEMBLE_PART = 'models/GBM/GBM_model_python_1795258351211_100';

/** Every way of breaking, with the one thing that is said first: where, what was expected, what was found. */
const SAID: Readonly<Record<string, Violation>> = {
  // The container.
  'broken/cut-off': at('', 2009, "a zip archive's end record", 'none: the file is cut off, or no zip'),
  'broken/altered': of('model.ini', 'content with checksum d0190f92', 'content that was altered'),
  'broken/folder-inside': of('model.ini', 'the file at the root of the archive', 'it in churn/'),
  'hostile/leaves-the-root': of(
    '../../etc/cron.d/model',
    'names below the root',
    'a name that leads out of the archive',
  ),
  'hostile/bomb': of('trees/t00_004.bin', 'an inflation of at most 200 to 1', '20.0 MB out of 19447 bytes'),
  'hostile/twice': of('model.ini', 'each name once', 'a second entry of that name'),
  'hostile/encrypted': of('trees/t00_000.bin', 'entries in the clear', 'an encrypted entry'),
  // Trees.
  'broken/tree-cut': at('trees/t00_001.bin', 188, '4 bytes of a leaf', '3'),
  'broken/tree-longer': at('trees/t00_001.bin', 196, 'the end of the tree', '4 more bytes'),
  'broken/tree-swapped': at('trees/t00_000.bin', 1, 'a column below 5', 'column 768'),
  'broken/tree-zero-type': at('trees/t00_001.bin', 0, 'a kind of split (0, 8 or 12)', '4'),
  'broken/tree-wrong-column': at('trees/t02_003.bin', 1, 'a column below 5', 'column 999'),
  'broken/tree-empty': at('trees/t01_000.bin', 0, '1 byte of a node type', '0'),
  'broken/aux-missing': of('trees/t00_001_aux.bin', 'the file', 'nothing'),
  'broken/aux-short': at('trees/t00_001_aux.bin', 440, '12 records of 40 bytes, one for each split', '440 bytes'),
  'broken/extended-tree-cut': at('trees/t01.bin', 78, '64 bytes', '22'),
  'broken/ensemble-tree-cut': at(`${ENSEMBLE_PART}/trees/t00_000.bin`, 37, '4 bytes of a leaf', '3'),
  // model.ini.
  'broken/no-model-ini': of('model.ini', 'the file', 'nothing'),
  'broken/key-missing': of('model.ini', 'key `default_threshold`', 'none'),
  'broken/key-null': of('model.ini', 'key `n_trees`', 'null'),
  'broken/encoding-missing': of('model.ini', 'key `_genmodel_encoding`', 'none'),
  'broken/newer-version': on(3, '`mojo_version` to be at most 1.40 for Gradient Boosting Machine', '1.50'),
  'broken/glm-newer-version': on(3, '`mojo_version` to be at most 1.00 for Generalized Linear Modeling', '1.10'),
  'broken/big-endian': on(
    7,
    '`endianness` to be LITTLE_ENDIAN: the reader never looks, and scores garbage',
    'BIG_ENDIAN',
  ),
  'broken/unknown-algorithm': on(6, 'an algorithm the reader knows', '"Gradient Boosting Forest"'),
  'broken/no-such-mojo': on(6, 'an algorithm the reader knows', '"Naive Bayes", of which there is no MOJO'),
  'broken/unknown-category': on(8, '`category` to be a model category', 'Regressor'),
  'broken/columns-not-a-number': on(13, '`n_columns` to be a number', 'five'),
  'broken/too-many-columns': of('model.ini', '4 column names', '5'),
  'broken/no-domains-section': of('model.ini', 'a [domains] section', 'none'),
  // Files that model.ini or the algorithm asks for.
  'broken/domain-count': of('domains/d001.txt', '40 categories, as model.ini line 38 says', '39 lines'),
  'broken/domain-missing': of('domains/d000.txt', 'the file', 'nothing'),
  'broken/ensemble-part-missing': of(`${ENSEMBLE_PART}/model.ini`, 'the file', 'nothing'),
  'broken/xgboost-without-booster': of('boosterBytes', 'the file, which XGBoost needs', 'nothing'),
  'broken/word2vec-without-vectors': of('vectors', 'the file, which Word2Vec needs', 'nothing'),
  'broken/pca-without-eigenvectors': of(
    'eigenvectors_raw',
    'the file, which Principal Components Analysis needs',
    'nothing',
  ),
};

test.each(Object.entries(SAID))('%s', async (name, violation) => {
  const { isMojo, violations } = await readMojoArchive(readFileSync(join(FOLDER, `${name}.zip`)));
  expect(isMojo).toBe(true);
  expect(violations).toEqual([violation]);
});

test('no way of breaking is left out here', () => {
  const made = ['broken', 'hostile'].flatMap((kind) =>
    readdirSync(join(FOLDER, kind)).map((file) => `${kind}/${file.replace(/\.zip$/, '')}`),
  );
  expect(Object.keys(SAID).sort()).toEqual(made.sort());
});

test('the type of a root set to zero is seen in every tree whose root is not of that type', async () => {
  for (const model of ['gbm-binomial', 'gbm-multinomial', 'drf-multinomial', 'drf-regression']) {
    const files = await unpack(model);
    for (const name of [...files.keys()].filter((file) => /^trees\/t\d+_\d+\.bin$/.test(file))) {
      const tree = Uint8Array.from(files.get(name) ?? []);
      // Zero is a type, too: a split by number whose left side is a subtree of up to 255 bytes and whose right side is one.
      if (tree[0] === 0) continue;
      const sameShape = ((tree[0] ?? 0) & ~8) === 0;
      tree[0] = 0;
      const { violations } = await readMojoArchive(await pack(new Map([...files, [name, tree]])));
      expect([name, violations.length]).toEqual([name, sameShape ? 0 : 1]);
    }
  }
});

function of(file: string, expected: string, found: string): Violation {
  return { file, expected, found };
}

function at(file: string, offset: number, expected: string, found: string): Violation {
  return { file, offset, expected, found };
}

function on(line: number, expected: string, found: string): Violation {
  return { file: 'model.ini', line, expected, found };
}
