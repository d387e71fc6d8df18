import { evaluate, isPlain, SPREAD_UNKNOWN, UNKNOWN } from '../../../languages/script/evaluate.js';
import type { ScriptScope, ScriptValue } from '../../../languages/script/evaluate.js';
import type { ScriptFacts } from '../../../languages/script/facts.js';
import { larger, optional, seconds } from '../../../languages/load-script/facts.js';
import type { Assertion, LoadTest } from '../../../languages/load-script/facts.js';

type Options = Readonly<Record<string, ScriptValue>>;

export const isK6 = ({ imports }: ScriptFacts): boolean => imports.some(({ from }) => /^k6(?:\/|$)/.test(from));

/** What the `options` of a k6 script ask for, with constants, spreads, other modules and the environment's defaults. */
export function readK6(scope: ScriptScope): LoadTest | undefined {
  const { facts } = scope;
  if (!isK6(facts)) return undefined;
  const declared = facts.exports['options'];
  const line = declared?.line ?? facts.imports.find(({ from }) => /^k6(?:\/|$)/.test(from))?.line ?? 1;
  // A module of helpers is no test: k6 runs the default function, or the functions that scenarios name.
  const given = declared ? evaluate(declared.value, scope) : {};
  if (!isPlain(given)) return { tool: 'k6', form: 'script', line, failures: 'unknown', latency: 'unknown' };
  const scenarios = isPlain(given['scenarios']) ? Object.values(given['scenarios']).filter(isPlain) : [];
  const all = scenarios.length > 0 ? scenarios : [given];
  const rate = all.map(rateOf).reduce(larger, number(given['rps']));
  const duration = all.map(durationOf).reduce(larger, undefined);
  const thresholds = given['thresholds'] ?? (Object.hasOwn(given, SPREAD_UNKNOWN) ? UNKNOWN : {});
  return {
    tool: 'k6',
    form: 'script',
    line,
    ...optional('rate', rate),
    ...optional('durationSec', duration),
    ...judged(thresholds),
  };
}

/** Thresholds end k6 with an error; `check()` alone only counts. */
function judged(thresholds: ScriptValue): Pick<LoadTest, 'failures' | 'latency' | 'limits'> {
  if (!isPlain(thresholds)) return { failures: 'unknown', latency: 'unknown' };
  const slow = conditionsOn(thresholds, /^(?:http_req_duration|iteration_duration)\b/);
  const limits = { max: limitOf(slow, /^(?:max|p\(100\))$/), p99: limitOf(slow, /^p\(9[9.]+\)$/) };
  return {
    failures: assertion(conditionsOn(thresholds, /^(?:http_req_failed|checks|\w*errors?|\w*failed)\b/), NO_FAILURE),
    latency: assertion(slow, AT_THE_END),
    ...(limits.max === undefined && limits.p99 === undefined
      ? {}
      : { limits: { ...optional('max', limits.max), ...optional('p99', limits.p99) } }),
  };
}

/** k6's own small language of conditions: an aggregate, a comparison, a number. */
const CONDITION = /^\s*([a-z]+(?:\(\s*[\d.]+\s*\))?)\s*(===?|!=|<=?|>=?)\s*(-?[\d.]+)\s*$/;

interface Condition {
  readonly aggregate: string;
  readonly comparison: string;
  readonly value: number;
}

const NO_FAILURE = ({ aggregate, comparison, value }: Condition): boolean =>
  aggregate === 'rate'
    ? (value === 0 && /^(?:=|<=)/.test(comparison)) || (value === 1 && /^(?:=|>=)/.test(comparison))
    : aggregate === 'count' && (value === 0 || (value === 1 && comparison === '<'));

/** The slowest, or nearly so; an average says nothing about the slow ones. */
const AT_THE_END = ({ aggregate, comparison }: Condition): boolean =>
  /^(?:max|p\((?:9\d(?:\.\d+)?|100)\))$/.test(aggregate) && comparison.startsWith('<');

function conditionsOn(thresholds: Options, metric: RegExp): (Condition | undefined)[] {
  return Object.entries(thresholds).flatMap(([name, given]) => (metric.test(name) ? conditions(given) : []));
}

/** `['p(99)<50', { threshold: 'rate==0', abortOnFail: true }]`; undefined for one that cannot be read. */
function conditions(given: ScriptValue): (Condition | undefined)[] {
  const list: readonly ScriptValue[] = Array.isArray(given) ? (given as readonly ScriptValue[]) : [given];
  return list.map((one) => {
    const text = isPlain(one) ? one['threshold'] : one;
    const [, aggregate, comparison, value] = (typeof text === 'string' ? CONDITION.exec(text) : null) ?? [];
    if (aggregate === undefined || comparison === undefined) return undefined;
    return { aggregate: aggregate.replaceAll(/\s/g, ''), comparison, value: Number(value) };
  });
}

function assertion(found: readonly (Condition | undefined)[], strict: (one: Condition) => boolean): Assertion {
  if (found.length === 0) return 'none';
  const known = found.filter((one) => one !== undefined);
  if (known.some(strict)) return 'asserted';
  return known.length < found.length ? 'unknown' : 'loose';
}

function limitOf(found: readonly (Condition | undefined)[], aggregate: RegExp): number | undefined {
  const values = found.flatMap((one) => (one && aggregate.test(one.aggregate) ? one.value : []));
  return values.length === 0 ? undefined : Math.min(...values);
}

/** Requests a second of an arrival-rate executor; the others send as fast as the service answers. */
function rateOf(scenario: Options): number | undefined {
  const { executor } = scenario;
  if (typeof executor !== 'string' || !executor.endsWith('arrival-rate')) return undefined;
  const stated: ScriptValue = scenario['timeUnit'];
  const unit = stated === undefined ? 1 : time(stated);
  const given: readonly ScriptValue[] = [scenario['rate'], ...stagesOf(scenario).map(targetOf)];
  const rates = given.flatMap((one) => number(one) ?? []);
  return rates.length === 0 || unit === undefined ? undefined : Math.max(...rates) / unit;
}

const targetOf = (stage: Options): ScriptValue => stage['target'];

function stagesOf(scenario: Options): Options[] {
  const stages = scenario['stages'];
  return Array.isArray(stages) ? (stages as readonly ScriptValue[]).filter(isPlain) : [];
}

function durationOf(scenario: Options): number | undefined {
  const own = time(scenario['duration']);
  if (own !== undefined) return own;
  const stages = stagesOf(scenario).map((stage) => time(stage['duration']) ?? NaN);
  const sum = stages.reduce((total, one) => total + one, 0);
  return stages.length === 0 || !Number.isFinite(sum) ? undefined : sum;
}

/** `'1m30s'`; a number is milliseconds. */
const time = (value: ScriptValue): number | undefined =>
  typeof value === 'number' ? value / 1000 : typeof value === 'string' ? seconds(value) : undefined;

function number(value: ScriptValue): number | undefined {
  if (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value)) return Number(value);
  return typeof value === 'number' ? value : undefined;
}
