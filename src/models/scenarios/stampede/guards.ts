import type { Expr, FunctionDef, PyNode } from '../../../languages/python/ast.js';
import { dottedName, qualifiedName } from '../../../languages/python/names.js';
import type { ImportNames } from '../../../languages/python/names.js';
import { findAll, walk } from '../../../languages/python/walk.js';
import { Origins } from '../origins.js';

type Call = Extract<Expr, { kind: 'Call' }>;

/** Why many callers do not compute the same value at once. */
export interface Guard {
  readonly line: number;
  readonly what: string;
}

export interface Guarded {
  readonly def: FunctionDef;
  readonly imports: ImportNames;
  /** The module's and the class's own assignments. */
  readonly around: readonly PyNode[];
  /** Does a line compute the value or write it into the cache, here or behind a call? */
  readonly fills: (line: number) => boolean;
  /** Is this the name of a function that computes the value? */
  readonly computes: (name: string) => boolean;
}

/** The guard of a function that fills a cache; undefined when there is none. */
export function guardIn(code: Guarded): Guard | undefined {
  const origins = new Origins(code.def, [], code.around);
  return (
    aroundTheFilling(code, origins) ??
    onlyOneSets(code) ??
    sharedFuture(code, origins) ??
    earlyExpiry(code.def) ??
    refreshed(code) ??
    byLibrary(code)
  );
}

const LOCKS = /(?:^|\.)(?:Lock|RLock|Semaphore|BoundedSemaphore|Condition|FileLock|Redlock|RedLock|CapacityLimiter)$/;
const MAKES_LOCK = /(?:^|\.)(?:lock|get_lock|blocking_lock|acquire_lock)$/;

/** `async with locks[key]:` with the filling inside. */
function aroundTheFilling({ def, imports, fills }: Guarded, origins: Origins): Guard | undefined {
  for (const block of findAll(def.body, 'With')) {
    const last = block.body.at(-1)?.endLine ?? block.line;
    const covers = (block.body[0]?.line ?? last) <= last && linesOf(block.body).some(fills);
    if (covers && block.items.some(({ context }) => isLock(context, origins, imports)))
      return { line: block.line, what: 'a lock around the filling' };
  }
  // lock.acquire() … lock.release()
  for (const call of findAll(def.body, 'Call')) {
    if (call.func.kind !== 'Attribute' || call.func.attr !== 'acquire') continue;
    if (isLock(call.func.value, origins, imports) && linesOf(def.body).some((line) => line > call.line && fills(line)))
      return { line: call.line, what: 'a lock before the filling' };
  }
  return undefined;
}

const linesOf = (body: readonly PyNode[]): number[] => findAll(body, 'Call').map(({ line }) => line);

function isLock(expr: Expr, origins: Origins, imports: ImportNames): boolean {
  const { calls, names } = origins.behind(expr);
  const whole = (name: string): string => {
    const head = name.split('.', 1)[0] ?? '';
    return (imports.get(head) ?? head) + name.slice(head.length);
  };
  return (
    calls.map(whole).some((name) => LOCKS.test(name) || MAKES_LOCK.test(name)) ||
    names.map(whole).some((name) => LOCKS.test(name))
  );
}

/** `if redis.set(f"lock:{key}", 1, nx=True, ex=30):`, `setnx`: the answer decides who computes. */
function onlyOneSets({ def }: Guarded): Guard | undefined {
  const asks = (call: Call): boolean =>
    call.func.kind === 'Attribute' &&
    (call.func.attr === 'setnx' ||
      (call.func.attr === 'set' &&
        call.keywords.some(({ name, value }) => name === 'nx' && value.kind === 'Bool' && value.value)));
  const bound = new Set(
    findAll(def.body, 'Assign').flatMap(({ targets, value }) =>
      findAll(value, 'Call').some(asks) ? targets.flatMap((target) => dottedName(target) ?? []) : [],
    ),
  );
  for (const test of conditions(def)) {
    const call = findAll(test, 'Call').find(asks);
    const named = findAll(test, 'Name').find(({ id }) => bound.has(id));
    const found = call ?? named;
    if (found) return { line: found.line, what: 'a key that only one caller can set' };
  }
  return undefined;
}

function conditions(def: FunctionDef): Expr[] {
  return [
    ...findAll(def.body, 'IfClause').map(({ test }) => test),
    ...findAll(def.body, 'While').map(({ test }) => test),
    ...findAll(def.body, 'IfExp').map(({ test }) => test),
  ];
}

const STARTS_TASK = /(?:^|\.)(?:create_task|ensure_future|create_future|Future|submit)$/;

/** `pending[key] = asyncio.create_task(…)`, and elsewhere what `pending` holds is awaited. */
function sharedFuture({ def }: Guarded, origins: Origins): Guard | undefined {
  for (const { targets, value, line } of findAll(def.body, 'Assign')) {
    const held = targets.flatMap((target) => (target.kind === 'Subscript' ? (dottedName(target.value) ?? []) : []));
    if (held.length === 0 || !origins.behind(value).calls.some((name) => STARTS_TASK.test(name))) continue;
    if (held.some((name) => isWaitedFor(name, def, origins)))
      return { line, what: 'one computation that all callers wait for' };
  }
  return undefined;
}

function isWaitedFor(holder: string, def: FunctionDef, origins: Origins): boolean {
  const comesFrom = (expr: Expr): boolean => origins.behind(expr).names.includes(holder);
  return (
    findAll(def.body, 'Await').some(({ value }) => comesFrom(value)) ||
    findAll(def.body, 'Call').some(
      ({ func }) => func.kind === 'Attribute' && func.attr === 'result' && comesFrom(func.value),
    )
  );
}

/** Earlier with a probability that grows towards the end: `-log(random())` or `expovariate` weighed against the time that is left. */
function earlyExpiry(def: FunctionDef): Guard | undefined {
  const isDraw = (call: Call): boolean => {
    const name = dottedName(call.func) ?? '';
    if (/(?:^|\.)(?:expovariate|exponential)$/.test(name)) return true;
    return /(?:^|\.)log$/.test(name) && call.args.some((one) => findAll(one, 'Call').some(isRandom));
  };
  for (const comparison of findAll(def.body, 'Compare')) {
    const draw = findAll(comparison, 'Call').find(isDraw);
    if (draw) return { line: draw.line, what: 'early expiration by chance' };
  }
  // gap = delta * beta * -math.log(random.random()), and a comparison of it
  for (const { targets, value, line } of findAll(def.body, 'Assign')) {
    if (!findAll(value, 'Call').some(isDraw)) continue;
    const names = new Set(targets.flatMap((target) => dottedName(target) ?? []));
    if (findAll(def.body, 'Compare').some((one) => findAll(one, 'Name').some(({ id }) => names.has(id))))
      return { line, what: 'early expiration by chance' };
  }
  return undefined;
}

const isRandom = ({ func }: Call): boolean => /(?:^|\.)(?:random|rand|uniform)$/.test(dottedName(func) ?? '');

const BACKGROUND = /(?:^|\.)(?:create_task|ensure_future|add_task|submit|start_soon|apply_async|delay|Thread)$/;

/** What is old is handed out while one refreshes it: a computation that is started, and not waited for, on a condition. */
function refreshed({ def, computes }: Guarded): Guard | undefined {
  let found: Guard | undefined;
  walk(def.body, {
    enter(node, ancestors) {
      if (node.kind !== 'Call' || !BACKGROUND.test(dottedName(node.func) ?? '')) return undefined;
      const own = ancestors.some(({ kind }) => kind === 'IfClause') && !ancestors.some(({ kind }) => kind === 'Await');
      const given = [...node.args, ...node.keywords.map(({ value }) => value)];
      const names = given.flatMap((one) => dottedName(one.kind === 'Call' ? one.func : one) ?? []);
      const kept = ancestors.some(
        (one) => one.kind === 'Assign' && one.targets.some(({ kind }) => kind === 'Subscript'),
      );
      if (own && !kept && names.some((name) => computes(name.split('.').at(-1) ?? '')))
        found ??= { line: node.line, what: 'a refresh in the background while the old value is handed out' };
      return undefined;
    },
  });
  return found;
}

const LIBRARIES =
  /^(?:aio)?single_?flight\b|^asyncio_singleflight\b|^flightlock\b|^dogpile\.|^diskcache\.(?:memoize_stampede|barrier)\b/;

function byLibrary({ def, imports }: Guarded): Guard | undefined {
  const uses = [
    ...def.decorators.map((one) => (one.kind === 'Call' ? one.func : one)),
    ...findAll(def.body, 'Call').map(({ func }) => func),
  ];
  const found = uses.find((one) => LIBRARIES.test(qualifiedName(one, imports) ?? ''));
  return found && { line: found.line, what: qualifiedName(found, imports) ?? 'a library for it' };
}
