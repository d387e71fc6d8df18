import { tableKey } from '../../languages/sql/index.js';
import type { ConstraintDefinition, IndexDefinition, SchemaChange, TableName } from '../../languages/sql/index.js';
import {
  alterType,
  constraintName,
  dropColumn,
  patchColumn,
  renameColumn,
  renameConstraint,
  renamed,
  retarget,
  sameIndex,
  setDefault,
  withoutName,
} from './fold-table.js';
import type { Draft } from './fold-table.js';
import { chooseIndexName } from './names.js';
import type { Column, Doubt, Index, Origin, Table } from './state.js';

type Change<K extends SchemaChange['kind']> = Extract<SchemaChange, { kind: K }>;

/**
 * Applies one history's changes, in order, to an empty database. Tolerant: a change to something unknown is dropped,
 * because a half-known history is the normal case (the rest may live in another repository).
 */
export class SchemaFold {
  private readonly byKey = new Map<string, Draft>();
  private searchPath: string | undefined;
  readonly extensions = new Set<string>();
  /** Domains, by name, with the type behind them. */
  readonly domains = new Map<string, string>();
  readonly doubts: Doubt[] = [];
  /** Indexes on tables that this history does not make. */
  readonly orphans: Index[] = [];

  get tables(): readonly Table[] {
    return [...this.byKey.values()].filter((table) => !table.temporary);
  }

  /** `SET search_path` lasts as long as the session, and a migration is one. */
  beginMigration(): void {
    this.searchPath = undefined;
  }

  apply(change: SchemaChange, at: Origin): void {
    const origin = { ...at, line: change.line, endLine: change.endLine ?? change.line };
    switch (change.kind) {
      case 'create-table':
        return this.createTable(change, origin);
      case 'drop-table':
        return this.dropTable(change);
      case 'rename-table':
        return this.moveTable(change.table, { ...this.full(change.table), name: change.to });
      case 'move-table':
        return this.moveTable(change.table, { name: change.table.name, schema: change.schema });
      case 'create-index':
        return this.createIndex(change, origin);
      case 'drop-index':
        return this.dropIndex(change.name, change.table);
      case 'rename-index':
        return this.renameIndex(change.name, change.to);
      case 'create-extension':
        this.extensions.add(change.name);
        return;
      case 'drop-schema':
        return this.dropSchema(change.name);
      case 'create-type':
        if (change.base !== undefined) this.domains.set(change.name.name, change.base);
        return;
      case 'rename-type':
        return this.renameType(change.name.name, change.to);
      case 'search-path':
        this.searchPath = change.schemas.find((schema) => schema !== '$user' && schema !== '"$user"' && schema !== '');
        return;
      case 'unknown':
        return this.unknown(change, origin);
      case 'create-schema':
      case 'drop-type':
        return;
      default:
        return this.alter(change, origin);
    }
  }

  // ── Names ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  private full(table: TableName): TableName {
    const schema = table.schema ?? this.searchPath ?? 'public';
    return schema === 'public' ? { name: table.name } : { schema, name: table.name };
  }

  private find(table: TableName): Draft | undefined {
    const exact = this.byKey.get(tableKey(this.full(table)));
    if (exact !== undefined || table.schema !== undefined) return exact;
    return this.byKey.get(tableKey({ name: table.name })) ?? this.onlyNamed(table.name);
  }

  /** Without a schema it may live in one that the connection puts on its search path. */
  private onlyNamed(name: string): Draft | undefined {
    const named = [...this.byKey.values()].filter((table) => table.name.name === name);
    return named.length === 1 ? named[0] : undefined;
  }

  // ── Tables ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  private createTable(change: Change<'create-table'>, origin: Origin): void {
    const name = this.full(change.table);
    const key = tableKey(name);
    if (this.byKey.has(key) && (change.ifNotExists || change.conditional === true)) return;
    const parent = change.partitionOf === undefined ? undefined : this.find(change.partitionOf);
    const table: Draft = {
      name,
      columns: new Map(),
      constraints: [],
      indexes: [],
      origin,
      doubts: [],
      inherits: change.inherits ?? [],
      temporary: change.temporary === true,
      ...(change.partitionOf === undefined ? {} : { partitionOf: parent?.name ?? change.partitionOf }),
      ...(change.partitionBy === undefined ? {} : { partitionBy: change.partitionBy }),
    };
    this.byKey.set(key, table);
    this.inheritColumns(change, table, origin);
    for (const column of change.columns) this.addColumn(table, column, origin);
    for (const constraint of change.constraints) this.addConstraint(table, constraint, origin);
    for (const index of change.indexes ?? []) this.addIndex(table, index, origin);
    if (parent !== undefined) this.inheritIndexes(parent, table);
  }

  private inheritColumns(change: Change<'create-table'>, table: Draft, origin: Origin): void {
    const sources = [change.partitionOf, ...(change.inherits ?? []), change.asQuery?.simple].flatMap(
      (name) => name ?? [],
    );
    for (const name of sources) this.copyColumns(this.find(name), table, origin);
    for (const like of change.like ?? []) {
      const source = this.find(like.table);
      this.copyColumns(source, table, origin);
      if (like.indexes && source !== undefined) this.copyIndexes(source, table);
    }
    if (change.asQuery !== undefined && change.asQuery.simple === undefined) {
      table.doubts.push({ reason: 'its columns come from a query', origin });
    }
  }

  private copyColumns(source: Draft | undefined, table: Draft, origin: Origin): void {
    if (source === undefined) {
      table.doubts.push({ reason: 'it copies a table that is not known here', origin });
      return;
    }
    table.doubts.push(...source.doubts);
    for (const column of source.columns.values()) {
      table.columns.set(column.name, {
        ...column,
        line: origin.line,
        endLine: origin.endLine,
        origin,
        typeOrigin: origin,
      });
    }
  }

  /** `LIKE … INCLUDING INDEXES` copies constraints with an index too. */
  private copyIndexes(source: Draft, table: Draft): void {
    for (const index of source.indexes) table.indexes.push({ ...renamed(index, table.name), table: table.name });
    table.constraints.push(
      ...source.constraints
        .filter((constraint) => constraint.kind === 'primary' || constraint.kind === 'unique')
        .map(withoutName),
    );
  }

  private inheritIndexes(parent: Draft, partition: Draft): void {
    for (const index of parent.indexes) {
      if (!partition.indexes.some((own) => sameIndex(own, index)))
        partition.indexes.push({ ...renamed(index, partition.name), table: partition.name });
    }
  }

  private dropTable(change: Change<'drop-table'>): void {
    const table = this.find(change.table);
    if (table === undefined || change.conditional === true) return;
    this.byKey.delete(tableKey(table.name));
    for (const partition of this.partitionsOf(table)) this.byKey.delete(tableKey(partition.name));
    for (const other of this.byKey.values()) {
      other.constraints = other.constraints.filter(
        (c) => c.references === undefined || tableKey(this.full(c.references.table)) !== tableKey(table.name),
      );
    }
  }

  private partitionsOf(table: Draft): Draft[] {
    const key = tableKey(table.name);
    return [...this.byKey.values()].filter(
      (other) => other.partitionOf !== undefined && tableKey(other.partitionOf) === key,
    );
  }

  private dropSchema(schema: string): void {
    for (const [key, table] of this.byKey) if ((table.name.schema ?? 'public') === schema) this.byKey.delete(key);
  }

  private moveTable(from: TableName, to: TableName): void {
    const table = this.find(from);
    if (table === undefined) return;
    const old = tableKey(table.name);
    for (const partition of this.partitionsOf(table)) partition.partitionOf = to;
    this.byKey.delete(old);
    table.name = to.schema === 'public' ? { name: to.name } : to;
    table.indexes = table.indexes.map((index) => ({ ...index, table: table.name }));
    this.byKey.set(tableKey(table.name), table);
    for (const other of this.byKey.values())
      other.constraints = other.constraints.map((c) => retarget(c, old, table.name));
  }

  private renameType(from: string, to: string): void {
    const base = this.domains.get(from);
    if (base !== undefined) this.domains.set(to, base);
    for (const table of this.byKey.values()) {
      for (const column of table.columns.values()) {
        const type = column.type.replace(/^(?:\w+\.)?([^[\]]+)/, (whole, name: string) => (name === from ? to : whole));
        if (type !== column.type) table.columns.set(column.name, { ...column, type });
      }
    }
  }

  // ── Columns and constraints ────────────────────────────────────────────────────────────────────────────────────────

  private alter(change: Extract<SchemaChange, { readonly table: TableName }>, origin: Origin): void {
    const table = this.find(change.table);
    if (table === undefined) return;
    switch (change.kind) {
      case 'add-column':
        if (table.columns.has(change.column.name) && (change.ifNotExists || change.conditional === true)) return;
        return this.everywhere(table, (each) => this.addColumn(each, change.column, origin));
      case 'drop-column':
        return this.everywhere(table, (each) => dropColumn(each, change.column));
      case 'rename-column':
        return this.everywhere(table, (each) => renameColumn(each, change.column, change.to));
      case 'alter-type':
        return this.everywhere(table, (each) => alterType(each, change, origin));
      case 'set-nullable':
        return patchColumn(table, change.column, { nullable: change.nullable });
      case 'set-default':
        return setDefault(table, change.column, change.default);
      case 'add-constraint':
        return this.addConstraint(table, change.constraint, origin);
      case 'drop-constraint':
        return this.dropConstraint(table, change.name);
      case 'rename-constraint':
        return renameConstraint(table, change.name, change.to);
      case 'attach-partition':
        return this.attach(table, change.partition);
      case 'detach-partition':
        return this.detach(change.partition);
      case 'set-inherit':
        table.inherits = change.inherit
          ? [...table.inherits, change.parent]
          : table.inherits.filter((parent) => parent.name !== change.parent.name);
        return;
      case 'distribute':
        table.distributed = { column: change.column };
        return;
      default:
        return;
    }
  }

  /** A partition has its parent's columns. */
  private everywhere(table: Draft, act: (each: Draft) => void, depth = 0): void {
    act(table);
    const children = [
      ...this.partitionsOf(table),
      ...[...this.byKey.values()].filter((other) =>
        other.inherits.some((parent) => tableKey(this.full(parent)) === tableKey(table.name)),
      ),
    ];
    if (depth < 8) for (const child of children) this.everywhere(child, act, depth + 1);
  }

  private addColumn(table: Draft, column: Column | Change<'add-column'>['column'], origin: Origin): void {
    const type = this.domains.get(column.type) ?? column.type;
    const place = { ...origin, line: column.line, endLine: column.endLine };
    table.columns.set(column.name, { ...column, type, origin: place, typeOrigin: place });
  }

  private addConstraint(table: Draft, constraint: ConstraintDefinition, origin: Origin): void {
    const place = { ...origin, line: constraint.line, endLine: constraint.line };
    const name = constraint.name ?? constraintName(table, constraint);
    const used = table.indexes.find((index) => index.name === constraint.usingIndex);
    const columns = used === undefined ? constraint.columns : used.keys.flatMap((key) => key.column ?? []);
    if (table.constraints.some((other) => other.name === name)) return;
    table.constraints.push({ ...constraint, columns, name, origin: place });
    if (constraint.kind === 'primary') for (const column of columns) patchColumn(table, column, { nullable: false });
    if (constraint.kind === 'foreign' || constraint.kind === 'check') return;
    if (used !== undefined) {
      table.indexes = table.indexes.map((index) => (index === used ? { ...index, name, constraint: name } : index));
      return;
    }
    const { method } = constraint;
    const definition: IndexDefinition = {
      name,
      table: table.name,
      method: method ?? 'btree',
      unique: constraint.kind !== 'exclude',
      keys: columns.map((column) => ({ column })),
      concurrently: false,
      line: constraint.line,
      endLine: constraint.line,
    };
    this.everywhere(table, (each) =>
      each.indexes.push({
        ...renamed({ ...definition, origin: place, constraint: name }, each.name, each === table),
        table: each.name,
      }),
    );
  }

  private dropConstraint(table: Draft, name: string): void {
    table.constraints = table.constraints.filter((constraint) => constraint.name !== name);
    table.indexes = table.indexes.filter((index) => index.constraint !== name);
  }

  private attach(table: Draft, partition: TableName): void {
    const child = this.find(partition);
    if (child === undefined) return;
    child.partitionOf = table.name;
    this.inheritIndexes(table, child);
  }

  private detach(partition: TableName): void {
    const child = this.find(partition);
    if (child !== undefined) delete (child as { partitionOf?: TableName }).partitionOf;
  }

  // ── Indexes ────────────────────────────────────────────────────────────────────────────────────────────────────────

  private createIndex(change: Change<'create-index'>, origin: Origin): void {
    const table = this.find(change.index.table);
    if (table === undefined) {
      this.orphans.push({ ...change.index, table: this.full(change.index.table), origin });
      return;
    }
    const { name } = change.index;
    const tolerated = change.ifNotExists || change.conditional === true;
    if (tolerated && name !== undefined && this.tableOfIndex({ name }) !== undefined) return;
    this.addIndex(table, change.index, origin);
    const own = table.indexes.at(-1);
    if (own !== undefined)
      for (const partition of this.partitionsOf(table)) this.inheritIndexes({ ...table, indexes: [own] }, partition);
  }

  private addIndex(table: Draft, index: IndexDefinition, origin: Origin): void {
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

  private tableOfIndex(name: TableName): Draft | undefined {
    for (const table of this.byKey.values()) {
      const inSchema = name.schema === undefined || (table.name.schema ?? 'public') === name.schema;
      if (inSchema && table.indexes.some((index) => index.name === name.name)) return table;
    }
    return undefined;
  }

  private dropIndex(name: TableName, on: TableName | undefined): void {
    const orphan = this.orphans.findIndex((index) => index.name === name.name);
    if (orphan >= 0) this.orphans.splice(orphan, 1);
    const table = this.tableOfIndex(name) ?? (on === undefined ? undefined : this.find(on));
    if (table === undefined) return;
    const dropped = table.indexes.find((index) => index.name === name.name);
    table.indexes = table.indexes.filter((index) => index !== dropped);
    if (dropped === undefined) return;
    for (const partition of this.partitionsOf(table))
      partition.indexes = partition.indexes.filter((index) => !sameIndex(index, dropped));
  }

  private renameIndex(name: TableName, to: string): void {
    const table = this.tableOfIndex(name);
    if (table !== undefined) {
      table.indexes = table.indexes.map((index) => (index.name === name.name ? { ...index, name: to } : index));
      return;
    }
    // ALTER INDEX also renames the index of a constraint, and ALTER TABLE may rename an index.
    for (const other of this.byKey.values()) renameConstraint(other, name.name, to);
  }

  private unknown(change: Change<'unknown'>, origin: Origin): void {
    const doubt = { reason: change.reason, origin };
    if (change.table === undefined) this.doubts.push(doubt);
    else this.find(change.table)?.doubts.push(doubt);
  }
}
