/**
 * What a program of any curly-bracket language says, as far as it can be read without running it: the names it gives to
 * values, what it exports, and every call. Small enough to be kept, and the same for JavaScript, Java and Scala.
 */
export interface ScriptFacts {
  readonly imports: readonly ScriptImport[];
  /** Name → what it is given where it is declared; declarations of the top level win over those inside functions. */
  readonly constants: Readonly<Record<string, ScriptConstant>>;
  /** Functions that do nothing but return a value, by name; absent where the language's reader looks for none. */
  readonly functions?: Readonly<Record<string, ScriptFunction>>;
  /** Exported name → its value. */
  readonly exports: Readonly<Record<string, ScriptConstant>>;
  /** All calls, inner ones included, in the order of the text. */
  readonly calls: readonly ScriptCall[];
  /** Names of superclasses. */
  readonly extends: readonly string[];
}

export interface ScriptImport {
  /** Undefined for an import that binds no name. */
  readonly local?: string;
  /** Module, package or path as written. */
  readonly from: string;
  /** Name in the other module; `*` for all of it, `default` for its default. */
  readonly imported: string;
  readonly line: number;
}

export interface ScriptConstant {
  readonly value: ScriptExpr;
  readonly line: number;
}

export interface ScriptFunction {
  /** Parameters by position, with their defaults. */
  readonly params: readonly { readonly name: string; readonly fallback?: ScriptExpr }[];
  readonly returns: ScriptExpr;
}

export interface ScriptCall {
  /** Names of the chain: `setUp(x).assertions(y)` calls `setUp` and `setUp.assertions`. */
  readonly callee: string;
  readonly args: readonly ScriptExpr[];
  readonly line: number;
}

export type ScriptExpr =
  | { readonly kind: 'value'; readonly value: string | number | boolean | null }
  | { readonly kind: 'object'; readonly entries: readonly ScriptEntry[] }
  | { readonly kind: 'array'; readonly items: readonly ScriptExpr[] }
  | { readonly kind: 'spread'; readonly of: ScriptExpr }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: ScriptExpr; readonly name: string }
  | { readonly kind: 'call'; readonly callee: ScriptExpr; readonly args: readonly ScriptExpr[] }
  | { readonly kind: 'binary'; readonly op: string; readonly left: ScriptExpr; readonly right: ScriptExpr }
  | { readonly kind: 'unary'; readonly op: string; readonly of: ScriptExpr }
  | { readonly kind: 'choice'; readonly test: ScriptExpr; readonly yes: ScriptExpr; readonly no: ScriptExpr }
  | { readonly kind: 'template'; readonly parts: readonly ScriptExpr[] }
  | { readonly kind: 'unknown' };

/** `key` absent: a spread. */
export interface ScriptEntry {
  readonly key?: ScriptExpr;
  readonly value: ScriptExpr;
}

export const UNKNOWN_EXPR: ScriptExpr = { kind: 'unknown' };

/** `a.b(1).c` → `a.b.c`; undefined when the chain does not begin with a name. */
export function chainOf(expr: ScriptExpr): string | undefined {
  const names: string[] = [];
  let at = expr;
  while (at.kind === 'member' || at.kind === 'call') {
    if (at.kind === 'member') names.push(at.name);
    at = at.kind === 'member' ? at.of : at.callee;
  }
  if (at.kind === 'name') names.push(at.name);
  return names.length === 0 ? undefined : names.reverse().join('.');
}
