import { defineModel, type Workspace } from '../../core/workspace.js';
import { Damaged, MOJO_NEEDLES, mojoExtractor, readMojo, type MojoFacts } from '../../languages/mojo/index.js';

/** A MOJO of the repository: an archive, or a folder of the same shape. */
export interface Mojo {
  /** The archive, or the folder's `model.ini`. */
  readonly path: string;
  /** The folder with a slash at its end; undefined for an archive. */
  readonly folder?: string;
  readonly facts: MojoFacts;
}

const MARKS = [...MOJO_NEEDLES, 'version https://git-lfs'];
const PERHAPS = /mojo|model|h2o|gbm|drf|glm|automl|xgboost/i;

/** All MOJOs, archives first. Other archives are left out. */
export const mojos = defineModel('mojos', async (workspace): Promise<readonly Mojo[]> => {
  const found: Mojo[] = [];
  for (const path of await workspace.mentioning(workspace.glob('**/*.{zip,mojo}'), MARKS)) {
    if ((workspace.file(path)?.size ?? 0) < 200 && !PERHAPS.test(path)) continue;
    const facts = await workspace.facts(mojoExtractor, path);
    if (facts?.isMojo) found.push({ path, facts });
  }
  const folders = (await roots(workspace)).map((path) => path.slice(0, -'model.ini'.length));
  for (const folder of folders) {
    const path = `${folder}model.ini`;
    const facts = await readFolder(workspace, folder, folders);
    if (facts.isMojo) found.push({ path, folder, facts });
  }
  return found;
});

/** `model.ini` files that are no part of another model's folder. */
async function roots(workspace: Workspace): Promise<string[]> {
  const all = await workspace.mentioning(workspace.glob('**/model.ini'), ['mojo_version', 'n_columns']);
  return all.filter((path) => {
    const inside = /^(.*?)models\/[^/]+\/[^/]+\/model\.ini$/.exec(path);
    return !inside || !all.includes(`${inside[1] ?? ''}model.ini`);
  });
}

/** @param folders all models' folders: what lies in another model's folder is not this one's */
function readFolder(workspace: Workspace, folder: string, folders: readonly string[]): Promise<MojoFacts> {
  const others = folders.filter((other) => other !== folder && other.startsWith(folder));
  const paths = workspace.files
    .filter(({ path }) => path.startsWith(folder) && !others.some((other) => path.startsWith(other)))
    .map(({ path }) => path.slice(folder.length));
  return readMojo({
    names: new Set(paths),
    read: async (name) => {
      const bytes = await workspace.bytes(folder + name);
      if (!bytes) throw new Damaged({ file: name, expected: 'the file', found: 'nothing that can be read' });
      return bytes;
    },
  });
}
