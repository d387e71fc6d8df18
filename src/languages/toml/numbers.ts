import type { Extractor } from '../../core/facts.js';
import { isTable, readToml } from './document.js';

/** A number of a TOML document with the keys that lead to it. */
export interface TomlNumber {
  readonly keys: readonly string[];
  readonly value: number;
  readonly line: number;
}

/** Deeper than this nobody configures. */
const DEEPEST = 20;

/** All numbers of a TOML document, wherever they stand in tables. */
export const tomlNumbers: Extractor<readonly TomlNumber[]> = {
  name: 'toml-numbers',
  version: 1,
  extract(bytes) {
    const { root, entries } = readToml(bytes);
    const lines = new Map(entries.map(({ table, key, line }) => [table === '' ? key : `${table}.${key}`, line]));
    const facts: TomlNumber[] = [];
    const visit = (value: unknown, keys: readonly string[], line: number): void => {
      const at = lines.get(keys.join('.')) ?? line;
      if (typeof value === 'number') facts.push({ keys, value, line: at });
      else if (isTable(value) && keys.length < DEEPEST)
        for (const [key, inner] of Object.entries(value)) visit(inner, [...keys, key], at);
    };
    visit(root, [], 1);
    return { facts };
  },
};
