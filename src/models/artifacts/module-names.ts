import type { Expr, Module } from '../../languages/python/ast.js';
import { dottedName, importNames, qualifiedName, type ImportNames } from '../../languages/python/names.js';
import { findAll } from '../../languages/python/walk.js';

/** The dotted name of an expression, imports followed; undefined when it is no dotted name. */
export type NameOf = (expr: Expr | undefined) => string | undefined;

/**
 * A file's imports, and names that follow modules that were put elsewhere: `self._h2o = h2o`,
 * `h2o = importlib.import_module("h2o")`. Programs load H2O late because it brings a JVM.
 */
export function modulesIn(tree: Module): { imports: ImportNames; named: NameOf } {
  const imports = importNames(tree);
  const held = new Map<string, string>();
  for (const { targets, value } of findAll(tree, 'Assign')) {
    const module = moduleOf(value, imports);
    const target = dottedName(targets[0]);
    if (module !== undefined && target !== undefined && !imports.has(target)) held.set(target, module);
  }
  return {
    imports: new Map([...imports, ...[...held].filter(([name]) => !name.includes('.'))]),
    named(expr) {
      const dotted = dottedName(expr);
      const holder = dotted === undefined ? undefined : [...held.keys()].find((name) => dotted.startsWith(`${name}.`));
      if (dotted === undefined || holder === undefined) return qualifiedName(expr, imports);
      return `${held.get(holder) ?? ''}${dotted.slice(holder.length)}`;
    },
  };
}

/** A name of an imported module, or `import_module("…")` of one. */
function moduleOf(value: Expr, imports: ImportNames): string | undefined {
  if (value.kind === 'Name') {
    const module = imports.get(value.id);
    return module !== undefined && IS_H2O.test(module) ? module : undefined;
  }
  if (value.kind !== 'Call' || !/(?:^|\.)(?:import_module|__import__)$/.test(dottedName(value.func) ?? ''))
    return undefined;
  const [name] = value.args;
  return name?.kind === 'Str' && IS_H2O.test(name.value) ? name.value : undefined;
}

const IS_H2O = /^(?:h2o|mlflow)(?:\.h2o)?$/;
