import { tableLabel } from '../../../languages/sql/index.js';
import type { Table } from '../../../models/schema/index.js';
import type { Finding } from '../../../core/types.js';

export interface WantedIndex {
  readonly name: string;
  readonly method: string;
  /** SQL between the parentheses: `payload jsonb_path_ops`. */
  readonly key: string;
  /** The table holds rows already: building must not lock it. */
  readonly existing: boolean;
  readonly alembic: boolean;
}

/** The migration that adds an index, in the project's own form, safe for a table in use. */
export function indexSnippet(table: Table, wanted: WantedIndex): NonNullable<Finding['snippet']> {
  return wanted.alembic
    ? alembic(table, wanted)
    : { language: 'sql', code: `${sql(table, wanted)};${wanted.existing ? CONCURRENTLY_NOTE : ''}` };
}

/** The statement alone. */
export const indexCall = (table: Table, wanted: WantedIndex): string =>
  wanted.alembic ? alembicCall(table, wanted) : `${sql(table, wanted)};`;

const CONCURRENTLY_NOTE =
  '\n-- CONCURRENTLY cannot run inside a transaction: give it a migration of its own, marked as non-transactional.';

function sql(table: Table, wanted: WantedIndex): string {
  const using = wanted.method === 'btree' ? '' : ` USING ${wanted.method}`;
  return `CREATE INDEX ${wanted.existing ? 'CONCURRENTLY ' : ''}${wanted.name} ON ${tableLabel(table.name)}${using} (${wanted.key})`;
}

function alembic(table: Table, wanted: WantedIndex): NonNullable<Finding['snippet']> {
  const call = alembicCall(table, wanted);
  if (!wanted.existing) return { language: 'python', code: call };
  const indented = call
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
  return {
    language: 'python',
    code: `# CREATE INDEX CONCURRENTLY cannot run inside Alembic's transaction.\nwith op.get_context().autocommit_block():\n${indented}`,
  };
}

function alembicCall(table: Table, wanted: WantedIndex): string {
  const isColumn = /^\w+$/.test(wanted.key);
  const key = isColumn ? `"${wanted.key}"` : `sa.text("${wanted.key.replaceAll('"', '\\"')}")`;
  const options = [
    ...(table.name.schema === undefined ? [] : [`schema="${table.name.schema}"`]),
    ...(wanted.method === 'btree' ? [] : [`postgresql_using="${wanted.method}"`]),
    ...(wanted.existing ? ['postgresql_concurrently=True'] : []),
  ];
  const lines = [`"${wanted.name}"`, `"${table.name.name}"`, `[${key}]`, ...options].map((line) => `    ${line},`);
  return `op.create_index(\n${lines.join('\n')}\n)`;
}
