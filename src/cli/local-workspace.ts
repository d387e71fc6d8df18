import { resolve } from 'node:path';
import { configurationFrom } from '../config/configuration.js';
import type { Workspace } from '../core/workspace.js';
import { oneLine, pathText } from '../report/escape.js';
import { memoryFactStore } from '../reviewers/fact-store.js';
import { DEFAULT_LIMITS, SnapshotWorkspace } from '../reviewers/workspace.js';
import { localReview } from '../snapshot/checkout.js';
import { assertFolder } from '../snapshot/directory.js';
import { ParserPool } from '../worker/parsers.js';
import { spareCores } from '../worker/pool.js';
import type { OutputOptions } from './options.js';
import { configurationIn } from './seed-commands.js';

/** Everything in a folder, seen through facts, for commands that ask a model rather than the checks. */
export async function withWorkspace<T>(
  folder: string,
  options: Pick<OutputOptions, 'config'>,
  ask: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const root = resolve(folder);
  await assertFolder(root);
  const { settings } = configurationFrom(await configurationIn(options, root));
  const local = await localReview(root, { all: true });
  const parsers = new ParserPool(spareCores(1));
  try {
    const store = memoryFactStore();
    const workspace = new SnapshotWorkspace(local.head, settings, store, DEFAULT_LIMITS, true, undefined, parsers);
    const answer = await ask(workspace);
    for (const gap of workspace.gaps.filter(({ kind }) => kind === 'unread')) {
      process.stderr.write(
        `not read: ${pathText(gap.path)}${gap.line ? `:${gap.line}` : ''}: ${oneLine(gap.reason)}\n`,
      );
    }
    return answer;
  } finally {
    local.close();
    await parsers.close();
  }
}
