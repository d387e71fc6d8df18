import { lineOf, seconds } from './facts.js';
import type { LoadTest } from './facts.js';

const first = (pattern: RegExp, text: string): string | undefined => pattern.exec(text)?.[1];
const optional = <K extends string>(key: K, value: number | undefined): Partial<Record<K, number>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, number>);

/** A Locust file: users, pacing and what it makes of the statistics when it quits. */
export function readLocustFile(text: string): LoadTest | undefined {
  const imported = /^\s*(?:from\s+locust\b|import\s+locust\b)/m.exec(text);
  if (!imported || !/\bclass\s+\w+\(.{0,80}(?:HttpUser|FastHttpUser|HttpLocust|User)\b/.test(text)) return undefined;
  const failures =
    /\bfail_ratio\b|\bnum_failures\b|\bstats\.errors\b/.test(text) &&
    /process_exit_code|sys\.exit|assert\b|quit\(/.test(text);
  const latency =
    /get_response_time_percentile|max_response_time|avg_response_time|get_current_response_time_percentile/.test(
      text,
    ) && /process_exit_code|sys\.exit|assert\b/.test(text);
  const tolerated = /fail_ratio\s*>\s*0?\.\d*[1-9]/.test(text);
  return {
    tool: 'locust',
    form: 'script',
    line: lineOf(text, imported.index + (imported[0].length - imported[0].trimStart().length)),
    failures: failures ? (tolerated ? 'loose' : 'asserted') : 'none',
    latency: latency ? 'asserted' : 'none',
  };
}

/** A Gatling simulation in Scala, Java or Kotlin. */
export function readGatling(text: string): LoadTest | undefined {
  const imported = /^\s*import\s+(?:static\s+)?io\.gatling\./m.exec(text);
  if (!imported || !/\bSimulation\b/.test(text)) return undefined;
  const rates = [
    ...text.matchAll(
      /(?:constantUsersPerSec|rampUsersPerSec|reachRps|jumpToRps)\(\s*(\d+(?:\.\d+)?)\s*\)(?:\.?\s*to\(?\s*(\d+(?:\.\d+)?))?/g,
    ),
  ];
  const highest = Math.max(...rates.flatMap(([, from, to]) => [Number(from), Number(to ?? 0)]), -1);
  const during = first(/(?:during|holdFor)\(?\s*(?:Duration\.of(?:Seconds|Minutes)\()?(\d+)/, text);
  const minutes = /(?:during|holdFor)\(?\s*(?:Duration\.ofMinutes\(\d+|\d+\.?\s*minutes?)/.test(text);
  const failed = /\.failedRequests(?:\(\))?\s*\.\s*(?:count|percent)(?:\(\))?\s*\.\s*(?:is|lt|lte)\(?\s*(\d+)/.exec(
    text,
  );
  return {
    tool: 'gatling',
    form: 'script',
    line: lineOf(text, imported.index + (imported[0].length - imported[0].trimStart().length)),
    ...optional('rate', highest < 0 ? undefined : highest),
    ...optional('durationSec', during === undefined ? undefined : Number(during) * (minutes ? 60 : 1)),
    failures: failed
      ? Number(failed[1]) === 0
        ? 'asserted'
        : 'loose'
      : /successfulRequests(?:\(\))?\s*\.\s*percent(?:\(\))?\s*\.\s*is\(?\s*100/.test(text)
        ? 'asserted'
        : 'none',
    latency: /\.responseTime(?:\(\))?\s*\.\s*(?:max|percentile[34]?|percentile\(\s*99)/.test(text)
      ? 'asserted'
      : text.includes('.responseTime')
        ? 'loose'
        : 'none',
  };
}

/** A JMeter plan. */
export function readJmx(text: string): LoadTest | undefined {
  if (!/<jmeterTestPlan\b/.test(text.slice(0, 2000))) return undefined;
  const perMinute =
    first(
      /<ConstantThroughputTimer\b[^]{0,2000}?<(?:string|double)Prop>?[^]{0,200}?throughput[^]{0,80}?<value>(\d+(?:\.\d+)?)/,
      text,
    ) ?? first(/name="throughput">\s*(\d+(?:\.\d+)?)/, text);
  const duration = first(/name="ThreadGroup\.duration">\s*(\d+)/, text);
  return {
    tool: 'jmeter',
    form: 'script',
    line: lineOf(text, text.indexOf('<jmeterTestPlan')),
    ...optional('rate', perMinute === undefined ? undefined : Number(perMinute) / 60),
    ...optional('durationSec', duration === undefined ? undefined : Number(duration)),
    failures: /<ResponseAssertion\b/.test(text) ? 'asserted' : 'none',
    latency: /<DurationAssertion\b/.test(text) ? 'asserted' : 'none',
  };
}

interface Command {
  readonly tool: LoadTest['tool'];
  readonly pattern: RegExp;
  readonly rate?: RegExp;
  readonly duration?: RegExp;
  readonly script?: RegExp;
}

/** Command lines, by the way each tool is started. */
const COMMANDS: readonly Command[] = [
  {
    tool: 'k6',
    pattern: /\bk6\s+(?:cloud\s+)?run\b/,
    rate: /--rps[= ](\d+)/,
    duration: /(?:--duration|-d)[= ](\w+)/,
    script: /run\b[^\n|&;]*?\s([\w./-]+\.(?:js|ts|mjs))\b/,
  },
  {
    tool: 'locust',
    pattern: /(?:^|[\s"'/])locust\s+(?=[^\n]*(?:-f|--headless|--users|-u)\b)/,
    duration: /(?:-t|--run-time)[= ](\w+)/,
    script: /(?:-f|--locustfile)[= ]([\w./-]+\.py)/,
  },
  { tool: 'vegeta', pattern: /\bvegeta\s+attack\b/, rate: /-rate[= ](\d+(?:\/\w+)?)/, duration: /-duration[= ](\w+)/ },
  {
    tool: 'wrk',
    pattern: /(?:^|[\s"'/])wrk2?\s+(?=-)/,
    rate: /(?:-R|--rate)[= ]?(\d+)/,
    duration: /(?:-d|--duration)[= ]?(\w+)/,
  },
  { tool: 'oha', pattern: /(?:^|[\s"'/])oha\s+(?=-)/, rate: /-q[= ](\d+)/, duration: /-z[= ](\w+)/ },
  {
    tool: 'autocannon',
    pattern: /\bautocannon\s+(?=-|http)/,
    rate: /(?:-R|--overallRate)[= ](\d+)/,
    duration: /(?:-d|--duration)[= ](\w+)/,
  },
  { tool: 'jmeter', pattern: /\bjmeter\b[^\n]{0,200}\s-n\b/, script: /-t[= ]([\w./-]+\.jmx)/ },
  { tool: 'gatling', pattern: /\bgatling(?::test|\.sh)\b|\bgatlingRun\b/ },
  { tool: 'hey', pattern: /(?:^|[\s"'/])hey\s+(?=-[nzcq])/, duration: /-z[= ](\w+)/ },
  { tool: 'ab', pattern: /(?:^|[\s"'/])ab\s+(?=-[nckt])/, duration: /-t[= ](\d+)/ },
];

/** Commands in a shell script, a Makefile, a workflow, a package's scripts. Lines joined by a backslash are one. */
export function readCommands(text: string): LoadTest[] {
  const found: LoadTest[] = [];
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const from = index;
    let line = lines[index] ?? '';
    while (line.endsWith('\\') && index - from < 20) line = `${line.slice(0, -1)} ${lines[(index += 1)] ?? ''}`;
    if (/^\s*(#|\/\/)/.test(line)) continue;
    const short = line.slice(0, 2000);
    for (const command of COMMANDS) if (command.pattern.test(short)) found.push(toTest(command, short, from + 1));
  }
  return found;
}

function toTest(command: Command, line: string, at: number): LoadTest {
  const rate = command.rate && first(command.rate, line);
  const [count, unit] = rate?.split('/') ?? [];
  const duration = command.duration && first(command.duration, line);
  const script = command.script && first(command.script, line);
  return {
    tool: command.tool,
    form: 'command',
    line: at,
    ...optional(
      'rate',
      count === undefined
        ? undefined
        : Number(count) / (unit === undefined ? 1 : (seconds(/^\d/.test(unit) ? unit : `1${unit}`) ?? 1)),
    ),
    ...optional('durationSec', duration === undefined ? undefined : seconds(duration)),
    failures: 'none',
    latency: 'none',
    ...(script === undefined ? {} : { script }),
  };
}
