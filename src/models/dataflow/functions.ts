import type { ClassDef, FunctionDef, Lambda, Param } from '../../languages/python/ast.js';
import { either } from './expressions.js';
import type { Interpreter } from './interpreter.js';
import { isFeatureList, isFeatureVariable, isTargetName, makesFeatures } from './names.js';
import { useAsFeatures } from './features.js';
import { visibleColumns } from './frames.js';
import { FUTURE, UNKNOWN, isData, list, newData, textsOf } from './values.js';
import type { ObjectValue, Place, Scope, Value } from './values.js';

/** Calls nested deeper than this are left unknown. */
const MAX_CALLS = 12;

/** Runs a function of the repository on the caller's values. */
export function invoke(
  machine: Interpreter,
  func: Value,
  args: readonly Value[],
  keywords: ReadonlyMap<string, Value>,
  place: Place,
): Value {
  if (func.kind === 'class') return instantiate(machine, func, args, keywords, place);
  if (func.kind !== 'function' || machine.stack.length >= MAX_CALLS || machine.stack.includes(func.def)) return UNKNOWN;
  const { def } = func;
  machine.outcome.called.add(def);
  const scope: Scope = { names: new Map(), outer: func.scope, source: func.scope.source };
  bind(machine, def, func.self ? [func.self, ...args] : args, keywords, scope);
  if (def.kind === 'Lambda') return machine.evaluate(def.body, scope);
  return runBody(machine, def, scope);
}

function runBody(machine: Interpreter, def: FunctionDef, scope: Scope): Value {
  machine.stack.push(def);
  machine.returns.push({ values: [], named: [] });
  try {
    machine.run(def.body, scope);
    closeScope(machine, scope, def);
  } finally {
    machine.stack.pop();
  }
  const { values } = machine.returns.pop() ?? { values: [] };
  const result = either(values);
  if (makesFeatures(def.name)) survivors(machine, def, result, scope);
  return result;
}

/** Runs what nothing in the file calls: functions and methods that others import. */
export function explore(machine: Interpreter, scope: Scope): void {
  for (const value of [...scope.names.values()]) {
    if (value.kind === 'function' && value.scope === scope && value.def.kind === 'FunctionDef')
      exploreOne(machine, value);
    if (value.kind !== 'class' || value.scope !== scope) continue;
    const object = instantiate(machine, value, [], new Map(), {
      path: scope.source.path,
      line: value.def.line,
      endLine: value.def.line,
    });
    if (object.kind !== 'object') continue;
    for (const method of [...object.attributes.values()]) if (method.kind === 'function') exploreOne(machine, method);
  }
}

function exploreOne(machine: Interpreter, func: Extract<Value, { kind: 'function' }>): void {
  if (machine.outcome.called.has(func.def) || func.def.kind === 'Lambda') return;
  const scope: Scope = { names: new Map(), outer: func.scope, source: func.scope.source };
  bind(machine, func.def, func.self ? [func.self] : [], new Map(), scope);
  runBody(machine, func.def, scope);
}

/** Parameters: given, by default, or unknown, in which case they may well be a table. */
function bind(
  machine: Interpreter,
  def: FunctionDef | Lambda,
  args: readonly Value[],
  keywords: ReadonlyMap<string, Value>,
  scope: Scope,
): void {
  const positional = def.params.filter(({ style }) => style === 'normal' || style === 'positional-only');
  for (const param of def.params) {
    const index = positional.indexOf(param);
    if (param.style === 'args') scope.names.set(param.name, list([...args.slice(positional.length)], false));
    else if (param.style === 'kwargs')
      scope.names.set(param.name, { kind: 'dict', entries: new Map(keywords), spread: [] });
    else
      scope.names.set(
        param.name,
        keywords.get(param.name) ?? (index >= 0 ? args[index] : undefined) ?? byDefault(machine, param, scope),
      );
  }
}

function byDefault(machine: Interpreter, param: Param, scope: Scope): Value {
  const value = param.default && machine.evaluate(param.default, scope.outer ?? scope);
  return value && !(value.kind === 'const' && value.value === null) ? value : newData();
}

function instantiate(
  machine: Interpreter,
  type: Extract<Value, { kind: 'class' }>,
  args: readonly Value[],
  keywords: ReadonlyMap<string, Value>,
  place: Place,
): Value {
  const object: ObjectValue = {
    kind: 'object',
    type: type.def.name,
    args,
    keywords,
    place,
    attributes: new Map(),
    definition: type,
  };
  bindMethods(object, type.def, type.scope);
  const init = object.attributes.get('__init__');
  if (init) machine.invoke(init, args, keywords, place);
  return object;
}

function bindMethods(object: ObjectValue, def: ClassDef, scope: Scope, depth = 0): void {
  for (const base of def.bases) {
    const parent = base.kind === 'Name' && depth < 5 ? lookupClass(base.id, scope) : undefined;
    if (parent) bindMethods(object, parent.def, parent.scope, depth + 1);
  }
  for (const statement of def.body) {
    if (statement.kind !== 'FunctionDef') continue;
    const free = statement.decorators.some((decorator) => decorator.kind === 'Name' && decorator.id === 'staticmethod');
    object.attributes.set(statement.name, {
      kind: 'function',
      def: statement,
      scope,
      ...(free ? {} : { self: object }),
    });
  }
}

function lookupClass(name: string, scope: Scope): Extract<Value, { kind: 'class' }> | undefined {
  const value = scope.names.get(name);
  return value?.kind === 'class' ? value : undefined;
}

/** What a scope leaves behind under the names of a model's input, though no model is in sight. */
export function closeScope(machine: Interpreter, scope: Scope, def?: FunctionDef): void {
  for (const [name, value] of scope.names) {
    if (isFeatureList(name)) chosenColumns(machine, scope, name, value);
    if (!isData(value) || !isFeatureVariable(name) || value.part) continue;
    if (def?.params.some((param) => param.name === name)) continue;
    const target = [...scope.names].find(
      ([other, one]) => /^y(_\w+)?$|^target$|^labels?$/.test(other) && isData(one),
    )?.[1];
    if (isData(target)) useAsFeatures(machine, value, target, value.made ?? placeOf(value, scope), name);
  }
}

const placeOf = (value: Extract<Value, { kind: 'data' }>, scope: Scope): Place => {
  const mark = value.marks[0] ?? [...value.columns.values()].at(-1)?.made;
  return mark ?? { path: scope.source.path, line: 1, endLine: 1 };
};

/** `FEATURES = ['close', 'close_lead_1']` names a column that some table got from later rows. */
function chosenColumns(machine: Interpreter, scope: Scope, variable: string, value: Value): void {
  const names = textsOf(value);
  if (!names) return;
  for (const table of scope.names.values()) {
    if (!isData(table)) continue;
    for (const [name, column] of table.columns) {
      const mark = column.marks.find(({ kind }) => kind === 'later');
      if (!mark || !names.includes(name) || isTargetName(name)) continue;
      machine.emit({
        rule: 'future-feature',
        at: mark,
        message: `${mark.label}, and ${variable} names "${name}" as a feature`,
        trace: [{ ...mark, label: mark.label }],
      });
    }
  }
}

/** Columns from later rows in what a feature-making function gives back. */
function survivors(machine: Interpreter, def: FunctionDef, result: Value, scope: Scope): void {
  if (!isData(result)) return;
  const columns = visibleColumns(result);
  for (const [name, column] of columns) {
    const mark = column.marks.find(({ kind }) => FUTURE.includes(kind) && (kind === 'later' || kind === 'centred'));
    if (!mark || isTargetName(name) || (column.dates.size > 0 && column.dates.has(name))) continue;
    const feeds = columns.some(([other, one]) => other !== name && isTargetName(other) && one.from.has(name));
    if (feeds) continue;
    machine.outcome.survivors.push({
      mark,
      column: name,
      definition: def,
      functionName: def.name,
      place: { path: scope.source.path, line: scope.source.lineOf(def.line), endLine: scope.source.lineOf(def.line) },
    });
  }
}
