import { createHash } from 'node:crypto';
import { defineModel, type Workspace } from '../../core/workspace.js';
import { modulePaths } from '../python/modules.js';
import { Frameworks } from './frameworks.js';
import { CallGraph } from './graph.js';
import { joined, type Linked, type Radar } from './joined.js';
import { partsOf } from './parts.js';
import { BlockingCallables } from './patterns.js';
import { loadFlows, programOf, type Program } from './program.js';
import { sitesIn } from './sites.js';

/** Tests may block their own loop. */
const codeOf =
  (workspace: Pick<Workspace, 'roles'>) =>
  (path: string): boolean =>
    !workspace.roles(path).has('test');

/**
 * The Async Non-Blocking Radar: every line in a coroutine from which something blocks its thread, near or far. Parts of the
 * repository that have nothing to do with each other are linked apart, and kept until something in them changes.
 */
export const radar = defineModel('radar', async (workspace): Promise<Radar> => {
  const isCode = codeOf(workspace);
  const flows = await loadFlows(
    workspace,
    (path, outline) => isCode(path) && (outline.coroutines || outline.words.length > 0),
  );
  const catalogue = new BlockingCallables(workspace.settings.process);
  const { key: paths } = await workspace.model(modulePaths);
  const shared = JSON.stringify([paths, workspace.settings.process]);
  const linked = partsOf(flows).map((part) => {
    const files = [...part.byPath.keys()].flatMap((path) => workspace.file(path) ?? []);
    const said = files.map(({ path, blob }) => `${isCode(path) ? '' : 'test '}${blob} ${path}`).join('\n');
    const key = createHash('sha1').update(shared).update(said).digest('hex');
    const weight = files.reduce((sum, { size }) => sum + size, 0) * LINKED_WEIGHT;
    return workspace.kept(`radar:${key}`, weight, () => linkedOf(programOf(part), catalogue, isCode));
  });
  return joined(linked, flows, catalogue);
});

/** What was linked takes so many times the memory of its facts. */
const LINKED_WEIGHT = 4;

/** Links modules of which none has to do with others. */
export function linkedOf(
  program: Program,
  catalogue: BlockingCallables,
  isEntry: (path: string) => boolean,
  maxNodes?: number,
): Linked {
  const graph = new CallGraph(program, catalogue, isEntry, maxNodes);
  const frameworks = new Frameworks(program, graph.interpreter);
  return { program, graph, frameworks, sites: sitesIn(graph, frameworks, isEntry) };
}
