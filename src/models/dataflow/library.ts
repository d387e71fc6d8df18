import type { Known } from './known.js';
import { bins, lag, lead, roll, scale, statistic, twoSided, windows } from './library-rows.js';
import {
  column,
  concat,
  dateRange,
  dummies,
  marketData,
  matrix,
  mergeTables,
  readTable,
  table,
  toDatetime,
} from './library-tables.js';
import { enumerate, listOf, pipeline, range, zip } from './library-values.js';
import type { Invocation, Machine } from './machine.js';
import { crossValidation, randomParts, shuffled, trainTestSplit } from './splits.js';
import { UNKNOWN, combine, constant, dataIn, gathered, isData } from './values.js';
import type { Value } from './values.js';

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
