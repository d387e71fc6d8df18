import type { LoadTool } from '../evidence/record.js';
import { optional, seconds } from './facts.js';
import type { LoadTest } from './facts.js';

/** Command-line options of one tool, by what they say. */
interface Options {
  readonly rate?: readonly string[];
  readonly duration?: readonly string[];
  readonly users?: readonly string[];
  readonly script?: readonly string[];
  /** The script stands among the operands, by its ending. */
  readonly operand?: RegExp;
  /** `-e NAME=value`, `-Jname=value`. */
  readonly variable?: readonly string[];
  /** Is this use of the tool a load test at all? */
  readonly runs: (words: readonly string[]) => boolean;
}

const has =
  (...wanted: readonly string[]) =>
  (words: readonly string[]): boolean =>
    words.some((word) => wanted.includes(word));
const hasTarget = (words: readonly string[]): boolean => words.some((word) => !word.startsWith('-'));

const TOOLS: Readonly<Partial<Record<string, { readonly tool: LoadTool } & Options>>> = {
  k6: {
    tool: 'k6',
    rate: ['--rps'],
    duration: ['-d', '--duration'],
    operand: /\.(?:js|ts|mjs)$/,
    variable: ['-e', '--env'],
    runs: has('run'),
  },
  locust: {
    tool: 'locust',
    duration: ['-t', '--run-time'],
    users: ['-u', '--users'],
    script: ['-f', '--locustfile'],
    runs: has('-f', '--locustfile', '--headless', '-u', '--users', '-t', '--run-time', '--host', '-H', '--config'),
  },
  vegeta: { tool: 'vegeta', rate: ['-rate', '--rate'], duration: ['-duration', '--duration'], runs: has('attack') },
  wrk: { tool: 'wrk', duration: ['-d', '--duration'], runs: hasTarget },
  wrk2: { tool: 'wrk', rate: ['-R', '--rate'], duration: ['-d', '--duration'], runs: hasTarget },
  oha: { tool: 'oha', rate: ['-q', '--query-per-second'], duration: ['-z', '--duration'], runs: hasTarget },
  autocannon: {
    tool: 'autocannon',
    rate: ['-R', '--overallRate'],
    duration: ['-d', '--duration'],
    runs: hasTarget,
  },
  jmeter: { tool: 'jmeter', script: ['-t', '--testfile'], variable: ['-J'], runs: has('-n', '--nongui') },
  'jmeter.sh': { tool: 'jmeter', script: ['-t', '--testfile'], variable: ['-J'], runs: has('-n', '--nongui') },
  hey: { tool: 'hey', duration: ['-z'], runs: hasTarget },
  ab: { tool: 'ab', duration: ['-t'], runs: hasTarget },
  gatling: { tool: 'gatling', runs: has('run') },
  'gatling.sh': { tool: 'gatling', runs: () => true },
  mvn: { tool: 'gatling', runs: (words) => words.some((word) => word.startsWith('gatling:')) },
  mvnw: { tool: 'gatling', runs: (words) => words.some((word) => word.startsWith('gatling:')) },
  gradle: { tool: 'gatling', runs: (words) => words.some((word) => word.includes('gatlingRun')) },
  gradlew: { tool: 'gatling', runs: (words) => words.some((word) => word.includes('gatlingRun')) },
  sbt: { tool: 'gatling', runs: (words) => words.some((word) => /^gatling(?:it)?[:/]test/i.test(word)) },
};

/** Images of the tools, without registry and tag. */
const IMAGES: Readonly<Partial<Record<string, string>>> = {
  'grafana/k6': 'k6',
  'loadimpact/k6': 'k6',
  'locustio/locust': 'locust',
  'peterevans/vegeta': 'vegeta',
  'williamyeh/wrk': 'wrk',
  'justb4/jmeter': 'jmeter',
  'denvazh/gatling': 'gatling.sh',
};

/** The tool that a container image starts; undefined for other images. */
export function toolOfImage(image: string): string | undefined {
  const name = image
    .replace(/@.*$/, '')
    .replace(/:[^/]*$/, '')
    .split('/')
    .slice(-2)
    .join('/');
  return IMAGES[name];
}

/** What stands in front of a program and starts it, with the options that take a word of their own. */
const WRAPPERS: Readonly<
  Partial<Record<string, { readonly verb?: RegExp; readonly valued?: RegExp; readonly values?: number }>>
> = {
  sudo: { valued: /^-[ug]$/ },
  env: {},
  exec: {},
  nohup: {},
  time: {},
  command: {},
  nice: { valued: /^-n$/ },
  timeout: { valued: /^-[sk]$/, values: 1 },
  stdbuf: {},
  npx: { valued: /^(?:-p|--package)$/ },
  bunx: {},
  uvx: { valued: /^--(?:from|with|python)$/ },
  pnpm: { verb: /^(?:dlx|exec)$/ },
  yarn: { verb: /^(?:dlx|exec)$/ },
  poetry: { verb: /^run$/ },
  pipenv: { verb: /^run$/ },
  pdm: { verb: /^run$/ },
  hatch: { verb: /^run$/ },
  uv: { verb: /^run$/, valued: /^--(?:with|from|group|extra|python|project|directory)$/ },
};
/** Enough for `sudo env timeout 60 npx …`. */
const MOST_WRAPPERS = 5;

/** Takes `sudo`, `timeout 60`, `npx`, `uv run`, `docker run … image` away from the program that they start. */
export function unwrapped(words: readonly string[]): readonly string[] {
  let rest = words;
  for (let count = 0; count < MOST_WRAPPERS; count += 1) {
    const program = baseName(rest[0]);
    if (program === 'docker' || program === 'podman') return contained(rest);
    if (/^python[\d.]*$/.test(program) && rest[1] === '-m') return rest.slice(2);
    const wrapper = Object.hasOwn(WRAPPERS, program) ? WRAPPERS[program] : undefined;
    if (!wrapper) return rest;
    if (wrapper.verb && !wrapper.verb.test(rest[1] ?? '')) return rest;
    let at = wrapper.verb ? 2 : 1;
    for (; at < rest.length; at += 1) {
      const word = rest[at] ?? '';
      if (wrapper.valued?.test(word)) at += 1;
      else if (!word.startsWith('-') && !/^[A-Za-z_]\w*=/.test(word)) break;
    }
    rest = rest.slice(at + (wrapper.values ?? 0));
  }
  return rest;
}

/** `docker run --rm -v … grafana/k6 run score.js` → `k6 run score.js`; `docker exec box wrk …` → `wrk …`. */
function contained(words: readonly string[]): readonly string[] {
  if (!words.some((word) => word === 'run' || word === 'exec')) return words;
  for (const [index, word] of words.entries()) {
    const tool = toolOfImage(word) ?? (index > 1 && TOOLS[baseName(word)] ? baseName(word) : undefined);
    if (tool === undefined) continue;
    const rest = words.slice(index + 1);
    // The image's entry point is the tool; some compose files and people name it once more.
    return baseName(rest[0]) === tool ? rest : [tool, ...rest];
  }
  return words;
}

/**
 * A load test that a command starts; undefined for other commands.
 * @param given a simple command's words, variables filled in where their values are known
 */
export function loadCommand(given: readonly string[], line: number): LoadTest | undefined {
  const [program, ...words] = unwrapped(given);
  const name = baseName(program);
  const options = Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
  if (!options?.runs(words)) return undefined;
  const rate = optionOf(words, options.rate);
  const duration = optionOf(words, options.duration);
  const users = optionOf(words, options.users);
  const script = optionOf(words, options.script) ?? words.findLast((word) => options.operand?.test(word));
  const environment = variablesOf(words, options.variable);
  const [count, unit] = rate?.split('/') ?? [];
  const per = unit === undefined ? 1 : (seconds(/^\d/.test(unit) ? unit : `1${unit}`) ?? NaN);
  return {
    tool: options.tool,
    form: 'command',
    line,
    ...optional('rate', count === undefined ? undefined : numberOf(count) / per),
    ...optional('durationSec', duration === undefined ? undefined : seconds(duration)),
    ...optional('users', users === undefined ? undefined : numberOf(users)),
    failures: failsByItself(options.tool, words),
    latency: 'none',
    ...(script === undefined ? {} : { script }),
    ...(Object.keys(environment).length === 0 ? {} : { environment }),
  };
}

/** Locust ends with 1 after any failed request unless it is told otherwise; the others report and end with 0. */
const failsByItself = (tool: LoadTool, words: readonly string[]): LoadTest['failures'] =>
  tool === 'locust' && optionOf(words, ['--exit-code-on-error']) !== '0' ? 'asserted' : 'none';

const baseName = (word: string | undefined): string => (word ?? '').split('/').at(-1) ?? '';
const numberOf = (text: string): number => (/^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Number(text) : NaN);

/** `-d 60s`, `-d60s`, `-duration=2m`, `--duration 2m`. */
function optionOf(words: readonly string[], names: readonly string[] = []): string | undefined {
  for (const [index, word] of words.entries()) {
    for (const name of names) {
      if (word === name) return words[index + 1];
      if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
      if (/^-\w$/.test(name) && word.startsWith(name)) return word.slice(2);
    }
  }
  return undefined;
}

function variablesOf(words: readonly string[], names: readonly string[] = []): Record<string, string> {
  const found: [string, string][] = [];
  for (const [index, word] of words.entries()) {
    const name = names.find(
      (one) => word === one || (word.startsWith(one) && (one === '-J' || word[one.length] === '=')),
    );
    if (name === undefined) continue;
    const given = word === name ? (words[index + 1] ?? '') : word.slice(name.length).replace(/^=/, '');
    const at = given.indexOf('=');
    if (at > 0) found.push([given.slice(0, at), given.slice(at + 1)]);
  }
  return Object.fromEntries(found);
}
