import type { PlanView } from './views.js';

/** Text of a field, and where it stands. */
export interface Value {
  readonly text: string;
  readonly line: number;
}

/** A phase, an epic, or a task (stories are tasks). */
export interface PlanItem {
  readonly kind: 'phase' | 'epic' | 'task';
  /** `2.1`, `LOG-01-A`; upper case. Empty when it has none. */
  readonly id: string;
  readonly title: string;
  readonly line: number;
  readonly view: PlanView | undefined;
  /** Indexes into the plan's items. */
  readonly phase: number | undefined;
  readonly epic: number | undefined;
  readonly jobs: readonly string[];
  readonly role: Value | undefined;
  readonly gate: Value | undefined;
  readonly dependencies: readonly { readonly id: string; readonly line: number }[];
}

export type MutableItem = { -readonly [K in keyof PlanItem]: PlanItem[K] } & {
  dependencies: { id: string; line: number }[];
  jobs: string[];
};

export const emptyItem = (kind: PlanItem['kind'], id: string, title: string, line: number): MutableItem => ({
  kind,
  id: id.toUpperCase(),
  title,
  line,
  view: undefined,
  phase: undefined,
  epic: undefined,
  jobs: [],
  role: undefined,
  gate: undefined,
  dependencies: [],
});

const ID = /\b(?:[A-Z]{2,6}(?:-[A-Z]{2,5})*-\d+(?:-[A-Z0-9]+)*|\d+(?:\.\d+)+[a-z]?|T-?\d+)\b/g;

/** Ids of tasks that a field names. `Task 3` counts, `3 days` does not. */
export function idsIn(text: string): string[] {
  const named = [...text.matchAll(/\b(?:tasks?|story|stories)\s+(\d+)\b(?!\.\d)/gi)].map((match) => match[1] ?? '');
  const found = [...text.matchAll(ID)].map((match) => match[0].toUpperCase()).filter((id) => !id.startsWith('JTBD-'));
  const phases = [...text.matchAll(/\bphase\s+(\d+|[IVX]+)\b/gi)].map((match) =>
    `PHASE ${match[1] ?? ''}`.toUpperCase(),
  );
  return [...new Set([...found, ...named, ...phases])];
}
