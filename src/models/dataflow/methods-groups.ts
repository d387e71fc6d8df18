import { isCalendar, timed } from './frames.js';
import { arg } from './machine.js';
import type { Invocation, Machine } from './machine.js';
import type { Method } from './method.js';
import { filled } from './methods-time.js';
import { isTimeName } from './names.js';
import { addMarks, dataIn, derive, fromOf, isData, textOf, textsOf } from './values.js';
import type { Data, Mark, Value } from './values.js';

/** Methods of a group that give a row for each row. */
export const GROUP_TRANSFORMS = new Set([
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
export const SCALARS = new Set(['mean', 'median', 'std', 'var', 'quantile', 'min', 'max', 'mode']);

/** `axis=1`: each row by itself. */
export function byRow(call: Invocation): boolean {
  const axis = call.keywords.get('axis');
  return axis?.kind === 'const' && (axis.value === 1 || axis.value === 'columns');
}

/** A number computed from all rows, before any were set aside. */
export function statistic(machine: Machine, data: Data, name: string, call: Invocation): readonly Mark[] {
  // `mean(level=0)` is one number a group, as of `groupby(level=0)`.
  if (data.part || data.extent !== 'table' || byRow(call) || call.keywords.has('level') || isCalendar(data)) return [];
  return [machine.mark('fitted', `${name}() over all rows`, call.place)];
}

export const resample: Method = (machine, data, call, name) => {
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

export const reindex: Method = (machine, data, call) => {
  const filled = /^(ffill|pad)$/.test(textOf(arg(call, undefined, 'method')) ?? '');
  return filled ? spread(machine, data, call, 'reindex(method=…)') : derive(data, { from: data.from });
};

export function resampled(machine: Machine, data: Data, name: string, call: Invocation): Value {
  if (name === 'bfill' || name === 'backfill')
    return filled(machine, derive(data), `${name}() fills a gap with a later value`, call);
  const { mark } = data.pending ?? {};
  const aggregates = mark && !/^(ffill|pad|asfreq|interpolate|first|open)$/.test(name);
  return derive(data, { from: fromOf(data), ...(aggregates ? { marks: addMarks(data.marks, [mark]) } : {}) });
}

export const groupby: Method = (_machine, data, call) => {
  const by = arg(call, 0, 'by', 'level', 'key');
  const keys = textsOf(by) ?? dataIn(by).flatMap((part) => (part.dates.size > 0 || part.time ? ['\u0000time'] : []));
  return derive(data, { from: fromOf(data), pending: { kind: 'groupby', keys } });
};

/** An aggregate by entity has one row an entity and no time; one by date has one row a date. */
export function grouped(machine: Machine, data: Data, name: string, call: Invocation): Value {
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
export function applied(machine: Machine, data: Data, call: Invocation, name: string): Value {
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
