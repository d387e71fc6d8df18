import type { Language, Tree } from 'web-tree-sitter';
import { walkTree, type Cursor } from '../tree-sitter.js';

/**
 * The concrete tree, copied out of wasm in one pass. Every step of a cursor costs a call into wasm, so tokens without
 * meaning, comments and the insides of plain strings are never asked about.
 */
export interface Raw {
  /** Grammar's node type; `ERROR` for a syntax error, `TOO_DEEP` for what lies below the nesting limit. */
  readonly type: string;
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
  readonly children: readonly Raw[];
}

/** Deeper than any code a person wrote; everything that recurses over the tree relies on it. */
export const MAX_DEPTH = 800;

/** Nodes whose unnamed tokens mean something: the operator, `async`, `yield from`, the colons of a slice. */
const WITH_TOKENS = new Set(
  (
    'binary_operator boolean_operator comparison_operator not_operator unary_operator augmented_assignment ' +
    'function_definition for_statement with_statement for_in_clause yield slice'
  ).split(' '),
);
const NO_OPERATOR = new Set([':', '(', ')', ',', 'def', 'for', 'with', '->', 'yield', '[', ']', '\n', ';']);

/** Nodes that end where their last child does; the grammar lets a trailing comment lengthen them. */
const COMPOUND = new Set(
  (
    'block function_definition class_definition decorated_definition if_statement elif_clause else_clause for_statement ' +
    'while_statement with_statement try_statement except_clause finally_clause match_statement case_clause'
  ).split(' '),
);

/** Nodes whose children say nothing that their text does not. */
const LEAVES = new Set(
  (
    'identifier integer float true false none ellipsis dotted_name import_prefix pass_statement break_statement ' +
    'continue_statement comment wildcard_import keyword_separator positional_separator type_conversion format_specifier ' +
    'case_pattern string_start string_content string_end escape_sequence'
  ).split(' '),
);

const DROP = 0;
const LEAF = 1;
const STRING = 2;
const INNER = 3;
const TOKEN = 4;
type Treatment = 0 | 1 | 2 | 3 | 4;

let known: { language: Language; treatments: Uint8Array } | undefined;

function treatmentsOf(language: Language): Uint8Array {
  if (known?.language !== language) {
    const treatments = language.types.map((type, id): Treatment => {
      if (type === 'comment' || type === 'line_continuation') return DROP;
      if (!language.nodeTypeIsNamed(id)) return NO_OPERATOR.has(type) && type !== ':' ? DROP : TOKEN;
      return LEAVES.has(type) ? LEAF : type === 'string' ? STRING : INNER;
    });
    known = { language, treatments: Uint8Array.from(treatments) };
  }
  return known.treatments;
}

interface Open {
  type: string;
  start: number;
  end: number;
  children: Raw[];
  tokens: boolean;
}

const NONE: readonly Raw[] = [];

export interface CopiedTree {
  readonly root: Raw;
  /** Offset of the first thing below the nesting limit. */
  readonly tooDeep: number | undefined;
  /** Whether a star stands inside the expression it should be around; see `hoistStar`. */
  readonly misplacedStar: boolean;
}

/** Nodes that the grammar lets bind tighter than a star. */
export const POSTFIX: ReadonlySet<string> = new Set(['call', 'attribute', 'subscript']);

/** @param walk how to get about in the tree; the result does not depend on it */
export function copyTree(tree: Tree, source: string, walk = walkTree<CopiedTree>): CopiedTree {
  const { language } = tree;
  const { hasError, type } = tree.rootNode;
  return walk(tree, (cursor) => copy(cursor, type, language, source, hasError));
}

function copy(cursor: Cursor, rootType: string, language: Language, source: string, broken: boolean): CopiedTree {
  const { types } = language;
  const treatments = treatmentsOf(language);
  const root: Open = { type: rootType, start: 0, end: source.length, children: [], tokens: false };
  const stack: Open[] = [root];
  let tooDeep: number | undefined;
  let misplacedStar = false;
  let parent = root;
  if (!cursor.firstChild()) return { root, tooDeep, misplacedStar };
  for (;;) {
    const id = cursor.typeId();
    const treatment = treatments[id] ?? INNER;
    if (treatment !== DROP && (treatment !== TOKEN || parent.tokens)) {
      const start = cursor.start();
      const end = cursor.end();
      const type = broken && start === end && cursor.missing() ? 'ERROR' : (types[id] ?? 'ERROR');
      if (treatment === INNER || (treatment === STRING && interpolates(source, start))) {
        if (type === 'list_splat' && POSTFIX.has(parent.type)) misplacedStar = true;
        const deep = stack.length >= MAX_DEPTH;
        if (deep) tooDeep ??= start;
        const node: Open = { type: deep ? 'TOO_DEEP' : type, start, end, children: [], tokens: WITH_TOKENS.has(type) };
        parent.children.push(node);
        if (!deep && cursor.firstChild()) {
          stack.push(node);
          parent = node;
          continue;
        }
      } else {
        parent.children.push({ type, start, end, children: NONE });
      }
    }
    while (!cursor.nextSibling()) {
      const closed = stack.pop();
      const last = closed?.children.at(-1);
      if (closed !== undefined && last !== undefined && COMPOUND.has(closed.type)) closed.end = last.end;
      const up = stack.at(-1);
      if (up === undefined || !cursor.parent()) return { root, tooDeep, misplacedStar };
      parent = up;
    }
  }
}

/** Whether the literal that starts here is an f-string or t-string: only their insides are code. */
function interpolates(source: string, start: number): boolean {
  for (let i = start; i < start + 3; i++) {
    const code = source.charCodeAt(i) | 32; // lower case
    if (code === 102 || code === 116) return true;
    if (code === 34 || code === 39) return false;
  }
  return false;
}
