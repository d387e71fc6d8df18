import type { Workspace } from '../../../core/workspace.js';
import type { Expr, FunctionDef } from '../../../languages/python/ast.js';
import { dottedName } from '../../../languages/python/names.js';
import { findAll } from '../../../languages/python/walk.js';
import type { Fn } from '../../call-graph/program.js';
import { placeOf } from '../serving.js';
import type { Serving } from '../serving.js';
import type { Subject } from '../swap.js';
import { TestCode } from '../test-code.js';

const NEEDLES = ['gather(', 'TaskGroup', 'ThreadPoolExecutor', 'Thread(', 'create_task_group', 'start_soon'];
const AT_ONCE = /(?:^|\.)(?:gather|TaskGroup|create_task_group|ThreadPoolExecutor|Thread)$/;

/** Tests that ask the cached path many times at once, and count how often it is computed. */
export async function stampedeTests(workspace: Workspace, served: Serving): Promise<Subject[]> {
  const tests = workspace.glob('**/*.py').filter((path) => workspace.roles(path).has('test'));
  const named = await workspace.mentioning(tests, NEEDLES);
  if (named.length === 0) return [];
  const code = await TestCode.load(workspace, named);
  const found: Subject[] = [];
  for (const module of code.modules)
    for (const test of code.testsOf(module)) {
      const def = await code.syntaxOf(test);
      if (!def || !asksAtOnce(def) || !countsOne(def) || !reaches(code, test, served)) continue;
      found.push({ path: module.path, line: def.line, what: 'a test of many callers at once' });
    }
  return found;
}

const asksAtOnce = (def: FunctionDef): boolean =>
  findAll(def.body, 'Call').some(({ func }) => AT_ONCE.test(dottedName(func) ?? ''));

/** `assert calls == 1`, `model.predict.assert_called_once()`. */
function countsOne(def: FunctionDef): boolean {
  const isOne = (expr: Expr): boolean => expr.kind === 'Num' && expr.value === 1;
  return (
    findAll(def.body, 'Assert').some(({ test }) =>
      findAll(test, 'Compare').some(({ ops, comparators }) => ops[0] === '==' && comparators.some(isOne)),
    ) ||
    findAll(def.body, 'Call').some(
      ({ func, args }) =>
        func.kind === 'Attribute' &&
        (/^assert_(?:called|awaited)_once/.test(func.attr) || (/^assertEqual$/.test(func.attr) && args.some(isOne))),
    )
  );
}

/** By the call graph, or through a client that asks one of the routes. */
function reaches(code: TestCode, test: Fn, served: Serving): boolean {
  const nodes = code.reach([test]);
  if ([...nodes].some(({ frame }) => served.onTheWay.has(placeOf(frame.fn)))) return true;
  return [...nodes].some(({ frame }) =>
    frame.fn.facts.calls.some(
      ({ func, args: [first] }) =>
        func.t === 'attr' &&
        /^(?:get|post|put|request)$/.test(func.name) &&
        first?.t === 'string' &&
        first.value.startsWith('/'),
    ),
  );
}
