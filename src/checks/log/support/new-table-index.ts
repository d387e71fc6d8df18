import type { Table } from '../../../models/schema/index.js';
import { indexCall } from './index-snippet.js';

/**
 * The lines from a column to the end of the statement that creates its table, with the column replaced and the GIN
 * index that it then needs made right after: nobody has written to the table yet. Undefined where the statement's end
 * is not plain to see.
 * @param lines the file's lines
 * @param replaced the column's own lines as they should be
 */
export function withGinIndex(
  lines: readonly string[],
  table: Table,
  column: { readonly name: string; readonly line: number; readonly endLine: number },
  replaced: string,
  alembic: boolean,
): { readonly endLine: number; readonly replacement: string } | undefined {
  const { line: first, endLine } = table.origin;
  const last = lines[endLine - 1] ?? '';
  const inside = first < column.line && column.endLine < endLine;
  const ends = alembic ? /^\s*\)\s*$/.test(last) : /^[^']*\)\s*;\s*$/.test(last);
  if (!inside || !ends) return undefined;
  const indentation = /^\s*/.exec(lines[first - 1] ?? '')?.[0] ?? '';
  const name = `ix_${table.name.name}_${column.name}`;
  const index = indexCall(table, { name, method: 'gin', key: column.name, existing: false, alembic }).replaceAll(
    '\n',
    `\n${indentation}`,
  );
  return { endLine, replacement: [replaced, ...lines.slice(column.endLine, endLine), indentation + index].join('\n') };
}
