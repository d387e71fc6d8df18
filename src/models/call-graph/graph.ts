import type { FlowCall, Sym } from '../../languages/python/flow.js';
import { saidAsync } from './branches.js';
import type { Classes } from './classes.js';
import type { Given } from './arguments.js';
import { isCachedForEver, isContextManager } from './decorations.js';
import { firstUseLines } from './first-use.js';
import { Interpreter } from './interpreter.js';
import type { Blocking, BlockingCallables } from './patterns.js';
import type { Cls, Fn, Program } from './program.js';
import { canonical, CALLERS, LOOP_CALLBACKS } from './types.js';
import type { Frame, Value } from './values.js';
import { waitsNot } from './waits.js';

export interface Sink extends Blocking {
  /** Canonical: `redis.Redis.get`. */
  readonly name: string;
}

/** Something a function does on one of its lines: it runs another function, or it blocks. */
export interface Edge {
  readonly line: number;
  readonly endLine: number;
  readonly call: FlowCall | undefined;
  readonly to: Node | undefined;
  readonly sink: Sink | undefined;
  /** Leads to one of several implementations of a method: which one runs is not known. */
  readonly among?: Dispatch | undefined;
  /** How many of the classes it may be called on have this one. */
  readonly share: number;
  /** Runs once in a process: what it makes is kept and asked for before. */
  readonly firstUse: boolean;
}

/** A call of a method that subclasses have of their own. */
export interface Dispatch {
  /** Classes of which so many have an implementation that blocks make the call one that does. */
  readonly needed: number;
}

/** What a function iterates over: generators by their frame, and calls whose result it is. */
interface Iterated {
  readonly keys: Set<string>;
  readonly calls: ReadonlySet<FlowCall>;
}

/** A function in one way of running, and what it runs in its own thread. */
export interface Node {
  readonly frame: Frame;
  /** Its result is awaited: of several things that it may return, the one taken is a coroutine. */
  readonly awaited: boolean;
  readonly edges: Edge[];
  /** Coroutines that it starts or awaits: they are entries of their own. */
  readonly coroutines: { readonly line: number; readonly to: Node }[];
  readonly callers: { readonly from: Node; readonly edge: Edge }[];
}

/** Bounds the work on hostile or enormous repositories. */
const MAX_NODES = 60_000;
const MAX_OVERRIDES = 8;

/** Who runs whom in the same thread, from every coroutine on. Built outwards, so what no coroutine reaches costs nothing. */
export class CallGraph {
  readonly interpreter: Interpreter;
  readonly nodes = new Map<string, Node>();
  /** The nodes that coroutines lead to. What is asked for later adds to `nodes` alone, so that no answer depends on earlier questions. */
  readonly linked: readonly Node[];
  readonly coroutines: readonly Node[];
  /** True when the bound was hit, so that some chains may be missing. */
  cut = false;
  readonly #queue: Node[] = [];
  readonly #coroutines = new Set<Node>();
  #among: Dispatch | undefined;
  #share = 1;
  #firstUse: (line: number) => boolean = () => false;

  constructor(
    readonly program: Program,
    private readonly catalogue: BlockingCallables,
    isEntry: (path: string) => boolean,
    private readonly maxNodes = MAX_NODES,
  ) {
    this.interpreter = new Interpreter(program);
    for (const module of program.modules.values()) {
      if (!isEntry(module.path)) continue;
      for (const fn of module.functions) if (fn.facts.async) this.#node(this.interpreter.frame(fn, fn.owner));
      this.#loopCallbacks(module.functions);
    }
    this.#grow();
    this.linked = [...this.nodes.values()];
    this.coroutines = [...this.#coroutines];
  }

  #grow(): void {
    for (let node = this.#queue.pop(); node; node = this.#queue.pop()) this.#expand(node);
  }

  /** Everything that runs when one of these does, coroutines included, wherever it runs. */
  reachable(from: Iterable<Frame>): ReadonlySet<Node> {
    const starts = [...from].flatMap((frame) => this.#node(frame) ?? []);
    this.#grow();
    const seen = new Set(starts);
    const queue = [...seen];
    for (let node = queue.pop(); node; node = queue.pop()) {
      for (const to of [...node.edges.map((edge) => edge.to), ...node.coroutines.map((started) => started.to)]) {
        if (to === undefined || seen.has(to)) continue;
        seen.add(to);
        queue.push(to);
      }
    }
    return seen;
  }

  #node(frame: Frame, awaited = false): Node | undefined {
    const key = awaited ? `${frame.key}!` : frame.key;
    const known = this.nodes.get(key);
    if (known) return known;
    if (this.nodes.size >= this.maxNodes) {
      this.cut = true;
      return undefined;
    }
    const node: Node = { frame, awaited, edges: [], coroutines: [], callers: [] };
    this.nodes.set(key, node);
    if (frame.fn.facts.async) this.#coroutines.add(node);
    this.#queue.push(node);
    return node;
  }

  #expand(node: Node): void {
    const { frame } = node;
    this.#firstUse = firstUseLines(frame.fn);
    const returned = node.awaited ? returnedCalls(frame.fn) : undefined;
    const skipped = this.interpreter.branches.skipped(frame);
    const async = saidAsync(frame);
    const wrapped = this.#wrappedSites(frame);
    const generators = this.#iterated(frame);
    frame.fn.facts.calls.forEach((call, site) => {
      if (skipped(call.line) || wrapped.has(site)) return;
      const awaited = call.awaited || returned?.has(site) === true;
      const callees = this.interpreter.callees(call, frame);
      const quiet = awaited && (async(call.line) || callees.some((callee) => this.#isAsync(callee)));
      for (const callee of callees) {
        if (!quiet || this.#isAsync(callee)) this.#follow(node, call, callee, awaited, generators);
      }
    });
    for (const read of frame.fn.facts.reads) if (!skipped(read.line)) this.#property(node, read);
    for (const { of, line, endLine, async } of frame.fn.facts.enters) {
      if (async || skipped(line)) continue;
      for (const value of this.interpreter.values(of, frame)) this.#enter(node, value, line, endLine);
    }
    for (const { of, line, endLine } of frame.fn.facts.iterated) {
      if (skipped(line)) continue;
      for (const value of this.interpreter.values(of, frame)) this.#iterate(node, value, line, endLine, generators);
    }
  }

  /** Files that are opened as the argument of `wrap_file`, which makes their methods awaitable: flake8-async holds them clean. */
  #wrappedSites(frame: Frame): ReadonlySet<number> {
    if (!frame.fn.facts.calls.some(({ func }) => func.t === 'attr' && func.name === 'wrap_file')) return NO_SITES;
    const sites = frame.fn.facts.calls.flatMap((call) => {
      const [first] = call.args;
      if (call.func.t !== 'attr' || call.func.name !== 'wrap_file' || first?.t !== 'call') return [];
      const wraps = this.interpreter
        .callees(call, frame)
        .some((value) => value.kind === 'external' && /^(?:trio|anyio)\./.test(value.name));
      return wraps ? [first.site] : [];
    });
    return new Set(sites);
  }

  /** Generators that this function iterates over; they run there, not where they are made. */
  #iterated(frame: Frame): Iterated {
    const { iterated, calls } = frame.fn.facts;
    const keys = iterated.flatMap(({ of }) =>
      this.interpreter
        .values(of, frame)
        .flatMap((value) => (value.kind === 'sequence' && value.run ? [value.run.key] : [])),
    );
    const direct = iterated.flatMap(({ of }) => (of.t === 'call' ? (calls[of.site] ?? []) : []));
    return { keys: new Set(keys), calls: new Set(direct) };
  }

  /** `with`: what happens on the way in and out. */
  #enter(node: Node, value: Value, line: number, endLine: number): void {
    if (value.kind === 'object') {
      const blocking = this.catalogue.match(`${value.type}.__enter__`);
      const sink = blocking && { name: value.type, ...blocking };
      if (sink) this.#edge(node, { line, endLine, call: undefined, to: undefined, sink });
      return;
    }
    if (value.kind !== 'instance') return;
    for (const name of ['__enter__', '__exit__']) {
      for (const method of this.interpreter.classes.member(value.cls, name, value.cls, true)) {
        if (method.kind === 'function') this.#run(node, undefined, method, undefined, line);
      }
    }
  }

  #iterate(node: Node, value: Value, line: number, endLine: number, generators: Iterated): void {
    if (value.kind === 'sequence' && value.run && generators.keys.delete(value.run.key)) {
      const to = this.#node(value.run);
      if (to) this.#edge(node, { line, endLine, call: undefined, to, sink: undefined });
    } else if (value.kind === 'instance') {
      for (const method of this.interpreter.classes.member(value.cls, '__iter__', value.cls, true)) {
        if (method.kind !== 'function' || method.fn.facts.async) continue;
        const to = this.#node(this.interpreter.frameFor(method, undefined));
        if (to) this.#edge(node, { line, endLine, call: undefined, to, sink: undefined });
      }
    } else if (value.kind === 'object' || (value.kind === 'external' && value.bound === true)) {
      const name = canonical(value.kind === 'object' ? value.type : value.name);
      const blocking = this.catalogue.match(`${name}.__iter__`);
      if (blocking) this.#edge(node, { line, endLine, call: undefined, to: undefined, sink: { name, ...blocking } });
    }
  }

  /** Known to be no blocking call: the async twin in a union of two. */
  #isAsync(callee: Value): boolean {
    if (callee.kind === 'function') return callee.fn.facts.async;
    return (
      callee.kind === 'offloaded' ||
      (callee.kind === 'external' && callee.bound === true && !this.catalogue.match(callee.name))
    );
  }

  #follow(node: Node, call: FlowCall, callee: Value, awaited: boolean, generators?: Iterated): void {
    switch (callee.kind) {
      case 'function':
        if (isPlainGenerator(callee.fn)) return this.#runGenerator(node, call, callee, generators);
        return this.#run(
          node,
          call,
          callee,
          this.interpreter.argumentsOf(call, node.frame),
          call.line,
          awaited,
          generators,
        );
      case 'class':
        return this.#construct(node, call, callee.cls);
      case 'instance':
        for (const method of this.interpreter.classes.member(callee.cls, '__call__', callee.cls, true))
          this.#follow(node, call, method, awaited);
        return;
      case 'partial':
        for (const one of callee.of) this.#follow(node, call, one, awaited, generators);
        return;
      case 'object':
        return this.#block(node, call, canonical(`${callee.type}.__call__`));
      case 'external':
        // A builtin gives nothing that could be awaited: `await open()` means another `open`.
        if (!awaited || callee.name.includes('.') || isEntered(call, node.frame.fn))
          this.#block(node, call, callee.name);
        return this.#handOver(node, call, callee.name);
      default:
    }
  }

  /** Calling a generator function runs nothing yet. Who is handed the generator (a streaming response) iterates in its own way. */
  #runGenerator(
    node: Node,
    call: FlowCall,
    callee: Value & { kind: 'function' },
    generators: Iterated | undefined,
  ): void {
    const given = this.interpreter.argumentsOf(call, node.frame);
    if (generators?.keys.delete(this.interpreter.frameFor(callee, given).key)) this.#run(node, call, callee, given);
  }

  #run(
    node: Node,
    call: FlowCall | undefined,
    callee: Value & { kind: 'function' },
    given: Given | undefined,
    line = call?.line ?? 0,
    awaited = false,
    generators?: Iterated,
  ): void {
    const { fn } = callee;
    if (this.catalogue.configured && call && this.#configured(node, call, fn)) return;
    if (fn.facts.stub && fn.owner) {
      const iterates = call !== undefined && generators?.calls.has(call) === true;
      return this.#runOverrides(node, call, fn, callee.self ?? fn.owner, given, iterates);
    }
    if (callee.open && callee.self && !fn.facts.async && !this.#among) {
      const ways = implementations(fn, callee.self, this.interpreter.classes);
      if (ways.size > 1) return this.#runWays(node, call, ways, given);
    }
    const frame = this.interpreter.frameFor(callee, given);
    const dispatches =
      awaited && !fn.facts.async && this.interpreter.returnsOf(frame).some(({ kind }) => kind === 'coroutine');
    const to = this.#node(frame, dispatches);
    if (!to) return;
    if (fn.facts.async) node.coroutines.push({ line, to });
    else this.#edge(node, { line, endLine: call?.endLine ?? line, call, to, sink: undefined });
  }

  /** Functions of the repository that its configuration names. */
  #configured(node: Node, call: FlowCall, fn: Fn): boolean {
    const name = `${this.program.resolver.moduleName(fn.module.path)}.${fn.facts.qualname}`;
    if (this.catalogue.allows(name)) return true;
    if (!fn.facts.async) this.#block(node, call, name);
    return false;
  }

  /** An abstract method stands for its implementations. */
  #runOverrides(
    node: Node,
    call: FlowCall | undefined,
    fn: Fn,
    self: Cls,
    given: Given | undefined,
    iterates: boolean,
  ): void {
    const overrides: { readonly fn: Fn; readonly self: Cls }[] = [];
    for (const cls of this.interpreter.classes.derived(self)) {
      const field = cls.fields.get(fn.facts.name)?.value;
      const override = field?.t === 'function' ? cls.module.functions[field.index] : undefined;
      if (override && !override.facts.stub) overrides.push({ fn: override, self: cls });
    }
    const followed = overrides.slice(0, MAX_OVERRIDES);
    this.#among = followed.length > 1 ? { needed: Math.ceil(followed.length / 2) } : undefined;
    for (const override of followed) {
      if (isPlainGenerator(override.fn) && !iterates) continue;
      this.#run(node, call, { kind: 'function', ...override }, given);
    }
    this.#among = undefined;
  }

  /** A method that subclasses replace: each class runs its own. The base's counts for those that keep it. */
  #runWays(
    node: Node,
    call: FlowCall | undefined,
    ways: ReadonlyMap<Fn, readonly [Cls, ...Cls[]]>,
    given: Given | undefined,
  ): void {
    const followed = [...ways].slice(0, MAX_OVERRIDES);
    const classes = followed.reduce((sum, [, { length }]) => sum + length, 0);
    this.#among = { needed: Math.floor(classes / 2) + 1 };
    for (const [fn, [self, ...others]] of followed) {
      this.#share = 1 + others.length;
      if (!isPlainGenerator(fn)) this.#run(node, call, { kind: 'function', fn, self }, given);
    }
    this.#among = undefined;
    this.#share = 1;
  }

  #construct(node: Node, call: FlowCall, cls: Cls): void {
    for (const name of ['__new__', '__init__', '__post_init__']) {
      for (const method of this.interpreter.classes.member(cls, name, cls, true)) {
        if (method.kind === 'function') this.#run(node, call, method, this.interpreter.argumentsOf(call, node.frame));
      }
    }
  }

  #block(node: Node, call: FlowCall, name: string): void {
    const blocking = this.catalogue.match(name);
    if (!blocking || waitsNot(name, call)) return;
    this.#edge(node, { line: call.line, endLine: call.endLine, call, to: undefined, sink: { name, ...blocking } });
  }

  /** Functions outside that call what they are given. */
  #handOver(node: Node, call: FlowCall, name: string): void {
    for (const position of CALLERS.get(name) ?? []) {
      const sym =
        typeof position === 'number' ? call.args[position] : call.keywords.find(([key]) => key === position)?.[1];
      for (const value of sym ? this.interpreter.values(sym, node.frame) : []) {
        if (value.kind === 'function') this.#run(node, call, value, undefined);
        else if (value.kind === 'external') this.#block(node, call, value.name);
      }
    }
  }

  #property(node: Node, read: { readonly of: Sym; readonly name: string; readonly line: number }): void {
    for (const value of this.interpreter.values(read.of, node.frame)) {
      if (value.kind !== 'instance') continue;
      const fn = this.interpreter.classes.property(value.cls, read.name);
      if (fn) this.#run(node, undefined, { kind: 'function', fn, self: value.cls }, undefined, read.line);
    }
  }

  /** `loop.call_soon(f)`: f runs on the loop, whoever asks for it. */
  #loopCallbacks(functions: readonly Fn[]): void {
    for (const fn of functions) {
      for (const call of fn.facts.calls) {
        const position = call.func.t === 'attr' ? LOOP_CALLBACKS.get(call.func.name) : undefined;
        const callback = position === undefined ? undefined : call.args[position];
        if (!callback) continue;
        for (const value of this.interpreter.values(callback, this.interpreter.frame(fn, fn.owner))) {
          const node = value.kind === 'function' ? this.#node(this.interpreter.frameFor(value, undefined)) : undefined;
          if (node) this.#coroutines.add(node);
        }
      }
    }
  }

  #edge(from: Node, said: Omit<Edge, 'among' | 'share' | 'firstUse'>): void {
    const firstUse = this.#firstUse(said.line) || (said.to !== undefined && isCachedForEver(said.to.frame.fn));
    const edge = { ...said, among: this.#among, share: this.#share, firstUse };
    from.edges.push(edge);
    edge.to?.callers.push({ from, edge });
  }
}

/** What a method's name stands for in a class and those that derive from it, each with the classes that have it. */
function implementations(fn: Fn, self: Cls, classes: Classes): ReadonlyMap<Fn, readonly [Cls, ...Cls[]]> {
  const ways = new Map<Fn, [Cls, ...Cls[]]>([[fn, [self]]]);
  for (const cls of classes.derived(self)) {
    const own = classes.ancestry(cls).inside.find((one) => one.fields.has(fn.facts.name));
    const field = own?.fields.get(fn.facts.name)?.value;
    const found = field?.t === 'function' ? own?.module.functions[field.index] : undefined;
    if (!found || found.facts.stub) continue;
    const known = ways.get(found);
    if (known) known.push(cls);
    else ways.set(found, [cls]);
  }
  return ways;
}

const isPlainGenerator = (fn: Fn): boolean => fn.facts.generator && !fn.facts.async && !isContextManager(fn);

const isEntered = (call: FlowCall, { facts }: Fn): boolean =>
  facts.enters.some(({ of }) => of.t === 'call' && facts.calls[of.site] === call);

/** Calls whose result is what the function returns. */
const returnedCalls = (fn: Fn): Set<number> =>
  new Set(fn.facts.returned.flatMap((sym) => (sym.t === 'call' ? [sym.site] : [])));

const NO_SITES: ReadonlySet<number> = new Set();
