import { movementWord, type Movement } from './words.js';

/** A label at the beginning of a line, and what follows it on the same line. */
export interface Label {
  readonly movement: Movement;
  readonly rest: string;
}

const LONGEST = 160;

/** What may stand before the word: numbering, emoji, an article. */
const PREFIX =
  /^(?:[^\p{L}\p{N}]{1,12}|\(?(?:\d{1,3}|[ivx]{1,4}|[a-d])[.):]\s*|(?:step|part|section|phase)\s+(?:\d{1,2}|[ivx]{1,4})\b\s*|(?:the|our|my|initial|proposed|counter)\s+)/iu;

function withoutPrefix(text: string): string {
  let rest = text.trim();
  for (let turn = 0; turn < 4; turn += 1) {
    const match = PREFIX.exec(rest);
    if (!match || match[0].length === rest.length) break;
    rest = rest.slice(match[0].length);
  }
  return rest;
}

const WORD = /^(?:anti[-\s](?=thes))?[\p{L}\p{M}]+/iu;
const ASIDE = /^\s*[([{（][^)\]}）]{0,80}[)\]}）]/u;
/** A dash needs room around it: `thesis-driven` is a word. */
const SEPARATOR = /^\s*(?:\]\s*[:：]?|[:：=]|[-=]+>|→|⇒|[–—]|\s-{1,2}(?=\s)|\|)\s*/u;

/** How many of the three words a heading names: more than one makes it the heading of the whole argument. */
const named = (text: string): number =>
  new Set((text.match(/[\p{L}\p{M}]+/gu) ?? []).map((word) => movementWord(word)).filter(Boolean)).size;

/** `## Antithesis: the strongest case against`, `### 2. Synthesis`, `Artifacts — Thesis`. */
export function headingLabel(text: string): Label | undefined {
  if (text.length > LONGEST || named(text) > 1) return undefined;
  const heading = withoutPrefix(text);
  const word = WORD.exec(heading)?.[0] ?? '';
  const rest = heading.slice(word.length);
  const separator = SEPARATOR.exec(rest)?.[0];
  const movement = movementWord(word, rest.trim() === '' || separator !== undefined);
  if (movement) return { movement, rest: separator === undefined ? '' : rest.slice(separator.length).trim() };
  const last = /(?:[:：–—|/]|\s-)\s*([\p{L}\p{M}-]+)\s*$/u.exec(heading)?.[1];
  const atEnd = last === undefined ? undefined : movementWord(last);
  return atEnd ? { movement: atEnd, rest: '' } : undefined;
}

/** `THESIS: …`, `Thesis → …`, `Synthesis (the mandate): …`, or the word alone on its line. */
export function lineLabel(text: string): Label | undefined {
  const line = withoutPrefix(text);
  const word = WORD.exec(line)?.[0] ?? '';
  if (word === '') return undefined;
  let rest = line.slice(word.length);
  rest = rest.slice(ASIDE.exec(rest)?.[0].length ?? 0);
  const separator = SEPARATOR.exec(rest)?.[0];
  if (separator === undefined && rest.trim() !== '') return undefined;
  const movement = movementWord(word, true);
  return movement ? { movement, rest: rest.slice(separator?.length ?? 0).trim() } : undefined;
}

/** A label further on in a line, where a sentence ends before it: `Thesis: a. Antithesis: b.` */
const RUN_ON =
  /(?<=[.;!?…。)"”])\s+(?=(?:[^\p{L}\p{N}\s]{1,4}\s*)?((?:anti[-\s](?=thes))?[\p{L}\p{M}]+)(?:\s*(?:[:：]|→|⇒|[-=]>)|\s[–—-]\s))/giu;

/** A line taken apart before each further label in it. */
export function atLabels(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const match of text.matchAll(RUN_ON)) {
    if (!movementWord(match[1] ?? '', true)) continue;
    parts.push(text.slice(from, match.index));
    from = match.index + match[0].length;
  }
  return [...parts, text.slice(from)];
}

/** `**Thesis** we keep it`, `**Thesis.** We keep it`: bold makes the separator dispensable. */
export function leadLabel(text: string, lead: string): Label | undefined {
  if (lead.length > LONGEST) return undefined;
  const inside = lead.trim().replace(/[.:：–—-]+\s*$/u, '');
  const label = headingLabel(inside);
  const rest = text
    .slice(lead.length)
    .replace(/^\s*(?:[:：.–—→]|-+>?(?=\s))\s*/u, '')
    .trim();
  return label ? { movement: label.movement, rest: [label.rest, rest].filter(Boolean).join(' ') } : undefined;
}
