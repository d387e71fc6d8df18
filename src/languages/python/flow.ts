import type { Extracted, StagedExtractor } from '../../core/facts.js';
import type { PythonModule } from './ast.js';
import { decodePython, parsedPython, parsePython, pythonParser } from './extract.js';
import { flowOf } from './flow-build.js';
import type { PackedTree } from './raw.js';

/**
 * What a module's code does as far as calls and values go, small enough to keep for every file of a repository: which
 * names are bound to what, who is called with what, what is returned. Everything is symbolic; what a name means in
 * other files is found out when the files are put together (`src/models/call-graph`).
 */
export interface ModuleFlow {
  /** The module's own body is number 0. */
  readonly functions: readonly FlowFunction[];
  readonly classes: readonly FlowClass[];
  /** `from x import *`, as dotted targets. */
  readonly stars: readonly string[];
  /** `app.state.redis = …` and `app['db'] = …`: values hung on objects that other files hold. */
  readonly stores: readonly FlowStore[];
  /** Every module that is imported anywhere in the file, relative ones with their dots. */
  readonly imported: readonly string[];
  /** Keys of stores that are read off an application or its state: `state.redis`, `[db]`. */
  readonly wanted: readonly string[];
}

export interface FlowFunction {
  readonly name: string;
  /** As Python's `__qualname__`. */
  readonly qualname: string;
  readonly line: number;
  readonly endLine: number;
  readonly kind: 'module' | 'function' | 'lambda';
  readonly async: boolean;
  readonly generator: boolean;
  /** Nothing but a docstring, `...`, `pass` or `raise NotImplementedError`. */
  readonly stub: boolean;
  /** Class whose body holds it directly. */
  readonly owner: number | undefined;
  /** Function whose body holds it. */
  readonly parent: number;
  readonly decorators: readonly { readonly value: Sym; readonly line: number }[];
  readonly params: readonly FlowParam[];
  readonly returns: Sym | undefined;
  readonly bindings: readonly FlowBinding[];
  readonly calls: readonly FlowCall[];
  /** Attributes that are read: they may be properties. */
  readonly reads: readonly { readonly of: Sym; readonly name: string; readonly line: number }[];
  /** Contexts of `with`. */
  readonly enters: readonly {
    readonly of: Sym;
    readonly line: number;
    readonly endLine: number;
    readonly async: boolean;
  }[];
  /** What is iterated over in this thread: by `for`, comprehensions, `yield from`, `list(x)`. Generators run there. */
  readonly iterated: readonly { readonly of: Sym; readonly line: number; readonly endLine: number }[];
  readonly branches: readonly FlowBranch[];
  readonly conditions: readonly FlowCondition[];
  readonly tries: readonly FlowTry[];
  readonly returned: readonly Sym[];
  readonly yielded: readonly Sym[];
}

export interface FlowParam {
  readonly name: string;
  readonly style: 'positional-only' | 'normal' | 'keyword-only' | 'args' | 'kwargs';
  readonly annotation: Sym | undefined;
  readonly default: Sym | undefined;
}

export interface FlowBinding {
  readonly name: string;
  readonly value: Sym;
  readonly line: number;
  /** Not inside a branch or loop, so that it replaces what was bound before. */
  readonly certain: boolean;
  /** Last line on which it holds: what `isinstance` says is true inside its branch only. */
  readonly until?: number;
}

export interface FlowCall {
  readonly func: Sym;
  readonly args: readonly Sym[];
  /** `**value` has an empty name. */
  readonly keywords: readonly (readonly [name: string, value: Sym])[];
  readonly line: number;
  readonly endLine: number;
  /** Awaited, or entered by `async with`, or iterated by `async for`. */
  readonly awaited: boolean;
  /** The whole statement, on one line: what a fix may replace. */
  readonly statement: boolean;
  /** A test around it says that there is nothing to wait for: `if not queue.empty(): queue.get()`. */
  readonly ready?: boolean;
}

/** Stands where a value is said to come from a call that the facts do not have. */
export const NO_CALL: FlowCall = {
  func: { t: 'unknown' },
  args: [],
  keywords: [],
  line: 0,
  endLine: 0,
  awaited: false,
  statement: false,
};

/** Lines that run only where something holds of a parameter, or of what something is. */
export interface FlowCondition {
  readonly name: string;
  readonly is: 'truthy' | 'equal' | Introspection;
  /** To which it is equal. */
  readonly value?: Literal | undefined;
  /** What is asked about, where the question is what kind of thing it is. */
  readonly of?: Sym;
  readonly holds: boolean;
  readonly line: number;
  readonly endLine: number;
}

/** `inspect.iscoroutinefunction(f)` and its like; `async-flag` is an attribute that says so: `task.is_async`. */
export type Introspection =
  'coroutine-function' | 'generator-function' | 'async-generator-function' | 'awaitable' | 'async-flag';

/** What a test asks of something, and what is so where the test is true. */
export interface FlowQuestion {
  readonly is: Introspection;
  readonly of: Sym;
  readonly holds: boolean;
}

/** A value that is written down. */
export type Literal = string | number | boolean | null;

/** `if name:` or `if name is None:`, by what it means for a value that may be missing. */
export interface FlowBranch {
  readonly name: string;
  /** The body runs when the value is there. */
  readonly present: boolean;
  /** Of the body. */
  readonly line: number;
  readonly endLine: number;
  /** The body ends in `return value`. */
  readonly returns: boolean;
  /** Lines of the `else`, when there is one. */
  readonly otherwise: { readonly line: number; readonly endLine: number } | undefined;
}

export interface FlowTry {
  /** Of the body. */
  readonly line: number;
  readonly endLine: number;
  /** What the handlers catch, as far as names say; `*` for a bare `except`. */
  readonly catches: readonly string[];
}

export interface FlowClass {
  readonly name: string;
  readonly line: number;
  /** Function in whose body the class stands. */
  readonly parent: number;
  readonly bases: readonly Sym[];
  readonly decorators: readonly Sym[];
  /** Functions and values bound in the body. */
  readonly fields: readonly {
    readonly name: string;
    readonly annotation: Sym | undefined;
    readonly value: Sym | undefined;
  }[];
  /** `self.name = value`, with the method that says so. */
  readonly attributes: readonly { readonly name: string; readonly value: Sym; readonly method: number }[];
}

export interface FlowStore {
  readonly of: Sym;
  /** `state.redis` for attributes, `[db]` for subscripts. */
  readonly key: string;
  readonly value: Sym;
  readonly scope: number;
}

/** A value by the way it came about. */
export type Sym =
  | { readonly t: 'name'; readonly id: string; readonly line: number }
  | { readonly t: 'attr'; readonly of: Sym; readonly name: string }
  /** The result of `calls[site]` of the function in which it stands. */
  | { readonly t: 'call'; readonly site: number }
  | { readonly t: 'await'; readonly of: Sym }
  | { readonly t: 'item'; readonly of: Sym; readonly key: Sym }
  /** One of several: `a or b`, `a if c else b`; the first of two where `when` is so, else the second. */
  | { readonly t: 'any'; readonly of: readonly Sym[]; readonly when?: FlowQuestion }
  /** What iterating gives. */
  | { readonly t: 'element'; readonly of: Sym }
  /** What `with` binds. */
  | { readonly t: 'enter'; readonly of: Sym }
  | { readonly t: 'function'; readonly index: number }
  | { readonly t: 'class'; readonly index: number }
  | { readonly t: 'import'; readonly target: string }
  | { readonly t: 'sequence'; readonly of: readonly Sym[] }
  | { readonly t: 'dict'; readonly of: readonly (readonly [key: string, value: Sym])[] }
  | { readonly t: 'string'; readonly value: string }
  /** A string with holes: f-string, concatenation, `%`. */
  | { readonly t: 'template'; readonly of: readonly Sym[] }
  | { readonly t: 'number'; readonly value: number }
  | { readonly t: 'bool'; readonly value: boolean }
  | { readonly t: 'none' }
  /** What a name stands for elsewhere, without instances of a class: the branch where `isinstance` says no. */
  | { readonly t: 'except'; readonly of: Sym; readonly type: Sym }
  /** Seen from another function of the same module: `global x; x = …`. */
  | { readonly t: 'in'; readonly scope: number; readonly of: Sym }
  | { readonly t: 'unknown' };

const flowOfModule = ({ facts, problems }: Extracted<PythonModule>): Extracted<ModuleFlow> => ({
  facts: flowOf(facts.tree),
  ...(problems ? { problems } : {}),
});

export const pythonFlow: StagedExtractor<ModuleFlow, PackedTree> = {
  name: 'python-flow',
  version: 8,
  extract: async (bytes) => flowOfModule(await parsePython(decodePython(bytes))),
  parser: pythonParser,
  extractParsed: async (bytes, packed) => flowOfModule(await parsedPython(bytes, packed)),
};
