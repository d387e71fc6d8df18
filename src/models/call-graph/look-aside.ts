import { defineModel } from '../../core/workspace.js';
import { NO_CALL } from '../../languages/python/flow.js';
import type { FlowCall, Sym } from '../../languages/python/flow.js';
import { calledName } from './calls.js';
import type { Fn } from './program.js';
import type { Answers, Radar } from './joined.js';
import { radar } from './radar.js';
import type { Frame, Value } from './values.js';
import { givenTo, type Ref } from './wording.js';

/** A value read from Redis; on a miss computed and written back. */
export interface LookAside {
  readonly fn: Fn;
  readonly frame: Frame;
  readonly read: CacheCall;
  readonly write: CacheCall;
  /** A lock, coalescing or early refresh around the computation. */
  readonly coalesced: boolean;
}

/** One Redis command, as seen from the function that looks aside: its line is the line there. */
export interface CacheCall {
  readonly kind: 'read' | 'write' | 'expire' | 'lock';
  readonly command: string;
  readonly key: Ref;
  readonly value: Ref | undefined;
  /** Which call of the function. */
  readonly site: number;
  readonly line: number;
  readonly endLine: number;
  readonly expires: 'yes' | 'no' | 'unknown';
  /** Written only when absent: a lock or a marker. */
  readonly onlyIfAbsent: boolean;
  /** An error of the connection is caught on the way. */
  readonly guarded: boolean;
}

const READS = /^(?:get|getex|hget|hgetall|hmget|mget|json_get)$/;
const WRITES = /^(?:set|setex|psetex|hset|hmset|mset|hsetex)$/;
const EXPIRES = /^(?:expire|pexpire|expireat|pexpireat)$/;
const LOCKS = /^(?:lock|setnx)$/;
const COMMAND = /^redis\.(?:asyncio\.)?(?:Redis|RedisCluster)(?:\.pipeline\(\))?\.(\w+)$/;
const CATCHES =
  /^(?:\*|Exception|BaseException|OSError|\w*RedisError|\w*ConnectionError|\w*TimeoutError|\w*CacheError)$/;
const COALESCES =
  /lock|single_?flight|coalesc|semaphore|in_?flight|early|xfetch|probabilistic|stale_while|refresh_ahead|stampede|dogpile/i;
const SAFE_DECORATOR = /safe|fallback|circuit|breaker|suppress|resilien|ignore_err/i;
const MAX_HELPERS = 3;

export const lookAsides = defineModel('look-asides', async (workspace): Promise<readonly LookAside[]> => {
  const found = await workspace.model(radar);
  return new Finder(found).all();
});

class Finder {
  readonly #interpreter: Answers;
  readonly #calls = new Map<string, readonly CacheCall[]>();
  /** Names of functions that run Redis commands, near or far: who calls none of them cannot look aside. */
  readonly #helpers = new Set<string>();

  constructor(private readonly radar: Radar) {
    this.#interpreter = radar.graph.interpreter;
  }

  all(): LookAside[] {
    const functions = [...this.radar.program.modules.values()].flatMap((module) => module.functions);
    for (let round = 0; round < MAX_HELPERS; round++) this.#learnHelpers(functions, round === 0);
    return functions.filter((fn) => this.#mayUse(fn, false)).flatMap((fn) => this.#lookAside(fn) ?? []);
  }

  #learnHelpers(functions: readonly Fn[], direct: boolean): void {
    for (const fn of functions)
      if (!this.#helpers.has(fn.facts.name) && this.#mayUse(fn, direct)) this.#helpers.add(fn.facts.name);
  }

  #mayUse(fn: Fn, direct: boolean): boolean {
    return fn.facts.calls.some((call) => {
      const name = calledName(call) ?? '';
      if (READS.test(name) || WRITES.test(name))
        return fn.facts.kind !== 'module' && this.#isRedis(call, this.#frame(fn));
      return !direct && this.#helpers.has(name);
    });
  }

  #frame(fn: Fn): Frame {
    return this.#interpreter.frame(fn, fn.owner);
  }

  #lookAside(fn: Fn): LookAside | undefined {
    const frame = this.#frame(fn);
    const calls = this.#cacheCalls(frame, 0);
    const reads = calls.filter(({ kind }) => kind === 'read');
    const writes = calls.filter(({ kind, onlyIfAbsent }) => kind === 'write' && !onlyIfAbsent);
    for (const read of reads) {
      const write = writes.find((one) => one.site !== read.site && fillsMiss(fn, read, one));
      if (!write) continue;
      const expires =
        write.expires === 'no' && calls.some(({ kind, line }) => kind === 'expire' && line >= read.line)
          ? 'yes'
          : write.expires;
      return {
        fn,
        frame,
        read,
        write: { ...write, expires },
        coalesced: calls.some(({ kind }) => kind === 'lock') || coalesces(fn),
      };
    }
    return undefined;
  }

  /** The Redis commands of a function, those of its helpers included, in order. */
  #cacheCalls(frame: Frame, depth: number): readonly CacheCall[] {
    const key = `${depth}:${frame.key}`;
    const known = this.#calls.get(key);
    if (known) return known;
    this.#calls.set(key, []);
    const found = frame.fn.facts.calls.flatMap((call, site) => this.#commandsOf(call, site, frame, depth));
    this.#calls.set(key, found);
    return found;
  }

  #commandsOf(call: FlowCall, site: number, frame: Frame, depth: number): readonly CacheCall[] {
    const command = this.#command(call, frame);
    if (command !== undefined) {
      const own = describe(command, call, site, frame);
      return own ? [own] : [];
    }
    if (depth >= MAX_HELPERS || !this.#helpers.has(calledName(call) ?? '')) return [];
    return this.#interpreter
      .callees(call, frame)
      .flatMap((callee) => (callee.kind === 'function' ? this.#through(callee, call, site, frame, depth) : []));
  }

  /** A helper's commands, moved to the line that calls the helper. */
  #through(
    callee: Value & { kind: 'function' },
    call: FlowCall,
    site: number,
    frame: Frame,
    depth: number,
  ): CacheCall[] {
    const inner = this.#interpreter.frame(callee.fn, callee.self, undefined, callee.closure);
    const bound = callee.fn.owner !== undefined && callee.self !== undefined;
    const given = givenTo(inner, bound, call, { sym: call.func, frame });
    const safe = callee.fn.facts.decorators.some(({ value }) => SAFE_DECORATOR.test(textOf(value)));
    const lines = { site, line: call.line, endLine: call.endLine };
    return this.#cacheCalls(inner, depth + 1).map((one) => ({
      ...one,
      ...lines,
      key: substitute(one.key, inner, given),
      value: one.value && substitute(one.value, inner, given),
      expires: one.expires === 'unknown' ? expiryOf(one, callee.fn, given) : one.expires,
      guarded: one.guarded || safe || isGuarded(call.line, frame.fn),
    }));
  }

  #command(call: FlowCall, frame: Frame): string | undefined {
    const name = calledName(call) ?? '';
    if (!READS.test(name) && !WRITES.test(name) && !EXPIRES.test(name) && !LOCKS.test(name)) return undefined;
    return this.#isRedis(call, frame) ? name : undefined;
  }

  #isRedis(call: FlowCall, frame: Frame): boolean {
    const callees = this.#interpreter.callees(call, frame);
    if (callees.some((value) => value.kind === 'external' && COMMAND.test(value.name))) return true;
    // A receiver that nothing is known of, but that is called redis.
    return (
      callees.length === 0 &&
      call.func.t === 'attr' &&
      /(?:^|[._])(?:redis|redis_client|redis_conn|rdb)$/i.test(textOf(call.func.of))
    );
  }
}

function describe(command: string, call: FlowCall, site: number, frame: Frame): CacheCall | undefined {
  const key = call.args[0] ?? call.keywords.find(([name]) => name === 'name' || name === 'key')?.[1];
  if (!key) return undefined;
  const kind = READS.test(command)
    ? 'read'
    : WRITES.test(command)
      ? 'write'
      : EXPIRES.test(command)
        ? 'expire'
        : 'lock';
  const given = (name: string): Sym | undefined => call.keywords.find(([one]) => one === name)?.[1];
  const nx = given('nx');
  const value =
    command === 'setex' || command === 'psetex' ? call.args[2] : (call.args[1] ?? given('value') ?? given('mapping'));
  return {
    kind,
    command,
    key: { sym: key, frame },
    value: value && { sym: value, frame },
    site,
    line: call.line,
    endLine: call.endLine,
    expires: expiry(command, call),
    onlyIfAbsent: nx !== undefined && !(nx.t === 'bool' && !nx.value),
    guarded: isGuarded(call.line, frame.fn),
  };
}

function expiry(command: string, call: FlowCall): CacheCall['expires'] {
  if (/^(?:setex|psetex|hsetex)$/.test(command)) return 'yes';
  if (command !== 'set') return 'no';
  const syms = [
    ...call.keywords.filter(([name]) => /^(?:ex|px|exat|pxat|keepttl)$/.test(name)).map(([, value]) => value),
    ...call.args.slice(2, 4),
  ];
  if (syms.some((sym) => sym.t !== 'none' && sym.t !== 'name')) return 'yes';
  // A name may be a parameter whose default is None: the caller knows.
  if (syms.some((sym) => sym.t === 'name')) return 'unknown';
  return call.keywords.some(([name]) => name === '') ? 'unknown' : 'no';
}

/** What a helper's caller makes of a time to live that is the helper's parameter. */
function expiryOf(one: CacheCall, helper: Fn, given: ReadonlyMap<string, Ref>): CacheCall['expires'] {
  const call = helper.facts.calls[one.site];
  const names = [
    ...(call?.keywords.filter(([name]) => /^(?:ex|px|exat|pxat)$/.test(name)).map(([, value]) => value) ?? []),
    ...(call?.args ?? []).slice(2, 4),
  ];
  for (const sym of names) {
    if (sym.t !== 'name') continue;
    const param = helper.facts.params.find(({ name }) => name === sym.id);
    if (!param) return 'yes';
    const passed = given.get(param.name)?.sym;
    if (passed) return passed.t === 'none' ? 'no' : passed.t === 'name' ? 'unknown' : 'yes';
    return param.default?.t === 'none' || !param.default ? 'no' : 'yes';
  }
  return 'unknown';
}

/** What stands for a helper's parameter, however many helpers deep. */
function substitute(ref: Ref, inner: Frame, given: ReadonlyMap<string, Ref>): Ref {
  if (ref.frame === inner) return { ...ref, given };
  if (!ref.given) return ref;
  return { ...ref, given: new Map([...ref.given].map(([name, one]) => [name, substitute(one, inner, given)])) };
}

const isGuarded = (line: number, fn: Fn): boolean =>
  fn.facts.tries.some(
    (one) => one.line <= line && line <= one.endLine && one.catches.some((name) => CATCHES.test(name)),
  ) ||
  fn.facts.enters.some(
    ({ of, line: from, endLine }) =>
      from <= line &&
      line <= endLine &&
      of.t === 'call' &&
      (calledName(fn.facts.calls[of.site] ?? NO_CALL) ?? '').includes('suppress'),
  );

/** The write stands where the value that was read is missing. */
function fillsMiss(fn: Fn, read: CacheCall, write: CacheCall): boolean {
  if (write.line < read.line || isConstant(write.value)) return false;
  const names = new Set(fn.facts.bindings.filter(({ value }) => holdsCall(value, read.site)).map(({ name }) => name));
  return fn.facts.branches.some(({ name, present, line, endLine, returns, otherwise }) => {
    if (!names.has(name) || line < read.line) return false;
    const inBody = line <= write.line && write.line <= endLine;
    if (!present) return inBody;
    const inElse = otherwise !== undefined && otherwise.line <= write.line && write.line <= otherwise.endLine;
    return inElse || (returns && write.line > endLine);
  });
}

const isConstant = (ref: Ref | undefined): boolean => ref !== undefined && /^(?:string|number|bool)$/.test(ref.sym.t);

function holdsCall(sym: Sym, site: number): boolean {
  if (sym.t === 'call') return sym.site === site;
  if (sym.t === 'await' || sym.t === 'item') return holdsCall(sym.of, site);
  return sym.t === 'any' && sym.of.some((one) => holdsCall(one, site));
}

function coalesces(fn: Fn): boolean {
  const texts = [
    ...fn.facts.calls.map(({ func }) => textOf(func)),
    ...fn.facts.enters.map(({ of }) => textOf(of)),
    ...fn.facts.decorators.map(({ value }) => textOf(value)),
  ];
  return texts.some((text) => COALESCES.test(text));
}

/** Dotted, as far as it is. */
export function textOf(sym: Sym): string {
  if (sym.t === 'name') return sym.id;
  if (sym.t === 'attr') return `${textOf(sym.of)}.${sym.name}`;
  if (sym.t === 'item' || sym.t === 'await') return textOf(sym.of);
  return '';
}
