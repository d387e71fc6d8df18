export interface Word {
  /** As written, quotes included. */
  readonly text: string;
  readonly start: number;
}

/** Splits at blanks outside quotes, as Docker does for ENV, ARG, LABEL and FROM. */
export function splitWords(text: string): Word[] {
  const words: Word[] = [];
  let start = -1;
  let quote = '';
  for (let i = 0; i <= text.length; i++) {
    const char = text[i] ?? '';
    const blank = char === '' || (quote === '' && /\s/.test(char));
    if (blank) {
      if (start >= 0) words.push({ text: text.slice(start, i), start });
      start = -1;
      continue;
    }
    if (start < 0) start = i;
    if (char === '\\' && quote !== "'") i++;
    else if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
  }
  return words;
}

const VARIABLE = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-+?])([^{}]*))?\})/y;

/**
 * Docker's own expansion of a word: quotes removed, `\x` → `x`, `$A`, `${A}`, `${A:-default}`, `${A:+other}`.
 * @param lookup undefined means that the variable is not set
 * @returns undefined when the word holds a form that is not evaluated (`${A#prefix}`)
 */
export function expandWord(raw: string, lookup: (name: string) => string | undefined): string | undefined {
  let out = '';
  let quote = '';
  for (let i = 0; i < raw.length; i++) {
    const char = raw[i] ?? '';
    if (char === '\\' && quote !== "'" && i + 1 < raw.length) {
      const next = raw[++i] ?? '';
      out += quote === '"' && !'"$\\'.includes(next) ? `\\${next}` : next;
    } else if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === '$' && quote !== "'") {
      VARIABLE.lastIndex = i;
      const match = VARIABLE.exec(raw);
      if (match === null) {
        if (raw[i + 1] === '{') return undefined;
        out += char;
        continue;
      }
      const value = substitute(match, lookup);
      if (value === undefined) return undefined;
      out += value;
      i += match[0].length - 1;
    } else out += char;
  }
  return out;
}

function substitute(match: RegExpExecArray, lookup: (name: string) => string | undefined): string | undefined {
  const value = lookup(match[1] ?? match[2] ?? '');
  const operator = match[3] ?? '';
  const filled = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  if (operator.endsWith('-')) return filled ? value : expandWord(match[4] ?? '', lookup);
  if (operator.endsWith('+')) return filled ? expandWord(match[4] ?? '', lookup) : '';
  return value ?? '';
}
