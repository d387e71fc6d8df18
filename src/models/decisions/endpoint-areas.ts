import { routesIn, type Route } from '../call-graph/routes.js';
import type { Workspace } from '../../core/workspace.js';
import type { Area } from './area.js';
import { beyond, type Change } from './change.js';

const FILES = /\.py$/i;
const NEEDLES = [
  '.get(',
  '.post(',
  '.put(',
  '.patch(',
  '.delete(',
  'route',
  'websocket',
  'Route',
  'path(',
  '_url_rule',
];

/** Routes that the changed files have now and did not have before, wherever among them they stood. */
export async function endpointAreas(change: Change): Promise<Area[]> {
  const now = await routesOf(change.head, change.paths(FILES));
  if (now.length === 0) return [];
  const before = change.base ? await routesOf(change.base, change.basePaths(FILES)) : [];
  const fresh = beyond(
    now,
    before,
    ({ label }) => label,
    (route) => change.added(route),
  );
  return fresh.map(({ path, line, label, url }) => {
    const last = url.split('/').findLast((segment) => /^[\w-]{3,}$/.test(segment));
    return { kind: 'endpoint', what: `endpoint ${label}`, path, line, names: [url, ...(last ? [last] : [])] };
  });
}

async function routesOf(workspace: Workspace, paths: readonly string[]): Promise<(Route & { path: string })[]> {
  const found: (Route & { path: string })[] = [];
  for (const path of await workspace.mentioning(paths, NEEDLES))
    for (const route of await routesIn(workspace, path)) found.push({ ...route, path });
  return found;
}
