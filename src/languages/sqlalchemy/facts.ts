import type {
  ColumnDefinition,
  ConstraintDefinition,
  IndexDefinition,
  QueryFacts,
  SchemaChange,
  TableName,
} from '../sql/index.js';
import type { ColumnTypeText } from './types.js';

/** A class that may be a mapped table, a mixin, an abstract base, or a column type of the project's own. */
export interface DeclaredClass {
  readonly name: string;
  /** Through the file's imports; relative imports keep their dots. */
  readonly bases: readonly string[];
  readonly line: number;
  readonly endLine: number;
  readonly tablename?: string;
  /** `__tablename__` is computed: by a mixin's `declared_attr`, from the class name. */
  readonly computedTablename?: 'lower' | 'snake' | 'unknown';
  readonly schema?: string;
  readonly abstract: boolean;
  /** `class Model(SQLModel, table=True)`. */
  readonly sqlmodelTable: boolean;
  readonly columns: readonly DeclaredColumn[];
  readonly constraints: readonly ConstraintDefinition[];
  readonly indexes: readonly IndexDefinition[];
  readonly relationships: readonly Relationship[];
  /** Its `type_annotation_map`: what `Mapped[key]` is in every class that inherits from it. */
  readonly annotationTypes?: ReadonlyMap<string, ColumnTypeText>;
  /** What a `TypeDecorator` is in PostgreSQL. */
  readonly columnType?: ColumnTypeText;
  /** `__table_args__` or a column could not be evaluated: it may hold more. */
  readonly incomplete: boolean;
}

export interface DeclaredColumn {
  /** The attribute's name; the column's may differ. */
  readonly attribute: string;
  readonly definition: ColumnDefinition;
  /** Its type is what a `type_annotation_map` says of this annotation, if it says anything. */
  readonly annotation?: string;
  readonly constraints: readonly ConstraintDefinition[];
  readonly indexed: boolean;
  readonly unique: boolean;
  readonly primary: boolean;
}

export interface Relationship {
  readonly attribute: string;
  /** Name of the class it leads to. */
  readonly target: string;
  readonly cascade: string;
  readonly line: number;
}

/** `Table("name", metadata, Column(…), …)`. */
export interface DeclaredTable {
  /** The variable it is assigned to. */
  readonly variable?: string;
  readonly name: TableName;
  readonly columns: readonly DeclaredColumn[];
  readonly constraints: readonly ConstraintDefinition[];
  readonly indexes: readonly IndexDefinition[];
  readonly incomplete: boolean;
  readonly line: number;
  readonly endLine: number;
}

/** SQL and its equivalents in query builders, as they stand in a Python file. */
export interface EmbeddedQuery extends QueryFacts {
  /** Qualified name of the function it stands in; empty at module level. */
  readonly function: string;
  /** `text`: SQL in a string. `fragment`: a condition in a string. `builder`: SQLAlchemy's expression language. */
  readonly form: 'text' | 'fragment' | 'builder';
}

/** Everything about databases in one Python file. A table `class:Name` is the one that the class `Name` is mapped to. */
export interface PythonDatabase {
  readonly classes: readonly DeclaredClass[];
  readonly tables: readonly DeclaredTable[];
  /** Indexes at module level: `Index("ix", Model.column)`; their table is `class:Model` or the table's variable. */
  readonly indexes: readonly IndexDefinition[];
  readonly queries: readonly EmbeddedQuery[];
  /** DDL in strings, in source order; not of Alembic revisions, which are read in full elsewhere. */
  readonly changes: readonly SchemaChange[];
  /** Databases whose drivers it imports; `any` for what talks to several. */
  readonly drivers: readonly string[];
  /** What it imports, dotted; relative imports keep their dots. */
  readonly imports: readonly string[];
  /** Imported values in its SQL: `__hole_i3` stands for the fourth. */
  readonly borrowed: readonly string[];
}

export const CLASS_PREFIX = 'class:';
