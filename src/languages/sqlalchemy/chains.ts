import type { Call, Expr, PyNode } from '../python/ast.js';
import { dottedName } from '../python/names.js';
import type { QueryFacts, TableName } from '../sql/index.js';
import { CLASS_PREFIX } from './facts.js';

/** A write that stands at one place; what is known beyond that is added to it. */
export const writeFacts = (node: Expr, kind: QueryFacts['kind'], target: TableName): QueryFacts => ({
  kind,
  target,
  line: node.line,
  endLine: node.endLine,
  tables: [],
  predicates: [],
  distances: [],
  paths: [],
  assignments: [],
});

/** The model at the root of a query chain. */
export function queriedModel(expr: Expr): string | undefined {
  let node: Expr = expr;
  for (let hops = 0; hops < 30; hops++) {
    if (node.kind === 'Call') {
      if (node.func.kind === 'Attribute' && node.func.attr === 'query') return modelName(node.args[0]);
      node = node.func;
    } else if (node.kind === 'Attribute') {
      if (node.attr === 'query' && node.value.kind === 'Name') return modelName(node.value);
      node = node.value;
    } else return undefined;
  }
  return undefined;
}

export function modelName(expr: Expr | undefined): string | undefined {
  const name = expr === undefined ? undefined : dottedName(expr)?.split('.').at(-1);
  return name !== undefined && /^[A-Z]/.test(name) ? name : undefined;
}

/** The calls chained onto one: `.where(…)`, `.values(…)`. */
export function chainAbove(call: Call, ancestors: readonly PyNode[]): Call[] {
  const chain: Call[] = [];
  let inner: PyNode = call;
  for (const node of [...ancestors].reverse()) {
    if (node.kind === 'Attribute' && node.value === inner) inner = node;
    else if (node.kind === 'Call' && node.func === inner) {
      chain.push(node);
      inner = node;
    } else break;
  }
  return chain;
}

export function filtersOf(expr: Expr): QueryFacts['predicates'] {
  const found: QueryFacts['predicates'][number][] = [];
  let node: Expr = expr;
  for (let hops = 0; hops < 30; hops++) {
    if (node.kind === 'Call') {
      found.push(...conditionsOf(node));
      node = node.func;
    } else if (node.kind === 'Attribute') node = node.value;
    else break;
  }
  return found;
}

/** `filter(Model.a == x)`, `where(…)`, `filter_by(a=x)` as plain predicates: which column, which operator. */
export function conditionsOf(call: Call): QueryFacts['predicates'][number][] {
  if (call.func.kind !== 'Attribute' || !/^(where|filter|filter_by)$/.test(call.func.attr)) return [];
  const named = call.keywords.flatMap((item) =>
    item.name === undefined ? [] : [predicate(item.name, '=', item.line)],
  );
  return [...named, ...call.args.flatMap((argument) => comparison(argument))];
}

function comparison(expr: Expr): QueryFacts['predicates'][number][] {
  if (expr.kind === 'Compare' && expr.left.kind === 'Attribute' && dottedName(expr.left) !== undefined) {
    const none = expr.comparators[0]?.kind === 'None';
    return [
      predicate(
        expr.left.attr,
        none ? 'IS NULL' : (expr.ops[0] ?? '=').replace('==', '='),
        expr.line,
        modelName(expr.left.value),
      ),
    ];
  }
  if (
    expr.kind === 'Call' &&
    expr.func.kind === 'Attribute' &&
    expr.func.value.kind === 'Attribute' &&
    dottedName(expr.func.value) !== undefined
  ) {
    const isNull =
      /^is_?$/.test(expr.func.attr) &&
      (expr.args[0]?.kind === 'None' ||
        (expr.args[0]?.kind === 'Call' && (dottedName(expr.args[0].func) ?? '').endsWith('null')));
    return [predicate(expr.func.value.attr, isNull ? 'IS NULL' : expr.func.attr, expr.line)];
  }
  return [];
}

const predicate = (
  column: string,
  operator: string,
  line: number,
  model?: string,
): QueryFacts['predicates'][number] => ({
  clause: 'where',
  conjunct: true,
  operator,
  left: {
    expression: column,
    column: { name: column, ...(model === undefined ? {} : { table: { name: `${CLASS_PREFIX}${model}` } }) },
    constant: false,
  },
  right: { expression: '$', constant: true },
  line,
});
