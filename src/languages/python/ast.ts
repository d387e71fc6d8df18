/**
 * Python's syntax tree as plain data: no methods, no parents, no cycles, so it clones between threads and caches by blob.
 * Names follow Python's own `ast` module; where we differ it is to keep the tree flat (elif chains, boolean chains,
 * implicitly joined strings), because nesting is what a hostile file would abuse.
 */

/** 1-based lines and columns; columns count UTF-16 units and `endColumn` is the one after the last character. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

// ── Expressions ──────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Name extends Span {
  readonly kind: 'Name';
  readonly id: string;
}

export interface Attribute extends Span {
  readonly kind: 'Attribute';
  readonly value: Expr;
  readonly attr: string;
}

export interface Call extends Span {
  readonly kind: 'Call';
  readonly func: Expr;
  /** Positional arguments; `*args` is a `Starred`. */
  readonly args: readonly Expr[];
  readonly keywords: readonly Keyword[];
}

/** `name=value`; `**value` when `name` is undefined. */
export interface Keyword extends Span {
  readonly kind: 'Keyword';
  readonly name: string | undefined;
  readonly value: Expr;
}

/** A string literal, escapes evaluated; adjacent literals are one. */
export interface Str extends Span {
  readonly kind: 'Str';
  readonly value: string;
  /** Offsets in `value` at which each further source line begins; absent when the literal is on one line. */
  readonly lineStarts?: readonly number[];
}

/** An f-string (or t-string): text and holes in order; adjacent plain literals are merged in. */
export interface FString extends Span {
  readonly kind: 'FString';
  readonly parts: readonly (Str | Hole)[];
}

/** `{value!r:format}` in an f-string. */
export interface Hole extends Span {
  readonly kind: 'Hole';
  readonly value: Expr;
  /** Raw text after the colon, when there is one. */
  readonly format: string | undefined;
}

export interface Bytes extends Span {
  readonly kind: 'Bytes';
  readonly value: string;
}

export interface Num extends Span {
  readonly kind: 'Num';
  /** NaN for complex numbers; see `raw`. */
  readonly value: number;
  readonly raw: string;
}

export interface Bool extends Span {
  readonly kind: 'Bool';
  readonly value: boolean;
}

export interface None extends Span {
  readonly kind: 'None';
}

export interface Ellipsis extends Span {
  readonly kind: 'Ellipsis';
}

export interface Sequence extends Span {
  readonly kind: 'List' | 'Tuple' | 'Set';
  readonly elements: readonly Expr[];
}

export interface Dict extends Span {
  readonly kind: 'Dict';
  readonly entries: readonly DictEntry[];
}

/** `key: value`; `**value` when `key` is undefined. */
export interface DictEntry extends Span {
  readonly kind: 'DictEntry';
  readonly key: Expr | undefined;
  readonly value: Expr;
}

export interface Subscript extends Span {
  readonly kind: 'Subscript';
  readonly value: Expr;
  /** `a[1, 2]` has a `Tuple` here. */
  readonly index: Expr;
}

export interface Slice extends Span {
  readonly kind: 'Slice';
  readonly lower: Expr | undefined;
  readonly upper: Expr | undefined;
  readonly step: Expr | undefined;
}

export interface Starred extends Span {
  readonly kind: 'Starred';
  readonly value: Expr;
  /** `**value` outside calls and dictionaries is a syntax error, so this is always `*value`. */
}

export interface BinOp extends Span {
  readonly kind: 'BinOp';
  readonly left: Expr;
  readonly op: string;
  readonly right: Expr;
}

/** `a and b and c` is one node with three values. */
export interface BoolOp extends Span {
  readonly kind: 'BoolOp';
  readonly op: 'and' | 'or';
  readonly values: readonly Expr[];
}

export interface UnaryOp extends Span {
  readonly kind: 'UnaryOp';
  readonly op: '-' | '+' | '~' | 'not';
  readonly operand: Expr;
}

/** `a < b <= c`: left a, ops [<, <=], comparators [b, c]. */
export interface Compare extends Span {
  readonly kind: 'Compare';
  readonly left: Expr;
  /** `==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `not in`, `is`, `is not`. */
  readonly ops: readonly string[];
  readonly comparators: readonly Expr[];
}

/** `body if test else orelse`. */
export interface IfExp extends Span {
  readonly kind: 'IfExp';
  readonly test: Expr;
  readonly body: Expr;
  readonly orelse: Expr;
}

export interface Lambda extends Span {
  readonly kind: 'Lambda';
  readonly params: readonly Param[];
  readonly body: Expr;
}

export interface Comprehension extends Span {
  readonly kind: 'ListComp' | 'SetComp' | 'GeneratorExp';
  readonly element: Expr;
  readonly generators: readonly Generator[];
}

export interface DictComp extends Span {
  readonly kind: 'DictComp';
  readonly key: Expr;
  readonly value: Expr;
  readonly generators: readonly Generator[];
}

/** `[async] for target in iter if … if …`. */
export interface Generator extends Span {
  readonly kind: 'Generator';
  readonly async: boolean;
  readonly target: Expr;
  readonly iter: Expr;
  readonly ifs: readonly Expr[];
}

export interface Await extends Span {
  readonly kind: 'Await';
  readonly value: Expr;
}

export interface Yield extends Span {
  readonly kind: 'Yield' | 'YieldFrom';
  readonly value: Expr | undefined;
}

/** `target := value`. */
export interface NamedExpr extends Span {
  readonly kind: 'NamedExpr';
  readonly target: Expr;
  readonly value: Expr;
}

/** What could not be understood: a syntax error, or nesting beyond the limit. Say nothing about it. */
export interface Unknown extends Span {
  readonly kind: 'Unknown';
}

export type Expr =
  | Name
  | Attribute
  | Call
  | Str
  | FString
  | Bytes
  | Num
  | Bool
  | None
  | Ellipsis
  | Sequence
  | Dict
  | Subscript
  | Slice
  | Starred
  | BinOp
  | BoolOp
  | UnaryOp
  | Compare
  | IfExp
  | Lambda
  | Comprehension
  | DictComp
  | Await
  | Yield
  | NamedExpr
  | Unknown;

// ── Statements ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** The span is that of `def … body`, decorators left out. */
export interface FunctionDef extends Span {
  readonly kind: 'FunctionDef';
  readonly name: string;
  readonly async: boolean;
  readonly decorators: readonly Expr[];
  readonly params: readonly Param[];
  readonly returns: Expr | undefined;
  readonly body: readonly Stmt[];
}

export interface Param extends Span {
  readonly kind: 'Param';
  readonly name: string;
  /** `args` is `*name`, `kwargs` is `**name`. Bare `*` and `/` only show in the others' style. */
  readonly style: 'positional-only' | 'normal' | 'keyword-only' | 'args' | 'kwargs';
  readonly annotation: Expr | undefined;
  readonly default: Expr | undefined;
}

export interface ClassDef extends Span {
  readonly kind: 'ClassDef';
  readonly name: string;
  readonly decorators: readonly Expr[];
  readonly bases: readonly Expr[];
  /** `metaclass=…`, `table=True`. */
  readonly keywords: readonly Keyword[];
  readonly body: readonly Stmt[];
}

export interface Assign extends Span {
  readonly kind: 'Assign';
  /** `a = b = value` has two. */
  readonly targets: readonly Expr[];
  readonly value: Expr;
}

export interface AnnAssign extends Span {
  readonly kind: 'AnnAssign';
  readonly target: Expr;
  readonly annotation: Expr;
  readonly value: Expr | undefined;
}

export interface AugAssign extends Span {
  readonly kind: 'AugAssign';
  readonly target: Expr;
  /** With the equals sign: `+=`. */
  readonly op: string;
  readonly value: Expr;
}

export interface ExprStmt extends Span {
  readonly kind: 'ExprStmt';
  readonly value: Expr;
}

export interface Return extends Span {
  readonly kind: 'Return';
  readonly value: Expr | undefined;
}

export interface Delete extends Span {
  readonly kind: 'Delete';
  readonly targets: readonly Expr[];
}

export interface Raise extends Span {
  readonly kind: 'Raise';
  readonly exception: Expr | undefined;
  readonly cause: Expr | undefined;
}

export interface Assert extends Span {
  readonly kind: 'Assert';
  readonly test: Expr;
  readonly message: Expr | undefined;
}

/** `if` and every `elif` are clauses, in order. */
export interface If extends Span {
  readonly kind: 'If';
  readonly clauses: readonly IfClause[];
  readonly orelse: readonly Stmt[];
}

export interface IfClause extends Span {
  readonly kind: 'IfClause';
  readonly test: Expr;
  readonly body: readonly Stmt[];
}

export interface For extends Span {
  readonly kind: 'For';
  readonly async: boolean;
  readonly target: Expr;
  readonly iter: Expr;
  readonly body: readonly Stmt[];
  readonly orelse: readonly Stmt[];
}

export interface While extends Span {
  readonly kind: 'While';
  readonly test: Expr;
  readonly body: readonly Stmt[];
  readonly orelse: readonly Stmt[];
}

export interface With extends Span {
  readonly kind: 'With';
  readonly async: boolean;
  readonly items: readonly WithItem[];
  readonly body: readonly Stmt[];
}

export interface WithItem extends Span {
  readonly kind: 'WithItem';
  readonly context: Expr;
  readonly target: Expr | undefined;
}

export interface Try extends Span {
  readonly kind: 'Try';
  readonly body: readonly Stmt[];
  readonly handlers: readonly ExceptHandler[];
  readonly orelse: readonly Stmt[];
  readonly finalbody: readonly Stmt[];
}

/** `except type as name:`; a bare `except:` has no type. */
export interface ExceptHandler extends Span {
  readonly kind: 'ExceptHandler';
  readonly type: Expr | undefined;
  readonly name: string | undefined;
  readonly body: readonly Stmt[];
}

export interface Match extends Span {
  readonly kind: 'Match';
  readonly subject: Expr;
  readonly cases: readonly MatchCase[];
}

export interface MatchCase extends Span {
  readonly kind: 'MatchCase';
  /** Source text of the pattern. */
  readonly pattern: string;
  readonly guard: Expr | undefined;
  readonly body: readonly Stmt[];
}

/** `import a.b as c, d`. */
export interface Import extends Span {
  readonly kind: 'Import';
  readonly names: readonly Alias[];
}

/** `from ..a.b import c as d, e`; `from . import x` has an empty module; `import *` is an alias named `*`. */
export interface ImportFrom extends Span {
  readonly kind: 'ImportFrom';
  readonly module: string;
  /** Number of leading dots. */
  readonly level: number;
  readonly names: readonly Alias[];
}

export interface Alias extends Span {
  readonly kind: 'Alias';
  /** Dotted in `import a.b`. */
  readonly name: string;
  readonly as: string | undefined;
}

export interface Scope extends Span {
  readonly kind: 'Global' | 'Nonlocal';
  readonly names: readonly string[];
}

export interface Simple extends Span {
  readonly kind: 'Pass' | 'Break' | 'Continue';
}

/** `type X = …`. */
export interface TypeAlias extends Span {
  readonly kind: 'TypeAlias';
  readonly name: string;
  readonly value: Expr;
}

export type Stmt =
  | FunctionDef
  | ClassDef
  | Assign
  | AnnAssign
  | AugAssign
  | ExprStmt
  | Return
  | Delete
  | Raise
  | Assert
  | If
  | For
  | While
  | With
  | Try
  | Match
  | Import
  | ImportFrom
  | Scope
  | Simple
  | TypeAlias
  | Unknown;

export interface Module extends Span {
  readonly kind: 'Module';
  readonly body: readonly Stmt[];
}

/** Anything with a `kind`. */
export type PyNode =
  | Module
  | Stmt
  | Expr
  | Keyword
  | DictEntry
  | Hole
  | Generator
  | Param
  | IfClause
  | WithItem
  | ExceptHandler
  | MatchCase
  | Alias;

/** A file's syntax, as {@link pythonModule} (extract.ts) caches it. */
export interface PythonModule {
  readonly tree: Module;
  /** Lines at which the parser lost the thread; what stands in `tree` is sound all the same. */
  readonly brokenLines: readonly number[];
}
