import { assignColumn, columnOf, dropColumns } from './frames.js';
import { arg } from './machine.js';
import type { Method } from './method.js';
import { reportShuffled } from './splits.js';
import { UNKNOWN, addMarks, constant, dataIn, derive, fromOf, isData, textOf, textsOf } from './values.js';

export const drop: Method = (machine, data, call) => {
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

export const assign: Method = (machine, data, call) => {
  const result = derive(data);
  for (const [name, value] of call.keywords) {
    const given = value.kind === 'function' ? machine.invoke(value, [result], new Map(), call.place) : value;
    assignColumn(machine, result, constant(name), given, call.place);
  }
  return result;
};

/** polars: `with_columns(pl.col('x').shift(-1).alias('y'))`, `select(...)`. */
export const withColumns: Method = (machine, data, call) => {
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
export const withColumn: Method = (machine, data, call) => {
  const result = derive(data);
  const [name, value] = call.args;
  if (name && value) assignColumn(machine, result, name, value, call.place);
  return result;
};

export const alias: Method = (_machine, data, call) => {
  const name = textOf(arg(call, 0, 'name'));
  return name === undefined ? derive(data) : { ...derive(data, { from: fromOf(data) }), name };
};

export const pop: Method = (_machine, data, call) => {
  const name = textOf(arg(call, 0, 'item'));
  if (name === undefined) return UNKNOWN;
  const column = columnOf(data, name);
  Object.assign(data, dropColumns(data, [name]));
  return column;
};

export const rename: Method = (_machine, data, call) => {
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
export const merge: Method = (_machine, data, call) => {
  const [other] = dataIn(arg(call, 0, 'right', 'other', 'objs'));
  const result = derive(data);
  if (!other) return result;
  for (const [name, column] of other.columns) if (!result.columns.has(name)) result.columns.set(name, column);
  result.marks = addMarks(result.marks, other.marks);
  result.time ??= other.time;
  return result;
};
