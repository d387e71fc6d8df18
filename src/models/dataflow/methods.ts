import { estimatorMethod } from './estimators.js';
import { assignColumn, columnOf, dropColumns, isCalendar, selectColumns, timed } from './frames.js';
import { keepAsFeatures } from './features.js';
import { arg, flag } from './machine.js';
import type { Invocation, Machine } from './machine.js';
import { isTimeName } from './names.js';
import { reportShuffled, shuffledRows } from './splits.js';
import {
  UNKNOWN,
  addMarks,
  combine,
  constant,
  dataIn,
  derive,
  fromOf,
  isData,
  moved,
  numberOf,
  textOf,
  textsOf,
} from './values.js';
import type { Data, Mark, Value } from './values.js';

type Method = (machine: Machine, data: Data, call: Invocation, name: string) => Value;

/** Calls a method of a table, a series, an array, a group or a window. */
export function dataMethod(machine: Machine, data: Data, name: string, call: Invocation): Value {
  const result = transfer(machine, data, name, call);
  const inPlace = flag(call, undefined, 'inplace') === true;
  if (inPlace && isData(result)) Object.assign(data, { ...result, pending: data.pending });
  return inPlace ? constant(null) : result;
}

function transfer(machine: Machine, data: Data, name: string, call: Invocation): Value {
  const pending = data.pending?.kind;
  if (pending === 'groupby' && !GROUP_TRANSFORMS.has(name)) return grouped(machine, data, name, call);
  if (pending === 'window') return windowed(data, name, call);
  if (pending === 'resample') return resampled(machine, data, name, call);
  const method = METHODS.get(name);
  if (method) return method(machine, data, call, name);
  const model = estimatorMethod(machine, undefined, name, call, data);
  if (model) return model;
  if (SCALARS.has(name))
    return derive(data, {
      columns: new Map(),
      from: fromOf(data),
      name: undefined,
      marks: addMarks(data.marks, statistic(machine, data, name, call)),
      extent: byRow(call) ? data.extent : 'statistic',
    });
  return combineWith(data, call);
}

/** An unknown method keeps what is known of the receiver, and takes on what its arguments carry. */
function combineWith(data: Data, call: Invocation): Data {
  const others = [...call.args, ...call.keywords.values()].flatMap((value) => dataIn(value));
  const kept = derive(data, { from: fromOf(data), name: undefined });
  return others.length === 0
    ? kept
    : {
        ...kept,
        marks: others.reduce((marks, other) => addMarks(marks, other.marks), kept.marks),
        from: combine([kept, ...others]).from,
      };
}

/** Methods of a group that give a row for each row. */
const GROUP_TRANSFORMS = new Set([
  'shift',
  'diff',
  'pct_change',
  'rolling',
  'expanding',
  'ewm',
  'bfill',
  'backfill',
  'ffill',
  'fillna',
  'interpolate',
  'resample',
  'cumsum',
  'cumcount',
  'rank',
]);
/** One number from all rows. */
const SCALARS = new Set(['mean', 'median', 'std', 'var', 'quantile', 'min', 'max', 'mode']);

/** `axis=1`: each row by itself. */
function byRow(call: Invocation): boolean {
  const axis = call.keywords.get('axis');
  return axis?.kind === 'const' && (axis.value === 1 || axis.value === 'columns');
}

/** A number computed from all rows, before any were set aside. */
function statistic(machine: Machine, data: Data, name: string, call: Invocation): readonly Mark[] {
  if (data.part || data.extent !== 'table' || byRow(call) || isCalendar(data)) return [];
  return [machine.mark('fitted', `${name}() over all rows`, call.place)];
}

/** Moves rows: which way is forward depends on the order they stand in. */
function shifted(machine: Machine, data: Data, steps: number | undefined, call: Invocation, what: string): Data {
  if (steps === undefined || steps === 0)
    return derive(data, { from: fromOf(data), name: undefined, pending: undefined });
  const later = steps < 0 !== data.descending;
  const from = moved(data, later ? 'future' : 'past');
  if (!later) {
    const undone = (mark: Mark): boolean => mark.steps !== undefined && mark.steps <= Math.abs(steps);
    return derive(data, { from, name: undefined, marks: data.marks.filter((mark) => !undone(mark)) });
  }
  const order = data.descending ? ', and the rows stand newest first,' : '';
  const mark = machine.mark(
    'later',
    `${what}${order} reads ${Math.abs(steps) === 1 ? 'the next row' : `${Math.abs(steps)} rows ahead`}`,
    call.place,
    Math.abs(steps),
  );
  return derive(data, { from, name: undefined, marks: addMarks(data.marks, [mark]) });
}

const shift: Method = (machine, data, call) => {
  const given = arg(call, 0, 'periods', 'n');
  const steps = given === undefined ? 1 : numberOf(given);
  return shifted(machine, data, steps, call, `shift(${steps ?? ''})`);
};

const difference: Method = (machine, data, call, name) => {
  const given = arg(call, 0, 'periods', 'n');
  const steps = given === undefined ? 1 : numberOf(given);
  const moved = shifted(machine, data, steps, call, `${name}(${steps ?? ''})`);
  return derive(moved, {
    from: new Map([...moved.from, ...(steps !== undefined && steps > 0 ? [...fromOf(data)] : [])]),
  });
};

const rolling: Method = (machine, data, call) => {
  const centred = flag(call, undefined, 'center') === true;
  const size = numberOf(arg(call, 0, 'window', 'window_size'));
  const ahead = size === undefined ? undefined : Math.ceil((size - 1) / 2);
  const mark = centred
    ? machine.mark('centred', 'a centred window reads half of its rows from the future', call.place, ahead)
    : backwards(machine, data, call);
  return derive(data, { from: fromOf(data), pending: { kind: 'window', ...(mark ? { mark } : {}) } });
};

const growing: Method = (machine, data, call) => {
  const mark = backwards(machine, data, call);
  return derive(data, { from: fromOf(data), pending: { kind: 'window', ...(mark ? { mark } : {}) } });
};

/** A window trails in the order of the rows: newest first, that is ahead. */
const backwards = (machine: Machine, data: Data, call: Invocation): Mark | undefined =>
  data.descending
    ? machine.mark('centred', 'the rows stand newest first, so the window reads later ones', call.place)
    : undefined;

/** The aggregate of a window reads this row and those before it, and those after it where the window is centred. */
function windowed(data: Data, name: string, call: Invocation): Value {
  if (name === 'rolling' || name === 'expanding') return data;
  const marks = data.pending?.mark ? addMarks(data.marks, [data.pending.mark]) : data.marks;
  const others = [...call.args].flatMap((value) => dataIn(value));
  const from = new Map([...fromOf(data)].map(([column, relation]) => [column, relation] as const));
  const result = derive(data, { marks, from, name: undefined });
  // A window over rows shows their order as a lag does.
  for (const column of [...from.keys()])
    if (from.get(column) === 'row') result.from = new Map([...result.from, [`${column}\u0000window`, 'past']]);
  return others.length === 0
    ? result
    : { ...result, marks: others.reduce((all, other) => addMarks(all, other.marks), marks) };
}

const backfill: Method = (machine, data, call, name) =>
  filled(machine, data, `${name}() fills a gap with a later value`, call);

/** Filling backwards after a forward fill touches only the rows before the first value. */
function filled(machine: Machine, data: Data, label: string, call: Invocation): Data {
  if (data.part || data.descending) return derive(data);
  const forward = data.dates.has('\u0000filled');
  const mark = machine.mark(forward ? 'leading' : 'backfill', label, call.place);
  const result = derive(data, { marks: addMarks(data.marks, [mark]), from: fromOf(data) });
  for (const [name, column] of result.columns)
    result.columns.set(name, derive(column, { marks: addMarks(column.marks, [mark]) }));
  return result;
}

const forwardFill: Method = (_machine, data) => {
  const result = derive(data, { from: fromOf(data) });
  result.dates.add('\u0000filled');
  return result;
};

const fillna: Method = (machine, data, call, name) => {
  const method = textOf(arg(call, undefined, 'method', 'strategy'));
  if (method === 'bfill' || method === 'backfill' || method === 'backward')
    return filled(machine, data, `fillna(method='${method}') fills a gap with a later value`, call);
  if (method === 'ffill' || method === 'pad' || method === 'forward') return forwardFill(machine, data, call, name);
  const value = arg(call, 0, 'value');
  const result = derive(data, { from: fromOf(data) });
  const parts = dataIn(value);
  for (const part of parts) {
    result.marks = addMarks(
      result.marks,
      part.marks.filter(({ kind }) => kind === 'fitted'),
    );
  }
  return result;
};

const interpolate: Method = (machine, data, call) => {
  const direction = textOf(arg(call, undefined, 'limit_direction'));
  const backward = direction === 'backward' || direction === 'both';
  return backward
    ? filled(machine, data, `interpolate(limit_direction='${direction}') fills a gap with a later value`, call)
    : derive(data, { from: fromOf(data) });
};

const setIndex: Method = (machine, data, call) => {
  const keys = textsOf(arg(call, 0, 'keys')) ?? [];
  const key = arg(call, 0, 'keys');
  const dated = keys.find((name) => data.dates.has(name) || isTimeName(name));
  if (dated !== undefined) return timed(machine, dropColumns(data, keys), `indexed by ${dated}`, call.place);
  return isData(key) && key.time ? timed(machine, data, 'indexed by time', call.place) : derive(data);
};

const sortValues: Method = (machine, data, call) => {
  const keys = textsOf(arg(call, 0, 'by')) ?? [];
  const dated = keys.find((name) => data.dates.has(name) || isTimeName(name));
  if (dated === undefined) return derive(data, { descending: keys.length > 0 ? false : data.descending });
  const descending =
    flag(call, undefined, 'ascending') === false ||
    flag(call, undefined, 'descending') === true ||
    flag(call, undefined, 'reverse') === true;
  const mark = machine.mark('sorted', `sorted by ${dated}${descending ? ', newest first' : ''}`, call.place);
  return derive(data, { time: data.time ?? mark, descending, ordered: true });
};

const sortIndex: Method = (_machine, data, call) => {
  if (!data.time) return derive(data);
  return derive(data, { descending: flag(call, undefined, 'ascending') === false, ordered: true });
};

const resample: Method = (machine, data, call, name) => {
  const rule = textOf(arg(call, 0, 'rule', 'freq')) ?? '';
  const label = textOf(arg(call, undefined, 'label')) ?? (/^\d*B?(W|M|Q|A|Y)(E|$|-)/.test(rule) ? 'right' : 'left');
  const mark =
    label === 'left' && name === 'resample'
      ? machine.mark('period', 'an aggregate over a period is dated by its start', call.place, 1)
      : undefined;
  const result = timed(machine, data, `${name}() by a period of time`, call.place);
  return derive(result, { pending: { kind: 'resample', ...(mark ? { mark } : {}) } });
};

/** Values of a period, spread over the rows within it. */
export function spread(machine: Machine, data: Data, call: Invocation, how: string): Data {
  const ahead = (marks: readonly Mark[]): readonly Mark[] =>
    marks.some(({ kind }) => kind === 'period')
      ? addMarks(marks, [
          machine.mark('asof', `${how} gives rows the aggregate of a period that is not over`, call.place),
        ])
      : marks;
  const result = derive(data, { marks: ahead(data.marks) });
  for (const [name, column] of result.columns)
    result.columns.set(name, derive(column, { marks: ahead(column.marks), made: column.made }));
  return result;
}

const reindex: Method = (machine, data, call) => {
  const filled = /^(ffill|pad)$/.test(textOf(arg(call, undefined, 'method')) ?? '');
  return filled ? spread(machine, data, call, 'reindex(method=…)') : derive(data, { from: data.from });
};

function resampled(machine: Machine, data: Data, name: string, call: Invocation): Value {
  if (name === 'bfill' || name === 'backfill')
    return filled(machine, derive(data), `${name}() fills a gap with a later value`, call);
  const { mark } = data.pending ?? {};
  const aggregates = mark && !/^(ffill|pad|asfreq|interpolate|first|open)$/.test(name);
  return derive(data, { from: fromOf(data), ...(aggregates ? { marks: addMarks(data.marks, [mark]) } : {}) });
}

const groupby: Method = (_machine, data, call) => {
  const by = arg(call, 0, 'by', 'level', 'key');
  const keys = textsOf(by) ?? dataIn(by).flatMap((part) => (part.dates.size > 0 || part.time ? ['\u0000time'] : []));
  return derive(data, { from: fromOf(data), pending: { kind: 'groupby', keys } });
};

/** An aggregate by entity has one row an entity and no time; one by date has one row a date. */
function grouped(machine: Machine, data: Data, name: string, call: Invocation): Value {
  const keys = data.pending?.keys ?? [];
  if (name === 'transform' || name === 'apply' || name === 'pipe')
    return applied(machine, derive(data, { name: data.name, from: data.from }), call, name);
  const dated = keys.find((key) => key === '\u0000time' || data.dates.has(key) || isTimeName(key));
  const base = derive(data, { columns: new Map(), from: fromOf(data), name: undefined });
  if (name === 'head' || name === 'tail' || name === 'get_group' || name === 'filter') return derive(data);
  if (dated !== undefined)
    return timed(machine, base, dated === '\u0000time' ? 'one row a period of time' : `one row a ${dated}`, call.place);
  return { ...base, time: undefined };
}

/** `apply(f)`, `transform(f)`, `pipe(f)`: what the function does to its data. */
function applied(machine: Machine, data: Data, call: Invocation, name: string): Value {
  const [func, ...rest] = call.args;
  if (func?.kind === 'function') {
    const result = machine.invoke(func, [data, ...rest], call.keywords, call.place);
    if (!isData(result)) return derive(data);
    return byRow(call)
      ? derive(result, { marks: result.marks.filter((mark) => mark.kind !== 'fitted' || data.marks.includes(mark)) })
      : result;
  }
  const text = textOf(func);
  if (name === 'transform' && text !== undefined && SCALARS.has(text)) {
    return derive(data, {
      name: undefined,
      from: fromOf(data),
      marks: addMarks(data.marks, statistic(machine, data, text, call)),
    });
  }
  return derive(data, { name: undefined, from: fromOf(data) });
}

const drop: Method = (machine, data, call) => {
  const columns = textsOf(arg(call, undefined, 'columns'));
  if (columns) return dropColumns(data, columns);
  const given = arg(call, 0, 'labels');
  const names = textsOf(given);
  const axis = arg(call, 1, 'axis');
  const byColumn = axis?.kind === 'const' && (axis.value === 1 || axis.value === 'columns');
  if (names && byColumn) return dropColumns(data, names);
  const rows = dataIn(given)[0];
  if (rows?.part?.shuffled)
    reportShuffled(machine, [data], rows.part.split, 'sample() takes rows at random, and the rest is the other side');
  if (rows?.part) return derive(data, { part: { ...rows.part, side: rows.part.side === 'train' ? 'test' : 'train' } });
  const unknown = arg(call, undefined, 'columns') !== undefined || byColumn;
  return derive(data, unknown ? { selectionUnknown: true } : {});
};

const assign: Method = (machine, data, call) => {
  const result = derive(data);
  for (const [name, value] of call.keywords) {
    const given = value.kind === 'function' ? machine.invoke(value, [result], new Map(), call.place) : value;
    assignColumn(machine, result, constant(name), given, call.place);
  }
  return result;
};

/** polars: `with_columns(pl.col('x').shift(-1).alias('y'))`, `select(...)`. */
const withColumns: Method = (machine, data, call) => {
  const result = derive(data);
  const given = call.args.flatMap((value) => (value.kind === 'list' ? value.elements : [value]));
  for (const series of given.filter(isData)) {
    const source = series.name ?? [...series.from.keys()][0];
    if (source !== undefined) assignColumn(machine, result, constant(source), series, call.place);
  }
  for (const [name, value] of call.keywords) assignColumn(machine, result, constant(name), value, call.place);
  return result;
};

/** Spark: `withColumn('name', expression)`. */
const withColumn: Method = (machine, data, call) => {
  const result = derive(data);
  const [name, value] = call.args;
  if (name && value) assignColumn(machine, result, name, value, call.place);
  return result;
};

const alias: Method = (_machine, data, call) => {
  const name = textOf(arg(call, 0, 'name'));
  return name === undefined ? derive(data) : { ...derive(data, { from: fromOf(data) }), name };
};

const pop: Method = (_machine, data, call) => {
  const name = textOf(arg(call, 0, 'item'));
  if (name === undefined) return UNKNOWN;
  const column = columnOf(data, name);
  Object.assign(data, dropColumns(data, [name]));
  return column;
};

const rename: Method = (_machine, data, call) => {
  const names = arg(call, undefined, 'columns') ?? call.args[0];
  const result = derive(data);
  if (names?.kind !== 'dict')
    return textOf(names) === undefined ? result : { ...result, name: textOf(names), from: fromOf(data) };
  for (const [old, value] of names.entries) {
    const fresh = textOf(value);
    const column = result.columns.get(old);
    if (fresh === undefined) continue;
    if (column) {
      result.columns.delete(old);
      result.columns.set(fresh, column);
    }
    if (result.dates.has(old)) result.dates.add(fresh);
    if (result.only) result.only = new Set([...result.only].map((name) => (name === old ? fresh : name)));
  }
  return result;
};

/** Joins take on the columns and the marks of the other table. */
const merge: Method = (_machine, data, call) => {
  const [other] = dataIn(arg(call, 0, 'right', 'other', 'objs'));
  const result = derive(data);
  if (!other) return result;
  for (const [name, column] of other.columns) if (!result.columns.has(name)) result.columns.set(name, column);
  result.marks = addMarks(result.marks, other.marks);
  result.time ??= other.time;
  return result;
};

const sample: Method = (machine, data, call) => shuffledRows(machine, data, call);

const same: Method = (_machine, data) => derive(data, { from: data.from });
/** One row an entity: no longer a series in time. */
const distinct: Method = (_machine, data, call) => {
  const subset = textsOf(arg(call, 0, 'subset')) ?? [];
  const entity = subset.length > 0 && !subset.some((name) => data.dates.has(name) || isTimeName(name));
  return derive(data, entity ? { time: undefined } : {});
};
const entities: Method = (_machine, data) => derive(data, { time: undefined, marks: [], columns: new Map() });

const head: Method = (machine, data, call, name) => {
  const rows = arg(call, 0, 'n');
  if (rows === undefined || (numberOf(rows) ?? Infinity) < 100 || data.part) return derive(data);
  if (data.time) machine.split({ ...call.place, how: `${name}()`, forward: !data.descending, time: true });
  return derive(data, {
    part: { split: call.place, side: (name === 'head') !== data.descending ? 'train' : 'test', shuffled: false },
  });
};

const query: Method = (machine, data, call) => {
  const text = textOf(arg(call, 0, 'expr')) ?? '';
  const comparison = /^\s*`?(\w+)`?\s*(<|>)/.exec(text);
  if (!comparison || data.part || !(data.dates.has(comparison[1] ?? '') || isTimeName(comparison[1] ?? '')))
    return derive(data);
  if (data.time) machine.split({ ...call.place, how: 'query() by time', forward: true, time: true });
  return derive(data, { part: { split: call.place, side: comparison[2] === '<' ? 'train' : 'test', shuffled: false } });
};

const keep: Method = (machine, data, call, name) => {
  const target = call.args.map(textOf).find((text) => text !== undefined && /feature/i.test(text));
  if (target !== undefined) keepAsFeatures(machine, data, call.place, `${name}('${target}')`);
  return constant(null);
};

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ...(
    [
      'copy',
      'reset_index',
      'dropna',
      'astype',
      'to_frame',
      'to_numpy',
      'to_pandas',
      'collect',
      'lazy',
      'clip',
      'replace',
      'round',
      'tz_localize',
      'tz_convert',
      'squeeze',
      'reshape',
      'persist',
      'cache',
      'as_data_frame',
      'infer_objects',
      'drop_nulls',
      'to_list',
      'tolist',
      'flatten',
      'ravel',
      'over',
    ] as const
  ).map((name) => [name, same] as const),
  ['shift', shift],
  ['reindex', reindex],
  ['diff', difference],
  ['pct_change', difference],
  ['rolling', rolling],
  ['expanding', growing],
  ['ewm', growing],
  ['bfill', backfill],
  ['backfill', backfill],
  ['backward_fill', backfill],
  ['ffill', forwardFill],
  ['pad', forwardFill],
  ['forward_fill', forwardFill],
  ['fillna', fillna],
  ['fill_null', fillna],
  ['interpolate', interpolate],
  ['set_index', setIndex],
  ['sort_values', sortValues],
  ['sort', sortValues],
  ['orderBy', sortValues],
  ['sort_index', sortIndex],
  ['resample', resample],
  ['asfreq', resample],
  ['groupby', groupby],
  ['group_by', groupby],
  ['groupBy', groupby],
  ['apply', (machine, data, call, name) => applied(machine, data, call, name)],
  [
    'transform',
    (machine, data, call, name) =>
      call.args[0]?.kind === 'function' || textOf(call.args[0])
        ? applied(machine, data, call, name)
        : (estimatorMethod(machine, undefined, name, call, data) ?? derive(data)),
  ],
  ['pipe', (machine, data, call, name) => applied(machine, data, call, name)],
  ['drop', drop],
  ['assign', assign],
  ['with_columns', withColumns],
  ['withColumn', withColumn],
  ['alias', alias],
  ['pop', pop],
  ['rename', rename],
  ['merge', merge],
  ['join', merge],
  ['sample', sample],
  ['drop_duplicates', distinct],
  ['unique', entities],
  ['nunique', entities],
  ['value_counts', entities],
  ['head', head],
  ['tail', head],
  ['query', query],
  ...['to_sql', 'to_parquet', 'to_csv', 'to_feather', 'to_pickle', 'to_hdf', 'write_parquet', 'saveAsTable'].map(
    (name) => [name, keep] as const,
  ),
  [
    'filter',
    (_machine, data, call) => {
      const names = textsOf(arg(call, 0, 'items'));
      return names ? selectColumns(data, names) : derive(data, { selectionUnknown: true });
    },
  ],
  [
    'select',
    (_machine, data, call) => {
      const names = call.args.map(textOf);
      return names.every((name) => name !== undefined) && names.length > 0
        ? selectColumns(data, names)
        : derive(data, { selectionUnknown: true });
    },
  ],
  ['append', merge],
]);
