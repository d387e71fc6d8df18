import type { Extractor } from '../../core/facts.js';
import type { FunctionDef, Module } from '../python/ast.js';
import { decodePython, parsePython } from '../python/extract.js';
import { dottedName, importNames, qualifiedName } from '../python/names.js';
import type { ImportNames } from '../python/names.js';
import { moduleConstants } from '../python/strings.js';
import type { Constants } from '../python/strings.js';
import { functionsOf, walk } from '../python/walk.js';
import { detectEffect } from './detect.js';
import { NamesAt } from './names.js';
import type { Effect, FunctionEffects, ModuleEffects } from './facts.js';
import { Origins } from './origins.js';
import { fanOutOf } from './returns.js';

export { effectOfName } from './detect.js';
export type { Effect, FunctionEffects, ModuleEffects } from './facts.js';

/** What the functions of a Python file do to the outside world, and what they call. */
export const pythonEffects: Extractor<ModuleEffects> = {
  name: 'python-effects',
  version: 3,
  async extract(bytes) {
    const { facts, problems } = await parsePython(decodePython(bytes));
    return { facts: readEffects(facts.tree), ...(problems === undefined ? {} : { problems }) };
  },
};

export function readEffects(tree: Module): ModuleEffects {
  const imports = importNames(tree);
  const origins = Origins.ofModule(tree.body, imports);
  const constants = moduleConstants(tree);
  const functions = functionsOf(tree.body).map(({ qualname, node }) =>
    readFunction(qualname, node, imports, origins.within(node), constants),
  );
  return { functions };
}

function readFunction(
  qualname: string,
  node: FunctionDef,
  imports: ImportNames,
  origins: Origins,
  module: Constants,
): FunctionEffects {
  const names = new NamesAt(node.body, module);
  const effects: Effect[] = [];
  walk(node.body, {
    enter(inner) {
      // A lambda is handed to something that calls it; a nested function is followed by its name.
      if (inner.kind === 'FunctionDef' || inner.kind === 'ClassDef') return 'skip';
      if (inner.kind !== 'Call') return undefined;
      const effect = detectEffect(inner, origins, names.at(inner.line));
      if (effect !== undefined) effects.push(effect);
      return undefined;
    },
  });
  const params = node.params.filter((param) => param.style === 'normal' || param.style === 'positional-only');
  return {
    qualname,
    decorators: node.decorators.map(
      (decorator) =>
        qualifiedName(decorator.kind === 'Call' ? decorator.func : decorator, imports) ?? dottedName(decorator) ?? '?',
    ),
    line: node.line,
    endLine: node.endLine,
    effects,
    fanOut: fanOutOf(node, names),
    typed: {
      params: params.length,
      annotated: params.filter((param) => param.annotation !== undefined).length,
      returns: node.returns !== undefined,
    },
  };
}
