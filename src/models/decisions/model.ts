import { defineModel } from '../../core/workspace.js';
import type { Area } from './area.js';
import { artifactAreas } from './artifact-areas.js';
import { Change } from './change.js';
import { codeAreas } from './code-areas.js';
import { deploymentAreas } from './deployment-areas.js';
import { endpointAreas } from './endpoint-areas.js';
import { schemaAreas } from './schema-areas.js';

/** Areas of one kind in one file beyond these say nothing new. */
const MOST_OF_A_KIND = 12;

/**
 * What the change decides, by path and line: what the models of head hold and those of the merge base do not. A model
 * is asked for only when the change touches a file that it could be made of.
 */
export const decisionAreas = defineModel('decisions/areas', async (workspace): Promise<readonly Area[]> => {
  const change = new Change(workspace);
  const areas = [
    ...(await schemaAreas(change)),
    ...(await endpointAreas(change)),
    ...(await codeAreas(change)),
    ...(await deploymentAreas(change)),
    ...(await artifactAreas(change)),
  ];
  return few(areas.sort(byPlace));
});

const byPlace = (a: Area, b: Area): number => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1);

function few(areas: readonly Area[]): Area[] {
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  return areas.filter(({ kind, what, path }) => {
    const own = `${kind}\0${what}\0${path}`;
    const count = (counts.get(`${kind}\0${path}`) ?? 0) + 1;
    if (seen.has(own) || count > MOST_OF_A_KIND) return false;
    seen.add(own);
    counts.set(`${kind}\0${path}`, count);
    return true;
  });
}
