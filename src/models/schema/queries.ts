import { defineModel } from '../../core/workspace.js';
import { HOLE } from '../../languages/sql/index.js';
import type { ColumnName, Operand, Predicate, QueryFacts, TableName } from '../../languages/sql/index.js';
import type { EmbeddedQuery } from '../../languages/sqlalchemy/index.js';
import { withBorrowed } from './borrowed.js';
import { pythonFiles } from './declared.js';
import { replaceWord, withTexts } from './fold-table.js';
import { schemaModel } from './index.js';
import type { Migration, Schema } from './index.js';
import type { Column, Table } from './state.js';

/** A query of the repository, and where it stands. */
export interface LocatedQuery {
  readonly path: string;
  readonly query: QueryFacts;
  /** Runs once, with a migration; text of functions and views in a migration stays in use and is not meant. */
  readonly oneOff: boolean;
  /** The migration it stands in. */
  readonly migration?: Migration;
  /** Qualified name of the Python function it stands in. */
  readonly function?: string;
  /** How it is written, in Python. */
  readonly form?: EmbeddedQuery['form'];
}

/** Every query: of migrations, of other SQL files, and in Python. */
export const queriesModel = defineModel('queries', async (workspace): Promise<readonly LocatedQuery[]> => {
  const schema = await workspace.model(schemaModel);
  const migrated = schema.databases.flatMap((database) =>
    database.migrations.flatMap((migration) =>
      migration.queries.map((query) => ({
        path: migration.path,
        query,
        oneOff:
          (query.within === undefined || query.within === 'do') &&
          (database.tool !== 'plain' || migration.changes.some(({ kind }) => kind !== 'call-routine')),
        migration,
      })),
    ),
  );
  const files = await workspace.model(pythonFiles);
  const filled = files.map(async (file) => ({
    path: file.path,
    queries: await withBorrowed(workspace, file, file.facts.queries),
  }));
  const embedded = (await Promise.all(filled)).flatMap((file) =>
    file.queries.map((query) => ({
      path: file.path,
      query: byColumn(schema, query),
      oneOff: false,
      function: query.function,
      form: query.form,
    })),
  );
  return [...migrated, ...embedded];
});

/** Attributes of mapped classes as the columns they stand for: `metadata_` is the column `metadata`. */
function byColumn(schema: Schema, query: EmbeddedQuery): EmbeddedQuery {
  if (query.form !== 'builder') return query;
  const column = (name: ColumnName): ColumnName => {
    const to = name.table === undefined ? undefined : schema.columnOfAttribute(name.table, name.name);
    return to === undefined ? name : { ...name, name: to };
  };
  const operand = (each: Operand): Operand => {
    const name = each.column ?? each.json?.column;
    if (name === undefined || column(name) === name) return each;
    return {
      ...each,
      expression: replaceWord(each.expression, name.name, column(name).name),
      ...(each.column === undefined ? {} : { column: column(each.column) }),
      ...(each.json === undefined ? {} : { json: { ...each.json, column: column(each.json.column) } }),
    };
  };
  const predicates = query.predicates.map((predicate) => ({
    ...predicate,
    left: operand(predicate.left),
    ...(predicate.right === undefined ? {} : { right: operand(predicate.right) }),
  }));
  const distances = query.distances.map((distance) => ({ ...distance, column: column(distance.column) }));
  const assignments = query.assignments.map((each) =>
    query.target === undefined ? each : { ...each, column: column({ table: query.target, name: each.column }).name },
  );
  const attributes = query.tables.flatMap((owner) => [...schema.attributesOf(owner)]);
  const rename = (text: string): string =>
    attributes.reduce((done, [attribute, to]) => replaceWord(done, attribute, to), text);
  const conditions =
    attributes.length === 0
      ? query.conditions
      : query.conditions?.map((each) => ({ ...each, condition: withTexts(each.condition, rename) }));
  return { ...query, predicates, distances, assignments, ...(conditions === undefined ? {} : { conditions }) };
}

/** What a column in a query may be. `unknown`: no file of the repository makes such a table. */
export type Meaning =
  | { readonly kind: 'known'; readonly columns: readonly { readonly table: Table; readonly column: Column }[] }
  | { readonly kind: 'unknown' };

/**
 * The columns a name may mean: of the table the query names; where it names none or several, of those that have such a
 * column; in a fragment without a table, of any table that has one of these types.
 */
export function meaningOf(schema: Schema, query: QueryFacts, name: ColumnName, types: readonly string[]): Meaning {
  const isFragment =
    name.table?.name.startsWith(HOLE) === true || (name.table === undefined && query.tables.length === 0);
  const named: readonly TableName[] =
    name.table !== undefined && !isFragment
      ? [name.table]
      : query.tables.filter((table) => !table.name.startsWith(HOLE));
  const tables = isFragment && named.length === 0 ? schema.tables : named.flatMap((table) => schema.meant(table));
  const columns = tables.flatMap((table) => {
    const column = table.columns.get(name.name);
    return column === undefined ? [] : [{ table, column }];
  });
  const typed = isFragment ? columns.filter(({ column }) => types.includes(column.type)) : columns;
  return typed.length === 0 ? { kind: 'unknown' } : { kind: 'known', columns: typed };
}

/** ANDed equalities of a query on plain columns of a table: what narrows its rows down. */
export function equalities(query: QueryFacts, table: TableName | undefined): readonly Predicate[] {
  const same = (column: ColumnName): boolean =>
    column.table === undefined || table === undefined || column.table.name === table.name;
  return query.predicates.filter(
    ({ conjunct, operator, left, right }) =>
      conjunct &&
      (operator === '=' || operator === 'IN') &&
      [left, right].some(
        (operand) => operand?.column !== undefined && operand.json === undefined && same(operand.column),
      ),
  );
}
