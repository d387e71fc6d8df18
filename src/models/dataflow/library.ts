import { arg } from './machine.js';
import type { Invocation, Machine } from './machine.js';
import { dropColumns, isCalendar, timed } from './frames.js';
import { useAsFeatures } from './features.js';
import { spread } from './methods.js';
import { isTimeName } from './names.js';
import { crossValidation, randomParts, shuffled, trainTestSplit } from './splits.js';
import {
  UNKNOWN,
  addMarks,
  combine,
  constant,
  dataIn,
  derive,
  fromOf,
  gathered,
  isData,
  list,
  newData,
  numberOf,
  textOf,
  textsOf,
} from './values.js';
import type { Data, Value } from './values.js';

type Known = (machine: Machine, call: Invocation, name: string) => Value;

/** Calls a function or a class of a library. What is not known is taken as computing from its arguments. */
export function library(machine: Machine, name: string, call: Invocation): Value {
  const short = name.split('.').at(-1) ?? name;
  const known = KNOWN.get(short);
  if (known) return known(machine, call, short);
  if (/^[A-Z]\w+$/.test(short) && name !== '') return construct(name, call);
  const parts = [...call.args, ...call.keywords.values()].flatMap((value) =>
    value.kind === 'list' ? dataIn(value).map(gathered) : dataIn(value),
  );
  return parts.length > 0 ? { ...combine(parts), columns: new Map(parts[0]?.columns) } : UNKNOWN;
}

const construct = (type: string, call: Invocation): Value => ({
  kind: 'object',
  type,
  args: call.args,
  keywords: call.keywords,
  place: call.place,
  attributes: new Map(),
});

/** A file or a query: in time when its index is made of dates, or the query puts it in their order. */
const readTable: Known = (machine, call, name) => {
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

const marketData: Known = (machine, call, name) =>
  timed(machine, newData(), `${name}() gives a series in time`, call.place);

const toDatetime: Known = (_machine, call) => {
  const [data] = dataIn(call.args[0]);
  if (!data) return newData();
  const result = derive(data, { from: fromOf(data), name: undefined, pending: data.pending });
  for (const column of fromOf(data).keys()) {
    data.dates.add(column);
    result.dates.add(column);
  }
  return result;
};

const dateRange: Known = (machine, call) => timed(machine, newData(), 'a range of dates', call.place);

/** `pd.DataFrame({...}, index=dates)`. */
const table: Known = (machine, call) => {
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

const concat: Known = (_machine, call) => {
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

const mergeTables: Known = (machine, call, name) => {
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

/** `np.where(condition, a, b)` and other functions that work row by row. */
const roll: Known = (machine, call) => {
  const [data] = dataIn(call.args[0]);
  const steps = numberOf(arg(call, 1, 'shift'));
  if (!data || steps === undefined || steps >= 0)
    return data ? derive(data, { from: fromOf(data), name: undefined }) : newData();
  const mark = machine.mark(
    'later',
    `np.roll(${steps}) reads ${-steps} ${steps === -1 ? 'row' : 'rows'} ahead`,
    call.place,
    -steps,
  );
  return derive(data, {
    from: new Map([...fromOf(data).keys()].map((name) => [name, 'future' as const])),
    name: undefined,
    marks: addMarks(data.marks, [mark]),
  });
};

/** Filters that smooth with the rows on both sides. */
const twoSided: Known = (machine, call, name) => {
  const [data] = call.args.flatMap((value) => dataIn(value));
  if (!data) return newData();
  if (name === 'convolve' && textOf(arg(call, 2, 'mode')) !== 'same')
    return derive(data, { from: fromOf(data), name: undefined });
  const mark = machine.mark('centred', `${name}() smooths with the rows on both sides`, call.place);
  return derive(data, { marks: addMarks(data.marks, [mark]), from: fromOf(data), name: undefined });
};

/** Bins learnt from all rows, unless their edges are given. */
const bins: Known = (machine, call, name) => {
  const [data] = dataIn(call.args[0]);
  if (!data) return newData();
  const edges = arg(call, 1, 'bins', 'q');
  const learnt = !data.part && edges?.kind === 'const' && !(data.name !== undefined && data.dates.has(data.name));
  const marks = learnt
    ? addMarks(data.marks, [machine.mark('fitted', `${name}() finds its edges in all rows`, call.place)])
    : data.marks;
  return derive(data, { marks, from: fromOf(data), name: undefined });
};

/** polars' `pl.col('x')`, Spark's `F.col('x')`. */
const column: Known = (_machine, call) => {
  const name = textOf(call.args[0]);
  return name === undefined ? newData() : newData({ name, origins: new Set() });
};

/** Spark's `F.lead('x', 1)`. */
const lead: Known = (machine, call) => {
  const name = textOf(call.args[0]) ?? call.args.find(isData)?.name;
  if (name === undefined) return newData();
  const steps = numberOf(call.args[1]) ?? 1;
  const mark = machine.mark(
    'later',
    `lead(${steps}) reads ${steps === 1 ? 'the next row' : `${steps} rows ahead`}`,
    call.place,
    steps,
  );
  return newData({ from: new Map([[name, 'future']]), marks: [mark] });
};

/** Spark's `F.lag('x', 1)`. */
const lag: Known = (_machine, call) => {
  const name = textOf(call.args[0]);
  return newData({ from: new Map(name === undefined ? [] : [[name, 'past']]), origins: new Set() });
};

/** xgboost's `DMatrix(X, label=y)`, LightGBM's `Dataset(X, label=y)`: where the model takes its rows in. */
const matrix: Known = (machine, call, name) => {
  const [features] = dataIn(arg(call, 0, 'data'));
  const [target] = dataIn(arg(call, 1, 'label'));
  if (features) useAsFeatures(machine, features, target, call.place, name);
  return features ? derive(features) : UNKNOWN;
};

const dummies: Known = (_machine, call) => {
  const [data] = dataIn(call.args[0]);
  const names = textsOf(arg(call, undefined, 'columns'));
  return data ? (names ? dropColumns(data, names) : derive(data)) : newData();
};

const range: Known = (_machine, call) => {
  const bounds = call.args.map(numberOf);
  if (bounds.length === 0 || bounds.some((bound) => bound === undefined)) return list([UNKNOWN], false);
  const [start, stop, step] =
    bounds.length === 1 ? [0, bounds[0] ?? 0, 1] : [bounds[0] ?? 0, bounds[1] ?? 0, bounds[2] ?? 1];
  if (step <= 0 || (stop - start) / step > 60) return list([constant(start)], false);
  return list(
    Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, at) => constant(start + at * step)),
  );
};

const listOf: Known = (_machine, call) => {
  const [value] = call.args;
  return value?.kind === 'columns' || value?.kind === 'list' || isData(value) ? value : list([], value === undefined);
};

const zip: Known = (_machine, call) => {
  const columns = call.args.map((value) => (value.kind === 'list' ? value : undefined));
  const length = Math.min(...columns.map((elements) => elements?.elements.length ?? 1), 60);
  const complete = columns.every((elements) => elements?.complete);
  return list(
    Array.from({ length: Math.max(0, length) }, (_, at) =>
      list(columns.map((elements) => elements?.elements[at] ?? UNKNOWN)),
    ),
    complete,
  );
};

const enumerate: Known = (_machine, call) => {
  const [value] = call.args;
  if (value?.kind !== 'list') return list([list([UNKNOWN, isData(value) ? value : UNKNOWN])], false);
  return list(
    value.elements.map((element, at) => list([constant(at), element])),
    value.complete,
  );
};

const pipeline: Known = (_machine, call, name) => ({
  kind: 'object',
  type: `sklearn.pipeline.${name === 'make_pipeline' ? 'Pipeline' : name}`,
  args: call.args,
  keywords: call.keywords,
  place: call.place,
  attributes: new Map(),
});

/** `np.mean(x)`: one number from all rows. */
const statistic: Known = (machine, call, name) => {
  const [data] = dataIn(call.args[0]);
  if (!data) return UNKNOWN;
  const byRow = numberOf(arg(call, 1, 'axis')) === 1;
  const marks =
    data.part || data.extent !== 'table' || byRow || isCalendar(data)
      ? data.marks
      : addMarks(data.marks, [machine.mark('fitted', `${name}() over all rows`, call.place)]);
  const extent = byRow ? data.extent : 'statistic';
  return derive(data, { marks, from: fromOf(data), name: undefined, columns: new Map(), extent });
};

const scale: Known = (machine, call, name) => {
  const [data] = dataIn(call.args[0]);
  if (!data) return newData();
  const marks = data.part
    ? data.marks
    : addMarks(data.marks, [machine.mark('fitted', `${name}() uses all rows`, call.place)]);
  return derive(data, { marks, name: undefined, from: fromOf(data) });
};

const windows: Known = (machine, call, name) => {
  const [data] = dataIn(call.args[0]);
  return timed(machine, data ?? newData(), `${name} cuts sliding windows`, call.place);
};

const splitAtRandom: Known = (machine, call, name) => {
  const [data] = dataIn(call.args[0]);
  return data ? randomParts(machine, data, call, name) : UNKNOWN;
};

const windowedBy: Known = (_machine, _call) => UNKNOWN;

const KNOWN: ReadonlyMap<string, Known> = new Map<string, Known>([
  ...[
    'read_csv',
    'read_parquet',
    'read_excel',
    'read_sql',
    'read_sql_query',
    'read_sql_table',
    'read_json',
    'read_feather',
    'read_table',
    'read_hdf',
    'read_gbq',
    'scan_csv',
    'scan_parquet',
    'import_file',
  ].map((name) => [name, readTable] as const),
  ...['download', 'DataReader', 'get_data_yahoo', 'fetch_ohlcv', 'history'].map((name) => [name, marketData] as const),
  ['to_datetime', toDatetime],
  ['DatetimeIndex', dateRange],
  ['date_range', dateRange],
  ['bdate_range', dateRange],
  ['period_range', dateRange],
  ['DataFrame', table],
  ['Series', table],
  ['H2OFrame', table],
  ['concat', concat],
  ['vstack', concat],
  ['hstack', concat],
  ['concatenate', concat],
  ['merge', mergeTables],
  ['merge_asof', mergeTables],
  ['roll', roll],
  ...[
    'savgol_filter',
    'filtfilt',
    'sosfiltfilt',
    'gaussian_filter1d',
    'uniform_filter1d',
    'medfilt',
    'gradient',
    'convolve',
  ].map((name) => [name, twoSided] as const),
  ['cut', bins],
  ['qcut', bins],
  ['col', column],
  ['lead', lead],
  ['lag', lag],
  ['DMatrix', matrix],
  ['Dataset', matrix],
  ['get_dummies', dummies],
  ['train_test_split', (machine, call) => trainTestSplit(machine, call)],
  [
    'temporal_train_test_split',
    (machine, call) => {
      machine.split({ ...call.place, how: 'temporal_train_test_split', forward: true, time: true });
      return UNKNOWN;
    },
  ],
  ...['cross_val_score', 'cross_validate', 'cross_val_predict', 'learning_curve', 'validation_curve'].map(
    (name) => [name, (machine: Machine, call: Invocation) => crossValidation(machine, name, call)] as const,
  ),
  ['shuffle', (machine, call, name) => (call.args.some(isData) ? shuffled(machine, call, name) : UNKNOWN)],
  ['permutation', (machine, call, name) => shuffled(machine, call, name)],
  ['random_split', splitAtRandom],
  ['range', range],
  ['arange', range],
  ['list', listOf],
  ['tuple', listOf],
  ['set', listOf],
  ['sorted', listOf],
  ['zip', zip],
  ['enumerate', enumerate],
  ['make_pipeline', pipeline],
  ...['mean', 'nanmean', 'median', 'nanmedian', 'std', 'nanstd', 'percentile', 'quantile'].map(
    (name) => [name, statistic] as const,
  ),
  ['scale', scale],
  ['minmax_scale', scale],
  ['robust_scale', scale],
  ['TimeseriesGenerator', windows],
  ['timeseries_dataset_from_array', windows],
  ['sliding_window_view', windows],
  ['Window', windowedBy],
  ['len', () => UNKNOWN],
  ['print', () => UNKNOWN],
  ['display', () => UNKNOWN],
  ['int', (_machine, call) => (call.args[0]?.kind === 'const' ? call.args[0] : UNKNOWN)],
  ['float', (_machine, call) => (call.args[0]?.kind === 'const' ? call.args[0] : UNKNOWN)],
  ['str', (_machine, call) => (call.args[0]?.kind === 'const' ? constant(String(call.args[0].value)) : UNKNOWN)],
]);
