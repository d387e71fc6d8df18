import type { Node } from 'libpg-query';
import { asNode, integerOf, stringOf, strings } from './ast.js';
import { parseStatement } from './parser.js';
import { HOLE } from './split.js';

/** What variables of a PL/pgSQL body hold, as far as it is known; parts that are not are `HOLE`. */
export type Values = ReadonlyMap<string, string>;

const MAX_TEXT = 64 * 1024;

/**
 * The text an expression of PL/pgSQL yields: constants, `||`, `format()`, `quote_ident()` and variables with a known
 * value are put together, everything else is `HOLE`.
 */
export function dynamicText(expression: string, values: Values): string {
  const node = valueOf(expression);
  return node === undefined ? HOLE : textOf(node, values, 0).slice(0, MAX_TEXT);
}

/** The elements of `ARRAY['a', 'b']` or `'{a,b}'`; undefined when one of them is not literal. */
export function literalArray(expression: string): readonly string[] | undefined {
  const node = uncast(valueOf(expression));
  const braces = /^\{([\w,\s]*)\}$/.exec(asNode(node, 'A_Const')?.sval?.sval ?? '')?.[1];
  if (braces !== undefined) return braces.split(',').map((part) => part.trim());
  const elements = asNode(node, 'A_ArrayExpr')?.elements;
  const texts = elements?.map((element) => asNode(uncast(element), 'A_Const')?.sval?.sval);
  return texts?.every((text) => text !== undefined) === true ? texts : undefined;
}

function valueOf(expression: string): Node | undefined {
  const parsed = parseStatement(`SELECT ${expression}`);
  if (parsed.kind === 'failed') return undefined;
  return asNode(asNode(parsed.nodes[0], 'SelectStmt')?.targetList?.[0], 'ResTarget')?.val;
}

const uncast = (node: Node | undefined): Node | undefined => {
  const cast = asNode(node, 'TypeCast');
  return cast === undefined ? node : uncast(cast.arg);
};

function textOf(node: Node | undefined, values: Values, depth: number): string {
  if (node === undefined || depth > 200) return HOLE;
  const inner = (child: Node | undefined): string => textOf(child, values, depth + 1);
  const cast = asNode(node, 'TypeCast');
  if (cast !== undefined) return inner(cast.arg);
  const constant = asNode(node, 'A_Const');
  if (constant !== undefined) return constant.sval?.sval ?? String(integerOf(node) ?? HOLE);
  const column = asNode(node, 'ColumnRef')?.fields ?? [];
  if (column.length === 1) return values.get(stringOf(column[0]) ?? '') ?? HOLE;
  const operation = asNode(node, 'A_Expr');
  if (operation !== undefined && strings(operation.name).at(-1) === '||')
    return inner(operation.lexpr) + inner(operation.rexpr);
  const call = asNode(node, 'FuncCall');
  const texts = (call?.args ?? []).map(inner);
  switch (strings(call?.funcname).at(-1)) {
    case 'format':
      return formatted(texts[0] ?? HOLE, texts.slice(1));
    case 'concat':
      return texts.join('');
    case 'quote_ident':
      return identifier(texts[0] ?? HOLE);
    case 'quote_literal':
      return literal(texts[0] ?? HOLE);
    default:
      return HOLE;
  }
}

/** `format('ALTER TABLE %I …', name)`. */
function formatted(template: string, values: readonly string[]): string {
  let next = 0;
  return template.replace(/%(?:(\d{1,3})\$)?-?\d{0,3}([sIL%])/g, (_, position: string | undefined, kind: string) => {
    if (kind === '%') return '%';
    const value = values[position === undefined ? next++ : Number(position) - 1] ?? HOLE;
    return kind === 'I' ? identifier(value) : kind === 'L' ? literal(value) : value;
  });
}

const identifier = (text: string): string =>
  /^[a-z_][a-z0-9_$]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
