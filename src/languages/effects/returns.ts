import type { Expr, FunctionDef } from '../python/ast.js';
import { walk } from '../python/walk.js';
import type { NamesAt } from './names.js';

/** What a dynamic block returns: items for its children, and what each child is called. */
export interface FanOut {
  /** Every way out returns a list whose length the code bounds. */
  readonly bounded: boolean;
  /** A return whose two lists, both written out, differ in length. */
  readonly mismatch: { readonly line: number; readonly items: number; readonly metadata: number } | undefined;
}

/** Read from the function's own `return` statements. */
export function fanOutOf(definition: FunctionDef, names: NamesAt): FanOut {
  const returned: Expr[] = [];
  walk(definition.body, {
    enter(node) {
      if (node.kind === 'FunctionDef' || node.kind === 'ClassDef' || node.kind === 'Lambda') return 'skip';
      if (node.kind === 'Return' && node.value !== undefined) returned.push(node.value);
      return undefined;
    },
  });
  const pairs = returned.map((value) => ({ line: value.line, parts: partsOf(value, names) }));
  const mismatch = pairs.flatMap(({ line, parts: [first, second] }) => {
    const [items, metadata] = [lengthOf(first, names), lengthOf(second, names)];
    return items === undefined || metadata === undefined || items === metadata ? [] : [{ line, items, metadata }];
  })[0];
  return { bounded: pairs.length > 0 && pairs.every(({ parts }) => isBounded(parts[0], names)), mismatch };
}

/** Mage reads `[items, metadata]`; anything else is the items. */
function partsOf(value: Expr, names: NamesAt): readonly [items: Expr | undefined, metadata: Expr | undefined] {
  const list = resolve(value, names);
  const isPair = (list?.kind === 'List' || list?.kind === 'Tuple') && list.elements.length === 2;
  if (!isPair) return [list?.kind === 'List' && list.elements.length === 1 ? list.elements[0] : list, undefined];
  return [list.elements[0], list.elements[1]];
}

const resolve = (expr: Expr | undefined, names: NamesAt): Expr | undefined =>
  expr?.kind === 'Name' ? (names.at(expr.line).get(expr.id) ?? expr) : expr;

/** Of a list that is written out and never added to, as far as its name tells. */
function lengthOf(expr: Expr | undefined, names: NamesAt): number | undefined {
  const list = resolve(expr, names);
  // `items = []` is filled later.
  if (list?.kind !== 'List' || list.elements.length === 0) return undefined;
  return list.elements.some(({ kind }) => kind === 'Starred') ? undefined : list.elements.length;
}

/** A literal, a slice with an end, the first few rows, or made one for one from such. */
function isBounded(expr: Expr | undefined, names: NamesAt, depth = 0): boolean {
  const value = resolve(expr, names);
  if (value === undefined || depth > 6) return false;
  switch (value.kind) {
    case 'List':
    case 'Tuple':
      return lengthOf(value, names) !== undefined;
    case 'Subscript':
      return value.index.kind === 'Slice' && value.index.upper !== undefined;
    case 'ListComp':
      return value.generators.length === 1 && isBounded(value.generators[0]?.iter, names, depth + 1);
    case 'Call':
      if (value.func.kind === 'Name')
        return (
          (value.func.id === 'range' && value.args.every(({ kind }) => kind === 'Num')) ||
          (/^(list|enumerate|sorted|tuple|zip|islice)$/.test(value.func.id) &&
            isBounded(value.args[0], names, depth + 1))
        );
      if (value.func.kind !== 'Attribute') return false;
      return (
        /^(head|limit|nlargest|nsmallest)$/.test(value.func.attr) ||
        (/^(to_dict|to_list|tolist|copy)$/.test(value.func.attr) && isBounded(value.func.value, names, depth + 1))
      );
    default:
      return false;
  }
}
