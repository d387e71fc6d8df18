import { SaxesParser } from 'saxes';
import type { Extractor } from '../../core/facts.js';
import { Unparsable } from '../../core/errors.js';
import { larger, optional } from './facts.js';
import type { LoadTest } from './facts.js';

const MAX_BYTES = 5 * 1024 * 1024;

/** A JMeter plan (`.jmx`), its elements in order; null for XML of another kind. */
export const jmeterPlan: Extractor<JMeterPlan | null> = {
  name: 'jmeter-plan',
  version: 2,
  extract(bytes) {
    if (bytes.byteLength > MAX_BYTES) throw new Unparsable('larger than 5 MB', 1, 'unsupported');
    return { facts: readPlan(new TextDecoder('utf-8').decode(bytes)) ?? null };
  },
};

/** One element of the plan that is switched on, with its properties by name. */
export interface Element {
  readonly type: string;
  readonly properties: Map<string, string>;
  /** Rows of its collections: `load_profile` of a throughput shaping timer. */
  readonly rows: string[][];
}

export interface JMeterPlan {
  readonly line: number;
  readonly elements: readonly Element[];
}

/** A hash tree follows the element that it belongs to; when that is switched off, so is all below. */
interface Level {
  readonly off: boolean;
  lastOff: boolean;
}

/** Entities of a document type are never expanded: the parser knows the five of XML and refuses the others. */
function readPlan(text: string): JMeterPlan | undefined {
  const reader = new PlanReader();
  const parser = new SaxesParser();
  let broken: string | undefined;
  parser.on('error', ({ message }) => {
    broken ??= message;
  });
  parser.on('opentag', ({ name, attributes }) => {
    reader.open(name, attributes, parser.line);
  });
  parser.on('closetag', ({ name }) => {
    reader.close(name);
  });
  parser.on('text', (data) => {
    reader.text(data);
  });
  parser.on('cdata', (data) => {
    reader.text(data);
  });
  parser.write(text).close();
  if (reader.line === undefined) return undefined;
  if (broken !== undefined) throw new Unparsable(`a JMeter plan that is not well-formed: ${broken.slice(0, 200)}`);
  return { line: reader.line, elements: reader.elements };
}

class PlanReader {
  line: number | undefined;
  readonly elements: Element[] = [];
  private readonly levels: Level[] = [];
  private readonly path: string[] = [];
  private element: { readonly depth: number; readonly data: Element } | undefined;
  private readonly names: string[] = [];
  private content = '';

  open(tag: string, attributes: Record<string, string>, line: number): void {
    this.path.push(tag);
    this.content = '';
    if (this.path.length === 1) {
      if (tag === 'jmeterTestPlan') this.line = line;
      return;
    }
    const level = this.levels.at(-1);
    if (!this.element && tag === 'hashTree') {
      const off = (level?.off ?? false) || (level?.lastOff ?? false);
      this.levels.push({ off, lastOff: false });
    } else if (!this.element && level) {
      level.lastOff = attributes['enabled'] === 'false';
      const data = { type: tag, properties: new Map<string, string>(), rows: [] };
      this.element = { depth: this.path.length, data };
      if (!level.off && !level.lastOff) this.elements.push(data);
    } else if (this.element) {
      this.names.push(attributes['name'] ?? '');
      if (tag === 'collectionProp' || tag === 'elementProp') this.element.data.rows.push([]);
    }
  }

  text(data: string): void {
    this.content += data;
  }

  close(tag: string): void {
    const depth = this.path.length;
    this.path.pop();
    if (!this.element) {
      if (tag === 'hashTree') this.levels.pop();
      return;
    }
    if (depth === this.element.depth) {
      this.element = undefined;
      return;
    }
    this.keep(tag, this.names.pop() ?? '', this.element.data);
    this.content = '';
  }

  private keep(tag: string, name: string, { properties, rows }: Element): void {
    const value = this.content.trim();
    // <doubleProp><name>throughput</name><value>60000.0</value></doubleProp>
    if (tag === 'name') this.pendingName = value;
    else if (tag === 'value') properties.set(this.pendingName, value);
    else if (name !== '' && /^(?:string|int|long|double|float|bool)Prop$/.test(tag)) {
      if (value !== '' || !properties.has(name)) properties.set(name, value);
      rows.at(-1)?.push(value);
    }
  }

  private pendingName = '';
}

const isThreadGroup = (type: string): boolean => type.endsWith('ThreadGroup');

/** Values of a plan's variables, and of the properties that the command which starts it gives (`-Jrate=1000`). */
interface Scope {
  readonly variables: ReadonlyMap<string, string>;
  readonly properties: Readonly<Record<string, string>>;
}

/** The load test that a plan describes, with the properties of the command that starts it. */
export function readJMeter(
  { line, elements }: JMeterPlan,
  properties: Readonly<Record<string, string>> = {},
): LoadTest {
  const variables: Scope = { variables: userVariables(elements), properties };
  const value = (element: Element, name: string): number | undefined =>
    resolved(element.properties.get(name), variables);
  const groups = elements.filter(({ type }) => isThreadGroup(type));
  const threads = groups.reduce((sum, group) => sum + (value(group, 'ThreadGroup.num_threads') ?? 0), 0);
  let rate: number | undefined;
  let duration: number | undefined;
  for (const element of elements) {
    const [rates, lasts] = pace(element, threads, (name) => value(element, name), variables);
    rate = larger(rate, rates);
    duration = larger(duration, lasts);
  }
  const slow = elements.filter(({ type }) => type === 'DurationAssertion');
  const limits = slow.flatMap((one) => value(one, 'DurationAssertion.duration') ?? []);
  return {
    tool: 'jmeter',
    form: 'script',
    line,
    ...optional('rate', rate),
    ...optional('durationSec', duration),
    failures: elements.some(({ type }) => ASSERTIONS.test(type)) ? 'asserted' : 'none',
    latency: slow.length === 0 ? 'none' : 'asserted',
    ...(limits.length === 0 ? {} : { limits: { max: Math.min(...limits) } }),
  };
}

const ASSERTIONS = /^(?:ResponseAssertion|JSONPathAssertion|JSONPathAssertion2|JSR223Assertion|XPath2?Assertion)$/;

/** Requests a second and seconds that one element asks for. */
function pace(
  { type, properties, rows }: Element,
  threads: number,
  value: (name: string) => number | undefined,
  variables: Scope,
): [number | undefined, number | undefined] {
  if (type === 'ConstantThroughputTimer') {
    const perMinute = value('throughput');
    // Mode 0 paces every thread on its own.
    const each = (value('calcMode') ?? 0) === 0 ? Math.max(1, threads) : 1;
    return [perMinute === undefined ? undefined : (perMinute / 60) * each, undefined];
  }
  if (type === 'PreciseThroughputTimer') {
    const count = value('throughput');
    return [count === undefined ? undefined : count / (value('throughputPeriod') ?? 3600), value('duration')];
  }
  if (type.endsWith('VariableThroughputTimer')) {
    const profile = rows
      .map((row) => row.map((cell) => resolved(cell, variables) ?? 0))
      .filter((row) => row.length === 3);
    const peak = profile.reduce((most, [from = 0, to = 0]) => Math.max(most, from, to), 0);
    return [peak || undefined, profile.reduce((sum, [, , lasts = 0]) => sum + lasts, 0) || undefined];
  }
  if (type.endsWith('OpenModelThreadGroup')) return openModel(properties.get('OpenModelThreadGroup.schedule') ?? '');
  if (!isThreadGroup(type)) return [undefined, undefined];
  const limited = properties.get('ThreadGroup.scheduler') !== 'false';
  return [undefined, limited ? value('ThreadGroup.duration') : undefined];
}

/** Units as JMeter's schedules spell them, without the plural. */
const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, sec: 1, m: 60, min: 60, h: 3600, hour: 3600 };
const secondsOf = (unit = 's'): number => SECONDS[unit] ?? SECONDS[unit.slice(0, -1)] ?? 1;

/** JMeter's own schedule language: `rate(1000/sec) random_arrivals(2 min)`. */
function openModel(schedule: string): [number | undefined, number | undefined] {
  const steps = [...schedule.matchAll(/(\w+)\(\s*([\d.]+)\s*\/?\s*([a-z]*)\s*\)/g)];
  const rates = steps.flatMap(([, step, count, unit]) => (step === 'rate' ? Number(count) / secondsOf(unit) : []));
  const lasting = steps.filter(([, step]) => step === 'pause' || step?.endsWith('_arrivals') === true);
  return [
    rates.length === 0 ? undefined : Math.max(...rates),
    lasting.length === 0
      ? undefined
      : lasting.reduce((sum, [, , count, unit]) => sum + Number(count) * secondsOf(unit), 0),
  ];
}

/** User-defined variables. */
function userVariables(elements: readonly Element[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { type, rows } of elements)
    if (type === 'Arguments' || type === 'TestPlan')
      for (const [name = '', value = ''] of rows) if (name !== '') found.set(name, value);
  return found;
}

/** `${__P(rate,1000)}`, `${__property(rate,,1000)}`: a property by its name, with its default. */
const PROPERTY = /^\$\{__(?:P|property)\(([^(),]{1,100})(?:,[^(),]{0,100})??(?:,([^(),]{1,100}))?\)\}$/;

/** A number, a variable, or a property. */
function resolved(text: string | undefined, scope: Scope, depth = 0): number | undefined {
  if (text === undefined || text === '' || depth > 3) return undefined;
  if (/^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  const [, name, fallback] = PROPERTY.exec(text) ?? [];
  if (name !== undefined) {
    const given = Object.hasOwn(scope.properties, name.trim()) ? scope.properties[name.trim()] : undefined;
    return resolved((given ?? fallback)?.trim(), scope, depth + 1);
  }
  const variable = /^\$\{(\w{1,100})\}$/.exec(text)?.[1];
  return variable === undefined ? undefined : resolved(scope.variables.get(variable), scope, depth + 1);
}
