import { tableKey } from '../../languages/sql/index.js';
import type { SchemaChange, TableName } from '../../languages/sql/index.js';
import type { Origin } from './state.js';

type Change<K extends SchemaChange['kind']> = Extract<SchemaChange, { kind: K }>;

export interface Routine {
  readonly changes: readonly SchemaChange[];
  readonly origin: Origin;
}

/** Procedures of extensions that leave columns and indexes as they are: TimescaleDB's and pg_partman's jobs. */
const OF_EXTENSIONS =
  /^(refresh_continuous_aggregate|run_job|(add|remove)_columnstore_policy|convert_to_(columnstore|rowstore)|recompress_chunk|merge_chunks|split_chunk|cagg_migrate|run_maintenance_proc|partition_data_proc|reapply_constraints_proc)$/;

/** The functions and procedures of a history: what they would do to the schema happens when a migration calls them. */
export class Routines {
  private readonly byKey = new Map<string, Routine>();

  /** Overloads share a name, and which one a call means is not known: all of them are meant. */
  define({ name, changes }: Change<'create-routine'>, origin: Origin): void {
    const key = tableKey(name);
    this.byKey.set(key, { changes, origin });
  }

  drop(name: TableName): void {
    this.byKey.delete(tableKey(name));
  }

  /** @returns undefined for a routine that the history does not make */
  find(name: TableName): Routine | undefined {
    if (name.schema !== undefined) return this.byKey.get(tableKey(name));
    const named = [...this.byKey].filter(([key]) => key.endsWith(`.${name.name}`));
    return this.byKey.get(tableKey(name)) ?? (named.length === 1 ? named[0]?.[1] : undefined);
  }
}

export const isOfExtension = (name: TableName): boolean => OF_EXTENSIONS.test(name.name);
