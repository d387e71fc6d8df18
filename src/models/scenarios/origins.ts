import type { Expr, FunctionDef, PyNode } from '../../languages/python/ast.js';
import { dottedName } from '../../languages/python/names.js';
import { walk } from '../../languages/python/walk.js';

const DEEPEST = 5;

/** Dotted names of calls, strings, and dotted names of everything else. */
export interface Origin {
  readonly calls: readonly string[];
  readonly texts: readonly string[];
  readonly names: readonly string[];
}

/** Where the values of a function come from: its own assignments, those of a test's fixtures, of `setUp` and of the module. */
export class Origins {
  private readonly given = new Map<string, Expr[]>();

  /** @param around what stands before the function: `setUp`, the module's own assignments */
  constructor(
    own: FunctionDef,
    private readonly fixtures: readonly FunctionDef[] = [],
    around: readonly PyNode[] = [],
  ) {
    for (const node of [...around, ...fixtures.flatMap(({ body }) => body), ...own.body]) this.read(node);
  }

  private read(root: PyNode): void {
    walk(root, {
      enter: (node) => {
        if (node.kind === 'Assign') for (const target of node.targets) this.bind(target, node.value);
        else if (node.kind === 'AnnAssign' && node.value) this.bind(node.target, node.value);
        else if (node.kind === 'WithItem' && node.target) this.bind(node.target, node.context);
        else if (node.kind === 'For') this.bind(node.target, node.iter);
        return undefined;
      },
    });
  }

  private bind(target: Expr, value: Expr): void {
    if (target.kind === 'Tuple' || target.kind === 'List') for (const one of target.elements) this.bind(one, value);
    const name = dottedName(target);
    if (name !== undefined) this.given.set(name, [...(this.given.get(name) ?? []), value]);
  }

  /** What is called, named and written down on the way to a value, itself included. */
  behind(expr: Expr, depth = 0): Origin {
    const calls: string[] = [];
    const texts: string[] = [];
    const names: string[] = [];
    const take = (value: Expr): void => {
      if (depth >= DEEPEST) return;
      const more = this.behind(value, depth + 1);
      calls.push(...more.calls);
      texts.push(...more.texts);
      names.push(...more.names);
    };
    walk(expr, {
      enter: (node) => {
        if (node.kind === 'Str') texts.push(node.value.slice(0, 300));
        else if (node.kind === 'Call')
          calls.push(dottedName(node.func) ?? (node.func.kind === 'Attribute' ? node.func.attr : ''));
        else if (node.kind === 'Name' || node.kind === 'Attribute') {
          const name = dottedName(node);
          if (name !== undefined) names.push(name);
          for (const value of (name === undefined ? undefined : this.given.get(name)) ?? []) take(value);
          if (node.kind === 'Name') for (const value of this.handedOut(node.id)) take(value);
        }
        return undefined;
      },
    });
    return { calls, texts, names };
  }

  /** What a fixture of that name yields or returns. */
  private handedOut(name: string): Expr[] {
    const found: Expr[] = [];
    for (const fixture of this.fixtures.filter((one) => one.name === name))
      walk(fixture.body, {
        enter(node) {
          if ((node.kind === 'Return' || node.kind === 'Yield') && node.value) found.push(node.value);
          return node.kind === 'FunctionDef' ? 'skip' : undefined;
        },
      });
    return found;
  }
}
