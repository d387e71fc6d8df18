import { chainOf } from './facts.js';
import type { ScriptExpr, ScriptFacts, ScriptFunction } from './facts.js';

/** A value that the text alone decides; `UNKNOWN` where it does not, `EXTERNAL` where the environment gives it. */
export type ScriptValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly ScriptValue[]
  | { readonly [key: string]: ScriptValue }
  | typeof UNKNOWN
  | typeof EXTERNAL;

export const UNKNOWN = Symbol('unknown');
/** An environment variable that nobody sets here: absent unless the one who runs the script gives it. */
export const EXTERNAL = Symbol('external');

export interface ScriptScope {
  readonly facts: ScriptFacts;
  /** Variables that the command which runs the script sets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Parameters of the function that is being evaluated. */
  readonly locals?: ReadonlyMap<string, ScriptValue>;
  /** The module behind an import; undefined when it is not of the repository. */
  module(from: string): ScriptScope | undefined;
  /** A JSON file that the script opens. */
  json(path: string): unknown;
}

/** Enough for any configuration that a person wrote; a circle of names ends here. */
const DEEPEST = 60;

type Plain = Readonly<Record<string, ScriptValue>>;
export const isPlain = (value: ScriptValue): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isList = (value: ScriptValue): value is readonly ScriptValue[] => Array.isArray(value);

/** Computes what an expression comes to with the names of its module, without running anything. */
export function evaluate(expr: ScriptExpr, scope: ScriptScope, depth = 0): ScriptValue {
  if (depth > DEEPEST) return UNKNOWN;
  const inner = (one: ScriptExpr): ScriptValue => evaluate(one, scope, depth + 1);
  switch (expr.kind) {
    case 'value':
      return expr.value;
    case 'object':
      return object(expr.entries, inner);
    case 'array':
      return expr.items.flatMap((item) => (item.kind === 'spread' ? spread(inner(item.of)) : [inner(item)]));
    case 'name':
      return named(expr.name, scope, depth);
    case 'member':
      return member(expr, scope, depth);
    case 'call':
      return call(expr, scope, inner, depth);
    case 'binary':
      return binary(expr, inner);
    case 'unary':
      return unary(expr.op, inner(expr.of));
    case 'choice':
      return choice(
        inner(expr.test),
        () => inner(expr.yes),
        () => inner(expr.no),
      );
    case 'template':
      return template(expr.parts.map(inner));
    default:
      return UNKNOWN;
  }
}

/** What a module exports under a name. */
function exported(name: string, scope: ScriptScope, depth = 0): ScriptValue {
  const found = scope.facts.exports[name];
  return found && Object.hasOwn(scope.facts.exports, name) ? evaluate(found.value, scope, depth + 1) : UNKNOWN;
}

function named(name: string, scope: ScriptScope, depth: number): ScriptValue {
  if (name === 'undefined') return undefined;
  if (scope.locals?.has(name) === true) return scope.locals.get(name);
  if (Object.hasOwn(scope.facts.constants, name)) {
    const constant = scope.facts.constants[name];
    if (constant) return evaluate(constant.value, scope, depth + 1);
  }
  const imported = scope.facts.imports.find(({ local }) => local === name);
  const module = imported && scope.module(imported.from);
  if (!imported || !module) return UNKNOWN;
  if (imported.imported !== '*') return exported(imported.imported, module, depth + 1);
  return Object.fromEntries(
    Object.keys(module.facts.exports).map((key) => [key, exported(key, module, depth + 1)] as const),
  );
}

const ENVIRONMENT = /^(?:__ENV|process\.env|import\.meta\.env|Deno\.env)$/;

function member(expr: Extract<ScriptExpr, { kind: 'member' }>, scope: ScriptScope, depth: number): ScriptValue {
  if (ENVIRONMENT.test(chainOf(expr.of) ?? '')) return variable(expr.name, scope);
  return property(evaluate(expr.of, scope, depth + 1), expr.name);
}

const variable = (name: string, { environment }: ScriptScope): ScriptValue =>
  Object.hasOwn(environment, name) ? environment[name] : EXTERNAL;

function property(of: ScriptValue, name: string): ScriptValue {
  if (isList(of)) return name === 'length' ? of.length : /^\d{1,6}$/.test(name) ? of[Number(name)] : UNKNOWN;
  if (!isPlain(of)) return UNKNOWN;
  return Object.hasOwn(of, name) ? of[name] : undefined;
}

function object(
  entries: Extract<ScriptExpr, { kind: 'object' }>['entries'],
  inner: (expr: ScriptExpr) => ScriptValue,
): ScriptValue {
  const result: [string, ScriptValue][] = [];
  for (const { key, value } of entries) {
    const given = inner(value);
    if (!key) {
      if (isPlain(given)) result.push(...Object.entries(given));
      // Whatever is spread here could set any key.
      else if (given === UNKNOWN) result.push([SPREAD_UNKNOWN, UNKNOWN]);
      continue;
    }
    const name = inner(key);
    if (typeof name === 'string' || typeof name === 'number') result.push([String(name), given]);
    else result.push([SPREAD_UNKNOWN, UNKNOWN]);
  }
  return Object.fromEntries(result);
}

/** The key under which an object notes that it holds more than can be read. */
export const SPREAD_UNKNOWN = '…';

const spread = (value: ScriptValue): readonly ScriptValue[] => (isList(value) ? value : [UNKNOWN]);

function call(
  expr: Extract<ScriptExpr, { kind: 'call' }>,
  scope: ScriptScope,
  inner: (expr: ScriptExpr) => ScriptValue,
  depth: number,
): ScriptValue {
  const name = chainOf(expr.callee) ?? '';
  const [first, second] = expr.args;
  if (expr.callee.kind === 'name') {
    const own = functionBehind(name, scope);
    if (own) return applied(own.fn, expr.args.map(inner), own.scope, depth);
  }
  if (name === 'JSON.parse' && first?.kind === 'call' && chainOf(first.callee) === 'open') {
    const path = first.args[0] && inner(first.args[0]);
    return typeof path === 'string' ? fromJson(scope.json(path)) : UNKNOWN;
  }
  const value = first === undefined ? undefined : inner(first);
  const fallback = (): ScriptValue => (second === undefined ? EXTERNAL : inner(second));
  switch (name) {
    case 'Number':
    case 'parseInt':
    case 'parseFloat':
    case 'Number.parseInt':
    case 'Number.parseFloat':
    case 'Integer.parseInt':
    case 'Long.parseLong':
    case 'Double.parseDouble':
      return typeof value === 'string' ? toNumber(value) : value;
    case 'String':
      return typeof value === 'number' ? String(value) : value;
    case 'Object.freeze':
    case 'structuredClone':
      return value;
    case 'Object.assign':
      return object(
        expr.args.map((one) => ({ value: one })),
        inner,
      );
    // The JVM's system properties and environment, with the fallback that they take as a second argument.
    case 'Integer.getInteger':
    case 'Long.getLong':
    case 'System.getProperty':
    case 'System.getenv':
    case 'sys.props.getOrElse':
    case 'sys.env.getOrElse':
    case 'System.getenv.getOrDefault':
      return fallback();
    default:
      return conversion(expr.callee, inner);
  }
}

/** A function of the module, or of one that it imports, that only returns a value. */
function functionBehind(name: string, scope: ScriptScope): { fn: ScriptFunction; scope: ScriptScope } | undefined {
  const functions = scope.facts.functions ?? {};
  const fn = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (fn) return { fn, scope };
  const imported = scope.facts.imports.find(({ local }) => local === name);
  const module = imported && scope.module(imported.from);
  return imported && module ? functionBehind(imported.imported, module) : undefined;
}

function applied(
  { params, returns }: ScriptFunction,
  given: readonly ScriptValue[],
  scope: ScriptScope,
  depth: number,
): ScriptValue {
  const outer = { ...scope, locals: new Map<string, ScriptValue>() };
  const locals = new Map<string, ScriptValue>();
  params.forEach(({ name, fallback }, index) => {
    const value = given[index];
    locals.set(name, value === undefined && fallback ? evaluate(fallback, { ...outer, locals }, depth + 1) : value);
  });
  return evaluate(returns, { ...outer, locals }, depth + 1);
}

/** `"1000".toInt`, `value.toString()`. */
function conversion(callee: ScriptExpr, inner: (expr: ScriptExpr) => ScriptValue): ScriptValue {
  if (callee.kind !== 'member') return UNKNOWN;
  const value = inner(callee.of);
  if (callee.name === 'toString') return typeof value === 'number' ? String(value) : value;
  return /^(?:toInt|toLong|toDouble|intValue|longValue)$/.test(callee.name) && typeof value === 'string'
    ? toNumber(value)
    : UNKNOWN;
}

function toNumber(text: string): ScriptValue {
  const number = Number.parseFloat(text);
  return Number.isFinite(number) ? number : UNKNOWN;
}

function fromJson(value: unknown, depth = 0): ScriptValue {
  if (depth > DEEPEST) return UNKNOWN;
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as ScriptValue;
  if (Array.isArray(value)) return value.map((one) => fromJson(one, depth + 1));
  if (typeof value !== 'object') return UNKNOWN;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fromJson(one, depth + 1)] as const));
}

const isMissing = (value: ScriptValue): boolean => value === null || value === undefined || value === EXTERNAL;

function binary(
  { op, left, right }: Extract<ScriptExpr, { kind: 'binary' }>,
  inner: (expr: ScriptExpr) => ScriptValue,
): ScriptValue {
  const a = inner(left);
  if (op === '??') return a === UNKNOWN ? UNKNOWN : isMissing(a) ? inner(right) : a;
  if (op === '||')
    return choice(
      a,
      () => a,
      () => inner(right),
    );
  if (op === '&&')
    return choice(
      a,
      () => inner(right),
      () => a,
    );
  const b = inner(right);
  if (a === UNKNOWN || b === UNKNOWN) return UNKNOWN;
  if (op === '===' || op === '==') return a === EXTERNAL || b === EXTERNAL ? false : a === b;
  if (op === '!==' || op === '!=') return a === EXTERNAL || b === EXTERNAL ? true : a !== b;
  if (typeof a === 'number' && typeof b === 'number') return arithmetic(op, a, b);
  return op === '+' ? template([a, b]) : UNKNOWN;
}

function arithmetic(op: string, a: number, b: number): ScriptValue {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? UNKNOWN : a / b;
    default:
      return UNKNOWN;
  }
}

function unary(op: string, value: ScriptValue): ScriptValue {
  if (value === UNKNOWN) return UNKNOWN;
  if (op === '!')
    return choice(
      value,
      () => false,
      () => true,
    );
  if (op === '+') return typeof value === 'string' ? toNumber(value) : value;
  return op === '-' && typeof value === 'number' ? -value : UNKNOWN;
}

function choice(test: ScriptValue, yes: () => ScriptValue, no: () => ScriptValue): ScriptValue {
  if (test === UNKNOWN) return UNKNOWN;
  return test === EXTERNAL || !test ? no() : yes();
}

function template(parts: readonly ScriptValue[]): ScriptValue {
  if (!parts.every((one) => typeof one === 'string' || typeof one === 'number')) return UNKNOWN;
  return parts.join('').slice(0, 10_000);
}
