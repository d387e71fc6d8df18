import type { ClassDef, FunctionDef, Lambda } from '../../languages/python/ast.js';

/** Where something was seen. Lines are those of the file (for a notebook: of the JSON). */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
}

/** Something that happened to data and stays true of everything made from it. */
export interface Mark extends Place {
  readonly kind: MarkKind;
  /** What was done, in the words of a trace: "shift(-1) reads the next row". */
  readonly label: string;
  /** Rows that it looks ahead, where that is known: a shift back by as many undoes it. */
  readonly steps?: number;
}

/**
 * - `later`: values depend on later rows, by a shift against time.
 * - `sorted`: rows were put in the order of a date.
 * - `period`: aggregates over a period that carry its start as their time; joined to rows within it, they look ahead.
 * - `centred`, `backfill`, `asof`: the same, by a centred window, by filling backwards, by joining a later record.
 * - `leading`: filled backwards after a forward fill, so only rows before the first known value hold a later one.
 * - `fitted`: values depend on all rows through something learnt from them (scaler, encoder, a mean).
 * - `resampled`: rows were duplicated or synthesised from others.
 * - `shuffled`: rows were put in random order.
 */
export type MarkKind =
  'later' | 'sorted' | 'period' | 'centred' | 'backfill' | 'leading' | 'asof' | 'fitted' | 'resampled' | 'shuffled';
export const FUTURE: readonly MarkKind[] = ['later', 'centred', 'backfill', 'leading', 'asof'];

/** How a series relates to the rows of a column that it was made from. */
export type Relation = 'row' | 'past' | 'future';

/** One side of a split. */
export interface Part {
  readonly split: Place;
  readonly side: 'train' | 'test' | 'unknown';
  readonly shuffled: boolean;
}

/** A table, a column or an array, as far as the code shows what it holds. Columns change in place, as in pandas. */
export interface Data {
  readonly kind: 'data';
  /** What shows that the rows stand in time. */
  time: Mark | undefined;
  /** Newest first: then a shift against the rows looks back. */
  descending: boolean;
  /** The code itself put the rows in order; a file may hold them either way. */
  ordered: boolean;
  /** Of all its values. */
  marks: readonly Mark[];
  /** Columns that the code assigned, in order. Others may exist. */
  readonly columns: Map<string, Data>;
  /** Set when exactly these columns were selected. */
  only: ReadonlySet<string> | undefined;
  /** Columns taken away. */
  without: ReadonlySet<string>;
  /** True when columns were selected by something that could not be read. */
  selectionUnknown: boolean;
  /** For a single column: its name in its table. */
  name: string | undefined;
  /** Columns that a series was made from. */
  from: ReadonlyMap<string, Relation>;
  /** Columns that hold dates or times. */
  readonly dates: Set<string>;
  part: Part | undefined;
  /** Tables it was read from or grew out of, so that two can be known to share rows. */
  origins: ReadonlySet<number>;
  /** Set between `groupby`, `rolling`, … and what is done with it. */
  pending: Pending | undefined;
  /** One row of a table, or a number computed from rows: neither can be learnt from nor split. */
  extent: 'table' | 'row' | 'statistic';
  /** Where it was assigned as a column. */
  made: Place | undefined;
  /** For a mask made by comparing a date: which side of the date it keeps. */
  filter: 'before' | 'after' | undefined;
}

export interface Pending {
  readonly kind: 'groupby' | 'window' | 'resample' | 'index' | 'iloc' | 'loc' | 'accessor';
  readonly keys?: readonly string[];
  readonly mark?: Mark;
}

export type Value =
  | Data
  | { readonly kind: 'const'; readonly value: string | number | boolean | null }
  | ListValue
  | { readonly kind: 'dict'; readonly entries: Map<string, Value>; readonly spread: Value[] }
  | { readonly kind: 'columns'; readonly of: Data; readonly without: ReadonlySet<string>; readonly prefix?: string }
  | ObjectValue
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'method'; readonly receiver: Value; readonly name: string }
  | { readonly kind: 'function'; readonly def: FunctionDef | Lambda; readonly scope: Scope; readonly self?: Value }
  | { readonly kind: 'class'; readonly def: ClassDef; readonly scope: Scope }
  | { readonly kind: 'unknown' };

export interface ListValue {
  readonly kind: 'list';
  readonly elements: Value[];
  /** False when more was added than could be followed. */
  complete: boolean;
}

/** An instance: of a library class (`type` is its dotted name) or of one in the repository. */
export interface ObjectValue {
  readonly kind: 'object';
  readonly type: string;
  readonly args: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
  readonly place: Place;
  readonly attributes: Map<string, Value>;
  readonly definition?: { readonly def: ClassDef; readonly scope: Scope };
  /** What it was fitted on. */
  fitted?: { readonly data: Data; readonly place: Place };
}

/** Names in force; a file's own scope knows which file it is. */
export interface Scope {
  readonly names: Map<string, Value>;
  readonly outer: Scope | undefined;
  readonly source: Source;
}

export interface Source {
  readonly path: string;
  /** From a line of the parsed text to the file's own. */
  readonly lineOf: (line: number) => number;
}

export const UNKNOWN: Value = { kind: 'unknown' };
export const constant = (value: string | number | boolean | null): Value => ({ kind: 'const', value });
export const list = (elements: Value[], complete = true): ListValue => ({ kind: 'list', elements, complete });

let origins = 0;
/** Data about which nothing is known but that it is data. */
export function newData(more: Partial<Data> = {}): Data {
  origins += 1;
  return {
    kind: 'data',
    time: undefined,
    descending: false,
    ordered: false,
    marks: [],
    columns: new Map(),
    only: undefined,
    without: new Set(),
    selectionUnknown: false,
    name: undefined,
    from: new Map(),
    dates: new Set(),
    part: undefined,
    origins: new Set([origins]),
    pending: undefined,
    filter: undefined,
    extent: 'table',
    made: undefined,
    ...more,
  };
}

/** A new table or series made from one: shares nothing that changes in place. */
export function derive(data: Data, more: Partial<Data> = {}): Data {
  return {
    ...data,
    columns: new Map(data.columns),
    dates: new Set(data.dates),
    pending: undefined,
    filter: undefined,
    ...more,
  };
}

/** More marks than these on one value say nothing new and cost time. */
const MAX_MARKS = 24;

export function addMarks(marks: readonly Mark[], more: readonly Mark[]): readonly Mark[] {
  const fresh = more.filter((mark) => !marks.includes(mark));
  return fresh.length === 0 ? marks : [...marks, ...fresh].slice(0, MAX_MARKS);
}

/** What was made from several values row by row: an expression, a call of an unknown function. */
export function combine(parts: readonly Data[]): Data {
  const first = parts[0];
  if (!first) return newData();
  if (parts.length === 1) return derive(first, { name: undefined, from: fromOf(first) });
  const from = new Map<string, Relation>();
  for (const part of parts)
    for (const [name, relation] of fromOf(part)) from.set(name, worse(from.get(name), relation));
  return newData({
    time: parts.find(({ time }) => time)?.time,
    descending: parts.some(({ descending }) => descending),
    ordered: parts.some(({ ordered }) => ordered),
    marks: parts.reduce<readonly Mark[]>((marks, part) => addMarks(marks, part.marks), []),
    from,
    part: parts.find(({ part }) => part)?.part,
    origins: new Set(parts.flatMap((part) => [...part.origins])),
    columns: new Map(),
    extent: (['table', 'row'] as const).find((extent) => parts.some((part) => part.extent === extent)) ?? 'statistic',
  });
}

/** Many rows in an array are a table again. */
export const gathered = (data: Data): Data => (data.extent === 'row' ? derive(data, { extent: 'table' }) : data);

/** What a value made from this series would say it came from. */
export function fromOf(data: Data): ReadonlyMap<string, Relation> {
  if (data.name === undefined) return data.from;
  return new Map<string, Relation>([...data.from, [data.name, 'row']]);
}

const RANK: readonly Relation[] = ['past', 'row', 'future'];
const worse = (a: Relation | undefined, b: Relation): Relation =>
  a !== undefined && RANK.indexOf(a) > RANK.indexOf(b) ? a : b;

/** The relation of every source moved by a shift: looking back takes even the row's own value into the past. */
export function moved(data: Data, to: 'past' | 'future' | 'row'): ReadonlyMap<string, Relation> {
  if (to === 'row') return fromOf(data);
  return new Map(
    [...fromOf(data)].map(([name, relation]) => [name, to === 'past' && relation === 'future' ? relation : to]),
  );
}

export const isData = (value: Value | undefined): value is Data => value?.kind === 'data';

/** The text of a string constant. */
export const textOf = (value: Value | undefined): string | undefined =>
  value?.kind === 'const' && typeof value.value === 'string' ? value.value : undefined;

/** A number, also behind a variable. */
export const numberOf = (value: Value | undefined): number | undefined =>
  value?.kind === 'const' && typeof value.value === 'number' ? value.value : undefined;

/** The strings of a list, or of a single string; undefined when one of them is not known. */
export function textsOf(value: Value | undefined): string[] | undefined {
  const single = textOf(value);
  if (single !== undefined) return [single];
  if (value?.kind !== 'list' || !value.complete) return undefined;
  const texts = value.elements.map(textOf);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** Every table that a value holds, lists opened up. */
export function dataIn(value: Value | undefined, depth = 3): Data[] {
  if (isData(value)) return [value];
  if (depth === 0) return [];
  if (value?.kind === 'list') return value.elements.slice(0, 50).flatMap((element) => dataIn(element, depth - 1));
  if (value?.kind === 'dict')
    return [...value.entries.values()].slice(0, 50).flatMap((entry) => dataIn(entry, depth - 1));
  return [];
}
