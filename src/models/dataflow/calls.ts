import type { Call, Expr } from '../../languages/python/ast.js';
import { estimatorMethod } from './estimators.js';
import { library } from './library.js';
import type { Invocation, Machine } from './machine.js';
import { dataMethod } from './methods.js';
import { UNKNOWN, constant, dataIn, isData, list, newData, textOf, textsOf } from './values.js';
import type { Data, Scope, Value } from './values.js';

/** Methods that only tables and series have: a receiver of which nothing is known must be one. */
const TABLE_METHODS = new Set([
  'shift',
  'rolling',
  'bfill',
  'ffill',
  'fillna',
  'set_index',
  'sort_values',
  'sort_index',
  'resample',
  'groupby',
  'dropna',
  'drop',
  'assign',
  'reset_index',
  'pct_change',
  'interpolate',
  'merge',
  'with_columns',
  'withColumn',
  'orderBy',
  'to_frame',
  'copy',
]);

export function call(machine: Machine, expr: Call, scope: Scope): Value {
  const invocation = argumentsOf(machine, expr, scope);
  if (expr.func.kind === 'Attribute') {
    const receiver = machine.evaluate(expr.func.value, scope);
    const name = expr.func.attr;
    if (receiver.kind !== 'symbol') return method(machine, receiver, name, invocation, expr.func.value, scope);
  }
  const func = machine.evaluate(expr.func, scope);
  return apply(machine, func, invocation);
}

/** Calls what is not a method. */
function apply(machine: Machine, func: Value, invocation: Invocation): Value {
  if (func.kind === 'symbol') return library(machine, func.name, invocation);
  if (func.kind === 'function') return machine.invoke(func, invocation.args, invocation.keywords, invocation.place);
  if (func.kind === 'class') return machine.invoke(func, invocation.args, invocation.keywords, invocation.place);
  if (func.kind === 'method') return method(machine, func.receiver, func.name, invocation);
  const parts = invocation.args.flatMap((value) => dataIn(value));
  return parts[0] ? library(machine, '', invocation) : UNKNOWN;
}

function argumentsOf(machine: Machine, expr: Call, scope: Scope): Invocation {
  const args: Value[] = [];
  for (const argument of expr.args) {
    const value = machine.evaluate(argument, scope);
    if (argument.kind === 'Starred' && value.kind === 'list') args.push(...value.elements);
    else args.push(value);
  }
  const keywords = new Map<string, Value>();
  for (const keyword of expr.keywords) {
    const value = machine.evaluate(keyword.value, scope);
    if (keyword.name !== undefined) keywords.set(keyword.name, value);
    else if (value.kind === 'dict') for (const [name, entry] of value.entries) keywords.set(name, entry);
    else keywords.set('**', value);
  }
  return { args, keywords, place: machine.place(expr, scope), scope };
}

function method(
  machine: Machine,
  receiver: Value,
  name: string,
  call: Invocation,
  source?: Expr,
  scope?: Scope,
): Value {
  switch (receiver.kind) {
    case 'data':
      return inPlaceOfColumn(machine, receiver, name, call, source, scope) ?? dataMethod(machine, receiver, name, call);
    case 'object':
      return objectMethod(machine, receiver, name, call);
    case 'list':
      return listMethod(receiver, name, call);
    case 'columns':
      return columnsMethod(receiver, name, call);
    case 'const':
      return textMethod(receiver.value, name, call);
    case 'dict':
      return dictMethod(receiver, name, call);
    default:
      return unknownMethod(machine, receiver, name, call, source, scope);
  }
}

/** `df['x'].fillna(0, inplace=True)`: what pandas does to the column shows in the table. */
function inPlaceOfColumn(
  machine: Machine,
  receiver: Data,
  name: string,
  call: Invocation,
  source?: Expr,
  scope?: Scope,
): Value | undefined {
  const inPlace = call.keywords.get('inplace');
  const column = source?.kind === 'Subscript' || source?.kind === 'Attribute';
  if (!column || !scope || inPlace?.kind !== 'const' || inPlace.value !== true) return undefined;
  const keywords = new Map([...call.keywords].filter(([keyword]) => keyword !== 'inplace'));
  machine.assign(source, dataMethod(machine, receiver, name, { ...call, keywords }), scope);
  return constant(null);
}

function objectMethod(
  machine: Machine,
  receiver: Extract<Value, { kind: 'object' }>,
  name: string,
  call: Invocation,
): Value {
  const own = receiver.attributes.get(name);
  if (own?.kind === 'function' || own?.kind === 'class')
    return machine.invoke(own, call.args, call.keywords, call.place);
  if (receiver.type === 'module') return UNKNOWN;
  const known = estimatorMethod(machine, receiver, name, call);
  if (known) return known;
  if (receiver.type.endsWith('.Ticker') && name === 'history') return library(machine, 'yfinance.download', call);
  const parts = call.args.flatMap((value) => dataIn(value));
  return parts.length > 0 ? library(machine, '', call) : UNKNOWN;
}

/** A name that nothing is known of becomes a table when it is used as one, and stays one. */
function unknownMethod(
  machine: Machine,
  receiver: Value,
  name: string,
  call: Invocation,
  source?: Expr,
  scope?: Scope,
): Value {
  if (TABLE_METHODS.has(name)) {
    const table = newData();
    if (source?.kind === 'Name' && scope && receiver.kind === 'unknown') machine.assign(source, table, scope);
    return dataMethod(machine, table, name, call);
  }
  const known = estimatorMethod(machine, undefined, name, call);
  if (known) return known;
  return call.args.some(isData) ? library(machine, '', call) : UNKNOWN;
}

function listMethod(receiver: Extract<Value, { kind: 'list' }>, name: string, call: Invocation): Value {
  const [first] = call.args;
  if ((name === 'append' || name === 'insert' || name === 'add') && receiver.elements.length < 500) {
    receiver.elements.push(call.args.at(-1) ?? UNKNOWN);
  } else if ((name === 'extend' || name === 'update') && first?.kind === 'list') {
    receiver.elements.push(...first.elements.slice(0, 500 - receiver.elements.length));
  } else if (name === 'extend' || name === 'update') receiver.complete = false;
  else if (name === 'remove') {
    const gone = textOf(first);
    const kept = receiver.elements.filter((element) => gone === undefined || textOf(element) !== gone);
    receiver.elements.splice(0, receiver.elements.length, ...kept);
  } else if (name === 'copy') return list([...receiver.elements], receiver.complete);
  return name === 'pop' ? (receiver.elements.pop() ?? UNKNOWN) : UNKNOWN;
}

function columnsMethod(receiver: Extract<Value, { kind: 'columns' }>, name: string, call: Invocation): Value {
  if (name === 'drop' || name === 'difference') {
    const names = textsOf(call.args[0]);
    return names ? { ...receiver, without: new Set([...receiver.without, ...names]) } : UNKNOWN;
  }
  if (name === 'remove') {
    const gone = textOf(call.args[0]);
    if (gone !== undefined) (receiver.without as Set<string>).add(gone);
    return constant(null);
  }
  return ['tolist', 'to_list', 'copy', 'values'].includes(name)
    ? { ...receiver, without: new Set(receiver.without) }
    : UNKNOWN;
}

function dictMethod(receiver: Extract<Value, { kind: 'dict' }>, name: string, call: Invocation): Value {
  const key = textOf(call.args[0]);
  if (name === 'get' && key !== undefined) return receiver.entries.get(key) ?? call.args[1] ?? UNKNOWN;
  const values = [...receiver.entries.values()];
  if (name === 'values') return list(values);
  if (name === 'items') return list([...receiver.entries].map(([entry, value]) => list([constant(entry), value])));
  return name === 'keys' ? list([...receiver.entries.keys()].map(constant)) : UNKNOWN;
}

function textMethod(value: unknown, name: string, call: Invocation): Value {
  if (typeof value !== 'string') return UNKNOWN;
  if (name === 'format') return constant(value.replace(/\{\w*\}/g, '{}'));
  if (name === 'lower') return constant(value.toLowerCase());
  if (name === 'upper') return constant(value.toUpperCase());
  if (name === 'join') return constant((textsOf(call.args[0]) ?? ['{}']).join(value).slice(0, 2000));
  return UNKNOWN;
}
