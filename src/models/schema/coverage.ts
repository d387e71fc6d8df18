import type { IndexKey, QueryFacts } from '../../languages/sql/index.js';
import { tableKey } from '../../languages/sql/index.js';
import { hasWord } from './fold-table.js';
import { implied } from './implication.js';
import type { Proof } from './implication.js';
import type { Schema } from './index.js';
import type { Column, Doubt, Index, Table } from './state.js';

/** Index keys of one method that concern a column: the column itself, or an expression over it. */
export function keysOn(index: Index, column: string): readonly IndexKey[] {
  return index.keys.filter(
    (key) => key.column === column || (key.expression !== undefined && hasWord(key.expression, column)),
  );
}

/**
 * Whether canonical SQL gives a JSON document: the column, or a part of it. Text taken out of it (`->>`) and text search
 * (`to_tsvector(…)`) are other values, and what indexes them serves nothing else.
 */
export const givesDocument = (expression: string): boolean =>
  /^\w+$/.test(expression) ||
  / (->|#>) ('(?:[^']|'')*'|-?\d+|\$)\)$/.test(expression) ||
  /\)::jsonb?$/.test(expression) ||
  expression.startsWith('{"A_Indirection"') ||
  /^jsonb_(?!to_tsvector\(|extract_path_text\()\w+\(/.test(expression) ||
  /^COALESCE\(.* (->|#>) ('(?:[^']|'')*'|-?\d+)\), .*\)$/.test(expression);

const isDocumentKey = ({ column, expression, opclass }: IndexKey, of: string): boolean =>
  (opclass === undefined || opclass.startsWith('jsonb_')) &&
  (column === of || (expression !== undefined && hasWord(expression, of) && givesDocument(expression)));

const searchesDocument = (index: Index, column: string): boolean =>
  index.method === 'gin' && index.keys.some((key) => isDocumentKey(key, column));

/** Any GIN index over a column, full-text ones too. */
export const isGinOver = (index: Index, column: string): boolean =>
  index.method === 'gin' && keysOn(index, column).length > 0;

/**
 * GIN indexes that concern a column, on the table by any of its definitions in the repository, on the parent of a
 * partition, or on every partition. A GIN index on another column of the table proves nothing, nor does a full-text one on this column.
 */
export function ginIndexes(
  schema: Schema,
  table: Table,
  column: string,
  concerns: (index: Index, column: string) => boolean = searchesDocument,
): readonly Index[] {
  const own = indexesAround(schema, table).filter((index) => concerns(index, column));
  if (own.length > 0) return own;
  const partitions = partitionsOf(schema, table);
  const each = partitions.map((partition) => partition.indexes.filter((index) => concerns(index, column)));
  return partitions.length > 0 && each.every((found) => found.length > 0) ? each.flat() : [];
}

/** A table's indexes, those of its twins elsewhere in the repository, and those of the table it is a partition of. */
export function indexesAround(schema: Schema, table: Table): readonly Index[] {
  const parent = table.partitionOf;
  return [
    ...new Set([
      ...table.indexes,
      ...schema.indexesOn(table.name),
      ...(parent === undefined ? [] : schema.indexesOn(parent)),
    ]),
  ];
}

/**
 * Whether an index holds every row that a query's filter may find. A partial index does when the query's own conditions
 * imply its predicate: those of the same SELECT, on the same table of it.
 */
export function holdsRows(
  index: Index,
  query: QueryFacts,
  at: { readonly scope?: number | undefined; readonly alias?: string | undefined },
): Proof {
  if (index.where === undefined) return 'proven';
  if (index.condition === undefined || query.conditions === undefined) return 'open';
  const known = query.conditions.filter(
    ({ scope, aliases }) =>
      scope === (at.scope ?? scope) && aliases.every((alias) => at.alias === undefined || alias === at.alias),
  );
  const proof = implied(
    known.map(({ condition }) => condition),
    index.condition,
  );
  return proof === 'not' && query.part === true ? 'open' : proof;
}

function partitionsOf(schema: Schema, table: Table): readonly Table[] {
  const key = tableKey(table.name);
  return schema.tables.filter((other) => other.partitionOf !== undefined && tableKey(other.partitionOf) === key);
}

/** What a check asks of a table, by the words that SQL must hold to change the answer. */
export const SPEAKS_OF = {
  jsonb: /\bjsonb\b/i,
  gin: /\bgin\b/i,
  index: /\bindex\b/i,
  time: /\b(timestamp|timestamptz|datetime|date)\b/i,
  vectorIndex: /\b(hnsw|ivfflat|diskann|vchordrq)\b/i,
} as const;

/**
 * Why nothing may be claimed about what a table lacks; undefined when its state is known. What could not be evaluated
 * and names no table is suspected only when its file speaks of the thing asked for.
 */
export async function doubtAbout(
  schema: Schema,
  table: Table,
  about: RegExp,
  text: (path: string) => Promise<string | undefined>,
): Promise<Doubt | undefined> {
  const twins = schema.named(table.name);
  const own = twins.flatMap(({ doubts }) => doubts)[0];
  if (own !== undefined) return own;
  const general = [...new Set([table, ...twins])].flatMap((twin) => schema.databaseOf(twin)?.doubts ?? []);
  for (const doubt of general) if (doubt.makes !== true && (await speaksOf(doubt, about, text))) return doubt;
  return undefined;
}

/** Whether what could not be evaluated may have changed a column's type after it got the one that is known. */
export async function doubtAboutType(
  schema: Schema,
  table: Table,
  column: Column,
  about: RegExp,
  text: (path: string) => Promise<string | undefined>,
): Promise<Doubt | undefined> {
  const all = [...table.doubts, ...(schema.databaseOf(table)?.doubts ?? [])];
  const { order, line } = column.typeOrigin;
  const later = all.filter(
    ({ makes, origin }) => makes !== true && (origin.order > order || (origin.order === order && origin.line > line)),
  );
  for (const doubt of later) if (await speaksOf(doubt, about, text)) return doubt;
  return undefined;
}

async function speaksOf(
  doubt: Doubt,
  about: RegExp,
  text: (path: string) => Promise<string | undefined>,
): Promise<boolean> {
  for (const path of new Set([doubt.origin.path, doubt.routine?.path ?? doubt.origin.path]))
    if (about.test((await text(path)) ?? '')) return true;
  return false;
}

/** `feature_values: unknown from V3 (db/V3__x.sql:12): SQL that is put together when it runs`. */
export const unknownFrom = (label: string, { origin, reason }: Doubt): string =>
  `${label}: unknown from ${origin.revision === undefined ? '' : `revision ${origin.revision}, `}${origin.path}:${String(origin.line)} (${reason})`;
