import { Unparsable } from '../../core/errors.js';
import { placesOfStrings } from './scan.js';
import type { StringPlace } from './scan.js';

/** One line of a code cell. */
export interface SourceLine {
  readonly text: string;
  /** Its line in the file. */
  readonly line: number;
}

export interface Cell {
  readonly lines: readonly SourceLine[];
}

/**
 * The code cells of a Jupyter notebook (nbformat 3 and 4) in their order, outputs left out.
 *
 * @throws Unparsable when it is no notebook, or not one of Python
 */
export function codeCells(json: string): Cell[] {
  const notebook = parse(json);
  const language = languageOf(notebook['metadata']);
  if (language !== undefined && !/^i?python/i.test(language))
    throw new Unparsable(`a notebook in ${language.slice(0, 40)}`, 1, 'unsupported');
  const cells = cellsOf(notebook);
  const lines = sourceLines(json);
  return cells.flatMap(({ key, cell }) => {
    const source = isRecord(cell) && cell['cell_type'] === 'code' ? (cell['source'] ?? cell['input']) : undefined;
    const text = Array.isArray(source) ? source.filter((one) => typeof one === 'string') : [source];
    return text.some((one) => typeof one === 'string') ? [{ lines: placed(text as string[], key, lines) }] : [];
  });
}

function parse(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Unparsable('not valid JSON, so no notebook');
  }
  if (!isRecord(value) || !('nbformat' in value))
    throw new Unparsable('no notebook: it has no nbformat', 1, 'unsupported');
  return value;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function languageOf(metadata: unknown): string | undefined {
  if (!isRecord(metadata)) return undefined;
  const { kernelspec, language_info: info } = metadata;
  const named =
    (isRecord(info) ? info['name'] : undefined) ?? (isRecord(kernelspec) ? kernelspec['language'] : undefined);
  return typeof named === 'string' ? named : undefined;
}

/** Cells with the path that leads to them, as {@link sourceLines} names it. */
function cellsOf(notebook: Record<string, unknown>): { key: string; cell: unknown }[] {
  const own = Array.isArray(notebook['cells']) ? notebook['cells'] : [];
  const sheets = Array.isArray(notebook['worksheets']) ? notebook['worksheets'] : [];
  const old = sheets.flatMap((sheet: unknown, index) => {
    const cells = isRecord(sheet) && Array.isArray(sheet['cells']) ? sheet['cells'] : [];
    return cells.map((cell: unknown, at) => ({ key: `worksheets/${index}/cells/${at}`, cell }));
  });
  return [...own.map((cell: unknown, at) => ({ key: `cells/${at}`, cell })), ...old];
}

/** Lines of the file at which the pieces of each cell's source stand, by cell. */
function sourceLines(json: string): Map<string, number[]> {
  const isSource = (path: readonly (string | number)[]): boolean => {
    const at = path.findIndex((part) => part === 'source' || part === 'input');
    return (
      at >= 2 && at >= path.length - 2 && path[at - 2] === 'cells' && (path[0] === 'cells' || path[0] === 'worksheets')
    );
  };
  const lines = new Map<string, number[]>();
  for (const { path, line } of scan(json, isSource)) {
    const end = path.findIndex((part) => part === 'source' || part === 'input');
    const key = path.slice(0, end).join('/');
    lines.set(key, [...(lines.get(key) ?? []), line]);
  }
  return lines;
}

function scan(json: string, wanted: (path: readonly (string | number)[]) => boolean): StringPlace[] {
  try {
    return placesOfStrings(json, wanted);
  } catch (error) {
    throw new Unparsable(error instanceof RangeError ? error.message : 'not valid JSON');
  }
}

/** Splits pieces into lines; a piece may hold several (the whole cell as one string). */
function placed(pieces: readonly string[], key: string, places: ReadonlyMap<string, readonly number[]>): SourceLine[] {
  const at = places.get(key) ?? [];
  return pieces.flatMap((piece, index) =>
    piece
      .replace(/\n$/, '')
      .split('\n')
      .map((text) => ({ text, line: at[index] ?? at[0] ?? 1 })),
  );
}
