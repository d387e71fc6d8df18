import { dropColumns, timed } from './frames.js';
import { arg, flag } from './machine.js';
import type { Invocation, Machine } from './machine.js';
import type { Method } from './method.js';
import { isTimeName } from './names.js';
import { addMarks, dataIn, derive, fromOf, isData, moved, numberOf, textOf, textsOf } from './values.js';
import type { Data, Mark, Value } from './values.js';

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

export const shift: Method = (machine, data, call) => {
  const given = arg(call, 0, 'periods', 'n');
  const steps = given === undefined ? 1 : numberOf(given);
  return shifted(machine, data, steps, call, `shift(${steps ?? ''})`);
};

export const difference: Method = (machine, data, call, name) => {
  const given = arg(call, 0, 'periods', 'n');
  const steps = given === undefined ? 1 : numberOf(given);
  const moved = shifted(machine, data, steps, call, `${name}(${steps ?? ''})`);
  return derive(moved, {
    from: new Map([...moved.from, ...(steps !== undefined && steps > 0 ? [...fromOf(data)] : [])]),
  });
};

export const rolling: Method = (machine, data, call) => {
  const centred = flag(call, undefined, 'center') === true;
  const size = numberOf(arg(call, 0, 'window', 'window_size'));
  const ahead = size === undefined ? undefined : Math.ceil((size - 1) / 2);
  const mark = centred
    ? machine.mark('centred', 'a centred window reads half of its rows from the future', call.place, ahead)
    : backwards(machine, data, call);
  return derive(data, { from: fromOf(data), pending: { kind: 'window', ...(mark ? { mark } : {}) } });
};

export const growing: Method = (machine, data, call) => {
  const mark = backwards(machine, data, call);
  return derive(data, { from: fromOf(data), pending: { kind: 'window', ...(mark ? { mark } : {}) } });
};

/** A window trails in the order of the rows: newest first, that is ahead. */
const backwards = (machine: Machine, data: Data, call: Invocation): Mark | undefined =>
  data.descending
    ? machine.mark('centred', 'the rows stand newest first, so the window reads later ones', call.place)
    : undefined;

/** The aggregate of a window reads this row and those before it, and those after it where the window is centred. */
export function windowed(data: Data, name: string, call: Invocation): Value {
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

export const backfill: Method = (machine, data, call, name) =>
  filled(machine, data, `${name}() fills a gap with a later value`, call);

/** Filling backwards after a forward fill touches only the rows before the first value. */
export function filled(machine: Machine, data: Data, label: string, call: Invocation): Data {
  if (data.part || data.descending) return derive(data);
  const forward = data.dates.has('\u0000filled');
  const mark = machine.mark(forward ? 'leading' : 'backfill', label, call.place);
  const result = derive(data, { marks: addMarks(data.marks, [mark]), from: fromOf(data) });
  for (const [name, column] of result.columns)
    result.columns.set(name, derive(column, { marks: addMarks(column.marks, [mark]) }));
  return result;
}

export const forwardFill: Method = (_machine, data) => {
  const result = derive(data, { from: fromOf(data) });
  result.dates.add('\u0000filled');
  return result;
};

export const fillna: Method = (machine, data, call, name) => {
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

export const interpolate: Method = (machine, data, call) => {
  const direction = textOf(arg(call, undefined, 'limit_direction'));
  const backward = direction === 'backward' || direction === 'both';
  return backward
    ? filled(machine, data, `interpolate(limit_direction='${direction}') fills a gap with a later value`, call)
    : derive(data, { from: fromOf(data) });
};

export const setIndex: Method = (machine, data, call) => {
  const keys = textsOf(arg(call, 0, 'keys')) ?? [];
  const key = arg(call, 0, 'keys');
  const dated = keys.find((name) => data.dates.has(name) || isTimeName(name));
  if (dated !== undefined) return timed(machine, dropColumns(data, keys), `indexed by ${dated}`, call.place);
  return isData(key) && key.time ? timed(machine, data, 'indexed by time', call.place) : derive(data);
};

export const sortValues: Method = (machine, data, call) => {
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

export const sortIndex: Method = (_machine, data, call) => {
  if (!data.time) return derive(data);
  return derive(data, { descending: flag(call, undefined, 'ascending') === false, ordered: true });
};
