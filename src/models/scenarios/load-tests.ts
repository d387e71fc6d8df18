import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import { larger } from '../../languages/load-script/facts.js';
import type { LoadTest, Swap } from '../../languages/load-script/facts.js';
import type { CommandFacts } from '../../languages/load-script/shell.js';
import { commandsIn } from './load/command-files.js';
import { scriptIn } from './load/scripts.js';

interface Placed {
  readonly path: string;
  readonly test: LoadTest;
}

/** A load test of the repository, and what swaps the model while it runs. */
export interface FoundTest extends Placed {
  /** Commands that run this script. */
  readonly runners: readonly Placed[];
  readonly swap: { readonly path: string; readonly swap: Swap } | undefined;
  /** Requests a second, by the script or by the command that runs it. */
  readonly rate: number | undefined;
  readonly durationSec: number | undefined;
}

const EXCLUDED = /(^|\/)(node_modules|vendor|dist|build|\.venv|site-packages)\//;

/** Files that may write or run a load test → what each kind must mention before it is worth parsing. */
const KINDS: readonly (readonly [glob: string, needles: readonly string[]])[] = [
  ['**/*.{js,mjs,cjs,ts}', ["'k6", '"k6', '@gatling.io/', 'k6 run', 'vegeta attack', 'autocannon']],
  ['**/*.py', ['locust', 'k6', 'vegeta', 'wrk', 'oha', 'autocannon', 'jmeter', 'gatling']],
  ['**/*.{scala,java,kt}', ['io.gatling.']],
  ['**/*.jmx', ['jmeterTestPlan']],
  [
    '**/{*.{sh,bash,zsh,yml,yaml,mk},Makefile,makefile,GNUmakefile,Justfile,justfile,package.json}',
    ['k6', 'locust', 'gatling', 'jmeter', 'vegeta', 'wrk', 'oha ', 'autocannon', 'hey -', 'ab -'],
  ],
];

export const loadTests = defineModel<readonly FoundTest[]>('load-tests', async (workspace) => {
  const scripts: Placed[] = [];
  const files = new Map<string, CommandFacts>();
  for (const path of await candidates(workspace)) {
    const test = await scriptIn(workspace, path);
    if (test) scripts.push({ path, test });
    const commands = await commandsIn(workspace, path);
    if (commands && (test || commands.tests.length > 0)) files.set(path, commands);
  }
  const beside = await neighbours(workspace, [...new Set([...files.keys(), ...scripts.map(({ path }) => path)])]);
  const commands = [...files].flatMap(([path, { tests }]) => tests.map((test) => ({ path, test })));
  const run = new Set<LoadTest>();
  const found: FoundTest[] = [];
  for (const script of scripts) {
    const runners = commands.filter((command) => runs(command, script.path));
    for (const { test } of runners) run.add(test);
    found.push(complete(await asRun(workspace, script, runners), runners, files, beside));
  }
  const alone = commands.filter(({ test }) => !run.has(test));
  return [...found, ...alone.map((command) => complete(command, [], files, beside))];
});

async function candidates(workspace: Workspace): Promise<string[]> {
  const found: string[] = [];
  for (const [glob, needles] of KINDS) {
    const paths = workspace.glob(glob).filter((path) => !EXCLUDED.test(path) && !/\.min\.[cm]?js$/.test(path));
    found.push(...(await workspace.mentioning(paths, needles)));
  }
  return found;
}

/** The script with the variables that its command hands to it. */
async function asRun(workspace: Workspace, script: Placed, runners: readonly Placed[]): Promise<Placed> {
  const environment = runners.find(({ test }) => test.environment)?.test.environment;
  const test = environment && (await scriptIn(workspace, script.path, environment));
  return test ? { ...script, test } : script;
}

function complete(
  { path, test }: Placed,
  runners: readonly Placed[],
  files: ReadonlyMap<string, CommandFacts>,
  beside: ReadonlyMap<string, { path: string; swap: Swap }>,
): FoundTest {
  const own = test.form === 'script' ? files.get(path)?.swaps[0] : undefined;
  const commands = [{ path, test }, ...runners].filter((one) => one.test.form === 'command');
  const during = commands.flatMap((one) => {
    const swap = swapDuring(one.test, files.get(one.path));
    return swap ? [{ path: one.path, swap }] : [];
  });
  const all = [test, ...runners.map((runner) => runner.test)];
  const users = all.map((one) => one.users).reduce(larger, undefined);
  const paced = users !== undefined && test.ratePerUser !== undefined ? users * test.ratePerUser : undefined;
  return {
    path,
    test,
    runners,
    swap: own ? { path, swap: own } : (during[0] ?? beside.get(folderOf(path))),
    rate: all.map(({ rate }) => rate).reduce(larger, paced),
    durationSec: all.findLast(({ durationSec }) => durationSec !== undefined)?.durationSec,
  };
}

/**
 * A swap in the file that starts the load: before it, when it returns at once (a rollout goes on while the load runs);
 * after it, when the load runs in the background.
 */
function swapDuring({ line }: LoadTest, file: CommandFacts | undefined): Swap | undefined {
  const between = (lines: readonly number[], from: number, to: number): boolean =>
    lines.some((one) => from <= one && one <= to);
  return file?.swaps.find((swap) => {
    if (swap.line === line) return false;
    return swap.line < line ? !between(file.waits, swap.line, line) : between(file.background, line, swap.line);
  });
}

/** A script beside a load test whose own name says that it swaps: `load/swap.sh` beside `load/score.js`. */
async function neighbours(
  workspace: Workspace,
  paths: readonly string[],
): Promise<Map<string, { path: string; swap: Swap }>> {
  const found = new Map<string, { path: string; swap: Swap }>();
  const folders = new Set(paths.map(folderOf));
  const named = workspace.glob('**/*{swap,rollout,rolling,hot-reload,hot_reload}*.{sh,py,js,ts,yml,yaml}');
  for (const path of named.filter((one) => folders.has(folderOf(one)))) {
    const [swap] = (await commandsIn(workspace, path))?.swaps ?? [];
    if (swap) found.set(folderOf(path), { path, swap });
  }
  return found;
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Does a command run this script? By path from the root, from the command's own folder, or by the file's name alone. */
function runs(command: Placed, script: string): boolean {
  const named = command.test.script?.replace(/^\.\//, '');
  if (named === undefined) return false;
  const folder = folderOf(command.path);
  return named === script || `${folder}/${named}` === script || script.endsWith(`/${named.replace(/^(\.\.\/)+/, '')}`);
}
