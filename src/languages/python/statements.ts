import type { Alias, ExceptHandler, Expr, FunctionDef, If, IfClause, Span, Stmt, Try, WithItem } from './ast.js';
import { callArguments, expression, parameters, sound } from './expressions.js';
import type { Raw } from './raw.js';
import type { Source } from './source.js';

type Convert = (raw: Raw, source: Source) => Stmt;

const at = (raw: Raw, source: Source): Span => source.span(raw.start, raw.end);
const maybe = (raw: Raw | undefined, source: Source): Expr | undefined => raw && expression(raw, source);
const child = (raw: Raw, ...types: string[]): Raw | undefined => raw.children.find(({ type }) => types.includes(type));

/** The statements of a module, a block or a broken region; what is sound inside a broken region is kept. */
export function statements(parent: Raw | undefined, source: Source): Stmt[] {
  const out: Stmt[] = [];
  for (const raw of parent?.children ?? []) {
    const convert = CONVERTERS[raw.type];
    if (convert !== undefined) out.push(convert(raw, source));
    else if (raw.type === 'ERROR' || raw.type === 'block') {
      if (raw.type === 'ERROR') source.broken.add(source.line(raw.start));
      out.push(...statements(raw, source));
    } else if (parent?.type !== 'ERROR') out.push(unknown(raw, source));
  }
  return out;
}

const unknown: Convert = (raw, source) => ({ kind: 'Unknown', ...at(raw, source) });
const body = (raw: Raw | undefined, source: Source): Stmt[] => statements(raw && (child(raw, 'block') ?? raw), source);
const elseOf = (raw: Raw, source: Source): Stmt[] => {
  const clause = child(raw, 'else_clause');
  return clause === undefined ? [] : body(clause, source);
};

/** An expression statement is an assignment, a bare expression, or a tuple without parentheses. */
const expressionStatement: Convert = (raw, source) => {
  const parts = sound(raw.children, source);
  const [only] = parts;
  if (only?.type === 'assignment') return assignment(only, source);
  if (only?.type === 'augmented_assignment') {
    const [target, op, value] = only.children;
    return {
      kind: 'AugAssign',
      ...at(raw, source),
      target: expression(target, source),
      op: op?.type ?? '',
      value: expression(value, source),
    };
  }
  if (parts.length < 2) return { kind: 'ExprStmt', ...at(raw, source), value: expression(only, source) };
  return {
    kind: 'ExprStmt',
    ...at(raw, source),
    value: { kind: 'Tuple', ...at(raw, source), elements: parts.map((part) => expression(part, source)) },
  };
};

const assignment: Convert = (raw, source) => {
  const targets: Expr[] = [];
  let node: Raw = raw;
  for (;;) {
    const [left, second, third]: readonly Raw[] = sound(node.children, source);
    const target = expression(left, source);
    if (second?.type === 'type') {
      return {
        kind: 'AnnAssign',
        ...at(raw, source),
        target,
        annotation: expression(second, source),
        value: maybe(third, source),
      };
    }
    targets.push(target);
    if (second?.type !== 'assignment')
      return { kind: 'Assign', ...at(raw, source), targets, value: expression(second, source) };
    node = second;
  }
};

const functionDef: Convert = (raw, source): FunctionDef => {
  const name = child(raw, 'identifier');
  return {
    kind: 'FunctionDef',
    ...at(raw, source),
    name: name ? source.slice(name) : '',
    async: raw.children[0]?.type === 'async',
    decorators: [],
    params: parameters(child(raw, 'parameters'), source),
    returns: maybe(child(raw, 'type'), source),
    body: body(raw, source),
  };
};

const classDef: Convert = (raw, source) => {
  const name = child(raw, 'identifier');
  const { args, keywords } = callArguments(child(raw, 'argument_list'), source);
  return {
    kind: 'ClassDef',
    ...at(raw, source),
    name: name ? source.slice(name) : '',
    decorators: [],
    bases: args,
    keywords,
    body: body(raw, source),
  };
};

const decorated: Convert = (raw, source) => {
  const definition = raw.children.at(-1);
  const node =
    definition?.type === 'class_definition'
      ? classDef(definition, source)
      : definition?.type === 'function_definition'
        ? functionDef(definition, source)
        : unknown(raw, source);
  if (node.kind !== 'FunctionDef' && node.kind !== 'ClassDef') return node;
  const decorators = raw.children
    .filter(({ type }) => type === 'decorator')
    .map((d) => expression(d.children[0], source));
  return { ...node, decorators };
};

const ifStatement: Convert = (raw, source): If => {
  const clause = (part: Raw): IfClause => ({
    kind: 'IfClause',
    ...at(part, source),
    test: expression(sound(part.children, source)[0], source),
    body: body(child(part, 'block'), source),
  });
  const elifs = raw.children.filter(({ type }) => type === 'elif_clause');
  return { kind: 'If', ...at(raw, source), clauses: [clause(raw), ...elifs.map(clause)], orelse: elseOf(raw, source) };
};

const forStatement: Convert = (raw, source) => {
  const [target, iter] = sound(raw.children, source).filter(
    ({ type }) => type !== 'async' && type !== 'in' && type !== ':',
  );
  return {
    kind: 'For',
    ...at(raw, source),
    async: raw.children[0]?.type === 'async',
    target: expression(target, source),
    iter: expression(iter, source),
    body: body(child(raw, 'block'), source),
    orelse: elseOf(raw, source),
  };
};

const withStatement: Convert = (raw, source) => {
  const items = child(raw, 'with_clause')?.children.filter(({ type }) => type === 'with_item') ?? [];
  return {
    kind: 'With',
    ...at(raw, source),
    async: raw.children[0]?.type === 'async',
    items: items.flatMap((item) => withItem(item, source)),
    body: body(child(raw, 'block'), source),
  };
};

/** `with (a as b, c):` parses as one expression in brackets, or as a tuple, so both are taken apart. */
function withItem(item: Raw, source: Source): WithItem[] {
  let value = item.children[0];
  if (value?.type === 'parenthesized_expression' && value.children[0]?.type === 'as_pattern') value = value.children[0];
  const parts = value?.type === 'tuple' ? value.children : value === undefined ? [] : [value];
  return parts.map((part) => {
    const { value: context, name } = asPattern(part, source);
    return { kind: 'WithItem', ...at(part, source), context, target: maybe(name, source) };
  });
}

function asPattern(raw: Raw, source: Source): { value: Expr; name: Raw | undefined } {
  if (raw.type !== 'as_pattern') return { value: expression(raw, source), name: undefined };
  const target = child(raw, 'as_pattern_target');
  return { value: expression(raw.children[0], source), name: target?.children[0] };
}

const tryStatement: Convert = (raw, source): Try => {
  const handlers = raw.children.filter(({ type }) => type === 'except_clause' || type === 'except_group_clause');
  const last = child(raw, 'finally_clause');
  return {
    kind: 'Try',
    ...at(raw, source),
    body: body(child(raw, 'block'), source),
    handlers: handlers.map((handler) => exceptHandler(handler, source)),
    orelse: elseOf(raw, source),
    finalbody: last === undefined ? [] : body(last, source),
  };
};

/** Since Python 3.14 several types may stand without parentheses. */
function exceptHandler(raw: Raw, source: Source): ExceptHandler {
  const types = raw.children.filter(({ type }) => type !== 'block' && type !== 'ERROR');
  const one = types.length === 1 && types[0] !== undefined ? asPattern(types[0], source) : undefined;
  const several = (): Expr => ({
    kind: 'Tuple',
    ...source.span(types[0]?.start ?? raw.start, types.at(-1)?.end ?? raw.end),
    elements: types.map((type) => expression(type, source)),
  });
  return {
    kind: 'ExceptHandler',
    ...at(raw, source),
    type: one?.value ?? (types.length > 1 ? several() : undefined),
    name: one?.name && source.slice(one.name),
    body: body(child(raw, 'block'), source),
  };
}

const matchStatement: Convert = (raw, source) => {
  const cases = child(raw, 'block')?.children.filter(({ type }) => type === 'case_clause') ?? [];
  return {
    kind: 'Match',
    ...at(raw, source),
    subject: expression(raw.children[0], source),
    cases: cases.map((clause) => {
      const patterns = clause.children.filter(({ type }) => type === 'case_pattern');
      const pattern = source.text.slice(patterns[0]?.start ?? clause.start, patterns.at(-1)?.end ?? clause.start);
      return {
        kind: 'MatchCase',
        ...at(clause, source),
        pattern,
        guard: maybe(child(clause, 'if_clause')?.children[0], source),
        body: body(child(clause, 'block'), source),
      };
    }),
  };
};

function alias(raw: Raw, source: Source): Alias {
  const [name, as] = raw.type === 'aliased_import' ? raw.children : [raw];
  const dotted =
    name === undefined ? '' : name.type === 'wildcard_import' ? '*' : source.slice(name).replace(/\s/g, '');
  return { kind: 'Alias', ...at(raw, source), name: dotted, as: as && source.slice(as) };
}

const importFrom: Convert = (raw, source) => {
  const [from, ...names] = sound(raw.children, source);
  const written = from === undefined ? '' : source.slice(from).replace(/[\s\\]/g, '');
  const module = written.replace(/^\.+/, '');
  return {
    kind: 'ImportFrom',
    ...at(raw, source),
    module,
    level: written.length - module.length,
    names: names.map((name) => alias(name, source)),
  };
};

const scope =
  (kind: 'Global' | 'Nonlocal'): Convert =>
  (raw, source) => ({ kind, ...at(raw, source), names: raw.children.map((name) => source.slice(name)) });

const simple =
  (kind: 'Pass' | 'Break' | 'Continue'): Convert =>
  (raw, source) => ({ kind, ...at(raw, source) });

const deleteStatement: Convert = (raw, source) => {
  const [target] = raw.children;
  const targets = target?.type === 'expression_list' ? target.children : raw.children;
  return { kind: 'Delete', ...at(raw, source), targets: targets.map((one) => expression(one, source)) };
};

const CONVERTERS: Readonly<Record<string, Convert>> = {
  expression_statement: expressionStatement,
  function_definition: functionDef,
  class_definition: classDef,
  decorated_definition: decorated,
  if_statement: ifStatement,
  for_statement: forStatement,
  while_statement: (raw, source) => ({
    kind: 'While',
    ...at(raw, source),
    test: expression(sound(raw.children, source)[0], source),
    body: body(child(raw, 'block'), source),
    orelse: elseOf(raw, source),
  }),
  with_statement: withStatement,
  try_statement: tryStatement,
  match_statement: matchStatement,
  return_statement: (raw, source) => ({
    kind: 'Return',
    ...at(raw, source),
    value: maybe(sound(raw.children, source)[0], source),
  }),
  delete_statement: deleteStatement,
  raise_statement: (raw, source) => {
    const [exception, cause] = raw.children;
    return { kind: 'Raise', ...at(raw, source), exception: maybe(exception, source), cause: maybe(cause, source) };
  },
  assert_statement: (raw, source) => ({
    kind: 'Assert',
    ...at(raw, source),
    test: expression(raw.children[0], source),
    message: maybe(raw.children[1], source),
  }),
  import_statement: (raw, source) => ({
    kind: 'Import',
    ...at(raw, source),
    names: sound(raw.children, source).map((name) => alias(name, source)),
  }),
  import_from_statement: importFrom,
  future_import_statement: (raw, source) => ({
    kind: 'ImportFrom',
    ...at(raw, source),
    module: '__future__',
    level: 0,
    names: raw.children.map((name) => alias(name, source)),
  }),
  global_statement: scope('Global'),
  nonlocal_statement: scope('Nonlocal'),
  pass_statement: simple('Pass'),
  break_statement: simple('Break'),
  continue_statement: simple('Continue'),
  type_alias_statement: (raw, source) => {
    const [name, value] = raw.children;
    const written = name === undefined ? '' : source.slice(name);
    // `type(self).x = 1` takes this road in the grammar, too.
    if (!/^\w/.test(written)) return unknown(raw, source);
    return {
      kind: 'TypeAlias',
      ...at(raw, source),
      name: /^\w+/.exec(written)?.[0] ?? written,
      value: expression(value, source),
    };
  },
  /** Python 2's `print x`, which the grammar accepts. */
  print_statement: (raw, source) => ({ kind: 'Unknown', ...at(raw, source) }),
};
