import type { FunctionDef, PyNode, Stmt } from './ast.js';

/** Fields that hold children, in source order. */
const CHILDREN: Partial<Record<PyNode['kind'], readonly string[]>> = {
  Module: ['body'],
  FunctionDef: ['decorators', 'params', 'returns', 'body'],
  Param: ['annotation', 'default'],
  ClassDef: ['decorators', 'bases', 'keywords', 'body'],
  Assign: ['targets', 'value'],
  AnnAssign: ['target', 'annotation', 'value'],
  AugAssign: ['target', 'value'],
  ExprStmt: ['value'],
  Return: ['value'],
  Delete: ['targets'],
  Raise: ['exception', 'cause'],
  Assert: ['test', 'message'],
  If: ['clauses', 'orelse'],
  IfClause: ['test', 'body'],
  For: ['target', 'iter', 'body', 'orelse'],
  While: ['test', 'body', 'orelse'],
  With: ['items', 'body'],
  WithItem: ['context', 'target'],
  Try: ['body', 'handlers', 'orelse', 'finalbody'],
  ExceptHandler: ['type', 'body'],
  Match: ['subject', 'cases'],
  MatchCase: ['guard', 'body'],
  Import: ['names'],
  ImportFrom: ['names'],
  TypeAlias: ['value'],
  Attribute: ['value'],
  Call: ['func', 'args', 'keywords'],
  Keyword: ['value'],
  FString: ['parts'],
  Hole: ['value'],
  List: ['elements'],
  Tuple: ['elements'],
  Set: ['elements'],
  Dict: ['entries'],
  DictEntry: ['key', 'value'],
  Subscript: ['value', 'index'],
  Slice: ['lower', 'upper', 'step'],
  Starred: ['value'],
  BinOp: ['left', 'right'],
  BoolOp: ['values'],
  UnaryOp: ['operand'],
  Compare: ['left', 'comparators'],
  IfExp: ['body', 'test', 'orelse'],
  Lambda: ['params', 'body'],
  ListComp: ['element', 'generators'],
  SetComp: ['element', 'generators'],
  GeneratorExp: ['element', 'generators'],
  DictComp: ['key', 'value', 'generators'],
  Generator: ['target', 'iter', 'ifs'],
  Await: ['value'],
  Yield: ['value'],
  YieldFrom: ['value'],
  NamedExpr: ['target', 'value'],
};

/** The node's children, in source order. */
export function children(node: PyNode): readonly PyNode[] {
  const out: PyNode[] = [];
  for (const field of CHILDREN[node.kind] ?? []) {
    const value = (node as unknown as Record<string, PyNode | readonly PyNode[] | undefined>)[field];
    if (Array.isArray(value)) out.push(...(value as readonly PyNode[]));
    else if (value !== undefined) out.push(value as PyNode);
  }
  return out;
}

export interface Visitor {
  /** @returns `skip` to leave the node's children out */
  enter?(node: PyNode, ancestors: readonly PyNode[]): 'skip' | void;
  leave?(node: PyNode, ancestors: readonly PyNode[]): void;
}

/** Depth first, in source order. `ancestors` runs from the root to the parent and is only valid during the call. */
export function walk(root: PyNode | readonly PyNode[], visitor: Visitor): void {
  const ancestors: PyNode[] = [];
  const visit = (node: PyNode): void => {
    if (visitor.enter?.(node, ancestors) !== 'skip') {
      ancestors.push(node);
      for (const child of children(node)) visit(child);
      ancestors.pop();
    }
    visitor.leave?.(node, ancestors);
  };
  if (Array.isArray(root)) for (const node of root as readonly PyNode[]) visit(node);
  else visit(root as PyNode);
}

/** Every node of one kind under `root`, in source order: `findAll(tree, 'Call')`. */
export function findAll<K extends PyNode['kind']>(
  root: PyNode | readonly PyNode[],
  kind: K,
): Extract<PyNode, { readonly kind: K }>[] {
  const found: Extract<PyNode, { readonly kind: K }>[] = [];
  walk(root, {
    enter(node) {
      if (node.kind === kind) found.push(node as Extract<PyNode, { readonly kind: K }>);
    },
  });
  return found;
}

export interface NamedFunction {
  /** `Class.method`, `outer.<locals>.inner` as Python's `__qualname__` has it. */
  readonly qualname: string;
  readonly node: FunctionDef;
  /** Name of the class whose body holds it directly. */
  readonly owner: string | undefined;
}

/** All functions of a module, nested ones included, in source order. */
export function functionsOf(body: readonly Stmt[]): NamedFunction[] {
  const found: NamedFunction[] = [];
  walk(body, {
    enter(node, ancestors) {
      if (node.kind !== 'FunctionDef') return;
      const scopes = ancestors.filter((a) => a.kind === 'FunctionDef' || a.kind === 'ClassDef');
      const prefix = scopes.map((scope) => (scope.kind === 'ClassDef' ? `${scope.name}.` : `${scope.name}.<locals>.`));
      const parent = scopes.at(-1);
      found.push({
        qualname: prefix.join('') + node.name,
        node,
        owner: parent?.kind === 'ClassDef' ? parent.name : undefined,
      });
    },
  });
  return found;
}
