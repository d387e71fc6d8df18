import type { ClassDef, Expr, FunctionDef, Stmt } from '../python/ast.js';
import { dottedName } from '../python/names.js';
import { dialectTest } from './dialect-test.js';
import type { Environment } from './evaluate.js';
import type { ColumnTypeText } from './types.js';

/**
 * What a column type written as a class is in PostgreSQL: what `load_dialect_impl` gives that dialect, else `impl`, else
 * what its base class is.
 * @param typeOf reads the type of an expression
 */
export function decoratedType(
  node: ClassDef,
  env: Environment,
  typeOf: (expr: Expr) => ColumnTypeText,
): ColumnTypeText {
  const loads = node.body.find(
    (statement): statement is FunctionDef => statement.kind === 'FunctionDef' && statement.name === 'load_dialect_impl',
  );
  const dialects = loads === undefined ? undefined : chosen(loads.body, env);
  if (dialects === 'unknown') return { type: node.name, unknown: true };
  if (dialects !== undefined) return typeOf(dialects);
  const impl = node.body.map((statement) => assigned(statement, 'impl')).find((value) => value !== undefined);
  if (impl !== undefined) return typeOf(impl);
  const bases = node.bases.filter(
    (base) => !/(^|\.)(TypeDecorator|UserDefinedType|TypeEngine|Generic)$/.test(nameOf(base)),
  );
  const read = bases.filter((base) => nameOf(base) !== node.name).map(typeOf);
  return read.find((type) => type.unknown !== true || type.project !== undefined) ?? { type: node.name, unknown: true };
}

/** Whether a class may be a column type at all: by a base that says so. */
export const isColumnType = (node: ClassDef): boolean =>
  node.bases.some((base) => /(^|\.)(TypeDecorator|UserDefinedType)$/.test(nameOf(base)));

/** `TypeDecorator[Any]` is `TypeDecorator`. */
const nameOf = (base: Expr): string => dottedName(base.kind === 'Subscript' ? base.value : base) ?? '';

function assigned(statement: Stmt, name: string): Expr | undefined {
  const target =
    statement.kind === 'Assign' ? statement.targets[0] : statement.kind === 'AnnAssign' ? statement.target : undefined;
  if (target?.kind !== 'Name' || target.id !== name) return undefined;
  return statement.kind === 'Assign' || statement.kind === 'AnnAssign' ? statement.value : undefined;
}

/** The type that the first `return` PostgreSQL reaches hands back; undefined when that is what the class has anyway. */
function chosen(body: readonly Stmt[], env: Environment): Expr | 'unknown' | undefined {
  let local = env;
  for (const statement of body) {
    if (statement.kind === 'Assign' && statement.targets[0]?.kind === 'Name')
      local = local.with([[statement.targets[0].id, statement.value]]);
    if (statement.kind === 'Return')
      return statement.value === undefined ? undefined : described(statement.value, local);
    if (statement.kind === 'Raise') return 'unknown';
    if (statement.kind !== 'If') continue;
    let decided = false;
    for (const clause of statement.clauses) {
      const answer = dialectTest(clause.test, local);
      if (answer === undefined) return 'unknown';
      if (!answer) continue;
      const found = chosen(clause.body, local);
      if (found !== undefined || returns(clause.body)) return found;
      decided = true;
      break;
    }
    if (decided) continue;
    const found = chosen(statement.orelse, local);
    if (found !== undefined || returns(statement.orelse)) return found;
  }
  return undefined;
}

const returns = (body: readonly Stmt[]): boolean => body.some((statement) => statement.kind === 'Return');

/** `dialect.type_descriptor(JSONB())` is JSONB; `super().load_dialect_impl(dialect)` and `self.impl` are what `impl` says. */
function described(value: Expr, env: Environment): Expr | 'unknown' | undefined {
  const node = env.resolve(value) ?? value;
  if (node.kind === 'IfExp') {
    const answer = dialectTest(node.test, env);
    return answer === undefined ? 'unknown' : described(answer ? node.body : node.orelse, env);
  }
  if (node.kind === 'Call' && node.func.kind === 'Attribute') {
    if (node.func.attr === 'type_descriptor')
      return node.args[0] === undefined ? 'unknown' : described(node.args[0], env);
    if (node.func.attr === 'load_dialect_impl') return undefined;
  }
  const name = dottedName(node.kind === 'Call' ? node.func : node) ?? '';
  return name.startsWith('self.') ? undefined : node;
}
