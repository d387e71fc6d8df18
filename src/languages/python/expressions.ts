import type { Call, DictEntry, Expr, Generator, Hole, Keyword, Param, Span } from './ast.js';
import { join, literal, number, type Literal } from './literals.js';
import { POSTFIX, type Raw } from './raw.js';
import type { Source } from './source.js';

type Convert = (raw: Raw, source: Source) => Expr;

const at = (raw: Raw, source: Source): Span => source.span(raw.start, raw.end);
const unknown: Convert = (raw, source) => ({ kind: 'Unknown', ...at(raw, source) });

/** Statements inside a broken region land in expression lists, too; they are no expressions, so they become `Unknown`. */
export function expression(raw: Raw | undefined, source: Source): Expr {
  if (raw === undefined) return { kind: 'Unknown', line: 0, column: 0, endLine: 0, endColumn: 0 };
  const convert = CONVERTERS[raw.type];
  if (convert !== undefined) {
    const hoisted = source.misplacedStar && POSTFIX.has(raw.type) ? hoistStar(raw, source) : undefined;
    return hoisted ?? convert(raw, source);
  }
  if (raw.type === 'ERROR') source.broken.add(source.line(raw.start));
  return unknown(raw, source);
}

/**
 * The grammar reads `[*f(x)]` as a call of `*f`. Moves the star to the outside, as Python has it.
 */
function hoistStar(raw: Raw, source: Source): Expr | undefined {
  let inner: Raw | undefined = raw;
  const chain: Raw[] = [];
  while (inner !== undefined && POSTFIX.has(inner.type)) {
    chain.push(inner);
    inner = inner.children[0];
  }
  if (inner?.type !== 'list_splat' || chain.length === 0) return undefined;
  let value: Raw | undefined = inner.children[0];
  for (const link of chain.reverse()) {
    const [, ...rest]: readonly Raw[] = link.children;
    value = { ...link, start: value?.start ?? link.start, children: value === undefined ? rest : [value, ...rest] };
  }
  return { kind: 'Starred', ...at(raw, source), value: expression(value, source) };
}

const all = (raws: readonly Raw[], source: Source): Expr[] => raws.map((raw) => expression(raw, source));
const maybe = (raw: Raw | undefined, source: Source): Expr | undefined => raw && expression(raw, source);

/** Errors are left out of lists, so that `f(a, ???, b=1)` keeps what is sound. They are on record by their line. */
export function sound(raws: readonly Raw[], source: Source): readonly Raw[] {
  if (!raws.some(({ type }) => type === 'ERROR')) return raws;
  return raws.filter((raw) => raw.type !== 'ERROR' || (source.broken.add(source.line(raw.start)), false));
}

const first: Convert = (raw, source) => expression(sound(raw.children, source)[0], source);

const sequence =
  (kind: 'List' | 'Tuple' | 'Set'): Convert =>
  (raw, source) => ({ kind, ...at(raw, source), elements: all(sound(raw.children, source), source) });

const binary: Convert = (raw, source) => {
  const [left, op, right] = raw.children;
  return {
    kind: 'BinOp',
    ...at(raw, source),
    left: expression(left, source),
    op: op?.type ?? '',
    right: expression(right, source),
  };
};

const unionType: Convert = (raw, source) => {
  const [left, ...rest] = raw.children.filter(({ type }) => type !== '|');
  return rest.reduce<Expr>(
    (sum, right) => ({ kind: 'BinOp', ...at(raw, source), left: sum, op: '|', right: expression(right, source) }),
    expression(left, source),
  );
};

/** `a and b and c` nests to the left in the grammar. */
const boolean: Convert = (raw, source) => {
  const op = raw.children[1]?.type === 'or' ? 'or' : 'and';
  const values: Expr[] = [];
  let node: Raw | undefined = raw;
  while (node?.type === 'boolean_operator' && (node.children[1]?.type ?? '') === op) {
    values.unshift(expression(node.children[2], source));
    node = node.children[0];
  }
  return { kind: 'BoolOp', ...at(raw, source), op, values: [expression(node, source), ...values] };
};

const comparison: Convert = (raw, source) => {
  const operands = raw.children.filter((_, i) => i % 2 === 0);
  const ops = raw.children.filter((_, i) => i % 2 === 1).map(({ type }) => (type === '<>' ? '!=' : type));
  const [left, ...comparators] = all(operands, source);
  return { kind: 'Compare', ...at(raw, source), left: left ?? unknown(raw, source), ops, comparators };
};

// Names, attributes, calls and their arguments are most of a file. Their places are written out: spreading an object costs
// as much as all the rest of making a node.

const name: Convert = (raw, source) => {
  const { line, column, endLine, endColumn } = at(raw, source);
  return { kind: 'Name', line, column, endLine, endColumn, id: source.slice(raw) };
};

const attribute: Convert = (raw, source) => {
  const [holder, attr] = sound(raw.children, source);
  const { line, column, endLine, endColumn } = at(raw, source);
  const value = expression(holder, source);
  return { kind: 'Attribute', line, column, endLine, endColumn, value, attr: attr ? source.slice(attr) : '' };
};

const call: Convert = (raw, source): Call => {
  const [callee, list] = sound(raw.children, source);
  const { line, column, endLine, endColumn } = at(raw, source);
  const func = expression(callee, source);
  const { args, keywords } =
    list?.type === 'generator_expression'
      ? { args: [expression(list, source)], keywords: [] }
      : callArguments(list, source);
  return { kind: 'Call', line, column, endLine, endColumn, func, args, keywords };
};

export function callArguments(list: Raw | undefined, source: Source): { args: Expr[]; keywords: Keyword[] } {
  const args: Expr[] = [];
  const keywords: Keyword[] = [];
  for (const raw of sound(list?.children ?? [], source)) {
    const [first, second] = raw.children;
    const splat = raw.type === 'dictionary_splat';
    if (splat || (raw.type === 'keyword_argument' && first !== undefined)) {
      const { line, column, endLine, endColumn } = at(raw, source);
      const name = splat || first === undefined ? undefined : source.slice(first);
      const value = expression(splat ? first : second, source);
      keywords.push({ kind: 'Keyword', line, column, endLine, endColumn, name, value });
    } else args.push(expression(raw, source));
  }
  return { args, keywords };
}

const subscript: Convert = (raw, source) => {
  const [value, ...indices] = sound(raw.children, source);
  const base = { kind: 'Subscript', ...at(raw, source), value: expression(value, source) } as const;
  return { ...base, index: oneOrTuple(indices, raw, source) };
};

function oneOrTuple(raws: readonly Raw[], parent: Raw, source: Source): Expr {
  if (raws.length === 1) return expression(raws[0], source);
  const span = source.span(raws[0]?.start ?? parent.start, raws.at(-1)?.end ?? parent.end);
  return { kind: 'Tuple', ...span, elements: all(raws, source) };
}

/** `list[int]` in an annotation. */
const genericType: Convert = (raw, source) => {
  const [value, parameters] = raw.children;
  return {
    kind: 'Subscript',
    ...at(raw, source),
    value: expression(value, source),
    index: oneOrTuple(parameters?.children ?? [], parameters ?? raw, source),
  };
};

const slice: Convert = (raw, source) => {
  const bounds: (Expr | undefined)[] = [undefined, undefined, undefined];
  let position = 0;
  for (const child of raw.children) {
    if (child.type === ':') position++;
    else bounds[position] = expression(child, source);
  }
  return { kind: 'Slice', ...at(raw, source), lower: bounds[0], upper: bounds[1], step: bounds[2] };
};

const dictionary: Convert = (raw, source) => ({
  kind: 'Dict',
  ...at(raw, source),
  entries: sound(raw.children, source).map((child): DictEntry => {
    const [key, value] = child.children;
    const splat = child.type !== 'pair';
    return {
      kind: 'DictEntry',
      ...at(child, source),
      key: splat ? undefined : expression(key, source),
      value: expression(splat ? key : value, source),
    };
  }),
});

function generators(clauses: readonly Raw[], source: Source): Generator[] {
  const found: (Generator & { ifs: Expr[] })[] = [];
  for (const clause of clauses) {
    if (clause.type === 'if_clause') found.at(-1)?.ifs.push(expression(clause.children[0], source));
    if (clause.type !== 'for_in_clause') continue;
    const parts = clause.children.filter(({ type }) => type !== 'async' && type !== 'in');
    const async = clause.children[0]?.type === 'async';
    const iter = oneOrTuple(parts.slice(1), clause, source);
    found.push({
      kind: 'Generator',
      ...at(clause, source),
      async,
      target: expression(parts[0], source),
      iter,
      ifs: [],
    });
  }
  return found;
}

const comprehension =
  (kind: 'ListComp' | 'SetComp' | 'GeneratorExp'): Convert =>
  (raw, source) => {
    const [element, ...clauses] = raw.children;
    return { kind, ...at(raw, source), element: expression(element, source), generators: generators(clauses, source) };
  };

const dictComp: Convert = (raw, source) => {
  const [pair, ...clauses] = raw.children;
  const [key, value] = pair?.children ?? [];
  return {
    kind: 'DictComp',
    ...at(raw, source),
    key: expression(key, source),
    value: expression(value, source),
    generators: generators(clauses, source),
  };
};

/** Parameters of a `def` or a lambda. */
export function parameters(list: Raw | undefined, source: Source): Param[] {
  const params: (Param & { style: Param['style'] })[] = [];
  let keywordOnly = false;
  for (const raw of sound(list?.children ?? [], source)) {
    if (raw.type === 'positional_separator') for (const param of params) param.style = 'positional-only';
    else if (raw.type === 'keyword_separator') keywordOnly = true;
    else {
      const param = parameter(raw, source, keywordOnly);
      keywordOnly ||= param.style === 'args';
      params.push(param);
    }
  }
  return params;
}

function parameter(raw: Raw, source: Source, keywordOnly: boolean): Param {
  const typed = raw.type === 'typed_parameter' || raw.type === 'typed_default_parameter';
  const hasDefault = raw.type === 'default_parameter' || raw.type === 'typed_default_parameter';
  const target = typed || hasDefault ? (raw.children[0] ?? raw) : raw;
  const style = STYLES[target.type] ?? (keywordOnly ? 'keyword-only' : 'normal');
  return {
    kind: 'Param',
    ...at(raw, source),
    name: source.slice(target).replace(/^\*{1,2}\s*/, ''),
    style,
    annotation: typed ? maybe(raw.children[1], source) : undefined,
    default: hasDefault ? maybe(raw.children.at(-1), source) : undefined,
  };
}

const STYLES: Readonly<Record<string, Param['style']>> = {
  list_splat_pattern: 'args',
  dictionary_splat_pattern: 'kwargs',
};

const lambda: Convert = (raw, source) => {
  const body = raw.children.at(-1);
  const params = raw.children.length > 1 ? parameters(raw.children[0], source) : [];
  return { kind: 'Lambda', ...at(raw, source), params, body: expression(body, source) };
};

const yielding: Convert = (raw, source) => {
  const from = raw.children[0]?.type === 'from';
  return { kind: from ? 'YieldFrom' : 'Yield', ...at(raw, source), value: maybe(raw.children[from ? 1 : 0], source) };
};

function hole(raw: Raw, source: Source): Hole {
  const format = raw.children.find(({ type }) => type === 'format_specifier');
  return {
    kind: 'Hole',
    ...at(raw, source),
    value: expression(
      raw.children.find(({ type }) => type !== 'ERROR'),
      source,
    ),
    format: format && source.slice(format).slice(1),
  };
}

const string = (raw: Raw, source: Source): Literal => literal(raw, source, (inner) => hole(inner, source));

const starred: Convert = (raw, source) => ({
  kind: 'Starred',
  ...at(raw, source),
  value: expression(raw.children[0], source),
});

const constant =
  (value: boolean): Convert =>
  (raw, source) => ({ kind: 'Bool', ...at(raw, source), value });

const CONVERTERS: Readonly<Record<string, Convert>> = {
  identifier: name,
  attribute,
  member_type: (raw, source) => {
    const [value, attr] = raw.children;
    return {
      kind: 'Attribute',
      ...at(raw, source),
      value: expression(value, source),
      attr: attr ? source.slice(attr) : '',
    };
  },
  dotted_name: (raw, source) => {
    const [head = '', ...rest] = source.slice(raw).split('.');
    const span = at(raw, source);
    return rest.reduce<Expr>((value, attr) => ({ kind: 'Attribute', ...span, value, attr: attr.trim() }), {
      kind: 'Name',
      ...span,
      id: head.trim(),
    });
  },
  call,
  string,
  concatenated_string: (raw, source) =>
    join(
      sound(raw.children, source).map((piece) => string(piece, source)),
      source,
      raw,
    ),
  integer: number,
  float: number,
  true: constant(true),
  false: constant(false),
  none: (raw, source) => ({ kind: 'None', ...at(raw, source) }),
  ellipsis: (raw, source) => ({ kind: 'Ellipsis', ...at(raw, source) }),
  list: sequence('List'),
  list_pattern: sequence('List'),
  tuple: sequence('Tuple'),
  tuple_pattern: sequence('Tuple'),
  pattern_list: sequence('Tuple'),
  expression_list: sequence('Tuple'),
  set: sequence('Set'),
  dictionary,
  subscript,
  generic_type: genericType,
  slice,
  list_splat: starred,
  list_splat_pattern: starred,
  parenthesized_list_splat: starred,
  splat_type: starred,
  binary_operator: binary,
  union_type: unionType,
  boolean_operator: boolean,
  not_operator: (raw, source) => ({
    kind: 'UnaryOp',
    ...at(raw, source),
    op: 'not',
    operand: expression(raw.children.at(-1), source),
  }),
  unary_operator: (raw, source) => {
    const op = raw.children[0]?.type;
    return {
      kind: 'UnaryOp',
      ...at(raw, source),
      op: op === '+' || op === '~' ? op : '-',
      operand: expression(raw.children.at(-1), source),
    };
  },
  comparison_operator: comparison,
  conditional_expression: (raw, source) => {
    const [body, test, orelse] = raw.children;
    return {
      kind: 'IfExp',
      ...at(raw, source),
      test: expression(test, source),
      body: expression(body, source),
      orelse: expression(orelse, source),
    };
  },
  lambda,
  list_comprehension: comprehension('ListComp'),
  set_comprehension: comprehension('SetComp'),
  generator_expression: comprehension('GeneratorExp'),
  dictionary_comprehension: dictComp,
  await: (raw, source) => ({ kind: 'Await', ...at(raw, source), value: first(raw, source) }),
  yield: yielding,
  named_expression: (raw, source) => {
    const [target, value] = raw.children;
    return {
      kind: 'NamedExpr',
      ...at(raw, source),
      target: expression(target, source),
      value: expression(value, source),
    };
  },
  parenthesized_expression: first,
  type: first,
  as_pattern_target: first,
  /** Only where the grammar allows more than Python does; `with` and `except` read it themselves. */
  as_pattern: first,
};
