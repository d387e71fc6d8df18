import { lineOf, seconds } from './facts.js';
import type { Assertion, LoadTest } from './facts.js';
import { literalAt, Source } from './literal.js';
import type { Literal } from './literal.js';

type Options = Readonly<Record<string, Literal>>;

/** A k6 script: what its `options` ask for. */
export function readK6Script(text: string): LoadTest | undefined {
  if (!/from\s+['"]k6(?:\/|['"])|require\(['"]k6/.test(text)) return undefined;
  const declared =
    /(?:export\s+)?(?:const|let|var)\s+options\s*(?::\s*\w+)?\s*=\s*(?=\{)|exports\.options\s*=\s*(?=\{)/.exec(text);
  const options = declared ? literalAt(text, declared.index + declared[0].length) : {};
  const constants = constantsOf(text);
  const asked = isObject(options) ? options : {};
  const scenarios = isObject(asked['scenarios']) ? Object.values(asked['scenarios']).filter(isObject) : [];
  const thresholds = isObject(asked['thresholds']) ? asked['thresholds'] : {};
  const all = scenarios.length > 0 ? scenarios : [asked];
  const rate = all.reduce<number | undefined>((most, scenario) => larger(most, rateOf(scenario, constants)), undefined);
  const duration = all.reduce<number | undefined>(
    (most, scenario) => larger(most, durationOf(scenario, constants)),
    undefined,
  );
  return {
    tool: 'k6',
    form: 'script',
    line: declared ? lineOf(text, declared.index) : 1,
    ...(rate === undefined ? {} : { rate }),
    ...(duration === undefined ? {} : { durationSec: duration }),
    failures: assertion(
      thresholds,
      /^(http_req_failed|checks|errors?)\b/,
      /^\s*(rate\s*(==|<=)\s*0(\.0+)?|count\s*(==|<=|<)\s*[01]|rate\s*(==|>=)\s*1(\.0+)?)\s*$/,
    ),
    latency: assertion(thresholds, /^http_req_duration\b/, /^\s*(max|p\(9\d(\.\d+)?\)|p\(100\))\s*<=?/),
  };
}

const isObject = (value: Literal | undefined): value is Options =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Source);

const larger = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b);

/** Top-level constants, and the fallback of an environment variable: `const RATE = __ENV.RATE || 1000`. */
function constantsOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/^(?:const|let|var)\s+(\w{1,60})\s*=\s*([^\n;]{1,200})/gm))
    found.set(name, value);
  return found;
}

function valueOf(value: Literal | undefined, constants: ReadonlyMap<string, string>): string | number | undefined {
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (!(value instanceof Source)) return undefined;
  const source = constants.get(value.text) ?? value.text;
  const fallback =
    /(?:\|\||\?\?)\s*['"]?([\w.]{1,20})['"]?/.exec(source)?.[1] ??
    /^['"]?(\d[\w.]{0,20})['"]?$/.exec(source.trim())?.[1];
  return fallback !== undefined && /^\d+(\.\d+)?$/.test(fallback) ? Number(fallback) : fallback;
}

/** Requests a second of an arrival-rate executor; the others send as fast as the service answers. */
function rateOf(scenario: Options, constants: ReadonlyMap<string, string>): number | undefined {
  const { executor } = scenario;
  if (typeof executor !== 'string' || !executor.endsWith('arrival-rate')) {
    const rps = valueOf(scenario['rps'], constants);
    return typeof rps === 'number' ? rps : undefined;
  }
  const unit = seconds(String(valueOf(scenario['timeUnit'], constants) ?? '1s')) ?? 1;
  const rates = [scenario['rate'], ...stagesOf(scenario).map((stage) => stage['target'])].map((one) =>
    valueOf(one, constants),
  );
  const numbers = rates.filter((one) => typeof one === 'number');
  return numbers.length === 0 ? undefined : Math.max(...numbers) / unit;
}

const stagesOf = (scenario: Options): Options[] =>
  Array.isArray(scenario['stages']) ? scenario['stages'].filter(isObject) : [];

function durationOf(scenario: Options, constants: ReadonlyMap<string, string>): number | undefined {
  const own = valueOf(scenario['duration'], constants);
  if (own !== undefined) return seconds(String(own));
  const stages = stagesOf(scenario).map((stage) => seconds(String(valueOf(stage['duration'], constants))) ?? 0);
  return stages.length === 0 ? undefined : stages.reduce((sum, one) => sum + one, 0);
}

function assertion(thresholds: Options, metric: RegExp, strict: RegExp): Assertion {
  const conditions = Object.entries(thresholds).flatMap(([name, given]) =>
    metric.test(name) ? conditionsOf(given) : [],
  );
  if (conditions.length === 0) return 'none';
  return conditions.some((condition) => strict.test(condition)) ? 'asserted' : 'loose';
}

/** `['p(99)<50', { threshold: 'rate==0', abortOnFail: true }]`. */
function conditionsOf(given: Literal): string[] {
  const list = Array.isArray(given) ? given : [given];
  return list.flatMap((one) => {
    if (typeof one === 'string') return [one];
    if (one instanceof Source) return [/['"`]([^'"`]+)/.exec(one.text)?.[1] ?? ''];
    return isObject(one) && typeof one['threshold'] === 'string' ? [one['threshold']] : [];
  });
}
