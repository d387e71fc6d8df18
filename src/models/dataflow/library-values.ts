import type { Known } from './known.js';
import { UNKNOWN, constant, isData, list, numberOf } from './values.js';

export const range: Known = (_machine, call) => {
  const bounds = call.args.map(numberOf);
  if (bounds.length === 0 || bounds.some((bound) => bound === undefined)) return list([UNKNOWN], false);
  const [start, stop, step] =
    bounds.length === 1 ? [0, bounds[0] ?? 0, 1] : [bounds[0] ?? 0, bounds[1] ?? 0, bounds[2] ?? 1];
  if (step <= 0 || (stop - start) / step > 60) return list([constant(start)], false);
  return list(
    Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, at) => constant(start + at * step)),
  );
};

export const listOf: Known = (_machine, call) => {
  const [value] = call.args;
  return value?.kind === 'columns' || value?.kind === 'list' || isData(value) ? value : list([], value === undefined);
};

export const zip: Known = (_machine, call) => {
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

export const enumerate: Known = (_machine, call) => {
  const [value] = call.args;
  if (value?.kind !== 'list') return list([list([UNKNOWN, isData(value) ? value : UNKNOWN])], false);
  return list(
    value.elements.map((element, at) => list([constant(at), element])),
    value.complete,
  );
};

export const pipeline: Known = (_machine, call, name) => ({
  kind: 'object',
  type: `sklearn.pipeline.${name === 'make_pipeline' ? 'Pipeline' : name}`,
  args: call.args,
  keywords: call.keywords,
  place: call.place,
  attributes: new Map(),
});
