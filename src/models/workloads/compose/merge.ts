import { parsePort, parseVolume } from './short-syntax.js';
import type { Branch, Entry, Leaf, List, Value } from './tree.js';
import { branch, child, isNull, items, text } from './tree.js';

type Path = readonly string[];
type Merger = (base: Value, over: Value, path: Path) => Value;

/**
 * Compose's merge of two documents (compose-spec, "Merge and override"): mappings by key, sequences appended, scalars
 * replaced, with the exceptions below. `!reset` and `!override` in the later document win over every rule.
 */
export function merge(base: Value, over: Value, path: Path = []): Value {
  if (over.tag !== undefined) return over;
  const special = SPECIALS.find(([pattern]) => matches(pattern, path));
  if (special !== undefined) return special[1](base, over, path);
  if (isNull(over)) return base;
  if (base.kind === 'map' && over.kind === 'map') return mergeMaps(base, over, path);
  if (base.kind === 'list' && over.kind === 'list') return { ...over, items: [...base.items, ...over.items] };
  return over;
}

function mergeMaps(base: Branch, over: Branch, path: Path): Branch {
  const entries = new Map<string, Entry>(base.entries);
  for (const [key, entry] of over.entries) {
    const before = entries.get(key);
    entries.set(
      key,
      before === undefined ? entry : { key: entry.key, value: merge(before.value, entry.value, [...path, key]) },
    );
  }
  return { ...base, entries };
}

const replaced: Merger = (_, over) => over;

const sequences: Merger = (base, over) => ({ ...asList(base), items: [...asList(base).items, ...asList(over).items] });

const byName: Merger = (base, over, path) => mergeMaps(asMap(base), asMap(over), path);

const build: Merger = (base, over, path) => mergeMaps(contextOf(base), contextOf(over), path);

const hosts: Merger = (base, over) => {
  const before = asList(base).items;
  const known = new Set(before.map(text));
  return { ...asList(base), items: [...before, ...asList(over).items.filter((item) => !known.has(text(item)))] };
};

const logging: Merger = (base, over, path) => {
  const [before, after] = [text(child(base, 'driver')), text(child(over, 'driver'))];
  if (base.kind !== 'map' || over.kind !== 'map') return over;
  return before === after || before === undefined || after === undefined ? mergeMaps(base, over, path) : over;
};

const SPECIALS: readonly (readonly [Path, Merger])[] = (
  [
    ['networks.*.labels', sequences],
    ['volumes.*.labels', sequences],
    ['services.*.annotations', sequences],
    ['services.*.build', build],
    ['services.*.build.args', sequences],
    ['services.*.build.additional_contexts', sequences],
    ['services.*.build.extra_hosts', hosts],
    ['services.*.build.labels', sequences],
    ['services.*.command', replaced],
    ['services.*.depends_on', byName],
    ['services.*.deploy.labels', sequences],
    ['services.*.dns', sequences],
    ['services.*.dns_opt', sequences],
    ['services.*.dns_search', sequences],
    ['services.*.entrypoint', replaced],
    ['services.*.env_file', sequences],
    ['services.*.label_file', sequences],
    ['services.*.environment', sequences],
    ['services.*.extra_hosts', hosts],
    ['services.*.healthcheck.test', replaced],
    ['services.*.labels', sequences],
    ['services.*.logging', logging],
    ['services.*.models', byName],
    ['services.*.networks', byName],
    ['services.*.sysctls', sequences],
    ['services.*.tmpfs', sequences],
    ['services.*.ulimits.*', replaced],
  ] as const
).map(([pattern, merger]) => [pattern.split('.'), merger]);

const matches = (pattern: Path, path: Path): boolean =>
  pattern.length === path.length && pattern.every((part, index) => part === '*' || part === path[index]);

/** `{A: 1}` → `["A=1"]`, each item with the lines of its value. */
export function asList(value: Value): List {
  if (value.kind === 'list') return value;
  const { at } = value;
  if (value.kind === 'leaf') return { kind: 'list', at, items: isNull(value) ? [] : [value] };
  const leaves = [...value.entries].flatMap(([key, entry]) => assignments(key, entry));
  leaves.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  return { kind: 'list', at, items: leaves };
}

function assignments(key: string, { key: keyAt, value }: Entry): Leaf[] {
  if (value.kind === 'list') return value.items.flatMap((item) => assignments(key, { key: keyAt, value: item }));
  const at =
    value.kind === 'leaf' && !isNull(value)
      ? { ...value.at, line: keyAt.path === value.at.path ? keyAt.line : value.at.line }
      : keyAt;
  const assigned = value.kind === 'leaf' && !isNull(value) ? `${key}=${value.text}` : key;
  return [
    {
      kind: 'leaf',
      at,
      value: assigned,
      text: assigned,
      ...(value.via ? { via: value.via } : {}),
      ...(value.tag ? { tag: value.tag } : {}),
    },
  ];
}

function asMap(value: Value): Branch {
  if (value.kind === 'map') return value;
  const entries = new Map<string, Entry>();
  for (const item of items(value)) {
    const name = text(item);
    if (name !== undefined)
      entries.set(name, { key: item.at, value: { kind: 'leaf', at: item.at, value: null, text: '' } });
  }
  return { kind: 'map', at: value.at, entries };
}

const contextOf = (value: Value): Branch =>
  value.kind === 'leaf' && !isNull(value)
    ? { kind: 'map', at: value.at, entries: new Map([['context', { key: value.at, value }]]) }
    : asMap(value);

const mountedAt =
  (folder: string) =>
  (item: Value): string | undefined =>
    text(child(item, 'target')) ?? `${folder}/${text(item) ?? text(child(item, 'source')) ?? ''}`;

/** Where entries of a sequence are told apart, and by what. */
const INDEXES: readonly (readonly [Path, (item: Value) => string | undefined])[] = (
  [
    ['networks.*.labels', keyOf],
    ['networks.*.ipam.options', keyOf],
    ['services.*.annotations', keyOf],
    ['services.*.build.args', keyOf],
    ['services.*.build.additional_contexts', keyOf],
    ['services.*.build.platform', keyOf],
    ['services.*.build.tags', keyOf],
    ['services.*.build.labels', keyOf],
    ['services.*.cap_add', keyOf],
    ['services.*.cap_drop', keyOf],
    ['services.*.configs', mountedAt('')],
    ['services.*.deploy.labels', keyOf],
    ['services.*.dns', keyOf],
    ['services.*.dns_opt', keyOf],
    ['services.*.dns_search', keyOf],
    ['services.*.environment', keyOf],
    ['services.*.env_file', (item: Value) => text(item) ?? text(child(item, 'path'))],
    ['services.*.expose', text],
    ['services.*.labels', keyOf],
    ['services.*.links', keyOf],
    ['services.*.networks.*.aliases', keyOf],
    ['services.*.networks.*.link_local_ips', keyOf],
    ['services.*.ports', (item: Value) => parsePort(item)?.key],
    ['services.*.profiles', keyOf],
    ['services.*.secrets', mountedAt('/run/secrets')],
    ['services.*.sysctls', keyOf],
    ['services.*.tmpfs', keyOf],
    ['services.*.volumes', (item: Value) => parseVolume(item)?.target],
  ] as const
).map(([pattern, index]) => [pattern.split('.'), index]);

const DEEPEST = Math.max(...INDEXES.map(([pattern]) => pattern.length));

/** Of entries that mean the same thing (variable, port, mount target) the last one counts, in the place of the first. */
export function unique(value: Value, path: Path = []): Value {
  if (value.kind === 'map' && path.length < DEEPEST) {
    const entries = new Map<string, Entry>();
    for (const [key, entry] of value.entries)
      entries.set(key, { ...entry, value: unique(entry.value, [...path, key]) });
    return { ...value, entries };
  }
  const index = value.kind === 'list' ? INDEXES.find(([pattern]) => matches(pattern, path))?.[1] : undefined;
  return value.kind === 'list' && index !== undefined ? { ...value, items: lastOf(value.items, index) } : value;
}

function keyOf(item: Value): string | undefined {
  return text(item)?.split('=', 1)[0];
}

function lastOf(values: readonly Value[], index: (item: Value) => string | undefined): Value[] {
  const kept: Value[] = [];
  const places = new Map<string, number>();
  for (const value of values) {
    const key = index(value);
    const before = key === undefined ? undefined : places.get(key);
    if (before !== undefined) kept[before] = value;
    else {
      if (key !== undefined) places.set(key, kept.length);
      kept.push(value);
    }
  }
  return kept;
}

export const services = (document: Value): ReadonlyMap<string, Entry> => branch(child(document, 'services'));
