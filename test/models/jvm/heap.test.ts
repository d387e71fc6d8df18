import { describe, expect, test } from '@jest/globals';
import { heapOption, heapSize, hotspotBytes, type HeapOption } from '../../../src/models/jvm/index.js';

const MIB = 1024 ** 2;
const options = (text: string): HeapOption[] => text.split(' ').flatMap((word) => heapOption(word) ?? []);

/** Measured on OpenJDK 17 with -XX:MaxRAM in place of a container limit (bench/jvm compares 176 combinations). */
describe('MaxHeapSize as HotSpot works it out', () => {
  test.each([
    ['', 1024, 256],
    ['', 200, 100],
    ['', 256, 126],
    ['', 300, 126],
    ['-XX:MaxRAMPercentage=70', 1024, 718],
    ['-XX:MaxRAMPercentage=80', 200, 100],
    ['-XX:MinRAMPercentage=80', 200, 126],
    ['-XX:MaxRAMFraction=2', 1024, 512],
    ['-XX:MaxRAMPercentage=70 -XX:MaxRAMFraction=4', 1024, 718],
    ['-Xms400m', 1024, 400],
    ['-Xmx300m -Xmx200m', 1024, 200],
    ['-Xmx200m -XX:MaxHeapSize=220m', 1024, 220],
    ['-Xmx200m -XX:MaxRAMPercentage=90', 1024, 200],
    ['-XX:MaxRAM=2g -XX:MaxRAMPercentage=50', 1024, 1024],
    ['-XX:MaxRAMPercentage=75.5', 8192, 6188],
  ])('%s on %i MiB: %i MiB', (text, memory, expected) => {
    expect(heapSize(options(text), memory * MIB, 'g1').bytes).toBe(expected * MIB);
  });

  test('the configured share is kept apart from what alignment makes of it', () => {
    expect(heapSize(options('-XX:MaxRAMPercentage=70'), 1024 * MIB).configured).toMatchObject({
      by: 'share',
      share: 0.7,
    });
    expect(heapSize(options('-Xmx2g'), undefined)).toMatchObject({
      configured: { by: 'size', text: '-Xmx2g' },
      bytes: 2048 * MIB,
    });
    expect(heapSize([], undefined)).toMatchObject({ configured: { by: 'default' }, bytes: undefined });
  });
});

describe('sizes', () => {
  test.each([
    ['512m', 512 * MIB],
    ['2G', 2048 * MIB],
    ['1t', 1024 ** 4],
    ['0x4000000', 64 * MIB],
    ['1048576', MIB],
    ['1.5g', undefined],
    ['512mb', undefined],
    ['100b', undefined],
    ['', undefined],
    ['-1g', undefined],
  ])('%s', (text, bytes) => {
    expect(hotspotBytes(text)).toBe(bytes);
  });

  test('an option that the JVM refuses is invalid, one that depends on a variable unknown', () => {
    expect(heapOption('-Xmx512mb')?.kind).toBe('invalid');
    expect(heapOption('-XX:MaxRAMPercentage=150')?.kind).toBe('invalid');
    expect(heapOption('-Xmx${HEAP}')?.kind).toBe('unknown');
    expect(heapOption('-Xss512k')).toBeUndefined();
    expect(heapOption('--max-old-space-size=4096')).toBeUndefined();
  });
});
