import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/config/defaults.js';
import { workloads, type Workload } from '../../../src/models/workloads/index.js';
import { memoryFactStore } from '../../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../../src/reviewers/workspace.js';
import { snapshotOf } from '../../support/snapshot.js';

async function load(files: Record<string, string>): Promise<{ all: readonly Workload[]; gaps: string[] }> {
  const workspace = new SnapshotWorkspace(snapshotOf(files), DEFAULT_SETTINGS, memoryFactStore(), undefined, true);
  const all = await workspace.model(workloads);
  return { all, gaps: workspace.gaps.map(({ path, line, reason }) => `${path}:${line ?? ''} ${reason}`) };
}

const container = (all: readonly Workload[], name: string) => {
  const found = all.find((workload) => workload.name === name)?.containers[0];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
};

const environment = (all: readonly Workload[], name: string): Record<string, string | undefined> =>
  Object.fromEntries([...container(all, name).environment].map(([key, { value }]) => [key, value]));

describe('files over files', () => {
  test('the override file is part of the project; variables merge by name, the command is replaced', async () => {
    const { all } = await load({
      'compose.yaml':
        'services:\n  a:\n    image: x\n    command: [one, two]\n    environment:\n      A: 1\n      B: 2\n',
      'compose.override.yaml': 'services:\n  a:\n    command: three\n    environment:\n      - B=3\n      - C\n',
    });
    expect(all).toHaveLength(1);
    expect(container(all, 'a').command?.words).toEqual(['three']);
    expect(environment(all, 'a')).toEqual({ A: '1', B: '3', C: undefined });
    expect(container(all, 'a').environment.get('B')?.at).toMatchObject({ path: 'compose.override.yaml', line: 5 });
    expect(container(all, 'a').environment.get('A')?.at).toMatchObject({ path: 'compose.yaml', line: 6 });
  });

  test('!reset removes and !override replaces what the first file says', async () => {
    const { all } = await load({
      'compose.yaml':
        'services:\n  a:\n    image: x\n    mem_limit: 1g\n    ports: ["80:80", "81:81"]\n    environment:\n      FOO: bar\n      KEEP: 1\n',
      'compose.override.yaml':
        'services:\n  a:\n    mem_limit: !reset null\n    ports: !override\n      - "90:90"\n    environment:\n      FOO: !reset null\n',
    });
    expect(container(all, 'a').limit).toBeUndefined();
    expect(container(all, 'a').ports.map(({ text }) => text)).toEqual(['90:90']);
    expect(environment(all, 'a')).toMatchObject({ KEEP: '1' });
  });

  test('a production file is a variant of the base, one with other services a project of its own', async () => {
    const { all } = await load({
      'docker-compose.yml': 'services:\n  a:\n    image: x\n',
      'docker-compose.prod.yml': 'services:\n  a:\n    mem_limit: 2g\n',
      'docker-compose.monitoring.yml': 'services:\n  grafana:\n    image: grafana/grafana\n',
    });
    expect(all.map(({ name, compose, overlayFiles }) => [name, compose?.project.files, overlayFiles])).toEqual([
      ['a', ['docker-compose.yml'], undefined],
      ['grafana', ['docker-compose.monitoring.yml'], undefined],
      ['a', ['docker-compose.yml', 'docker-compose.prod.yml'], ['docker-compose.prod.yml']],
    ]);
    expect(all[0]?.variants[0]?.containers[0]?.limit?.bytes).toBe(2 * 1024 ** 3);
  });
});

describe('extends and include', () => {
  test('another file, another directory, a chain', async () => {
    const { all, gaps } = await load({
      'compose.yaml':
        'services:\n  web:\n    extends: {file: shared/base.yaml, service: app}\n    environment: {B: 2}\n',
      'shared/base.yaml':
        'services:\n  root:\n    mem_limit: 1g\n    env_file: app.env\n  app:\n    extends: root\n    build: ./src\n    environment: {A: 1, B: 1}\n    ports: ["80:80"]\n',
      'shared/app.env': 'FROM_FILE=yes\nB=0\n',
      'shared/src/Dockerfile': 'FROM eclipse-temurin:21\nENV X=1\nENTRYPOINT ["java"]\n',
    });
    expect(gaps).toEqual([]);
    expect(all.map(({ name }) => name)).toEqual(['web']);
    expect(environment(all, 'web')).toEqual({ X: '1', FROM_FILE: 'yes', A: '1', B: '2' });
    expect(container(all, 'web')).toMatchObject({
      limit: { text: '1g' },
      built: { base: 'eclipse-temurin:21', dockerfile: 'shared/src/Dockerfile' },
    });
  });

  test('included services keep their own directory and environment; the including file wins', async () => {
    const { all } = await load({
      'compose.yaml':
        'include:\n  - db/compose.yaml\nservices:\n  db:\n    environment: {B: 9}\n  app:\n    image: app\n',
      'db/compose.yaml': 'services:\n  db:\n    image: postgres:${VERSION}\n    environment: {A: 1, B: 1}\n',
      'db/.env': 'VERSION=16\n',
    });
    expect(container(all, 'db').image?.value).toBe('postgres:16');
    expect(environment(all, 'db')).toEqual({ A: '1', B: '9' });
  });

  test.each([
    [
      'an extends cycle',
      { 'compose.yaml': 'services:\n  a: {extends: b, image: x}\n  b: {extends: a, image: x}\n' },
      /extends cycle/,
    ],
    [
      'an include cycle',
      {
        'compose.yaml': 'include: [other.yaml]\nservices: {a: {image: x}}\n',
        'other.yaml': 'include: [compose.yaml]\nservices: {b: {image: x}}\n',
      },
      /include cycle/,
    ],
    [
      'a missing file',
      { 'compose.yaml': 'services:\n  a: {image: x, extends: {file: gone.yaml, service: a}}\n' },
      /gone\.yaml, which is not in the repository/,
    ],
    [
      'a path outside',
      { 'compose.yaml': 'services:\n  a: {image: x, extends: {file: ../../etc/a.yaml, service: a}}\n' },
      /leaves the repository/,
    ],
    [
      'a remote include',
      { 'compose.yaml': 'include: ["https://example.com/c.git"]\nservices: {a: {image: x}}\n' },
      /remote resource/,
    ],
    ['a missing service', { 'compose.yaml': 'services:\n  a: {image: x, extends: gone}\n' }, /extends service "gone"/],
  ])('%s is one clear line, and the rest is loaded', async (_, files, reason) => {
    const { all, gaps } = await load(files);
    expect(gaps.join('\n')).toMatch(reason);
    expect(all.map(({ name }) => name)).toContain('a');
  });
});

describe('variables', () => {
  test('.env, defaults, and what nobody sets', async () => {
    const { all } = await load({
      '.env': 'LIMIT=2g\nIMAGE="app:1"\nTWICE=${LIMIT}\n',
      'compose.yaml':
        'services:\n  a:\n    image: ${IMAGE}\n    mem_limit: ${TWICE}\n    environment:\n      A: ${GONE:-dflt}\n      B: ${GONE}\n      C: $$HOME\n      D: ${LIMIT:+set}\n  b:\n    image: b\n    mem_limit: ${GONE}\n',
    });
    expect(container(all, 'a')).toMatchObject({ image: { value: 'app:1' }, limit: { bytes: 2 * 1024 ** 3 } });
    expect(environment(all, 'a')).toEqual({ A: 'dflt', B: undefined, C: '$HOME', D: 'set' });
    expect(container(all, 'b').limit).toMatchObject({
      bytes: undefined,
      unknown: expect.stringContaining('nothing in the repository sets'),
    });
    expect(container(all, 'a').limit?.via).toMatchObject([{ path: '.env', line: 3 }]);
  });

  test('env files: order, a missing one, quotes', async () => {
    const { all } = await load({
      'compose.yaml':
        'services:\n  a:\n    image: x\n    env_file:\n      - one.env\n      - path: two.env\n        required: false\n      - gone.env\n',
      'one.env': 'export A=\'single $X\'\nB=1 # why\nC="two\nlines"\n',
      'two.env': 'B=2\n',
    });
    expect(environment(all, 'a')).toEqual({ A: 'single $X', B: '2', C: 'two\nlines' });
    expect(container(all, 'a').environmentGaps).toEqual(['env_file gone.env is not in the repository']);
  });
});

test('services at the top level are said to be of the old format', async () => {
  const { all, gaps } = await load({ 'docker-compose.yml': 'web:\n  image: x\n  mem_limit: 1g\n' });
  expect(all).toEqual([]);
  expect(gaps).toEqual(['docker-compose.yml: Compose file format 1 (services at the top level): not evaluated']);
});

describe('ports, volumes, limits', () => {
  test.each([
    ['"5432"', undefined, [5432, 5432], undefined],
    ['8080:80', '8080', [80, 80], undefined],
    ['"127.0.0.1:5432:5432"', '5432', [5432, 5432], '127.0.0.1'],
    ['"[::1]:80:8080/udp"', '80', [8080, 8080], '::1'],
    ['"::1:80:8080"', '80', [8080, 8080], '::1'],
    ['"3000-3005:3000-3005"', '3000-3005', [3000, 3005], undefined],
    ['"127.0.0.1::5432"', undefined, [5432, 5432], '127.0.0.1'],
    ['{target: 5432, published: "15432", host_ip: 10.0.0.1}', '15432', [5432, 5432], '10.0.0.1'],
  ])('port %s', async (written, published, target, hostIp) => {
    const { all } = await load({ 'compose.yaml': `services:\n  a:\n    image: x\n    ports:\n      - ${written}\n` });
    expect(container(all, 'a').ports).toMatchObject([{ published, target, hostIp }]);
  });

  test.each([
    ['data:/x', 'volume', 'data'],
    ['./data:/x:ro', 'bind', './data'],
    ['/x', 'anonymous', undefined],
    ['${DIR}:/x', 'other', expect.anything()],
    ['~/x:/x', 'bind', '~/x'],
    ['{type: tmpfs, target: /x}', 'tmpfs', undefined],
    ['C:\\data:/x', 'bind', 'C:\\data'],
  ])('volume %s', async (written, kind, source) => {
    const { all } = await load({ 'compose.yaml': `services:\n  a:\n    image: x\n    volumes:\n      - ${written}\n` });
    expect(container(all, 'a').mounts).toMatchObject([{ kind, source, target: '/x' }]);
  });

  test.each([
    ['512m', 512 * 1024 ** 2],
    ['1.5gb', 1.5 * 1024 ** 3],
    ['2GiB', 2 * 1024 ** 3],
    ['1073741824', 1024 ** 3],
    ['"0"', undefined],
  ])('limit %s', async (written, bytes) => {
    const { all } = await load({ 'compose.yaml': `services:\n  a:\n    image: x\n    mem_limit: ${written}\n` });
    expect(container(all, 'a').limit?.bytes).toBe(bytes);
  });
});

describe('services that are only for development and tests', () => {
  const development = async (service: string, profiles = ''): Promise<boolean> => {
    const { all } = await load({ 'compose.yaml': `services:\n  ${service}:\n    image: postgres:16\n${profiles}` });
    return all[0]?.development ?? false;
  };
  test.each(['test_db', 'db-test', 'postgres_tests', 'testdb', 'e2e-redis'])('%s, by its name', async (service) =>
    expect(await development(service)).toBe(true),
  );
  test.each(['db', 'latest', 'attestation', 'contest-db'])('%s is for production', async (service) =>
    expect(await development(service)).toBe(false),
  );
  test('by its profiles, if all of them say so', async () => {
    expect(await development('db', '    profiles: [test, ci]\n')).toBe(true);
    expect(await development('db', '    profiles: [test, prod]\n')).toBe(false);
  });
});
