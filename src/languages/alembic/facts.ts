import type { QueryFacts, SchemaChange } from '../sql/index.js';

/** One Alembic revision file. */
export interface AlembicRevision {
  readonly revision: string;
  /** One for a plain revision, several for a merge, none for a root. */
  readonly downRevisions: readonly string[];
  /** Revisions of other branches that must come first. */
  readonly dependsOn: readonly string[];
  /** Line of `revision = …`. */
  readonly line: number;
  /** What `upgrade()` does. */
  readonly changes: readonly SchemaChange[];
  /** What its SQL reads and writes. */
  readonly queries: readonly QueryFacts[];
  /** Where `upgrade()` opens an autocommit block, which CONCURRENTLY needs. */
  readonly autocommit: boolean;
}

/** Undefined for a Python file that is no revision. */
export interface AlembicFacts {
  readonly revision: AlembicRevision | undefined;
}
