import { UNKNOWN_EXPR } from '../script/facts.js';
import type { ScriptEntry, ScriptExpr } from '../script/facts.js';
import type { SourceFile } from './parse.js';

export type Statement = SourceFile['program']['body'][number];
export type Expression = Extract<Statement, { type: 'ExpressionStatement' }>['expression'];
type OfType<T extends Expression['type']> = Extract<Expression, { type: T }>;
type Argument = OfType<'CallExpression'>['arguments'][number];
type Operand = Expression | OfType<'BinaryExpression'>['left'] | OfType<'CallExpression'>['callee'];

/** A chain of calls counts one level a link; nobody writes longer ones by hand. */
const DEEPEST = 150;

/** The neutral form of an expression; what only running it could tell becomes `unknown`. */
export function toExpr(node: Operand | null | undefined, depth = 0): ScriptExpr {
  if (!node || depth > DEEPEST) return UNKNOWN_EXPR;
  const inner = (one: Operand | null | undefined): ScriptExpr => toExpr(one, depth + 1);
  switch (node.type) {
    case 'StringLiteral':
    case 'NumericLiteral':
    case 'BooleanLiteral':
      return { kind: 'value', value: node.value };
    case 'NullLiteral':
      return { kind: 'value', value: null };
    case 'TemplateLiteral':
      return { kind: 'template', parts: templateParts(node, inner) };
    case 'Identifier':
      return { kind: 'name', name: node.name };
    case 'ThisExpression':
      return { kind: 'name', name: 'this' };
    case 'MetaProperty':
      return { kind: 'name', name: `${node.meta.name}.${node.property.name}` };
    case 'MemberExpression':
    case 'OptionalMemberExpression':
      return member(node, inner);
    case 'CallExpression':
    case 'OptionalCallExpression':
    case 'NewExpression':
      return { kind: 'call', callee: inner(node.callee), args: argumentsOf(node.arguments, depth + 1) };
    case 'ObjectExpression':
      return { kind: 'object', entries: node.properties.flatMap((one) => entry(one, depth + 1)) };
    case 'ArrayExpression':
      return { kind: 'array', items: node.elements.map((one) => argument(one, depth + 1)) };
    case 'BinaryExpression':
    case 'LogicalExpression':
      return { kind: 'binary', op: node.operator, left: inner(node.left), right: inner(node.right) };
    case 'UnaryExpression':
      return { kind: 'unary', op: node.operator, of: inner(node.argument) };
    case 'ConditionalExpression':
      return { kind: 'choice', test: inner(node.test), yes: inner(node.consequent), no: inner(node.alternate) };
    case 'AwaitExpression':
      return inner(node.argument);
    case 'AssignmentExpression':
      return inner(node.right);
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      return inner(node.expression);
    default:
      return UNKNOWN_EXPR;
  }
}

export const argumentsOf = (args: readonly Argument[], depth = 0): ScriptExpr[] =>
  args.map((one) => argument(one, depth));

function argument(node: Argument | null, depth: number): ScriptExpr {
  if (node?.type === 'SpreadElement') return { kind: 'spread', of: toExpr(node.argument, depth) };
  return node === null || node.type === 'ArgumentPlaceholder' ? UNKNOWN_EXPR : toExpr(node, depth);
}

function templateParts(
  node: OfType<'TemplateLiteral'>,
  inner: (one: Expression | undefined) => ScriptExpr,
): ScriptExpr[] {
  return node.quasis.flatMap((quasi, index) => {
    const hole = node.expressions[index];
    const text: ScriptExpr = { kind: 'value', value: quasi.value.cooked ?? quasi.value.raw };
    return hole ? [text, inner(hole as Expression)] : [text];
  });
}

function member(
  node: OfType<'MemberExpression'> | OfType<'OptionalMemberExpression'>,
  inner: (one: Operand) => ScriptExpr,
): ScriptExpr {
  const { property } = node;
  const of = inner(node.object);
  if (property.type === 'Identifier' && !node.computed) return { kind: 'member', of, name: property.name };
  if (property.type === 'StringLiteral' || property.type === 'NumericLiteral')
    return { kind: 'member', of, name: String(property.value) };
  return UNKNOWN_EXPR;
}

function entry(node: OfType<'ObjectExpression'>['properties'][number], depth: number): ScriptEntry[] {
  if (node.type === 'SpreadElement') return [{ value: toExpr(node.argument, depth) }];
  if (node.type !== 'ObjectProperty') return [];
  const key: ScriptExpr =
    !node.computed && node.key.type === 'Identifier'
      ? { kind: 'value', value: node.key.name }
      : node.key.type === 'PrivateName'
        ? UNKNOWN_EXPR
        : toExpr(node.key, depth);
  return [{ key, value: toExpr(node.value as Expression, depth) }];
}
