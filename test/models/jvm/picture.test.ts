import { expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/config/defaults.js';
import { jvmMemory, memorySection } from '../../../src/models/jvm/index.js';
import { memoryPicture } from '../../../src/models/jvm/picture.js';
import { memoryFactStore } from '../../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../../src/reviewers/workspace.js';
import { snapshotOf } from '../../support/snapshot.js';

const COMPOSE = `services:
  h2o:
    image: eclipse-temurin:17-jre
    command: java -Xmx5g -jar /opt/h2o.jar
    mem_limit: 8g
  free:
    image: eclipse-temurin:17-jre
    command: java -Xmx1g -jar /opt/free.jar
`;

const workspace = () =>
  new SnapshotWorkspace(snapshotOf({ 'compose.yaml': COMPOSE }), DEFAULT_SETTINGS, memoryFactStore(), undefined, true);

test('a bar a workload, with the mark at the highest accepted share', async () => {
  expect(memoryPicture(await workspace().model(jvmMemory)).split('\n')).toEqual([
    '      █ heap  ░ native  | most that the heap may take',
    `h2o   [${'█'.repeat(25)}░░░|${'░'.repeat(12)}]  heap 5 GiB + native 3 GiB = limit 8 GiB (62.5 %)`,
    `free  [${'?'.repeat(40)}]  heap 1 GiB, no limit`,
  ]);
});

test('the table names the line of every number', async () => {
  const [section] = await memorySection(workspace());
  expect(section?.table?.rows).toEqual([
    ['h2o', '5 GiB', '-Xmx5g, the command (compose.yaml:4)', '3 GiB', '8 GiB (compose.yaml:5)', '62.5 %', '70 %'],
    ['free', '1 GiB', '-Xmx1g, the command (compose.yaml:8)', 'unknown', 'none', 'unknown', '70 %'],
  ]);
});

test('a heap that only the image knows is not called the default of the JVM', async () => {
  const files = { 'compose.yaml': 'services:\n  store:\n    image: cassandra:4.1\n    mem_limit: 4g\n' };
  const own = new SnapshotWorkspace(snapshotOf(files), DEFAULT_SETTINGS, memoryFactStore(), undefined, true);
  const [section] = await memorySection(own);
  expect(section?.table?.rows[0]?.slice(0, 6)).toEqual([
    'store',
    'unknown',
    "its script takes a quarter of the host's memory, at most 8 GiB",
    'unknown',
    '4 GiB (compose.yaml:4)',
    'unknown',
  ]);
  expect(section?.code?.text.split('\n')[1]).toBe(`store  [${'?'.repeat(40)}]  heap unknown, limit 4 GiB`);
});
