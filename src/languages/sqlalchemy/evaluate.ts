import type { Call, ClassDef, Expr, Module } from '../python/ast.js';
import { dottedName, importNames, qualifiedName } from '../python/names.js';
import type { ImportNames } from '../python/names.js';
import { constantString, lineAt, moduleConstants, stringValue, textOf } from '../python/strings.js';
import type { StringValue } from '../python/strings.js';
import { HOLE, readSql } from '../sql/index.js';
import type { ReadResult } from '../sql/read.js';

/** How often a name may stand for another name. */
const MAX_HOPS = 20;

const MAX_BORROWED = 500;

/** Followed by its place in the list of borrowed names. */
export const BORROWED = `${HOLE}_i`;

/** Names whose value is known where a piece of Python runs, and what can be said about expressions with them. */
export class Environment {
  constructor(
    readonly imports: ImportNames,
    readonly names: ReadonlyMap<string, Expr>,
    /** Classes of the file, which may be column types of the project's own. */
    readonly classes: ReadonlyMap<string, ClassDef> = new Map(),
    /** Dotted names of imported values that SQL was built with; their holes say which (see `hole`). */
    readonly borrowed: string[] = [],
  ) {}

  /** What a module's own statements make known. */
  static of(tree: Module): Environment {
    const classes = tree.body.filter((statement) => statement.kind === 'ClassDef');
    return new Environment(
      importNames(tree),
      moduleConstants(tree),
      new Map(classes.map((definition) => [definition.name, definition])),
    );
  }

  with(more: Iterable<readonly [string, Expr]>): Environment {
    return new Environment(this.imports, new Map([...this.names, ...more]), this.classes, this.borrowed);
  }

  /** Follows names to what they were assigned. */
  resolve(expr: Expr | undefined): Expr | undefined {
    let node = expr;
    for (let hops = 0; node?.kind === 'Name' && hops < MAX_HOPS; hops++) {
      const value = this.names.get(node.id);
      if (value === undefined) return node;
      node = value;
    }
    return node;
  }

  /** `sa.text("…")`, `op.f("…")`, `quoted_name("…", …)`, `sa.literal_column("…")` are their first argument. */
  unwrap(expr: Expr | undefined): Expr | undefined {
    const node = this.resolve(expr);
    if (node?.kind !== 'Call') return node;
    return WRAPPERS.has(this.last(node.func)) ? this.unwrap(node.args[0]) : node;
  }

  string(expr: Expr | undefined): string | undefined {
    return constantString(this.unwrap(expr), this.names);
  }

  strings(expr: Expr | undefined): string[] | undefined {
    const elements = this.elements(expr);
    const values = elements?.map((element) => this.string(element));
    return values === undefined || values.includes(undefined) ? undefined : values.flatMap((value) => value ?? []);
  }

  elements(expr: Expr | undefined): readonly Expr[] | undefined {
    const node = this.resolve(expr);
    return node?.kind === 'List' || node?.kind === 'Tuple' || node?.kind === 'Set' ? node.elements : undefined;
  }

  boolean(expr: Expr | undefined): boolean | undefined {
    const node = this.resolve(expr);
    return node?.kind === 'Bool' ? node.value : undefined;
  }

  number(expr: Expr | undefined): number | undefined {
    const node = this.resolve(expr);
    return node?.kind === 'Num' ? node.value : undefined;
  }

  /** What stands in SQL for a value that this file does not know; an imported constant can be filled in later. */
  hole(expr: Expr | undefined): string {
    const node = this.resolve(expr);
    const first = dottedName(node)?.split('.')[0] ?? '';
    const dotted = this.imports.has(first) ? qualifiedName(node, this.imports) : undefined;
    if (dotted === undefined || this.borrowed.length > MAX_BORROWED) return HOLE;
    if (!this.borrowed.includes(dotted)) this.borrowed.push(dotted);
    return `${BORROWED}${String(this.borrowed.indexOf(dotted))}`;
  }

  text(expr: Expr | undefined): StringValue | undefined {
    return stringValue(this.unwrap(expr), this.names);
  }

  /** Last part of a dotted name: `sa.JSON` → `JSON`, through imports (`from sqlalchemy import JSON as J`). */
  last(expr: Expr | undefined): string {
    const dotted = dottedName(expr);
    if (dotted === undefined) return expr?.kind === 'Attribute' ? expr.attr : '';
    const imported = dotted.includes('.') ? undefined : this.imports.get(dotted);
    return (imported ?? dotted).split('.').at(-1) ?? '';
  }
}

const WRAPPERS = new Set(['text', 'f', 'quoted_name', 'literal_column', 'DDL', 'SQL', 'dedent', 'cleandoc']);

/** The argument with a name, or at a position when no starred argument stands before it. */
export function argumentOf(call: Call, position: number | undefined, ...names: string[]): Expr | undefined {
  const named = call.keywords.find((keyword) => keyword.name !== undefined && names.includes(keyword.name));
  if (named !== undefined || position === undefined) return named?.value;
  const value = call.args[position];
  return call.args.slice(0, position + 1).some((argument) => argument.kind === 'Starred') ? undefined : value;
}

export const keyword = (call: Call, name: string): Expr | undefined => argumentOf(call, undefined, name);

/** Reads a Python string as SQL; holes become identifiers that say so. Undefined when it cannot be read at all. */
export function readSqlString(
  value: StringValue,
  percentParameters: boolean,
  at: { readonly line: number; readonly endLine: number },
): ReadResult | undefined {
  const placeholder = (): string => HOLE;
  const text = textOf(value, placeholder);
  try {
    return readSql(text, { percentParameters, lineOf: (offset) => clamp(lineAt(value, offset, placeholder), at) });
  } catch {
    return undefined;
  }
}

/** A part that comes from a constant elsewhere counts where it is used. */
export const clamp = (line: number | undefined, at: { readonly line: number; readonly endLine: number }): number =>
  line === undefined || line < at.line || line > at.endLine ? at.line : line;
