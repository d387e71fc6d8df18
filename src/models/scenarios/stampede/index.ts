import { defineModel } from '../../../core/workspace.js';
import type { Workspace } from '../../../core/workspace.js';
import type { FunctionDef, Module, PyNode } from '../../../languages/python/ast.js';
import { pythonModule } from '../../../languages/python/extract.js';
import { importNames } from '../../../languages/python/names.js';
import { findAll, walk } from '../../../languages/python/walk.js';
import { lookAsides } from '../../call-graph/look-aside.js';
import type { LookAside } from '../../call-graph/look-aside.js';
import { isWhole, touchedLine } from '../changes.js';
import { placeOf, serving } from '../serving.js';
import type { Serving } from '../serving.js';
import type { Subject } from '../swap.js';
import { cachingDecorator } from './caches.js';
import { guardIn } from './guards.js';
import { stampedeTests } from './tests.js';

/** Failure mode B: a popular key expires and every caller asks the model at once. */
export interface StampedeScenario {
  /** Caches between a route and the model that the change touches. */
  readonly subjects: readonly Subject[];
  readonly guards: readonly Subject[];
  readonly tests: readonly Subject[];
}

const NOTHING: StampedeScenario = { subjects: [], guards: [], tests: [] };
const CACHES = [
  'redis',
  'Redis',
  'valkey',
  'aiocache',
  'cachetools',
  'cashews',
  'alru_cache',
  'dogpile',
  '.memoize',
  '.cached',
  'cachebox',
];

export const stampede = defineModel<StampedeScenario>('cache-stampede', async (workspace) => {
  const served = await workspace.model(serving);
  if (!served.present) return NOTHING;
  const caching = await workspace.mentioning(served.files, CACHES);
  if (caching.length === 0) return NOTHING;
  const caches = [...(await byLookingAside(workspace, served)), ...(await byDecorator(workspace, served, caching))];
  const subjects: Subject[] = [];
  for (const { path, line, what } of caches) {
    const touched = await touchedLine(workspace, path);
    if (touched !== undefined) subjects.push({ path, line: isWhole(workspace) ? line : touched, what });
  }
  if (subjects.length === 0) return NOTHING;
  const guards = caches.flatMap(({ guard }) => guard ?? []);
  return { subjects, guards, tests: await stampedeTests(workspace, served) };
});

type Cache = Subject & { readonly guard: Subject | undefined };

// ── Read, compute on a miss, write ──

async function byLookingAside(workspace: Workspace, served: Serving): Promise<Cache[]> {
  const found = (await workspace.model(lookAsides)).filter(({ fn }) => served.onTheWay.has(placeOf(fn)));
  const code = new Map<string, Module>();
  for (const path of served.files) {
    const facts = await workspace.facts(pythonModule, path);
    if (facts) code.set(path, facts.tree);
  }
  return found.map((flow) => ({
    path: flow.fn.module.path,
    line: flow.read.line,
    what: 'a cache in front of the model',
    guard: guardOf(flow, served, code),
  }));
}

/** In the function that looks aside, or in one on the way that calls it. */
function guardOf(flow: LookAside, served: Serving, code: ReadonlyMap<string, Module>): Subject | undefined {
  for (const [path, tree] of code) {
    const around = assignments(tree);
    const imports = importNames(tree);
    const names = new Set(namesOnTheWay(served));
    for (const def of findAll(tree, 'FunctionDef')) {
      if (!served.onTheWay.has(`${path}:${def.line}:${def.name}`)) continue;
      const own = path === flow.fn.module.path && def.line === flow.fn.facts.line;
      if (!own && !calls(def, flow.fn.facts.name)) continue;
      const guard = guardIn({
        def,
        imports,
        around,
        fills: own
          ? (line) => line >= flow.read.line && fillsAt(def, line, flow, names)
          : (line) => callsOn(def, line, flow.fn.facts.name),
        computes: (name) => names.has(name),
      });
      if (guard) return { path, line: guard.line, what: guard.what };
    }
  }
  return undefined;
}

/** The line writes the cache, asks the model, or calls what does. */
const fillsAt = (def: FunctionDef, line: number, { write }: LookAside, names: ReadonlySet<string>): boolean =>
  line === write.line || [...names].some((name) => callsOn(def, line, name));

const calledIn = (def: FunctionDef): { name: string; line: number }[] =>
  findAll(def.body, 'Call').map(({ func, line }) => ({
    name: func.kind === 'Attribute' ? func.attr : func.kind === 'Name' ? func.id : '',
    line,
  }));
const calls = (def: FunctionDef, name: string): boolean => calledIn(def).some((one) => one.name === name);
const callsOn = (def: FunctionDef, line: number, name: string): boolean =>
  calledIn(def).some((one) => one.name === name && one.line === line);

const namesOnTheWay = ({ onTheWay }: Serving): string[] => [...onTheWay].map((place) => place.split(':').at(-1) ?? '');

/** Assignments of the module and of its classes, those to `self` included. */
function assignments(tree: Module): PyNode[] {
  const found: PyNode[] = [];
  walk(tree, {
    enter(node, ancestors) {
      const inFunction = ancestors.some(({ kind }) => kind === 'FunctionDef');
      const toSelf =
        node.kind === 'Assign' &&
        node.targets.some((one) => one.kind === 'Attribute' && one.value.kind === 'Name' && one.value.id === 'self');
      if ((node.kind === 'Assign' || node.kind === 'AnnAssign') && (!inFunction || toSelf)) found.push(node);
      return undefined;
    },
  });
  return found;
}

// ── By a decorator ──

async function byDecorator(workspace: Workspace, served: Serving, paths: readonly string[]): Promise<Cache[]> {
  const found: Cache[] = [];
  for (const path of paths) {
    const tree = (await workspace.facts(pythonModule, path))?.tree;
    if (!tree) continue;
    const imports = importNames(tree);
    for (const def of findAll(tree, 'FunctionDef')) {
      const cache = served.onTheWay.has(`${path}:${def.line}:${def.name}`) ? cachingDecorator(def, imports) : undefined;
      if (!cache) continue;
      const guard = cache.guarded ? { path, line: cache.line, what: `${cache.what} lets one compute` } : undefined;
      found.push({ path, line: cache.line, what: 'a cache in front of the model', guard });
    }
  }
  return found;
}
