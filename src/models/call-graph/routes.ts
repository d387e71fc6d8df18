import type { Workspace } from '../../core/workspace.js';
import { pythonFlow, type FlowCall, type Sym } from '../../languages/python/flow.js';
import { routeOf } from './frameworks.js';
import { SourceModule, type Fn } from './program.js';

/** A route as one file declares it; prefixes that other files put before it are not part of it. */
export interface Route {
  /** `POST /score`, `/score` where the method is not said. */
  readonly label: string;
  readonly url: string;
  readonly line: number;
}

/** Every route that a file declares, by decorator or by registration. */
export async function routesIn(workspace: Pick<Workspace, 'facts'>, path: string): Promise<Route[]> {
  const flow = await workspace.facts(pythonFlow, path);
  if (!flow) return [];
  const module = new SourceModule(path, flow, { next: 0 });
  return module.functions.flatMap((fn) => [
    ...fn.facts.decorators.flatMap(({ value, line }) => {
      const entry = routeOf(value, fn);
      const url = entry?.kind === 'route' ? entry.label.slice(entry.label.indexOf(' ') + 1) : undefined;
      return entry && isUrl(url) ? [{ label: entry.label, url, line }] : [];
    }),
    ...fn.facts.calls.flatMap((call) => registered(call, fn)),
  ]);
}

/** Without this an event handler (`@app.view('modal')`) would be taken for a route. */
const isUrl = (text: string | undefined): text is string => text === '' || text?.startsWith('/') === true;

const ADDERS = /^(?:add_api_route|add_api_websocket_route|add_websocket_route|add_route|add_url_rule)$/;
/** aiohttp: `app.router.add_post('/score', score)`, `web.post('/score', score)`. */
const AIOHTTP = /^add_(get|post|put|patch|delete)$/;
const VERBS = /^(?:get|post|put|patch|delete)$/;

/** `app.add_api_route('/score', score)`, Starlette's `Route('/score', score)`, Django's `path('score/', score)`. */
function registered(call: FlowCall, fn: Fn): Route[] {
  const url = text(call.args[0]) ?? text(call.keywords.find(([name]) => name === 'path' || name === 'rule')?.[1]);
  if (url === undefined) return [];
  const { func, line } = call;
  if (func.t === 'attr') {
    const verb = AIOHTTP.exec(func.name)?.[1];
    if (isUrl(url) && (verb !== undefined || ADDERS.test(func.name)))
      return [{ label: verb === undefined ? url : `${verb.toUpperCase()} ${url}`, url, line }];
    if (isUrl(url) && VERBS.test(func.name) && called(func.of, fn) === 'aiohttp.web' && call.args.length > 1)
      return [{ label: `${func.name.toUpperCase()} ${url}`, url, line }];
  }
  const target = called(func, fn);
  if (/^starlette\.routing\.(?:Route|WebSocketRoute)$/.test(target) && isUrl(url)) return [{ label: url, url, line }];
  if (/^django\.urls\.(?:re_)?path$/.test(target) && call.args.length > 1 && !includes(call.args[1], fn))
    return [{ label: `/${url}`, url: `/${url}`, line }];
  return [];
}

const text = (sym: Sym | undefined): string | undefined => (sym?.t === 'string' ? sym.value : undefined);

/** What a name was imported as, dotted; '' for anything else. */
function called(sym: Sym, fn: Fn): string {
  if (sym.t === 'attr') return `${called(sym.of, fn)}.${sym.name}`;
  if (sym.t !== 'name') return '';
  const [bound] = [...fn.bindings(sym.id), ...fn.module.body.bindings(sym.id)].map(({ value }) => value);
  return bound?.t === 'import' ? bound.target : '';
}

/** `path('api/', include(…))` only mounts routes that stand elsewhere. */
function includes(sym: Sym | undefined, fn: Fn): boolean {
  const call = sym?.t === 'call' ? fn.facts.calls[sym.site] : undefined;
  return call !== undefined && called(call.func, fn) === 'django.urls.include';
}
