import type { ColumnDefinition, ConstraintDefinition, IndexDefinition, TableName } from '../../languages/sql/index.js';

/** Where a part of the schema came from: the line a person would change. */
export interface Origin {
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
  /** Alembic's revision id, Flyway's version: what the tool calls this step. */
  readonly revision?: string;
  /** Position of the migration in its history. */
  readonly order: number;
}

export interface Column extends ColumnDefinition {
  /** Where it was added. */
  readonly origin: Origin;
  /** Where it got the type that it has now. */
  readonly typeOrigin: Origin;
}

export interface Index extends IndexDefinition {
  readonly origin: Origin;
  /** A partition has it because its parent has; nobody builds it by itself. */
  readonly inherited?: true;
  /** It stands behind a primary key or a unique constraint of this name. */
  readonly constraint?: string;
}

export interface Constraint extends ConstraintDefinition {
  readonly origin: Origin;
}

/** Something happened to it that could not be evaluated: nothing more may be claimed about what it lacks. */
export interface Doubt {
  readonly reason: string;
  readonly origin: Origin;
  /** The routine that did it, when another place called it. */
  readonly routine?: Origin;
  /** It made tables whose names are not known, and left those that are as they were. */
  readonly makes?: true;
}

export interface Table {
  readonly name: TableName;
  readonly columns: ReadonlyMap<string, Column>;
  readonly constraints: readonly Constraint[];
  readonly indexes: readonly Index[];
  readonly origin: Origin;
  readonly doubts: readonly Doubt[];
  readonly partitionOf?: TableName;
  readonly partitionBy?: { readonly strategy: string; readonly keys: readonly string[] };
  readonly inherits: readonly TableName[];
  readonly temporary: boolean;
  /** A materialized view: a query made it, and indexes may stand on it. */
  readonly materialized?: boolean;
  /** Distribution column given to Citus; undefined within when it could not be read. */
  readonly distributed?: { readonly column: string | undefined };
}

/** Stands for the type of a column that a query gives, when the query does not say which it is. */
export const TYPE_OF_QUERY = 'what a query gives';

/** The columns of a table's primary key, in order. */
export function primaryKey(table: Table): readonly string[] {
  return table.constraints.find((constraint) => constraint.kind === 'primary')?.columns ?? [];
}
