import { baseType } from '../../languages/sql/index.js';
import type { TableName } from '../../languages/sql/index.js';
import type { Database } from './index.js';

/** Names a probe by what it asks, so that a check finds the answer again. */
export const containmentProbe = (table: TableName, column: string): string => `@> ${key(table)}.${column}`;
export const filterProbe = (table: TableName, expression: string): string => `= ${key(table)} ${expression}`;
export const distanceProbe = (table: TableName, column: string, operator: string): string =>
  `${operator} ${key(table)}.${column}`;

const key = (table: TableName): string => `${table.schema ?? 'public'}.${table.name}`;

/** For every JSONB column a containment, for every vector column each distance. */
export function probesFor(database: Database): { readonly id: string; readonly sql: string }[] {
  return database.tables.flatMap((table) =>
    [...table.columns.values()].flatMap((column) => {
      const from = `SELECT 1 FROM ${quoted(table.name)}`;
      if (column.type === 'jsonb') {
        return [
          {
            id: containmentProbe(table.name, column.name),
            sql: `${from} WHERE ${name(column.name)} @> '{"probe": 1}'`,
          },
        ];
      }
      const dimensions = /^(vector|halfvec)\((\d+)\)$/.exec(column.type);
      if (dimensions === null) return [];
      const zero = `array_fill(0::real, ARRAY[${dimensions[2] ?? '1'}])::${baseType(column.type)}`;
      return ['<->', '<=>', '<#>'].map((operator) => ({
        id: distanceProbe(table.name, column.name, operator),
        sql: `${from} ORDER BY ${name(column.name)} ${operator} ${zero} LIMIT 1`,
      }));
    }),
  );
}

/** A canonical expression compared with something of its type. */
export function filterSql(table: TableName, expression: string): string {
  const cast = /::([a-z ]+)$/.exec(expression)?.[1] ?? 'text';
  const value = /timestamp|date/.test(cast)
    ? '2020-01-01'
    : cast === 'uuid'
      ? '00000000-0000-0000-0000-000000000000'
      : cast === 'boolean'
        ? 'true'
        : '1';
  return `SELECT 1 FROM ${quoted(table)} WHERE ${expression} = '${value}'`;
}

const name = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;
const quoted = (table: TableName): string => `${name(table.schema ?? 'public')}.${name(table.name)}`;
