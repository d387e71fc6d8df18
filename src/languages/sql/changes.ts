/**
 * What a migration does to the schema, whoever wrote it: the SQL extractor and the Alembic extractor speak this one
 * language, and `src/models/schema` folds it. Plain data. Lines are 1-based, in the file the change was read from.
 */
export interface TableName {
  readonly schema?: string;
  readonly name: string;
}

/** A column type of the project's own, as the Python file that uses it names it: another file says what it is. */
export interface ProjectType {
  /** Through the file's imports; relative imports keep their dots. */
  readonly dotted: string;
  /** What it is if it only lends a library's name (`db.JSON`). */
  readonly byName?: string;
}

export interface ColumnDefinition {
  readonly name: string;
  /** As PostgreSQL prints it: `jsonb`, `character varying(20)`, `timestamp with time zone`, `text[]`. */
  readonly type: string;
  /** The type could not be evaluated; `type` is what was written. */
  readonly typeUnknown?: boolean;
  readonly projectType?: ProjectType;
  readonly nullable: boolean;
  /** Canonical expression. */
  readonly default?: string;
  readonly generated?: boolean;
  readonly line: number;
  readonly endLine: number;
}

export interface ConstraintDefinition {
  readonly kind: 'primary' | 'unique' | 'foreign' | 'check' | 'exclude';
  readonly name?: string;
  readonly columns: readonly string[];
  readonly references?: { readonly table: TableName; readonly columns: readonly string[]; readonly onDelete?: string };
  readonly expression?: string;
  /** `UNIQUE USING INDEX name`. */
  readonly usingIndex?: string;
  readonly method?: string;
  readonly line: number;
}

export interface IndexKey {
  readonly column?: string;
  /** Canonical (see `print.ts`), so that two spellings of one expression are equal. */
  readonly expression?: string;
  readonly opclass?: string;
}

/** A condition taken apart (`condition.ts`). Texts are canonical, without qualifiers. */
export type Condition = { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] } | ConditionLeaf;

export interface ConditionLeaf {
  readonly kind: 'leaf';
  readonly text: string;
  /** Expressions that are not null wherever it is true. */
  readonly strict: readonly string[];
  /** A comparison of `operand` with literals; without `values` it is compared with what is known when it runs. */
  readonly test?: { readonly operand: string; readonly operator: string; readonly values?: readonly string[] };
  readonly null?: { readonly operand: string; readonly is: boolean };
  /** Put together when it runs: it may say anything. */
  readonly open?: true;
}

export interface IndexDefinition {
  readonly name?: string;
  readonly table: TableName;
  /** `btree`, `gin`, `gist`, `brin`, `hash`, `hnsw`, `ivfflat`, … */
  readonly method: string;
  readonly unique: boolean;
  readonly keys: readonly IndexKey[];
  readonly include?: readonly string[];
  /** Canonical predicate. */
  readonly where?: string;
  /** The predicate taken apart; absent where `where` could not be read (`?`). */
  readonly condition?: Condition;
  readonly concurrently: boolean;
  readonly line: number;
  readonly endLine: number;
}

/** What a query gives, column by column (`shape.ts`). Its tables are looked up where they are known. */
export interface QueryShape {
  readonly columns: readonly ShapeColumn[];
  readonly sources: readonly ShapeSource[];
}

export type ShapeColumn =
  { readonly star: true; readonly of?: string } | { readonly name: string; readonly type: ShapeType };

/** A table in FROM, or a query in its place; null when that gives what is not known. */
export type ShapeSource =
  { readonly alias: string; readonly table: TableName } | { readonly alias: string; readonly shape: QueryShape | null };

/** Where a value's type comes from. */
export type ShapeType =
  | { readonly kind: 'known'; readonly type: string }
  | { readonly kind: 'column'; readonly name: string; readonly of?: string }
  /** A literal in quotes or NULL. */
  | { readonly kind: 'literal' | 'unknown' }
  | { readonly kind: 'same'; readonly of: readonly ShapeType[] }
  /** An operator or a function whose type depends on its arguments'. */
  | { readonly kind: 'call'; readonly name: string; readonly of: readonly ShapeType[] }
  /** Read with another FROM: the second part of a UNION. */
  | { readonly kind: 'within'; readonly sources: readonly ShapeSource[]; readonly type: ShapeType };

interface At {
  readonly line: number;
  readonly endLine?: number;
  /** Inside IF … THEN, EXCEPTION or a Python condition: may or may not have happened; does not fail when it cannot. */
  readonly conditional?: boolean;
}

export type SchemaChange = At &
  (
    | {
        readonly kind: 'create-table';
        readonly table: TableName;
        readonly columns: readonly ColumnDefinition[];
        readonly constraints: readonly ConstraintDefinition[];
        readonly indexes?: readonly IndexDefinition[];
        readonly ifNotExists: boolean;
        readonly temporary?: boolean;
        /** A materialized view: kept beside the tables, because indexes stand on it. */
        readonly materialized?: boolean;
        readonly like?: readonly {
          readonly table: TableName;
          readonly indexes: boolean;
          readonly constraints: boolean;
        }[];
        readonly inherits?: readonly TableName[];
        readonly partitionOf?: TableName;
        readonly partitionBy?: { readonly strategy: string; readonly keys: readonly string[] };
        /** `CREATE TABLE AS`: the columns come from a query; without a shape not even their names are known. */
        readonly asQuery?: { readonly shape?: QueryShape };
      }
    | { readonly kind: 'drop-table'; readonly table: TableName; readonly cascade?: boolean }
    | { readonly kind: 'rename-table'; readonly table: TableName; readonly to: string }
    | { readonly kind: 'move-table'; readonly table: TableName; readonly schema: string }
    | {
        readonly kind: 'add-column';
        readonly table: TableName;
        readonly column: ColumnDefinition;
        readonly ifNotExists: boolean;
      }
    | { readonly kind: 'drop-column'; readonly table: TableName; readonly column: string }
    | { readonly kind: 'rename-column'; readonly table: TableName; readonly column: string; readonly to: string }
    | {
        readonly kind: 'alter-type';
        readonly table: TableName;
        readonly column: string;
        readonly type: string;
        readonly typeUnknown?: boolean;
        readonly projectType?: ProjectType;
      }
    | { readonly kind: 'set-nullable'; readonly table: TableName; readonly column: string; readonly nullable: boolean }
    | { readonly kind: 'set-default'; readonly table: TableName; readonly column: string; readonly default?: string }
    | { readonly kind: 'add-constraint'; readonly table: TableName; readonly constraint: ConstraintDefinition }
    | { readonly kind: 'drop-constraint'; readonly table: TableName; readonly name: string }
    | { readonly kind: 'rename-constraint'; readonly table: TableName; readonly name: string; readonly to: string }
    | {
        readonly kind: 'attach-partition' | 'detach-partition';
        readonly table: TableName;
        readonly partition: TableName;
      }
    | { readonly kind: 'set-inherit'; readonly table: TableName; readonly parent: TableName; readonly inherit: boolean }
    | {
        readonly kind: 'create-index';
        readonly index: IndexDefinition;
        readonly ifNotExists: boolean;
        readonly only?: true;
      }
    | { readonly kind: 'drop-index'; readonly name: TableName; readonly table?: TableName }
    | { readonly kind: 'rename-index'; readonly name: TableName; readonly to: string }
    | { readonly kind: 'create-extension'; readonly name: string }
    | { readonly kind: 'create-schema' | 'drop-schema'; readonly name: string }
    | { readonly kind: 'create-type' | 'drop-type'; readonly name: TableName; readonly base?: string }
    | { readonly kind: 'rename-type'; readonly name: TableName; readonly to: string }
    | { readonly kind: 'search-path'; readonly schemas: readonly string[] }
    /** A function or procedure; its changes happen when it is called. */
    | { readonly kind: 'create-routine'; readonly name: TableName; readonly changes: readonly SchemaChange[] }
    | { readonly kind: 'drop-routine'; readonly name: TableName }
    | {
        readonly kind: 'call-routine';
        readonly name: TableName;
        /** `CALL`: it exists for what it does. */
        readonly procedure: boolean;
        /** Its arguments that are strings: they may name tables. */
        readonly texts: readonly string[];
      }
    | { readonly kind: 'distribute'; readonly table: TableName; readonly column: string | undefined }
    /** Something happened that could not be evaluated. Without a table it may concern any. */
    | {
        readonly kind: 'unknown';
        readonly table?: TableName;
        readonly reason: string;
        /** It makes tables whose names are not known here, and leaves those that are as they are. */
        readonly makes?: true;
      }
  );

/** Where the statement stands that a change is read from. */
export interface DdlContext {
  /** Line of a location (UTF-8 byte in the statement); the statement's own first line when there is none. */
  readonly lineOf: (location: number | undefined) => number;
  readonly line: number;
  readonly endLine: number;
}

export type ChangeKind = SchemaChange['kind'];

export const tableKey = (table: TableName): string => `${table.schema ?? 'public'}.${table.name}`;
export const tableLabel = (table: TableName): string =>
  table.schema === undefined || table.schema === 'public' ? table.name : `${table.schema}.${table.name}`;
