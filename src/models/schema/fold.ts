import type {
  ConstraintDefinition,
  IndexDefinition,
  QueryShape,
  SchemaChange,
  TableName,
} from '../../languages/sql/index.js';
import { Catalog } from './catalog.js';
import { addIndex, Indexes, inheritIndexes } from './fold-index.js';
import {
  alterType,
  constraintName,
  dropColumn,
  patchColumn,
  renameColumn,
  renameConstraint,
  renamed,
  setDefault,
  withoutName,
} from './fold-table.js';
import type { Draft } from './fold-table.js';
import { queryColumns } from './query-columns.js';
import { isOfExtension, Routines } from './routines.js';
import { TYPE_OF_QUERY } from './state.js';
import type { Column, Doubt, Index, Origin, Table } from './state.js';

type Change<K extends SchemaChange['kind']> = Extract<SchemaChange, { kind: K }>;

/** Routines that call routines. */
const MAX_CALLS = 8;

/** A table named in an argument: `'feature_values'`, `'public.feature_values'`. */
const nameIn = (text: string): TableName => {
  const [first = '', second] = text.replaceAll('"', '').split('.');
  return second === undefined ? { name: first } : { schema: first, name: second };
};

/**
 * Applies one history's changes, in order, to an empty database. Tolerant: a change to something unknown is dropped,
 * because a half-known history is the normal case (the rest may live in another repository).
 */
export class SchemaFold {
  private readonly catalog = new Catalog();
  private readonly indexes = new Indexes(this.catalog);
  private readonly routines = new Routines();
  readonly extensions = new Set<string>();
  /** Domains, by name, with the type behind them. */
  readonly domains = new Map<string, string>();
  readonly doubts: Doubt[] = [];

  get tables(): readonly Table[] {
    return this.catalog.tables.filter((table) => !table.temporary);
  }

  /** Indexes on tables that this history does not make. */
  get orphans(): readonly Index[] {
    return this.indexes.orphans;
  }

  /** `SET search_path` lasts as long as the session, and a migration is one. */
  beginMigration(): void {
    this.catalog.setSearchPath([]);
  }

  apply(change: SchemaChange, at: Origin, depth = 0): void {
    const origin = { ...at, line: change.line, endLine: change.endLine ?? change.line };
    switch (change.kind) {
      case 'create-table':
        return this.createTable(change, origin);
      case 'drop-table':
        return this.dropTable(change);
      case 'rename-table':
        return this.catalog.move(change.table, { ...this.catalog.full(change.table), name: change.to });
      case 'move-table':
        return this.catalog.move(change.table, { name: change.table.name, schema: change.schema });
      case 'create-index':
        return this.indexes.create(change, origin);
      case 'drop-index':
        return this.indexes.drop(change.name, change.table);
      case 'rename-index':
        return this.indexes.rename(change.name, change.to);
      case 'create-extension':
        this.extensions.add(change.name);
        return;
      case 'drop-schema':
        return this.catalog.dropSchema(change.name);
      case 'create-type':
        if (change.base !== undefined) this.domains.set(change.name.name, change.base);
        return;
      case 'rename-type':
        return this.renameType(change.name.name, change.to);
      case 'search-path':
        return this.catalog.setSearchPath(change.schemas);
      case 'create-routine':
        return this.routines.define(change, origin);
      case 'drop-routine':
        return this.routines.drop(change.name);
      case 'call-routine':
        return this.call(change, origin, depth);
      case 'unknown':
        return this.unknown(change, origin);
      case 'create-schema':
      case 'drop-type':
        return;
      default:
        return this.alter(change, origin);
    }
  }

  // ── Tables ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  private createTable(change: Change<'create-table'>, origin: Origin): void {
    const name = this.catalog.full(change.table);
    if (this.catalog.has(name) && (change.ifNotExists || change.conditional === true)) return;
    const parent = change.partitionOf === undefined ? undefined : this.catalog.find(change.partitionOf);
    const table: Draft = {
      name,
      columns: new Map(),
      constraints: [],
      indexes: [],
      origin,
      doubts: [],
      inherits: change.inherits ?? [],
      temporary: change.temporary === true,
      ...(change.materialized === true ? { materialized: true } : {}),
      ...(change.partitionOf === undefined ? {} : { partitionOf: parent?.name ?? change.partitionOf }),
      ...(change.partitionBy === undefined ? {} : { partitionBy: change.partitionBy }),
    };
    this.catalog.add(table);
    this.inheritColumns(change, table, origin);
    for (const column of change.columns) this.addColumn(table, column, origin);
    for (const constraint of change.constraints) this.addConstraint(table, constraint, origin);
    for (const index of change.indexes ?? []) addIndex(table, index, origin);
    if (parent !== undefined) inheritIndexes(parent, table);
  }

  private inheritColumns(change: Change<'create-table'>, table: Draft, origin: Origin): void {
    const sources = [change.partitionOf, ...(change.inherits ?? [])].flatMap((name) => name ?? []);
    for (const name of sources) this.copyColumns(this.catalog.find(name), table, origin);
    for (const like of change.like ?? []) {
      const source = this.catalog.find(like.table);
      this.copyColumns(source, table, origin);
      if (like.indexes && source !== undefined) this.copyIndexes(source, table);
    }
    if (change.asQuery !== undefined) this.queryColumns(change.asQuery.shape, table, origin);
  }

  /** CREATE TABLE AS copies names and types; not NOT NULL, defaults or keys. */
  private queryColumns(shape: QueryShape | undefined, table: Draft, origin: Origin): void {
    const columns = shape === undefined ? undefined : queryColumns(shape, (name) => this.catalog.find(name));
    if (columns === undefined) table.doubts.push({ reason: 'its columns come from a query', origin });
    for (const { name, type } of columns ?? []) {
      const { line, endLine } = origin;
      const unknown = type === undefined ? { typeUnknown: true } : {};
      const column = { name, type: type ?? TYPE_OF_QUERY, ...unknown, nullable: true, line, endLine };
      table.columns.set(name, { ...column, origin, typeOrigin: origin });
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

  private dropTable(change: Change<'drop-table'>): void {
    const table = this.catalog.find(change.table);
    if (table !== undefined && change.conditional !== true) this.catalog.drop(table);
  }

  private renameType(from: string, to: string): void {
    const base = this.domains.get(from);
    if (base !== undefined) this.domains.set(to, base);
    for (const table of this.catalog.tables) {
      for (const column of table.columns.values()) {
        const type = column.type.replace(/^(?:\w+\.)?([^[\]]+)/, (whole, name: string) => (name === from ? to : whole));
        if (type !== column.type) table.columns.set(column.name, { ...column, type });
      }
    }
  }

  // ── Columns and constraints ────────────────────────────────────────────────────────────────────────────────────────

  private alter(change: Extract<SchemaChange, { readonly table: TableName }>, origin: Origin): void {
    const table = this.catalog.find(change.table);
    if (table === undefined) return;
    switch (change.kind) {
      case 'add-column':
        if (table.columns.has(change.column.name) && (change.ifNotExists || change.conditional === true)) return;
        return this.catalog.everywhere(table, (each) => this.addColumn(each, change.column, origin));
      case 'drop-column':
        return this.catalog.everywhere(table, (each) => dropColumn(each, change.column));
      case 'rename-column':
        return this.catalog.everywhere(table, (each) => renameColumn(each, change.column, change.to));
      case 'alter-type':
        return this.catalog.everywhere(table, (each) => alterType(each, change, origin));
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
    this.catalog.everywhere(table, (each) =>
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
    const child = this.catalog.find(partition);
    if (child === undefined) return;
    child.partitionOf = table.name;
    inheritIndexes(table, child);
  }

  private detach(partition: TableName): void {
    const child = this.catalog.find(partition);
    if (child !== undefined) delete (child as { partitionOf?: TableName }).partitionOf;
  }

  // ── What is known in part ──────────────────────────────────────────────────────────────────────────────────────────

  private call(change: Change<'call-routine'>, origin: Origin, depth: number): void {
    const routine = this.routines.find(change.name);
    if (routine === undefined) {
      if (change.procedure && !isOfExtension(change.name))
        this.doubts.push({ reason: `a procedure that is not made here (\`${change.name.name}\`)`, origin });
      return;
    }
    if (depth > MAX_CALLS) return;
    const { order, revision } = origin;
    const inside = { ...routine.origin, order, ...(revision === undefined ? {} : { revision }) };
    const named = change.texts.flatMap((text) => this.catalog.find(nameIn(text)) ?? []);
    for (const inner of routine.changes) {
      const known = change.conditional === true ? { ...inner, conditional: true } : inner;
      if (known.kind !== 'unknown' || known.table !== undefined) this.apply(known, inside, depth + 1);
      else if (known.makes === true || named.length === 0) this.unknown(known, origin, routine.origin);
      else for (const table of named) table.doubts.push({ reason: known.reason, origin, routine: routine.origin });
    }
  }

  private unknown(change: Change<'unknown'>, origin: Origin, routine?: Origin): void {
    const doubt: Doubt = {
      reason: change.reason,
      origin,
      ...(routine === undefined ? {} : { routine }),
      ...(change.makes === true ? { makes: true } : {}),
    };
    if (change.table === undefined) this.doubts.push(doubt);
    else this.catalog.find(change.table)?.doubts.push(doubt);
  }
}
