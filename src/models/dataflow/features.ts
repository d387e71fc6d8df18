import { step } from './machine.js';
import type { Machine } from './machine.js';
import { visibleColumns } from './frames.js';
import { isTargetName } from './names.js';
import { FUTURE, fromOf } from './values.js';
import type { Data, Mark, Place } from './values.js';

const ahead = (marks: readonly Mark[]): readonly Mark[] => marks.filter(({ kind }) => FUTURE.includes(kind));

/**
 * A table becomes a model's input: nothing in it may come from later rows, nor from the target of the same row.
 *
 * @param target what the model is to say; may look ahead
 * @param use who takes it in: "LogisticRegression.fit"
 */
export function useAsFeatures(machine: Machine, data: Data, target: Data | undefined, at: Place, use: string): void {
  const columns = visibleColumns(data).filter(([name]) => name !== target?.name);
  for (const [name, column] of columns) reportAhead(machine, ahead(column.marks), data, name, at, use);
  const own = data.name !== undefined && data.name === target?.name;
  if (!own) reportAhead(machine, ahead(data.marks), data, data.name, at, use);
  if (target) reportTarget(machine, target, columns, at, use);
}

function reportAhead(
  machine: Machine,
  marks: readonly Mark[],
  data: Data,
  column: string | undefined,
  at: Place,
  use: string,
): void {
  for (const mark of marks) {
    // A shift says by itself that rows stand in time; filling and smoothing say so only with more evidence.
    if (mark.kind !== 'later' && mark.kind !== 'asof' && !data.time) continue;
    const mild = mark.kind === 'leading' ? ('note' as const) : undefined;
    const what = column === undefined ? 'the features carry' : `the feature "${column}" carries`;
    machine.emit({
      rule: 'future-feature',
      at: mark,
      message: `${mark.label}, and ${what} it into ${use}`,
      trace: [step(mark, mark.label), step(at, use)],
      ...(mild ? { mild } : {}),
    });
  }
}

/** A table is kept as features: for whom, the code does not say, so columns that are named as targets pass. */
export function keepAsFeatures(machine: Machine, data: Data, at: Place, use: string): void {
  for (const [name, column] of visibleColumns(data)) {
    if (!isTargetName(name)) reportAhead(machine, ahead(column.marks), data, name, at, use);
  }
}

/** A feature computed from the very value that is to be predicted. */
function reportTarget(
  machine: Machine,
  target: Data,
  columns: readonly [string, Data][],
  at: Place,
  use: string,
): void {
  const sources = [...fromOf(target)].filter(([, relation]) => relation === 'row').map(([name]) => name);
  const future = [...fromOf(target).values()].includes('future');
  if (target.name === undefined || future || sources.length === 0) return;
  for (const [name, column] of columns) {
    const made = column.made;
    if (!made || column.from.get(target.name) !== 'row' || isTargetName(name)) continue;
    machine.emit({
      rule: 'target-derived',
      at: made,
      message: `the feature "${name}" is computed from "${target.name}" of the same row, which ${use} is to predict`,
      trace: [step(made, `${name} from ${target.name}`), step(at, use)],
    });
  }
}

/** Something was learnt from all rows, and the rows are parted only now. */
export function reportFitted(machine: Machine, data: Data, at: Place, use: string): void {
  if (data.part) return;
  const all = [...data.marks, ...visibleColumns(data).flatMap(([, column]) => column.marks)];
  for (const mark of new Set(all)) reportMark(machine, mark, at, use);
}

/** The same seen from the model: its training rows went through something that had seen the test rows. */
export function reportFittedInTraining(machine: Machine, data: Data, at: Place, use: string): void {
  if (!data.part) return;
  const all = [...data.marks, ...visibleColumns(data).flatMap(([, column]) => column.marks)];
  for (const mark of new Set(all)) reportMark(machine, mark, at, use);
}

function reportMark(machine: Machine, mark: Mark, at: Place, use: string): void {
  if (mark.kind !== 'fitted' && mark.kind !== 'resampled') return;
  machine.emit({
    rule: mark.kind === 'fitted' ? 'fit-before-split' : 'resample-before-split',
    at: mark,
    message: `${mark.label}, and ${use} sets rows aside only afterwards`,
    trace: [step(mark, mark.label), step(at, use)],
  });
}
