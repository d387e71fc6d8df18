import { defineModel, type Workspace } from '../../core/workspace.js';
import type { Sym } from '../../languages/python/flow.js';
import type { Node } from './graph.js';
import type { Fn, SourceModule } from './program.js';
import type { Answers, Radar } from './joined.js';
import { radar } from './radar.js';
import type { Frame } from './values.js';

/** Modules that belong to web services, and what runs while a request is served. */
export interface Services {
  readonly radar: Radar;
  /** Modules that an application's routes reach by import, with whether any of those routes is a coroutine. */
  readonly modules: ReadonlyMap<SourceModule, { readonly asyncRoutes: boolean }>;
  /** What runs for a request: routes, their dependencies, middleware, and everything behind them. */
  readonly onRequest: ReadonlySet<Node>;
}

export const services = defineModel('services', async (workspace): Promise<Services> => {
  const found = await workspace.model(radar);
  const routes = routesOf(found, workspace);
  const frames = [...routes, ...dependenciesOf(found.graph.interpreter, routes)].map((fn): Frame =>
    found.graph.interpreter.frame(fn, fn.owner),
  );
  return { radar: found, modules: reachedByImport(found, routes), onRequest: found.graph.reachable(frames) };
});

function routesOf({ program, frameworks }: Radar, workspace: Workspace): Fn[] {
  const routes: Fn[] = [];
  for (const module of program.modules.values()) {
    if (workspace.roles(module.path).has('test')) continue;
    for (const fn of module.functions) {
      if (fn.facts.kind !== 'function') continue;
      const { kind } = frameworks.entry(fn);
      if (kind === 'route' || kind === 'middleware') routes.push(fn);
    }
  }
  return routes;
}

/** Functions that routes, and dependencies of dependencies, name in `Depends`. */
export function dependenciesOf(interpreter: Answers, routes: readonly Fn[]): Fn[] {
  const found = new Set<Fn>();
  const queue = [...routes];
  for (let fn = queue.pop(); fn; fn = queue.pop()) {
    for (const param of fn.facts.params) {
      for (const sym of [param.default, param.annotation]) {
        for (const provider of providersIn(sym, fn, interpreter)) {
          if (found.has(provider)) continue;
          found.add(provider);
          queue.push(provider);
        }
      }
    }
  }
  return [...found];
}

function providersIn(sym: Sym | undefined, fn: Fn, interpreter: Answers): Fn[] {
  if (sym?.t === 'item')
    return sym.key.t === 'sequence' ? sym.key.of.flatMap((one) => providersIn(one, fn, interpreter)) : [];
  if (sym?.t === 'name') {
    // `SessionDep = Annotated[Session, Depends(get_session)]`, perhaps in another file.
    const alias = interpreter.definition(sym, fn);
    return alias ? providersIn(alias.sym, alias.fn, interpreter) : [];
  }
  if (sym?.t !== 'call') return [];
  const outer = fn.facts.kind === 'module' ? fn : (fn.parent ?? fn.module.body);
  const call = outer.facts.calls[sym.site];
  const name = call?.func.t === 'name' ? call.func.id : call?.func.t === 'attr' ? call.func.name : '';
  const given = call?.args[0];
  if (!given || (name !== 'Depends' && name !== 'Security')) return [];
  const values = interpreter.values(given, interpreter.frame(outer, outer.owner));
  return values.flatMap((value) => (value.kind === 'function' ? [value.fn] : []));
}

function reachedByImport({ program }: Radar, routes: readonly Fn[]): Services['modules'] {
  const reached = new Map<SourceModule, { asyncRoutes: boolean }>();
  // Coroutine routes first: what they reach keeps the stronger answer.
  for (const asyncRoutes of [true, false]) {
    const queue = [...new Set(routes.filter((fn) => fn.facts.async === asyncRoutes).map((fn) => fn.module))];
    for (let module = queue.pop(); module; module = queue.pop()) {
      if (reached.has(module)) continue;
      reached.set(module, { asyncRoutes });
      for (const target of module.flow.imported) {
        const path = program.resolver.resolve(module.path, target)?.path;
        const next = path === undefined ? undefined : program.modules.get(path);
        if (next) queue.push(next);
      }
    }
  }
  return reached;
}
