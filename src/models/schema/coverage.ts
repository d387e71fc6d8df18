import type { IndexKey, TableName } from '../../languages/sql/index.js';
import { tableKey } from '../../languages/sql/index.js';
import { hasWord } from './fold-table.js';
import type { Schema } from './index.js';
import type { Doubt, Index, Table } from './state.js';

/** Index keys of one method that concern a column: the column itself, or an expression over it. */
export function keysOn(index: Index, column: string): readonly IndexKey[] {
  return index.keys.filter(
    (key) => key.column === column || (key.expression !== undefined && hasWord(key.expression, column)),
  );
}

/**
 * GIN indexes that concern a column, on the table by any of its definitions in the repository, on the parent of a
 * partition, or on every partition. A GIN index on another column of the table proves nothing.
 */
export function ginIndexes(schema: Schema, table: Table, column: string): readonly Index[] {
  const own = indexesAround(schema, table).filter(
    (index) => index.method === 'gin' && keysOn(index, column).length > 0,
  );
  if (own.length > 0) return own;
  const partitions = partitionsOf(schema, table);
  const each = partitions.map((partition) =>
    partition.indexes.filter((index) => index.method === 'gin' && keysOn(index, column).length > 0),
  );
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

function partitionsOf(schema: Schema, table: Table): readonly Table[] {
  const key = tableKey(table.name);
  return schema.tables.filter((other) => other.partitionOf !== undefined && tableKey(other.partitionOf) === key);
}

/** Why nothing may be claimed about what a table lacks; undefined when its state is known. */
export function doubtAbout(schema: Schema, name: TableName): Doubt | undefined {
  return schema.named(name).flatMap((table) => table.doubts)[0];
}
