import type { Fn } from './program.js';
import type { Radar } from './joined.js';
import { callLabel, type Site } from './sites.js';

export type GraphFormat = 'mermaid' | 'dot' | 'json';

interface GraphNode {
  readonly id: string;
  readonly label: string;
  /** `entry`: a route, a startup handler, or a coroutine that nothing in the repository calls. */
  readonly kind: 'entry' | 'coroutine' | 'function' | 'sink';
  readonly path?: string;
  readonly line?: number;
}

interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly line: number;
  /** The callee runs as a coroutine of its own. */
  readonly awaited: boolean;
}

export interface AsyncGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Everything that coroutines of production code run on the event loop, with where it starts and where it blocks. */
export function asyncGraphOf({ graph, frameworks }: Pick<Radar, 'graph' | 'frameworks'>): AsyncGraph {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const called = new Set<Fn>();
  for (const node of graph.nodes) {
    for (const { to } of node.coroutines) called.add(to.frame.fn);
    for (const { to } of node.edges) if (to) called.add(to.frame.fn);
  }
  const numbers = new Map<Fn, number>();
  const idOf = (fn: Fn): string => {
    const number = numbers.get(fn) ?? numbers.size;
    numbers.set(fn, number);
    const id = `f${number}`;
    if (!nodes.has(id)) {
      const entry = frameworks.entry(fn);
      const starts = fn.facts.async && (entry.kind !== 'coroutine' || !called.has(fn));
      const kind = starts ? 'entry' : fn.facts.async ? 'coroutine' : 'function';
      nodes.set(id, {
        id,
        label: starts ? entry.label : callLabel(fn),
        kind,
        path: fn.module.path,
        line: fn.facts.line,
      });
    }
    return id;
  };
  for (const node of graph.nodes) {
    const from = idOf(node.frame.fn);
    for (const { to, line } of node.coroutines) {
      const edge = { from, to: idOf(to.frame.fn), line, awaited: true };
      edges.set(`${edge.from}>${edge.to}`, edge);
    }
    for (const { to, sink, line } of node.edges) {
      const target = to ? idOf(to.frame.fn) : sink ? `s:${sink.name}` : undefined;
      if (target === undefined) continue;
      if (sink && !nodes.has(target)) nodes.set(target, { id: target, label: sink.name, kind: 'sink' });
      edges.set(`${from}>${target}`, { from, to: target, line, awaited: false });
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** The graph as text. Mermaid draws at most 500 edges, so there what leads to a sink comes first. */
export function renderAsyncGraph(graph: AsyncGraph, format: GraphFormat): string {
  if (format === 'json') return `${JSON.stringify(graph, undefined, 2)}\n`;
  return format === 'dot' ? dot(graph) : mermaid(graph);
}

const MAX_MERMAID_EDGES = 450;

function mermaid(graph: AsyncGraph): string {
  const ordered = sinksFirst(graph);
  const edges = ordered.slice(0, MAX_MERMAID_EDGES);
  const names = new Map<string, string>();
  const name = (id: string): string => {
    const known = names.get(id) ?? `n${names.size}`;
    names.set(id, known);
    return known;
  };
  const lines = edges.map(({ from, to, awaited }) => `  ${name(from)} ${awaited ? '-.->' : '-->'} ${name(to)}`);
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const boxes = [...names].map(([id, short]) => `  ${short}${box(byId.get(id))}`);
  const left = ordered.length - edges.length;
  return `${['flowchart LR', ...boxes, ...lines, ...CLASSES, ...(left > 0 ? [`  %% ${left} more calls are left out`] : [])].join('\n')}\n`;
}

const CLASSES = [
  '  classDef entry fill:#dbeafe,stroke:#1d4ed8,color:#0b1f4d',
  '  classDef sink fill:#fee2e2,stroke:#b91c1c,color:#450a0a',
];

function box(node: GraphNode | undefined): string {
  const text = `"${mermaidText(node?.label ?? '')}"`;
  if (node?.kind === 'entry') return `([${text}]):::entry`;
  return node?.kind === 'sink' ? `{{${text}}}:::sink` : `[${text}]`;
}

/** Labels come from the repository under review: nothing in them may end the label. */
const mermaidText = (text: string): string =>
  text.slice(0, 80).replace(/[#"<>&;`\n\r[\]{}|\\]/g, (char) => `#${char.charCodeAt(0)};`);

/** Edges on the way to a sink before all others. */
function sinksFirst({ nodes, edges }: AsyncGraph): readonly GraphEdge[] {
  const before = new Map<string, GraphEdge[]>();
  for (const edge of edges) before.set(edge.to, [...(before.get(edge.to) ?? []), edge]);
  const chosen = new Set<GraphEdge>();
  const queue = nodes.filter(({ kind }) => kind === 'sink').map(({ id }) => id);
  const seen = new Set(queue);
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    for (const edge of before.get(id) ?? []) {
      chosen.add(edge);
      if (!seen.has(edge.from)) queue.push(edge.from);
      seen.add(edge.from);
    }
  }
  return [...chosen, ...edges.filter((edge) => !chosen.has(edge))];
}

function dot({ nodes, edges }: AsyncGraph): string {
  const quote = (text: string): string => `"${text.replace(/[\\"\n\r]/g, ' ')}"`;
  const shape = {
    entry: 'oval, style=filled, fillcolor="#dbeafe"',
    coroutine: 'box, style=rounded',
    function: 'box',
    sink: 'hexagon, style=filled, fillcolor="#fee2e2"',
  };
  const boxes = nodes.map(({ id, label, kind, path, line }) => {
    const tip = path === undefined ? '' : `, tooltip=${quote(`${path}:${line}`)}`;
    return `  ${quote(id)} [label=${quote(label)}, shape=${shape[kind]}${tip}];`;
  });
  const arrows = edges.map(
    ({ from, to, awaited }) => `  ${quote(from)} -> ${quote(to)}${awaited ? ' [style=dashed]' : ''};`,
  );
  return ['digraph async {', '  rankdir=LR;', ...boxes, ...arrows, '}', ''].join('\n');
}

/** A few chains as one flow, entries to the left, what blocks to the right. */
export function chainsFlow(sites: readonly Site[]): string {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const add = (node: GraphNode): string => {
    if (!nodes.has(node.id)) nodes.set(node.id, node);
    return node.id;
  };
  const link = (from: string, to: string, line: number): void => {
    if (from !== to) edges.set(`${from}>${to}`, { from, to, line, awaited: false });
  };
  for (const site of sites) {
    const hops = site.steps.map(({ path, within }) =>
      add({ id: `${path}:${within}`, label: within, kind: 'function' }),
    );
    const sink = add({ id: `s:${site.sink.name}`, label: site.sink.name, kind: 'sink' });
    const [first = sink] = hops;
    for (const { label, kind } of site.entries) {
      if (kind !== 'coroutine') link(add({ id: `e:${label}`, label, kind: 'entry' }), first, site.line);
    }
    hops.forEach((hop, i) => link(hop, hops[i + 1] ?? sink, site.steps[i]?.line ?? 0));
  }
  return mermaid({ nodes: [...nodes.values()], edges: [...edges.values()] });
}
