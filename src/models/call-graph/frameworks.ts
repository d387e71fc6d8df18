import type { FlowCall, Sym } from '../../languages/python/flow.js';
import type { Interpreter } from './interpreter.js';
import { commandsIn } from './loops.js';
import type { Fn, Program } from './program.js';
import type { Value } from './values.js';

/** `command`: given to `asyncio.run` or its like, so that it has a loop of its own. */
export type EntryKind = 'route' | 'startup' | 'middleware' | 'command' | 'coroutine';

export interface Entry {
  readonly kind: EntryKind;
  /** How a person knows it: `POST /score`, `startup`, `consume()`. */
  readonly label: string;
  readonly fn?: Fn;
}

const VERBS = /^(?:get|post|put|patch|delete|head|options|websocket|route|api_route|websocket_route|view)$/;
const STARTUP_EVENTS =
  /^(?:startup|shutdown|before_server_start|after_server_start|after_server_stop|before_serving|after_serving)$/;
const APPLICATIONS = /^(?:FastAPI|Starlette|Litestar|Quart)$/;
const STARTUP_LISTS = /^(?:on_startup|on_shutdown|on_cleanup|cleanup_ctx|before_serving|after_serving)$/;

/** What the web frameworks do with a function, as far as its decorators and registrations say. */
export class Frameworks {
  readonly #startup: Set<Fn>;
  readonly #commands: ReadonlySet<Fn>;

  constructor(program: Program, interpreter: Interpreter) {
    this.#startup = startupHandlers(program, interpreter);
    this.#commands = commandsIn(program, interpreter);
  }

  entry(fn: Fn): Entry {
    if (this.#startup.has(fn)) return { kind: 'startup', label: fn.facts.name };
    for (const { value } of fn.facts.decorators) {
      const route = routeOf(value, fn);
      if (route) return route;
    }
    const label = `${fn.facts.qualname.replaceAll('.<locals>', '')}()`;
    if (this.#commands.has(fn)) return { kind: 'command', label, fn };
    return { kind: fn.facts.name === 'dispatch' ? 'middleware' : 'coroutine', label };
  }
}

/** What a decorator makes of a function: `@app.post('/score')`, `@app.on_event('startup')`. */
export function routeOf(decorator: Sym, fn: Fn): Entry | undefined {
  if (decorator.t === 'attr' && STARTUP_LISTS.test(decorator.name)) return { kind: 'startup', label: fn.facts.name };
  if (decorator.t !== 'call') return undefined;
  const outer = fn.owner
    ? (fn.module.functions[fn.owner.facts.parent] ?? fn.module.body)
    : (fn.parent ?? fn.module.body);
  const call = outer.facts.calls[decorator.site];
  if (call?.func.t !== 'attr') return undefined;
  const first = call.args[0] ?? call.keywords.find(([name]) => name === 'path')?.[1];
  const text = first?.t === 'string' ? first.value : undefined;
  const { name } = call.func;
  if ((name === 'on_event' || name === 'listener') && text !== undefined && STARTUP_EVENTS.test(text))
    return { kind: 'startup', label: text };
  if (name === 'middleware') return { kind: 'middleware', label: `middleware ${fn.facts.name}()` };
  if (!VERBS.test(name) || text === undefined) return undefined;
  const verb = name.endsWith('route') || name === 'view' ? '' : `${name.toUpperCase()} `;
  return { kind: 'route', label: `${verb}${text}` };
}

/** Functions that run once: `lifespan=…`, `on_startup=[…]`, `app.on_startup.append(f)`, `add_event_handler('startup', f)`. */
function startupHandlers(program: Program, interpreter: Interpreter): Set<Fn> {
  const handlers = new Set<Fn>();
  const add = (sym: Sym | undefined, fn: Fn): void => {
    if (!sym) return;
    const frame = interpreter.frame(fn, fn.owner);
    const values = interpreter
      .values(sym, frame)
      .flatMap((value) => (value.kind === 'sequence' ? value.of.flat() : [value]));
    for (const value of values) if (value.kind === 'function') handlers.add(value.fn);
  };
  for (const module of program.modules.values()) {
    for (const { facts } of module.classes) {
      const scope = module.functions[facts.parent] ?? module.body;
      // arq: class WorkerSettings: on_shutdown = close
      for (const { name, value } of facts.fields) if (STARTUP_LISTS.test(name)) add(value, scope);
    }
    for (const fn of module.functions) {
      for (const call of fn.facts.calls) {
        for (const sym of registered(call)) add(sym, fn);
        for (const values of spread(call, fn, interpreter)) {
          for (const value of values) if (value.kind === 'function') handlers.add(value.fn);
        }
      }
    }
  }
  return handlers;
}

/** `FastAPI(**settings)` where the dictionary is written down with its `lifespan`. */
function spread(call: FlowCall, fn: Fn, interpreter: Interpreter): (readonly Value[])[] {
  const name = call.func.t === 'attr' ? call.func.name : call.func.t === 'name' ? call.func.id : '';
  if (!APPLICATIONS.test(name)) return [];
  return call.keywords
    .filter(([keyword]) => keyword === '')
    .flatMap(([, sym]) => interpreter.values(sym, interpreter.frame(fn, fn.owner)))
    .flatMap((value) => (value.kind === 'dict' ? [value.of.get('lifespan') ?? []] : []));
}

function registered(call: FlowCall): (Sym | undefined)[] {
  const named = call.keywords
    .filter(([name]) => name === 'lifespan' || STARTUP_LISTS.test(name))
    .map(([, value]) => value);
  if (call.func.t !== 'attr') return named;
  const { func } = call;
  if (func.name === 'append' && func.of.t === 'attr' && STARTUP_LISTS.test(func.of.name))
    return [...named, call.args[0]];
  const [event, handler] = call.args;
  if (func.name === 'add_event_handler' && event?.t === 'string' && STARTUP_EVENTS.test(event.value))
    return [...named, handler];
  return named;
}
