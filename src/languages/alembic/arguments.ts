import type { Call, Comprehension, Expr, FunctionDef, Keyword, Param } from '../python/ast.js';
import type { Environment } from '../sqlalchemy/evaluate.js';

export type Functions = ReadonlyMap<string, FunctionDef>;

/** Lists of columns are short; longer ones are not followed. */
const MAX_ITEMS = 500;
const MAX_DEPTH = 8;

/** The parameters of a function of the same file and what a call gives them; `*args` is a list, `**kwargs` a dictionary. */
export function bound(call: Call, params: readonly Param[], env: Environment): (readonly [string, Expr])[] {
  const known = (value: Expr): Expr => env.resolve(value) ?? value;
  const positional = params.filter(({ style }) => style === 'positional-only' || style === 'normal');
  const given = new Map(
    call.keywords.flatMap(({ name, value }) => (name === undefined ? [] : [[name, value] as const])),
  );
  // Behind a list that is not known nobody can say which argument is which.
  const starred = call.args.findIndex(({ kind }) => kind === 'Starred');
  const sure = starred < 0 ? call.args : call.args.slice(0, starred);
  const open = starred >= 0 || call.keywords.some(({ name }) => name === undefined);
  const names = new Set(params.map(({ name }) => name));
  return params.flatMap((param): (readonly [string, Expr])[] => {
    if (param.style === 'args') {
      // A starred element stays in the list: what is written out beside it is known all the same.
      const elements = call.args.slice(positional.length).map(known);
      return [[param.name, { ...span(call), kind: 'List', elements }]];
    }
    if (param.style === 'kwargs') {
      const rest = call.keywords.filter(({ name }) => name === undefined || !names.has(name));
      return [[param.name, rest.some(({ name }) => name === undefined) ? unknown(call) : dictionary(call, rest)]];
    }
    const value = given.get(param.name) ?? sure[positional.indexOf(param)];
    if (value !== undefined) return [[param.name, known(value)]];
    if (open) return [[param.name, unknown(call)]];
    return param.default === undefined ? [] : [[param.name, known(param.default)]];
  });
}

const span = ({ line, column, endLine, endColumn }: Expr): Pick<Expr, 'line' | 'column' | 'endLine' | 'endColumn'> => ({
  line,
  column,
  endLine,
  endColumn,
});

const unknown = (at: Expr): Expr => ({ ...span(at), kind: 'Unknown' });

const dictionary = (at: Call, keywords: readonly Keyword[]): Expr => ({
  ...span(at),
  kind: 'Dict',
  entries: keywords.map(({ name, value }) => ({
    ...span(value),
    kind: 'DictEntry',
    key: { ...span(value), kind: 'Str', value: name ?? '' },
    value,
  })),
});

/**
 * A call with its arguments written out: `*columns` and `**options` of known lists and dictionaries, and what helpers of
 * the same file return (`*timestamps()`, `id_column()`). What is not known stays as it is.
 */
export function writtenOut(call: Call, env: Environment, functions: Functions): Call {
  const args = call.args.flatMap((argument) =>
    argument.kind === 'Starred'
      ? (items(argument.value, env, functions) ?? [argument])
      : [returned(argument, env, functions) ?? argument],
  );
  const keywords = call.keywords.flatMap((keyword): readonly Keyword[] => {
    const dict = keyword.name === undefined ? env.resolve(keyword.value) : undefined;
    if (dict?.kind !== 'Dict') return [keyword];
    const named = dict.entries.map(({ key, value }) => ({
      ...span(value),
      kind: 'Keyword' as const,
      name: env.string(key),
      value,
    }));
    return named.some(({ name }) => name === undefined) ? [keyword] : named;
  });
  return { ...call, args, keywords };
}

/** The elements of a list, of two lists added, of a comprehension over a list, or of the list that a helper returns. */
export function items(expr: Expr, env: Environment, functions: Functions, depth = 0): readonly Expr[] | undefined {
  const node = env.resolve(expr);
  if (node === undefined || depth > MAX_DEPTH) return undefined;
  const next = (child: Expr): readonly Expr[] | undefined => items(child, env, functions, depth + 1);
  if (node.kind === 'BinOp' && node.op === '+') {
    const [left, right] = [next(node.left), next(node.right)];
    return left === undefined || right === undefined ? undefined : [...left, ...right].slice(0, MAX_ITEMS);
  }
  if (node.kind === 'Call') {
    const value = returned(node, env, functions);
    return value === undefined ? undefined : next(value);
  }
  if (node.kind === 'ListComp' || node.kind === 'GeneratorExp') return generated(node, next, env, functions);
  const elements = env.elements(node);
  if (elements === undefined) return undefined;
  const spread = elements.map((each) =>
    each.kind === 'Starred' ? next(each.value) : [returned(each, env, functions) ?? each],
  );
  return spread.includes(undefined) ? undefined : spread.flatMap((each) => each ?? []).slice(0, MAX_ITEMS);
}

/** `[sa.Column(name, sa.Text()) for name in ("a", "b")]`. */
function generated(
  node: Comprehension,
  list: (expr: Expr) => readonly Expr[] | undefined,
  env: Environment,
  functions: Functions,
): readonly Expr[] | undefined {
  const [clause] = node.generators;
  if (node.generators.length !== 1 || clause === undefined || clause.ifs.length > 0) return undefined;
  const values = list(clause.iter);
  return values?.slice(0, MAX_ITEMS).flatMap((value) => {
    const names = paired(clause.target, env.resolve(value) ?? value);
    const element = names === undefined ? node.element : substituted(node.element, new Map(names));
    return [returned(element, env, functions) ?? element];
  });
}

function paired(target: Expr, value: Expr): (readonly [string, Expr])[] | undefined {
  if (target.kind === 'Name') return [[target.id, value]];
  if ((target.kind !== 'Tuple' && target.kind !== 'List') || (value.kind !== 'Tuple' && value.kind !== 'List'))
    return undefined;
  const pairs = target.elements.map((each, i) => {
    const one = value.elements[i];
    return one === undefined ? undefined : paired(each, one);
  });
  return pairs.includes(undefined) ? undefined : pairs.flatMap((pair) => pair ?? []);
}

/** What a helper of the same file gives whose body is one `return`. */
function returned(expr: Expr, env: Environment, functions: Functions, depth = 0): Expr | undefined {
  const call = env.resolve(expr);
  const helper = call?.kind === 'Call' && call.func.kind === 'Name' ? functions.get(call.func.id) : undefined;
  if (call?.kind !== 'Call' || helper === undefined || depth > MAX_DEPTH) return undefined;
  const body = helper.body.filter((statement) => statement.kind !== 'ExprStmt' || statement.value.kind !== 'Str');
  const [only] = body;
  if (body.length !== 1 || only?.kind !== 'Return' || only.value === undefined) return undefined;
  const value = substituted(only.value, new Map(bound(call, helper.params, env)));
  return returned(value, env, functions, depth + 1) ?? value;
}

/** An expression with names replaced by what they stand for. */
function substituted<T>(node: T, names: ReadonlyMap<string, Expr>, depth = 0): T {
  if (typeof node !== 'object' || node === null || names.size === 0 || depth > 200) return node;
  if (Array.isArray(node)) return node.map((each: unknown) => substituted(each, names, depth + 1)) as T;
  const name = node as { kind?: unknown; id?: unknown };
  if (name.kind === 'Name' && typeof name.id === 'string') return (names.get(name.id) ?? node) as T;
  const entries = Object.entries(node).map(([key, value]) => [key, substituted(value as unknown, names, depth + 1)]);
  return Object.fromEntries(entries) as T;
}
