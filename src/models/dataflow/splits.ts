import { arg, flag, step } from './machine.js';
import type { Event, Invocation, Machine } from './machine.js';
import { reportFitted, useAsFeatures } from './features.js';
import { UNKNOWN, addMarks, dataIn, derive, isData, list, newData, numberOf } from './values.js';
import type { Data, ObjectValue, Place, Value } from './values.js';

/** Splitters that train on what comes before and test on what comes after. */
const FORWARD =
  /TimeSeriesSplit|WalkForward|Walk_?Forward|ExpandingWindow|SlidingWindow|RollingWindow|RollingOrigin|Purged|CombinatorialPurged|TemporalTrainTest|ExpandingGreedy|CutoffSplitter|MultipleTimeSeriesCV|RollingForecast/i;
/** Splitters whose training rows may lie after their test rows. */
const RANDOM =
  /(^|\.)(KFold|StratifiedKFold|RepeatedKFold|RepeatedStratifiedKFold|ShuffleSplit|StratifiedShuffleSplit|LeaveOneOut|LeavePOut)$/;

export const isForwardSplitter = (type: string): boolean => FORWARD.test(type);
export const isRandomSplitter = (type: string): boolean => RANDOM.test(type);

const timeOf = (data: readonly Data[]): Data['time'] => data.find(({ time }) => time)?.time;

/** Reports rows that stand in time and are parted at random. */
export function reportShuffled(
  machine: Machine,
  data: readonly Data[],
  at: Place,
  what: string,
  mild?: Event['mild'],
): void {
  const time = timeOf(data);
  if (!time) return;
  machine.split({ path: at.path, line: at.line, endLine: at.endLine, how: what, forward: false, time: true });
  const chronological = data.find(({ part }) => part && part.side !== 'unknown' && !part.shuffled)?.part;
  const softened = mild ?? (chronological ? ('warn' as const) : undefined);
  machine.emit({
    rule: 'shuffled-split',
    at,
    message: `${what}, though the rows stand in time (${time.label})`,
    trace: [step(time, time.label), step(at, what)],
    ...(softened ? { mild: softened } : {}),
  });
}

/** scikit-learn's `train_test_split`: shuffles unless told not to. */
export function trainTestSplit(machine: Machine, call: Invocation): Value {
  const inputs = call.args.map((value) => dataIn(value)[0] ?? newData());
  const shuffle = arg(call, undefined, 'shuffle');
  const ordered = flag(call, undefined, 'shuffle') === false;
  const data = call.args.flatMap((value) => dataIn(value));
  for (const one of data) reportFitted(machine, one, call.place, 'train_test_split');
  if (isData(call.args[0]) && isData(call.args[1]))
    useAsFeatures(machine, call.args[0], call.args[1], call.place, 'train_test_split');
  if (ordered && timeOf(data))
    machine.split({
      ...call.place,
      how: 'train_test_split(shuffle=False)',
      forward: !data.some(({ descending }) => descending),
      time: true,
    });
  if (!ordered && (shuffle === undefined || flag(call, undefined, 'shuffle') === true)) {
    reportShuffled(machine, data, call.place, 'train_test_split shuffles');
  }
  const part = (one: Data, side: 'train' | 'test'): Data =>
    derive(one, { part: { split: call.place, side, shuffled: !ordered }, name: one.name });
  return list(inputs.flatMap((one) => [part(one, 'train'), part(one, 'test')]));
}

/** `cross_val_score` and its kin. */
export function crossValidation(machine: Machine, name: string, call: Invocation): Value {
  const inputs = [arg(call, 1, 'X'), arg(call, 2, 'y')].flatMap((value) => dataIn(value));
  const [features, target] = inputs;
  if (features) {
    reportFitted(machine, features, call.place, name);
    useAsFeatures(machine, features, target, call.place, name);
  }
  judgeFolds(machine, inputs, arg(call, undefined, 'cv'), call.place, name);
  return newData();
}

/** What `cv=` means for rows that stand in time. */
export function judgeFolds(
  machine: Machine,
  data: readonly Data[],
  cv: Value | undefined,
  at: Place,
  name: string,
  mild?: Event['mild'],
): void {
  const folds = cv === undefined ? 5 : numberOf(cv);
  if (folds !== undefined) {
    reportShuffled(
      machine,
      data,
      at,
      `${name} with ${cv === undefined ? 'its default folds' : `cv=${folds}`} trains on rows later than those it tests on`,
      mild,
    );
  } else if (cv?.kind === 'object') judgeSplitter(machine, cv, data, at, mild);
}

function judgeSplitter(
  machine: Machine,
  splitter: ObjectValue,
  data: readonly Data[],
  at: Place,
  mild?: Event['mild'],
): void {
  const short = splitter.type.split('.').at(-1) ?? splitter.type;
  if (isForwardSplitter(short)) {
    machine.split({ path: at.path, line: at.line, endLine: at.endLine, how: short, forward: true, time: true });
    return;
  }
  if (!isRandomSplitter(splitter.type)) return;
  const shuffle = splitter.keywords.get('shuffle');
  const shuffles = /Shuffle|Repeated/.test(short) || (shuffle?.kind === 'const' && shuffle.value === true);
  const what = shuffles ? `${short} parts the rows at random` : `${short} trains on rows later than those it tests on`;
  reportShuffled(machine, data, splitter.place, what, mild);
}

/** `splitter.split(X)`: pairs of row numbers. */
export function splitterSplit(machine: Machine, splitter: ObjectValue, call: Invocation): Value {
  const data = call.args.flatMap((value) => dataIn(value));
  judgeSplitter(machine, splitter, data, call.place);
  for (const one of data) reportFitted(machine, one, call.place, 'the split');
  const rows = (side: 'train' | 'test'): Data =>
    newData({ part: { split: call.place, side, shuffled: !isForwardSplitter(splitter.type) } });
  return list([list([rows('train'), rows('test')])]);
}

/** `sample(frac=1)` shuffles; a smaller share is one side of a split, if the rest becomes the other. */
export function shuffledRows(machine: Machine, data: Data, call: Invocation): Data {
  const share = numberOf(arg(call, 1, 'frac', 'fraction'));
  if (share === 1)
    return derive(data, {
      marks: addMarks(data.marks, [machine.mark('shuffled', 'sample(frac=1) shuffles the rows', call.place)]),
    });
  const part = { split: call.place, side: 'train' as const, shuffled: true };
  return derive(data, share === undefined || data.part ? {} : { part });
}

/** `sklearn.utils.shuffle(X, y)`, `np.random.permutation(X)`. */
export function shuffled(machine: Machine, call: Invocation, name: string): Value {
  const mark = machine.mark('shuffled', `${name}() shuffles the rows`, call.place);
  const results = call.args.map((value) =>
    isData(value) ? derive(value, { marks: addMarks(value.marks, [mark]) }) : UNKNOWN,
  );
  return results.length === 1 ? (results[0] ?? UNKNOWN) : list(results);
}

/** H2O's `split_frame`, Spark's `randomSplit`, torch's `random_split`: parts drawn at random. */
export function randomParts(machine: Machine, data: Data, call: Invocation, name: string): Value {
  reportFitted(machine, data, call.place, name);
  reportShuffled(machine, [data], call.place, `${name} draws rows at random`);
  const part = (side: 'train' | 'test'): Data => derive(data, { part: { split: call.place, side, shuffled: true } });
  return list([part('train'), part('test'), part('test')]);
}
