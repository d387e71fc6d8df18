import type { Expr, Stmt } from '../python/ast.js';
import type { Constants } from '../python/strings.js';
import { findAll, walk } from '../python/walk.js';

interface Bound {
  readonly line: number;
  readonly value: Expr;
}

/**
 * What names stand for at a line of a function: what they were last given before it, inside `with`, `try` and loops too,
 * else the module's constant.
 */
export class NamesAt extends Map<string, Expr> {
  private readonly bound = new Map<string, Bound[]>();
  private line = 0;

  constructor(
    body: readonly Stmt[],
    private readonly module: Constants,
  ) {
    super();
    walk(body, {
      enter: (node) => {
        if (node.kind === 'FunctionDef' || node.kind === 'ClassDef' || node.kind === 'Lambda') return 'skip';
        if (node.kind === 'Assign') for (const target of node.targets) this.bind(target, node.value);
        else if (node.kind === 'AnnAssign') this.bind(node.target, node.value);
        else if (node.kind === 'NamedExpr') this.bind(node.target, node.value);
        else if (node.kind === 'For') this.bindLoop(node.target, node.iter, node.line);
        return undefined;
      },
    });
  }

  /** The same names, seen from a line. */
  at(line: number): this {
    this.line = line;
    return this;
  }

  override get(name: string): Expr | undefined {
    const known = this.bound.get(name);
    if (known === undefined) return this.module.get(name);
    return (known.findLast(({ line }) => line < this.line) ?? known[0])?.value;
  }

  override has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** `for statement in STATEMENTS`, `for name, statement in TABLES.items()`: one of them stands for all. */
  private bindLoop(target: Expr, iter: Expr, line: number): void {
    const listed = (expr: Expr): Expr | undefined => (expr.kind === 'Name' ? this.at(line).get(expr.id) : expr);
    if (iter.kind === 'Call' && iter.func.kind === 'Attribute' && /^(items|values)$/.test(iter.func.attr)) {
      const table = listed(iter.func.value);
      const value = table?.kind === 'Dict' ? table.entries[0]?.value : undefined;
      const second = target.kind === 'Tuple' ? target.elements[1] : undefined;
      const bound = iter.func.attr === 'items' ? second : target;
      if (bound !== undefined) this.bind(bound, value);
    } else this.bind(target, oneOf(listed(iter)));
  }

  private bind(target: Expr, value: Expr | undefined): void {
    // `query = query + …` adds to what was there.
    if (target.kind !== 'Name' || value === undefined || findAll(value, 'Name').some(({ id }) => id === target.id))
      return;
    const known = this.bound.get(target.id) ?? [];
    known.push({ line: target.line, value });
    this.bound.set(target.id, known);
  }
}

const oneOf = (iter: Expr | undefined): Expr | undefined =>
  iter?.kind === 'List' || iter?.kind === 'Tuple' || iter?.kind === 'Set' ? iter.elements[0] : undefined;
