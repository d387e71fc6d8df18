import { useAsFeatures } from './features.js';
import { dropColumns, timed } from './frames.js';
import type { Known } from './known.js';
import { arg } from './machine.js';
import type { Invocation, Machine } from './machine.js';
import { spread } from './methods-groups.js';
import { isTimeName } from './names.js';
import {
  UNKNOWN,
  addMarks,
  combine,
  dataIn,
  derive,
  fromOf,
  gathered,
  isData,
  newData,
  numberOf,
  textOf,
  textsOf,
} from './values.js';
import type { Data } from './values.js';

/** A file or a query: in time when its index is made of dates, or the query puts it in their order. */
export const readTable: Known = (machine, call, name) => {
  const data = newData();
  const dates = arg(call, undefined, 'parse_dates');
  for (const date of textsOf(dates) ?? []) data.dates.add(date);
  const index = textsOf(arg(call, undefined, 'index_col')) ?? [];
  const byNumber = numberOf(arg(call, undefined, 'index_col'));
  const dated = index.find((column) => data.dates.has(column) || isTimeName(column));
  const parsed = dates?.kind === 'const' && dates.value === true;
  if (dated !== undefined) return timed(machine, data, `read with the index ${dated}`, call.place);
  const positions = dates?.kind === 'list' ? dates.elements.map(numberOf) : [];
  if (byNumber !== undefined && (parsed || positions.includes(byNumber)))
    return timed(machine, data, 'read with an index of dates', call.place);
  return name.startsWith('read_sql') ? ordered(machine, data, textOf(arg(call, 0, 'sql')) ?? '', call) : data;
};

function ordered(machine: Machine, data: Data, sql: string, call: Invocation): Data {
  const order = /\border\s+by\s+([\w."]+)(\s+desc)?/i.exec(sql);
  const column = order?.[1]?.split('.').at(-1)?.replaceAll('"', '');
  if (column === undefined || !isTimeName(column)) return data;
  return timed(machine, data, `read in the order of ${column}`, call.place, { descending: order?.[2] !== undefined });
}

export const marketData: Known = (machine, call, name) =>
  timed(machine, newData(), `${name}() gives a series in time`, call.place);

export const toDatetime: Known = (_machine, call) => {
  const [data] = dataIn(call.args[0]);
  if (!data) return newData();
  const result = derive(data, { from: fromOf(data), name: undefined, pending: data.pending });
  for (const column of fromOf(data).keys()) {
    data.dates.add(column);
    result.dates.add(column);
  }
  return result;
};

export const dateRange: Known = (machine, call) => timed(machine, newData(), 'a range of dates', call.place);

/** `pd.DataFrame({...}, index=dates)`. */
export const table: Known = (machine, call) => {
  const [given] = call.args.length > 0 ? call.args : [call.keywords.get('data')];
  const index = dataIn(call.keywords.get('index'))[0];
  const base = isData(given)
    ? derive(given)
    : newData({ marks: given?.kind === 'list' ? combine(dataIn(given)).marks : [] });
  if (given?.kind === 'dict') {
    for (const [name, value] of given.entries) {
      if (!isData(value)) continue;
      base.columns.set(name, derive(value, { name: undefined, from: fromOf(value), made: call.place }));
      base.time ??= value.time;
      if (value.time && isTimeName(name)) base.dates.add(name);
      base.part ??= value.part;
    }
  } else if (given?.kind === 'list') {
    const parts = dataIn(given);
    base.time = parts.find(({ time }) => time)?.time;
    base.part = parts.find(({ part }) => part)?.part;
  }
  if (index?.time) return timed(machine, base, 'indexed by dates', call.place);
  return base;
};

export const concat: Known = (_machine, call) => {
  const parts = call.args[0]?.kind === 'list' ? dataIn(call.args[0]) : dataIn(call.args[0]);
  const [first] = parts;
  if (!first) return newData();
  const result = derive(gathered(first), {
    origins: new Set(parts.flatMap((part) => [...part.origins])),
    name: undefined,
  });
  const sideways = numberOf(call.keywords.get('axis')) === 1 || textOf(call.keywords.get('axis')) === 'columns';
  // Side by side, a series with a name is one column, and what is true of it is not true of the others.
  const single = (part: Data): string | undefined => (sideways && part.only === undefined ? part.name : undefined);
  if (single(first) !== undefined) Object.assign(result, { marks: [], from: new Map(), columns: new Map() });
  for (const part of parts) {
    const name = single(part);
    if (name !== undefined) {
      result.columns.set(name, derive(part, { name: undefined, from: fromOf(part), made: part.made ?? call.place }));
    } else if (part !== first) {
      for (const [column, series] of part.columns) if (!result.columns.has(column)) result.columns.set(column, series);
      if (part.name !== undefined && part.from.size > 0) result.columns.set(part.name, part);
      result.marks = addMarks(result.marks, part.marks);
    }
    result.time ??= part.time;
  }
  // Below each other, rows that were sorted apart are in no order.
  if (!sideways && parts.length > 1 && result.time?.kind === 'sorted') result.time = undefined;
  // Training and test rows together are all rows again.
  if (new Set(parts.map(({ part }) => part?.side)).size > 1) result.part = undefined;
  return result;
};

export const mergeTables: Known = (machine, call, name) => {
  const [left] = dataIn(arg(call, 0, 'left'));
  if (!left) return newData();
  const result = derive(left);
  const [given] = dataIn(arg(call, 1, 'right'));
  const right = given && name === 'merge_asof' ? spread(machine, given, call, 'merge_asof') : given;
  if (right) {
    for (const [column, series] of right.columns) if (!result.columns.has(column)) result.columns.set(column, series);
    result.marks = addMarks(result.marks, right.marks);
    result.time ??= right.time;
  }
  if (name !== 'merge_asof') return result;
  const key = textOf(arg(call, undefined, 'on', 'left_on'));
  if (key === undefined || isTimeName(key)) result.time ??= machine.mark('later', 'joined by time', call.place);
  const direction = textOf(arg(call, undefined, 'direction'));
  if (direction === 'forward') takeLater(machine, result, right, key, call);
  return result;
};

/** The columns that a forward join brings in are later than the row; where they are not known, all may be. */
function takeLater(
  machine: Machine,
  result: Data,
  right: Data | undefined,
  key: string | undefined,
  call: Invocation,
): void {
  const label = "merge_asof(direction='forward') takes the next record, later than the row";
  const mark = machine.mark('asof', label, call.place);
  const names = right?.only ? [...right.only].filter((name) => name !== key) : undefined;
  if (!names) result.marks = addMarks(result.marks, [mark]);
  for (const name of names ?? []) {
    const known = result.columns.get(name) ?? newData();
    result.columns.set(name, derive(known, { marks: addMarks(known.marks, [mark]) }));
  }
}

/** polars' `pl.col('x')`, Spark's `F.col('x')`. */
export const column: Known = (_machine, call) => {
  const name = textOf(call.args[0]);
  return name === undefined ? newData() : newData({ name, origins: new Set() });
};

/** xgboost's `DMatrix(X, label=y)`, LightGBM's `Dataset(X, label=y)`: where the model takes its rows in. */
export const matrix: Known = (machine, call, name) => {
  const [features] = dataIn(arg(call, 0, 'data'));
  const [target] = dataIn(arg(call, 1, 'label'));
  if (features) useAsFeatures(machine, features, target, call.place, name);
  return features ? derive(features) : UNKNOWN;
};

export const dummies: Known = (_machine, call) => {
  const [data] = dataIn(call.args[0]);
  const names = textsOf(arg(call, undefined, 'columns'));
  return data ? (names ? dropColumns(data, names) : derive(data)) : newData();
};
