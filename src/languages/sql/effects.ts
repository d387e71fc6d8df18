import type { FuncCall, Node, SelectStmt } from 'libpg-query';
import { asNode, integerOf, literalString, nameOf, strings } from './ast.js';
import type { DdlContext, SchemaChange } from './changes.js';

export function sessionState(node: Node, context: DdlContext): SchemaChange[] | undefined {
  const statement = asNode(node, 'VariableSetStmt');
  if (statement === undefined) return undefined;
  if (statement.name !== 'search_path' || statement.kind !== 'VAR_SET_VALUE') return [];
  const schemas = (statement.args ?? []).flatMap((argument) => literalString(argument) ?? []);
  return [{ kind: 'search-path', schemas, line: context.line }];
}

/** `SELECT f(…)` and `SELECT … FROM f(…)`. */
export function selectEffects(statement: SelectStmt, context: DdlContext): SchemaChange[] {
  const listed = (statement.targetList ?? []).map((node) => asNode(node, 'ResTarget')?.val);
  const ranges = (statement.fromClause ?? []).flatMap((node) => asNode(node, 'RangeFunction')?.functions ?? []);
  const ranged = ranges.map((node) => asNode(node, 'List')?.items?.[0]);
  return [...listed, ...ranged].flatMap((node) => {
    const call = asNode(node, 'FuncCall');
    return call === undefined ? [] : callEffects(call, false, context);
  });
}

/**
 * What calling a routine does: Citus' distribution, `set_config('search_path', …)`, or what the history says of the
 * routine, which the fold knows.
 */
export function callEffects(call: FuncCall, procedure: boolean, context: DdlContext): SchemaChange[] {
  const { line, endLine } = context;
  const name = nameOf(strings(call.funcname));
  if (name === undefined) return [];
  const texts = (call.args ?? []).flatMap((argument) => literalString(argument) ?? []);
  const first = literalString(call.args?.[0]);
  if (first !== undefined && integerOf(call.args?.[0]) === undefined) {
    if (name.name === 'create_distributed_table') {
      const table = nameOf(first.split('.')) ?? { name: first };
      return [{ kind: 'distribute', table, column: literalString(call.args?.[1]), line }];
    }
    if (name.name === 'set_config' && first === 'search_path')
      return [{ kind: 'search-path', schemas: pathOf(literalString(call.args?.[1]) ?? ''), line }];
  }
  return [{ kind: 'call-routine', name, procedure, texts, line, endLine }];
}

const pathOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
