import { calledName } from '../call-graph/calls.js';
import type { CallGraph, Node } from '../call-graph/graph.js';
import type { Fn, SourceModule } from '../call-graph/program.js';
import { dependenciesOf } from '../call-graph/service.js';
import type { Frame, Value } from '../call-graph/values.js';
import type { ServiceFile } from './serving-entries.js';

/** A method that so many classes have says nothing about which of them is called. */
const MOST_BEARERS = 3;
/** How often names are followed in a row where nothing is known of the object. */
const MOST_ROUNDS = 3;

/** The ways from routes to predictions, over the radar's call graph. */
export class ServingWays {
  /** Every function on such a way. */
  readonly functions = new Set<Fn>();
  /** File → the first line on such a way that asks a model. */
  readonly predictions = new Map<string, number>();
  private readonly byName = new Map<string, Fn[]>();

  /** @param asking file → lines that ask a model */
  constructor(
    private readonly graph: CallGraph,
    private readonly asking: ReadonlyMap<string, readonly number[]>,
    private readonly isCode: (path: string) => boolean,
  ) {
    for (const module of graph.program.modules.values()) {
      if (!isCode(module.path)) continue;
      for (const fn of module.functions)
        if (fn.facts.kind === 'function')
          this.byName.set(fn.facts.name, [...(this.byName.get(fn.facts.name) ?? []), fn]);
    }
  }

  follow(file: ServiceFile): void {
    const module = this.graph.program.modules.get(file.path);
    if (!module) return;
    const entries = this.entriesOf(module, file);
    const { interpreter } = this.graph;
    const starts = [...entries, ...dependenciesOf(interpreter, entries)].map((fn) => interpreter.frame(fn, fn.owner));
    if (this.search(file.path, starts)) return;
    // A worker that the file starts beside its routes answers what they put into a queue.
    const rest = module.functions.filter(({ facts }) => facts.kind !== 'lambda');
    this.search(
      file.path,
      rest.map((fn) => interpreter.frame(fn, fn.owner)),
    );
  }

  /** @returns whether a way was found */
  private search(path: string, starts: readonly Frame[]): boolean {
    const way = new Way(this.graph, starts);
    for (let round = 0; ; round++) {
      way.grow();
      const asking = [...way.nodes].filter(({ frame }) => this.linesIn(frame.fn).length > 0);
      if (asking.length > 0) {
        this.keep(path, way.leadingTo(asking));
        return true;
      }
      // `request.app.state.model.score(x)`: of an unknown object, the method's name is what there is.
      if (round >= MOST_ROUNDS || !this.byNames(way)) return false;
    }
  }

  /** Routes by decorator, methods of handlers, what is handed to a router. */
  private entriesOf(module: SourceModule, { functions, registrations }: ServiceFile): Fn[] {
    const found = module.functions.filter(({ facts }) => facts.kind === 'function' && functions.has(facts.line));
    for (const fn of module.functions) {
      const frame = this.graph.interpreter.frame(fn, fn.owner);
      for (const call of fn.facts.calls) {
        if (!registrations.has(call.line)) continue;
        for (const sym of [...call.args, ...call.keywords.map(([, value]) => value)])
          for (const value of this.graph.interpreter.values(sym, frame)) found.push(...functionsOf(value));
      }
    }
    return found;
  }

  private byNames(way: Way): boolean {
    let more = false;
    for (const { from, name } of way.unknownCalls()) {
      const bearers = (this.byName.get(name) ?? []).filter(({ owner }) => owner !== undefined);
      if (bearers.length > MOST_BEARERS) continue;
      for (const fn of bearers) more = way.add(from, this.graph.interpreter.frame(fn, fn.owner)) || more;
    }
    return more;
  }

  private linesIn({ module, facts }: Fn): readonly number[] {
    const lines = (this.asking.get(module.path) ?? []).filter((line) => line >= facts.line && line <= facts.endLine);
    if (facts.kind !== 'module') return lines;
    const inner = module.functions.filter((one) => one.facts.kind === 'function');
    return lines.filter((line) => !inner.some((one) => line >= one.facts.line && line <= one.facts.endLine));
  }

  private keep(entry: string, nodes: ReadonlySet<Node>): void {
    for (const { frame } of nodes) {
      if (!this.isCode(frame.fn.module.path)) continue;
      this.functions.add(frame.fn);
      const [line] = this.linesIn(frame.fn);
      const path = frame.fn.module.path;
      if (line !== undefined) this.predictions.set(path, Math.min(line, this.predictions.get(path) ?? Infinity));
    }
    // The file with the route is on the way whichever of its functions begins it.
    const body = this.graph.program.modules.get(entry)?.body;
    if (body) this.functions.add(body);
  }
}

/** What requests reach, and from where. */
class Way {
  readonly nodes = new Set<Node>();
  private readonly callers = new Map<Node, Set<Node>>();
  private waiting: { readonly from: Node | undefined; readonly frame: Frame }[];
  private readonly asked = new Set<Node>();

  constructor(
    private readonly graph: CallGraph,
    starts: readonly Frame[],
  ) {
    this.waiting = starts.map((frame) => ({ from: undefined, frame }));
  }

  /** Follows calls, and functions that are handed to someone who calls them: executors, threads, task groups. */
  grow(): void {
    while (this.waiting.length > 0) {
      const started = this.waiting;
      this.waiting = [];
      const reached = this.graph.reachable(started.map(({ frame }) => frame));
      for (const { from, frame } of started) {
        const to = this.graph.nodes.get(frame.key);
        if (from && to) this.link(from, to);
      }
      for (const node of reached) if (!this.nodes.has(node)) this.take(node);
    }
  }

  private take(node: Node): void {
    this.nodes.add(node);
    for (const to of [...node.edges.map((edge) => edge.to), ...node.coroutines.map((started) => started.to)])
      if (to) this.link(node, to);
    if (!this.asked.has(node)) this.handedOver(node);
  }

  private handedOver(node: Node): void {
    this.asked.add(node);
    const { frame } = node;
    for (const call of frame.fn.facts.calls)
      for (const sym of [...call.args, ...call.keywords.map(([, value]) => value)])
        for (const value of this.graph.interpreter.values(sym, frame))
          for (const fn of functionsOf(value)) this.add(node, this.graph.interpreter.frame(fn, fn.owner));
  }

  /** @returns whether that is new */
  add(from: Node, frame: Frame): boolean {
    const known = this.graph.nodes.get(frame.key);
    if (known) this.link(from, known);
    if (known && this.nodes.has(known)) return false;
    this.waiting.push({ from, frame });
    return true;
  }

  private link(from: Node, to: Node): void {
    this.callers.set(to, (this.callers.get(to) ?? new Set()).add(from));
  }

  /** Methods that are called on objects of which nothing is known. */
  unknownCalls(): { from: Node; name: string }[] {
    return [...this.nodes].flatMap((from) =>
      from.frame.fn.facts.calls.flatMap((call) => {
        const name = call.func.t === 'attr' ? calledName(call) : undefined;
        if (name === undefined || !this.graph.interpreter.callees(call, from.frame).every(isHeld)) return [];
        return [{ from, name }];
      }),
    );
  }

  /** The nodes from which one of these is reached, themselves included. */
  leadingTo(targets: readonly Node[]): ReadonlySet<Node> {
    const found = new Set(targets);
    for (const node of found) for (const caller of this.callers.get(node) ?? []) found.add(caller);
    return found;
  }
}

/** Something that hangs on a framework's application: `fastapi.Request.app.state.scorer.score`. Nobody knows its class. */
const isHeld = (value: Value): boolean =>
  value.kind === 'external' &&
  /^(?:fastapi|starlette|flask|quart|aiohttp|sanic|litestar)\.[\w.]*\b(?:app|state|extra|extensions|config|ctx|g)\.\w/.test(
    value.name,
  );

function functionsOf(value: Value): Fn[] {
  if (value.kind === 'function') return [value.fn];
  if (value.kind === 'partial' || value.kind === 'offloaded') return value.of.flatMap(functionsOf);
  if (value.kind !== 'class') return [];
  return value.cls.module.functions.filter((fn) => fn.owner === value.cls);
}
