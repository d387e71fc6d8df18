/** A piece of a program in a language of which only comments, strings and names matter here. */
export interface Token {
  readonly kind: 'name' | 'string' | 'symbol' | 'comment';
  /** A string's content without quotes, a comment's without its marks. */
  readonly text: string;
  readonly line: number;
}

export interface Lexicon {
  readonly lineComment: string;
  readonly blockComments: boolean;
  /** A character that may start a name. */
  readonly nameStart: RegExp;
  readonly namePart: RegExp;
  /** R's `r"(…)"`, Java's `"""…"""`. */
  readonly rawStrings: 'r' | 'java';
  readonly quotes: string;
}

export const JAVA: Lexicon = {
  lineComment: '//',
  blockComments: true,
  nameStart: /[\p{L}_$]/u,
  namePart: /[\p{L}\p{N}_$]/u,
  rawStrings: 'java',
  quotes: '"\'',
};

/** Names in R hold dots; backticks quote a name. */
export const R: Lexicon = {
  lineComment: '#',
  blockComments: false,
  nameStart: /[\p{L}._]/u,
  namePart: /[\p{L}\p{N}._]/u,
  rawStrings: 'r',
  quotes: '"\'`',
};

/** Splits a text in one pass, in time linear in its length. */
export function* tokens(text: string, lexicon: Lexicon): Generator<Token> {
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    const from = at;
    const first = line;
    let token: Omit<Token, 'line'> | undefined;
    if (text.startsWith(lexicon.lineComment, at)) {
      at = endOf(text, '\n', at) - (text.includes('\n', at) ? 1 : 0);
      token = { kind: 'comment', text: text.slice(from + lexicon.lineComment.length, at) };
    } else if (lexicon.blockComments && text.startsWith('/*', at)) {
      at = endOf(text, '*/', at + 2);
      token = { kind: 'comment', text: text.slice(from + 2, at - 2) };
    } else if (rawString(text, at, lexicon) !== undefined) {
      const raw = rawString(text, at, lexicon);
      at = raw?.end ?? at + 1;
      token = { kind: 'string', text: raw?.text ?? '' };
    } else if (lexicon.quotes.includes(char)) {
      at = closingQuote(text, at);
      token = { kind: char === '`' ? 'name' : 'string', text: text.slice(from + 1, at - 1) };
    } else if (lexicon.nameStart.test(char)) {
      while (at < text.length && lexicon.namePart.test(text[at] ?? '')) at++;
      token = { kind: 'name', text: text.slice(from, at) };
    } else {
      at++;
      if (!/\s/.test(char)) token = { kind: 'symbol', text: char };
    }
    if (token) yield { ...token, line: first };
    for (let i = from; i < at; i++) if (text.charCodeAt(i) === 10) line++;
  }
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found + mark.length;
}

function closingQuote(text: string, open: number): number {
  const quote = text[open];
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at + 1;
  }
  return text.length;
}

function rawString(text: string, at: number, { rawStrings }: Lexicon): { text: string; end: number } | undefined {
  if (rawStrings === 'java') {
    if (!text.startsWith('"""', at)) return undefined;
    const end = endOf(text, '"""', at + 3);
    return { text: text.slice(at + 3, end - 3), end };
  }
  const open = /^[rR](["'])(-{0,20})([([{])/.exec(text.slice(at, at + 24));
  if (!open || /[\w.]/.test(text[at - 1] ?? '')) return undefined;
  const close = { '(': ')', '[': ']', '{': '}' }[open[3] as '(' | '[' | '{'] + (open[2] ?? '') + (open[1] ?? '');
  const end = endOf(text, close, at + open[0].length);
  return { text: text.slice(at + open[0].length, end - close.length), end };
}
