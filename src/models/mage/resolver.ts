import { defineModel } from '../../core/workspace.js';
import { moduleResolver } from '../python/modules.js';
import type { ModuleResolver } from '../python/modules.js';

/**
 * Mage puts the project's parent on the path and imports by the project's name (`from my_project.utils.db import save`),
 * whatever the folder is called in this repository.
 */
export const mageResolver = defineModel('mage-resolver', async (workspace): Promise<ModuleResolver> => {
  const resolver = await workspace.model(moduleResolver);
  return {
    roots: resolver.roots,
    moduleName: (path) => resolver.moduleName(path),
    resolve: (from, dotted) => resolver.resolve(from, dotted) ?? withoutProject(resolver, from, dotted),
  };
});

function withoutProject(resolver: ModuleResolver, from: string, dotted: string): ReturnType<ModuleResolver['resolve']> {
  const rest = dotted.slice(dotted.indexOf('.') + 1);
  // The framework, not a project, although its modules have names that projects use, too.
  if (dotted.startsWith('.') || !rest.includes('.') || dotted.startsWith('mage_ai.')) return undefined;
  const segments = from.split('/').slice(0, -1);
  return segments
    .map((_, i) => segments.slice(0, segments.length - i).join('/'))
    .concat('')
    .map((folder) => resolver.resolve(folder === '' ? 'x.py' : `${folder}/x.py`, rest))
    .find((found) => found?.path !== undefined);
}
