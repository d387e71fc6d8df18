import type { TraceStep } from '../../core/types.js';
import type { Entry, Frameworks } from './frameworks.js';
import type { CallGraph, Dispatch, Edge, Node, Sink } from './graph.js';
import { familyOf, type Family } from './patterns.js';
import { Loops } from './loops.js';
import type { Fn } from './program.js';

/** A line of a coroutine from which the event loop gets blocked. */
export interface Site {
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
  readonly family: Family;
  readonly coroutine: Fn;
  readonly sink: Sink;
  /** From the coroutine's line to the line that blocks, both included. */
  readonly steps: readonly Step[];
  /** The call is the whole statement and stands on one line. */
  readonly statement: boolean;
  /** What reaches the coroutine from outside: routes, startup handlers; itself when nothing in the repository calls it. */
  readonly entries: readonly Entry[];
  /** On the way is a method of which most implementations do not block. */
  readonly possible: boolean;
  /** A sleep of at most a hundredth of a second, written as a number. */
  readonly brief: boolean;
  /** It blocks once in a process, when what it makes is first asked for. */
  readonly firstUse: boolean;
  /** Everything that reaches it runs once, when the service starts or stops. */
  readonly once: boolean;
  /** All that runs on its loop: a command-line tool's only coroutine, for which nobody waits. */
  readonly alone: boolean;
  /** Everything that reaches it is a command with a loop of its own, whatever else runs there. */
  readonly command: boolean;
}

export interface Step {
  readonly path: string;
  readonly line: number;
  /** The function whose line this is. */
  readonly within: string;
  /** What the line runs: `load_features()`, `requests.get`. */
  readonly runs: string;
}

const FAMILIES: readonly Family[] = ['blocking', 'inference', 'file', 'dataframe'];
const MAX_ENTRIES = 5;

/** Every line of a coroutine from which something blocks, in each family the nearest, by place. */
export function sitesIn(graph: CallGraph, frameworks: Frameworks, isEntry: (path: string) => boolean): Site[] {
  const entries = new Entries(frameworks, new Loops(graph));
  for (const node of graph.nodes.values()) entries.learn(node);
  return FAMILIES.flatMap((family) => sitesOf(graph, family, entries, isEntry)).sort(byPlace);
}

export const byPlace = (a: Site, b: Site): number => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1);

/** How surely a call blocks: each time, once in a process, or only as one of several implementations. */
const Surety = { Always: 0, FirstUse: 1, Possible: 2 } as const;
type Surety = number;

interface Way {
  readonly edge: Edge;
  readonly distance: number;
  readonly surety: Surety;
}
type Nearest = ReadonlyMap<Node, Way>;

/** For each node that blocks in this family, the edge that leads to the nearest sink, and how far it is. Opening a file counts before asking about one. */
function distances(graph: CallGraph, family: Family): Nearest {
  const all = nearest(graph, ({ category }) => familyOf(category) === family);
  if (family !== 'file') return all;
  return new Map([...all, ...nearest(graph, ({ category }) => category === 'file')]);
}

/**
 * Outwards from the sinks. What happens once in a process comes after what happens each time. A call that may run one of
 * several implementations blocks when enough of them do; what fewer of them do comes last, and as a possibility.
 */
function nearest(graph: CallGraph, wanted: (sink: Sink) => boolean): Nearest {
  const best = new Map<Node, Way>();
  const blocking = new Map<Dispatch, number>();
  const left: { readonly from: Node; readonly way: Way }[] = [];
  const reach = (from: Node, way: Way, next: Node[]): void => {
    if (best.has(from)) return;
    best.set(from, way);
    next.push(from);
  };
  const spread = (start: readonly Node[], surety: Surety): void => {
    let front = start;
    while (front.length > 0) {
      const next: Node[] = [];
      for (const node of front) {
        const distance = (best.get(node)?.distance ?? 0) + 1;
        for (const { from, edge } of node.callers) {
          if (best.has(from)) continue;
          const seldom = seldomOf(edge, surety, blocking);
          if (seldom > surety) left.push({ from, way: { edge, distance, surety: seldom } });
          else reach(from, { edge, distance, surety }, next);
        }
      }
      front = next;
    }
  };
  const starts: Node[] = [];
  for (const node of graph.nodes.values()) {
    const sinks = node.edges.filter(({ sink }) => sink && wanted(sink));
    const always = sinks.find(({ firstUse }) => !firstUse);
    const [first] = sinks;
    if (always) reach(node, { edge: always, distance: 0, surety: Surety.Always }, starts);
    else if (first) left.push({ from: node, way: { edge: first, distance: 0, surety: Surety.FirstUse } });
  }
  spread(starts, Surety.Always);
  for (const surety of [Surety.FirstUse, Surety.Possible]) {
    // Spreading finds more that comes later: read to the end as it grows.
    for (const { from, way } of left) {
      if (way.surety !== surety) continue;
      const next: Node[] = [];
      reach(from, way, next);
      spread(next, surety);
    }
  }
  return best;
}

/** How surely a caller blocks that has this edge to what blocks as surely as said. */
function seldomOf(edge: Edge, surety: Surety, blocking: Map<Dispatch, number>): Surety {
  if (edge.among && surety !== Surety.Possible) {
    const count = (blocking.get(edge.among) ?? 0) + edge.share;
    blocking.set(edge.among, count);
    if (count < edge.among.needed) return Surety.Possible;
  }
  return edge.firstUse && surety === Surety.Always ? Surety.FirstUse : surety;
}

function sitesOf(graph: CallGraph, family: Family, entries: Entries, isEntry: (path: string) => boolean): Site[] {
  const best = distances(graph, family);
  const found = new Map<string, { site: Site; distance: number; surety: Surety }>();
  for (const node of graph.coroutines) {
    const path = node.frame.fn.module.path;
    if (!isEntry(path)) continue;
    for (const edge of node.edges) {
      const direct = edge.sink !== undefined && familyOf(edge.sink.category) === family;
      const way = edge.to && best.get(edge.to);
      if (!direct && !way) continue;
      const distance = direct ? 0 : (way?.distance ?? 0) + 1;
      const surety = suretyOf(edge, direct ? undefined : way, node, best);
      const key = `${path}:${edge.line}`;
      const known = found.get(key);
      if (known && (known.surety === surety ? known.distance <= distance : known.surety < surety)) continue;
      const site = siteOf({ node, first: edge, surety }, family, best, entries);
      if (site) found.set(key, { site, distance, surety });
    }
  }
  return [...found.values()].map(({ site }) => site);
}

function suretyOf(edge: Edge, way: Way | undefined, node: Node, best: Nearest): Surety {
  const own = edge.firstUse ? Surety.FirstUse : Surety.Always;
  if (!way) return own;
  return isUnlikely(edge, node, best) ? Surety.Possible : Math.max(own, way.surety);
}

/** The edge leads to one implementation of many, most of which do not block. */
function isUnlikely({ among }: Edge, node: Node, best: Nearest): boolean {
  if (!among) return false;
  const blocking = node.edges.filter(({ among: of, to }) => {
    const way = of === among && to ? best.get(to) : undefined;
    return way !== undefined && way.surety !== Surety.Possible;
  });
  return blocking.reduce((sum, { share }) => sum + share, 0) < among.needed;
}

function siteOf(
  { node, first, surety }: { readonly node: Node; readonly first: Edge; readonly surety: Surety },
  family: Family,
  best: Nearest,
  entries: Entries,
): Site | undefined {
  const steps: Step[] = [];
  let at = node;
  let edge = first;
  for (;;) {
    const runs = edge.to ? callLabel(edge.to.frame.fn) : (edge.sink?.name ?? '');
    steps.push({ path: at.frame.fn.module.path, line: edge.line, within: callLabel(at.frame.fn), runs });
    if (!edge.to) break;
    at = edge.to;
    const next = best.get(at);
    if (!next) return undefined;
    edge = next.edge;
  }
  if (!edge.sink) return undefined;
  const reached = entries.of(node);
  return {
    path: node.frame.fn.module.path,
    line: first.line,
    endLine: first.endLine,
    family,
    coroutine: node.frame.fn,
    sink: edge.sink,
    steps,
    statement: first.call?.statement === true && first.sink !== undefined,
    entries: reached,
    possible: surety === Surety.Possible,
    firstUse: surety === Surety.FirstUse,
    brief: edge.sink.name === 'time.sleep' && isBrief(edge),
    once: reached.every(({ kind }) => kind === 'startup'),
    alone: entries.alone(node),
    command: entries.command(node),
  };
}

function isBrief({ call }: Edge): boolean {
  const [duration] = call?.args ?? [];
  return duration?.t === 'number' && duration.value <= 0.01;
}

export const callLabel = (fn: Fn): string => `${fn.facts.qualname.replaceAll('.<locals>', '')}()`;

/** The trace of a finding: the line itself is its location, so the hops after it. */
export function traceOf(site: Site): TraceStep[] {
  return site.steps.map(({ path, line, within, runs }) => ({ path, line, label: `${within} → ${runs}` }));
}

/** Who starts a coroutine, upwards through the coroutines that await it. */
class Entries {
  readonly #callers = new Map<Fn, Set<Fn>>();
  readonly #known = new Map<Fn, readonly Entry[]>();
  /** Coroutines on whose way is one that may be started where the graph does not see it. */
  readonly #elsewhere = new Set<Fn>();

  constructor(
    private readonly frameworks: Frameworks,
    private readonly loops: Loops,
  ) {}

  /** Everything that starts it is a command with a loop of its own, or the start of the service, as far as the repository tells. */
  command({ frame: { fn } }: Node): boolean {
    const entries = this.#known.get(fn) ?? [];
    return entries.every(({ kind }) => kind === 'command' || kind === 'startup') && !this.#elsewhere.has(fn);
  }

  alone(node: Node): boolean {
    const entries = this.#known.get(node.frame.fn) ?? [];
    return this.command(node) && entries.every(({ fn }) => fn === undefined || this.loops.alone(fn));
  }

  /** Has to be told of every node before anything is asked. */
  learn(node: Node): void {
    for (const { to } of node.coroutines) this.#add(to.frame.fn, node.frame.fn);
    for (const { to } of node.edges) if (to) this.#add(to.frame.fn, node.frame.fn);
  }

  #add(callee: Fn, caller: Fn): void {
    const known = this.#callers.get(callee);
    if (known) known.add(caller);
    else this.#callers.set(callee, new Set([caller]));
  }

  of(node: Node): readonly Entry[] {
    const { fn } = node.frame;
    let entries = this.#known.get(fn);
    if (!entries) {
      entries = this.#search(fn);
      this.#known.set(fn, entries);
    }
    return entries;
  }

  #search(fn: Fn): readonly Entry[] {
    const found = new Map<string, Entry>();
    const seen = new Set([fn]);
    const queue = [fn];
    for (let at = queue.shift(); at && found.size < MAX_ENTRIES; at = queue.shift()) {
      const entry = this.frameworks.entry(at);
      const callers = [...(this.#callers.get(at) ?? [])];
      if (entry.kind !== 'coroutine' || callers.length === 0) found.set(entry.label, entry);
      else if (this.loops.mayStartElsewhere(at)) this.#elsewhere.add(fn);
      if (entry.kind === 'route' || entry.kind === 'startup') continue;
      for (const caller of callers) {
        if (seen.has(caller) || seen.size > 500) continue;
        seen.add(caller);
        queue.push(caller);
      }
    }
    return found.size > 0 ? [...found.values()] : [this.frameworks.entry(fn)];
  }
}
