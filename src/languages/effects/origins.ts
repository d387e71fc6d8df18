import type { Expr, FunctionDef, PyNode, Stmt } from '../python/ast.js';
import type { ImportNames } from '../python/names.js';
import { walk } from '../python/walk.js';

const MAX_DEPTH = 12;

/**
 * Where a value comes from, as a path from an import: `psycopg2.connect().cursor()`, `boto3.client()`, `redis.Redis()`.
 * What cannot be followed begins with the name itself: `df.to_csv`.
 */
export class Origins {
  private constructor(
    private readonly imports: ImportNames,
    private readonly values: ReadonlyMap<string, Expr>,
    private readonly annotations: ReadonlyMap<string, Expr>,
  ) {}

  static ofModule(body: readonly Stmt[], imports: ImportNames): Origins {
    return new Origins(
      imports,
      assignments(body.filter((statement) => statement.kind !== 'FunctionDef' && statement.kind !== 'ClassDef')),
      new Map(),
    );
  }

  /** Inside a function its own names come first. */
  within(definition: FunctionDef): Origins {
    const annotations = definition.params.flatMap((param) =>
      param.annotation === undefined ? [] : [[param.name, param.annotation] as const],
    );
    const values = new Map(this.values);
    for (const param of definition.params) values.delete(param.name);
    for (const [name, value] of assignments(definition.body)) values.set(name, value);
    return new Origins(this.imports, values, new Map([...this.annotations, ...annotations]));
  }

  of(expr: Expr | undefined, depth = 0): string {
    if (expr === undefined || depth > MAX_DEPTH) return '?';
    switch (expr.kind) {
      case 'Name':
        return this.ofName(expr.id, depth);
      case 'Attribute':
        return `${this.of(expr.value, depth + 1)}.${expr.attr}`;
      case 'Call':
        return `${this.of(expr.func, depth + 1)}()`;
      case 'Await':
        return this.of(expr.value, depth + 1);
      case 'Subscript':
        return `${this.of(expr.value, depth + 1)}[]`;
      case 'Str':
      case 'FString':
        return "''";
      default:
        return '?';
    }
  }

  private ofName(name: string, depth: number): string {
    const value = this.values.get(name);
    if (value !== undefined && !(value.kind === 'Name' && value.id === name)) {
      const origin = this.of(value, depth + 1);
      // A value that leads nowhere says less than the name it was given.
      return origin.startsWith('?') ? name : origin;
    }
    const annotation = this.annotations.get(name);
    if (annotation !== undefined) return this.ofAnnotation(annotation, name, depth);
    return this.imports.get(name) ?? name;
  }

  /** `session: Session` is what calling `Session` gives. */
  private ofAnnotation(annotation: Expr, name: string, depth: number): string {
    const origin = this.of(annotation, depth + 1);
    return origin === '?' || origin === "''" ? name : `${origin}()`;
  }
}

/** Names to what they were last given in a body, `with … as` included; not those of nested functions. */
function assignments(body: readonly Stmt[]): ReadonlyMap<string, Expr> {
  const values = new Map<string, Expr>();
  const bind = (target: Expr | undefined, value: Expr | undefined): void => {
    if (target?.kind === 'Name' && value !== undefined) values.set(target.id, value);
  };
  walk(body, {
    enter(node: PyNode) {
      if (node.kind === 'FunctionDef' || node.kind === 'ClassDef' || node.kind === 'Lambda') return 'skip';
      if (node.kind === 'Assign') for (const target of node.targets) bind(target, node.value);
      else if (node.kind === 'AnnAssign') bind(node.target, node.value);
      else if (node.kind === 'WithItem') bind(node.target, node.context);
      else if (node.kind === 'NamedExpr') bind(node.target, node.value);
      return undefined;
    },
  });
  return values;
}
