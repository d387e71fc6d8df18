import type { Expr } from '../python/ast.js';
import { findAll } from '../python/walk.js';
import type { Environment } from './evaluate.js';

/**
 * True or false when a test asks for the dialect by name (`bind.dialect.name == "postgresql"`), read for PostgreSQL;
 * undefined for every other question.
 */
export function dialectTest(test: Expr, env: Environment): boolean | undefined {
  if (test.kind === 'UnaryOp' && test.op === 'not') {
    const inner = dialectTest(test.operand, env);
    return inner === undefined ? undefined : !inner;
  }
  if (test.kind === 'Name') {
    const value = env.resolve(test);
    return value === undefined || value.kind === 'Name' ? undefined : dialectTest(value, env);
  }
  if (test.kind === 'Call') return startsWith(test, env);
  if (test.kind !== 'Compare' || test.comparators.length !== 1) return undefined;
  if (![test.left, test.comparators[0]].some((side) => isDialectName(side, env))) return undefined;
  const named = env.string(test.comparators[0]) ?? env.string(test.left);
  const listed = env.strings(test.comparators[0]);
  const matches = named === undefined ? listed?.some(isPostgres) : isPostgres(named);
  if (matches === undefined) return undefined;
  return test.ops[0] === '==' || test.ops[0] === 'in' ? matches : !matches;
}

/** `dialect.name.startswith("postgres")`. */
function startsWith(test: Extract<Expr, { kind: 'Call' }>, env: Environment): boolean | undefined {
  if (test.func.kind !== 'Attribute' || test.func.attr !== 'startswith') return undefined;
  const prefix = env.string(test.args[0]);
  return prefix !== undefined && isDialectName(test.func.value, env) ? 'postgresql'.startsWith(prefix) : undefined;
}

function isDialectName(expr: Expr | undefined, env: Environment): boolean {
  const side = env.resolve(expr);
  if (side?.kind !== 'Attribute' || side.attr !== 'name') return false;
  return (
    findAll(side, 'Attribute').some((node) => /^(dialect|bind|engine|get_bind)$/.test(node.attr)) ||
    findAll(side.value, 'Name').some((node) => node.id === 'dialect')
  );
}

const isPostgres = (name: string): boolean => /^(postgres|postgresql|psycopg2?|asyncpg)/.test(name);
