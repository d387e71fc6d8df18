import type { Expr, Import, ImportFrom, Module } from './ast.js';
import { walk } from './walk.js';

/** `a.b.c` for a chain of attributes on a name; undefined for anything else. */
export function dottedName(expr: Expr | undefined): string | undefined {
  let suffix = '';
  let node = expr;
  while (node?.kind === 'Attribute') {
    suffix = `.${node.attr}${suffix}`;
    node = node.value;
  }
  return node?.kind === 'Name' ? node.id + suffix : undefined;
}

/**
 * Local name → what was imported, dotted. Relative imports keep their dots (`from ..db import pool` → `..db.pool`):
 * what they mean depends on the path, which a file's facts may not. `import a.b` binds `a` to `a`.
 */
export type ImportNames = ReadonlyMap<string, string>;

/** All imports of a file, those inside functions and `try` too. The first binding of a name wins, as in `try: … except ImportError: …`. */
export function importNames(tree: Module): ImportNames {
  const names = new Map<string, string>();
  walk(tree, {
    enter(node) {
      if (node.kind === 'Import' || node.kind === 'ImportFrom') {
        for (const [local, target] of bindings(node)) if (!names.has(local)) names.set(local, target);
        return 'skip';
      }
      return undefined;
    },
  });
  return names;
}

/** What one import statement binds. `import *` binds nothing that can be known here. */
export function bindings(node: Import | ImportFrom): readonly (readonly [local: string, target: string])[] {
  if (node.kind === 'Import') {
    return node.names.map(({ name, as }) => (as === undefined ? [root(name), root(name)] : [as, name]));
  }
  const from = importedModule(node);
  const separator = from.endsWith('.') ? '' : '.';
  return node.names.flatMap(({ name, as }) => (name === '*' ? [] : [[as ?? name, from + separator + name] as const]));
}

/** The module named by `from … import`, leading dots kept. */
export const importedModule = (node: ImportFrom): string => '.'.repeat(node.level) + node.module;

const root = (dotted: string): string => dotted.split('.', 1)[0] ?? dotted;

/**
 * The dotted name with its first part followed through the file's imports: with `import requests as r`, `r.get` is
 * `requests.get`. Undefined when the expression is no dotted name; a name that was not imported stays as it is.
 */
export function qualifiedName(expr: Expr | undefined, imports: ImportNames): string | undefined {
  const dotted = dottedName(expr);
  if (dotted === undefined) return undefined;
  const first = root(dotted);
  const target = imports.get(first);
  return target === undefined ? dotted : target + dotted.slice(first.length);
}

/** The argument at a position or by keyword: `argument(call, 0, 'sql')`. */
export function argument(
  call: Extract<Expr, { kind: 'Call' }>,
  position: number | undefined,
  ...names: string[]
): Expr | undefined {
  const named = call.keywords.find(({ name }) => name !== undefined && names.includes(name));
  if (named !== undefined) return named.value;
  if (position === undefined || call.args.slice(0, position + 1).some(({ kind }) => kind === 'Starred'))
    return undefined;
  return call.args[position];
}
