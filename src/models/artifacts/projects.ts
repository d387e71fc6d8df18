import { defineModel, type Workspace } from '../../core/workspace.js';
import { pyprojectExtractor } from '../../languages/pyproject/index.js';
import { setupPyRequirements } from '../versions/setup-py.js';

const PROJECT = [
  '**/{pyproject.toml,setup.py,setup.cfg,Pipfile,Dockerfile,io_config.yaml,environment.yml}',
  '**/*requirements*.txt',
];

/**
 * The folder of the project that a file belongs to: the nearest one above it that says how it is installed or built, `''`
 * for the repository itself. A pipeline is judged by project, because training and export are rarely in one file.
 */
export function projectOf(workspace: Pick<Workspace, 'glob'>): (path: string) => string {
  const folders = new Set(workspace.glob(...PROJECT).map((path) => path.slice(0, path.lastIndexOf('/') + 1)));
  return (path) => {
    let folder = path.slice(0, path.lastIndexOf('/') + 1);
    while (folder !== '' && !folders.has(folder))
      folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
    return folder;
  };
}

/**
 * Is a file part of a package that others install: an R package, or a Python one that says so by its classifiers? What such a
 * package writes and loads is its users' decision.
 */
export const packages = defineModel('published-packages', async (workspace): Promise<(path: string) => boolean> => {
  const folders: string[] = [];
  for (const path of await workspace.mentioning(workspace.glob('**/DESCRIPTION'), ['Package:']))
    folders.push(folderOf(path));
  for (const path of workspace.glob('**/pyproject.toml')) {
    if ((await workspace.facts(pyprojectExtractor, path))?.library) folders.push(folderOf(path));
  }
  for (const path of workspace.glob('**/setup.py')) {
    if ((await workspace.facts(setupPyRequirements, path))?.library) folders.push(folderOf(path));
  }
  const nearest = projectOf(workspace);
  return (path) =>
    folders.includes(nearest(path)) || folders.some((folder) => folder !== '' && path.startsWith(folder));
});

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
