import type { TraceStep } from '../../../core/types.js';
import type { ScalarValue, YamlNode } from '../../../languages/yaml/index.js';
import { UNKNOWN, type Place } from '../model.js';
import { isForeign } from '../tags.js';

/**
 * A Compose document on its way through interpolation and merging: plain values that remember the lines they come from.
 * Never changed in place.
 */
export type Value = Leaf | Branch | List;

interface Base {
  readonly at: Place;
  readonly via?: readonly TraceStep[];
  /** `!reset` removes what stands below it, `!override` replaces instead of merging. */
  readonly tag?: 'reset' | 'override';
}

export interface Leaf extends Base {
  readonly kind: 'leaf';
  readonly value: ScalarValue;
  /** The characters, after interpolation. */
  readonly text: string;
  /** A tag without a meaning here; `text` is then {@link UNKNOWN}. */
  readonly foreignTag?: string;
  /** A path that was made relative to the repository's root when its file was loaded. */
  readonly resolved?: true;
}

export interface Branch extends Base {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Entry {
  /** Where the key stands. */
  readonly key: Place;
  readonly value: Value;
}

export interface List extends Base {
  readonly kind: 'list';
  readonly items: readonly Value[];
}

export function fromYaml(node: YamlNode, path: string, via: readonly TraceStep[] = []): Value {
  const at: Place = { path, line: node.line, endLine: node.endLine };
  const steps = node.aliasAt
    ? [...via, { path, line: node.aliasAt.start.line, label: 'used here through an alias' }]
    : via;
  const tag = node.tag === '!reset' ? 'reset' : node.tag === '!override' ? 'override' : undefined;
  const base: Base = { at, ...(steps.length > 0 ? { via: steps } : {}), ...(tag ? { tag } : {}) };
  if (node.kind === 'sequence')
    return { kind: 'list', ...base, items: node.items().map((item) => fromYaml(item, path, steps)) };
  if (node.kind === 'scalar' && isForeign(node.tag))
    return { kind: 'leaf', ...base, value: UNKNOWN, text: UNKNOWN, foreignTag: node.tag };
  if (node.kind === 'scalar') return { kind: 'leaf', ...base, value: node.value ?? null, text: node.text ?? '' };
  const entries = new Map<string, Entry>();
  for (const { key, keyNode, value, mergedAt } of node.entries()) {
    const merged = mergedAt ? [...steps, { path, line: mergedAt.start.line, label: 'merged here with <<' }] : steps;
    entries.set(key, {
      key: { path, line: keyNode.line, endLine: keyNode.endLine },
      value: fromYaml(value, path, merged),
    });
  }
  return { kind: 'map', ...base, entries };
}

export const child = (value: Value | undefined, ...path: readonly string[]): Value | undefined => {
  let found = value;
  for (const key of path) found = found?.kind === 'map' ? found.entries.get(key)?.value : undefined;
  return found;
};

export const branch = (value: Value | undefined): ReadonlyMap<string, Entry> =>
  value?.kind === 'map' ? value.entries : NONE;
const NONE: ReadonlyMap<string, Entry> = new Map();

/** A list's items; a scalar counts as a list of one. */
export const items = (value: Value | undefined): readonly Value[] => {
  if (value === undefined || value.kind === 'map' || isNull(value)) return [];
  return value.kind === 'list' ? value.items : [value];
};

export const text = (value: Value | undefined): string | undefined =>
  value?.kind === 'leaf' && !isNull(value) ? value.text : undefined;

export const isNull = (value: Value): boolean => value.kind === 'leaf' && value.value === null;

/** Without anything tagged `!reset`, and without tags. */
export function settled(value: Value): Value {
  const { tag: _, ...rest } = value;
  if (rest.kind === 'list') return { ...rest, items: rest.items.filter((item) => item.tag !== 'reset').map(settled) };
  if (rest.kind === 'leaf') return rest;
  const entries = new Map<string, Entry>();
  for (const [key, entry] of rest.entries) {
    if (entry.value.tag !== 'reset') entries.set(key, { ...entry, value: settled(entry.value) });
  }
  return { ...rest, entries };
}

export function mapLeaves(value: Value, change: (leaf: Leaf) => Leaf): Value {
  if (value.kind === 'leaf') return change(value);
  if (value.kind === 'list') return { ...value, items: value.items.map((item) => mapLeaves(item, change)) };
  const entries = new Map<string, Entry>();
  for (const [key, entry] of value.entries) entries.set(key, { ...entry, value: mapLeaves(entry.value, change) });
  return { ...value, entries };
}
