import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import { pythonEffects } from '../../languages/effects/index.js';
import type { FunctionEffects } from '../../languages/effects/index.js';

const BLOCK_KINDS = [
  'data_loader',
  'transformer',
  'data_exporter',
  'sensor',
  'custom',
  'callback',
  'conditional',
] as const;
export type BlockKind = (typeof BLOCK_KINDS)[number];

/** Folders of a Mage project, by the kind of block they hold. */
const FOLDERS: Readonly<Record<string, BlockKind>> = {
  data_loaders: 'data_loader',
  transformers: 'transformer',
  data_exporters: 'data_exporter',
  sensors: 'sensor',
  custom: 'custom',
  callbacks: 'callback',
  conditionals: 'conditional',
};

/** A Python block: the function that Mage calls. */
export interface PythonBlock {
  readonly kind: BlockKind;
  readonly path: string;
  readonly fn: FunctionEffects;
  /** The file has a function decorated with `@test`. */
  readonly tested: boolean;
}

/** A SQL block: Mage renders the file and runs it. */
export interface SqlBlock {
  readonly kind: BlockKind;
  readonly path: string;
  /** The project's folder. */
  readonly root: string;
}

export interface MageBlocks {
  readonly python: readonly PythonBlock[];
  readonly sql: readonly SqlBlock[];
}

const DECORATOR =
  /^(?:mage_ai\.data_preparation\.decorators\.)?(data_loader|transformer|data_exporter|sensor|custom|callback|conditional)$/;
const NEEDLES = BLOCK_KINDS.map((kind) => `@${kind}`);

/** Mage keeps old versions of every file beside the project, and scratchpads run in the editor only. */
const NEVER_RUN = /(^|\/)(\.(file_versions|variables|logs|preferences)|scratchpads)\//;

export const mageBlocks = defineModel('mage-blocks', async (workspace): Promise<MageBlocks> => {
  const paths = workspace.glob('**/*.py').filter((path) => !NEVER_RUN.test(path));
  const candidates = await workspace.mentioning(paths, NEEDLES);
  const marked = new Set(await workspace.mentioning(candidates, ['mage_ai']));
  const python: PythonBlock[] = [];
  for (const path of candidates) python.push(...(await blocksOf(path, marked.has(path), workspace)));
  return { python, sql: sqlBlocks(workspace, python) };
});

/** A decorator of Mage's name counts when the file imports Mage, or stands in the folder for that kind. */
async function blocksOf(path: string, importsMage: boolean, workspace: Workspace): Promise<PythonBlock[]> {
  if (!importsMage && folderKind(path) === undefined) return [];
  const facts = await workspace.facts(pythonEffects, path);
  const tested =
    facts?.functions.some((fn) =>
      fn.decorators.some((name) => /^(mage_ai\.data_preparation\.decorators\.)?test$/.test(name)),
    ) === true;
  return (facts?.functions ?? []).flatMap((fn) => {
    const kind = fn.decorators.flatMap((name) => DECORATOR.exec(name)?.[1] ?? [])[0] as BlockKind | undefined;
    return kind === undefined ? [] : [{ kind, path, fn, tested }];
  });
}

const folderKind = (path: string): BlockKind | undefined =>
  path
    .split('/')
    .slice(0, -1)
    .map((segment) => FOLDERS[segment])
    .findLast((kind) => kind !== undefined);

/** `.sql` files in a block folder of something that is a Mage project by its files or its Python blocks. */
function sqlBlocks(workspace: Workspace, python: readonly PythonBlock[]): SqlBlock[] {
  const roots = new Set(python.flatMap((block) => projectRoot(block.path) ?? []));
  return workspace.glob('**/{data_loaders,transformers,data_exporters,custom}/**/*.sql').flatMap((path) => {
    const kind = folderKind(path);
    const root = projectRoot(path);
    if (kind === undefined || root === undefined || NEVER_RUN.test(path)) return [];
    const isProject =
      roots.has(root) ||
      workspace.file(join(root, 'io_config.yaml')) !== undefined ||
      workspace.file(join(root, 'metadata.yaml')) !== undefined;
    return isProject ? [{ kind, path, root }] : [];
  });
}

const join = (root: string, name: string): string => (root === '' ? name : `${root}/${name}`);

/** What pipelines call the block of a file. */
export const blockUuid = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/\.(py|sql)$/, '');

/** The folder that holds `transformers/`, `pipelines/` and the rest. */
function projectRoot(path: string): string | undefined {
  const segments = path.split('/');
  const at = segments.findIndex((segment, i) => i < segments.length - 1 && FOLDERS[segment] !== undefined);
  return at < 0 ? undefined : segments.slice(0, at).join('/');
}
