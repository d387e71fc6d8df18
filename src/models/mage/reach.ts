import { defineModel } from '../../core/workspace.js';
import type { TraceStep } from '../../core/types.js';
import type { Workspace } from '../../core/workspace.js';
import { effectOfName, pythonEffects } from '../../languages/effects/index.js';
import type { Effect, FunctionEffects } from '../../languages/effects/index.js';
import type { FlowCall } from '../../languages/python/flow.js';
import { CallGraph } from '../call-graph/graph.js';
import type { Node } from '../call-graph/graph.js';
import { BlockingCallables } from '../call-graph/patterns.js';
import { loadProgram } from '../call-graph/program.js';
import type { Program } from '../call-graph/program.js';
import { canonical } from '../call-graph/types.js';
import { mageBlocks } from './blocks.js';
import { mageResolver } from './resolver.js';

/** An effect that a block has, itself or through what it calls. */
export interface ReachedEffect {
  readonly effect: Effect;
  readonly path: string;
  /** Where the block itself starts it: the effect's own line, or the call that leads to it. */
  readonly at: { readonly line: number; readonly endLine: number };
  /** The calls that lead there, first one first; empty for an effect of its own. */
  readonly trace: readonly TraceStep[];
}

/** Follows a block's calls through the radar's call graph, into helpers of other files. */
export interface EffectReach {
  of(path: string, fn: FunctionEffects): Promise<readonly ReachedEffect[]>;
}

/** Functions looked at for one call of a block. */
const MAX_FUNCTIONS = 300;

export const effectReach = defineModel('effect-reach', async (workspace): Promise<EffectReach> => {
  const roots = new Set((await workspace.model(mageBlocks)).python.map(({ path }) => path));
  const program = await loadProgram(workspace, (path) => roots.has(path), await workspace.model(mageResolver));
  const graph = new CallGraph(program, new BlockingCallables(workspace.settings.process), () => false);
  const walker = new Walker(workspace, program, graph);
  return { of: (path, fn) => walker.from(path, fn) };
});

interface Step {
  readonly to: Node;
  readonly line: number;
  readonly endLine: number;
}

class Walker {
  readonly #own = new Map<Node, Promise<readonly Effect[]>>();
  readonly #next = new Map<Node, readonly Step[]>();

  constructor(
    private readonly workspace: Workspace,
    private readonly program: Program,
    private readonly graph: CallGraph,
  ) {}

  async from(path: string, block: FunctionEffects): Promise<readonly ReachedEffect[]> {
    const start = this.#nodeOf(path, block);
    // A file that the graph does not hold still has what its own lines say.
    const own = start === undefined ? block.effects : await this.#effectsOf(start);
    const found: ReachedEffect[] = own.map((effect) => ({
      effect,
      path,
      at: { line: effect.line, endLine: effect.endLine },
      trace: [],
    }));
    if (start === undefined) return found;
    for (const step of this.#stepsOf(start)) found.push(...(await this.#through(start, step)));
    return withoutTwins(found);
  }

  /** Everything behind one call of the block, each function once, by the shortest way. */
  async #through(start: Node, first: Step): Promise<ReachedEffect[]> {
    const found: ReachedEffect[] = [];
    const queue = [{ node: first.to, trace: [traceStep(start, first)] }];
    const seen = new Set<Node>([start, first.to]);
    for (let at = 0; at < queue.length && at < MAX_FUNCTIONS; at++) {
      const here = queue[at];
      if (here === undefined) break;
      const path = here.node.frame.fn.module.path;
      for (const effect of await this.#effectsOf(here.node)) {
        found.push({
          effect,
          path,
          at: { line: first.line, endLine: first.endLine },
          trace: [...here.trace, { path, line: effect.line, label: effect.call }],
        });
      }
      for (const step of this.#stepsOf(here.node)) {
        if (seen.has(step.to)) continue;
        seen.add(step.to);
        queue.push({ node: step.to, trace: [...here.trace, traceStep(here.node, step)] });
      }
    }
    return found;
  }

  #nodeOf(path: string, fn: FunctionEffects): Node | undefined {
    const functions = this.program.modules.get(path)?.functions ?? [];
    const named = functions.filter(({ facts }) => facts.kind === 'function' && facts.qualname === fn.qualname);
    const found = named.find(({ facts }) => facts.line <= fn.line && fn.line <= facts.endLine) ?? named[0];
    if (found === undefined) return undefined;
    const frame = this.graph.interpreter.frame(found, found.owner);
    this.graph.reachable([frame]);
    return this.graph.nodes.get(frame.key);
  }

  #stepsOf(node: Node): readonly Step[] {
    let steps = this.#next.get(node);
    if (steps === undefined) {
      steps = [
        ...node.edges.flatMap(({ to, line, endLine }) => (to === undefined ? [] : [{ to, line, endLine }])),
        ...node.coroutines.map(({ to, line }) => ({ to, line, endLine: line })),
        ...this.#handedOver(node),
      ].filter(({ to }) => !this.#isFramework(to));
      this.#next.set(node, steps);
    }
    return steps;
  }

  /** `frame.apply(enrich)`, `pool.map(fetch, ids)`, `to_thread(save)`: a function that is handed over gets called. */
  #handedOver(node: Node): Step[] {
    const { interpreter } = this.graph;
    return node.frame.fn.facts.calls.flatMap((call) =>
      [...call.args, ...call.keywords.map(([, value]) => value)].flatMap((sym) =>
        interpreter.values(sym, node.frame).flatMap((value) => {
          if (value.kind !== 'function') return [];
          const frame = interpreter.frameFor(value, undefined);
          this.graph.reachable([frame]);
          const to = this.graph.nodes.get(frame.key);
          // A lambda is its own place: the call around it may be long.
          const { line, endLine } = value.fn.facts.kind === 'lambda' ? value.fn.facts : call;
          return to === undefined ? [] : [{ to, line, endLine }];
        }),
      ),
    );
  }

  /** The framework's own code is not the block's doing. */
  #isFramework({ frame }: Node): boolean {
    return /^(mage_ai|mage_integrations)\./.test(this.program.resolver.moduleName(frame.fn.module.path));
  }

  #effectsOf(node: Node): Promise<readonly Effect[]> {
    let effects = this.#own.get(node);
    if (effects === undefined) this.#own.set(node, (effects = this.#read(node)));
    return effects;
  }

  /** What its lines say, and what only the graph knows: methods of receivers that come from elsewhere. */
  async #read({ frame }: Node): Promise<readonly Effect[]> {
    const { facts, module } = frame.fn;
    const file = await this.workspace.facts(pythonEffects, module.path);
    const fn = file?.functions.find(
      ({ qualname, line }) => qualname === facts.qualname && facts.line <= line && line <= facts.endLine,
    );
    const said = fn?.effects ?? [];
    const lines = new Set(said.map(({ line }) => line));
    const known = facts.calls.filter(({ line }) => !lines.has(line)).flatMap((call) => this.#resolved(call, frame));
    return [...said, ...known];
  }

  #resolved(call: FlowCall, frame: Node['frame']): Effect[] {
    for (const value of this.graph.interpreter.callees(call, frame)) {
      if (value.kind !== 'external') continue;
      const effect = effectOfName(canonical(value.name));
      if (effect === undefined) continue;
      return [{ ...effect, call: value.name, line: call.line, endLine: call.endLine }];
    }
    return [];
  }
}

/** `run(callback=lambda: save())` reaches `save` as a call and as its argument: the narrower place stands. */
function withoutTwins(found: readonly ReachedEffect[]): readonly ReachedEffect[] {
  const size = ({ at }: ReachedEffect): number => at.endLine - at.line;
  const isWithin = (inner: ReachedEffect, outer: ReachedEffect): boolean =>
    inner.at.line >= outer.at.line && inner.at.endLine <= outer.at.endLine && size(inner) < size(outer);
  const same = new Map<string, ReachedEffect[]>();
  for (const reached of found) {
    const key = `${reached.path}:${String(reached.effect.line)}:${reached.effect.call}`;
    same.set(key, [...(same.get(key) ?? []), reached]);
  }
  return found.filter((outer) => {
    const twins = same.get(`${outer.path}:${String(outer.effect.line)}:${outer.effect.call}`) ?? [];
    return !twins.some((inner) => isWithin(inner, outer));
  });
}

function traceStep(from: Node, { to, line }: Step): TraceStep {
  const { facts, module } = from.frame.fn;
  return { path: module.path, line, label: `${facts.qualname} → ${to.frame.fn.facts.qualname}` };
}
