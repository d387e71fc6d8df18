import { describe, expect, test } from '@jest/globals';
import { javascriptModule } from '../../../src/languages/javascript/extract.js';
import { javaSource, scalaSource } from '../../../src/languages/jvm/extract.js';
import { evaluate, EXTERNAL, UNKNOWN } from '../../../src/languages/script/evaluate.js';
import type { ScriptScope } from '../../../src/languages/script/evaluate.js';
import type { ScriptFacts } from '../../../src/languages/script/facts.js';

const javascript = async (text: string): Promise<ScriptFacts> =>
  (await javascriptModule.extract(Buffer.from(text))).facts;
const scope = (facts: ScriptFacts, environment: Record<string, string> = {}): ScriptScope => ({
  facts,
  environment,
  module: () => undefined,
  json: () => ({ max: 5 }),
});

async function valueOf(expression: string, before = '', environment: Record<string, string> = {}): Promise<unknown> {
  const facts = await javascript(`${before}\nconst it = ${expression};\n`);
  const constant = facts.constants['it'];
  return constant && evaluate(constant.value, scope(facts, environment));
}

describe('values that the text alone decides', () => {
  test.each<[string, string, unknown]>([
    ['1_000 * 2', '', 2000],
    ['`${A}-${1}`', "const A = 'x';", 'x-1'],
    [
      '{ ...base, b: [1, ...more], "c-d": -1, [key]: true }',
      "const base = { a: 1, b: 0 }, more = [2], key = 'k';",
      { a: 1, b: [1, 2], 'c-d': -1, k: true },
    ],
    ['base.deep.value', 'const base = { deep: { value: 3 } };', 3],
    ['__ENV.RATE || 1000', '', 1000],
    ["parseInt(__ENV.RATE ?? '1200', 10)", '', 1200],
    ["__ENV.STAGE === 'prod' ? 5 : 6", '', 6],
    ["JSON.parse(open('./options.json')).max", '', 5],
    ['Object.assign({ a: 1 }, { a: 2 })', '', { a: 2 }],
    ['settings.rate', 'const settings = {}; settings.rate = 7;', 7],
    ['limits.max + first', 'const { limits } = { limits: { max: 4 } }; const [first] = [3];', 7],
    ['fast as unknown as number', 'const fast: number = 9;', 9],
  ])('%s', async (expression, before, expected) => {
    expect(await valueOf(expression, before)).toEqual(expected);
  });

  test('a variable that the command sets', async () => {
    expect(await valueOf('Number(__ENV.RATE || 10)', '', { RATE: '1500' })).toBe(1500);
  });

  test.each<[string, string, unknown]>([
    ['__ENV.RATE', '', EXTERNAL],
    ['compute()', '', UNKNOWN],
    ['limits', 'const { limits } = make(() => { const limits = 5; return { limits }; });', UNKNOWN],
    ['a', 'const a = b, b = a;', UNKNOWN],
    ['nobody.knows', '', UNKNOWN],
  ])('%s is not', async (expression, before, expected) => {
    expect(await valueOf(expression, before)).toBe(expected);
  });
});

test('hostile nesting ends with a reason, and constructors of objects are out of reach', async () => {
  await expect(javascript('['.repeat(100_000))).rejects.toThrow();
  await expect(javascript(`x = ${'a('.repeat(50_000)}${')'.repeat(50_000)}`)).rejects.toThrow('nested too deeply');
  expect(await valueOf('({}).constructor')).toBeUndefined();
  expect(await valueOf('__proto__')).toBe(UNKNOWN);
});

test('imports and exports in every form', async () => {
  const facts = await javascript(`import http from 'k6/http';
const { check } = require('k6');
export { thresholds as limits } from './limits.js';
export const options = {};
module.exports.more = 1;
export default function () { http
  .post('/x'); }
`);
  expect(facts.imports.map(({ local, from, imported }) => [local, from, imported])).toEqual([
    ['http', 'k6/http', 'default'],
    ['check', 'k6', 'check'],
    ['export limits', './limits.js', 'thresholds'],
  ]);
  expect(Object.keys(facts.exports).sort()).toEqual(['default', 'limits', 'more', 'options']);
  expect(facts.calls.map(({ callee, line }) => [callee, line])).toEqual([
    ['require', 2],
    ['http.post', 7],
  ]);
});

test('Java and Scala give the same facts', async () => {
  const java = (
    await javaSource.extract(
      Buffer.from(`import static io.gatling.javaapi.core.CoreDsl.*;
class Load extends Simulation {
  static final int RATE = Integer.getInteger("rate", 1000);
  { setUp(scn.injectOpen(constantUsersPerSec(RATE).during(Duration.ofMinutes(2)))); }
}`),
    )
  ).facts;
  const scala = (
    await scalaSource.extract(
      Buffer.from(`import io.gatling.core.Predef._
class Load extends Simulation {
  val RATE = Integer.getInteger("rate", 1000)
  setUp(scn.inject(constantUsersPerSec(RATE) during (2 minutes)))
}`),
    )
  ).facts;
  for (const facts of [java, scala]) {
    expect(facts.extends).toEqual(['Simulation']);
    expect(facts.calls.map(({ callee }) => callee)).toEqual(
      expect.arrayContaining(['setUp', 'constantUsersPerSec', 'constantUsersPerSec.during']),
    );
    expect(evaluate({ kind: 'name', name: 'RATE' }, scope(facts))).toBe(1000);
  }
});
