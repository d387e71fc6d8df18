import { tableKey } from '../../languages/sql/index.js';
import type {
  Condition,
  ConstraintDefinition,
  IndexDefinition,
  SchemaChange,
  TableName,
} from '../../languages/sql/index.js';
import { chooseIndexName } from './names.js';
import type { Column, Constraint, Doubt, Index, Origin, Table } from './state.js';

/** A table while it is being folded. */
export type Draft = { -readonly [K in keyof Table]: Table[K] } & {
  columns: Map<string, Column>;
  constraints: Constraint[];
  indexes: Index[];
  doubts: Doubt[];
};

type Change<K extends SchemaChange['kind']> = Extract<SchemaChange, { kind: K }>;

export const withoutName = (constraint: Constraint): Constraint => {
  const { name: _, ...rest } = constraint;
  return rest;
};

export const retarget = (constraint: Constraint, old: string, to: TableName): Constraint =>
  constraint.references !== undefined && tableKey(constraint.references.table) === old
    ? { ...constraint, references: { ...constraint.references, table: to } }
    : constraint;

export const sameIndex = (a: IndexDefinition, b: IndexDefinition): boolean =>
  a.method === b.method &&
  a.unique === b.unique &&
  a.where === b.where &&
  JSON.stringify(a.keys) === JSON.stringify(b.keys);

/** An index copied onto another table gets a name of its own. */
export function renamed(index: Index, table: TableName, keep = false): Index {
  if (keep) return index;
  const suffix = index.constraint !== undefined ? (index.name?.endsWith('_pkey') === true ? 'pkey' : 'key') : 'idx';
  return { ...index, name: chooseIndexName(table.name, index.keys, new Set(), suffix) };
}

export function constraintName(table: Draft, constraint: ConstraintDefinition): string {
  if (constraint.usingIndex !== undefined) return constraint.usingIndex;
  const suffix = { primary: 'pkey', unique: 'key', foreign: 'fkey', check: 'check', exclude: 'excl' }[constraint.kind];
  const keys =
    constraint.kind === 'primary' || constraint.kind === 'check'
      ? []
      : constraint.columns.map((column) => ({ column }));
  return chooseIndexName(
    table.name.name,
    keys,
    new Set(table.constraints.flatMap((other) => other.name ?? [])),
    suffix,
  );
}

export function dropColumn(table: Draft, name: string): void {
  table.columns.delete(name);
  table.indexes = table.indexes.filter((index) => !mentions(index, name));
  table.constraints = table.constraints.filter((constraint) => !constraint.columns.includes(name));
}

const mentions = (index: Index, column: string): boolean =>
  index.keys.some(
    (key) => key.column === column || (key.expression !== undefined && hasWord(key.expression, column)),
  ) ||
  (index.include ?? []).includes(column) ||
  (index.where !== undefined && hasWord(index.where, column));

/** Whether canonical SQL uses a name outside its literals. */
export const hasWord = (expression: string, word: string): boolean =>
  expression
    .replace(/'(?:[^']|'')*'/g, "''")
    .split(/[^\w$\u0080-\uffff]+/)
    .includes(word);

export function renameColumn(table: Draft, from: string, to: string): void {
  const column = table.columns.get(from);
  if (column === undefined) return;
  const replace = (name: string): string => (name === from ? to : name);
  table.columns = new Map(
    [...table.columns].map(([name, value]) => (name === from ? [to, { ...value, name: to }] : [name, value])),
  );
  table.constraints = table.constraints.map((constraint) => ({
    ...constraint,
    columns: constraint.columns.map(replace),
  }));
  table.indexes = table.indexes.map((index) => ({
    ...index,
    keys: index.keys.map((key) => ({
      ...key,
      ...(key.column === undefined ? {} : { column: replace(key.column) }),
      ...(key.expression === undefined ? {} : { expression: replaceWord(key.expression, from, to) }),
    })),
    ...(index.where === undefined ? {} : { where: replaceWord(index.where, from, to) }),
    ...(index.condition === undefined
      ? {}
      : { condition: withTexts(index.condition, (text) => replaceWord(text, from, to)) }),
  }));
}

/** Every text of a condition, changed. */
export function withTexts(condition: Condition, change: (text: string) => string): Condition {
  if (condition.kind !== 'leaf') return { ...condition, parts: condition.parts.map((part) => withTexts(part, change)) };
  const { test, null: nulls } = condition;
  return {
    ...condition,
    text: change(condition.text),
    strict: condition.strict.map(change),
    ...(test === undefined ? {} : { test: { ...test, operand: change(test.operand) } }),
    ...(nulls === undefined ? {} : { null: { ...nulls, operand: change(nulls.operand) } }),
  };
}

/** Renames a column in canonical SQL; literals stay. */
export const replaceWord = (expression: string, from: string, to: string): string =>
  expression
    .split(/('(?:[^']|'')*')/)
    .map((part, i) =>
      i % 2 === 1
        ? part
        : part
            .split(/([\w$\u0080-\uffff]+)/)
            .map((word) => (word === from ? to : word))
            .join(''),
    )
    .join('');

export function alterType(table: Draft, change: Change<'alter-type'>, origin: Origin): void {
  const column = table.columns.get(change.column);
  if (column === undefined) return;
  const { typeUnknown: _, projectType: __, ...rest } = column;
  const next = {
    ...rest,
    type: change.type,
    typeOrigin: origin,
    ...(change.typeUnknown === true ? { typeUnknown: true } : {}),
  };
  table.columns.set(change.column, next);
}

export function patchColumn(table: Draft, name: string, patch: Partial<Column>): void {
  const column = table.columns.get(name);
  if (column !== undefined) table.columns.set(name, { ...column, ...patch });
}

export function setDefault(table: Draft, name: string, value: string | undefined): void {
  const column = table.columns.get(name);
  if (column === undefined) return;
  const { default: _, ...rest } = column;
  table.columns.set(name, value === undefined ? rest : { ...rest, default: value });
}

export function renameConstraint(table: Draft, from: string, to: string): void {
  table.constraints = table.constraints.map((constraint) =>
    constraint.name === from ? { ...constraint, name: to } : constraint,
  );
  table.indexes = table.indexes.map((index) =>
    index.constraint === from ? { ...index, name: to, constraint: to } : index,
  );
}
