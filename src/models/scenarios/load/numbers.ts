import type { ClassDef, Expr, Module, Stmt } from '../../../languages/python/ast.js';
import { dottedName } from '../../../languages/python/names.js';

/** Names of names of names: a circle ends here. */
const DEEPEST = 8;

/** Numbers that a Python file writes down: literals, constants of the module or a class, defaults of the environment. */
export class Numbers {
  private readonly constants: ReadonlyMap<string, Expr>;

  constructor(tree: Module) {
    this.constants = assigned(tree.body);
  }

  valueOf(expr: Expr | undefined, within?: ClassDef, depth = 0): number | undefined {
    if (!expr || depth > DEEPEST) return undefined;
    const inner = (one: Expr | undefined): number | undefined => this.valueOf(one, within, depth + 1);
    switch (expr.kind) {
      case 'Num':
        return Number.isFinite(expr.value) ? expr.value : undefined;
      case 'Str':
        return /^\d+(\.\d+)?$/.test(expr.value) ? Number(expr.value) : undefined;
      case 'UnaryOp':
        return expr.op === '-' ? negated(inner(expr.operand)) : undefined;
      case 'BinOp':
        return arithmetic(expr.op, inner(expr.left), inner(expr.right));
      case 'BoolOp':
        return expr.op === 'or' ? inner(expr.values.at(-1)) : undefined;
      case 'Name':
        return inner(this.constants.get(expr.id));
      case 'Attribute':
        return expr.value.kind === 'Name' && expr.value.id === 'self' && within
          ? inner(assigned(within.body).get(expr.attr))
          : undefined;
      case 'Call': {
        const name = dottedName(expr.func) ?? '';
        if (/^(?:int|float)$/.test(name)) return inner(expr.args[0]);
        return /^(?:os\.)?(?:getenv|environ\.get)$/.test(name) ? inner(expr.args[1]) : undefined;
      }
      default:
        return undefined;
    }
  }
}

function assigned(body: readonly Stmt[]): Map<string, Expr> {
  const found = new Map<string, Expr>();
  for (const one of body) {
    if (one.kind === 'Assign' && one.targets.length === 1 && one.targets[0]?.kind === 'Name')
      found.set(one.targets[0].id, one.value);
    if (one.kind === 'AnnAssign' && one.target.kind === 'Name' && one.value) found.set(one.target.id, one.value);
  }
  return found;
}

const negated = (value: number | undefined): number | undefined => (value === undefined ? undefined : -value);

function arithmetic(op: string, a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (op === '+') return a + b;
  if (op === '-') return a - b;
  if (op === '*') return a * b;
  return op === '/' && b !== 0 ? a / b : undefined;
}
