import { isCalendar, timed } from './frames.js';
import type { Known } from './known.js';
import { arg } from './machine.js';
import { UNKNOWN, addMarks, dataIn, derive, fromOf, isData, newData, numberOf, textOf } from './values.js';

/** `np.where(condition, a, b)` and other functions that work row by row. */
export const roll: Known = (machine, call) => {
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
export const twoSided: Known = (machine, call, name) => {
  const [data] = call.args.flatMap((value) => dataIn(value));
  if (!data) return newData();
  if (name === 'convolve' && textOf(arg(call, 2, 'mode')) !== 'same')
    return derive(data, { from: fromOf(data), name: undefined });
  const mark = machine.mark('centred', `${name}() smooths with the rows on both sides`, call.place);
  return derive(data, { marks: addMarks(data.marks, [mark]), from: fromOf(data), name: undefined });
};

/** Bins learnt from all rows, unless their edges are given. */
export const bins: Known = (machine, call, name) => {
  const [data] = dataIn(call.args[0]);
  if (!data) return newData();
  const edges = arg(call, 1, 'bins', 'q');
  const learnt = !data.part && edges?.kind === 'const' && !(data.name !== undefined && data.dates.has(data.name));
  const marks = learnt
    ? addMarks(data.marks, [machine.mark('fitted', `${name}() finds its edges in all rows`, call.place)])
    : data.marks;
  return derive(data, { marks, from: fromOf(data), name: undefined });
};

/** Spark's `F.lead('x', 1)`. */
export const lead: Known = (machine, call) => {
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
export const lag: Known = (_machine, call) => {
  const name = textOf(call.args[0]);
  return newData({ from: new Map(name === undefined ? [] : [[name, 'past']]), origins: new Set() });
};

/** `np.mean(x)`: one number from all rows. */
export const statistic: Known = (machine, call, name) => {
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

export const scale: Known = (machine, call, name) => {
  const [data] = dataIn(call.args[0]);
  if (!data) return newData();
  const marks = data.part
    ? data.marks
    : addMarks(data.marks, [machine.mark('fitted', `${name}() uses all rows`, call.place)]);
  return derive(data, { marks, name: undefined, from: fromOf(data) });
};

export const windows: Known = (machine, call, name) => {
  const [data] = dataIn(call.args[0]);
  return timed(machine, data ?? newData(), `${name} cuts sliding windows`, call.place);
};
