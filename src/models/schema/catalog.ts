import { tableKey } from '../../languages/sql/index.js';
import type { TableName } from '../../languages/sql/index.js';
import { retarget } from './fold-table.js';
import type { Draft } from './fold-table.js';

/** Partitions of partitions, and tables that inherit, are followed this deep. */
const MAX_DEPTH = 8;

/** The tables of a database while it is being folded, and what names mean in it. */
export class Catalog {
  private readonly byKey = new Map<string, Draft>();
  private searchPath: string | undefined;

  get tables(): readonly Draft[] {
    return [...this.byKey.values()];
  }

  setSearchPath(schemas: readonly string[]): void {
    this.searchPath = schemas.find((schema) => schema !== '$user' && schema !== '"$user"' && schema !== '');
  }

  has(table: TableName): boolean {
    return this.byKey.has(tableKey(this.full(table)));
  }

  add(table: Draft): void {
    this.byKey.set(tableKey(table.name), table);
  }

  full(table: TableName): TableName {
    const schema = table.schema ?? this.searchPath ?? 'public';
    return schema === 'public' ? { name: table.name } : { schema, name: table.name };
  }

  find(table: TableName): Draft | undefined {
    const exact = this.byKey.get(tableKey(this.full(table)));
    if (exact !== undefined || table.schema !== undefined) return exact;
    return this.byKey.get(tableKey({ name: table.name })) ?? this.onlyNamed(table.name);
  }

  /** Without a schema it may live in one that the connection puts on its search path. */
  private onlyNamed(name: string): Draft | undefined {
    const named = this.tables.filter((table) => table.name.name === name);
    return named.length === 1 ? named[0] : undefined;
  }

  partitionsOf(table: Draft): Draft[] {
    const key = tableKey(table.name);
    return this.tables.filter((other) => other.partitionOf !== undefined && tableKey(other.partitionOf) === key);
  }

  /** A partition has its parent's columns. */
  everywhere(table: Draft, act: (each: Draft) => void, depth = 0): void {
    act(table);
    const key = tableKey(table.name);
    const heirs = this.tables.filter((other) => other.inherits.some((parent) => tableKey(this.full(parent)) === key));
    if (depth < MAX_DEPTH)
      for (const child of [...this.partitionsOf(table), ...heirs]) this.everywhere(child, act, depth + 1);
  }

  tableOfIndex(name: TableName): Draft | undefined {
    return this.tables.find((table) => {
      const inSchema = name.schema === undefined || (table.name.schema ?? 'public') === name.schema;
      return inSchema && table.indexes.some((index) => index.name === name.name);
    });
  }

  /** With its partitions, and the foreign keys that lead to it. */
  drop(table: Draft): void {
    this.byKey.delete(tableKey(table.name));
    for (const partition of this.partitionsOf(table)) this.byKey.delete(tableKey(partition.name));
    for (const other of this.tables) {
      other.constraints = other.constraints.filter(
        (c) => c.references === undefined || tableKey(this.full(c.references.table)) !== tableKey(table.name),
      );
    }
  }

  dropSchema(schema: string): void {
    for (const [key, table] of this.byKey) if ((table.name.schema ?? 'public') === schema) this.byKey.delete(key);
  }

  move(from: TableName, to: TableName): void {
    const table = this.find(from);
    if (table === undefined) return;
    const old = tableKey(table.name);
    for (const partition of this.partitionsOf(table)) partition.partitionOf = to;
    this.byKey.delete(old);
    table.name = to.schema === 'public' ? { name: to.name } : to;
    table.indexes = table.indexes.map((index) => ({ ...index, table: table.name }));
    this.add(table);
    for (const other of this.tables) other.constraints = other.constraints.map((c) => retarget(c, old, table.name));
  }
}
