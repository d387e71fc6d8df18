import { defineModel } from '../../core/workspace.js';
import { CallGraph, type Edge, type Node } from './graph.js';
import { BlockingCallables } from './patterns.js';
import { loadProgram, type Fn, type Program } from './program.js';

/** What a function may do, near or far, by the names of callables outside the repository. */
export interface Effects {
  /**
   * Everything outside that runs when the function at this place does, with the way there: synchronous calls and
   * coroutines alike. Undefined when no function starts on that line.
   */
  from(path: string, line: number): readonly Effect[] | undefined;
}

export interface Effect {
  /** Dotted: `requests.post`, `sqlalchemy.orm.Session.commit`, `redis.Redis.set`. */
  readonly name: string;
  /** From the function to the call, both included. */
  readonly steps: readonly { readonly path: string; readonly line: number; readonly within: string }[];
}

const MAX_EFFECTS = 500;

/** For checks of other views: reachable effects of any function whose file names one of the program's roots. */
export const effects = (name: string, isRoot: (path: string) => boolean) =>
  defineModel(`effects:${name}`, async (workspace): Promise<Effects> => {
    const program = await loadProgram(workspace, (path) => isRoot(path));
    const graph = new CallGraph(program, new BlockingCallables(workspace.settings.process), () => false);
    return { from: (path, line) => effectsFrom(program, graph, path, line) };
  });

function effectsFrom(program: Program, graph: CallGraph, path: string, line: number): readonly Effect[] | undefined {
  const fn = program.modules.get(path)?.functions.find(({ facts }) => facts.kind === 'function' && facts.line === line);
  if (!fn) return undefined;
  const found: Effect[] = [];
  const start = graph.reachable([graph.interpreter.frame(fn, fn.owner)]);
  const ways = new Map<Node, Effect['steps']>();
  for (const node of start) {
    if (found.length >= MAX_EFFECTS) break;
    const way = ways.get(node) ?? [];
    for (const edge of node.edges) note(edge, node, way);
    for (const { to, line: at } of node.coroutines) if (!ways.has(to)) ways.set(to, [...way, step(node, at)]);
    found.push(...outside(node, way));
  }
  return found;

  function note(edge: Edge, node: Node, way: Effect['steps']): void {
    if (edge.to && !ways.has(edge.to)) ways.set(edge.to, [...way, step(node, edge.line)]);
  }

  function outside(node: Node, way: Effect['steps']): Effect[] {
    return node.frame.fn.facts.calls.flatMap((call) =>
      graph.interpreter
        .callees(call, node.frame)
        .flatMap((value) =>
          value.kind === 'external' ? [{ name: value.name, steps: [...way, step(node, call.line)] }] : [],
        ),
    );
  }
}

const step = (node: Node, line: number): { path: string; line: number; within: string } => ({
  path: node.frame.fn.module.path,
  line,
  within: labelOf(node.frame.fn),
});

const labelOf = (fn: Fn): string => `${fn.facts.qualname}()`;
