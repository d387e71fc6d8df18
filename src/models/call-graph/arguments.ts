import type { FlowCall, Sym } from '../../languages/python/flow.js';
import { isStatic } from './decorations.js';
import type { Fn } from './program.js';
import { keyOf, PRESENT, type Frame, type Told, type Value } from './values.js';

type Values = readonly Value[];

/** What a call hands over. */
export interface Given {
  readonly positional: readonly Values[];
  readonly keywords: ReadonlyMap<string, Values>;
  /** Where it is written, and by whom. */
  readonly call?: FlowCall;
  readonly from?: Frame;
}

/** What of it makes a difference to how the function runs. */
export interface Telling {
  readonly args: ReadonlyMap<string, Values>;
  readonly literals: ReadonlyMap<string, Told> | undefined;
}

/** Annotated parameters need no help, unless something to call is given. */
export function tellingOf({ fn, self }: Value & { kind: 'function' }, given: Given): Telling {
  const bound = fn.owner !== undefined && self !== undefined && !isStatic(fn) ? 1 : 0;
  const args = new Map<string, Values>();
  fn.facts.params.forEach((param, index) => {
    if (param.style === 'args' || param.style === 'kwargs' || (bound === 1 && index === 0)) return;
    const values = given.keywords.get(param.name) ?? given.positional[index - bound];
    if (!values || (param.annotation && !values.some(isCallable))) return;
    const telling = values.filter((value) => keyOf(value) !== '');
    if (telling.length > 0 && (!param.annotation || telling.some(isCallable))) args.set(param.name, telling);
  });
  return { args, literals: literalsOf(fn, given, bound) };
}

/** What the call says of parameters on which tests depend; defaults count where nothing is given. */
function literalsOf(fn: Fn, given: Given, bound: number): ReadonlyMap<string, Told> | undefined {
  if ((fn.tested.size === 0 && fn.passedOn.size === 0) || !given.call || !given.from) return undefined;
  const { call, from } = given;
  const spread = call.keywords.flatMap(([name, value]) => (name === '' ? [value] : []));
  const open = call.args.some((arg) => arg.t === 'unknown') || spread.some((sym) => !isWrittenDown(sym, from));
  const literals = new Map<string, Told>();
  fn.facts.params.forEach((param, index) => {
    const matters = fn.tested.has(param.name) || fn.passedOn.has(param.name);
    if (!matters || param.style === 'args' || param.style === 'kwargs') return;
    const sym =
      call.keywords.find(([name]) => name === param.name)?.[1] ??
      spread.map((dict) => entryOf(dict, param.name, from)).find((entry) => entry !== undefined) ??
      call.args[index - bound];
    const value = sym
      ? toldOf(sym, param.name, given, index - bound)
      : open || !param.default
        ? undefined
        : literalOf(param.default, undefined);
    // Texts and numbers that are only passed on would tell apart too many ways to run the function.
    if (value !== undefined && (fn.tested.has(param.name) || typeof value === 'boolean' || value === null))
      literals.set(param.name, value);
  });
  return literals.size > 0 ? literals : undefined;
}

/** `**{…}`, or a name that was given one: its entries are known. */
function dictionaryOf(sym: Sym, from: Frame): Extract<Sym, { t: 'dict' }> | undefined {
  if (sym.t === 'dict') return sym;
  if (sym.t !== 'name') return undefined;
  const [only, ...others] = from.fn.bindings(sym.id);
  return others.length === 0 && only?.value.t === 'dict' ? only.value : undefined;
}

const isWrittenDown = (sym: Sym, from: Frame): boolean =>
  dictionaryOf(sym, from)?.of.every(([key]) => key !== '*' && key !== '**') ?? false;

const entryOf = (sym: Sym, name: string, from: Frame): Sym | undefined =>
  dictionaryOf(sym, from)?.of.find(([key]) => key === name)?.[1];

/** The value, or that there is one. */
function toldOf(sym: Sym, name: string, { from, keywords, positional }: Given, index: number): Told | undefined {
  const literal = literalOf(sym, from);
  if (literal !== undefined) return literal;
  if (sym.t === 'dict' || sym.t === 'sequence' || sym.t === 'function' || sym.t === 'template') return PRESENT;
  const values = keywords.get(name) ?? positional[index] ?? [];
  return values.length > 0 && values.every(isThere) ? PRESENT : undefined;
}

/** Not `None`. What an annotation says may be there need not be. */
const isThere = (value: Value): boolean =>
  (value.kind === 'instance' && value.exact === true) || value.kind === 'function' || value.kind === 'class';

function literalOf(sym: Sym, frame: Frame | undefined): Told | undefined {
  switch (sym.t) {
    case 'bool':
    case 'number':
    case 'string':
      return sym.value;
    case 'none':
      return null;
    case 'name':
      return frame?.fn.bindings(sym.id).length === 0 ? frame.literals?.get(sym.id) : undefined;
    default:
      return undefined;
  }
}

const isCallable = (value: Value): boolean =>
  value.kind === 'function' ||
  (value.kind === 'sequence' && value.run !== undefined) ||
  value.kind === 'partial' ||
  value.kind === 'offloaded' ||
  (value.kind === 'external' && value.name.includes('.'));
