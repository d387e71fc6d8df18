import { describe, expect, test } from '@jest/globals';
import { readMojo, readMojoArchive } from '../../../src/languages/mojo/index.js';
import { archive, MODELS, pack, unpack } from './support.js';

describe('every MOJO that H2O 3.46.0.11 wrote is accepted', () => {
  test.each(MODELS)('%s', async (name) => {
    const facts = await readMojoArchive(archive(name));
    expect(facts.violations).toEqual([]);
    expect(facts.warnings).toEqual([]);
    expect(facts.model).toMatchObject({ h2oVersion: '3.46.0.11', endianness: 'LITTLE_ENDIAN' });
    if (facts.model?.trees) expect(facts.model.trees.present).toBe(facts.model.trees.expected);
  });

  test('the same from a folder', async () => {
    const files = await unpack('stacked-ensemble');
    const facts = await readMojo({
      names: new Set(files.keys()),
      read: (name) => Promise.resolve(files.get(name) ?? new Uint8Array()),
    });
    expect(facts.violations).toEqual([]);
    expect(facts.model?.submodels.map(({ algorithm }) => algorithm).sort()).toEqual([
      'Generalized Linear Modeling',
      'Generalized Linear Modeling',
      'Gradient Boosting Machine',
    ]);
  });

  test('the facts say what the model is', async () => {
    const { model } = await readMojoArchive(archive('gbm-multinomial'));
    expect(model).toMatchObject({
      algorithm: 'Gradient Boosting Machine',
      category: 'Multinomial',
      features: 4,
      classes: 3,
      response: 'tier',
      mojoVersion: '1.40',
      trees: { expected: 12, present: 12, nodes: 144, leaves: 156 },
    });
  });
});

test.each(['gbm-single-leaf', 'drf-single-leaf'])(
  '%s: a tree of one leaf holds a column of 65535 and a value',
  async (name) => {
    const files = await unpack(name);
    expect(Buffer.from(files.get('trees/t00_000.bin') ?? []).subarray(0, 4)).toEqual(Buffer.from([0, 255, 255, 0]));
    const { model, violations } = await readMojoArchive(archive(name));
    expect(violations).toEqual([]);
    expect(model?.trees).toMatchObject({ nodes: 0 });
    expect(model?.trees?.leaves).toBe(model?.trees?.present);
  },
);

test.each([1, 4, 6])('a tree of one leaf that is cut by %i bytes, or followed by some', async (bytes) => {
  const tree = 'trees/t00_000.bin';
  const change = (edit: (content: Buffer) => Uint8Array) => first('gbm-single-leaf', tree, edit);
  expect(await change((content) => content.subarray(0, -bytes))).toMatchObject({ file: tree });
  expect(await change((content) => Buffer.concat([content, Buffer.alloc(bytes)]))).toMatchObject({ file: tree });
});

const first = async (name: string, file: string, change: (content: Buffer) => Uint8Array) => {
  const files = await unpack(name);
  const content = files.get(file);
  if (!content) throw new Error(`${name} has no ${file}`);
  files.set(file, change(Buffer.from(content)));
  return (await readMojoArchive(await pack(files))).violations[0];
};

describe('the first violation is named with file, place and what was expected', () => {
  const tree = 'trees/t00_001.bin';

  test.each([1, 2, 3, 4, 5, 17, 60])('a tree cut by %i bytes', async (bytes) => {
    const violation = await first('gbm-binomial', tree, (content) => content.subarray(0, -bytes));
    expect(violation).toMatchObject({ file: tree });
    expect(violation?.offset).toBeGreaterThan(0);
  });

  test('bytes behind a tree', async () => {
    expect(await first('gbm-binomial', tree, (content) => Buffer.concat([content, Buffer.from([1, 2])]))).toEqual({
      file: tree,
      offset: 196,
      expected: 'the end of the tree',
      found: '2 more bytes',
    });
  });

  test('an illegal kind of split', async () => {
    const violation = await first('gbm-binomial', tree, (content) => {
      content[0] = 4;
      return content;
    });
    expect(violation).toMatchObject({ file: tree, offset: 0, expected: 'a kind of split (0, 8 or 12)' });
  });

  test.each([
    ['default_threshold', 'default_threshold', 'x', 'key `default_threshold`', 'none'],
    [
      'a newer format',
      'mojo_version = 1.40',
      'mojo_version = 1.41',
      '`mojo_version` to be at most 1.40 for Gradient Boosting Machine',
      '1.41',
    ],
    ['the category', 'category = Binomial', 'category = Bimodal', '`category` to be a model category', 'Bimodal'],
    ['a count of columns', 'n_columns = 5', 'n_columns = 3', '3 column names', '5'],
    ['a domain line', '2: 3 d000.txt', '2 3 d000.txt', '`index: count file`', '2 3 d000.txt'],
    ['a domain count', '2: 3 d000.txt', '2: 4 d000.txt', '4 categories, as model.ini line 37 says', '3 lines'],
  ])('model.ini: %s', async (_, from, to, expected, found) => {
    const violation = await first('gbm-binomial', 'model.ini', (content) =>
      Buffer.from(content.toString().replace(from, to)),
    );
    expect(violation).toMatchObject({ expected, found });
  });
});

describe('how much of random damage structure shows', () => {
  test('every cut, every addition; of single flipped bytes only those that are no float', async () => {
    const files = await unpack('drf-multinomial');
    const trees = [...files.keys()].filter((name) => /^trees\/.*\d\.bin$/.test(name));
    let seen = 0;
    let tried = 0;
    for (const name of trees.slice(0, 4)) {
      const content = files.get(name) ?? new Uint8Array();
      for (let at = 0; at < content.length; at += 7) {
        const damaged = Uint8Array.from(content);
        damaged[at] = (damaged[at] ?? 0) ^ 0xff;
        tried++;
        const facts = await readMojoArchive(await pack(new Map([...files, [name, damaged]])));
        if (facts.violations.length > 0) seen++;
      }
    }
    // Documented in docs/quality.md: a well-formed tree with another value is a well-formed tree.
    expect(seen / tried).toBeGreaterThan(0.2);
    expect(seen / tried).toBeLessThan(0.9);
  });
});
