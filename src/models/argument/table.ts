import type { Block, Cell } from '../../languages/markdown/index.js';
import { headingLabel } from './label.js';
import type { Passage } from './passages.js';
import type { Movement } from './words.js';

type Table = Extract<Block, { kind: 'table' }>;

const movementIn = (cell: Cell | undefined): Movement | undefined =>
  cell && cell.text.length <= 60 ? headingLabel(cell.text)?.movement : undefined;

/** A table whose columns or whose rows are the three words; empty when it is neither. */
export function tablePassages(table: Table, under: string): Passage[] {
  const columns = table.head.map(movementIn);
  const rows = [table.head, ...table.rows];
  const inFirst = rows.filter((row) => movementIn(row[0])).length;
  if (inFirst >= 2) return byRow(rows, under);
  return new Set(columns.filter(Boolean)).size >= 2 ? byColumn(table, columns, under) : [];
}

function byRow(rows: readonly (readonly Cell[])[], under: string): Passage[] {
  return rows.flatMap((row) => {
    const movement = movementIn(row[0]);
    const line = row[0]?.line ?? 1;
    return movement ? [passage(movement, line, row.slice(1), under)] : [];
  });
}

/** Each row is a decision; the column that is none of the three words names it. */
function byColumn(table: Table, columns: readonly (Movement | undefined)[], under: string): Passage[] {
  const title = columns.findIndex((column) => column === undefined);
  return table.rows.flatMap((row) =>
    columns.flatMap((movement, index) => {
      const cell = row[index];
      return movement
        ? [passage(movement, row[0]?.line ?? table.start, cell ? [cell] : [], row[title]?.text ?? under)]
        : [];
    }),
  );
}

function passage(movement: Movement, line: number, cells: readonly Cell[], under: string): Passage {
  const lines = cells
    .filter((cell) => !/^[\s\-–—.…]*$/.test(cell.text))
    .map((cell) => ({ line: cell.line, text: cell.text }));
  return { movement, line, lines, heading: '', code: 0, quoted: 0, under };
}
