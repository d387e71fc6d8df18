import type { Node, TypeCast } from 'libpg-query';
import { asNode, nameOf, stringOf, strings, tagOf, typeText } from './ast.js';
import { HOLE } from './split.js';

/** Deeper expressions are not compared; the printer recurses. */
const MAX_DEPTH = 120;

/**
 * An expression in one canonical spelling, so that an index expression and a filter can be compared as strings:
 * column qualifiers, positions, redundant parentheses, `'…'::text` on a literal and the no-op cast of a text to text
 * are gone. Two equal results mean that PostgreSQL would match the index; two different results may still be equal.
 */
export function printExpression(node: Node | undefined, depth = 0): string {
  if (node === undefined) return '';
  if (depth > MAX_DEPTH) return '…';
  const next = (child: Node | undefined): string => printExpression(child, depth + 1);
  const list = (children: readonly Node[] | undefined): string => (children ?? []).map(next).join(', ');
  return printKnown(node, next, list) ?? printRest(node, depth);
}

type Print = (child: Node | undefined) => string;
type PrintList = (children: readonly Node[] | undefined) => string;

function printKnown(node: Node, next: Print, list: PrintList): string | undefined {
  const column = asNode(node, 'ColumnRef');
  if (column !== undefined) return columnName(column.fields);
  if ('A_Const' in node) return printConstant(node);
  if ('ParamRef' in node) return '$';
  const cast = asNode(node, 'TypeCast');
  if (cast !== undefined) return printCast(cast, next);
  const expression = asNode(node, 'A_Expr');
  if (expression !== undefined) return printOperator(expression, next);
  const call = asNode(node, 'FuncCall');
  if (call !== undefined) return `${nameOf(strings(call.funcname))?.name ?? '?'}(${list(call.args)})`;
  const logic = asNode(node, 'BoolExpr');
  if (logic !== undefined) return printLogic(logic.boolop, (logic.args ?? []).map(next));
  const nulls = asNode(node, 'NullTest');
  if (nulls !== undefined)
    return `(${next(nulls.arg)} ${nulls.nulltesttype === 'IS_NULL' ? 'IS NULL' : 'IS NOT NULL'})`;
  const items = asNode(node, 'List');
  if (items !== undefined) return `(${list(items.items)})`;
  const coalesce = asNode(node, 'CoalesceExpr');
  if (coalesce !== undefined) return `COALESCE(${list(coalesce.args)})`;
  const choice = asNode(node, 'CaseExpr');
  if (choice !== undefined) return printCase(choice, next);
  const array = asNode(node, 'A_ArrayExpr');
  if (array !== undefined) return `ARRAY[${list(array.elements)}]`;
  const now = asNode(node, 'SQLValueFunction');
  return now?.op?.replace(/^SVFOP_/, '');
}

/** The branch that yields nothing is the same whether it is written or not. */
function printCase(choice: NonNullable<ReturnType<typeof asNode<'CaseExpr'>>>, next: Print): string {
  const subject = choice.arg === undefined ? '' : ` ${next(choice.arg)}`;
  const branches = (choice.args ?? []).map((node) => {
    const branch = asNode(node, 'CaseWhen');
    return ` WHEN ${next(branch?.expr)} THEN ${next(branch?.result)}`;
  });
  const otherwise = choice.defresult === undefined ? 'NULL' : next(choice.defresult);
  return `(CASE${subject}${branches.join('')}${otherwise === 'NULL' ? '' : ` ELSE ${otherwise}`} END)`;
}

/** A hole stands for a value, as a parameter does. */
function columnName(fields: readonly Node[] | undefined): string {
  const name = (fields ?? []).map((field) => stringOf(field) ?? '*').at(-1) ?? '*';
  return name.startsWith(HOLE) ? '$' : name;
}

function printConstant(node: Node): string {
  const constant = asNode(node, 'A_Const');
  if (constant?.sval !== undefined) return `'${(constant.sval.sval ?? '').replaceAll("'", "''")}'`;
  if (constant?.ival !== undefined) return String(constant.ival.ival ?? 0);
  if (constant?.fval !== undefined) return constant.fval.fval ?? '0';
  if (constant?.boolval !== undefined) return constant.boolval.boolval === true ? 'true' : 'false';
  return constant?.isnull === true ? 'NULL' : 'b';
}

/** Types whose cast changes nothing when the operand is a text already. */
const TEXT_LIKE = new Set(['text', 'character varying']);
const yieldsText = (text: string): boolean =>
  / (->>|#>>) /.test(text) && /^\(.* (->>|#>>) ('[^']*'|\d+|\$)\)$/.test(text);

function printCast(cast: TypeCast, next: Print): string {
  const type = typeText(cast.typeName);
  const inner = next(cast.arg);
  const constant = asNode(cast.arg, 'A_Const');
  const literal = constant?.sval !== undefined || constant?.isnull === true;
  if (literal && (TEXT_LIKE.has(type) || type === 'text[]')) return inner;
  if (TEXT_LIKE.has(type) && yieldsText(inner)) return inner;
  return `(${inner})::${type}`;
}

function printOperator(expression: NonNullable<ReturnType<typeof asNode<'A_Expr'>>>, next: Print): string {
  const name = strings(expression.name).at(-1) ?? '?';
  const kind = (expression.kind ?? 'AEXPR_OP').replace(/^AEXPR_/, '');
  const suffix = kind === 'OP' || kind === 'LIKE' || kind === 'ILIKE' ? '' : ` ${kind}`;
  if (expression.lexpr === undefined) return `(${name}${next(expression.rexpr)})`;
  return `(${next(expression.lexpr)} ${name}${suffix} ${next(expression.rexpr)})`;
}

function printLogic(operator: string | undefined, args: readonly string[]): string {
  if (operator === 'NOT_EXPR') return `(NOT ${args[0] ?? ''})`;
  return `(${args.join(operator === 'OR_EXPR' ? ' OR ' : ' AND ')})`;
}

/** Anything else: the tree without its positions, which is canonical too, only not pretty. */
function printRest(node: Node, depth: number): string {
  const text = JSON.stringify(node, (key, value: unknown) => (key === 'location' ? undefined : value));
  return depth + text.length > 4000 ? `${tagOf(node)}…` : text;
}
