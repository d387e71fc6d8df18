import type { ColumnRef, Node } from 'libpg-query';
import { asNode, integerOf, literalString, stringOf, strings, tagOf } from './ast.js';
import type { TableName } from './changes.js';
import type { ColumnName, JsonAccess, JsonPath, Operand } from './facts.js';
import { printExpression } from './print.js';
import { HOLE } from './split.js';

/** Deeper parts of an expression are not looked at; the walkers recurse. */
const MAX_DEPTH = 150;

/** Which table an alias means. `derived`: a subquery, a function or a CTE. */
export class Scope {
  private readonly names = new Map<string, TableName | 'derived'>();

  /** @param id tells the parts of one query apart */
  constructor(
    private readonly outer?: Scope,
    readonly id = 0,
  ) {}

  add(name: string, table: TableName | 'derived'): void {
    this.names.set(name, table);
  }

  resolve(reference: ColumnRef): ColumnName | undefined {
    const parts = strings(reference.fields);
    const name = parts.at(-1);
    if (name === undefined || parts.length !== (reference.fields ?? []).length || name.startsWith(HOLE))
      return undefined;
    const qualifier = parts.at(-2);
    const table = qualifier === undefined ? (this.names.get(name) ?? this.only()) : this.lookup(qualifier);
    // What a subquery or a function returns is no column that an index could be on.
    if (table === 'derived') return undefined;
    if (table === undefined || (qualifier === undefined && this.names.has(name))) return { name };
    return qualifier === undefined || this.names.size < 2 ? { table, name } : { table, name, alias: qualifier };
  }

  private only(): TableName | 'derived' | undefined {
    return this.names.size === 1 ? [...this.names.values()][0] : undefined;
  }

  private lookup(name: string): TableName | 'derived' | undefined {
    return this.names.get(name) ?? this.outer?.lookup(name);
  }
}

export const ARROWS: ReadonlySet<string> = new Set(['->', '->>', '#>', '#>>']);

export function readOperand(node: Node | undefined, scope: Scope): Operand {
  const reference = asNode(unwrap(node), 'ColumnRef');
  const column = reference === undefined ? undefined : scope.resolve(reference);
  const json = findJsonAccess(node, scope);
  return {
    expression: printExpression(node),
    ...(column === undefined ? {} : { column }),
    ...(json === undefined ? {} : { json }),
    constant: !mentionsColumn(node, 0),
  };
}

/** A column behind a cast is still that column. */
function unwrap(node: Node | undefined): Node | undefined {
  const cast = asNode(node, 'TypeCast');
  return cast === undefined ? node : unwrap(cast.arg);
}

/** The first JSON access in an operand, looking through casts, calls and operators, not into CASE or subqueries. */
function findJsonAccess(node: Node | undefined, scope: Scope, depth = 0): JsonAccess | undefined {
  if (node === undefined || depth > MAX_DEPTH) return undefined;
  const access = jsonAccess(node, scope, depth);
  if (access !== undefined) return access;
  const call = asNode(node, 'FuncCall');
  const expression = asNode(node, 'A_Expr');
  const children = [
    asNode(node, 'TypeCast')?.arg,
    ...(call?.args ?? []),
    ...(asNode(node, 'CoalesceExpr')?.args ?? []),
    expression?.lexpr,
    expression?.rexpr,
  ];
  for (const child of children) {
    const found = findJsonAccess(child, scope, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The access that `node` itself is: `(data -> 'a') ->> 'b'`. */
function jsonAccess(node: Node, scope: Scope, depth = 0): JsonAccess | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const subscript = subscripted(node, scope) ?? extracted(node, scope);
  if (subscript !== undefined) return subscript;
  const expression = asNode(node, 'A_Expr');
  const operator = strings(expression?.name).at(-1) ?? '';
  if (expression?.lexpr === undefined || !ARROWS.has(operator)) return undefined;
  const steps = stepsOf(expression.rexpr, operator);
  const left = stripCasts(expression.lexpr);
  const inner = jsonAccess(left, scope, depth + 1);
  const column = inner?.column ?? columnOf(left, scope);
  if (column === undefined) return undefined;
  return { operator: operator as JsonAccess['operator'], column, steps: [...(inner?.steps ?? []), ...steps] };
}

const stripCasts = (node: Node): Node => unwrap(node) ?? node;

function columnOf(node: Node, scope: Scope): ColumnName | undefined {
  const reference = asNode(node, 'ColumnRef');
  return reference === undefined ? undefined : scope.resolve(reference);
}

/** `data['a']['b']`, PostgreSQL 14. */
function subscripted(node: Node, scope: Scope): JsonAccess | undefined {
  const indirection = asNode(node, 'A_Indirection');
  const reference = asNode(indirection?.arg, 'ColumnRef');
  const column = reference === undefined ? undefined : scope.resolve(reference);
  const steps = (indirection?.indirection ?? []).map((item) => literalString(asNode(item, 'A_Indices')?.uidx));
  if (column === undefined || steps.length === 0 || steps.includes(undefined)) return undefined;
  return { operator: '[]', column, steps: steps.flatMap((step) => step ?? []) };
}

/** `jsonb_extract_path_text(data, 'a', 'b')` is what `#>>` calls. */
function extracted(node: Node, scope: Scope): JsonAccess | undefined {
  const call = asNode(node, 'FuncCall');
  const name = /^jsonb?_extract_path(_text)?$/.exec(strings(call?.funcname).at(-1) ?? '');
  const [document, ...keys] = call?.args ?? [];
  if (name === null || document === undefined || keys.length === 0) return undefined;
  const column = columnOf(stripCasts(document), scope);
  if (column === undefined) return undefined;
  const steps = keys.flatMap((key) => stepsOf(key, '->'));
  return { operator: name[1] === undefined ? '#>' : '#>>', column, steps };
}

function stepsOf(node: Node | undefined, operator: string): string[] {
  const text = literalString(node) ?? integerOf(node)?.toString();
  if (operator.startsWith('#'))
    return text === undefined
      ? ['?']
      : text
          .replace(/^\{|\}$/g, '')
          .split(',')
          .map((step) => step.trim());
  return [text ?? '?'];
}

function mentionsColumn(node: Node | undefined, depth: number): boolean {
  let found = false;
  walk(
    node,
    (visited) => {
      const reference = asNode(visited, 'ColumnRef');
      if (reference !== undefined && !(stringOf(reference.fields?.[0]) ?? '').startsWith(HOLE)) found = true;
      return !found;
    },
    depth,
  );
  return found;
}

/** Visits every node of a tree, parents first. `visit` returns false to stay out of the children. */
export function walk(node: unknown, visit: (node: Node) => boolean, depth = 0): void {
  if (typeof node !== 'object' || node === null || depth > MAX_DEPTH * 2) return;
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit, depth + 1);
    return;
  }
  const keys = Object.keys(node);
  const isNode = keys.length === 1 && /^[A-Z]/.test(keys[0] ?? '');
  if (isNode && !visit(node as Node)) return;
  for (const value of Object.values(node)) walk(value, visit, depth + 1);
}

const PATHS = new Set<string>(['A_Expr', 'A_Indirection', 'FuncCall']);

/** Every JSON path of two steps or more below `node`; only the longest of a chain. */
export function jsonPaths(node: unknown, scope: Scope, lineOf: (location: number | undefined) => number): JsonPath[] {
  const paths: JsonPath[] = [];
  walk(node, (visited) => {
    const access = PATHS.has(tagOf(visited)) ? jsonAccess(visited, scope) : undefined;
    if (access === undefined) return true;
    const line = lineOf(asNode(visited, 'A_Expr')?.location ?? asNode(visited, 'FuncCall')?.location);
    if (access.steps.length > 1) paths.push({ column: access.column.name, steps: access.steps, line });
    return false;
  });
  return paths;
}
