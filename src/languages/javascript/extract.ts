import type { Extractor } from '../../core/facts.js';
import { chainOf } from '../script/facts.js';
import type {
  ScriptCall,
  ScriptConstant,
  ScriptEntry,
  ScriptExpr,
  ScriptFacts,
  ScriptFunction,
  ScriptImport,
} from '../script/facts.js';
import { argumentsOf, toExpr } from './convert.js';
import type { Expression, Statement } from './convert.js';
import { parseJavaScript } from './parse.js';

/** A JavaScript or TypeScript file as neutral facts. */
export const javascriptModule: Extractor<ScriptFacts> = {
  name: 'javascript-module',
  version: 2,
  extract(bytes) {
    const { program } = parseJavaScript(new TextDecoder('utf-8').decode(bytes));
    const reader = new Reader();
    for (const statement of program.body) reader.topLevel(statement);
    reader.everywhere(program);
    return { facts: reader.facts() };
  },
};

type Declaration = Extract<Statement, { type: 'VariableDeclaration' }>;

type AnyFunction =
  | Extract<Statement, { type: 'FunctionDeclaration' }>
  | Extract<Expression, { type: 'ArrowFunctionExpression' | 'FunctionExpression' }>;

/** What a function returns when it does nothing else: its only statement, after constants at most. */
function onlyReturn({ body, async, generator }: AnyFunction): Expression | undefined {
  if (async || generator === true) return undefined;
  if (body.type !== 'BlockStatement') return body;
  const last = body.body.at(-1);
  const before = body.body.slice(0, -1);
  if (last?.type !== 'ReturnStatement' || !last.argument) return undefined;
  return before.every((one) => one.type === 'VariableDeclaration' && one.kind === 'const') ? last.argument : undefined;
}

class Reader {
  private readonly imports: ScriptImport[] = [];
  private readonly constants = new Map<string, ScriptConstant>();
  private readonly functions = new Map<string, ScriptFunction>();
  private readonly exported = new Map<string, ScriptConstant>();
  private readonly calls: ScriptCall[] = [];
  private readonly superclasses: string[] = [];
  private readonly declared = new WeakSet<object>();

  facts(): ScriptFacts {
    return {
      imports: this.imports,
      constants: Object.fromEntries(this.constants),
      functions: Object.fromEntries(this.functions),
      exports: Object.fromEntries(this.exported),
      calls: this.calls,
      extends: this.superclasses,
    };
  }

  topLevel(statement: Statement): void {
    switch (statement.type) {
      case 'FunctionDeclaration':
        this.returning(statement.id?.name, statement);
        break;
      case 'ImportDeclaration':
        this.importing(statement);
        break;
      case 'VariableDeclaration':
        this.declare(statement);
        break;
      case 'ExportNamedDeclaration':
        this.exportNamed(statement);
        break;
      case 'ExportDefaultDeclaration':
        this.exported.set('default', {
          value: toExpr(statement.declaration as Expression),
          line: lineOf(statement),
        });
        break;
      case 'ExpressionStatement':
        this.assign(statement.expression);
        break;
      default:
    }
  }

  private importing(statement: Extract<Statement, { type: 'ImportDeclaration' }>): void {
    const from = statement.source.value;
    const line = lineOf(statement);
    if (statement.specifiers.length === 0) this.imports.push({ from, imported: '*', line });
    for (const one of statement.specifiers) {
      const imported =
        one.type === 'ImportNamespaceSpecifier'
          ? '*'
          : one.type === 'ImportDefaultSpecifier'
            ? 'default'
            : nameOf(one.imported);
      this.imports.push({ local: one.local.name, from, imported, line });
    }
  }

  private declare(declaration: Declaration): string[] {
    this.declared.add(declaration);
    return declaration.declarations.flatMap(({ id, init, loc }) => {
      if (!init) return [];
      const line = loc?.start.line ?? 1;
      if (this.requires(id, init, line)) return [];
      if (id.type === 'Identifier' && (init.type === 'ArrowFunctionExpression' || init.type === 'FunctionExpression'))
        this.returning(id.name, init);
      const bound = boundBy(id, toExpr(init));
      for (const one of bound)
        if (!this.constants.has(one.name)) this.constants.set(one.name, { value: one.value, line });
      return bound.map(({ name }) => name);
    });
  }

  /** `const stages = (rate) => [{ target: rate, duration: '1m' }]`: nothing but a value; the first of a name counts. */
  private returning(name: string | undefined, fn: AnyFunction): void {
    const returns = onlyReturn(fn);
    if (name === undefined || !returns || this.functions.has(name)) return;
    const params = fn.params.map((param) =>
      param.type === 'Identifier'
        ? { name: param.name }
        : param.type === 'AssignmentPattern' && param.left.type === 'Identifier'
          ? { name: param.left.name, fallback: toExpr(param.right) }
          : { name: '' },
    );
    this.functions.set(name, { params, returns: toExpr(returns) });
  }

  /** `const http = require('k6/http')` and `const { check } = require('k6')` are imports. */
  private requires(id: Declaration['declarations'][number]['id'], init: Expression, line: number): boolean {
    const given = init.type === 'CallExpression' ? init : undefined;
    const [from] = given?.arguments ?? [];
    if (given?.callee.type !== 'Identifier' || given.callee.name !== 'require' || from?.type !== 'StringLiteral')
      return false;
    if (id.type === 'Identifier') this.imports.push({ local: id.name, from: from.value, imported: '*', line });
    for (const one of id.type === 'ObjectPattern' ? id.properties : [])
      if (one.type === 'ObjectProperty' && one.key.type === 'Identifier' && one.value.type === 'Identifier')
        this.imports.push({ local: one.value.name, from: from.value, imported: one.key.name, line });
    return true;
  }

  private exportNamed(statement: Extract<Statement, { type: 'ExportNamedDeclaration' }>): void {
    const line = lineOf(statement);
    if (statement.declaration?.type === 'FunctionDeclaration')
      this.returning(statement.declaration.id?.name, statement.declaration);
    if (statement.declaration?.type === 'VariableDeclaration')
      for (const name of this.declare(statement.declaration))
        this.exported.set(name, { value: { kind: 'name', name }, line: this.constants.get(name)?.line ?? line });
    for (const one of statement.specifiers) {
      if (one.type !== 'ExportSpecifier') continue;
      const name = nameOf(one.exported);
      // `export { options } from './options.js'` binds no name of its own; a private one stands for it.
      const local = statement.source ? `export ${name}` : one.local.name;
      if (statement.source) this.imports.push({ local, from: statement.source.value, imported: one.local.name, line });
      this.exported.set(name, { value: { kind: 'name', name: local }, line });
    }
  }

  /** `module.exports.options = …`, `exports.options = …`, `options.thresholds = …`. */
  private assign(expression: Expression): void {
    if (expression.type !== 'AssignmentExpression' || expression.operator !== '=') return;
    const target = chainOf(toExpr(expression.left as Expression));
    if (target === undefined) return;
    const constant = { value: toExpr(expression.right), line: lineOf(expression) };
    const exported = /^(?:module\.)?exports(?:\.(\w+))?$/.exec(target);
    if (exported) {
      if (exported[1] !== undefined) this.exported.set(exported[1], constant);
      else if (constant.value.kind === 'object') this.exportAll(constant.value.entries, constant.line);
      return;
    }
    const [name = '', ...path] = target.split('.');
    const known = this.constants.get(name);
    if (known)
      this.constants.set(name, {
        ...known,
        value: path.length === 0 ? constant.value : placed(known.value, path, constant.value),
      });
  }

  private exportAll(entries: readonly ScriptEntry[], line: number): void {
    for (const { key, value } of entries)
      if (key?.kind === 'value') this.exported.set(String(key.value), { value, line });
  }

  /** Calls, superclasses and the declarations inside functions, wherever they stand. */
  everywhere(root: object): void {
    const waiting: unknown[] = [root];
    const found: { readonly call: ScriptCall; readonly at: number }[] = [];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (!isNode(node)) continue;
      if (node.type === 'VariableDeclaration' && !this.declared.has(node)) this.declare(node as Declaration);
      else if (
        node.type === 'CallExpression' ||
        node.type === 'OptionalCallExpression' ||
        node.type === 'NewExpression'
      ) {
        const { callee, arguments: args } = node as Extract<Expression, { type: 'CallExpression' }>;
        const name = chainOf(toExpr(callee));
        if (name !== undefined)
          found.push({ call: { callee: name, args: argumentsOf(args), line: endOfName(callee) }, at: node.start ?? 0 });
      } else if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
        const { superClass } = node as Extract<Expression, { type: 'ClassExpression' }>;
        const name = superClass && chainOf(toExpr(superClass));
        if (name) this.superclasses.push(name);
      }
      for (const [key, value] of Object.entries(node)) {
        if (key === 'loc' || key === 'extra' || value === null || typeof value !== 'object') continue;
        if (Array.isArray(value)) waiting.push(...(value as unknown[]));
        else waiting.push(value);
      }
    }
    this.calls.push(...found.sort((a, b) => a.at - b.at).map(({ call }) => call));
  }
}

/** `name`, `{ a, b: c }`, `[x, y]`: the names that a declaration binds, each with its part of the value. */
function boundBy(
  id: Declaration['declarations'][number]['id'],
  value: ScriptExpr,
): { readonly name: string; readonly value: ScriptExpr }[] {
  if (id.type === 'Identifier') return [{ name: id.name, value }];
  if (id.type === 'ObjectPattern')
    return id.properties.flatMap((one) =>
      one.type === 'ObjectProperty' && one.key.type === 'Identifier' && one.value.type === 'Identifier' && !one.computed
        ? [{ name: one.value.name, value: { kind: 'member' as const, of: value, name: one.key.name } }]
        : [],
    );
  if (id.type !== 'ArrayPattern') return [];
  return id.elements.flatMap((one, index) =>
    one?.type === 'Identifier'
      ? [{ name: one.name, value: { kind: 'member' as const, of: value, name: String(index) } }]
      : [],
  );
}

/** An object literal with one more entry along a path of keys; of anything else only its own keys can be set. */
function placed(object: ScriptExpr, [key = '', ...rest]: readonly string[], value: ScriptExpr): ScriptExpr {
  const entries: readonly ScriptEntry[] = object.kind === 'object' ? object.entries : [{ value: object }];
  const old = entries.findLast((one) => one.key?.kind === 'value' && one.key.value === key)?.value;
  const given = rest.length === 0 ? value : placed(old ?? { kind: 'object', entries: [] }, rest, value);
  return { kind: 'object', entries: [...entries, { key: { kind: 'value', value: key }, value: given }] };
}

interface AnyNode {
  readonly type: string;
  readonly start?: number | null;
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

const nameOf = (node: { type: 'Identifier'; name: string } | { type: 'StringLiteral'; value: string }): string =>
  node.type === 'Identifier' ? node.name : node.value;

const lineOf = (node: { loc?: { start: { line: number } } | null }): number => node.loc?.start.line ?? 1;

/** The line on which a chain's last name stands: `http\n.post(…)`. */
const endOfName = (node: { loc?: { end: { line: number } } | null }): number => node.loc?.end.line ?? 1;
