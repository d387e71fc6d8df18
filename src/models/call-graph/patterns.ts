import { CATALOGUE, type BlockingGroup, type Category } from './catalogue.js';
import { HEAVY } from './catalogue-heavy.js';
import { SERVICES } from './catalogue-services.js';
import { canonical } from './types.js';

/** What a check asks about. */
export type Family = 'blocking' | 'file' | 'inference' | 'dataframe';

export const familyOf = (category: Category): Family =>
  category === 'inference' || category === 'dataframe'
    ? category
    : category === 'file' || category === 'stat'
      ? 'file'
      : 'blocking';

export interface Blocking {
  readonly category: Category;
  readonly instead: string;
  readonly source: string;
}

/** One segment; or one or more, without (`**`) or with (`***`) calls among them. */
type Segment = RegExp | '**' | '***';

interface Pattern {
  readonly segments: readonly Segment[];
  readonly of: Blocking | undefined;
}

const MAX_KNOWN = 50_000;

/** Dotted patterns, indexed by their first segment. */
export class PatternIndex {
  readonly #exact = new Map<string, Blocking | undefined>();
  readonly #byHead = new Map<string, Pattern[]>();
  readonly #known = new Map<string, Blocking | 'nothing'>();

  add(pattern: string, of: Blocking | undefined): void {
    for (const variant of variants(pattern)) {
      if (!variant.includes('*')) {
        if (!this.#exact.has(variant)) this.#exact.set(variant, of);
        continue;
      }
      const parts = split(variant);
      const head = parts[0]?.includes('*') ? '*' : (parts[0] ?? '*');
      const segments = parts.map((part) => (part === '**' || part === '***' ? part : segment(part)));
      const known = this.#byHead.get(head);
      if (known === undefined) this.#byHead.set(head, [{ segments, of }]);
      else known.push({ segments, of });
    }
  }

  match(name: string): Blocking | undefined {
    let found = this.#known.get(name);
    if (found === undefined) {
      found = this.#find(name) ?? 'nothing';
      // The catalogue outlives reviews, so what it was asked must not pile up.
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      this.#known.set(name, found);
    }
    return found === 'nothing' ? undefined : found;
  }

  #find(name: string): Blocking | undefined {
    if (this.#exact.has(name)) return this.#exact.get(name);
    const parts = split(name);
    const candidates = [...(this.#byHead.get(parts[0] ?? '') ?? []), ...(this.#byHead.get('*') ?? [])];
    const found = candidates.find(({ segments }) => matches(segments, 0, parts, 0));
    return found?.of && found.segments.includes('***') && this.#isOfAnswer(parts) ? undefined : found?.of;
  }

  /** `table.get_item(…).get("Item")`, `for row in query.all()`: what a request answered is data, whatever it is asked for. */
  #isOfAnswer(parts: readonly string[]): boolean {
    if (!DATA.test(parts.at(-1) ?? '')) return false;
    return parts.some(
      (part, index) => index < parts.length - 1 && part.endsWith('()') && this.match(callOf(parts.slice(0, index + 1))),
    );
  }
}

/** Names have few segments, so the backtracking is bounded by their number squared. */
function matches(pattern: Pattern['segments'], i: number, parts: readonly string[], j: number): boolean {
  const wanted = pattern[i];
  if (wanted === undefined) return j === parts.length;
  if (wanted !== '**' && wanted !== '***') {
    return j < parts.length && wanted.test(parts[j] ?? '') && matches(pattern, i + 1, parts, j + 1);
  }
  for (let next = j + 1; next <= parts.length; next++) {
    if (wanted === '**' && parts[next - 1]?.endsWith('()')) return false;
    if (matches(pattern, i + 1, parts, next)) return true;
  }
  return false;
}

/** Methods that lists and dictionaries have, too. */
const DATA =
  /^(?:__iter__|get|update|delete|add|set|insert|count|index|copy|pop|items|keys|values|all|first|search|list)$/;

/** `a.b()` → the call `a.b`. */
const callOf = (parts: readonly string[]): string => parts.join('.').slice(0, -2);

const segment = (text: string): RegExp =>
  new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^.()]*')}$`);

const split = (name: string): string[] => name.split('.');

/** `a.b|c.d` → `a.b.d`, `a.c.d`. */
function variants(pattern: string): string[] {
  return pattern
    .split('.')
    .reduce<string[]>(
      (sofar, part) =>
        sofar.flatMap((before) => part.split('|').map((option) => (before === '' ? option : `${before}.${option}`))),
      [''],
    );
}

const names = (group: BlockingGroup, text: string): string[] =>
  text
    .split(/\s+/)
    .filter(Boolean)
    .map((name) => (group.prefix ?? '') + name);

/** What blocks in this repository: its configuration first, then the catalogue. */
export class BlockingCallables {
  readonly #allowed = new PatternIndex();
  readonly #own = new PatternIndex();
  readonly #catalogue: PatternIndex;
  /** Whether functions of the repository are named in the configuration. */
  readonly configured: boolean;

  constructor(configured: { readonly blocking: readonly string[]; readonly allow: readonly string[] }) {
    for (const pattern of configured.allow) this.#allowed.add(anyDepth(pattern), OWN);
    for (const pattern of configured.blocking) this.#own.add(anyDepth(pattern), OWN);
    this.#catalogue = catalogue();
    this.configured = configured.allow.length + configured.blocking.length > 0;
  }

  match(name: string): Blocking | undefined {
    return this.allows(name) ? undefined : (this.#own.match(name) ?? this.#catalogue.match(name));
  }

  /** What a check would call it, when it blocks. */
  familyOf(name: string): Family | undefined {
    const found = this.match(canonical(name));
    return found && familyOf(found.category);
  }

  allows(name: string): boolean {
    return this.configured && this.#allowed.match(name) !== undefined;
  }
}

const OWN: Blocking = {
  category: 'configured',
  instead: 'asyncio.to_thread, or an async twin',
  source: 'https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code',
};

const GROUPS: readonly BlockingGroup[] = [...CATALOGUE, ...SERVICES, ...HEAVY];

let shared: PatternIndex | undefined;

function catalogue(): PatternIndex {
  if (shared) return shared;
  shared = new PatternIndex();
  for (const group of GROUPS) {
    for (const name of group.except ? names(group, group.except) : []) shared.add(name, undefined);
  }
  for (const group of GROUPS) {
    const of = { category: group.category, instead: group.instead, source: group.source };
    for (const name of names(group, group.names)) shared.add(name, of);
  }
  return shared;
}

/** In the configuration `*` alone stands for one segment or more. */
const anyDepth = (pattern: string): string =>
  pattern
    .split('.')
    .map((part) => (part === '*' ? '***' : part))
    .join('.');
