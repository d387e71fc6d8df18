import type { FunctionDef } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import { walk } from '../../languages/python/walk.js';
import type { Workspace } from '../../core/workspace.js';
import { calledName } from '../call-graph/calls.js';
import { CallGraph } from '../call-graph/graph.js';
import type { Node } from '../call-graph/graph.js';
import { BlockingCallables } from '../call-graph/patterns.js';
import { loadProgram } from '../call-graph/program.js';
import type { Fn, SourceModule } from '../call-graph/program.js';
import { driftMeasures } from './drift-code.js';
import { Assertions } from './drift-asserts.js';
import type { Meaning } from './drift-asserts.js';

/** What the tests of one file show about drift. */
export interface DriftTest {
  readonly path: string;
  readonly line: number;
  /** It computes an index of drift, and pushes it past the threshold. */
  readonly crosses: boolean;
  /** It asserts that the training pipeline is started. */
  readonly triggers: boolean;
  /** It asserts that a new MOJO comes out. */
  readonly exports: boolean;
}

const NAMES_DRIFT = /psi|population_stability|drift/i;
const EXPORTS = /^(download_mojo|save_mojo|export_mojo)$/;
const STARTS = /train|trigger|pipeline|schedul|dag|flow/i;

/** Files of tests that have to do with drift, with what they show taken together. Calls are followed by the call graph. */
export async function driftTests(workspace: Workspace): Promise<DriftTest[]> {
  const tests = workspace.glob('**/*.py').filter((path) => workspace.roles(path).has('test'));
  const named = await workspace.mentioning(tests, ['psi', 'PSI', 'drift', 'Drift', 'population_stability']);
  if (named.length === 0) return [];
  const roots = new Set([...named, ...tests.filter(isConftest)]);
  const program = await loadProgram(workspace, (path) => roots.has(path));
  const graph = new CallGraph(program, new BlockingCallables(workspace.settings.process), () => false);
  const found: DriftTest[] = [];
  for (const path of named) {
    const module = program.modules.get(path);
    const test = module && (await new TestFile(workspace, graph, module).judge());
    if (test) found.push(test);
  }
  return found;
}

const isConftest = (path: string): boolean => /(^|\/)conftest\.py$/.test(path);

/** One file of tests, and all that its tests run. */
class TestFile {
  constructor(
    private readonly workspace: Workspace,
    private readonly graph: CallGraph,
    private readonly module: SourceModule,
  ) {}

  async judge(): Promise<DriftTest | undefined> {
    const tests = this.module.functions.filter(({ facts }) => facts.kind === 'function' && /^test/i.test(facts.name));
    const own = tests.filter(({ facts }) => /drift|psi|stability|retrain/i.test(facts.name));
    const first = own[0] ?? tests[0];
    if (!first) return undefined;
    const prepared = this.preparing(tests);
    const nodes = this.reach([...tests, ...prepared]);
    const ran = [...nodes].map(({ frame }) => frame.fn);
    const measuring = await this.measuring(ran);
    if (measuring.size === 0 && own.length === 0) return undefined;
    const assertions = new Assertions(await this.testCode(ran), this.meaning(nodes, prepared, measuring));
    return {
      path: this.module.path,
      line: first.facts.line,
      crosses: measuring.size > 0 && assertions.crossThreshold(),
      triggers: assertions.nameTrigger(),
      exports: assertions.nameMojo(),
    };
  }

  private reach(functions: readonly Fn[]): ReadonlySet<Node> {
    const { interpreter } = this.graph;
    return this.graph.reachable(functions.map((fn) => interpreter.frame(fn, fn.owner)));
  }

  /** pytest's fixtures that the tests take by name, from their own file or a conftest above, and unittest's `setUp`. */
  private preparing(tests: readonly Fn[]): Fn[] {
    const folder = this.module.path.slice(0, this.module.path.lastIndexOf('/') + 1);
    const modules = [...this.graph.program.modules.values()].filter(
      ({ path }) =>
        path === this.module.path || (isConftest(path) && folder.startsWith(path.slice(0, path.lastIndexOf('/') + 1))),
    );
    const candidates = modules.flatMap(({ functions }) => functions).filter(({ facts }) => facts.kind === 'function');
    const found = new Set(candidates.filter(({ facts }) => /^set_?up/i.test(facts.name)));
    const waiting = tests.flatMap(parametersOf);
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      for (const fn of candidates) {
        if (fn.facts.name !== name || fn.facts.decorators.length === 0 || found.has(fn)) continue;
        found.add(fn);
        waiting.push(...parametersOf(fn));
      }
    }
    // What a fixture hands out as a function is called by the test, where nobody sees through pytest.
    return candidates.filter((fn) => found.has(fn) || (fn.parent !== undefined && found.has(fn.parent)));
  }

  /** Functions that compute an index of drift, by formula, by library or, outside the tests, by name. */
  private async measuring(ran: readonly Fn[]): Promise<ReadonlySet<Fn>> {
    const found = new Set<Fn>();
    for (const fn of ran) {
      const { name, line, endLine } = fn.facts;
      const facts = await this.workspace.facts(pythonModule, fn.module.path);
      const computes = facts && driftMeasures(facts.tree).some((one) => one.line >= line && one.line <= endLine);
      if (computes || (NAMES_DRIFT.test(name) && !/^test/i.test(name))) found.add(fn);
    }
    return found;
  }

  /** The syntax of what runs in files of tests. */
  private async testCode(ran: readonly Fn[]): Promise<FunctionDef[]> {
    const lines = new Map<string, Set<number>>();
    for (const { module, facts } of ran) {
      if (facts.kind !== 'function' || !this.workspace.roles(module.path).has('test')) continue;
      lines.set(module.path, (lines.get(module.path) ?? new Set()).add(facts.line));
    }
    const found: FunctionDef[] = [];
    for (const [path, wanted] of lines) {
      const facts = await this.workspace.facts(pythonModule, path);
      if (!facts) continue;
      walk(facts.tree, {
        enter(node) {
          if (node.kind === 'FunctionDef' && wanted.has(node.line)) found.push(node);
          return undefined;
        },
      });
    }
    return found;
  }

  /** What a line of a test comes to, by what it calls. */
  private meaning(nodes: ReadonlySet<Node>, prepared: readonly Fn[], measuring: ReadonlySet<Fn>): Meaning {
    const ran = [...nodes].map(({ frame }) => frame.fn);
    const calls = (fn: Fn, name: RegExp): boolean => fn.facts.calls.some((call) => name.test(calledName(call) ?? ''));
    const leads = (line: number, to: (fn: Fn) => boolean): boolean =>
      [...nodes].some((node) =>
        node.edges.some(
          (edge) =>
            edge.line <= line &&
            line <= edge.endLine &&
            edge.to !== undefined &&
            this.workspace.roles(node.frame.fn.module.path).has('test') &&
            [...this.graph.reachable([edge.to.frame])].some(({ frame }) => to(frame.fn)),
        ),
      );
    return {
      measuresDrift: (line) => leads(line, (fn) => measuring.has(fn)),
      fixtureMeasures: (name) =>
        prepared.some((fn) => (fn.facts.name === name || fn.parent?.facts.name === name) && this.near(fn, measuring)),
      exportsMojo: (line) => leads(line, (fn) => calls(fn, EXPORTS)),
      startsTraining: (callee) =>
        ran.some(
          (fn) =>
            !this.workspace.roles(fn.module.path).has('test') &&
            fn.facts.calls.some((call) => calledName(call) === callee) &&
            (STARTS.test(fn.facts.name) ||
              NAMES_DRIFT.test(fn.facts.qualname) ||
              measuring.has(fn) ||
              this.near(fn, measuring)),
        ),
    };
  }

  /** A function that asks for the index of drift and acts on it. */
  private near(fn: Fn, measuring: ReadonlySet<Fn>): boolean {
    return [...this.reach([fn])].some(({ frame }) => measuring.has(frame.fn));
  }
}

const parametersOf = ({ facts }: Fn): string[] => facts.params.map(({ name }) => name);
