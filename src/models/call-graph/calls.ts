import type { FlowCall, Sym } from '../../languages/python/flow.js';
import type { Answers, Radar } from './joined.js';
import type { Fn } from './program.js';
import type { Frame, Value } from './values.js';

export interface CallSite {
  readonly fn: Fn;
  readonly frame: Frame;
  readonly call: FlowCall;
}

/** The name that stands before the brackets: the cheap question before working out who is called. */
export function calledName(call: FlowCall): string | undefined {
  return call.func.t === 'attr' ? call.func.name : call.func.t === 'name' ? call.func.id : undefined;
}

/** Calls, anywhere in the program, of something outside the repository. `local` are the names it may be called by. */
export function callsOf(program: Radar['program'], interpreter: Answers, local: RegExp, name: RegExp): CallSite[] {
  const found: CallSite[] = [];
  for (const module of program.modules.values()) {
    for (const fn of module.functions) {
      for (const call of fn.facts.calls) {
        if (!local.test(calledName(call) ?? '')) continue;
        const frame = interpreter.frame(fn, fn.owner);
        const called = interpreter
          .callees(call, frame)
          .some((value) => value.kind === 'external' && name.test(value.name));
        if (called) found.push({ fn, frame, call });
      }
    }
  }
  return found;
}

/** Calls of a function of the repository, by name first. */
export function callsTo(program: Radar['program'], interpreter: Answers, target: Fn): CallSite[] {
  const wanted = target.facts.name === '__init__' ? target.owner?.facts.name : target.facts.name;
  const found: CallSite[] = [];
  for (const module of program.modules.values()) {
    for (const fn of module.functions) {
      for (const call of fn.facts.calls) {
        if (calledName(call) !== wanted) continue;
        const frame = interpreter.frame(fn, fn.owner);
        if (interpreter.callees(call, frame).some((value) => isOf(value, target))) found.push({ fn, frame, call });
      }
    }
  }
  return found;
}

const isOf = (value: Value, target: Fn): boolean =>
  (value.kind === 'function' && value.fn === target) || (value.kind === 'class' && value.cls === target.owner);

/** What a call is given by name: written out, through `**dict`, through a caller's `**kwargs`, or `unknown`. */
export interface Keywords {
  readonly given: ReadonlyMap<string, { readonly sym: Sym; readonly frame: Frame }>;
  /** Something more is given that cannot be told. */
  readonly open: boolean;
}

/** Follows `**name` to dictionaries, and to the callers when it is the function's own `**kwargs`. One answer a caller. */
export function keywordsOf(
  site: CallSite,
  program: Radar['program'],
  interpreter: Answers,
  depth = 0,
): readonly Keywords[] {
  const given = new Map<string, { sym: Sym; frame: Frame }>();
  let open = false;
  let passedOn = false;
  for (const [name, sym] of site.call.keywords) {
    if (name !== '') given.set(name, { sym, frame: site.frame });
    else if (isOwnKwargs(sym, site.fn)) passedOn = true;
    else open = !addDictionary(sym, site, interpreter, given) || open;
  }
  if (!passedOn) return [{ given, open }];
  const callers = depth < 4 ? callsTo(program, interpreter, site.fn) : [];
  if (callers.length === 0) return [{ given, open: true }];
  const params = new Set(site.fn.facts.params.map(({ name }) => name));
  return callers.flatMap((caller) =>
    keywordsOf(caller, program, interpreter, depth + 1).map((outer) => ({
      given: new Map([...[...outer.given].filter(([name]) => !params.has(name)), ...given]),
      open: open || outer.open,
    })),
  );
}

const isOwnKwargs = (sym: Sym, fn: Fn): boolean =>
  sym.t === 'name' && fn.facts.params.some(({ name, style }) => style === 'kwargs' && name === sym.id);

/** @returns false when the dictionary is not known */
function addDictionary(
  sym: Sym,
  site: CallSite,
  interpreter: Answers,
  given: Map<string, { sym: Sym; frame: Frame }>,
): boolean {
  const values = interpreter.values(sym, site.frame);
  const known = values.filter((value) => value.kind === 'dict');
  for (const { of } of known) {
    for (const [key, held] of of)
      if (key !== '*' && key !== '**') given.set(key, { sym: symOf(held), frame: site.frame });
  }
  // engine_args["pool_size"] = 10, after the dictionary was made, here or in the function that makes it
  const name = sym.t === 'name' ? sym.id : sym.t === 'attr' ? sym.name : undefined;
  const own = site.fn.module.flow.stores.filter(({ of }) => name !== undefined && holderName(of) === name);
  for (const { key, value } of own)
    if (key.startsWith('[')) given.set(key.slice(1, -1), { sym: value, frame: site.frame });
  for (const fn of makersOf(sym, site, interpreter)) {
    for (const { of, key, value, scope } of fn.module.flow.stores) {
      const returned = fn.facts.returned.some((one) => one.t === 'name' && one.id === holderName(of));
      if (!returned || fn.module.functions[scope] !== fn || !key.startsWith('[')) continue;
      given.set(key.slice(1, -1), { sym: value, frame: interpreter.frame(fn, fn.owner) });
    }
  }
  return known.length > 0 && known.every(({ of }) => !of.has('*') && !of.has('**'));
}

const holderName = (of: Sym): string | undefined => (of.t === 'name' ? of.id : of.t === 'attr' ? of.name : undefined);

/** Functions whose result a name was given, or that are called on the spot: `**engine_options(url)`. */
function makersOf(sym: Sym, { fn, frame }: CallSite, interpreter: Answers): Fn[] {
  const defined = sym.t === 'name' ? interpreter.definition(sym, fn) : undefined;
  const at = defined ?? { sym, fn };
  const call = at.sym.t === 'call' ? at.fn.facts.calls[at.sym.site] : undefined;
  if (!call) return [];
  const from = at.fn === fn ? frame : interpreter.frame(at.fn, at.fn.owner);
  return interpreter.callees(call, from).flatMap((value) => (value.kind === 'function' ? [value.fn] : []));
}

/** Back from a value to a symbol, as far as limits ask: numbers. */
function symOf(values: readonly Value[]): Sym {
  const [only] = values;
  return only?.kind === 'number' && values.length === 1 ? { t: 'number', value: only.value } : { t: 'unknown' };
}
