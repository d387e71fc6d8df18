import { Unparsable } from '../../core/errors.js';
import type { Extractor, Problem } from '../../core/facts.js';
import { decodeText } from '../text.js';

/** One assignment of an environment file. */
export interface DotenvEntry {
  readonly name: string;
  /** Quotes and escapes resolved, variables not; undefined for a bare `NAME`, which takes the shell's value. */
  readonly value: string | undefined;
  /** False in single quotes: `$` stands for itself. */
  readonly expands: boolean;
  readonly line: number;
}

const MAX_LINES = 20_000;
const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*(?:[=:]\s*(.*))?$/;

/** Environment files as Compose reads them: `export`, quotes over several lines, `#` comments after a blank. */
export const dotenvExtractor: Extractor<readonly DotenvEntry[]> = {
  name: 'dotenv',
  version: 1,
  extract(bytes) {
    const text = decodeText(bytes);
    return parseDotenv(text);
  },
};

function parseDotenv(text: string): { facts: readonly DotenvEntry[]; problems: readonly Problem[] } {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.length > MAX_LINES)
    throw new Unparsable(`an environment file of more than ${MAX_LINES} lines is not evaluated`);
  const facts: DotenvEntry[] = [];
  const problems: Problem[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (/^\s*(?:#|$)/.test(line)) continue;
    const match = ASSIGNMENT.exec(line);
    if (match === null) {
      problems.push({ kind: 'unread', reason: 'not an assignment', line: index + 1 });
      continue;
    }
    const read = valueFrom(match[2], lines, index);
    facts.push({ name: match[1] ?? '', value: read.value, expands: read.expands, line: index + 1 });
    index = read.last;
  }
  return { facts, problems };
}

function valueFrom(
  raw: string | undefined,
  lines: readonly string[],
  index: number,
): { value: string | undefined; expands: boolean; last: number } {
  const quote = raw?.[0];
  if (raw === undefined || (quote !== '"' && quote !== "'")) {
    return { value: raw?.replace(/(?:^|\s)#.*$/, '').trim(), expands: true, last: index };
  }
  let body = raw.slice(1);
  let last = index;
  let end = closing(body, quote);
  while (end < 0 && last + 1 < lines.length && last - index < 200) {
    body += `\n${lines[++last] ?? ''}`;
    end = closing(body, quote);
  }
  if (end < 0) return { value: raw.trim(), expands: true, last: index };
  const inner = body.slice(0, end);
  return quote === "'" ? { value: inner, expands: false, last } : { value: unescape(inner), expands: true, last };
}

function closing(body: string, quote: string): number {
  for (let i = 0; i < body.length; i++) {
    if (body[i] === '\\' && quote === '"') i++;
    else if (body[i] === quote) return i;
  }
  return -1;
}

const unescape = (inner: string): string =>
  inner.replace(/\\([nrt"\\])/g, (_, char: string) => ({ n: '\n', r: '\r', t: '\t' })[char] ?? char);
