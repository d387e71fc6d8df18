import type { Expr, ImportFrom, Import, Module, Span, Stmt } from '../../languages/python/ast.js';
import { assignColumn } from './frames.js';
import { useAsFeatures } from './features.js';
import { UNROLL, elementOf, evaluate, binary } from './expressions.js';
import { invoke } from './functions.js';
import type { Event, Machine, Split, Survivor } from './machine.js';
import { isFeatureVariable } from './names.js';
import { UNKNOWN, dataIn, derive, fromOf, isData, list, newData, textOf } from './values.js';
import type { Data, Mark, MarkKind, Place, Scope, Source, Value } from './values.js';

/** Steps of evaluation for one file and all it calls. A hostile file runs out of them, an honest one never does. */
const BUDGET = 400_000;
/** Expressions nested deeper than this are left unknown. */
const MAX_DEPTH = 150;

/** Finds the module that an import names, run; undefined for a library. */
export type Importer = (module: string, level: number, from: string) => ReadonlyMap<string, Value> | undefined;

export interface Outcome {
  readonly events: Event[];
  readonly splits: Split[];
  readonly survivors: Survivor[];
  /** Functions that some call reached. */
  readonly called: Set<unknown>;
  readonly marks: Map<string, Mark>;
  /** Sides cut off, by the tables a table came from. */
  readonly sides: Map<string, Set<'before' | 'after'>>;
}

export const newOutcome = (): Outcome => ({
  events: [],
  splits: [],
  survivors: [],
  called: new Set(),
  marks: new Map(),
  sides: new Map(),
});

/** Runs a module on values that stand for what the code would hold. Nothing of it is executed. */
export class Interpreter implements Machine {
  private steps = 0;
  private depth = 0;
  readonly stack: unknown[] = [];
  /** Values that `return` gave, one list a running function. */
  readonly returns: { values: Value[]; named: (string | undefined)[] }[] = [];

  constructor(
    readonly outcome: Outcome,
    private readonly importer: Importer,
  ) {}

  alive(): boolean {
    this.steps += 1;
    return this.steps < BUDGET;
  }

  place(node: Span, scope: Scope): Place {
    const { path, lineOf } = scope.source;
    return { path, line: lineOf(node.line), endLine: lineOf(node.endLine) };
  }

  /** The same deed at the same place is one mark, however often it is evaluated. */
  mark(kind: MarkKind, label: string, place: Place, steps?: number): Mark {
    const key = `${kind}:${place.path}:${place.line}:${label}`;
    const known = this.outcome.marks.get(key);
    if (known) return known;
    const { path, line, endLine } = place;
    const mark: Mark = { kind, label, path, line, endLine, ...(steps === undefined ? {} : { steps }) };
    this.outcome.marks.set(key, mark);
    return mark;
  }

  emit(event: Event): void {
    const same = (other: Event): boolean =>
      other.rule === event.rule && other.at.path === event.at.path && other.at.line === event.at.line;
    if (!this.outcome.events.some(same)) this.outcome.events.push(event);
  }

  split(split: Split): void {
    const same = (other: Split): boolean =>
      other.path === split.path && other.line === split.line && other.how === split.how;
    if (!this.outcome.splits.some(same)) this.outcome.splits.push(split);
  }

  cutBothWays(data: Data, side: 'before' | 'after'): boolean {
    const key = [...data.origins].sort((a, b) => a - b).join();
    const sides = this.outcome.sides.get(key) ?? new Set();
    this.outcome.sides.set(key, sides.add(side));
    return sides.size === 2;
  }

  evaluate(expr: Expr, scope: Scope): Value {
    if (this.depth > MAX_DEPTH || !this.alive()) return UNKNOWN;
    this.depth += 1;
    try {
      return evaluate(this, expr, scope);
    } finally {
      this.depth -= 1;
    }
  }

  invoke(func: Value, args: readonly Value[], keywords: ReadonlyMap<string, Value>, place: Place): Value {
    return invoke(this, func, args, keywords, place);
  }

  runModule(tree: Module, source: Source, names = new Map<string, Value>()): Scope {
    const scope: Scope = { names, outer: undefined, source };
    this.run(tree.body, scope);
    return scope;
  }

  run(body: readonly Stmt[], scope: Scope): void {
    for (const statement of body) {
      if (this.depth > MAX_DEPTH || !this.alive()) return;
      this.depth += 1;
      try {
        this.execute(statement, scope);
      } finally {
        this.depth -= 1;
      }
    }
  }

  private execute(statement: Stmt, scope: Scope): void {
    switch (statement.kind) {
      case 'ExprStmt':
        this.evaluate(statement.value, scope);
        return;
      case 'Assign': {
        const before = nameBehind(statement.value, scope);
        const value = this.evaluate(statement.value, scope);
        for (const target of statement.targets)
          this.assign(target, target.kind === 'Name' ? asFilter(value, before, target.id) : value, scope);
        return;
      }
      case 'AnnAssign':
        if (statement.value) this.assign(statement.target, this.evaluate(statement.value, scope), scope);
        return;
      case 'AugAssign': {
        const value = binary(
          this.evaluate(statement.target, scope),
          statement.op.slice(0, -1),
          this.evaluate(statement.value, scope),
        );
        this.assign(statement.target, value, scope);
        return;
      }
      case 'Return': {
        const value = statement.value ? this.evaluate(statement.value, scope) : UNKNOWN;
        this.returns.at(-1)?.values.push(value);
        if (statement.value?.kind === 'Tuple') this.returnedPair(statement.value.elements, value, scope);
        return;
      }
      case 'FunctionDef':
        this.define(statement, scope);
        return;
      case 'ClassDef':
        scope.names.set(statement.name, { kind: 'class', def: statement, scope });
        return;
      case 'Import':
        this.importModules(statement, scope);
        return;
      case 'ImportFrom':
        this.importNames(statement, scope);
        return;
      case 'Delete':
        for (const target of statement.targets) this.remove(target, scope);
        return;
      default:
        this.compound(statement, scope);
    }
  }

  private compound(statement: Stmt, scope: Scope): void {
    switch (statement.kind) {
      case 'If':
        for (const clause of statement.clauses) {
          this.evaluate(clause.test, scope);
          this.run(clause.body, scope);
        }
        this.run(statement.orelse, scope);
        return;
      case 'For':
        this.loop(statement, scope);
        return;
      case 'While':
        this.evaluate(statement.test, scope);
        this.run(statement.body, scope);
        return;
      case 'With':
        for (const item of statement.items) {
          const value = this.evaluate(item.context, scope);
          if (item.target) this.assign(item.target, value, scope);
        }
        this.run(statement.body, scope);
        return;
      case 'Try':
        this.run(statement.body, scope);
        for (const handler of statement.handlers) this.run(handler.body, scope);
        this.run(statement.orelse, scope);
        this.run(statement.finalbody, scope);
        return;
      case 'Match':
        for (const one of statement.cases) this.run(one.body, scope);
        return;
      case 'Assert':
        this.evaluate(statement.test, scope);
        return;
      default:
        return;
    }
  }

  private loop(statement: Extract<Stmt, { kind: 'For' }>, scope: Scope): void {
    const iterated = this.evaluate(statement.iter, scope);
    const known = iterated.kind === 'list' && iterated.complete && iterated.elements.length <= UNROLL;
    for (const element of known ? iterated.elements : [elementOf(iterated)]) {
      this.assign(statement.target, element, scope);
      this.run(statement.body, scope);
    }
    this.run(statement.orelse, scope);
  }

  /** A decorated function stays callable: what decorators such as Mage's do to it does not change its data. */
  private define(statement: Extract<Stmt, { kind: 'FunctionDef' }>, scope: Scope): void {
    scope.names.set(statement.name, { kind: 'function', def: statement, scope });
  }

  assign(target: Expr, value: Value, scope: Scope): void {
    if (target.kind === 'Name') scope.names.set(target.id, value);
    else if (target.kind === 'Tuple' || target.kind === 'List') this.unpack(target.elements, value, scope);
    else if (target.kind === 'Starred') this.assign(target.value, list([value], false), scope);
    else if (target.kind === 'Attribute') this.assignAttribute(target, value, scope);
    else if (target.kind === 'Subscript') this.assignItem(target, value, scope);
  }

  private unpack(targets: readonly Expr[], value: Value, scope: Scope): void {
    targets.forEach((target, index) => {
      const element = value.kind === 'list' ? value.elements[index] : undefined;
      this.assign(target, element ?? (isData(value) ? derive(value) : UNKNOWN), scope);
    });
  }

  private assignAttribute(target: Extract<Expr, { kind: 'Attribute' }>, value: Value, scope: Scope): void {
    const owner = this.evaluate(target.value, scope);
    if (owner.kind === 'object') owner.attributes.set(target.attr, value);
    else if (isData(owner) && target.attr === 'index') this.assignIndex(owner, value);
    else if (isData(owner) && target.attr === 'name' && !isData(value) && owner.columns.size === 0) {
      // A name that is computed stays one name, so that the column can be found by it again.
      owner.from = fromOf(owner);
      owner.name = textOf(value) ?? `name of line ${this.place(target, scope).line}`;
    } else if (isData(owner) && target.attr !== 'columns')
      assignColumn(this, owner, { kind: 'const', value: target.attr }, value, this.place(target, scope));
  }

  private assignIndex(owner: Extract<Value, { kind: 'data' }>, value: Value): void {
    const dated = isData(value) && (value.time ?? (value.dates.size > 0 || value.pending?.kind === 'index'));
    if (isData(value) && value.time) owner.time ??= value.time;
    else if (dated && isData(value) && value.dates.size > 0) owner.time ??= [...value.marks][0];
  }

  private assignItem(target: Extract<Expr, { kind: 'Subscript' }>, value: Value, scope: Scope): void {
    const place = this.place(target, scope);
    let owner = this.evaluate(target.value, scope);
    if (target.value.kind === 'Attribute' && ['loc', 'iloc', 'at'].includes(target.value.attr))
      owner = this.evaluate(target.value.value, scope);
    const index = target.index.kind === 'Tuple' ? (target.index.elements.at(-1) ?? target.index) : target.index;
    const key = this.evaluate(index, scope);
    if (owner.kind === 'unknown' && target.value.kind === 'Name' && textOf(key) !== undefined && isData(value)) {
      owner = newData();
      this.assign(target.value, owner, scope);
    }
    if (isData(owner)) assignColumn(this, owner, key, value, place);
    else if (owner.kind === 'dict' && textOf(key) !== undefined) owner.entries.set(textOf(key) ?? '', value);
    else if (owner.kind === 'object') owner.attributes.set(`[${textOf(key) ?? ''}]`, value);
  }

  private remove(target: Expr, scope: Scope): void {
    if (target.kind !== 'Subscript') return;
    const owner = this.evaluate(target.value, scope);
    const name = textOf(this.evaluate(target.index, scope));
    if (!isData(owner) || name === undefined) return;
    owner.columns.delete(name);
    owner.without = new Set([...owner.without, name]);
  }

  /** `return X, y`: handed to a model elsewhere. */
  private returnedPair(elements: readonly Expr[], value: Value, scope: Scope): void {
    const [x, y] = elements;
    if (x?.kind !== 'Name' || y?.kind !== 'Name' || !isFeatureVariable(x.id) || value.kind !== 'list') return;
    const [features, target] = value.elements.map((element) => dataIn(element)[0]);
    if (features) useAsFeatures(this, features, target, this.place(x, scope), `${x.id}, ${y.id}`);
  }

  private importModules(statement: Import, scope: Scope): void {
    for (const { name, as } of statement.names) {
      const names = this.importer(name, 0, scope.source.path);
      const value: Value = names
        ? moduleObject(names, this.place(statement, scope))
        : { kind: 'symbol', name: as === undefined ? (name.split('.')[0] ?? name) : name };
      scope.names.set(as ?? name.split('.')[0] ?? name, value);
    }
  }

  private importNames(statement: ImportFrom, scope: Scope): void {
    const names = this.importer(statement.module, statement.level, scope.source.path);
    for (const { name, as } of statement.names) {
      if (name === '*') for (const [key, value] of names ?? []) scope.names.set(key, value);
      else
        scope.names.set(
          as ?? name,
          names?.get(name) ??
            this.submodule(statement, name, scope) ?? { kind: 'symbol', name: `${statement.module}.${name}` },
        );
    }
  }

  private submodule(statement: ImportFrom, name: string, scope: Scope): Value | undefined {
    const names = this.importer(
      statement.module === '' ? name : `${statement.module}.${name}`,
      statement.level,
      scope.source.path,
    );
    return names && moduleObject(names, this.place(statement, scope));
  }
}

/** The table that a chain of selections and methods starts from. */
function nameBehind(expr: Expr, scope: Scope): { name: string; value: Value | undefined } | undefined {
  let at = expr;
  while (at.kind !== 'Name') {
    if (at.kind === 'Call') at = at.func;
    else if (at.kind === 'Attribute' || at.kind === 'Subscript') at = at.value;
    else return undefined;
  }
  return { name: at.id, value: scope.names.get(at.id) };
}

/** `df = df[df.date >= start]`: the other rows are gone, so this is a filter and no side of a split. */
function asFilter(value: Value, before: ReturnType<typeof nameBehind>, target: string): Value {
  if (before?.name !== target || !isData(before.value) || before.value.part || !isData(value) || !value.part)
    return value;
  return value.part.shuffled ? value : { ...value, part: undefined };
}

const moduleObject = (names: ReadonlyMap<string, Value>, place: Place): Value => ({
  kind: 'object',
  type: 'module',
  args: [],
  keywords: new Map(),
  place,
  attributes: names as Map<string, Value>,
});
