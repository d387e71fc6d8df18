import type { FunctionDef } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import type { Workspace } from '../../core/workspace.js';
import { calledName } from '../call-graph/calls.js';
import type { Node } from '../call-graph/graph.js';
import type { Fn, SourceModule } from '../call-graph/program.js';
import { driftMeasures } from './drift-code.js';
import { TestCode } from './test-code.js';
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
const MOJO = /^(?:download_mojo|save_mojo|export_mojo)$/;
/** What keeps a model of another kind, in a repository that exports no MOJO at all. */
const MODEL = /^(?:dump|save_model|log_model|register_model|save_pretrained|to_onnx|dump_model)$/;
const STARTS_TRAINING =
  /^(?:trigger_pipeline|trigger_dag|create_flow_run|run_deployment|start_pipeline|start_run|materialize)$/;
const TRAINS = /^(?:train|fit|fit_transform|partial_fit)$/;
const STARTS = /train|trigger|pipeline|schedul|dag|flow/i;

const exactly = (name: string): RegExp => new RegExp(`^${name.replace(/\W/g, '')}$`);

/** Files of tests that have to do with drift, with what they show taken together. Calls are followed by the call graph. */
export async function driftTests(workspace: Workspace): Promise<DriftTest[]> {
  const tests = workspace.glob('**/*.py').filter((path) => workspace.roles(path).has('test'));
  const named = await workspace.mentioning(tests, ['psi', 'PSI', 'drift', 'Drift', 'population_stability']);
  if (named.length === 0) return [];
  const product = workspace.glob('**/*.py').filter((path) => !workspace.roles(path).has('test'));
  const mojos = await workspace.mentioning(product, ['download_mojo', 'save_mojo', 'export_mojo']);
  const code = await TestCode.load(workspace, named);
  const found: DriftTest[] = [];
  for (const module of code.modules) {
    const test = await new TestFile(workspace, code, module, mojos.length > 0 ? MOJO : MODEL).judge();
    if (test) found.push(test);
  }
  return found;
}

/** One file of tests, and all that its tests run. */
class TestFile {
  constructor(
    private readonly workspace: Workspace,
    private readonly code: TestCode,
    private readonly module: SourceModule,
    private readonly exports: RegExp,
  ) {}

  async judge(): Promise<DriftTest | undefined> {
    const tests = this.code.testsOf(this.module);
    const own = tests.filter(({ facts }) => /drift|psi|stability|retrain/i.test(facts.name));
    const first = own[0] ?? tests[0];
    if (!first) return undefined;
    const prepared = this.code.preparing(this.module, tests);
    const nodes = this.code.reach([...tests, ...prepared]);
    const ran = [...nodes].map(({ frame }) => frame.fn);
    const measuring = await this.measuring(ran);
    if (measuring.size === 0 && own.length === 0) return undefined;
    const assertions = new Assertions(await this.testCode(ran), this.meaning(nodes, prepared, measuring));
    return {
      path: this.module.path,
      line: first.facts.line,
      crosses: measuring.size > 0 && assertions.crossThreshold(),
      triggers: assertions.seeTrigger(),
      exports: assertions.seeMojo(),
    };
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
    const found: FunctionDef[] = [];
    for (const fn of ran) {
      const def = this.workspace.roles(fn.module.path).has('test') ? await this.code.syntaxOf(fn) : undefined;
      if (def && !found.includes(def)) found.push(def);
    }
    return found;
  }

  /** What a line of a test comes to, by what it calls. */
  private meaning(nodes: ReadonlySet<Node>, prepared: readonly Fn[], measuring: ReadonlySet<Fn>): Meaning {
    const ran = [...nodes].map(({ frame }) => frame.fn);
    const calls = (fn: Fn, name: RegExp): boolean => fn.facts.calls.some((call) => name.test(calledName(call) ?? ''));
    const tested = [...nodes].filter(({ frame }) => this.workspace.roles(frame.fn.module.path).has('test'));
    const started = (line: number): Node[] =>
      tested.flatMap(({ edges, coroutines }) => [
        ...edges.flatMap((edge) => (edge.to && edge.line <= line && line <= edge.endLine ? [edge.to] : [])),
        ...coroutines.flatMap((one) => (one.line === line ? [one.to] : [])),
      ]);
    const leads = (line: number, to: (fn: Fn) => boolean): boolean =>
      [...this.code.graph.reachable(started(line).map(({ frame }) => frame))].some(({ frame }) => to(frame.fn));
    const product = ran.filter((fn) => !this.workspace.roles(fn.module.path).has('test'));
    const acts = (fn: Fn): boolean =>
      STARTS.test(fn.facts.name) ||
      NAMES_DRIFT.test(fn.facts.qualname) ||
      measuring.has(fn) ||
      this.near(fn, measuring);
    const starting = (fn: Fn): boolean =>
      product.includes(fn) && (calls(fn, STARTS_TRAINING) || (calls(fn, TRAINS) && !NAMES_DRIFT.test(fn.facts.name)));
    return {
      measuresDrift: (line) => leads(line, (fn) => measuring.has(fn)),
      fixtureMeasures: (name) =>
        prepared.some((fn) => (fn.facts.name === name || fn.parent?.facts.name === name) && this.near(fn, measuring)),
      exportsMojo: (line) => leads(line, (fn) => calls(fn, this.exports)),
      startsTrainingOn: (line) => leads(line, starting),
      startsTraining: (callee) => product.some((fn) => calls(fn, exactly(callee)) && acts(fn)),
      isIndex: (callee) => [...measuring].some(({ facts }) => facts.name === callee),
      isCalled: (callee) => product.some((fn) => calls(fn, exactly(callee))),
      isKnown: (line) => leads(line, (fn) => product.includes(fn)),
    };
  }

  /** A function that asks for the index of drift and acts on it. */
  private near(fn: Fn, measuring: ReadonlySet<Fn>): boolean {
    return [...this.code.reach([fn])].some(({ frame }) => measuring.has(frame.fn));
  }
}
