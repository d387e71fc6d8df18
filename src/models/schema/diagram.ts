import type { Schema } from './index.js';
import type { Index, Origin, Table } from './state.js';

/** The folded state as plain data: what a diagram, or a person with `jq`, asks of it. */
export interface SchemaPicture {
  readonly tables: readonly {
    readonly name: string;
    readonly from: string;
    readonly columns: readonly {
      readonly name: string;
      readonly type: string;
      readonly nullable: boolean;
      readonly from: string;
    }[];
    readonly primaryKey: readonly string[];
    readonly references: readonly { readonly columns: readonly string[]; readonly table: string }[];
    readonly indexes: readonly {
      readonly name: string;
      readonly method: string;
      readonly keys: readonly string[];
      readonly from: string;
    }[];
    /** Set where something happened to the table that could not be evaluated: what, and from which revision on. */
    readonly doubts: readonly string[];
  }[];
  /** The same where it names no table. */
  readonly doubts: readonly string[];
}

const qualified = ({ schema, name }: Table['name']): string =>
  schema === undefined || schema === 'public' ? name : `${schema}.${name}`;

/** The revision where the tool names one, and the line. */
const from = ({ revision, path, line }: Origin): string =>
  revision === undefined ? `${path}:${line}` : `${revision} (${path}:${line})`;

const keysOf = (index: Index): string[] =>
  index.keys.map(
    (key) => `${key.column ?? key.expression ?? '?'}${key.opclass === undefined ? '' : ` ${key.opclass}`}`,
  );

export function schemaPicture(schema: Schema): SchemaPicture {
  return {
    tables: schema.principal.map((table) => ({
      name: qualified(table.name),
      from: from(table.origin),
      columns: [...table.columns.values()].map((column) => ({
        name: column.name,
        type: column.type,
        nullable: column.nullable,
        from: from(column.typeOrigin),
      })),
      primaryKey: table.constraints.find((constraint) => constraint.kind === 'primary')?.columns ?? [],
      references: table.constraints.flatMap(({ references, columns }) =>
        references === undefined ? [] : [{ columns, table: qualified(references.table) }],
      ),
      indexes: schema.indexesOn(table.name).map((index) => ({
        name: index.name ?? '(unnamed)',
        method: index.method,
        keys: keysOf(index),
        from: from(index.origin),
      })),
      doubts: table.doubts.map(({ reason, origin }) => `${reason}, ${from(origin)}`),
    })),
    doubts: schema.databases.flatMap((database) =>
      database.doubts.map(({ reason, origin }) => `${reason}, ${from(origin)}`),
    ),
  };
}

/** A Mermaid entity-relationship diagram: columns with their keys; JSONB columns say which index serves them and who made it. */
export function schemaMermaid(schema: Schema): string {
  const { tables, doubts } = schemaPicture(schema);
  const known = new Set(tables.map((table) => table.name));
  const lines = ['erDiagram', ...doubts.map((doubt) => `  %% not evaluated: ${label(doubt)}`)];
  for (const table of tables) {
    lines.push(`  ${word(table.name)} {`, ...table.columns.map((column) => `    ${columnLine(table, column)}`), '  }');
    for (const { table: target, columns } of table.references) {
      if (known.has(target))
        lines.push(`  ${word(target)} ||--o{ ${word(table.name)} : "${label(columns.join(', '))}"`);
    }
  }
  return `${lines.join('\n')}\n`;
}

type PicturedTable = SchemaPicture['tables'][number];

function columnLine(table: PicturedTable, column: PicturedTable['columns'][number]): string {
  const isForeign = table.references.some((reference) => reference.columns.includes(column.name));
  const keys = [...(table.primaryKey.includes(column.name) ? ['PK'] : []), ...(isForeign ? ['FK'] : [])].join(', ');
  const serving =
    column.type === 'jsonb'
      ? table.indexes.filter((index) => index.keys.some((key) => mentions(key, column.name)))
      : [];
  const note =
    column.type === 'jsonb' || column.type === 'json'
      ? [
          `since ${column.from}`,
          ...(serving.length === 0
            ? [table.doubts[0] === undefined ? 'no index' : `index unknown: ${table.doubts[0]}`]
            : serving.map((index) => `${index.method} ${index.name}, ${index.from}`)),
        ].join('; ')
      : '';
  return [word(column.type), word(column.name), keys, note === '' ? '' : `"${label(note)}"`]
    .filter((part) => part !== '')
    .join(' ');
}

/** Whether an index key is the column or an expression over it, as a whole word. */
const mentions = (key: string, column: string): boolean => key.split(/[^\w$]+/).includes(column);

/** Mermaid's names are words: everything else becomes an underscore. */
const word = (text: string): string => text.replace(/[^\w-]+/g, '_').replace(/^(?=\d)/, '_') || '_';

/** Nothing in a label ends it, or is a directive of Mermaid (`%%{…}%%`). */
const label = (text: string): string => text.replace(/["%{}<>\r\n]/g, ' ').slice(0, 160);
