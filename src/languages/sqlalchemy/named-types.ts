import type { Extractor } from '../../core/facts.js';
import type { Module } from '../python/ast.js';
import { decodePython, parsePython } from '../python/extract.js';
import { importedModule } from '../python/names.js';
import { findAll } from '../python/walk.js';
import { decoratedType, isColumnType } from './decorated-type.js';
import { Environment } from './evaluate.js';
import { columnType } from './types.js';
import type { ColumnTypeText } from './types.js';

/** The column types a module offers to others. */
export interface NamedTypes {
  /** Its own: `class Json(TypeDecorator)`, `JsonB = JSON().with_variant(JSONB(), "postgresql")`. */
  readonly types: ReadonlyMap<string, ColumnTypeText>;
  /** What its other names were imported as. */
  readonly imports: ReadonlyMap<string, string>;
  /** Modules of `from … import *`. */
  readonly stars: readonly string[];
}

/** A Python file, asked for column types that other files import from it. */
export const namedTypes: Extractor<NamedTypes> = {
  name: 'python-named-types',
  version: 1,
  async extract(bytes) {
    const { facts } = await parsePython(decodePython(bytes));
    return { facts: readNamedTypes(facts.tree) };
  },
};

function readNamedTypes(tree: Module): NamedTypes {
  const env = Environment.of(tree);
  const types = new Map<string, ColumnTypeText>();
  for (const [name, value] of env.names) {
    const written = columnType(value, env);
    if (written.unknown !== true || written.project !== undefined) types.set(name, written);
  }
  for (const [name, node] of env.classes) {
    const written = decoratedType(node, env, (expr) => columnType(expr, env));
    if (isColumnType(node) || written.unknown !== true || written.project !== undefined) types.set(name, written);
  }
  const stars = findAll(tree.body, 'ImportFrom').filter((node) => node.names.some(({ name }) => name === '*'));
  return { types, imports: env.imports, stars: stars.map(importedModule) };
}
