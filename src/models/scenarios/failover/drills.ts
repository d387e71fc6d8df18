import type { Workspace } from '../../../core/workspace.js';
import type { WrittenCommand } from '../../../languages/load-script/shell.js';
import { loadSqlParser } from '../../../languages/sql/index.js';
import { yamlDocuments } from '../../../languages/yaml/index.js';
import { commandsWritten } from '../command-lines.js';
import { failureBy, looksOn } from './commands.js';
import type { Drill } from './drill.js';
import { drillInManifest } from './manifests.js';
import type { Targets } from './targets.js';
import { testDrills } from './tests.js';

const NEEDLES = [
  'failover',
  'FAILOVER',
  'switchover',
  'promote',
  'Chaos',
  'chaos',
  'terminate_pods',
  'kill',
  'delete',
  'stop',
  'pause',
  'drain',
  'disconnect',
  'SHUTDOWN',
  'shutdown',
];
const EXCLUDED = /(^|\/)(node_modules|vendor|dist|\.venv|site-packages)\//;

/** Tests, scripts, workflows and experiments that make a datastore fail. */
export async function failoverDrills(workspace: Workspace, own: Targets): Promise<Drill[]> {
  await loadSqlParser();
  const paths = workspace
    .glob('**/*.{sh,bash,yml,yaml,json,js,mjs,ts,mk}', '**/{Makefile,makefile,GNUmakefile,Justfile,justfile}')
    .filter((path) => !EXCLUDED.test(path) && (workspace.file(path)?.size ?? 0) < 500_000);
  const found: Drill[] = [];
  for (const path of await workspace.mentioning(paths, NEEDLES)) {
    const drill = (await inManifest(workspace, path, own)) ?? (await byCommand(workspace, path, own));
    if (drill) found.push({ path, ...drill });
  }
  return [...found, ...(await testDrills(workspace, own))];
}

async function inManifest(workspace: Workspace, path: string, own: Targets): Promise<Omit<Drill, 'path'> | undefined> {
  // JSON is YAML; of other JSON files only Chaos Toolkit's experiments matter.
  if (!/\.(?:ya?ml|json)$/.test(path)) return undefined;
  if (path.endsWith('.json') && (await workspace.mentioning([path], ['"method"'])).length === 0) return undefined;
  for (const document of (await yamlDocuments(workspace, path)) ?? []) {
    const drill = drillInManifest(document, own);
    if (drill) return { line: drill.line, text: drill.text.slice(0, 120) };
  }
  return undefined;
}

/** Commands of whoever runs them unattended are a drill; in a script of one's own, something has to look on afterwards. */
async function byCommand(workspace: Workspace, path: string, own: Targets): Promise<Omit<Drill, 'path'> | undefined> {
  if (path.endsWith('.json') && !path.endsWith('package.json')) return undefined;
  const commands = (await commandsWritten(workspace, path)) ?? [];
  const unattended =
    workspace.roles(path).has('test') || /\.ya?ml$|(?:^|\/)(?:Makefile|makefile|package\.json)$/.test(path);
  const at = commands.findIndex(({ words }, index) => {
    const failure = failureBy(words, own);
    if (failure === undefined) return false;
    return (failure === 'promotion' && unattended) || watched(commands, index, own);
  });
  const command = commands[at];
  return command && { line: command.line, text: command.words.join(' ').slice(0, 120) };
}

/** Is there a command after this one that looks at what is left? */
const watched = (commands: readonly WrittenCommand[], index: number, own: Targets): boolean =>
  commands.slice(index + 1).some(({ words }) => looksOn(words) && failureBy(words, own) === undefined);
