import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import { loadScript } from '../../languages/load-script/extract.js';
import type { LoadScript, LoadTest, Swap } from '../../languages/load-script/facts.js';

/** A load test of the repository, and what swaps the model while it runs. */
export interface FoundTest {
  readonly path: string;
  readonly test: LoadTest;
  /** Commands that run this script. */
  readonly runners: readonly { readonly path: string; readonly test: LoadTest }[];
  readonly swap: { readonly path: string; readonly swap: Swap } | undefined;
  /** Requests a second, by the script or by the command that runs it. */
  readonly rate: number | undefined;
  readonly durationSec: number | undefined;
}

const FILES =
  '**/{*.{js,mjs,ts,py,scala,java,kt,jmx,sh,bash,zsh,yml,yaml,mk},Makefile,makefile,GNUmakefile,Justfile,justfile,package.json}';
const NEEDLES = [
  'k6',
  'locust',
  'gatling',
  'jmeter',
  'vegeta attack',
  'wrk -',
  'wrk2 -',
  'oha -',
  'autocannon',
  'hey -',
  'ab -',
];

export const loadTests = defineModel<readonly FoundTest[]>('load-tests', async (workspace) => {
  const paths = workspace
    .glob(FILES)
    .filter(
      (path) =>
        !/(^|\/)(node_modules|vendor|dist|build|\.venv|site-packages)\//.test(path) && !path.endsWith('.min.js'),
    );
  const files = new Map<string, { facts: LoadScript; lines: readonly string[] }>();
  for (const path of await workspace.mentioning(paths, NEEDLES)) {
    const facts = await workspace.facts(loadScript, path);
    if (facts && facts.tests.length > 0)
      files.set(path, { facts, lines: ((await workspace.text(path)) ?? '').split('\n') });
  }
  const beside = await neighbours(workspace, [...files.keys()]);
  const commands = [...files].flatMap(([path, { facts }]) =>
    facts.tests.filter(({ form }) => form === 'command').map((test) => ({ path, test })),
  );
  const scripts = [...files].flatMap(([path, { facts }]) =>
    facts.tests.filter(({ form }) => form === 'script').map((test) => ({ path, test })),
  );
  const run = new Set<unknown>();
  const found = scripts.map(({ path, test }) => {
    const runners = commands.filter((command) => runs(command, path));
    for (const { test: runner } of runners) run.add(runner);
    return complete(path, test, runners, files, beside);
  });
  return [
    ...found,
    ...commands.filter(({ test }) => !run.has(test)).map(({ path, test }) => complete(path, test, [], files, beside)),
  ];
});

function complete(
  path: string,
  test: LoadTest,
  runners: FoundTest['runners'],
  files: ReadonlyMap<string, { facts: LoadScript; lines: readonly string[] }>,
  beside: ReadonlyMap<string, { path: string; swap: Swap }>,
): FoundTest {
  const own = test.form === 'script' ? files.get(path)?.facts.swaps[0] : undefined;
  const during = [{ path, test }, ...runners]
    .filter((one) => one.test.form === 'command')
    .map((one) => ({ path: one.path, swap: swapDuring(one.test, files.get(one.path)) }));
  const outside = during.find((one) => one.swap);
  const swap = own
    ? { path, swap: own }
    : outside?.swap
      ? { path: outside.path, swap: outside.swap }
      : beside.get(folderOf(path));
  const all = [test, ...runners.map((runner) => runner.test)];
  return {
    path,
    test,
    runners,
    swap,
    rate: all.reduce<number | undefined>(
      (most, one) => (one.rate !== undefined && one.rate > (most ?? 0) ? one.rate : most),
      undefined,
    ),
    durationSec: all.find(({ durationSec }) => durationSec !== undefined)?.durationSec,
  };
}

/**
 * A swap in the file that starts the load: before it, when it returns at once (a rollout goes on while the load runs);
 * after it, when the load runs in the background.
 */
function swapDuring(
  test: LoadTest,
  file: { facts: LoadScript; lines: readonly string[] } | undefined,
): Swap | undefined {
  return file?.facts.swaps.find((swap) => {
    if (swap.line === test.line) return false;
    const between = file.lines.slice(Math.min(swap.line, test.line) - 1, Math.max(swap.line, test.line));
    if (swap.line < test.line)
      return !between.some((line) => /rollout\s+status|--wait\b|kubectl\s+wait|--atomic\b/.test(line));
    return (
      /(^|[^&])&\s*$|nohup|concurrently|parallel|-d\s|--detach|start_new|Popen/.test(between.slice(0, 4).join('\n')) ||
      between.some((line) => /^\s*wait\b/.test(line)) ||
      file.lines.some((line) => /^\s*wait\b/.test(line))
    );
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
    const facts = await workspace.facts(loadScript, path);
    const [swap] = facts?.swaps ?? [];
    if (swap) found.set(folderOf(path), { path, swap });
  }
  return found;
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Does a command run this script? By path from the root, from the command's own folder, or by the file's name alone. */
function runs(command: { path: string; test: LoadTest }, script: string): boolean {
  const named = command.test.script?.replace(/^\.\//, '');
  if (named === undefined) return false;
  const folder = folderOf(command.path);
  return named === script || `${folder}/${named}` === script || script.endsWith(`/${named.replace(/^(\.\.\/)+/, '')}`);
}
