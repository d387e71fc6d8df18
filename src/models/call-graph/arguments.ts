import type { FlowCall, Literal, Sym } from '../../languages/python/flow.js';
import { isStatic } from './decorations.js';
import type { Fn } from './program.js';
import { keyOf, type Frame, type Value } from './values.js';

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
  readonly literals: ReadonlyMap<string, Literal> | undefined;
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

/** What the call writes down for parameters on which tests depend; defaults count where nothing is given. */
function literalsOf(fn: Fn, given: Given, bound: number): ReadonlyMap<string, Literal> | undefined {
  if ((fn.tested.size === 0 && fn.passedOn.size === 0) || !given.call || !given.from) return undefined;
  const { call, from } = given;
  const open = call.keywords.some(([name]) => name === '') || call.args.some((arg) => arg.t === 'unknown');
  const literals = new Map<string, Literal>();
  fn.facts.params.forEach((param, index) => {
    const matters = fn.tested.has(param.name) || fn.passedOn.has(param.name);
    if (!matters || param.style === 'args' || param.style === 'kwargs') return;
    const sym = call.keywords.find(([name]) => name === param.name)?.[1] ?? call.args[index - bound];
    const value = sym ? literalOf(sym, from) : open || !param.default ? undefined : literalOf(param.default, undefined);
    // Texts and numbers that are only passed on would tell apart too many ways to run the function.
    if (value !== undefined && (fn.tested.has(param.name) || typeof value === 'boolean' || value === null))
      literals.set(param.name, value);
  });
  return literals.size > 0 ? literals : undefined;
}

function literalOf(sym: Sym, frame: Frame | undefined): Literal | undefined {
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
