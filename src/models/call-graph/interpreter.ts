import type { FlowBinding, FlowCall, FlowParam, Sym } from '../../languages/python/flow.js';
import { APPENDED_KEY, APPLICATION, itemKey } from '../../languages/python/flow-build.js';
import { Annotations } from './annotations.js';
import { tellingOf, type Given } from './arguments.js';
import { Branches } from './branches.js';
import { Classes } from './classes.js';
import { Containers, isState } from './containers.js';
import { isClassMethod, isContextManager, isStatic } from './decorations.js';
import { Frames } from './frames.js';
import { OutsideResults, QUEUE } from './outside-results.js';
import type { Fn, Program, SourceModule } from './program.js';
import { canonical, canonicalMember, OFFLOADERS, resultOf } from './types.js';
import { elementsOf, keyOf, unique, type Frame, type Value } from './values.js';

type Values = readonly Value[];
const NOTHING: Values = [];
const NONE: Values = [{ kind: 'none' }];

/** Deeper than any chain of definitions a person wrote; beyond it nothing is known. */
const MAX_DEPTH = 60;
const MAX_VALUES = 12;
/** Symbols that stand for nothing that is followed. */
const SILENT: ReadonlySet<Sym['t']> = new Set(['unknown', 'bool', 'template']);

const GETTERS = /^(?:get|pop|setdefault)$/;
const VIEWS = /^(?:values|items)$/;
const ANY_KEY: Sym = { t: 'unknown' };
const APPENDED: Sym = { t: 'string', value: APPENDED_KEY };

/**
 * Works out what expressions stand for, on demand and across files: names through scopes, imports and re-exports,
 * attributes through classes and their bases, calls through what functions return. It knows no order of execution
 * beyond the order of assignments, and where it cannot know it says nothing.
 */
export class Interpreter {
  readonly classes: Classes;
  readonly containers: Containers;
  readonly branches = new Branches(this);
  readonly #frames = new Frames();
  readonly #annotations = new Annotations(this);
  readonly #outsideResults = new OutsideResults(this);
  #depth = 0;

  constructor(readonly program: Program) {
    this.classes = new Classes(this);
    this.containers = new Containers(this);
  }

  frame(...given: Parameters<Frames['frame']>): Frame {
    return this.#frames.frame(...given);
  }

  bodyOf(module: SourceModule): Frame {
    return this.frame(module.body, undefined);
  }

  // ── Symbols ──

  values(sym: Sym, frame: Frame): Values {
    // What is written down needs no memory of its own.
    if (sym.t === 'string' || sym.t === 'number') return [{ kind: sym.t, value: sym.value } as Value];
    if (sym.t === 'none') return NONE;
    if (SILENT.has(sym.t)) return NOTHING;
    const known = frame.known.get(sym);
    if (known) return known;
    if (this.#depth > MAX_DEPTH) return NOTHING;
    frame.known.set(sym, NOTHING); // a cycle adds nothing
    this.#depth++;
    try {
      const values = few(this.#evaluate(sym, frame));
      frame.known.set(sym, values);
      return values;
    } finally {
      this.#depth--;
    }
  }

  #evaluate(sym: Sym, frame: Frame): Values {
    switch (sym.t) {
      case 'name':
        return this.lookup(sym.id, frame, sym.line);
      case 'attr': {
        const stored = this.#stored(sym, frame);
        return stored.length > 0
          ? stored
          : this.values(sym.of, frame).flatMap((value) => this.attribute(value, sym.name));
      }
      case 'call':
        return this.#callValue(frame.fn.facts.calls[sym.site], frame);
      case 'await':
        return this.values(sym.of, frame).flatMap((value) => (value.kind === 'coroutine' ? value.of : [value]));
      case 'item':
        return this.#item(sym, frame);
      case 'any': {
        const chosen = sym.when && this.branches.chosen(sym.when, frame);
        const one = chosen === undefined ? undefined : sym.of[chosen];
        return one ? this.values(one, frame) : sym.of.flatMap((each) => this.values(each, frame));
      }
      case 'element':
        return [
          ...this.values(sym.of, frame).flatMap((value) => elementsOf(value)),
          ...this.containers.items(sym.of, APPENDED, frame),
        ];
      case 'enter':
        return this.values(sym.of, frame).flatMap((value) => this.#entered(value));
      case 'function':
        return this.#definition(sym.index, frame);
      case 'class': {
        const cls = frame.fn.module.classes[sym.index];
        return cls ? [{ kind: 'class', cls }] : NOTHING;
      }
      case 'import':
        return this.imported(sym.target, frame.fn.module);
      case 'sequence':
        return [{ kind: 'sequence', of: sym.of.map((one) => this.values(one, frame)), each: false }];
      case 'dict':
        return [{ kind: 'dict', of: new Map(sym.of.map(([key, value]) => [key, this.values(value, frame)])) }];
      case 'except': {
        const excluded = new Set(this.typed(sym.type, frame).map(keyOf));
        return this.values(sym.of, frame).filter((value) => !this.#isOneOf(value, excluded));
      }
      case 'in': {
        const fn = frame.fn.module.functions[sym.scope];
        return fn ? this.values(sym.of, this.frame(fn, fn.owner)) : NOTHING;
      }
      default:
        return NOTHING;
    }
  }

  /** `request.app.state.redis`: whatever any file hung there. */
  #stored(sym: Extract<Sym, { t: 'attr' }>, frame: Frame): Values {
    return isState(sym.of, frame) ? this.#storesAt(`state.${sym.name}`) : NOTHING;
  }

  #storesAt(key: string): Values {
    return (this.program.stores.get(key) ?? []).slice(0, 8).flatMap(({ module, store }) => {
      const fn = module.functions[store.scope];
      return fn ? this.values(store.value, this.frame(fn, fn.owner)) : NOTHING;
    });
  }

  #isOneOf(value: Value, keys: ReadonlySet<string>): boolean {
    if (value.kind !== 'instance') return keys.has(keyOf(value));
    return this.classes.ancestry(value.cls).inside.some((cls) => keys.has(keyOf({ kind: 'instance', cls })));
  }

  /** The symbol that a module-level name was given, with the module's body in which it stands; through imports. */
  definition(sym: Sym, fn: Fn, depth = 0): { readonly sym: Sym; readonly fn: Fn } | undefined {
    if (sym.t !== 'name' || depth > 8) return undefined;
    const binding = fn.bindings(sym.id).at(-1) ?? fn.module.body.bindings(sym.id).at(-1);
    if (!binding) return undefined;
    if (binding.value.t !== 'import')
      return { sym: binding.value, fn: fn.bindings(sym.id).length > 0 ? fn : fn.module.body };
    const found = this.program.resolver.resolve(fn.module.path, binding.value.target);
    const module = found?.path === undefined ? undefined : this.program.modules.get(found.path);
    const [name] = found?.rest ?? [];
    return module && name !== undefined
      ? this.definition({ t: 'name', id: name, line: Infinity }, module.body, depth + 1)
      : undefined;
  }

  // ── Names ──

  lookup(name: string, frame: Frame, line: number): Values {
    const own = this.#local(name, frame, line);
    if (own) return own;
    if (frame.closure) return this.lookup(name, frame.closure, Infinity);
    const module = frame.fn.module;
    if (frame.fn.facts.kind !== 'module') return this.exported(module, name) ?? this.#builtin(name);
    return this.#starred(module, name, new Set()) ?? this.#builtin(name);
  }

  #builtin(name: string): Values {
    return name === '__annotated__' ? NOTHING : [{ kind: 'external', name }];
  }

  #local(name: string, frame: Frame, line: number): Values | undefined {
    const { param, assigned, narrowing } = frame.fn.local(name);
    if (assigned.length + narrowing.length === 0) return param && this.#parameter(param, frame);
    const narrowed = narrowing.findLast((one) => one.line < line && line <= (one.until ?? 0));
    if (narrowed) {
      const values = this.values(narrowed.value, frame);
      if (values.length > 0) return values;
    }
    if (assigned.length === 0) return param ? this.#parameter(param, frame) : undefined;
    const skipped = this.branches.skipped(frame);
    const made = assigned.filter((binding) => !skipped(binding.line));
    const before = made.filter((binding) => binding.line < line || (binding.line === line && !binding.certain));
    const reaching = reachingBindings(before.length > 0 || param ? before : made);
    const values = reaching.flatMap((binding) => this.values(binding.value, frame));
    const replaced = reaching.some(({ certain }) => certain);
    return param && !replaced ? [...this.#parameter(param, frame), ...values] : values;
  }

  /** A name of a module as other modules see it, through re-exports. */
  exported(module: SourceModule, name: string): Values | undefined {
    const frame = this.bodyOf(module);
    return this.#local(name, frame, Infinity) ?? this.#starred(module, name, new Set());
  }

  #starred(module: SourceModule, name: string, seen: Set<SourceModule>): Values | undefined {
    if (seen.has(module)) return undefined;
    seen.add(module);
    for (const target of module.flow.stars) {
      const path = this.program.resolver.resolve(module.path, target)?.path;
      const from = path === undefined ? undefined : this.program.modules.get(path);
      if (!from) continue;
      const found = this.#local(name, this.bodyOf(from), Infinity) ?? this.#starred(from, name, seen);
      if (found) return found;
    }
    return undefined;
  }

  imported(target: string, from: SourceModule): Values {
    const found = this.program.resolver.resolve(from.path, target);
    if (found?.path === undefined)
      return found || target.startsWith('.') ? NOTHING : [{ kind: 'external', name: canonical(target) }];
    const module = this.program.modules.get(found.path);
    if (!module) return NOTHING;
    return found.rest.reduce<Values>(
      (values, name) => values.flatMap((value) => this.attribute(value, name)),
      [{ kind: 'module', module }],
    );
  }

  #parameter(param: FlowParam, frame: Frame): Values {
    const key = param;
    const known = frame.known.get(key);
    if (known) return known;
    frame.known.set(key, NOTHING);
    const values = this.#parameterValues(param, frame);
    frame.known.set(key, values);
    return values;
  }

  #parameterValues(param: FlowParam, frame: Frame): Values {
    const given = frame.args?.get(param.name);
    if (given) return given;
    if (param.style === 'args' || param.style === 'kwargs') return NOTHING;
    const owner = frame.fn.owner;
    if (owner && frame.fn.facts.params[0] === param && !isStatic(frame.fn)) {
      const self = frame.self ?? owner;
      return [isClassMethod(frame.fn) ? { kind: 'class', cls: self } : { kind: 'instance', cls: self }];
    }
    const outside = this.#outside(frame);
    const annotated = param.annotation ? this.typed(param.annotation, outside) : NOTHING;
    if (annotated.some(({ kind }) => kind !== 'none')) return annotated;
    return param.default ? this.values(param.default, outside) : NOTHING;
  }

  /** The frame in which a function's annotations, defaults and decorators are evaluated. */
  #outside(frame: Frame): Frame {
    return frame.closure ?? this.bodyOf(frame.fn.module);
  }

  // ── Definitions and decorators ──

  #definition(index: number, frame: Frame): Values {
    const fn = frame.fn.module.functions[index];
    if (!fn) return NOTHING;
    const nested = frame.fn.facts.kind !== 'module' && fn.parent === frame.fn;
    const closure = nested ? frame : undefined;
    return this.decorated({ kind: 'function', fn, ...(closure ? { closure } : {}) }, frame);
  }

  /** What the name of a decorated function stands for. */
  decorated(bare: Value & { kind: 'function' }, frame: Frame): Values {
    let values: Values = [bare];
    for (const { value } of bare.fn.facts.decorators.toReversed()) {
      const replaced = this.values(value, frame).flatMap((decorator) => this.#applyDecorator(decorator, values));
      if (replaced.length > 0) values = replaced;
    }
    return values;
  }

  #applyDecorator(decorator: Value, to: Values): Values {
    if (decorator.kind === 'external' && OFFLOADERS.has(decorator.name)) return [{ kind: 'offloaded', of: to }];
    if (decorator.kind === 'object' && OFFLOADERS.has(decorator.type.replace(/\(\)$/, '')))
      return [{ kind: 'offloaded', of: to }];
    if (decorator.kind !== 'function' || decorator.fn.facts.async) return NOTHING;
    const frame = this.frameFor(decorator, { positional: [to], keywords: new Map() });
    const callable = this.returnsOf(frame).filter(
      ({ kind }) => kind === 'function' || kind === 'offloaded' || kind === 'partial',
    );
    return callable;
  }

  // ── Attributes ──

  attribute(value: Value, name: string): Values {
    switch (value.kind) {
      case 'module':
        return this.exported(value.module, name) ?? this.#submodule(value.module, name);
      case 'external':
        return [{ kind: 'external', name: canonicalMember(value.name, name), bound: value.bound === true }];
      case 'object':
        // Without a size `put` never waits.
        if (name === 'put' && QUEUE.test(value.type) && value.sized !== true) return NOTHING;
        return [{ kind: 'external', name: canonicalMember(value.type, name), bound: true }];
      case 'class':
        return this.classes.member(value.cls, name, value.cls, false);
      case 'instance': {
        const members = this.classes.member(value.cls, name, value.cls, true);
        return value.exact ? members : members.map((one) => (one.kind === 'function' ? { ...one, open: true } : one));
      }
      case 'super':
        return this.classes.memberAfter(value.after, name, value.self);
      case 'function':
        // A task of Celery: the decorator's object, with the function behind it.
        return name === 'delay' || name === 'apply_async'
          ? [{ kind: 'external', name: `celery.Task.${name}`, bound: true }]
          : NOTHING;
      default:
        return NOTHING;
    }
  }

  #submodule(module: SourceModule, name: string): Values {
    const path = this.program.resolver.resolve(module.path, `.${name}`)?.path;
    const found =
      path !== undefined && path !== module.path && module.path.endsWith('__init__.py')
        ? this.program.modules.get(path)
        : undefined;
    return found ? [{ kind: 'module', module: found }] : NOTHING;
  }

  // ── Calls ──

  callees(call: FlowCall, frame: Frame): Values {
    return this.values(call.func, frame);
  }

  #callValue(call: FlowCall | undefined, frame: Frame): Values {
    if (!call) return NOTHING;
    if (call.func.t === 'name' && call.func.id === 'super') return this.#superOf(frame);
    const gotten = this.#gotten(call, frame);
    if (gotten.length > 0) return gotten;
    return this.callees(call, frame).flatMap((callee) => this.result(callee, call, frame));
  }

  /** `models.get("churn")`: what was put into a dictionary, or the default. `models.items()`: all that was. */
  #gotten({ func, args: [key, otherwise] }: FlowCall, frame: Frame): Values {
    if (func.t === 'attr' && VIEWS.test(func.name)) return this.#viewed(func.of, func.name === 'values', frame);
    if (func.t !== 'attr' || !GETTERS.test(func.name) || !key) return NOTHING;
    const dicts = this.values(func.of, frame).filter(({ kind }) => kind === 'dict');
    const found = [
      ...this.containers.items(func.of, key, frame),
      ...dicts.flatMap((value) => this.#itemOf(value, key)),
    ];
    return found.length > 0 && otherwise ? [...found, ...this.values(otherwise, frame)] : found;
  }

  #viewed(of: Sym, bare: boolean, frame: Frame): Values {
    const held = this.#held(of, frame);
    if (held.length === 0) return NOTHING;
    const each: Value = { kind: 'sequence', of: [NOTHING, held], each: false };
    return [{ kind: 'sequence', of: [bare ? held : [each]], each: true }];
  }

  /** All that is in a dictionary or a list, as far as it is known. */
  #held(of: Sym, frame: Frame): Values {
    const dicts = this.values(of, frame).flatMap((value) =>
      value.kind === 'dict' ? [...value.of.values()].flat() : [],
    );
    return [...this.containers.items(of, ANY_KEY, frame), ...dicts];
  }

  #superOf(frame: Frame): Values {
    let at: Frame | undefined = frame;
    while (at && !at.fn.owner) at = at.closure;
    const after = at?.fn.owner;
    return after ? [{ kind: 'super', after, self: at?.self ?? after }] : NOTHING;
  }

  /** What calling a value gives. */
  result(callee: Value, call: FlowCall, frame: Frame): Values {
    switch (callee.kind) {
      case 'class':
        return [{ kind: 'instance', cls: callee.cls, exact: true }];
      case 'function':
        return this.resultOfFunction(this.frameFor(callee, this.argumentsOf(call, frame)));
      case 'instance': {
        const method = this.classes.member(callee.cls, '__call__', callee.cls, true);
        return method.flatMap((one) => this.result(one, call, frame));
      }
      case 'partial':
        return callee.of.flatMap((one) => this.result(one, call, frame));
      case 'offloaded':
        return [{ kind: 'coroutine', of: callee.of.flatMap((one) => this.result(one, call, frame)) }];
      case 'external':
        return this.#outsideResults.of(callee.name, call, frame);
      case 'object':
        return [{ kind: 'object', type: resultOf(canonical(`${callee.type}.__call__`)) }];
      default:
        return NOTHING;
    }
  }

  /** What calling gives: a coroutine, an iterator, or what is returned. */
  resultOfFunction(frame: Frame): Values {
    const { facts } = frame.fn;
    if (facts.generator) {
      const of = this.yieldsOf(frame);
      if (isContextManager(frame.fn)) return [{ kind: 'context', of }];
      return [{ kind: 'sequence', of: [of], each: true, ...(facts.async ? {} : { run: frame }) }];
    }
    const of = this.returnsOf(frame);
    return facts.async ? [{ kind: 'coroutine', of }] : of;
  }

  returnsOf(frame: Frame): Values {
    const { facts } = frame.fn;
    return this.#once('returns', frame, () => {
      const annotated = facts.returns && !facts.generator ? this.typed(facts.returns, this.#outside(frame)) : NOTHING;
      const skipped = this.branches.skipped(frame);
      const runs = facts.returned.filter((sym) => !skipped(lineOf(sym, frame.fn)));
      const returned = (): Values => runs.flatMap((sym) => this.values(sym, frame));
      if (!annotated.some(({ kind }) => kind !== 'none')) return returned();
      return annotated.some((value) => value.kind === 'instance') ? this.#narrower(annotated, returned()) : annotated;
    });
  }

  /** What a function returns says more than its annotation where all of it is known and derives from what is annotated. */
  #narrower(annotated: Values, returned: Values): Values {
    const instances = annotated.flatMap((value) => (value.kind === 'instance' ? [value.cls] : []));
    const fits = returned.filter(
      (value) =>
        value.kind === 'instance' &&
        this.classes
          .ancestry(value.cls)
          .inside.slice(value.exact ? 0 : 1)
          .some((base) => instances.includes(base)),
    );
    const all = returned.length > 0 && returned.every((value) => value.kind === 'none' || fits.includes(value));
    return all && fits.length > 0 ? fits : annotated;
  }

  yieldsOf(frame: Frame): Values {
    return this.#once('yields', frame, () => {
      const { facts } = frame.fn;
      const annotated = facts.returns
        ? this.typed(facts.returns, this.#outside(frame)).flatMap((value) => elementsOf(value))
        : NOTHING;
      if (annotated.some(({ kind }) => kind !== 'none')) return annotated;
      return facts.yielded.flatMap((sym) => this.values(sym, frame));
    });
  }

  #once(what: string, frame: Frame, compute: () => Values): Values {
    const known = frame.known.get(what);
    if (known) return known;
    frame.known.set(what, NOTHING);
    const values = this.deeper(compute);
    if (values) frame.known.set(what, values);
    return values ?? NOTHING;
  }

  /** One step deeper; undefined where that is too deep. */
  deeper(compute: () => Values): Values | undefined {
    if (this.#depth > MAX_DEPTH) return undefined;
    this.#depth++;
    try {
      return few(compute());
    } finally {
      this.#depth--;
    }
  }

  argumentsOf(call: FlowCall, frame: Frame): Given {
    return {
      positional: call.args.map((arg) => this.values(arg, frame)),
      keywords: new Map(call.keywords.flatMap(([name, sym]) => this.#named(name, this.values(sym, frame)))),
      call,
      from: frame,
    };
  }

  /** `**options` gives what the dictionary holds. */
  #named(name: string, values: Values): [string, Values][] {
    if (name !== '') return [[name, values]];
    const entries = values.flatMap((value) => (value.kind === 'dict' ? [...value.of] : []));
    return entries.filter(([key]) => key !== '*' && key !== '**');
  }

  /** The frame of a function that is called with certain arguments. */
  frameFor(callee: Value & { kind: 'function' }, given: Given | undefined): Frame {
    if (!given) return this.frame(callee.fn, callee.self, undefined, callee.closure);
    const { args, literals } = tellingOf(callee, given);
    return this.frame(callee.fn, callee.self, args, callee.closure, literals);
  }

  /** Instances of what an annotation names. */
  typed(sym: Sym, frame: Frame): Values {
    return this.#annotations.typed(sym, frame);
  }

  // ── Collections and contexts ──

  #item(sym: Extract<Sym, { t: 'item' }>, frame: Frame): Values {
    const { of, key } = sym;
    if (of.t === 'name' && of.id === '__annotated__') return this.typed(key, frame);
    const held = this.containers.items(of, key, frame);
    const found = [...held, ...this.values(of, frame).flatMap((value) => this.#itemOf(value, key))];
    if (found.length > 0) return found;
    const stored = itemKey(key);
    const holder = of.t === 'name' ? of.id : of.t === 'attr' ? of.name : '';
    return stored !== undefined && APPLICATION.test(holder) ? this.#storesAt(stored) : NOTHING;
  }

  #itemOf(value: Value, key: Sym): Values {
    if (value.kind === 'sequence') {
      const at =
        key.t === 'number' && !value.each
          ? value.of[key.value < 0 ? value.of.length + key.value : key.value]
          : undefined;
      return at ?? value.of.flat();
    }
    if (value.kind === 'dict') {
      const exact = key.t === 'string' ? value.of.get(key.value) : undefined;
      return exact ?? [...value.of.values()].flat();
    }
    if (value.kind === 'external' || value.kind === 'class') return [value]; // Generic[T]
    if (value.kind !== 'object') return NOTHING;
    if (value.items) return value.items;
    if (value.type === 'pandas.DataFrame')
      return [{ kind: 'object', type: key.t === 'string' ? 'pandas.Series' : 'pandas.DataFrame' }];
    const index = key.t === 'number' ? `.[${key.value}]` : '.[]';
    return [{ kind: 'object', type: canonical(value.type + (value.type.startsWith('pymongo.') ? '.item' : index)) }];
  }

  #entered(value: Value): Values {
    switch (value.kind) {
      case 'context':
        return value.of;
      case 'coroutine':
        return value.of.flatMap((one) => this.#entered(one));
      case 'object':
        if (value.type === 'sqlalchemy.ext.asyncio.async_sessionmaker')
          return [{ kind: 'object', type: 'sqlalchemy.ext.asyncio.AsyncSession' }];
        return [value];
      case 'instance': {
        const enter = [
          ...this.classes.member(value.cls, '__enter__', value.cls, true),
          ...this.classes.member(value.cls, '__aenter__', value.cls, true),
        ];
        const entered = enter.flatMap((method) =>
          method.kind === 'function' ? this.returnsOf(this.frameFor(method, undefined)) : NOTHING,
        );
        return entered.length > 0 ? entered : [value];
      }
      default:
        return NOTHING;
    }
  }
}

function few(values: Values): Values {
  const different = unique(values);
  return different.length > MAX_VALUES ? different.slice(0, MAX_VALUES) : different;
}

/** From the last assignment that certainly happened. */
function reachingBindings(bindings: readonly FlowBinding[]): readonly FlowBinding[] {
  let from = 0;
  bindings.forEach((binding, index) => {
    if (binding.certain) from = index;
  });
  return bindings.slice(from);
}

/** Where it is written, as far as that is known; no line else. */
function lineOf(sym: Sym, fn: Fn): number {
  switch (sym.t) {
    case 'name':
      return sym.line;
    case 'call':
      return fn.facts.calls[sym.site]?.line ?? 0;
    case 'function':
      return fn.module.functions[sym.index]?.facts.line ?? 0;
    case 'await':
    case 'attr':
    case 'item':
      return lineOf(sym.of, fn);
    default:
      return 0;
  }
}
