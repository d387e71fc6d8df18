import { estimatorMethod } from './estimators.js';
import { keepAsFeatures } from './features.js';
import { selectColumns } from './frames.js';
import { arg, flag } from './machine.js';
import type { Invocation, Machine } from './machine.js';
import type { Method } from './method.js';
import { alias, assign, drop, merge, pop, rename, withColumn, withColumns } from './methods-columns.js';
import {
  GROUP_TRANSFORMS,
  SCALARS,
  applied,
  byRow,
  groupby,
  grouped,
  reindex,
  resample,
  resampled,
  statistic,
} from './methods-groups.js';
import {
  backfill,
  difference,
  fillna,
  forwardFill,
  growing,
  interpolate,
  rolling,
  setIndex,
  shift,
  sortIndex,
  sortValues,
  windowed,
} from './methods-time.js';
import { isTimeName } from './names.js';
import { shuffledRows } from './splits.js';
import { addMarks, combine, constant, dataIn, derive, fromOf, isData, numberOf, textOf, textsOf } from './values.js';
import type { Data, Value } from './values.js';

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
