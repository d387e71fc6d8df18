import { parse } from 'smol-toml';
import { Unparsable } from '../../core/errors.js';
import { decodeText, splitLines } from '../text.js';
import { tomlEntries, type Entry } from './positions.js';

export type TomlTable = Readonly<Record<string, unknown>>;

export interface TomlDocument {
  readonly root: TomlTable;
  readonly entries: readonly Entry[];
}

/** @throws Unparsable when the text is no TOML */
export function readToml(bytes: Uint8Array): TomlDocument {
  const text = decodeText(bytes);
  try {
    return { root: parse(text), entries: tomlEntries(splitLines(text)) };
  } catch (error) {
    const { line } = error as { line?: unknown };
    throw new Unparsable('not valid TOML', typeof line === 'number' ? line : undefined);
  }
}

export const isTable = (value: unknown): value is TomlTable =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** The table at a path of keys; empty when there is none. */
export function tableAt(root: unknown, ...path: readonly string[]): TomlTable {
  let node = root;
  for (const key of path) node = isTable(node) ? node[key] : undefined;
  return isTable(node) ? node : {};
}

export const stringsAt = (table: TomlTable, key: string): string[] => {
  const value = table[key];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
};
