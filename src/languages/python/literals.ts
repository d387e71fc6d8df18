import type { Bytes, FString, Hole, Num, Str } from './ast.js';
import type { Raw } from './raw.js';
import type { Source } from './source.js';

type Part = Str | Hole;
/** What one literal token, or several adjacent ones, stand for. */
export type Literal = Str | FString | Bytes;

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

/** Where the letters before the quote end. */
function prefixEnd(text: string, start: number): number {
  let at = start;
  while (at < start + 3 && isLetter(text.charCodeAt(at) | LOWER)) at++;
  return at;
}

const LOWER = 0x20;
const isLetter = (lower: number): boolean => lower >= 0x61 && lower <= 0x7a;

function isTriple(text: string, at: number): boolean {
  const quote = text[at];
  return (quote === '"' || quote === "'") && text[at + 1] === quote && text[at + 2] === quote;
}

/** One string token. `hole` turns the code of an interpolation into a node. */
export function literal(raw: Raw, source: Source, hole: (raw: Raw) => Hole): Literal {
  const open = prefixEnd(source.text, raw.start);
  const prefix = source.text.slice(raw.start, open).toLowerCase();
  const quotes = isTriple(source.text, open) ? 3 : 1;
  const from = open + quotes;
  const to = Math.max(from, raw.end - quotes);
  const plain = prefix.includes('r');
  if (!prefix.includes('f') && !prefix.includes('t')) {
    const text = decode(source, from, to, plain, false);
    const span = source.span(raw.start, raw.end);
    if (prefix.includes('b')) return { kind: 'Bytes', ...span, value: text.value };
    return { kind: 'Str', ...span, ...text };
  }
  const parts: Part[] = [];
  let at = from;
  const addText = (end: number): void => {
    if (end > at) parts.push({ kind: 'Str', ...source.span(at, end), ...decode(source, at, end, plain, true) });
  };
  for (const child of raw.children) {
    if (child.type !== 'interpolation') continue;
    addText(child.start);
    parts.push(hole(child));
    at = child.end;
  }
  addText(to);
  return { kind: 'FString', ...source.span(raw.start, raw.end), parts };
}

/** Adjacent literals: one string, or an f-string when any of them has holes. */
export function join(pieces: readonly Literal[], source: Source, raw: Raw): Literal {
  const span = source.span(raw.start, raw.end);
  if (pieces.some(({ kind }) => kind === 'FString')) {
    return {
      kind: 'FString',
      ...span,
      parts: pieces.flatMap((piece): readonly Part[] =>
        piece.kind === 'FString' ? piece.parts : piece.kind === 'Str' ? [piece] : [],
      ),
    };
  }
  if (pieces.every((piece): piece is Bytes => piece.kind === 'Bytes')) {
    return { kind: 'Bytes', ...span, value: pieces.map(({ value }) => value).join('') };
  }
  return { kind: 'Str', ...span, ...concatenate(pieces.filter((piece) => piece.kind === 'Str')) };
}

function concatenate(pieces: readonly Str[]): { value: string; lineStarts?: readonly number[] } {
  let value = '';
  let line = pieces[0]?.line ?? 0;
  const lineStarts: number[] = [];
  for (const piece of pieces) {
    for (; line < piece.line; line++) lineStarts.push(value.length);
    for (const start of piece.lineStarts ?? []) lineStarts.push(value.length + start);
    value += piece.value;
    line = piece.endLine;
  }
  return lineStarts.length > 0 ? { value, lineStarts } : { value };
}

/** Evaluates escapes and notes where source lines begin in the result. */
function decode(
  source: Source,
  from: number,
  to: number,
  plain: boolean,
  braces: boolean,
): { value: string; lineStarts?: readonly number[] } {
  const raw = source.text.slice(from, to);
  if (!/[\\\r\n{}]/.test(raw)) return { value: raw };
  const lineStarts: number[] = [];
  let value = '';
  for (let i = 0; i < raw.length; i++) {
    const char = raw[i] ?? '';
    if (char === '\n') {
      value += char;
      lineStarts.push(value.length);
    } else if (char === '\r' && raw[i + 1] === '\n') {
      continue; // Python reads \r\n as \n
    } else if (char === '\\' && !plain) {
      const escape = readEscape(raw, i);
      value += escape.text;
      if (escape.newline) lineStarts.push(value.length);
      i += escape.length - 1;
    } else {
      value += char;
      if (braces && (char === '{' || char === '}') && raw[i + 1] === char) i++;
    }
  }
  return lineStarts.length > 0 ? { value, lineStarts } : { value };
}

function readEscape(raw: string, at: number): { text: string; length: number; newline?: boolean } {
  const next = raw[at + 1] ?? '';
  const simple = SIMPLE_ESCAPES[next];
  if (simple !== undefined) return { text: simple, length: 2 };
  if (next === '\n') return { text: '', length: 2, newline: true };
  if (next === '\r') return { text: '', length: raw[at + 2] === '\n' ? 3 : 2, newline: true };
  const code = /^(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3}))/.exec(raw.slice(at + 1, at + 10));
  if (code === null) return { text: '\\', length: 1 };
  const point = code[4] === undefined ? parseInt(code[0].slice(1), 16) : parseInt(code[4], 8);
  return { text: point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd', length: 1 + code[0].length };
}

export function number(raw: Raw, source: Source): Num {
  const text = source.slice(raw);
  const digits = text.replaceAll('_', '');
  return {
    kind: 'Num',
    ...source.span(raw.start, raw.end),
    value: /^0\d*[1-9]/.test(digits) && !/[.eE]/.test(digits) ? NaN : Number(digits),
    raw: text,
  };
}
