/**
 * Oracle: `npm run bench -- jvm` starts a real `java -XX:+PrintFlagsFinal -version` with options in every source and
 * compares MaxHeapSize with what the model says. `-XX:MaxRAM` stands for the container's limit.
 */
import { spawnSync } from 'node:child_process';
import { heapSize } from '../../src/models/jvm/index.js';
import { jvmLaunch } from '../../src/models/jvm/launch.js';
import type { Container, Variable } from '../../src/models/workloads/index.js';
import { CASES, type Case } from './cases.js';

const MIB = 1024 ** 2;
const SOURCES = { tool: 'JAVA_TOOL_OPTIONS', jdk: 'JDK_JAVA_OPTIONS', forced: '_JAVA_OPTIONS' } as const;

function measured({ memory, command = '', ...rest }: Case): number | undefined {
  const environment = Object.fromEntries(
    Object.entries(SOURCES).flatMap(([key, name]) =>
      rest[key as keyof typeof SOURCES] === undefined ? [] : [[name, rest[key as keyof typeof SOURCES]]],
    ),
  );
  // First of all, so that a -XX:MaxRAM of the case wins.
  const tool = `-XX:MaxRAM=${memory}m ${environment['JAVA_TOOL_OPTIONS'] ?? ''}`;
  const words = command.split(' ').filter((word) => word !== '');
  const run = spawnSync('java', [...words, '-XX:+PrintFlagsFinal', '-version'], {
    env: { PATH: process.env['PATH'], ...environment, JAVA_TOOL_OPTIONS: tool },
    encoding: 'utf8',
  });
  const line = /\sMaxHeapSize\s+=\s+(\d+)/.exec(run.stdout);
  return line === null ? undefined : Number(line[1]);
}

function modelled({ memory, command = '', ...rest }: Case): number | undefined {
  const at = { path: 'case', line: 1, endLine: 1 };
  const environment = new Map<string, Variable>();
  for (const [key, name] of Object.entries(SOURCES)) {
    const value = rest[key as keyof typeof SOURCES];
    if (value !== undefined) environment.set(name, { name, value, at, source: 'environment' });
  }
  const words = ['java', ...command.split(' ').filter((word) => word !== ''), '-jar', 'app.jar'];
  const container: Container = {
    name: 'case',
    role: 'main',
    at,
    image: undefined,
    built: undefined,
    buildUnknown: undefined,
    entrypoint: { words, form: 'exec', at },
    command: undefined,
    environment,
    environmentGaps: [],
    limit: undefined,
    request: undefined,
    ports: [],
    mounts: [],
  };
  const options = jvmLaunch(container, false)?.options.map(({ option }) => option) ?? [];
  return heapSize(options, memory * MIB, collector()).bytes;
}

/** The collector depends on the machine that runs the oracle, not on MaxRAM. */
let chosen: 'serial' | 'g1' | undefined;
function collector(): 'serial' | 'g1' {
  chosen ??= /UseG1GC\s+=\s+true/.test(
    spawnSync('java', ['-XX:+PrintFlagsFinal', '-version'], { encoding: 'utf8' }).stdout,
  )
    ? 'g1'
    : 'serial';
  return chosen;
}

const different: string[] = [];
for (const one of CASES) {
  const [real, model] = [measured(one), modelled(one)];
  if (real !== model) different.push(`${JSON.stringify(one)}: java ${real ?? 'refuses'}, model ${model ?? 'unknown'}`);
}
console.log(spawnSync('java', ['-version'], { encoding: 'utf8' }).stderr.split('\n')[0]);
console.log(`${CASES.length} combinations, ${CASES.length - different.length} equal`);
for (const line of different) console.log(line);
process.exitCode = different.length === 0 ? 0 : 1;
