import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { configurationFrom } from '../config/configuration.js';
import type { ConfigurationFile } from '../config/schema.js';
import { UsageError } from '../core/errors.js';
import type { Snapshot } from '../core/types.js';
import { yamlDocuments } from '../languages/yaml/index.js';
import { composeParts, LEAVES, workloads } from '../models/workloads/index.js';
import { memoryFactStore } from '../reviewers/fact-store.js';
import { DEFAULT_LIMITS, SnapshotWorkspace } from '../reviewers/workspace.js';
import { localReview } from '../snapshot/checkout.js';
import { directorySnapshot, filesSnapshot } from '../snapshot/directory.js';

export interface ComposeFileProject {
  readonly head: Snapshot;
  readonly configuration: ConfigurationFile;
  /** The named file within `head`. */
  readonly name: string;
  /** The files that it includes or extends. */
  readonly parts: ReadonlySet<string>;
}

/**
 * The folder of a Compose file; the whole checkout where the file reaches out of its folder (`build: ..`).
 * @throws UsageError when there is no such file, or when it is no Compose file
 */
export async function composeProject(
  given: string,
  configurationIn: (root: string) => Promise<ConfigurationFile>,
): Promise<ComposeFileProject> {
  const file = resolve(given);
  if (!existsSync(file)) throw new UsageError(`compose file ${given} does not exist.`);
  if (!statSync(file).isFile()) throw new UsageError(`${given} is a folder; name the Compose file in it.`);
  const folder = dirname(file);
  const own = await opened(await directorySnapshot(folder), basename(file), given, await configurationIn(folder));
  const top = own.reachesOut ? checkoutAbove(folder) : undefined;
  if (top === undefined) return own;
  const name = relative(top, file).split(sep).join('/');
  return opened(await widened(top, folder), name, given, await configurationIn(top));
}

async function opened(
  head: Snapshot,
  name: string,
  given: string,
  configuration: ConfigurationFile,
): Promise<ComposeFileProject & { readonly reachesOut: boolean }> {
  const { settings } = configurationFrom(configuration);
  const workspace = new SnapshotWorkspace(head, settings, memoryFactStore(), DEFAULT_LIMITS, true);
  await assertCompose(workspace, name, given);
  const parts = await composeParts(workspace, name);
  await workspace.model(workloads);
  const concerned = workspace.gaps.filter(({ path }) => path === name || parts.has(path));
  return { head, configuration, name, parts, reachesOut: concerned.some(({ reason }) => reason.includes(LEAVES)) };
}

/** An answer about a file in which there is nothing to judge would be a pass that means nothing. */
async function assertCompose(workspace: SnapshotWorkspace, name: string, given: string): Promise<void> {
  const roots = await yamlDocuments(workspace, name);
  if (roots === undefined) {
    const gap = workspace.gaps.find(({ path }) => path === name);
    const line = gap?.line === undefined ? '' : ` (line ${String(gap.line)})`;
    throw new UsageError(`${given} cannot be read as a Compose file: ${gap?.reason ?? 'it is not YAML'}${line}.`);
  }
  const services = roots.flatMap((root) => root.get('services')?.entries() ?? []);
  if (services.length === 0 && !roots.some((root) => root.has('include')))
    throw new UsageError(`${given} is no Compose file: it has neither services nor include.`);
  const used = (await workspace.model(workloads)).flatMap(({ compose }) => compose?.project.files ?? []);
  const included = await composeParts(workspace, name);
  if (services.length > 0 && !used.includes(name) && included.size === 0)
    throw new UsageError(`${given} is not taken for a Compose file: a service in it has neither image nor build.`);
}

/** The nearest folder upwards that is a git checkout. */
function checkoutAbove(folder: string): string | undefined {
  for (let at = folder; dirname(at) !== at; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at === folder ? undefined : at;
  }
  return undefined;
}

/** What git has of a checkout, and everything in one folder of it: a `.env` that git ignores counts for Compose. */
async function widened(top: string, folder: string): Promise<Snapshot> {
  const local = await localReview(top, { all: true });
  const prefix = relative(top, folder).split(sep).join('/');
  const inside = (await directorySnapshot(folder)).files.map(({ path }) => `${prefix}/${path}`);
  const paths = [...new Set([...local.head.files.map(({ path }) => path), ...inside])].sort();
  local.close();
  return filesSnapshot(top, paths, 'working-tree', []);
}
