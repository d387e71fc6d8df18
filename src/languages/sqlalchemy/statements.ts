import type { Call, Expr, PyNode } from '../python/ast.js';
import { dottedName } from '../python/names.js';
import { findAll } from '../python/walk.js';
import { HOLE } from '../sql/index.js';
import type { QueryFacts } from '../sql/index.js';
import { chainAbove, conditionsOf, filtersOf, modelName, queriedModel, writeFacts } from './chains.js';
import { argumentOf, keyword } from './evaluate.js';
import type { Environment } from './evaluate.js';
import { builtFilter, builtSql } from './expressions.js';
import { CLASS_PREFIX } from './facts.js';

/** A write that SQLAlchemy or pandas makes without SQL in sight. Undefined for every other call. */
export function builtWrite(call: Call, ancestors: readonly PyNode[], env: Environment): QueryFacts | undefined {
  return (
    frameWrite(call, env) ??
    queryWrite(call, env) ??
    statementWrite(call, ancestors, env) ??
    upsert(call, ancestors, env) ??
    bulkUpdate(call)
  );
}

/** `frame.to_sql("table", engine, if_exists="replace")` drops the table and makes it anew. */
function frameWrite(call: Call, env: Environment): QueryFacts | undefined {
  if (call.func.kind !== 'Attribute' || !/^(to_sql|to_gbq|write_database)$/.test(call.func.attr)) return undefined;
  const name = env.string(argumentOf(call, 0, 'name', 'destination_table', 'table_name'));
  const schema = env.string(keyword(call, 'schema'));
  if (name === undefined) return undefined;
  const mode =
    env.string(argumentOf(call, call.func.attr === 'to_sql' ? 3 : undefined, 'if_exists', 'if_table_exists')) ?? 'fail';
  const target = schema === undefined ? { name } : { schema, name };
  return writeFacts(call, mode === 'replace' ? 'truncate' : 'insert', target);
}

/** `session.query(Model).filter(…).update({…})` and `.delete()`; `Model.query.filter_by(…).delete()`. */
function queryWrite(call: Call, env: Environment): QueryFacts | undefined {
  if (call.func.kind !== 'Attribute' || !/^(update|delete)$/.test(call.func.attr)) return undefined;
  const model = queriedModel(call.func.value);
  if (model === undefined) return undefined;
  const values = env.resolve(call.args[0]);
  const entries = values?.kind === 'Dict' ? values.entries : [];
  const assignments = entries.flatMap((entry) => {
    const column = env.string(entry.key) ?? (entry.key?.kind === 'Attribute' ? entry.key.attr : undefined);
    return column === undefined ? [] : [{ column, value: entry.value.kind }];
  });
  const kind = call.func.attr === 'update' ? 'update' : 'delete';
  return {
    ...writeFacts(call, kind, { name: `${CLASS_PREFIX}${model}` }),
    assignments,
    predicates: filtersOf(call.func.value),
  };
}

/** `update(Model).where(…).values(…)`, `sa.delete(Model)`, `table.update()`. Reported at the call that names the table. */
function statementWrite(call: Call, ancestors: readonly PyNode[], env: Environment): QueryFacts | undefined {
  const name = env.last(call.func);
  if (name !== 'update' && name !== 'delete') return undefined;
  const bare =
    call.func.kind === 'Name'
      ? /^sqlalchemy(\.|$)|^sqlmodel(\.|$)/.test(env.imports.get(call.func.id) ?? '')
      : /^(sa|sqlalchemy|db)\.(update|delete)$/.test(dottedName(call.func) ?? '');
  const argument = call.args[0];
  const model = bare && argument !== undefined ? (modelName(argument) ?? lowerTable(argument)) : undefined;
  if (model === undefined) return undefined;
  const outer = chainAbove(call, ancestors);
  const values = outer.find((each) => each.func.kind === 'Attribute' && each.func.attr === 'values');
  const assignments = (values?.keywords ?? []).flatMap((item) =>
    item.name === undefined ? [] : [{ column: item.name, value: item.value.kind }],
  );
  const end = outer.at(-1) ?? call;
  return {
    ...writeFacts(call, name, { name: `${CLASS_PREFIX}${model}` }),
    endLine: end.endLine,
    assignments,
    predicates: outer.flatMap((each) => conditionsOf(each)),
  };
}

/** `update(features)`: a `Table` in a variable. */
const lowerTable = (expr: Expr): string | undefined =>
  expr.kind === 'Name' || expr.kind === 'Attribute' ? dottedName(expr)?.split('.').at(-1) : undefined;

/** The `where`s of the chain that a condition stands in, its own among them. */
function filterCalls(ancestors: readonly PyNode[]): { calls: readonly Call[]; whole: boolean } {
  const at = ancestors.findLastIndex((node) => node.kind === 'Call' && isFilter(node));
  const call = ancestors[at];
  if (call?.kind !== 'Call') return { calls: [], whole: false };
  const above = chainAbove(call, ancestors.slice(0, at));
  const below: Call[] = [];
  let base: Expr = call;
  for (let hops = 0; hops < 30 && (base.kind === 'Call' || base.kind === 'Attribute'); hops++) {
    if (base.kind === 'Call' && base !== call) below.push(base);
    base = base.kind === 'Call' ? base.func : base.value;
  }
  // A statement kept in a variable may get more conditions; `query(Model)` and `select(Model)` begin with none.
  const top = ancestors[at - 2 * above.length - 1];
  const begins = base.kind === 'Name' && (below.length > 0 || base.id === 'select');
  const whole = begins && top?.kind !== 'Assign' && top?.kind !== 'AnnAssign' && top?.kind !== 'Return';
  return { calls: [call, ...above, ...below].filter(isFilter), whole };
}

const isFilter = (call: Call): boolean =>
  call.func.kind === 'Attribute' && /^(where|filter|filter_by)$/.test(call.func.attr);

/** What is ANDed with a condition: the other arguments of its `where`, and the other `where`s of the chain. */
export function siblingConditions(ancestors: readonly PyNode[]): QueryFacts['predicates'] {
  return filterCalls(ancestors)
    .calls.flatMap(conditionsOf)
    .flatMap((each) => (each.operator === '=' ? [each] : each.operator === 'in_' ? [{ ...each, operator: 'IN' }] : []));
}

/** The same as SQL, of one model, its own condition among them. */
export function siblingSql(
  ancestors: readonly PyNode[],
  owner: string,
  env: Environment,
): { sql: readonly string[]; whole: boolean } {
  const { calls, whole } = filterCalls(ancestors);
  const sql = calls.flatMap((call) => [
    ...call.args.flatMap((argument) => {
      const built = builtFilter(argument, env);
      return built === undefined ? [HOLE] : built.owner === owner ? [`(${built.sql})`] : [];
    }),
    ...call.keywords.flatMap(({ name, value }) =>
      name === undefined ? [HOLE] : [`("${name}" = ${builtSql(value, env).sql})`],
    ),
  ]);
  return { sql, whole };
}

/** `insert(Model).values(…).on_conflict_do_update(index_elements=[…], set_={…})`. */
function upsert(call: Call, ancestors: readonly PyNode[], env: Environment): QueryFacts | undefined {
  if (call.func.kind !== 'Attribute' || call.func.attr !== 'on_conflict_do_update') return undefined;
  const statement = env.resolve(call.func.value) ?? call.func.value;
  const model = insertedModel(assignedBefore(statement, call, ancestors) ?? statement, env);
  if (model === undefined) return undefined;
  const elements = env.elements(keyword(call, 'index_elements')) ?? [];
  const columns = elements.flatMap(
    (element) => env.string(element) ?? (element.kind === 'Attribute' ? element.attr : []),
  );
  const constraint = env.string(keyword(call, 'constraint'));
  const conflict = { action: 'update' as const, columns, ...(constraint === undefined ? {} : { constraint }) };
  return { ...writeFacts(call, 'insert', { name: `${CLASS_PREFIX}${model}` }), conflict };
}

/** What a name was given in the same function, last before the call: `stmt = insert(Model)`, then `stmt.on_conflict_do_update(…)`. */
function assignedBefore(expr: Expr, call: Call, ancestors: readonly PyNode[]): Expr | undefined {
  const scope = ancestors.findLast((node) => node.kind === 'FunctionDef');
  if (expr.kind !== 'Name' || scope === undefined) return undefined;
  const isTarget = (target: Expr): boolean => target.kind === 'Name' && target.id === expr.id;
  return findAll(scope.body, 'Assign').findLast(({ targets, line }) => line < call.line && targets.some(isTarget))
    ?.value;
}

/** `session.bulk_update_mappings(Model, rows)`: every row by its primary key. */
function bulkUpdate(call: Call): QueryFacts | undefined {
  if (call.func.kind !== 'Attribute' || call.func.attr !== 'bulk_update_mappings') return undefined;
  const model = modelName(call.args[0]);
  return model === undefined ? undefined : writeFacts(call, 'update', { name: `${CLASS_PREFIX}${model}` });
}

function insertedModel(expr: Expr, env: Environment): string | undefined {
  let node: Expr = expr;
  for (let hops = 0; hops < 30; hops++) {
    if (node.kind === 'Call') {
      if (/^(insert|pg_insert)$/.test(env.last(node.func)) && node.args[0] !== undefined)
        return modelName(node.args[0]) ?? lowerTable(node.args[0]);
      node = node.func;
    } else if (node.kind === 'Attribute') node = node.value;
    else return undefined;
  }
  return undefined;
}
