import { describe, expect, test } from '@jest/globals';
import { readMojoArchive } from '../../../src/languages/mojo/index.js';
import { walkExtendedTree, walkTree } from '../../../src/languages/mojo/tree.js';
import { openZip } from '../../../src/languages/mojo/zip.js';
import { readDirectory, ZIP_LIMITS } from '../../../src/languages/mojo/zip-directory.js';
import { archive, pack, unpack } from './support.js';

const damaged = { name: 'Damaged' };

describe('hostile archives end in a violation, not in a crash', () => {
  test('every prefix of an archive', async () => {
    const whole = archive('kmeans');
    for (let length = 0; length < whole.length; length += 13) {
      const facts = await readMojoArchive(whole.subarray(0, length));
      if (facts.isMojo) expect(facts.violations.length).toBeGreaterThan(0);
    }
  });

  test('every byte of the directory and the end record, one at a time', async () => {
    const whole = archive('word2vec');
    const start = whole.length - 400;
    for (let at = start; at < whole.length; at += 3) {
      const changed = Uint8Array.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      await expect(readMojoArchive(changed)).resolves.toHaveProperty('isMojo');
    }
  });

  test('a size that lies is found while inflating', async () => {
    const files = await unpack('gbm-binomial');
    const zip = Buffer.from(await pack(files));
    const at = zip.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
    zip.writeUInt32LE(zip.readUInt32LE(at + 24) - 1, at + 24);
    const facts = await readMojoArchive(zip);
    expect(facts.violations[0]).toMatchObject({ expected: expect.stringMatching(/bytes/) });
  });

  test('too many entries, too much in one, too much in all', () => {
    const zip = archive('gbm-binomial');
    expect(() => readDirectory(zip, { ...ZIP_LIMITS, entries: 3 })).toThrow(expect.objectContaining(damaged));
    expect(() => readDirectory(zip, { ...ZIP_LIMITS, entryBytes: 100 })).toThrow(expect.objectContaining(damaged));
    expect(() => readDirectory(zip, { ...ZIP_LIMITS, totalBytes: 1000 })).toThrow(expect.objectContaining(damaged));
    expect(() => readDirectory(zip, { ...ZIP_LIMITS, ratio: 1, ratioFrom: 100 })).toThrow(
      expect.objectContaining(damaged),
    );
  });

  test('a bomb is refused by its directory, and a bomb that hides its size is stopped at it', async () => {
    const bomb = await pack(new Map([['model.ini', new Uint8Array(50_000_000)]]));
    await expect(openZip(bomb)).rejects.toMatchObject(damaged);
    const hidden = Buffer.from(bomb);
    const at = hidden.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
    hidden.writeUInt32LE(1000, at + 24);
    const before = process.memoryUsage().rss;
    const container = await openZip(hidden);
    await expect(container.read('model.ini')).rejects.toMatchObject(damaged);
    expect(process.memoryUsage().rss - before).toBeLessThan(64e6);
  });
});

describe('hostile trees', () => {
  const shape = { columns: 10, version: 140 };

  test('any bytes at all end quickly', () => {
    let state = 12345;
    for (let round = 0; round < 2000; round++) {
      const bytes = new Uint8Array(64);
      for (let i = 0; i < bytes.length; i++) {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0;
        bytes[i] = state >>> 24;
      }
      walkTree(bytes, shape);
      walkExtendedTree(bytes);
    }
  });

  test('a long chain of nodes needs no stack', () => {
    const node = Buffer.from([48, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
    const chain = Buffer.concat(Array.from({ length: 200_000 }, () => node));
    expect(walkTree(chain, shape)).toMatchObject({ ok: false, offset: chain.length });
  });
});
