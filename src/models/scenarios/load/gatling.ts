import { evaluate, isPlain } from '../../../languages/script/evaluate.js';
import type { ScriptScope, ScriptValue } from '../../../languages/script/evaluate.js';
import { chainOf } from '../../../languages/script/facts.js';
import type { ScriptCall, ScriptExpr, ScriptFacts } from '../../../languages/script/facts.js';
import { larger, optional } from '../../../languages/load-script/facts.js';
import type { Assertion, LoadTest } from '../../../languages/load-script/facts.js';

const FROM = /^(?:io\.gatling\.|@gatling\.io\/)/;

/** A file of simulations, not one of helpers or of requests. */
export const isGatling = ({ imports, calls }: ScriptFacts): boolean =>
  imports.some(({ from }) => FROM.test(from)) && calls.some(({ callee }) => /(?:^|\.)setUp$/.test(callee));

/** What a Gatling simulation in Java, Scala, JavaScript or TypeScript injects and asserts. */
export function readGatling(scope: ScriptScope): LoadTest | undefined {
  const { facts } = scope;
  if (!isGatling(facts)) return undefined;
  const { calls } = facts;
  const rates = calls.flatMap((call) => (RATES.test(call.callee) ? (number(call.args[0], scope) ?? []) : []));
  const total = (of: (callee: string) => boolean): number | undefined => {
    const lasting = calls.flatMap(({ callee, args: [first] }) =>
      first && of(callee) ? (duration(first, scope) ?? []) : [],
    );
    return lasting.length === 0 ? undefined : lasting.reduce((sum, one) => sum + one, 0);
  };
  const slow = calls.filter(({ callee }) => /\bresponseTime\b/.test(callee) && COMPARES.test(callee));
  return {
    tool: 'gatling',
    form: 'script',
    line: facts.imports.find(({ from }) => FROM.test(from))?.line ?? 1,
    ...optional('rate', rates.reduce<number | undefined>(larger, undefined)),
    ...optional('durationSec', larger(total(isInjection), total(isThrottle))),
    failures: failures(calls, scope),
    ...latency(slow, scope),
  };
}

const RATES = /(?:^|\.)(?:constantUsersPerSec|rampUsersPerSec|reachRps|jumpToRps)$|UsersPerSec\.to$/;
/** `constantUsersPerSec(10).during(60)`. */
const isInjection = (callee: string): boolean => /UsersPerSec\b.*\.during$/.test(callee);
/** `reachRps(1000).in(10), holdFor(60)`. */
const isThrottle = (callee: string): boolean => /^reachRps\.in$|(?:^|\.)holdFor$/.test(callee);
const COMPARES = /\.(?:is|lt|lte|gt|gte)$/;

/** `global.failedRequests.count.is(0)`, `successfulRequests.percent.is(100)`. */
function failures(calls: readonly ScriptCall[], scope: ScriptScope): Assertion {
  let found: Assertion = 'none';
  for (const { callee, args } of calls) {
    const about = /\b(failedRequests|successfulRequests)\.(count|percent)\.(is|lt|lte|gt|gte)$/.exec(callee);
    if (!about) continue;
    const [, which, measure, comparison] = about;
    const limit = number(args[0], scope);
    if (limit === undefined) found = found === 'none' ? 'unknown' : found;
    else if (
      which === 'failedRequests'
        ? limit === 0 || (measure === 'count' && comparison === 'lt' && limit === 1)
        : limit === 100 && measure === 'percent'
    )
      return 'asserted';
    else found = 'loose';
  }
  return found;
}

/** `responseTime.max.lt(100)`; the fourth percentile is the 99th unless Gatling is configured otherwise. */
function latency(slow: readonly ScriptCall[], scope: ScriptScope): Pick<LoadTest, 'latency' | 'limits'> {
  if (slow.length === 0) return { latency: 'none' };
  const limits: { max?: number; p99?: number } = {};
  let strict = false;
  for (const { callee, args } of slow) {
    const [, statistic = ''] = /\bresponseTime\.(\w+)/.exec(callee) ?? [];
    const percentile = statistic === 'percentile' ? percentileOf(scope) : undefined;
    const limit = number(args[0], scope);
    strict ||= statistic === 'max' || /^percentile[34]$/.test(statistic) || (percentile ?? 0) >= 90;
    if (statistic === 'max' && limit !== undefined) limits.max = limit;
    if ((statistic === 'percentile4' || percentile === 99) && limit !== undefined) limits.p99 = limit;
  }
  return { latency: strict ? 'asserted' : 'loose', ...(Object.keys(limits).length === 0 ? {} : { limits }) };
}

/** `percentile(99.0).lt(50)`: the share is the argument of the inner call of the same chain. */
function percentileOf(scope: ScriptScope): number | undefined {
  const inner = scope.facts.calls.find(({ callee }) => /\bresponseTime\.percentile$/.test(callee));
  return number(inner?.args[0], scope);
}

function number(expr: ScriptExpr | undefined, scope: ScriptScope): number | undefined {
  const value = expr && evaluate(expr, scope);
  return typeof value === 'number' ? value : undefined;
}

const SECONDS: Readonly<Record<string, number>> = {
  millisecond: 0.001,
  milli: 0.001,
  second: 1,
  minute: 60,
  hour: 3600,
};
const secondsIn = (unit: string): number | undefined =>
  SECONDS[unit.toLowerCase().replace(/^of/, '').replace(/s$/, '')];

/** `60`, `2.minutes`, `(60 seconds)`, `Duration.ofMinutes(2)`, `{ amount: 2, unit: 'minutes' }`. */
function duration(expr: ScriptExpr, scope: ScriptScope): number | undefined {
  if (expr.kind === 'member' || expr.kind === 'call') {
    const chain = expr.kind === 'call' ? expr.callee : expr;
    const unit = chain.kind === 'member' ? secondsIn(chain.name) : undefined;
    const amount =
      expr.kind === 'call' && (chainOf(chain) ?? '').startsWith('Duration')
        ? expr.args[0]
        : chain.kind === 'member'
          ? chain.of
          : undefined;
    if (unit !== undefined) {
      const count = number(amount, scope);
      return count === undefined ? undefined : count * unit;
    }
  }
  if (expr.kind === 'name' && scope.facts.constants[expr.name] && Object.hasOwn(scope.facts.constants, expr.name)) {
    const given = scope.facts.constants[expr.name]?.value;
    // A constant of another kind than a number: `val length = 2.minutes`.
    if (given && given.kind !== 'name') return duration(given, scope);
  }
  return seconds(evaluate(expr, scope));
}

function seconds(value: ScriptValue): number | undefined {
  if (typeof value === 'number') return value;
  if (!isPlain(value)) return undefined;
  const { amount, unit } = value;
  const each = typeof unit === 'string' ? secondsIn(unit) : undefined;
  return typeof amount === 'number' && each !== undefined ? amount * each : undefined;
}
