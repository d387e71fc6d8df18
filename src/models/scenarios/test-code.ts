import type { Workspace } from '../../core/workspace.js';
import type { FunctionDef } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import { walk } from '../../languages/python/walk.js';
import { CallGraph } from '../call-graph/graph.js';
import type { Node } from '../call-graph/graph.js';
import { BlockingCallables } from '../call-graph/patterns.js';
import { loadProgram } from '../call-graph/program.js';
import type { Fn, SourceModule } from '../call-graph/program.js';

/** Files of Python tests, linked with all that they import: what a test runs is asked of the radar's call graph. */
export class TestCode {
  private readonly trees = new Map<string, ReadonlyMap<number, FunctionDef>>();

  private constructor(
    private readonly workspace: Workspace,
    readonly graph: CallGraph,
    readonly modules: readonly SourceModule[],
  ) {}

  /** @param named the files of tests that are asked about; the `conftest.py` above them are read as well */
  static async load(workspace: Workspace, named: readonly string[]): Promise<TestCode> {
    const tests = workspace.glob('**/conftest.py');
    const roots = new Set([...named, ...tests]);
    const program = await loadProgram(workspace, (path) => roots.has(path));
    const graph = new CallGraph(program, new BlockingCallables(workspace.settings.process), () => false);
    return new TestCode(
      workspace,
      graph,
      named.flatMap((path) => program.modules.get(path) ?? []),
    );
  }

  testsOf(module: SourceModule): Fn[] {
    return module.functions.filter(({ facts }) => facts.kind === 'function' && /^test/i.test(facts.name));
  }

  /** Everything that runs when one of the functions does. */
  reach(functions: readonly Fn[]): ReadonlySet<Node> {
    const { interpreter } = this.graph;
    return this.graph.reachable(functions.map((fn) => interpreter.frame(fn, fn.owner)));
  }

  /** pytest's fixtures that the tests take by name, from their own file or a conftest above, and unittest's `setUp`. */
  preparing(module: SourceModule, tests: readonly Fn[]): Fn[] {
    const folder = module.path.slice(0, module.path.lastIndexOf('/') + 1);
    const modules = [...this.graph.program.modules.values()].filter(
      ({ path }) =>
        path === module.path || (isConftest(path) && folder.startsWith(path.slice(0, path.lastIndexOf('/') + 1))),
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

  /** The syntax of a function; undefined for lambdas and modules. */
  async syntaxOf({ module, facts }: Fn): Promise<FunctionDef | undefined> {
    if (facts.kind !== 'function') return undefined;
    let byLine = this.trees.get(module.path);
    if (!byLine) {
      const found = new Map<number, FunctionDef>();
      const read = await this.workspace.facts(pythonModule, module.path);
      if (read)
        walk(read.tree, {
          enter(node) {
            if (node.kind === 'FunctionDef') found.set(node.line, node);
            return undefined;
          },
        });
      byLine = found;
      this.trees.set(module.path, byLine);
    }
    return byLine.get(facts.line);
  }
}

const isConftest = (path: string): boolean => /(^|\/)conftest\.py$/.test(path);
const parametersOf = ({ facts }: Fn): string[] => facts.params.map(({ name }) => name);
