import type { IndexDefinition, SchemaChange, TableName } from '../../languages/sql/index.js';
import type { Catalog } from './catalog.js';
import { renameConstraint, renamed, sameIndex } from './fold-table.js';
import type { Draft } from './fold-table.js';
import { chooseIndexName } from './names.js';
import type { Index, Origin } from './state.js';

/** Indexes of the tables in a catalog, and of tables that the history does not make. */
export class Indexes {
  readonly orphans: Index[] = [];

  constructor(private readonly catalog: Catalog) {}

  create(change: Extract<SchemaChange, { kind: 'create-index' }>, origin: Origin): void {
    const table = this.catalog.find(change.index.table);
    if (table === undefined) {
      this.orphans.push({ ...change.index, table: this.catalog.full(change.index.table), origin });
      return;
    }
    const { name } = change.index;
    const tolerated = change.ifNotExists || change.conditional === true;
    if (tolerated && name !== undefined && this.catalog.tableOfIndex({ name }) !== undefined) return;
    addIndex(table, change.index, origin);
    const own = table.indexes.at(-1);
    if (own === undefined) return;
    // ON ONLY leaves the partitions to indexes that are built one by one.
    if (change.only === true) return;
    for (const partition of this.catalog.partitionsOf(table)) inheritIndexes({ ...table, indexes: [own] }, partition);
  }

  drop(name: TableName, on: TableName | undefined): void {
    const orphan = this.orphans.findIndex((index) => index.name === name.name);
    if (orphan >= 0) this.orphans.splice(orphan, 1);
    const table = this.catalog.tableOfIndex(name) ?? (on === undefined ? undefined : this.catalog.find(on));
    if (table === undefined) return;
    const dropped = table.indexes.find((index) => index.name === name.name);
    table.indexes = table.indexes.filter((index) => index !== dropped);
    if (dropped === undefined) return;
    for (const partition of this.catalog.partitionsOf(table))
      partition.indexes = partition.indexes.filter((index) => !sameIndex(index, dropped));
  }

  rename(name: TableName, to: string): void {
    const table = this.catalog.tableOfIndex(name);
    if (table !== undefined) {
      table.indexes = table.indexes.map((index) => (index.name === name.name ? { ...index, name: to } : index));
      return;
    }
    // ALTER INDEX also renames the index of a constraint, and ALTER TABLE may rename an index.
    for (const other of this.catalog.tables) renameConstraint(other, name.name, to);
  }
}

export function addIndex(table: Draft, index: IndexDefinition, origin: Origin): void {
  const name =
    index.name ??
    chooseIndexName(table.name.name, index.keys, new Set(table.indexes.flatMap((other) => other.name ?? [])));
  table.indexes.push({
    ...index,
    name,
    table: table.name,
    origin: { ...origin, line: index.line, endLine: index.endLine },
  });
}

/** A partition has the indexes of its parent, under names of its own. */
export function inheritIndexes(parent: Draft, partition: Draft): void {
  for (const index of parent.indexes) {
    if (!partition.indexes.some((own) => sameIndex(own, index)))
      partition.indexes.push({ ...renamed(index, partition.name), table: partition.name, inherited: true });
  }
}
