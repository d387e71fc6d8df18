import type { Frameworks } from './frameworks.js';
import type { CallGraph, Node } from './graph.js';
import type { Interpreter } from './interpreter.js';
import type { BlockingCallables, Family } from './patterns.js';
import type { Flows, Program, SourceModule } from './program.js';
import { byPlace, type Site } from './sites.js';

/** Modules that were linked together, and what came of it. */
export interface Linked {
  readonly program: Program;
  readonly graph: CallGraph;
  readonly frameworks: Frameworks;
  readonly sites: readonly Site[];
}

/** What may be asked about expressions once everything is linked. */
export type Answers = Pick<Interpreter, 'frame' | 'frameFor' | 'values' | 'callees' | 'definition'>;

/** The whole repository, however many parts it was linked in. */
export interface Radar {
  readonly program: Pick<Program, 'modules' | 'resolver'>;
  readonly graph: {
    readonly interpreter: Answers;
    /** Everything that coroutines run, and the coroutines among it. */
    readonly nodes: readonly Node[];
    readonly coroutines: readonly Node[];
    readonly reachable: CallGraph['reachable'];
    /** What a check would call it, when it blocks. */
    familyOfName(name: string): Family | undefined;
  };
  readonly frameworks: Pick<Frameworks, 'entry'>;
  readonly sites: readonly Site[];
  /** Why chains may be missing. */
  readonly limits: readonly string[];
}

/** Makes one of parts that have nothing to do with each other: each question goes to the part in which it is asked. */
export function joined(
  parts: readonly Linked[],
  { byPath, resolver }: Pick<Flows, 'byPath' | 'resolver'>,
  catalogue: BlockingCallables,
): Radar {
  const partOf = new Map<SourceModule, Linked>();
  const found = new Map<string, SourceModule>();
  for (const part of parts) {
    for (const [path, module] of part.program.modules) {
      partOf.set(module, part);
      found.set(path, module);
    }
  }
  // In the order in which the files were reached, whatever part they belong to.
  const modules = new Map<string, SourceModule>();
  for (const path of byPath.keys()) {
    const module = found.get(path);
    if (module) modules.set(path, module);
  }
  const of = (module: SourceModule): Linked => {
    const part = partOf.get(module);
    if (!part) throw new Error(`${module.path} was not linked`);
    return part;
  };
  const asked = (module: SourceModule): Interpreter => of(module).graph.interpreter;
  return {
    program: { modules, resolver },
    graph: {
      interpreter: {
        frame: (fn, ...rest) => asked(fn.module).frame(fn, ...rest),
        frameFor: (callee, given) => asked(callee.fn.module).frameFor(callee, given),
        values: (sym, frame) => asked(frame.fn.module).values(sym, frame),
        callees: (call, frame) => asked(frame.fn.module).callees(call, frame),
        definition: (sym, fn, depth) => asked(fn.module).definition(sym, fn, depth),
      },
      nodes: parts.flatMap(({ graph }) => graph.linked),
      coroutines: parts.flatMap(({ graph }) => graph.coroutines),
      reachable: (from) => {
        const frames = [...from];
        const asking = new Set(frames.map(({ fn }) => of(fn.module)));
        return new Set(
          [...asking].flatMap((part) => [...part.graph.reachable(frames.filter(({ fn }) => of(fn.module) === part))]),
        );
      },
      familyOfName: (name) => catalogue.familyOf(name),
    },
    frameworks: { entry: (fn) => of(fn.module).frameworks.entry(fn) },
    sites: parts.flatMap(({ sites }) => sites).sort(byPlace),
    limits: parts.some(({ graph }) => graph.cut)
      ? ['the call graph is larger than the bound; chains beyond it were not followed']
      : [],
  };
}
