import type { FlowCall, Sym } from '../../languages/python/flow.js';
import { calledName } from './calls.js';
import type { CallGraph, Node } from './graph.js';
import type { Interpreter } from './interpreter.js';
import type { Fn, Program } from './program.js';
import type { Frame, Value } from './values.js';

const RUNNERS = new Set([
  'asyncio.run',
  'asyncio.runners.run',
  'asyncio.Runner.run',
  'anyio.run',
  'trio.run',
  'uvloop.run',
  'asgiref.sync.async_to_sync',
]);
const RUNNER_NAMES = /^(?:run|run_until_complete|async_to_sync|Thread)$/;

/** Coroutine functions that a synchronous function gives a loop of their own: `asyncio.run(main())`, also through a decorator. */
export function commandsIn(program: Program, interpreter: Interpreter): ReadonlySet<Fn> {
  const commands = new Set<Fn>();
  const learn = (frame: Frame, wraps = false): void => {
    for (const call of frame.fn.facts.calls) for (const fn of runBy(call, frame, interpreter, wraps)) commands.add(fn);
  };
  for (const module of program.modules.values()) {
    for (const fn of module.functions) {
      if (fn.facts.async) for (const wrapper of wrappersOf(fn, interpreter)) learn(wrapper, true);
      else learn(interpreter.frame(fn, fn.owner));
    }
  }
  return commands;
}

/** In the synchronous wrapper of a coroutine function, whatever has a method `run` runs it: `context.loop.run(function())`. */
function runBy(call: FlowCall, frame: Frame, interpreter: Interpreter, wraps: boolean): readonly Fn[] {
  const name = calledName(call) ?? '';
  if (!RUNNER_NAMES.test(name)) return [];
  const names = interpreter.callees(call, frame).flatMap((value) => (value.kind === 'external' ? [value.name] : []));
  if (names.includes('threading.Thread')) return runByThread(call, frame, interpreter);
  if (!wraps && name !== 'run_until_complete' && !names.some((one) => RUNNERS.has(one))) return [];
  return coroutinesOf(call.args[0] ?? named(call, 'main'), frame, interpreter);
}

/** `Thread(target=asyncio.run, args=(main(),))` */
function runByThread(call: FlowCall, frame: Frame, interpreter: Interpreter): readonly Fn[] {
  const target = named(call, 'target');
  const args = named(call, 'args');
  const runs = target && interpreter.values(target, frame);
  if (args?.t !== 'sequence' || !runs?.some((value) => value.kind === 'external' && RUNNERS.has(value.name))) return [];
  return coroutinesOf(args.of[0], frame, interpreter);
}

const named = (call: FlowCall, key: string): Sym | undefined => call.keywords.find(([name]) => name === key)?.[1];

/** `main()` where a coroutine is given, `main` where a function is. */
function coroutinesOf(sym: Sym | undefined, frame: Frame, interpreter: Interpreter): readonly Fn[] {
  if (!sym) return [];
  const call = sym.t === 'call' ? frame.fn.facts.calls[sym.site] : undefined;
  const values = call ? interpreter.callees(call, frame) : interpreter.values(sym, frame);
  return values.flatMap((value) => (value.kind === 'function' && value.fn.facts.async ? [value.fn] : []));
}

/** What decorators put in the place of a coroutine function. */
function wrappersOf(fn: Fn, interpreter: Interpreter): readonly Frame[] {
  const { decorators } = fn.facts;
  if (decorators.length === 0) return [];
  const scope = fn.owner
    ? (fn.module.functions[fn.owner.facts.parent] ?? fn.module.body)
    : (fn.parent ?? fn.module.body);
  const bare: Value = { kind: 'function', fn };
  return decorators
    .flatMap(({ value }) => interpreter.values(value, interpreter.frame(scope, scope.owner)))
    .flatMap((decorator) =>
      decorator.kind === 'function' && !decorator.fn.facts.async
        ? interpreter.returnsOf(interpreter.frameFor(decorator, { positional: [[bare]], keywords: new Map() }))
        : [],
    )
    .flatMap((value) =>
      value.kind === 'function' && !value.fn.facts.async && value.fn !== fn
        ? [interpreter.frameFor(value, undefined)]
        : [],
    );
}

/** Puts something else on the loop. */
const SPAWNS =
  /^(?:create_task|ensure_future|gather|as_completed|wait|start_soon|TaskGroup|create_task_group|open_nursery|run_coroutine_threadsafe|call_soon|call_soon_threadsafe|call_later|call_at|create_server|start_server|start_unix_server|serve_forever|run_app|TCPSite|UnixSite|AsyncIOScheduler|add_job|run_in_executor|add_reader|add_signal_handler)$/;
/** Names under which libraries serve others; one that the repository does not define may do anything. */
const SERVES = /^(?:start|serve|run|listen|consume|subscribe|connect|main|idle|poll|process)(?:_|$)/;

/** Whether a coroutine that was given a loop of its own is all that runs there, so that nobody waits behind what it blocks. */
export class Loops {
  readonly #nodes = new Map<Fn, Node[]>();
  readonly #alone = new Map<Fn, boolean>();

  constructor(private readonly graph: CallGraph) {
    for (const node of graph.nodes.values()) {
      const known = this.#nodes.get(node.frame.fn);
      if (known) known.push(node);
      else this.#nodes.set(node.frame.fn, [node]);
    }
  }

  #seen: ReadonlySet<string> | undefined;

  /** Whether somebody may start it whom the graph does not know: it is handed on by name, or called where nothing leads to. */
  mayStartElsewhere(fn: Fn): boolean {
    this.#seen ??= this.#namesElsewhere();
    return this.#seen.has(fn.facts.name);
  }

  #namesElsewhere(): ReadonlySet<string> {
    const names = new Set<string>();
    const handed = (sym: Sym): void => {
      if (sym.t === 'name') names.add(sym.id);
      else if (sym.t === 'attr') names.add(sym.name);
      else if (sym.t === 'sequence') sym.of.forEach(handed);
      else if (sym.t === 'dict') for (const [, value] of sym.of) handed(value);
    };
    for (const module of this.graph.program.modules.values()) {
      for (const fn of module.functions) {
        const reached = fn.facts.async || this.#nodes.has(fn);
        for (const { value } of fn.facts.bindings) if (value.t === 'dict' || value.t === 'sequence') handed(value);
        for (const call of fn.facts.calls) {
          call.args.forEach(handed);
          for (const [, value] of call.keywords) handed(value);
          const called = reached ? undefined : calledName(call);
          if (called !== undefined) names.add(called);
        }
      }
    }
    return names;
  }

  alone(fn: Fn): boolean {
    let alone = this.#alone.get(fn);
    if (alone === undefined) this.#alone.set(fn, (alone = this.#search(fn)));
    return alone;
  }

  #search(fn: Fn): boolean {
    const seen = new Set(this.#nodes.get(fn));
    const queue = [...seen];
    for (let node = queue.pop(); node; node = queue.pop()) {
      if (this.#spawns(node)) return false;
      for (const to of [...node.edges.map((edge) => edge.to), ...node.coroutines.map((started) => started.to)]) {
        if (to === undefined || seen.has(to)) continue;
        seen.add(to);
        queue.push(to);
      }
    }
    return seen.size > 0;
  }

  #spawns({ frame }: Node): boolean {
    return frame.fn.facts.calls.some((call) => {
      const name = calledName(call) ?? '';
      if (SPAWNS.test(name)) return true;
      if (!call.awaited || !SERVES.test(name)) return false;
      return !this.graph.interpreter
        .callees(call, frame)
        .some(({ kind }) => kind === 'function' || kind === 'offloaded');
    });
  }
}
