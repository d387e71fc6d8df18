import type { FlowBinding, FlowCall, FlowParam, Literal, Sym } from '../../languages/python/flow.js';
import { itemKey } from '../../languages/python/flow-build.js';
import { Classes } from './classes.js';
import { Containers, isState } from './containers.js';
import type { Cls, Fn, Program, SourceModule } from './program.js';
import { canonical, canonicalMember, OFFLOADERS, resultOf } from './types.js';
import { keyOf, unique, type Frame, type Value } from './values.js';

type Values = readonly Value[];
const NOTHING: Values = [];
const NONE: Values = [{ kind: 'none' }];

/** Deeper than any chain of definitions a person wrote; beyond it nothing is known. */
const MAX_DEPTH = 60;
/** Ways to call one function that are told apart; beyond it they are one. */
const MAX_FRAMES = 16;
const MAX_VALUES = 12;
/** Symbols that stand for nothing that is followed. */
const SILENT: ReadonlySet<Sym['t']> = new Set(['unknown', 'bool', 'template']);

/** Types that say nothing about a value. */
const VAGUE =
  /^(?:typing|typing_extensions|collections\.abc|types)\.|^(?:object|Any|dict|str|int|float|bool|bytes|None|T)$/;
const WRAPPERS =
  /^(?:(?:typing|typing_extensions|t)\.)?(?:Optional|Annotated|Final|ClassVar|Required|NotRequired|ReadOnly)$/;
const COLLECTIONS =
  /^(?:(?:typing|typing_extensions|collections\.abc)\.)?(?:list|set|tuple|frozenset|List|Set|Tuple|FrozenSet|Sequence|Iterable|Iterator|Collection|Generator|AsyncGenerator|AsyncIterator|AsyncIterable|MutableSequence|deque|Deque)$/;
const MAPPINGS =
  /^(?:(?:typing|collections\.abc|collections)\.)?(?:dict|Dict|Mapping|MutableMapping|defaultdict|DefaultDict|OrderedDict)$/;
const GETTERS = /^(?:get|pop|setdefault)$/;
const ASYNC_MAKER = 'sqlalchemy.ext.asyncio.async_sessionmaker';
const QUEUE = /^(?:queue|multiprocessing)\.(?:\w*Queue)$/;
const AWAITABLES = /^(?:(?:typing|collections\.abc)\.)(?:Awaitable|Coroutine)$/;

/**
 * Works out what expressions stand for, on demand and across files: names through scopes, imports and re-exports,
 * attributes through classes and their bases, calls through what functions return. It knows no order of execution
 * beyond the order of assignments, and where it cannot know it says nothing.
 */
export class Interpreter {
  readonly classes: Classes;
  readonly containers: Containers;
  readonly #frames = new Map<string, Frame>();
  readonly #framesOf = new Map<Fn, number>();
  readonly #plainFrames = new Map<Fn, Map<Cls | undefined, Frame>>();
  readonly #aliases = new Map<Sym, Values>();
  #depth = 0;

  constructor(readonly program: Program) {
    this.classes = new Classes(this);
    this.containers = new Containers(this);
  }

  // ── Frames ──

  frame(
    fn: Fn,
    self: Cls | undefined,
    args?: ReadonlyMap<string, Values>,
    closure?: Frame,
    literals?: ReadonlyMap<string, Literal>,
  ): Frame {
    if (closure !== undefined || args !== undefined || literals !== undefined)
      return this.#frameOf(fn, self, args, closure, literals);
    // By far the most are asked for again and again; writing their key would be most of the work.
    const byOwner = this.#plainFrames.get(fn) ?? new Map<Cls | undefined, Frame>();
    if (byOwner.size === 0) this.#plainFrames.set(fn, byOwner);
    let frame = byOwner.get(self);
    if (!frame) {
      frame = this.#frameOf(fn, self, undefined, undefined, undefined);
      byOwner.set(self, frame);
    }
    return frame;
  }

  #frameOf(
    fn: Fn,
    self: Cls | undefined,
    args: ReadonlyMap<string, Values> | undefined,
    closure: Frame | undefined,
    literals: ReadonlyMap<string, Literal> | undefined,
  ): Frame {
    const outer =
      closure ?? (fn.parent && fn.parent.facts.kind !== 'module' ? this.frame(fn.parent, fn.parent.owner) : undefined);
    const owner = self ?? fn.owner;
    const said = [
      ...[...(args ?? [])].map(([name, values]) => `${name}=${values.map(keyOf).join()}`),
      ...[...(literals ?? [])].map(([name, value]) => `${name}:${JSON.stringify(value)}`),
    ].join(';');
    const plain = `${fn.id}@${owner?.id ?? ''}<${outer?.key ?? ''}>`;
    const key = said === '' ? plain : `${plain}(${said})`;
    const known = this.#frames.get(key);
    if (known) return known;
    const count = (this.#framesOf.get(fn) ?? 0) + 1;
    if (key.length > 600 || (said !== '' && count > MAX_FRAMES)) {
      return said === ''
        ? this.#newFrame({ fn, self: owner, args: undefined, closure: undefined, literals: undefined, key: `${fn.id}` })
        : this.frame(fn, self, undefined, closure);
    }
    this.#framesOf.set(fn, count);
    return this.#newFrame({ fn, self: owner, args: said === '' ? undefined : args, closure: outer, literals, key });
  }

  #newFrame(given: Omit<Frame, 'known'>): Frame {
    const existing = this.#frames.get(given.key);
    if (existing) return existing;
    const frame: Frame = { ...given, known: new Map() };
    this.#frames.set(given.key, frame);
    return frame;
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
      case 'any':
        return sym.of.flatMap((one) => this.values(one, frame));
      case 'element':
        return this.values(sym.of, frame).flatMap((value) => this.#elements(value));
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
    const before = assigned.filter((binding) => binding.line < line || (binding.line === line && !binding.certain));
    const reaching = reachingBindings(before.length > 0 || param ? before : assigned);
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
      case 'instance':
        return this.classes.member(value.cls, name, value.cls, true);
      case 'super':
        return this.classes.memberAfter(value.after, name, value.self);
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
    return this.callees(call, frame).flatMap((callee) => this.#result(callee, call, frame));
  }

  /** `models.get("churn")`: what was put into a dictionary, or the default. */
  #gotten({ func, args: [key, otherwise] }: FlowCall, frame: Frame): Values {
    if (func.t !== 'attr' || !GETTERS.test(func.name) || !key) return NOTHING;
    const dicts = this.values(func.of, frame).filter(({ kind }) => kind === 'dict');
    const found = [
      ...this.containers.items(func.of, key, frame),
      ...dicts.flatMap((value) => this.#itemOf(value, key)),
    ];
    return found.length > 0 && otherwise ? [...found, ...this.values(otherwise, frame)] : found;
  }

  #superOf(frame: Frame): Values {
    let at: Frame | undefined = frame;
    while (at && !at.fn.owner) at = at.closure;
    const after = at?.fn.owner;
    return after ? [{ kind: 'super', after, self: at?.self ?? after }] : NOTHING;
  }

  #result(callee: Value, call: FlowCall, frame: Frame): Values {
    switch (callee.kind) {
      case 'class':
        return [{ kind: 'instance', cls: callee.cls }];
      case 'function':
        return this.resultOfFunction(this.frameFor(callee, this.argumentsOf(call, frame)));
      case 'instance': {
        const method = this.classes.member(callee.cls, '__call__', callee.cls, true);
        return method.flatMap((one) => this.#result(one, call, frame));
      }
      case 'partial':
        return callee.of.flatMap((one) => this.#result(one, call, frame));
      case 'offloaded':
        return [{ kind: 'coroutine', of: callee.of.flatMap((one) => this.#result(one, call, frame)) }];
      case 'external':
        return this.#externalResult(callee.name, call, frame);
      case 'object':
        return [{ kind: 'object', type: resultOf(canonical(`${callee.type}.__call__`)) }];
      default:
        return NOTHING;
    }
  }

  #externalResult(name: string, call: FlowCall, frame: Frame): Values {
    const arg = (index: number): Values => {
      const sym = call.args[index];
      return sym ? this.values(sym, frame) : NOTHING;
    };
    switch (name) {
      case 'functools.partial':
      case 'functools.partialmethod':
        return [{ kind: 'partial', of: arg(0) }];
      case 'functools.wraps':
      case 'typing.TypeVar':
      case 'logging.getLogger':
        return NOTHING;
      case 'typing.cast':
        return call.args[0] ? this.typed(call.args[0], frame) : NOTHING;
      case 'contextlib.closing':
      case 'contextlib.nullcontext':
        return [{ kind: 'context', of: arg(0) }];
      case 'next':
      case 'anext':
        return arg(0).flatMap((value) => this.#elements(value));
      case 'list':
      case 'tuple':
      case 'set':
      case 'iter':
      case 'reversed':
      case 'sorted':
        return [{ kind: 'sequence', of: [arg(0).flatMap((value) => this.#elements(value))], each: true }];
      case 'fastapi.Depends':
      case 'fastapi.Security':
        return this.#injected(call, frame);
      case 'sqlalchemy.orm.sessionmaker':
      case 'sqlalchemy.orm.scoped_session':
        return [{ kind: 'object', type: this.#makesAsyncSessions(call, frame) ? ASYNC_MAKER : name }];
      case 'dict':
        return [
          {
            kind: 'dict',
            of: new Map(call.keywords.map(([key, value]) => [key === '' ? '**' : key, this.values(value, frame)])),
          },
        ];
      default:
    }
    if (/_pb2_grpc\.\w+Stub$/.test(name)) {
      const channel = arg(0).some((value) => value.kind === 'object' && /^grpc\.\w+\(\)/.test(value.type));
      return channel ? [{ kind: 'object', type: 'grpc-stub' }] : NOTHING;
    }
    if (OFFLOADERS.has(name)) {
      const decorates =
        name.startsWith('asgiref') ||
        name.startsWith('channels') ||
        name.startsWith('asyncer') ||
        name.startsWith('unsync');
      const of = arg(0);
      return [
        decorates
          ? { kind: 'offloaded', of }
          : {
              kind: 'coroutine',
              of: of.flatMap((one) => this.#result(one, { ...call, args: call.args.slice(1) }, frame)),
            },
      ];
    }
    const sized = QUEUE.test(name) && (call.args.length > 0 || call.keywords.some(([key]) => key === 'maxsize'));
    return [{ kind: 'object', type: canonical(resultOf(name)), ...(sized ? { sized } : {}) }];
  }

  /** `sessionmaker(engine, class_=AsyncSession)`, or a registry around such a maker. */
  #makesAsyncSessions({ args: [first], keywords }: FlowCall, frame: Frame): boolean {
    const given = keywords.find(([key]) => key === 'class_')?.[1];
    const named = given ? this.values(given, frame) : NOTHING;
    const wrapped = first ? this.values(first, frame) : NOTHING;
    return (
      named.some((value) => value.kind === 'external' && /\bAsyncSession$/.test(value.name)) ||
      named.some(
        (value) =>
          value.kind === 'class' &&
          this.classes.ancestry(value.cls).outside.some((base) => /\bAsyncSession$/.test(base)),
      ) ||
      wrapped.some(
        (value) => value.kind === 'object' && (value.type === ASYNC_MAKER || value.type.endsWith('.AsyncEngine')),
      )
    );
  }

  /** `Depends(get_session)`: what the dependency returns or yields. */
  #injected(call: FlowCall, frame: Frame): Values {
    const given = call.args[0] ?? call.keywords.find(([name]) => name === 'dependency')?.[1];
    const providers = given ? this.values(given, frame) : NOTHING;
    return providers.flatMap((provider) => {
      if (provider.kind === 'class') return [{ kind: 'instance', cls: provider.cls } as const];
      if (provider.kind === 'function') {
        const callee = this.frameFor(provider, undefined);
        return provider.fn.facts.generator ? this.yieldsOf(callee) : this.returnsOf(callee);
      }
      return provider.kind === 'external' ? this.#externalResult(provider.name, NO_CALL, frame) : NOTHING;
    });
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
      const returned = (): Values => facts.returned.flatMap((sym) => this.values(sym, frame));
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
          .inside.slice(1)
          .some((base) => instances.includes(base)),
    );
    const all = returned.length > 0 && returned.every((value) => value.kind === 'none' || fits.includes(value));
    return all && fits.length > 0 ? fits : annotated;
  }

  yieldsOf(frame: Frame): Values {
    return this.#once('yields', frame, () => {
      const { facts } = frame.fn;
      const annotated = facts.returns
        ? this.typed(facts.returns, this.#outside(frame)).flatMap((value) => this.#elements(value))
        : NOTHING;
      if (annotated.some(({ kind }) => kind !== 'none')) return annotated;
      return facts.yielded.flatMap((sym) => this.values(sym, frame));
    });
  }

  #once(what: string, frame: Frame, compute: () => Values): Values {
    const known = frame.known.get(what);
    if (known) return known;
    frame.known.set(what, NOTHING);
    if (this.#depth > MAX_DEPTH) return NOTHING;
    this.#depth++;
    try {
      const values = few(compute());
      frame.known.set(what, values);
      return values;
    } finally {
      this.#depth--;
    }
  }

  argumentsOf(call: FlowCall, frame: Frame): Given {
    return {
      positional: call.args.map((arg) => this.values(arg, frame)),
      keywords: new Map(call.keywords.map(([name, value]) => [name, this.values(value, frame)])),
      call,
      from: frame,
    };
  }

  /** What the call writes down for parameters on which tests depend; defaults count where nothing is given. */
  #literals(fn: Fn, given: Given, bound: number): ReadonlyMap<string, Literal> | undefined {
    if ((fn.tested.size === 0 && fn.passedOn.size === 0) || !given.call || !given.from) return undefined;
    const { call, from } = given;
    const open = call.keywords.some(([name]) => name === '') || call.args.some((arg) => arg.t === 'unknown');
    const literals = new Map<string, Literal>();
    fn.facts.params.forEach((param, index) => {
      const matters = fn.tested.has(param.name) || fn.passedOn.has(param.name);
      if (!matters || param.style === 'args' || param.style === 'kwargs') return;
      const sym = call.keywords.find(([name]) => name === param.name)?.[1] ?? call.args[index - bound];
      const value = sym
        ? literalOf(sym, from)
        : open || !param.default
          ? undefined
          : literalOf(param.default, undefined);
      // Texts and numbers that are only passed on would tell apart too many ways to run the function.
      if (value !== undefined && (fn.tested.has(param.name) || typeof value === 'boolean' || value === null))
        literals.set(param.name, value);
    });
    return literals.size > 0 ? literals : undefined;
  }

  /** The frame of a function that is called with certain arguments. Annotated parameters need no help. */
  frameFor(callee: Value & { kind: 'function' }, given: Given | undefined): Frame {
    const { fn } = callee;
    const self = callee.self;
    if (!given) return this.frame(fn, self, undefined, callee.closure);
    const bound = fn.owner !== undefined && self !== undefined && !isStatic(fn) ? 1 : 0;
    const args = new Map<string, Values>();
    fn.facts.params.forEach((param, index) => {
      if (param.style === 'args' || param.style === 'kwargs' || (bound === 1 && index === 0)) return;
      const values = given.keywords.get(param.name) ?? given.positional[index - bound];
      if (!values || (param.annotation && !values.some(isCallable))) return;
      const telling = values.filter((value) => keyOf(value) !== '');
      if (telling.length > 0 && (!param.annotation || telling.some(isCallable))) args.set(param.name, telling);
    });
    return this.frame(fn, self, args, callee.closure, this.#literals(fn, given, bound));
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
    return stored !== undefined && /^(?:app|state|ctx|context)$/.test(holder) ? this.#storesAt(stored) : NOTHING;
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

  #elements(value: Value): Values {
    if (value.kind === 'sequence') return value.of.flat();
    if (value.kind === 'object' && value.items) return value.items;
    return NOTHING;
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

  // ── Annotations ──

  /** Instances of what an annotation names. */
  typed(sym: Sym, frame: Frame): Values {
    if (sym.t === 'any') return sym.of.flatMap((one) => this.typed(one, frame));
    if (sym.t === 'none') return NONE;
    if (sym.t === 'sequence') return sym.of.flatMap((one) => this.typed(one, frame));
    if (sym.t === 'item') return this.#generic(sym, frame);
    // SessionDep = Annotated[Session, Depends(get_session)]
    const alias = this.definition(sym, frame.fn);
    if (alias && (alias.sym.t === 'item' || alias.sym.t === 'any')) return this.#aliased(alias);
    return this.values(sym, frame).flatMap((value) => this.#instanceOf(value));
  }

  /** `Json = dict[str, "Json"] | list["Json"]` names itself: a cycle adds nothing, and each alias is worked out once. */
  #aliased({ sym, fn }: { readonly sym: Sym; readonly fn: Fn }): Values {
    const known = this.#aliases.get(sym);
    if (known) return known;
    if (this.#depth > MAX_DEPTH) return NOTHING;
    this.#aliases.set(sym, NOTHING);
    this.#depth++;
    try {
      const values = few(this.typed(sym, this.frame(fn, fn.owner)));
      this.#aliases.set(sym, values);
      return values;
    } finally {
      this.#depth--;
    }
  }

  #instanceOf(value: Value): Values {
    if (value.kind === 'class') return [{ kind: 'instance', cls: value.cls }];
    if (value.kind === 'external' && !value.bound && !VAGUE.test(value.name))
      return [{ kind: 'object', type: value.name }];
    // `SessionDep = Annotated[Session, Depends(get_session)]` was evaluated as a value.
    return value.kind === 'object' || value.kind === 'instance' ? [value] : NOTHING;
  }

  #generic(sym: Extract<Sym, { t: 'item' }>, frame: Frame): Values {
    const inner = sym.key.t === 'sequence' ? sym.key.of : [sym.key];
    const [first, second] = inner;
    if (sym.of.t === 'name' && sym.of.id === '__annotated__') return this.values(sym, frame);
    return this.values(sym.of, frame).flatMap((outer): Values => {
      const name = outer.kind === 'external' ? outer.name : '';
      if (WRAPPERS.test(name)) return this.#annotatedWith(inner, frame);
      if (name === 'typing.Union' || name === 'Union') return inner.flatMap((one) => this.typed(one, frame));
      if (name === 'type' || name === 'typing.Type') return first ? this.values(first, frame) : NOTHING;
      if (AWAITABLES.test(name))
        return [
          { kind: 'coroutine', of: inner.at(-1) ? this.typed(inner.at(-1) ?? { t: 'unknown' }, frame) : NOTHING },
        ];
      if (COLLECTIONS.test(name)) {
        const tuple = /tuple$/i.test(name) && second?.t !== 'unknown' && inner.length > 1;
        return [
          {
            kind: 'sequence',
            of: tuple ? inner.map((one) => this.typed(one, frame)) : [first ? this.typed(first, frame) : NOTHING],
            each: !tuple,
          },
        ];
      }
      if (MAPPINGS.test(name))
        return [{ kind: 'dict', of: new Map([['*', second ? this.typed(second, frame) : NOTHING]]) }];
      return this.#instanceOf(outer);
    });
  }

  /** `Annotated[T, Depends(f)]`: T where it says something, else what the dependency gives. */
  #annotatedWith(inner: readonly Sym[], frame: Frame): Values {
    const [type, ...metadata] = inner;
    const typed = type ? this.typed(type, frame) : NOTHING;
    if (typed.some(({ kind }) => kind !== 'none')) return typed;
    const given = metadata.filter((one) => one.t === 'call').flatMap((one) => this.values(one, frame));
    return given.length > 0 && given.every(({ kind }) => kind === 'instance' || kind === 'object') ? given : typed;
  }
}

function few(values: Values): Values {
  const different = unique(values);
  return different.length > MAX_VALUES ? different.slice(0, MAX_VALUES) : different;
}

export interface Given {
  readonly positional: readonly Values[];
  readonly keywords: ReadonlyMap<string, Values>;
  /** Where it is written, and by whom. */
  readonly call?: FlowCall;
  readonly from?: Frame;
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

const NO_CALL: FlowCall = {
  func: { t: 'unknown' },
  args: [],
  keywords: [],
  line: 0,
  endLine: 0,
  awaited: false,
  statement: false,
};

const isCallable = (value: Value): boolean =>
  value.kind === 'function' ||
  (value.kind === 'sequence' && value.run !== undefined) ||
  value.kind === 'partial' ||
  value.kind === 'offloaded' ||
  (value.kind === 'external' && value.name.includes('.'));

/** From the last assignment that certainly happened. */
function reachingBindings(bindings: readonly FlowBinding[]): readonly FlowBinding[] {
  let from = 0;
  bindings.forEach((binding, index) => {
    if (binding.certain) from = index;
  });
  return bindings.slice(from);
}

export const isContextManager = (fn: Fn): boolean =>
  fn.facts.decorators.some(({ value }) => {
    const name = value.t === 'attr' ? value.name : value.t === 'name' ? value.id : '';
    return name === 'contextmanager' || name === 'asynccontextmanager';
  });

const decoratorNamed = (fn: Fn, name: string): boolean =>
  fn.facts.decorators.some(({ value }) => value.t === 'name' && value.id === name);

const isStatic = (fn: Fn): boolean => decoratorNamed(fn, 'staticmethod');
export const isClassMethod = (fn: Fn): boolean =>
  decoratorNamed(fn, 'classmethod') || fn.facts.name === '__new__' || fn.facts.name === '__init_subclass__';
