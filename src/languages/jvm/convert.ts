import type { Node } from 'web-tree-sitter';
import { UNKNOWN_EXPR } from '../script/facts.js';
import type { ScriptExpr } from '../script/facts.js';

/** A chain of calls counts one level a link; nobody writes longer ones by hand. */
const DEEPEST = 60;

/** The neutral form of a Java or Scala expression. The two grammars' names of nodes do not collide. */
export function toExpr(node: Node | null, depth = 0): ScriptExpr {
  if (!node || depth > DEEPEST) return UNKNOWN_EXPR;
  const inner = (one: Node | null): ScriptExpr => toExpr(one, depth + 1);
  const field = (name: string): ScriptExpr => inner(node.childForFieldName(name));
  switch (node.type) {
    case 'identifier':
    case 'operator_identifier':
    case 'this':
      return { kind: 'name', name: node.text };
    case 'decimal_integer_literal':
    case 'decimal_floating_point_literal':
    case 'integer_literal':
    case 'floating_point_literal':
      return number(node.text);
    case 'string_literal':
    case 'string':
      return { kind: 'value', value: unquoted(node.text) };
    case 'true':
    case 'false':
    case 'boolean_literal':
      return { kind: 'value', value: node.text === 'true' };
    case 'parenthesized_expression':
    case 'cast_expression':
      return inner(node.childForFieldName('value') ?? node.namedChild(node.namedChildCount - 1));
    case 'binary_expression':
      return {
        kind: 'binary',
        op: node.childForFieldName('operator')?.text ?? '',
        left: field('left'),
        right: field('right'),
      };
    case 'infix_expression':
      return infix(node, inner);
    case 'unary_expression':
      return { kind: 'unary', op: node.childForFieldName('operator')?.text ?? '', of: field('operand') };
    case 'prefix_expression':
      return { kind: 'unary', op: node.text.charAt(0), of: inner(node.namedChild(node.namedChildCount - 1)) };
    case 'ternary_expression':
      return { kind: 'choice', test: field('condition'), yes: field('consequence'), no: field('alternative') };
    // Java
    case 'method_invocation':
      return {
        kind: 'call',
        callee: javaCallee(node, inner),
        args: listed(node.childForFieldName('arguments'), depth + 1),
      };
    case 'field_access':
      return member(inner(node.childForFieldName('object')), node.childForFieldName('field'));
    // Scala
    case 'call_expression':
      return { kind: 'call', callee: field('function'), args: listed(node.childForFieldName('arguments'), depth + 1) };
    case 'field_expression':
      return member(inner(node.childForFieldName('value')), node.childForFieldName('field'));
    case 'postfix_expression':
      return member(inner(node.namedChild(0)), node.namedChild(1));
    default:
      return UNKNOWN_EXPR;
  }
}

export const listed = (list: Node | null, depth = 0): ScriptExpr[] =>
  (list?.namedChildren ?? []).flatMap((one) => (one === null || one.isExtra ? [] : [toExpr(one, depth)]));

/** What a method is called on and its name, as one chain. */
export function javaCallee(node: Node, inner: (one: Node | null) => ScriptExpr): ScriptExpr {
  const object = node.childForFieldName('object');
  const name = node.childForFieldName('name');
  return object ? member(inner(object), name) : { kind: 'name', name: name?.text ?? '' };
}

const member = (of: ScriptExpr, name: Node | null): ScriptExpr => ({ kind: 'member', of, name: name?.text ?? '' });

const ARITHMETIC = new Set(['+', '-', '*', '/', '==', '!=', '||', '&&']);

/** `a + b`; any other word between two operands is a method: `constantUsersPerSec(10) during (5 minutes)`. */
function infix(node: Node, inner: (one: Node | null) => ScriptExpr): ScriptExpr {
  const operator = node.childForFieldName('operator')?.text ?? '';
  const left = inner(node.childForFieldName('left'));
  const right = inner(node.childForFieldName('right'));
  if (ARITHMETIC.has(operator)) return { kind: 'binary', op: operator, left, right };
  return { kind: 'call', callee: { kind: 'member', of: left, name: operator }, args: [right] };
}

function number(text: string): ScriptExpr {
  const value = Number(text.replaceAll('_', '').replace(/[lLfFdD]$/, ''));
  return Number.isFinite(value) ? { kind: 'value', value } : UNKNOWN_EXPR;
}

const unquoted = (text: string): string =>
  text.startsWith('"""') ? text.slice(3, -3) : text.slice(1, -1).replace(/\\(.)/g, '$1');
