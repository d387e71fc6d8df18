import type { Workspace } from '../../../core/workspace.js';
import type { Expr, FunctionDef, PyNode } from '../../../languages/python/ast.js';
import { pythonModule } from '../../../languages/python/extract.js';
import { dottedName } from '../../../languages/python/names.js';
import { findAll, walk } from '../../../languages/python/walk.js';
import type { Node } from '../../call-graph/graph.js';
import type { Fn, SourceModule } from '../../call-graph/program.js';
import { runByPython, textsIn } from '../command-lines.js';
import { Origins } from '../origins.js';
import { TestCode } from '../test-code.js';
import { failureBy } from './commands.js';
import type { Drill } from './drill.js';
import { promotesBySql } from './sql.js';
import { namesLeader, namesStore } from './targets.js';
import type { Targets } from './targets.js';

type Call = Extract<Expr, { kind: 'Call' }>;

/** Cheap questions before the dear one. */
const NEEDLES = [
  'failover',
  'FAILOVER',
  'switchover',
  'promote',
  '.stop(',
  '.pause(',
  'delete_namespaced_pod',
  'kill',
  'reboot_db_instance',
];

/** Tests that make a datastore fail and look at what is left. */
export async function testDrills(workspace: Workspace, own: Targets): Promise<Drill[]> {
  const tests = workspace.glob('**/*.py').filter((path) => workspace.roles(path).has('test'));
  const named = await workspace.mentioning(tests, NEEDLES);
  if (named.length === 0) return [];
  const code = await TestCode.load(workspace, named);
  const found: Drill[] = [];
  for (const module of code.modules) {
    const drill = await new DrillFile(workspace, code, module, own).first();
    if (drill) found.push(drill);
  }
  return found;
}

class DrillFile {
  constructor(
    private readonly workspace: Workspace,
    private readonly code: TestCode,
    private readonly module: SourceModule,
    private readonly own: Targets,
  ) {}

  async first(): Promise<Drill | undefined> {
    const tree = (await this.workspace.facts(pythonModule, this.module.path))?.tree;
    const around = tree?.body.filter(({ kind }) => kind === 'Assign' || kind === 'AnnAssign') ?? [];
    for (const test of this.code.testsOf(this.module)) {
      const def = await this.code.syntaxOf(test);
      const found = def && (await this.inTest(test, def, around));
      if (found) return found;
    }
    return undefined;
  }

  private async inTest(test: Fn, def: FunctionDef, around: readonly PyNode[]): Promise<Drill | undefined> {
    const prepared = this.code.preparing(this.module, [test]);
    const fixtures = await this.syntax(prepared);
    const asserted = assertionLines(def);
    // The test itself, and what it calls, by the line on which it does.
    for (const node of this.code.reach([test])) {
      if (node.frame.fn !== test) continue;
      const own = failingCall(def, new Origins(def, fixtures, around), this.own);
      if (own && asserted.some((line) => line > own.line)) return this.drill(own.line, own.text);
      const called = await this.called(node, def, fixtures, asserted);
      if (called) return called;
    }
    for (const fixture of fixtures) {
      const origins = new Origins(fixture, fixtures, around);
      const own = failingCall(fixture, origins, this.own, yieldLine(fixture));
      if (own && asserted.length > 0) return this.drill(def.line, own.text);
    }
    return undefined;
  }

  /** Helpers that the test calls. Where it puts stand-ins in place, the product's own code makes nothing fail. */
  private async called(
    node: Node,
    def: FunctionDef,
    fixtures: readonly FunctionDef[],
    asserted: readonly number[],
  ): Promise<Drill | undefined> {
    const standsIn = usesStandIns(def);
    for (const { line, to } of [...node.edges, ...node.coroutines]) {
      if (!to || !asserted.some((one) => one > line)) continue;
      for (const { frame } of this.code.graph.reachable([to.frame])) {
        if (standsIn && !this.workspace.roles(frame.fn.module.path).has('test')) continue;
        const helper = await this.code.syntaxOf(frame.fn);
        const found = helper && failingCall(helper, new Origins(helper, fixtures), this.own, yieldLine(helper));
        if (found) return this.drill(line, found.text);
      }
    }
    return undefined;
  }

  private drill(line: number, text: string): Drill {
    return { path: this.module.path, line, text: text.slice(0, 120) };
  }

  private async syntax(functions: readonly Fn[]): Promise<FunctionDef[]> {
    const found: FunctionDef[] = [];
    for (const fn of functions) {
      const def = await this.code.syntaxOf(fn);
      if (def) found.push(def);
    }
    return found;
  }
}

/** Lines on which a test says what must hold. */
function assertionLines(def: FunctionDef): number[] {
  const lines = findAll(def.body, 'Assert').map(({ line }) => line);
  const calls = findAll(def.body, 'Call').filter(({ func }) =>
    /^(?:assert\w*|fail|raises|wait_(?:for|until)\w*)$/.test((dottedName(func) ?? '').split('.').at(-1) ?? ''),
  );
  const raised = findAll(def.body, 'Raise').map(({ line }) => line);
  return [...lines, ...raised, ...calls.map(({ line }) => line)];
}

/** What a fixture does after `yield` clears away. */
function yieldLine(def: FunctionDef): number {
  let line = Infinity;
  walk(def.body, {
    enter(node) {
      if (node.kind === 'FunctionDef') return 'skip';
      if (node.kind === 'Yield') line = Math.min(line, node.line);
      return undefined;
    },
  });
  return line;
}

const usesStandIns = (def: FunctionDef): boolean =>
  def.params.some(({ name }) => /^(?:monkeypatch|mocker|mock_\w+)$/.test(name)) ||
  [...def.decorators, ...findAll(def.body, 'Call').map(({ func }) => func)].some((one) =>
    /(?:^|\.)(?:patch|patch\.object|Mock|MagicMock|AsyncMock)$/.test(
      dottedName(one.kind === 'Call' ? one.func : one) ?? '',
    ),
  );

// ── Calls ──

/** The first call of a function that makes a datastore fail, before a line. */
function failingCall(
  def: FunctionDef,
  origins: Origins,
  own: Targets,
  before = Infinity,
): { line: number; text: string } | undefined {
  const calls: Call[] = [];
  walk(def.body, {
    enter(node) {
      if (node.kind === 'FunctionDef') return 'skip';
      if (node.kind === 'Call' && node.line < before) calls.push(node);
      return undefined;
    },
  });
  for (const call of calls) {
    const text = failure(call, origins, own);
    if (text !== undefined) return { line: call.line, text };
  }
  return undefined;
}

function failure(call: Call, origins: Origins, own: Targets): string | undefined {
  const ran = runByPython(call).find(({ words }) => failureBy(words, own) !== undefined);
  if (ran) return ran.words.join(' ');
  const name = dottedName(call.func) ?? (call.func.kind === 'Attribute' ? call.func.attr : '');
  const method = name.split('.').at(-1) ?? '';
  const given = [...call.args, ...call.keywords.map(({ value }) => value)];
  const said = (): string => `${name}(${given.flatMap(textsIn).join(', ').slice(0, 80)})`;
  if (given.some((one) => one.kind === 'Str' && promotesBySql(one.value))) return said();
  if (asksToFail(method, given)) return said();
  if (call.func.kind !== 'Attribute') return undefined;
  if (method === 'delete_namespaced_pod')
    return given.some((one) => meansStore(one, origins, own)) ? said() : undefined;
  if (LOSS.test(method))
    return meansStore(call.func.value, origins, own) || leads(method, given, origins, own) ? said() : undefined;
  return undefined;
}

/** Clients of Redis, Patroni and clouds that have a verb of their own for it. */
function asksToFail(method: string, given: readonly Expr[]): boolean {
  if (/^(?:sentinel_failover|cluster_failover|failover_db_cluster|test_failover)$/.test(method)) return true;
  const texts = given.flatMap(textsIn);
  if (method === 'reboot_db_instance') return given.some((one) => one.kind === 'Bool' && one.value);
  if (method === 'execute_command') return /^(?:sentinel|cluster)? ?failover/i.test(texts.slice(0, 2).join(' '));
  return method === 'post' && texts.some((text) => /\/(?:switchover|failover)\/?$/.test(text));
}

const LOSS = /^(?:kill|stop|pause|remove|terminate|disconnect|crash|shutdown)$/;

/** `compose.stop("pg-primary")`, `network.disconnect(primary)`: what is taken away is an argument. */
const leads = (method: string, given: readonly Expr[], origins: Origins, own: Targets): boolean =>
  /^(?:kill|stop|pause|disconnect)$/.test(method) && given.slice(0, 1).some((one) => meansStore(one, origins, own));

const IMITATION = /(?:^|\.)(?:Mock|MagicMock|AsyncMock|patch|create_autospec|Process|Popen|Thread|Event)$/;

/** Does an expression stand for a datastore: by the container, the image or the name behind it? */
function meansStore(expr: Expr, origins: Origins, own: Targets): boolean {
  const { calls, texts } = origins.behind(expr);
  if (calls.some((name) => IMITATION.test(name))) return false;
  if (calls.some((name) => /(?:^|\.)(?:Postgres|Redis|Cockroach|Etcd)\w*Container$/.test(name))) return true;
  if (texts.some((text) => text.length < 100 && !/\s/.test(text) && namesStore(text, own))) return true;
  // A fixture of a plugin: only its name tells which of the instances it is.
  return calls.length + texts.length === 0 && namesLeader(dottedName(expr) ?? '');
}
