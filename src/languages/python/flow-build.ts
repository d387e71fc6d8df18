import type {
  BoolOp,
  Call,
  ClassDef,
  Dict,
  Expr,
  For,
  FunctionDef,
  Generator,
  If,
  IfClause,
  Lambda,
  Module,
  Param,
  PyNode,
  Stmt,
} from './ast.js';
import type { FlowBinding, FlowCall, FlowClass, FlowFunction, FlowParam, FlowStore, ModuleFlow, Sym } from './flow.js';
import { conditionsOf, introspection, narrowing, presenceTest, readyHolders, type Narrowing } from './flow-tests.js';
import { bindings as importBindings, dottedName, importedModule } from './names.js';
import { children } from './walk.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };
type Scope = Writable<FlowFunction> & { index: number; globals: Set<string>; seenReads: Set<string> };
type OpenClass = Writable<FlowClass> & { index: number };

/** Subscripting this gives an instance of the class named by the index. */
const ANNOTATED: Sym = { t: 'name', id: '__annotated__', line: 0 };
const UNKNOWN: Sym = { t: 'unknown' };
const NONE: Sym = { t: 'none' };

/** Calls that neither block nor give a value worth following; leaving them out halves the facts. */
const DULL = new Set(
  (
    'len str int float bool isinstance issubclass hasattr repr range print format ord chr hash id callable round abs sum ' +
    'bytes divmod pow hex vars dir ValueError TypeError RuntimeError KeyError Exception NotImplementedError HTTPException'
  ).split(' '),
);
const LOGGERS = new Set(['logger', 'log', 'logging', '_logger', 'LOGGER', 'LOG', '_log', '_LOGGER']);

export function flowOf(tree: Module): ModuleFlow {
  return new Builder().build(tree);
}

class Builder {
  readonly functions: Scope[] = [];
  readonly classes: OpenClass[] = [];
  readonly stars: string[] = [];
  readonly stores: FlowStore[] = [];
  readonly imported = new Set<string>();
  readonly wanted = new Set<string>();
  /** Whether the statement being read always runs when its function does. */
  #certain = true;
  /** Objects that, by the tests around, need no waiting. */
  readonly #ready: string[] = [];

  build(tree: Module): ModuleFlow {
    const scope = this.#open({
      name: '<module>',
      qualname: '<module>',
      kind: 'module',
      line: 1,
      endLine: tree.endLine,
    });
    this.#block(tree.body, scope, undefined);
    const functions = this.functions.map(({ globals: _, seenReads: __, index: ___, ...rest }) => rest);
    return {
      functions,
      classes: this.classes.map(({ index: _, ...rest }) => rest),
      stars: this.stars,
      stores: this.stores,
      imported: [...this.imported],
      wanted: [...this.wanted],
    };
  }

  #open(given: Partial<FlowFunction> & Pick<FlowFunction, 'name' | 'qualname' | 'kind' | 'line' | 'endLine'>): Scope {
    const scope: Scope = {
      name: given.name,
      qualname: given.qualname,
      line: given.line,
      endLine: given.endLine,
      kind: given.kind,
      async: given.async ?? false,
      generator: false,
      stub: given.stub ?? false,
      owner: given.owner,
      parent: given.parent ?? 0,
      decorators: [...(given.decorators ?? [])],
      params: [...(given.params ?? [])],
      returns: given.returns,
      bindings: [],
      calls: [],
      reads: [],
      enters: [],
      iterated: [],
      branches: [],
      conditions: [],
      tries: [],
      returned: [],
      yielded: [],
      globals: new Set(),
      seenReads: new Set(),
      index: this.functions.length,
    };
    this.functions.push(scope);
    return scope;
  }

  #block(body: readonly Stmt[], scope: Scope, owner: OpenClass | undefined): void {
    body.forEach((statement, index) => {
      this.#statement(statement, scope, owner);
      // `if not wanted: return` says the same about the rest of the block as an `else`.
      if (statement.kind === 'If' && statement.orelse.length === 0 && statement.clauses.every(leaves)) {
        const rest = body.slice(index + 1);
        for (const { test } of statement.clauses) this.#condition(test, false, rest, scope);
      }
    });
  }

  #branch(body: readonly Stmt[], scope: Scope, owner: OpenClass | undefined): void {
    const before = this.#certain;
    this.#certain = false;
    this.#block(body, scope, owner);
    this.#certain = before;
  }

  #statement(node: Stmt, scope: Scope, owner: OpenClass | undefined): void {
    switch (node.kind) {
      case 'FunctionDef':
        return this.#function(node, scope, owner);
      case 'ClassDef':
        return this.#class(node, scope, owner);
      case 'Import':
      case 'ImportFrom':
        return this.#import(node, scope, owner);
      case 'Global':
        for (const name of node.names) scope.globals.add(name);
        return;
      case 'Assign': {
        const value = this.#sym(node.value, scope);
        for (const target of node.targets) this.#assign(target, value, scope, owner);
        return;
      }
      case 'AnnAssign': {
        const value = node.value && this.#sym(node.value, scope);
        return this.#annotated(node.target, this.#type(node.annotation, scope), value, scope, owner);
      }
      case 'TypeAlias':
        return this.#bind(node.name, this.#type(node.value, scope), node.line, scope, owner);
      case 'AugAssign':
        this.#sym(node.value, scope);
        return;
      case 'ExprStmt':
        this.#sym(node.value, scope, node.line === node.endLine);
        return;
      case 'Return':
        scope.returned.push(node.value ? this.#sym(node.value, scope) : NONE);
        return;
      case 'If':
        return this.#if(node, scope, owner);
      case 'For':
        this.#for(node, scope, owner);
        this.#branch(node.body, scope, owner);
        return this.#branch(node.orelse, scope, owner);
      case 'While':
        this.#sym(node.test, scope);
        this.#given(node.test, () => this.#branch(node.body, scope, owner));
        return this.#branch(node.orelse, scope, owner);
      case 'With':
        for (const { context, target } of node.items) {
          const of = this.#sym(context, scope, false, node.async);
          scope.enters.push({ of, line: node.line, endLine: node.endLine, async: node.async });
          const entered: Sym = { t: 'enter', of };
          if (target) this.#assign(target, entered, scope, owner);
        }
        return this.#block(node.body, scope, owner);
      case 'Try':
        scope.tries.push({
          line: node.line,
          endLine: node.body.at(-1)?.endLine ?? node.line,
          catches: node.handlers.flatMap(({ type }) => caught(type)),
        });
        this.#block(node.body, scope, owner);
        for (const handler of node.handlers) this.#branch(handler.body, scope, owner);
        this.#block(node.orelse, scope, owner);
        return this.#block(node.finalbody, scope, owner);
      case 'Match':
        this.#sym(node.subject, scope);
        for (const { guard, body } of node.cases) {
          if (guard) this.#sym(guard, scope);
          this.#branch(body, scope, owner);
        }
        return;
      default:
        for (const child of children(node)) this.#sym(child as Expr, scope);
    }
  }

  #for(node: For, scope: Scope, owner: OpenClass | undefined): void {
    const of = this.#sym(node.iter, scope, false, node.async);
    if (!node.async) this.#iterate(of, node.iter, scope);
    this.#assign(node.target, { t: 'element', of }, scope, owner);
  }

  /** What is iterated over here, in this thread. */
  #iterate(of: Sym, node: Expr, scope: Scope): void {
    if (ITERABLE.has(of.t)) scope.iterated.push({ of, line: node.line, endLine: node.endLine });
  }

  /** Reads a part that runs only where the test is true. */
  #given<T>(test: Expr, read: () => T): T {
    const ready = readyHolders(test);
    this.#ready.push(...ready);
    try {
      return read();
    } finally {
      this.#ready.length -= ready.length;
    }
  }

  /** What tests of parameters say about the lines that run only where they hold. */
  #condition(test: Expr, holds: boolean, body: readonly Stmt[], scope: Scope): void {
    const [first] = body;
    const last = body.at(-1);
    if (!first || !last) return;
    for (const { subject, ...condition } of conditionsOf(test, holds)) {
      const lines = { line: first.line, endLine: last.endLine };
      if (subject) scope.conditions.push({ ...condition, ...lines, of: this.#sym(subject, scope) });
      else if (scope.params.some(({ name }) => name === condition.name))
        scope.conditions.push({ ...condition, ...lines });
    }
  }

  #if(node: If, scope: Scope, owner: OpenClass | undefined): void {
    node.clauses.forEach((clause, index) => {
      this.#condition(clause.test, true, clause.body, scope);
      for (const later of node.clauses.slice(index + 1)) this.#condition(clause.test, false, later.body, scope);
      this.#condition(clause.test, false, node.orelse, scope);
      this.#sym(clause.test, scope);
      const narrowed = narrowing(clause.test);
      this.#presence(clause, index === node.clauses.length - 1 ? node.orelse : [], scope);
      if (narrowed) this.#narrow(narrowed, clause.body, scope, narrowed.negated);
      this.#given(clause.test, () => this.#branch(clause.body, scope, owner));
      const last = index === node.clauses.length - 1;
      if (narrowed && last) this.#narrow(narrowed, node.orelse, scope, !narrowed.negated);
    });
    this.#branch(node.orelse, scope, owner);
  }

  #presence({ test, body }: IfClause, orelse: readonly Stmt[], scope: Scope): void {
    const tested = presenceTest(test);
    const first = body[0];
    const last = body.at(-1);
    if (!tested || !first || !last) return;
    const returns = last.kind === 'Return' && last.value !== undefined && last.value.kind !== 'None';
    const otherwise = orelse[0] && { line: orelse[0].line, endLine: orelse.at(-1)?.endLine ?? orelse[0].line };
    scope.branches.push({ ...tested, line: first.line, endLine: last.endLine, returns, otherwise });
  }

  /** Inside these statements the name is an instance of the class, or is none. */
  #narrow({ name, type, line }: Narrowing, body: readonly Stmt[], scope: Scope, negated: boolean): void {
    const first = body[0];
    const last = body.at(-1);
    if (!first || !last) return;
    const known: Sym = { t: 'name', id: name, line };
    const to = this.#type(type, scope);
    const value: Sym = negated ? { t: 'except', of: known, type: to } : { t: 'item', of: ANNOTATED, key: to };
    scope.bindings.push({ name, value, line: first.line - 1, certain: false, until: last.endLine });
  }

  #import(node: Extract<Stmt, { kind: 'Import' | 'ImportFrom' }>, scope: Scope, owner: OpenClass | undefined): void {
    if (node.kind === 'ImportFrom') {
      const from = importedModule(node);
      this.imported.add(from);
      if (node.names.some(({ name }) => name === '*')) this.stars.push(from);
    } else for (const { name } of node.names) this.imported.add(name);
    for (const [local, target] of importBindings(node)) {
      if (node.kind === 'ImportFrom') this.imported.add(target);
      this.#bind(local, { t: 'import', target }, node.line, scope, owner);
    }
  }

  #bind(name: string, value: Sym, line: number, scope: Scope, owner: OpenClass | undefined, annotation?: Sym): void {
    const global = scope.globals.has(name);
    const binding: FlowBinding = { name, value, line, certain: this.#certain };
    if (owner) owner.fields.push({ name, annotation, value });
    else if (global)
      this.functions[0]?.bindings.push({
        ...binding,
        certain: false,
        value: { t: 'in', scope: scope.index, of: value },
      });
    else scope.bindings.push(binding);
  }

  #assign(target: Expr, value: Sym, scope: Scope, owner: OpenClass | undefined): void {
    switch (target.kind) {
      case 'Name':
        return this.#bind(target.id, value, target.line, scope, owner);
      case 'Tuple':
      case 'List':
        return target.elements.forEach((element, i) => {
          const known = value.t === 'sequence' && value.of.length === target.elements.length ? value.of[i] : undefined;
          this.#assign(element, known ?? { t: 'item', of: value, key: { t: 'number', value: i } }, scope, owner);
        });
      case 'Starred':
        return this.#assign(target.value, UNKNOWN, scope, owner);
      case 'Attribute':
        return this.#attribute(target, value, scope);
      case 'Subscript': {
        const of = this.#sym(target.value, scope);
        const key = itemKey(this.#sym(target.index, scope));
        if (key !== undefined) this.stores.push({ of, key, value, scope: scope.index });
        return;
      }
      default:
        return;
    }
  }

  /** `self.x = value` belongs to the class of the method; anything else is a store on some object. */
  #attribute(target: Extract<Expr, { kind: 'Attribute' }>, value: Sym, scope: Scope): void {
    const holder = target.value;
    const self = methodOf(scope, this.functions);
    if (
      holder.kind === 'Name' &&
      self !== undefined &&
      self.params[0]?.name === holder.id &&
      self.owner !== undefined
    ) {
      this.classes[self.owner]?.attributes.push({ name: target.attr, value, method: scope.index });
      return;
    }
    const of = this.#sym(holder, scope);
    const parent = of.t === 'attr' ? `${of.name}.` : '';
    this.stores.push({ of, key: parent + target.attr, value, scope: scope.index });
  }

  #annotated(target: Expr, annotation: Sym, value: Sym | undefined, scope: Scope, owner: OpenClass | undefined): void {
    // An annotation says what the value is; the value may say more (a constructor), so both count.
    const typed: Sym = { t: 'item', of: ANNOTATED, key: annotation };
    if (owner && target.kind === 'Name') owner.fields.push({ name: target.id, annotation, value });
    else this.#assign(target, value === undefined ? typed : { t: 'any', of: [value, typed] }, scope, owner);
  }

  #function(node: FunctionDef, scope: Scope, owner: OpenClass | undefined): void {
    const decorators = node.decorators.map((decorator) => ({
      value: this.#sym(decorator, scope),
      line: decorator.line,
    }));
    const inner = this.#open({
      name: node.name,
      qualname: qualname(node.name, scope, owner),
      kind: 'function',
      line: node.line,
      endLine: node.endLine,
      async: node.async,
      stub: isStub(node.body),
      owner: owner === undefined ? undefined : owner.index,
      parent: scope.index,
      decorators,
      params: this.#params(node.params, scope),
      returns: node.returns && this.#type(node.returns, scope),
    });
    this.#bind(node.name, { t: 'function', index: inner.index }, node.line, scope, owner);
    this.#isolated(() => this.#block(node.body, inner, undefined));
  }

  #isolated(run: () => void): void {
    const before = this.#certain;
    this.#certain = true;
    run();
    this.#certain = before;
  }

  #params(params: readonly Param[], scope: Scope): FlowParam[] {
    return params.map((param) => ({
      name: param.name,
      style: param.style,
      annotation: param.annotation && this.#type(param.annotation, scope),
      default: param.default && this.#sym(param.default, scope),
    }));
  }

  #class(node: ClassDef, scope: Scope, owner: OpenClass | undefined): void {
    const opened: OpenClass = {
      name: node.name,
      line: node.line,
      parent: scope.index,
      bases: node.bases.map((base) => this.#type(base, scope)),
      decorators: node.decorators.map((decorator) => this.#sym(decorator, scope)),
      fields: [],
      attributes: [],
      index: this.classes.length,
    };
    this.classes.push(opened);
    this.#bind(node.name, { t: 'class', index: this.classes.length - 1 }, node.line, scope, owner);
    this.#isolated(() => this.#block(node.body, scope, opened));
  }

  /** Annotations may be strings; those are read when they are plain dotted names. */
  #type(node: Expr, scope: Scope): Sym {
    if (node.kind === 'Str') return dottedSym(node.value, node.line);
    if (node.kind === 'Subscript')
      return { t: 'item', of: this.#type(node.value, scope), key: this.#type(node.index, scope) };
    if (node.kind === 'Tuple' || node.kind === 'List')
      return { t: 'sequence', of: node.elements.map((element) => this.#type(element, scope)) };
    if (node.kind === 'BinOp') return { t: 'any', of: [this.#type(node.left, scope), this.#type(node.right, scope)] };
    return this.#sym(node, scope);
  }

  #sym(node: Expr, scope: Scope, statement = false, awaited = false): Sym {
    switch (node.kind) {
      case 'Name':
        return { t: 'name', id: node.id, line: node.line };
      case 'Attribute': {
        const of = this.#sym(node.value, scope);
        this.#read(of, node.attr, node.line, scope);
        this.#want(of, node.attr);
        return { t: 'attr', of, name: node.attr };
      }
      case 'Call':
        return this.#call(node, scope, statement, awaited);
      case 'Await':
        return { t: 'await', of: this.#sym(node.value, scope, statement, true) };
      case 'NamedExpr': {
        const value = this.#sym(node.value, scope, false, awaited);
        this.#assign(node.target, value, scope, undefined);
        return value;
      }
      case 'BoolOp':
        return { t: 'any', of: node.values.map((value, index) => this.#operand(node, value, index, scope)) };
      case 'IfExp': {
        this.#sym(node.test, scope);
        const then = this.#given(node.test, () => this.#sym(node.body, scope));
        const of = [then, this.#sym(node.orelse, scope)];
        const asked = introspection(node.test);
        if (!asked) return { t: 'any', of };
        return { t: 'any', of, when: { is: asked.is, of: this.#sym(asked.subject, scope), holds: true } };
      }
      case 'Subscript': {
        const of = this.#sym(node.value, scope);
        const key = this.#sym(node.index, scope);
        const wanted = APPLICATION.test(lastName(of)) ? itemKey(key) : undefined;
        if (wanted !== undefined) this.wanted.add(wanted);
        return { t: 'item', of, key };
      }
      case 'Lambda':
        return this.#lambda(node, scope);
      case 'Str':
        return { t: 'string', value: node.value.slice(0, 200) };
      case 'Num':
        return { t: 'number', value: node.value };
      case 'Bool':
        return { t: 'bool', value: node.value };
      case 'None':
        return NONE;
      case 'UnaryOp': {
        const operand = this.#sym(node.operand, scope);
        return node.op === '-' && operand.t === 'number' ? { t: 'number', value: -operand.value } : UNKNOWN;
      }
      case 'List':
      case 'Tuple':
      case 'Set':
        return { t: 'sequence', of: node.elements.map((element) => this.#sym(element, scope)) };
      case 'Dict':
        return this.#dict(node, scope);
      case 'ListComp':
      case 'SetComp':
      case 'GeneratorExp':
        this.#generators(node.generators, scope);
        return { t: 'sequence', of: [this.#sym(node.element, scope)] };
      case 'DictComp':
        this.#generators(node.generators, scope);
        this.#sym(node.key, scope);
        return { t: 'dict', of: [['*', this.#sym(node.value, scope)]] };
      case 'Yield':
      case 'YieldFrom': {
        scope.generator = true;
        if (node.value) {
          const value = this.#sym(node.value, scope);
          if (node.kind === 'YieldFrom') this.#iterate(value, node.value, scope);
          scope.yielded.push(value);
        }
        return UNKNOWN;
      }
      case 'BinOp': {
        const sides = [this.#sym(node.left, scope), this.#sym(node.right, scope)];
        if (node.op === '+' || node.op === '%') return { t: 'template', of: sides };
        return node.op === '|' ? { t: 'any', of: sides } : node.op === '/' ? (sides[0] ?? UNKNOWN) : UNKNOWN;
      }
      case 'Starred':
        this.#iterate(this.#sym(node.value, scope), node.value, scope);
        return UNKNOWN;
      case 'FString':
        return {
          t: 'template',
          of: node.parts.map((part) => this.#sym(part.kind === 'Hole' ? part.value : part, scope)),
        };
      default:
        for (const child of children(node)) this.#loose(child, scope);
        return UNKNOWN;
    }
  }

  /** `not q.empty() and q.get()`: what stands behind an `and` runs only where the rest is true. */
  #operand(node: BoolOp, value: Expr, index: number, scope: Scope): Sym {
    const [before] = node.values;
    const read = (): Sym => this.#sym(value, scope);
    return node.op === 'and' && index > 0 && before ? this.#given(before, read) : read();
  }

  /** Parts of a node that are no expression of their own (f-string holes and the like). */
  #loose(node: PyNode, scope: Scope): void {
    if (node.kind === 'Hole') this.#sym(node.value, scope);
    else if (node.kind !== 'Str') this.#sym(node as Expr, scope);
  }

  #generators(generators: readonly Generator[], scope: Scope): void {
    for (const { target, iter, ifs, async } of generators) {
      const of = this.#sym(iter, scope, false, async);
      if (!async) this.#iterate(of, iter, scope);
      this.#assign(target, { t: 'element', of }, scope, undefined);
      for (const test of ifs) this.#sym(test, scope);
    }
  }

  #dict(node: Dict, scope: Scope): Sym {
    const of = node.entries.map(({ key, value }): readonly [string, Sym] => {
      if (key && key.kind !== 'Str') this.#sym(key, scope);
      return [key === undefined ? '**' : key.kind === 'Str' ? key.value : '*', this.#sym(value, scope)];
    });
    return { t: 'dict', of };
  }

  #read(of: Sym, name: string, line: number, scope: Scope): void {
    const root = of.t === 'name' ? of.id : of.t === 'attr' && of.of.t === 'name' ? `${of.of.id}.${of.name}` : undefined;
    if (root === undefined || LOGGERS.has(root) || scope.seenReads.has(`${root}.${name}`)) return;
    scope.seenReads.add(`${root}.${name}`);
    scope.reads.push({ of, name, line });
  }

  #want(of: Sym, name: string): void {
    if (lastName(of) === 'state') this.wanted.add(`state.${name}`);
  }

  #lambda(node: Lambda, scope: Scope): Sym {
    const inner = this.#open({
      name: '<lambda>',
      qualname: `${prefixOf(scope)}<lambda>`,
      kind: 'lambda',
      line: node.line,
      endLine: node.endLine,
      parent: scope.index,
      params: this.#params(node.params, scope),
    });
    this.#isolated(() => inner.returned.push(this.#sym(node.body, inner)));
    return { t: 'function', index: inner.index };
  }

  #call(node: Call, scope: Scope, statement: boolean, awaited: boolean): Sym {
    const func = this.#callee(node.func, scope);
    const args = node.args.map((arg) => this.#sym(arg, scope));
    const keywords = node.keywords.map(({ name, value }) => [name ?? '', this.#sym(value, scope)] as const);
    for (const [i, arg] of consumed(node).entries()) if (arg && args[i]) this.#iterate(args[i], arg, scope);
    const read = attributeRead(node, args);
    if (read) {
      const attr = read.t === 'any' ? read.of[0] : read;
      if (attr?.t === 'attr') this.#want(attr.of, attr.name);
      return read;
    }
    if (isDull(node.func)) return templateCall(node.func, args);
    this.#appended(func, args, scope);
    this.#updated(func, args, keywords, scope);
    const single = statement && node.line === node.endLine;
    const holder = node.func.kind === 'Attribute' ? dottedName(node.func.value) : undefined;
    const ready = holder !== undefined && this.#ready.includes(holder);
    scope.calls.push({
      func,
      args,
      keywords,
      line: node.line,
      endLine: node.endLine,
      awaited,
      statement: single,
      ...(ready ? { ready } : {}),
    });
    return { t: 'call', site: scope.calls.length - 1 };
  }

  /** `self.models.append(model)`: kept in a list that outlives the function. */
  #appended(func: Sym, args: readonly Sym[], scope: Scope): void {
    const value = args.at(-1);
    if (func.t !== 'attr' || !APPENDERS.test(func.name) || !value || !FOLLOWED.has(value.t)) return;
    const { of } = func;
    const name = of.t === 'name' ? of.id : undefined;
    const local = name !== undefined && scope.kind !== 'module' && scope.bindings.some((one) => one.name === name);
    if (of.t !== 'attr' && (name === undefined || local)) return;
    this.stores.push({ of, key: `[${APPENDED_KEY}]`, value, scope: scope.index });
  }

  /** `options.update({"pool_size": 5}, echo=True)` */
  #updated(func: Sym, args: readonly Sym[], keywords: FlowCall['keywords'], scope: Scope): void {
    if (func.t !== 'attr' || func.name !== 'update') return;
    const entries = [...args.flatMap((arg) => (arg.t === 'dict' ? arg.of : [])), ...keywords];
    for (const [key, value] of entries) {
      if (key !== '' && key !== '*' && key !== '**')
        this.stores.push({ of: func.of, key: `[${key}]`, value, scope: scope.index });
    }
  }

  /** As a value, but the attribute that is called is no read. */
  #callee(node: Expr, scope: Scope): Sym {
    if (node.kind !== 'Attribute') return this.#sym(node, scope);
    const of = this.#sym(node.value, scope);
    this.#want(of, node.attr);
    return { t: 'attr', of, name: node.attr };
  }
}

/** Builtins that run through what they are given. `print(*x)` and the like are read elsewhere. */
const CONSUMERS =
  /^(?:list|tuple|set|frozenset|dict|sum|sorted|min|max|any|all|next|enumerate|zip|reversed|deque|Counter)$/;
const CONSUMING_METHODS = /^(?:join|extend|update|writelines|from_iterable)$/;
/** Symbols that may stand for something that runs when it is iterated over. */
const ITERABLE = new Set<Sym['t']>(['name', 'attr', 'call', 'item', 'any', 'await', 'element']);

/** Arguments that are iterated over during the call. */
function consumed({ func, args }: Call): readonly Expr[] {
  if (func.kind === 'Name') return CONSUMERS.test(func.id) ? args : [];
  return func.kind === 'Attribute' && CONSUMING_METHODS.test(func.attr) ? args.slice(0, 1) : [];
}

/** The key under which a list's items are kept: `models.append(model)`. */
export const APPENDED_KEY = '+';
const APPENDERS = /^(?:append|add|appendleft|insert)$/;
/** Values that may be more than data. */
const FOLLOWED = new Set<Sym['t']>(['name', 'call', 'attr', 'await', 'function', 'class', 'any', 'item']);

/** What a service hangs values on under keys: aiohttp's application, a worker's context. */
export const APPLICATION = /^(?:app|state|ctx|context)$/;

const lastName = (sym: Sym): string => (sym.t === 'name' ? sym.id : sym.t === 'attr' ? sym.name : '');

/** Whether a clause never goes on to what follows the `if`. */
function leaves({ body }: IfClause): boolean {
  const last = body.at(-1)?.kind;
  return last === 'Return' || last === 'Raise' || last === 'Continue' || last === 'Break';
}

/** What an `except` names, without the module. */
function caught(type: Expr | undefined): string[] {
  if (type === undefined) return ['*'];
  if (type.kind === 'Tuple') return type.elements.flatMap((element) => caught(element));
  return type.kind === 'Name' ? [type.id] : type.kind === 'Attribute' ? [type.attr] : [];
}

/** `getattr(x, "name", default)` reads `x.name`. */
function attributeRead({ func, args: [, name] }: Call, [of, , otherwise]: readonly Sym[]): Sym | undefined {
  if (func.kind !== 'Name' || func.id !== 'getattr' || name?.kind !== 'Str' || !of) return undefined;
  const attr: Sym = { t: 'attr', of, name: name.value };
  return otherwise && otherwise.t !== 'none' ? { t: 'any', of: [attr, otherwise] } : attr;
}

/** `"…{}".format(a)` and `":".join([a, b])` make strings with holes. */
function templateCall(func: Expr, args: readonly Sym[]): Sym {
  if (func.kind === 'Name' && func.id === 'str' && args[0]) return args[0];
  if (func.kind !== 'Attribute' || func.value.kind !== 'Str') return UNKNOWN;
  const text: Sym = { t: 'string', value: func.value.value.slice(0, 200) };
  if (func.attr === 'format') return { t: 'template', of: [text, ...args] };
  return func.attr === 'join' && args[0]?.t === 'sequence' ? { t: 'template', of: args[0].of } : UNKNOWN;
}

function isDull(func: Expr): boolean {
  if (func.kind === 'Name') return DULL.has(func.id);
  if (func.kind !== 'Attribute') return false;
  const holder = func.value;
  if (holder.kind === 'Name') return LOGGERS.has(holder.id);
  return holder.kind === 'Str' || (holder.kind === 'Attribute' && LOGGERS.has(holder.attr));
}

const prefixOf = (scope: Scope): string => (scope.kind === 'module' ? '' : `${scope.qualname}.<locals>.`);
const qualname = (name: string, scope: Scope, owner: OpenClass | undefined): string =>
  owner === undefined ? prefixOf(scope) + name : `${prefixOf(scope)}${owner.name}.${name}`;

/** The method around a scope: itself, or the one whose nested function or lambda it is. */
function methodOf(scope: Scope, functions: readonly Scope[]): Scope | undefined {
  let at: Scope | undefined = scope;
  while (at !== undefined && at.kind !== 'module') {
    if (at.owner !== undefined) return at;
    at = functions[at.parent];
  }
  return undefined;
}

/** `[name]` for keys that are known before the program runs. */
export function itemKey(key: Sym): string | undefined {
  if (key.t === 'string') return `[${key.value}]`;
  if (key.t === 'name') return `[${key.id}]`;
  return key.t === 'attr' ? `[${key.name}]` : undefined;
}

function isStub(body: readonly Stmt[]): boolean {
  return body.every((statement) => {
    if (statement.kind === 'Pass') return true;
    if (statement.kind === 'ExprStmt') return statement.value.kind === 'Str' || statement.value.kind === 'Ellipsis';
    if (statement.kind !== 'Raise') return false;
    const raised = statement.exception?.kind === 'Call' ? statement.exception.func : statement.exception;
    return raised?.kind === 'Name' && raised.id === 'NotImplementedError';
  });
}

/** `"pkg.Class | None"`, `"list[Item]"`: the first dotted name of a quoted annotation. */
function dottedSym(text: string, line: number): Sym {
  const names = text.split('|').map((part) => /^\s*(?:Optional\[)?([A-Za-z_][\w.]*)/.exec(part)?.[1]);
  const syms = names.flatMap((name) => (name === undefined || name === 'None' ? [] : [chain(name, line)]));
  return syms.length === 1 && syms[0] ? syms[0] : { t: 'any', of: syms };
}

function chain(dotted: string, line: number): Sym {
  const [head = '', ...rest] = dotted.split('.');
  return rest.reduce<Sym>((of, name) => ({ t: 'attr', of, name }), { t: 'name', id: head, line });
}
