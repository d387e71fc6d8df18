import type { Expr, FunctionDef, Module, PyNode, Stmt } from '../../../languages/python/ast.js';
import { dottedName, qualifiedName } from '../../../languages/python/names.js';
import type { ImportNames } from '../../../languages/python/names.js';
import { findAll, walk } from '../../../languages/python/walk.js';
import type { Assertion, LoadTest } from '../../../languages/load-script/facts.js';
import type { Numbers } from './numbers.js';

/** Events after which a run can still be failed. */
const AT_THE_END = /(?:^|\.)events\.(?:quitting|quit|test_stop)\.add_listener$/;
const FAILED = /^(?:fail_ratio|num_failures|current_fail_per_sec|errors|failures)$/;
const SLOWEST = /^(?:max_response_time|get_response_time_percentile|get_current_response_time_percentile)$/;
const AVERAGE = /^(?:avg_response_time|median_response_time|total_avg_response_time|min_response_time)$/;

/** A condition under which the run is failed. */
interface Condition {
  readonly test: Expr;
  /** Local names of the function around it. */
  readonly names: ReadonlyMap<string, Expr>;
}

/**
 * What a Locust file makes of its statistics. Locust itself ends with 1 after any failed request, unless a listener sets
 * `process_exit_code` to something else than None or exits by itself. One that only ever sets 1 (for more than 5 % of failures, say)
 * takes nothing away from that; one that can end with 0 decides alone. Seen with Locust 2.47, `bench/scenarios/locust_exit.py`.
 */
export function judgedBy(
  tree: Module,
  imports: ImportNames,
  numbers: Numbers,
): Pick<LoadTest, 'failures' | 'latency' | 'limits'> {
  const functions = reached(tree, listeners(tree, imports));
  const conditions = functions.flatMap((one) => failing(one));
  const decides = functions.some(
    (one) =>
      findAll(one.body, 'Assign').some(
        (node) => exitCode(node) === 0 || (isExitCode(node) && node.value.kind === 'IfExp'),
      ) || findAll(one.body, 'Call').some(exitsWell),
  );
  const found = conditions.flatMap((one) => parts(one.test).map((test) => about(test, one.names, numbers)));
  const failures = strongest(found.flatMap((one) => (one?.kind === 'failures' ? one.verdict : [])));
  const latency = found.flatMap((one) => (one?.kind === 'latency' ? one : []));
  const limits = { max: lowest(latency, 'max'), p99: lowest(latency, 'p99') };
  return {
    failures: decides ? failures : 'asserted',
    latency: strongest(latency.map(({ verdict }) => verdict)),
    ...(limits.max === undefined && limits.p99 === undefined
      ? {}
      : {
          limits: {
            ...(limits.max === undefined ? {} : { max: limits.max }),
            ...(limits.p99 === undefined ? {} : { p99: limits.p99 }),
          },
        }),
  };
}

function listeners(tree: Module, imports: ImportNames): FunctionDef[] {
  const functions = findAll(tree, 'FunctionDef');
  const decorated = functions.filter(({ decorators }) =>
    decorators.some((one) => AT_THE_END.test(qualifiedName(one.kind === 'Call' ? one.func : one, imports) ?? '')),
  );
  const added = findAll(tree, 'Call')
    .filter(({ func }) => AT_THE_END.test(qualifiedName(func, imports) ?? ''))
    .flatMap(({ args }) => dottedName(args[0]) ?? []);
  return [...new Set([...decorated, ...functions.filter(({ name }) => added.includes(name))])];
}

/** The listeners and the functions of the file that they call, on and on. */
function reached(tree: Module, first: readonly FunctionDef[]): FunctionDef[] {
  const functions = new Map(findAll(tree, 'FunctionDef').map((one) => [one.name, one]));
  const found = new Set(first);
  for (const one of found)
    for (const { func } of findAll(one.body, 'Call')) {
      const called = functions.get((dottedName(func) ?? '').split('.').at(-1) ?? '');
      if (called) found.add(called);
    }
  return [...found];
}

/** Conditions that lead to a failing exit code, an exception or an exit. */
function failing(def: FunctionDef): Condition[] {
  const names = new Map<string, Expr>();
  const tests: Expr[] = [];
  walk(def.body, {
    enter(node) {
      if (node.kind === 'Assign') {
        for (const target of node.targets) if (target.kind === 'Name') names.set(target.id, node.value);
        if (isExitCode(node) && node.value.kind === 'IfExp') tests.push(node.value.test);
        if (isExitCode(node) && node.value.kind === 'Call') tests.push(...node.value.args);
      }
      if (node.kind === 'IfClause' && node.body.some(fails)) tests.push(node.test);
      // An assertion says what must hold; its opposite fails the run.
      if (node.kind === 'Assert') tests.push({ ...node.test, kind: 'UnaryOp', op: 'not', operand: node.test });
      return undefined;
    },
  });
  return tests.map((test) => ({ test, names }));
}

function fails(stmt: Stmt): boolean {
  let found = false;
  walk(stmt, {
    enter(node) {
      if (node.kind === 'Raise') found = true;
      else if (node.kind === 'Assign' && isExitCode(node)) found ||= exitCode(node) !== 0;
      else if (node.kind === 'Call' && /^(?:sys\.exit|exit|quit|os\._exit)$/.test(dottedName(node.func) ?? ''))
        found ||= !(node.args[0]?.kind === 'Num' && node.args[0].value === 0);
      return node.kind === 'FunctionDef' ? 'skip' : undefined;
    },
  });
  return found;
}

const exitsWell = (call: Extract<Expr, { kind: 'Call' }>): boolean =>
  /^(?:sys\.exit|exit|quit|os\._exit)$/.test(dottedName(call.func) ?? '') &&
  (call.args.length === 0 || (call.args[0]?.kind === 'Num' && call.args[0].value === 0));

type Assignment = Extract<PyNode, { kind: 'Assign' }>;
const isExitCode = ({ targets }: Assignment): boolean =>
  targets.some((target) => target.kind === 'Attribute' && target.attr === 'process_exit_code');
const exitCode = (node: Assignment): number | undefined =>
  isExitCode(node) && node.value.kind === 'Num' ? node.value.value : undefined;

/** Either side of an `or` fails the run by itself; of a negated `and` each part. */
function parts(test: Expr): Expr[] {
  if (test.kind === 'BoolOp') return test.values.flatMap(parts);
  return test.kind === 'UnaryOp' && test.op === 'not' ? parts(test.operand) : [test];
}

interface About {
  readonly kind: 'failures' | 'latency';
  readonly verdict: Assertion;
  readonly statistic?: 'max' | 'p99';
  readonly limit?: number;
}

function about(test: Expr, names: ReadonlyMap<string, Expr>, numbers: Numbers): About | undefined {
  const sides = test.kind === 'Compare' ? [test.left, ...test.comparators] : [test];
  const words = sides.flatMap((side) => wordsOf(side, names));
  const [limit] = sides.flatMap((side) => numbers.valueOf(side) ?? []);
  if (words.some((word) => FAILED.test(word)))
    return { kind: 'failures', verdict: limit === undefined || limit === 0 || limit === 1 ? 'asserted' : 'loose' };
  if (words.some((word) => SLOWEST.test(word))) {
    const statistic = words.includes('max_response_time') ? 'max' : isP99(sides, names, numbers) ? 'p99' : undefined;
    return {
      kind: 'latency',
      verdict: 'asserted',
      ...(statistic === undefined ? {} : { statistic }),
      ...(limit === undefined ? {} : { limit }),
    };
  }
  return words.some((word) => AVERAGE.test(word)) ? { kind: 'latency', verdict: 'loose' } : undefined;
}

/** Attributes and methods of an expression, and of what its names were given. */
function wordsOf(expr: Expr, names: ReadonlyMap<string, Expr>, depth = 0): string[] {
  const words: string[] = [];
  walk(expr, {
    enter(node) {
      if (node.kind === 'Attribute') words.push(node.attr);
      const given = node.kind === 'Name' && depth < 4 ? names.get(node.id) : undefined;
      if (given) words.push(...wordsOf(given, names, depth + 1));
      return undefined;
    },
  });
  return words;
}

function isP99(sides: readonly Expr[], names: ReadonlyMap<string, Expr>, numbers: Numbers): boolean {
  const given = sides.map((side) => (side.kind === 'Name' ? (names.get(side.id) ?? side) : side));
  return given.flatMap((side) => findAll(side, 'Call')).some(({ args: [share] }) => numbers.valueOf(share) === 0.99);
}

const strongest = (verdicts: readonly Assertion[]): Assertion =>
  verdicts.includes('asserted') ? 'asserted' : verdicts.includes('loose') ? 'loose' : 'none';

function lowest(found: readonly About[], statistic: 'max' | 'p99'): number | undefined {
  const limits = found.flatMap((one) => (one.statistic === statistic && one.limit !== undefined ? one.limit : []));
  return limits.length === 0 ? undefined : Math.min(...limits);
}
