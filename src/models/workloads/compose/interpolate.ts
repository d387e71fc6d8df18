import type { TraceStep } from '../../../core/types.js';
import { UNKNOWN } from '../model.js';

/** A variable's value and where it stands; `undefined` when the environment does not name it. */
export type Lookup = (name: string) => { readonly value: string; readonly step?: TraceStep } | undefined;

export interface Interpolated {
  readonly text: string;
  readonly via: readonly TraceStep[];
}

const MAX_DEPTH = 20;

/**
 * `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?error}`, `${NAME:+other}`, `$$`, nested.
 * A variable that no file of the repository sets comes from whoever starts the project: it becomes {@link UNKNOWN}, where
 * Compose would put the shell's value or nothing.
 */
export function interpolate(text: string, lookup: Lookup): Interpolated {
  const via: TraceStep[] = [];
  return { text: substitute(text, lookup, via, 0), via };
}

function substitute(text: string, lookup: Lookup, via: TraceStep[], depth: number): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '$') {
      out += text[i] ?? '';
      continue;
    }
    if (text[i + 1] === '$') {
      out += '$';
      i++;
      continue;
    }
    NAME.lastIndex = i + (text[i + 1] === '{' ? 2 : 1);
    const name = NAME.exec(text)?.[0];
    if (name === undefined) {
      out += '$';
      continue;
    }
    if (text[i + 1] !== '{') {
      out += valueOf(name, lookup, via) ?? UNKNOWN;
      i += name.length;
      continue;
    }
    const end = closingBrace(text, i + 2);
    if (end < 0) return out + text.slice(i);
    out += depth < MAX_DEPTH ? expression(name, text.slice(NAME.lastIndex, end), lookup, via, depth) : UNKNOWN;
    i = end;
  }
  return out;
}

const NAME = /[A-Za-z_]\w*/y;

function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '$' && text[i + 1] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  return -1;
}

function valueOf(name: string, lookup: Lookup, via: TraceStep[]): string | undefined {
  const found = lookup(name);
  if (found?.step !== undefined) via.push(found.step);
  return found?.value;
}

function expression(name: string, rest: string, lookup: Lookup, via: TraceStep[], depth: number): string {
  const match = /^(:?[-+?])([\s\S]*)$/.exec(rest);
  const value = valueOf(name, lookup, via);
  if (match === null) return value ?? UNKNOWN;
  const operator = match[1] ?? '';
  const word = (): string => substitute(match[2] ?? '', lookup, via, depth + 1);
  const filled = value !== undefined && (!operator.startsWith(':') || value !== '');
  if (operator.endsWith('-')) return filled ? value : word();
  if (operator.endsWith('?')) return filled ? value : UNKNOWN;
  return filled ? word() : '';
}
