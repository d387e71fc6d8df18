import { tableKey } from '../../src/languages/sql/index.js';
import type { IndexDefinition } from '../../src/languages/sql/index.js';
import type { Database } from '../../src/models/schema/index.js';

export interface TableState {
  readonly columns: Map<string, { readonly type: string; readonly nullable: boolean }>;
  /** By name; the definition in one spelling. */
  readonly indexes: Map<string, string>;
}

export type State = Map<string, TableState>;

/** What the fold says that it does not know. */
export interface Unknown {
  /** Tables to which something happened that was not evaluated. */
  readonly tables: ReadonlySet<string>;
  /** Tables were made whose names are not known. */
  readonly more: boolean;
}

export function unknownOf(database: Database): Unknown {
  const tables = database.tables.filter(({ doubts }) => doubts.length > 0).map(({ name }) => tableKey(name));
  return { tables: new Set(tables), more: database.doubts.some(({ makes }) => makes === true) };
}

export function stateOf(database: Database): State {
  const state: State = new Map();
  for (const table of database.tables) {
    const columns = new Map(
      [...table.columns.values()].map(
        ({ name, type, typeUnknown, nullable }) =>
          [name, { type: typeUnknown === true ? '?' : type, nullable }] as const,
      ),
    );
    const indexes = new Map(table.indexes.map((index) => [index.name ?? '?', indexState(index)] as const));
    state.set(tableKey(table.name), { columns, indexes });
  }
  return state;
}

/** Operator classes that are the default of their type, which the catalog leaves out. */
const DEFAULT_CLASS =
  /^(jsonb_ops|text_ops|int[248]_ops|uuid_ops|timestamptz_ops|timestamp_ops|bool_ops|array_ops|tsvector_ops|numeric_ops|date_ops|varchar_ops|float[48]_ops)$/;

/** The server writes implicit casts to text out (`lower((email)::text)`); SQL in migrations does not. */
const withoutTextCasts = (expression: string): string => {
  let before: string;
  let after = expression;
  do {
    before = after;
    after = before.replace(
      /\(((?:[^()]|\([^()]*\))*)\)::(?:text|character varying(?:\[\])?|text\[\]|regconfig)/g,
      '$1',
    );
  } while (after !== before);
  return after.replaceAll(/\(([\w$]+)\)/g, '$1');
};

export function indexState(index: IndexDefinition): string {
  const keys = index.keys.map((key) => {
    const opclass = key.opclass === undefined || DEFAULT_CLASS.test(key.opclass) ? '' : ` ${key.opclass}`;
    return (key.column ?? withoutTextCasts(key.expression ?? '?')) + opclass;
  });
  const where = index.where === undefined ? '' : ' where …';
  return `${index.unique ? 'unique ' : ''}${index.method} (${keys.join(', ')})${where}`;
}

export interface Comparison {
  readonly counts: string;
  /** Differences on what the fold says that it does not know. */
  readonly said: number;
  readonly differences: readonly string[];
}

/** Every table, column, type, nullability and index that the two do not agree on. */
export function compareStates(
  folded: State,
  real: State,
  unknown: Unknown = { tables: new Set(), more: false },
): Comparison {
  const differences: string[] = [];
  let said = 0;
  let columns = 0;
  let indexes = 0;
  for (const name of new Set([...folded.keys(), ...real.keys()])) {
    const [mine, theirs] = [folded.get(name), real.get(name)];
    if (mine === undefined && unknown.more) {
      said++;
      continue;
    }
    if (mine === undefined || theirs === undefined) {
      differences.push(`table ${name}: ${mine === undefined ? 'only in the catalog' : 'only folded'}`);
      continue;
    }
    columns += theirs.columns.size;
    indexes += theirs.indexes.size;
    said += [...mine.columns.values()].filter(({ type }) => type === '?').length;
    const found = [...compareColumns(name, mine, theirs), ...compareIndexes(name, mine, theirs)];
    if (unknown.tables.has(name)) said += found.length;
    else differences.push(...found);
  }
  return {
    counts: `${String(real.size)} tables, ${String(columns)} columns, ${String(indexes)} indexes`,
    said,
    differences,
  };
}

function compareColumns(table: string, mine: TableState, theirs: TableState): string[] {
  return [...new Set([...mine.columns.keys(), ...theirs.columns.keys()])].flatMap((name) => {
    const [a, b] = [mine.columns.get(name), theirs.columns.get(name)];
    if (a === undefined || b === undefined)
      return [`column ${table}.${name}: ${a === undefined ? 'only in the catalog' : 'only folded'}`];
    const types = sameType(a.type, b.type) ? [] : [`column ${table}.${name}: folded ${a.type}, catalog ${b.type}`];
    return a.nullable === b.nullable
      ? types
      : [...types, `column ${table}.${name}: folded ${a.nullable ? 'NULL' : 'NOT NULL'}, catalog the opposite`];
  });
}

/** The catalog quotes and qualifies names of types (`"Role"`, `public.role`). */
const sameType = (a: string, b: string): boolean => a === '?' || plain(a) === plain(b);
const plain = (type: string): string =>
  type
    .replaceAll('"', '')
    .replace(/^(?:\w+)\.(?=\w)/, '')
    .replace('character varying', 'varchar');

function compareIndexes(table: string, mine: TableState, theirs: TableState): string[] {
  return [...new Set([...mine.indexes.keys(), ...theirs.indexes.keys()])].flatMap((name) => {
    const [a, b] = [mine.indexes.get(name), theirs.indexes.get(name)];
    if (a === b) return [];
    return [`index ${table} ${name}: folded ${a ?? 'nothing'}, catalog ${b ?? 'nothing'}`];
  });
}
