import type { Node } from 'web-tree-sitter';
import type { Extractor } from '../../core/facts.js';
import { chainOf } from '../script/facts.js';
import type { ScriptCall, ScriptConstant, ScriptFacts, ScriptImport } from '../script/facts.js';
import { javaCallee, listed, toExpr } from './convert.js';
import { withJvmTree } from './parse.js';
import type { JvmLanguage } from './parse.js';

const extractor = (language: JvmLanguage): Extractor<ScriptFacts> => ({
  name: `${language}-source`,
  version: 1,
  async extract(bytes) {
    const facts = await withJvmTree(language, new TextDecoder('utf-8').decode(bytes), readTree);
    if (facts.calls.length < MOST_CALLS) return { facts };
    return { facts, problems: [{ kind: 'unsupported', reason: `only the first ${MOST_CALLS} calls are read` }] };
  },
});

/** A Java source file as neutral facts. */
export const javaSource = extractor('java');
/** A Scala source file as neutral facts. */
export const scalaSource = extractor('scala');

const DECLARATIONS = new Set(['variable_declarator', 'val_definition', 'var_definition']);
const CALLS = new Set(['method_invocation', 'call_expression', 'infix_expression']);
const SUPERCLASSES = new Set(['superclass', 'extends_clause']);
/** Far beyond what a person writes; what follows is left out and said. */
const MOST_CALLS = 5000;

function readTree(root: Node): ScriptFacts {
  const imports: ScriptImport[] = [];
  const constants = new Map<string, ScriptConstant>();
  const calls: { readonly call: ScriptCall; readonly at: number }[] = [];
  const superclasses: string[] = [];
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.type === 'import_declaration') imports.push(importOf(node));
    else if (DECLARATIONS.has(node.type)) declare(node, constants);
    else if (CALLS.has(node.type) && calls.length < MOST_CALLS) calls.push(...callOf(node));
    else if (SUPERCLASSES.has(node.type)) superclasses.push(...typesIn(node));
    for (const child of node.namedChildren) if (child) waiting.push(child);
  }
  return {
    imports: imports.sort((a, b) => a.line - b.line),
    constants: Object.fromEntries(constants),
    exports: {},
    calls: calls.sort((a, b) => a.at - b.at).map(({ call }) => call),
    extends: superclasses,
  };
}

/** `import static io.gatling.javaapi.core.CoreDsl.*;` → its path without the keywords. */
function importOf(node: Node): ScriptImport {
  const path = node.text.replace(/^import\s+(?:static\s+)?/, '').replace(/[\s;]+$/, '');
  return { from: path.slice(0, 300), imported: '*', line: node.startPosition.row + 1 };
}

function declare(node: Node, constants: Map<string, ScriptConstant>): void {
  const name = (node.childForFieldName('name') ?? node.childForFieldName('pattern'))?.text;
  const value = node.childForFieldName('value');
  if (name !== undefined && value) constants.set(name, { value: toExpr(value), line: node.startPosition.row + 1 });
}

function callOf(node: Node): { call: ScriptCall; at: number }[] {
  const expr = node.type === 'method_invocation' ? undefined : toExpr(node);
  // An infix operation of arithmetic is none.
  if (expr && expr.kind !== 'call') return [];
  const callee = chainOf(expr ? expr.callee : javaCallee(node, toExpr));
  if (callee === undefined) return [];
  const args = expr?.args ?? listed(node.childForFieldName('arguments'));
  const name =
    node.childForFieldName('name') ?? node.childForFieldName('operator') ?? node.childForFieldName('function');
  const end = name?.endPosition ?? node.startPosition;
  return [{ call: { callee, args, line: end.row + 1 }, at: name?.endIndex ?? node.startIndex }];
}

const typesIn = (node: Node): string[] =>
  node.descendantsOfType('type_identifier').flatMap((one) => (one ? [one.text] : []));
