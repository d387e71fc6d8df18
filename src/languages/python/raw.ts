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

/** What has to be known of a node by its type's number, which is far cheaper to ask than its name. */
interface Kinds {
  readonly language: Language;
  readonly treatments: Uint8Array;
  readonly withTokens: Uint8Array;
  readonly compound: Uint8Array;
  readonly postfix: Uint8Array;
  readonly listSplat: number;
}

let known: Kinds | undefined;

function kindsOf(language: Language): Kinds {
  if (known?.language !== language) {
    const { types } = language;
    const flags = (of: ReadonlySet<string>): Uint8Array => Uint8Array.from(types, (type) => (of.has(type) ? 1 : 0));
    const treatments = types.map((type, id): Treatment => {
      if (type === 'comment' || type === 'line_continuation') return DROP;
      if (!language.nodeTypeIsNamed(id)) return NO_OPERATOR.has(type) && type !== ':' ? DROP : TOKEN;
      return LEAVES.has(type) ? LEAF : type === 'string' ? STRING : INNER;
    });
    known = {
      language,
      treatments: Uint8Array.from(treatments),
      withTokens: flags(WITH_TOKENS),
      compound: flags(COMPOUND),
      postfix: flags(POSTFIX),
      listSplat: types.indexOf('list_splat'),
    };
  }
  return known;
}

/** Nodes that the grammar lets bind tighter than a star. */
export const POSTFIX: ReadonlySet<string> = new Set(['call', 'attribute', 'subscript']);

/**
 * A tree in one block of memory, which passes from thread to thread without a copy. Depth first, four numbers a node: the
 * type's number in the grammar (or one of those below), where it starts and ends, how many children follow.
 */
export interface PackedTree {
  readonly nodes: Int32Array<ArrayBuffer>;
  /** Offset of the first thing below the nesting limit. */
  readonly tooDeep: number | undefined;
  /** Whether a star stands inside the expression it should be around; see `hoistStar`. */
  readonly misplacedStar: boolean;
}

const FIELDS = 4;
const END = 2;
const CHILDREN = 3;
const ERROR = -1;
const TOO_DEEP = -2;

/** @param walk how to get about in the tree; the result does not depend on it */
export function packTree(tree: Tree, source: string, walk = walkTree<PackedTree>): PackedTree {
  const { language } = tree;
  const { hasError, typeId } = tree.rootNode;
  return walk(tree, (cursor) => pack(cursor, typeId, language, source, hasError));
}

/** Takes nodes in order, and what only becomes known of them later. */
class Packer {
  nodes: Int32Array<ArrayBuffer>;
  length = 0;

  /** @param source a node takes some five characters of it */
  constructor(source: string) {
    this.nodes = new Int32Array(FIELDS * (64 + (source.length >> 2)));
  }

  /** @returns where it stands */
  add(type: number, start: number, end: number): number {
    const at = this.length;
    if (at + FIELDS > this.nodes.length) this.#grow();
    this.length = at + FIELDS;
    this.nodes[at] = type;
    this.nodes[at + 1] = start;
    this.nodes[at + END] = end;
    return at;
  }

  end(at: number): number {
    return this.nodes[at + END] ?? 0;
  }

  close(at: number, end: number, children: number): void {
    this.nodes[at + END] = end;
    this.nodes[at + CHILDREN] = children;
  }

  #grow(): void {
    const larger = new Int32Array(this.nodes.length * 2);
    larger.set(this.nodes);
    this.nodes = larger;
  }
}

/** A node whose children are being read. */
interface Open {
  /** Where it stands among the packed nodes. */
  at: number;
  type: number;
  children: number;
  /** End of its last child. */
  lastEnd: number;
}

function pack(cursor: Cursor, rootType: number, language: Language, source: string, broken: boolean): PackedTree {
  const { treatments, withTokens, compound, postfix, listSplat } = kindsOf(language);
  const packer = new Packer(source);
  const typeOf = (id: number): number => (id < treatments.length ? id : ERROR);
  let parent: Open = { at: packer.add(typeOf(rootType), 0, source.length), type: rootType, children: 0, lastEnd: 0 };
  const stack: Open[] = [parent];
  let tooDeep: number | undefined;
  let misplacedStar = false;
  const packed = (): PackedTree => ({ nodes: packer.nodes.slice(0, packer.length), tooDeep, misplacedStar });
  if (!cursor.firstChild()) return packed();
  for (;;) {
    const id = cursor.typeId();
    const treatment = treatments[id] ?? INNER;
    if (treatment !== DROP && (treatment !== TOKEN || withTokens[parent.type] === 1)) {
      const start = cursor.start();
      const end = cursor.end();
      const type = broken && start === end && cursor.missing() ? ERROR : typeOf(id);
      parent.children += 1;
      parent.lastEnd = end;
      if (treatment === INNER || (treatment === STRING && interpolates(source, start))) {
        if (type === listSplat && postfix[parent.type] === 1) misplacedStar = true;
        const deep = stack.length >= MAX_DEPTH;
        if (deep) tooDeep ??= start;
        const at = packer.add(deep ? TOO_DEEP : type, start, end);
        if (!deep && cursor.firstChild()) {
          parent = { at, type, children: 0, lastEnd: end };
          stack.push(parent);
          continue;
        }
      } else packer.add(type, start, end);
    }
    while (!cursor.nextSibling()) {
      stack.pop();
      const shortened = compound[parent.type] === 1 && parent.children > 0;
      const end = shortened ? parent.lastEnd : packer.end(parent.at);
      packer.close(parent.at, end, parent.children);
      const up = stack.at(-1);
      if (up === undefined || !cursor.parent()) return packed();
      parent = up;
      parent.lastEnd = end;
    }
  }
}

const NONE: readonly Raw[] = [];

/** Reads packed nodes one after another. */
class Unpacker {
  #at = 0;

  constructor(
    private readonly nodes: Int32Array,
    private readonly types: readonly string[],
  ) {}

  node(): Raw {
    const { nodes } = this;
    const at = this.#at;
    this.#at = at + FIELDS;
    const type = nodes[at] ?? ERROR;
    const count = nodes[at + CHILDREN] ?? 0;
    return {
      type: type === TOO_DEEP ? 'TOO_DEEP' : (this.types[type] ?? 'ERROR'),
      start: nodes[at + 1] ?? 0,
      end: nodes[at + END] ?? 0,
      children: count === 0 ? NONE : this.#children(count),
    };
  }

  #children(count: number): readonly Raw[] {
    const children: Raw[] = [];
    for (let i = 0; i < count; i++) children.push(this.node());
    return children;
  }
}

/** @param types names of the grammar's node types, by number */
export const unpackTree = (nodes: Int32Array, types: readonly string[]): Raw => new Unpacker(nodes, types).node();

/** Whether the literal that starts here is an f-string or t-string: only their insides are code. */
function interpolates(source: string, start: number): boolean {
  for (let i = start; i < start + 3; i++) {
    const code = source.charCodeAt(i) | 32; // lower case
    if (code === 102 || code === 116) return true;
    if (code === 34 || code === 39) return false;
  }
  return false;
}
