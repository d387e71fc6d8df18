import type { Expr, Subscript } from '../../languages/python/ast.js';
import { dottedName } from '../../languages/python/names.js';
import type { Machine } from './machine.js';
import { reportFitted } from './features.js';
import { isCalendarName, isTimeName } from './names.js';
import { reportShuffled } from './splits.js';
import { addMarks, constant, derive, fromOf, isData, newData, numberOf, textOf, textsOf } from './values.js';
import type { Data, Mark, Place, Scope, Value } from './values.js';

/** Attributes of tables and series that are no columns. */
const SAME = new Set(['values', 'T', 'array', 'flat', 'A', 'data']);
const ACCESSORS = new Set(['str', 'dt', 'cat', 'plot']);

export function property(data: Data, name: string): Value {
  if (name === 'name' && data.name !== undefined && !data.columns.has('name')) return constant(data.name);
  if (name === 'columns') return { kind: 'columns', of: data, without: new Set() };
  if (name === 'index')
    return derive(data, { pending: { kind: 'index' }, columns: new Map(), from: new Map(), name: undefined });
  if (name === 'iloc' || name === 'iat') return derive(data, { pending: { kind: 'iloc' } });
  if (name === 'loc' || name === 'at') return derive(data, { pending: { kind: 'loc' }, columns: data.columns });
  if (ACCESSORS.has(name)) return derive(data, { pending: { kind: 'accessor' }, from: data.from });
  if (name === 'shape' || name === 'size' || name === 'dtypes' || name === 'ndim') return { kind: 'unknown' };
  if (SAME.has(name)) return derive(data);
  return data.pending?.kind === 'accessor' ? derive(data) : columnOf(data, name);
}

/** One column: as the code assigned it, or as the table came. */
export function columnOf(data: Data, name: string): Data {
  const known = data.columns.get(name);
  const series = derive(known ?? data, {
    name,
    from: known?.from ?? new Map(),
    columns: new Map(),
    only: undefined,
    without: new Set(),
    selectionUnknown: false,
    time: data.time ?? known?.time,
    descending: data.descending,
    part: data.part ?? known?.part,
    origins: data.origins,
  });
  for (const date of data.dates) series.dates.add(date);
  if (isTimeName(name)) series.dates.add(name);
  return data.pending?.kind === 'groupby' ? { ...series, pending: data.pending } : series;
}

/** `data[…]`, `data.loc[…]`, `data.iloc[…]`. */
export function select(machine: Machine, data: Data, expr: Subscript, scope: Scope): Value {
  const pending = data.pending?.kind;
  const { index } = expr;
  const [rows, columns] = index.kind === 'Tuple' ? index.elements : [index, undefined];
  if (pending === 'iloc') return positional(machine, data, expr, rows, columns, scope);
  if (pending === 'loc') {
    const kept = rows ? selectRows(machine, derive(data), rows, expr, scope, 'label') : derive(data);
    return columns && columns.kind !== 'Slice' ? byNames(machine, kept, columns, scope) : kept;
  }
  if (index.kind === 'Tuple') return positional(machine, data, expr, rows, columns, scope);
  if (index.kind === 'Slice') return selectRows(machine, data, index, expr, scope, 'position');
  return byNames(machine, data, index, scope, expr);
}

function byNames(machine: Machine, data: Data, index: Expr, scope: Scope, at?: Subscript): Value {
  const key = machine.evaluate(index, scope);
  const name = textOf(key);
  if (name !== undefined) return columnOf(data, name);
  const names = textsOf(key);
  if (names) return { ...selectColumns(data, names), pending: data.pending };
  if (key.kind === 'columns') return pickColumns(data, key);
  if (isData(key)) {
    const filtered = derive(data);
    return key.filter && at ? { ...filtered, part: chronological(machine, data, at, scope, key.filter) } : filtered;
  }
  return key.kind === 'const' ? derive(data) : derive(data, { selectionUnknown: true, pending: data.pending });
}

export function selectColumns(data: Data, names: readonly string[]): Data {
  return derive(data, {
    only: new Set(names),
    name: names.length === 1 ? names[0] : undefined,
    selectionUnknown: false,
  });
}

function pickColumns(data: Data, columns: Extract<Value, { kind: 'columns' }>): Data {
  const { prefix, of } = columns;
  if (prefix === undefined) {
    const without = new Set([...data.without, ...columns.without, ...of.without]);
    if (of === data) return derive(data, { without });
    // `joined[X.columns]`: what other tables brought into the join stays behind.
    for (const name of data.columns.keys()) if (!of.columns.has(name) && !of.only?.has(name)) without.add(name);
    const marks = data.marks.filter((mark) => mark.kind !== 'later' || of.marks.includes(mark));
    return derive(data, { without, marks, only: of.only && new Set(of.only) });
  }
  const names = [...data.columns.keys()].filter((name) => name.startsWith(prefix) && !columns.without.has(name));
  return derive(data, { only: new Set(names) });
}

export function dropColumns(data: Data, names: readonly string[]): Data {
  return derive(data, {
    without: new Set([...data.without, ...names]),
    only: data.only && new Set([...data.only].filter((name) => !names.includes(name))),
    name: undefined,
  });
}

/** `iloc` and arrays: slices of rows split by position, slices of columns select. */
function positional(
  machine: Machine,
  data: Data,
  expr: Subscript,
  rows: Expr | undefined,
  columns: Expr | undefined,
  scope: Scope,
): Value {
  const kept = rows ? selectRows(machine, derive(data), rows, expr, scope, 'position') : derive(data);
  if (!columns) return kept;
  const last = [...data.columns.keys()].at(-1);
  const number = numberOf(machine.evaluate(columns, scope));
  if (number !== undefined) {
    const name = data.only ? [...data.only].at(number) : number === -1 ? last : undefined;
    return name === undefined ? someColumns(kept) : columnOf(kept, name);
  }
  const upper = columns.kind === 'Slice' ? columns.upper : undefined;
  const allButLast =
    columns.kind === 'Slice' && columns.lower === undefined && upper && numberOf(machine.evaluate(upper, scope)) === -1;
  if (allButLast && last !== undefined) return dropColumns(kept, [last]);
  // All from the second one on: which one is missing is not known, and it is seldom the one that matters.
  const everything = columns.kind === 'Slice' && upper === undefined;
  return everything ? kept : someColumns(kept);
}

/** Some of the columns, by number: whether one that looks ahead is among them is not known. */
const someColumns = (data: Data): Data =>
  derive(data, {
    columns: new Map(),
    selectionUnknown: true,
    marks: data.marks.filter(({ kind }) => kind !== 'later'),
  });

/** Rows by a slice: all before a place are one side of a split in the order of the rows, all after it the other. */
function selectRows(
  machine: Machine,
  data: Data,
  rows: Expr,
  at: Subscript,
  scope: Scope,
  by: 'position' | 'label',
): Data {
  if (rows.kind !== 'Slice') {
    const key = machine.evaluate(rows, scope);
    if (!isData(key)) return derive(data);
    const side = key.filter;
    return derive(data, { part: side ? chronological(machine, data, at, scope, side) : (key.part ?? data.part) });
  }
  for (const bound of [rows.lower, rows.upper]) if (bound) machine.evaluate(bound, scope);
  if (!rows.lower && !rows.upper) {
    // Turning a file around mostly puts it in order; only rows in a known order are turned against it.
    const known = data.ordered || data.descending;
    const reversed = known && rows.step && numberOf(machine.evaluate(rows.step, scope)) === -1;
    return derive(data, reversed ? { descending: !data.descending, from: fromOf(data) } : {});
  }
  if (by === 'position' && isSmallTrim(machine, rows, scope)) {
    const few = rows.upper && (numberOf(machine.evaluate(rows.upper, scope)) ?? -1) >= 0;
    if (rows.upper) machine.cutBothWays(data, 'before');
    // `[:14]`, the first rows of a window: no statistic of them is one of all rows.
    return derive(
      data,
      few && !data.part ? { part: { split: machine.place(at, scope), side: 'unknown', shuffled: false } } : {},
    );
  }
  const fromStart = !rows.lower || numberOf(machine.evaluate(rows.lower, scope)) === 0;
  const toEnd = !rows.upper || isLength(rows.upper, at.value);
  if (fromStart && toEnd) return derive(data);
  const side = fromStart ? 'before' : toEnd ? 'after' : undefined;
  if (!side && slides(rows))
    return timed(machine, data, 'cut into sliding windows', machine.place(at, scope), { extent: 'row' });
  return derive(data, { part: side ? chronological(machine, data, at, scope, side) : data.part });
}

/** `[7:]`, `[:-1]`: rows cut off at an end, where a window or a shift left gaps; `[-30:]` takes the last rows, as a test does. */
function isSmallTrim(machine: Machine, rows: Extract<Expr, { kind: 'Slice' }>, scope: Scope): boolean {
  const bounds = [rows.lower, rows.upper].flatMap((bound) => (bound ? [numberOf(machine.evaluate(bound, scope))] : []));
  const last = rows.lower !== undefined && (bounds[0] ?? 0) < 0;
  return !last && bounds.every((bound) => bound !== undefined && Math.abs(bound) < 100);
}

/** `len(data)`, `data.shape[0]` within `data[…]`, `data.iloc[…]`. */
function isLength(bound: Expr, sliced: Expr): boolean {
  const table = sliced.kind === 'Attribute' && /^i?loc$/.test(sliced.attr) ? sliced.value : sliced;
  const name = dottedName(table);
  if (name === undefined) return false;
  if (bound.kind === 'Call')
    return dottedName(bound.func) === 'len' && bound.args[0] !== undefined && dottedName(bound.args[0]) === name;
  return bound.kind === 'Subscript' && dottedName(bound.value) === `${name}.shape`;
}

/** `data[i : i + n]`: both bounds move with the same variable. */
export function slides(rows: Extract<Expr, { kind: 'Slice' }>): boolean {
  const names = [rows.lower, rows.upper].map((bound) =>
    bound?.kind === 'Name'
      ? [bound.id]
      : bound?.kind === 'BinOp'
        ? [bound.left, bound.right].flatMap((side) => (side.kind === 'Name' ? [side.id] : []))
        : [],
  );
  const [lower = [], upper = []] = names;
  return lower.some((name) => upper.includes(name)) && (rows.lower?.kind === 'BinOp' || rows.upper?.kind === 'BinOp');
}

function chronological(
  machine: Machine,
  data: Data,
  at: Subscript,
  scope: Scope,
  side: 'before' | 'after',
): Data['part'] {
  if (data.part) return data.part;
  if (data.extent !== 'table') return undefined;
  const place = machine.place(at, scope);
  const shuffled = data.marks.find(({ kind }) => kind === 'shuffled');
  if (shuffled) reportShuffled(machine, [data], shuffled, `${shuffled.label}, and the split goes by position`);
  else if (data.time)
    machine.split({
      ...place,
      how: side === 'before' ? 'rows before a cut' : 'rows after a cut',
      forward: !data.descending,
      time: true,
    });
  if (machine.cutBothWays(data, side)) reportFitted(machine, data, place, 'the cut');
  const train = (side === 'before') !== data.descending;
  return { split: place, side: train ? 'train' : 'test', shuffled: false };
}

/** Assigns `data[key] = value` in place. */
export function assignColumn(machine: Machine, data: Data, key: Value, value: Value, place: Place): void {
  const name = textOf(key);
  if (name === undefined) {
    const names = textsOf(key);
    if (names && isData(value)) for (const one of names) assignColumn(machine, data, constant(one), value, place);
    else if (isData(value))
      data.marks = addMarks(
        data.marks,
        value.marks.filter(({ kind }) => kind === 'fitted'),
      );
    return;
  }
  const series = isData(value)
    ? derive(value, {
        name: undefined,
        from: value.name === undefined ? value.from : new Map([...value.from, [value.name, 'row' as const]]),
      })
    : newData();
  series.made = place;
  data.columns.delete(name);
  if (data.columns.size < 400) data.columns.set(name, series);
  if (data.without.has(name)) data.without = new Set([...data.without].filter((one) => one !== name));
  if (isData(value) && [...value.from, [value.name ?? '']].some(([one]) => value.dates.has(one ?? '')))
    data.dates.add(name);
  if (data.only && !data.only.has(name)) data.only = new Set([...data.only, name]);
  const past = [...series.from.values()].includes('past');
  if (past && !data.time && isOwn(data, value))
    data.time = machine.mark('later', `${name} is made from earlier rows, so the rows stand in time`, place);
}

const isOwn = (data: Data, value: Value): boolean =>
  isData(value) && (value.origins.size === 0 || [...value.origins].some((origin) => data.origins.has(origin)));

/** Nothing but parts of dates. */
export function isCalendar(data: Data): boolean {
  const names = data.only ? [...data.only] : data.name === undefined ? [] : [data.name];
  return names.length > 0 && names.every((name) => isCalendarName(name) || data.dates.has(name));
}

/** The columns a model would see: those assigned and not taken away again. */
export function visibleColumns(data: Data): [string, Data][] {
  if (data.selectionUnknown) return [];
  if (data.name !== undefined && !data.only) return [];
  return [...data.columns].filter(([name]) => (data.only ? data.only.has(name) : !data.without.has(name)));
}

/** Puts rows in time: by an index, a sort, a resampling. */
export function timed(machine: Machine, data: Data, label: string, place: Place, more: Partial<Data> = {}): Data {
  const mark: Mark = machine.mark('later', label, place);
  return derive(data, { time: data.time ?? mark, ...more });
}
