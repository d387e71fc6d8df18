import type { Problem } from '../../core/facts.js';
import type { Condition, SchemaChange, TableName } from './changes.js';

/** What one SQL text says. Plain data; lines are 1-based in the file. */
export interface SqlFacts {
  readonly statements: readonly SqlStatement[];
}

/** One `.sql` file. What could not be read is judged with its neighbours: a folder rarely serves two databases. */
export interface SqlFileFacts extends SqlFacts {
  /** It is another database's, by its words. */
  readonly foreign?: Dialect;
  readonly problems: readonly Problem[];
}

export type Dialect =
  'mysql' | 'sqlite' | 'mssql' | 'oracle' | 'clickhouse' | 'bigquery' | 'snowflake' | 'redshift' | 'spark' | 'duckdb';

/** Migration tools write the way back into the same file (`-- migrate:down`, `-- +goose Down`). */
export type Direction = 'up' | 'down';

export interface SqlStatement {
  readonly line: number;
  readonly endLine: number;
  readonly direction: Direction;
  /** The parser's name of the statement: `CreateStmt`, `UpdateStmt`. */
  readonly kind: string;
  readonly changes: readonly SchemaChange[];
  readonly queries: readonly QueryFacts[];
  /** Substitutions were made (`{{ }}`, `:var`): names and values in it may not be real. */
  readonly templated?: boolean;
}

/** What every row that a part of a query reads satisfies. */
export interface RowCondition {
  /** The SELECT, or the outer join, that it belongs to; see `Predicate.scope`. */
  readonly scope: number;
  /** Names of the tables in FROM that its columns are qualified with. */
  readonly aliases: readonly string[];
  readonly condition: Condition;
}

export interface QueryFacts {
  readonly kind: 'select' | 'insert' | 'update' | 'delete' | 'truncate' | 'merge';
  readonly line: number;
  readonly endLine: number;
  /** The table written to. */
  readonly target?: TableName;
  /** Tables named in FROM, JOIN and subqueries, without names of CTEs. */
  readonly tables: readonly TableName[];
  readonly predicates: readonly Predicate[];
  /** Absent where a query is built in Python and its other conditions are not known. */
  readonly conditions?: readonly RowCondition[];
  /** It is a part of a query: what else the rows must satisfy stands elsewhere. */
  readonly part?: true;
  readonly distances: readonly DistanceOrder[];
  /** Every JSON path of two steps or more, wherever it stands. */
  readonly paths: readonly JsonPath[];
  /** `SET` of UPDATE, or of ON CONFLICT DO UPDATE. */
  readonly assignments: readonly { readonly column: string; readonly value: string }[];
  readonly conflict?: {
    readonly action: 'update' | 'nothing';
    readonly columns: readonly string[];
    readonly constraint?: string;
    /** `session.merge(row)`. */
    readonly onPrimaryKey?: boolean;
  };
  /** A row that Python holds and changes: `row.payload = …`. */
  readonly loadedRow?: boolean;
  readonly insertColumns?: readonly string[];
  readonly limited?: boolean;
  /** Text of a function or a DO block that holds it. */
  readonly within?: 'function' | 'do' | 'view' | 'rule';
}

export interface JsonPath {
  readonly column: string;
  readonly steps: readonly string[];
  readonly line: number;
}

/** `ORDER BY embedding <=> $1`. */
export interface DistanceOrder {
  readonly operator: string;
  readonly column: ColumnName;
  readonly scope?: number;
  readonly line: number;
}

export interface ColumnName {
  /** Resolved through aliases; undefined when the query does not say (several tables, a subquery). */
  readonly table?: TableName;
  readonly name: string;
  /** What the query calls the table here. */
  readonly alias?: string;
}

/** One comparison in WHERE, JOIN … ON or HAVING: what an index could serve. */
export interface Predicate {
  readonly clause: 'where' | 'join';
  /** Conditions of the same number hold together (`QueryFacts.conditions`). */
  readonly scope?: number;
  /** ANDed with everything else in its clause: alone it can narrow the rows down. */
  readonly conjunct: boolean;
  /** `=`, `<`, `@>`, `?`, `LIKE`, `IN`, `BETWEEN`, `IS NULL`, `IS NOT NULL`, `call:name`, `true`. */
  readonly operator: string;
  readonly left: Operand;
  readonly right?: Operand;
  readonly line: number;
}

export interface Operand {
  /** Canonical, see `print.ts`. */
  readonly expression: string;
  /** Set when the operand is a bare column. */
  readonly column?: ColumnName;
  /** The JSON access inside, through casts and function calls. */
  readonly json?: JsonAccess;
  /** No column in it. */
  readonly constant: boolean;
}

export interface JsonAccess {
  /** The outermost operator: `->>` and `#>>` yield text, `->`, `#>` and `[]` json. */
  readonly operator: '->' | '->>' | '#>' | '#>>' | '[]';
  readonly column: ColumnName;
  readonly steps: readonly string[];
}
