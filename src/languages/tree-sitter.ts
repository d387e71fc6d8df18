import { Parser, type Tree } from 'web-tree-sitter';

/**
 * Functions of the wasm module as web-tree-sitter exports them. A cursor lies in one place of wasm memory, where each of them
 * finds it and leaves it; web-tree-sitter copies it out and in again around every call, which costs more than the calls.
 */
interface Exports {
  _ts_tree_root_node_wasm(tree: number): void;
  _ts_tree_cursor_new_wasm(tree: number): void;
  _ts_tree_cursor_delete_wasm(tree: number): void;
  _ts_tree_cursor_goto_first_child_wasm(tree: number): number;
  _ts_tree_cursor_goto_next_sibling_wasm(tree: number): number;
  _ts_tree_cursor_goto_parent_wasm(tree: number): number;
  _ts_tree_cursor_current_node_type_id_wasm(tree: number): number;
  _ts_tree_cursor_current_node_is_missing_wasm(tree: number): number;
  _ts_tree_cursor_start_index_wasm(tree: number): number;
  _ts_tree_cursor_end_index_wasm(tree: number): number;
}

const NAMES = [
  '_ts_tree_root_node_wasm',
  '_ts_tree_cursor_new_wasm',
  '_ts_tree_cursor_delete_wasm',
  '_ts_tree_cursor_goto_first_child_wasm',
  '_ts_tree_cursor_goto_next_sibling_wasm',
  '_ts_tree_cursor_goto_parent_wasm',
  '_ts_tree_cursor_current_node_type_id_wasm',
  '_ts_tree_cursor_current_node_is_missing_wasm',
  '_ts_tree_cursor_start_index_wasm',
  '_ts_tree_cursor_end_index_wasm',
] as const satisfies readonly (keyof Exports)[];

/** Emscripten fills the object that `init` is given with what the module exports. */
const given: Partial<Exports> = {};
let ready: Promise<void> | undefined;

/** Loads the parser's wasm, once a thread. Whoever parses calls this and not `Parser.init`, which takes options the first time only. */
export const treeSitterReady = (): Promise<void> => (ready ??= Parser.init(given));

/** A place in a tree. Offsets are in UTF-16 units. */
export interface Cursor {
  firstChild(): boolean;
  nextSibling(): boolean;
  parent(): boolean;
  typeId(): number;
  missing(): boolean;
  start(): number;
  end(): number;
}

/**
 * Walks a tree from its root. Nothing else may be asked of any tree meanwhile, so the walk cannot wait for anything.
 */
export function walkTree<T>(tree: Tree, use: (cursor: Cursor) => T): T {
  const address: unknown = (tree as unknown as { readonly 0: unknown })[0];
  return typeof address === 'number' && hasAll(given) ? walkDirectly(given, address, use) : walkPublicly(tree, use);
}

const hasAll = (exports: Partial<Exports>): exports is Exports =>
  NAMES.every((name) => typeof exports[name] === 'function');

function walkDirectly<T>(exports: Exports, tree: number, use: (cursor: Cursor) => T): T {
  exports._ts_tree_root_node_wasm(tree);
  exports._ts_tree_cursor_new_wasm(tree);
  try {
    return use(new DirectCursor(exports, tree));
  } finally {
    exports._ts_tree_cursor_delete_wasm(tree);
  }
}

class DirectCursor implements Cursor {
  constructor(
    private readonly exports: Exports,
    private readonly tree: number,
  ) {}

  firstChild(): boolean {
    return this.exports._ts_tree_cursor_goto_first_child_wasm(this.tree) !== 0;
  }

  nextSibling(): boolean {
    return this.exports._ts_tree_cursor_goto_next_sibling_wasm(this.tree) !== 0;
  }

  parent(): boolean {
    return this.exports._ts_tree_cursor_goto_parent_wasm(this.tree) !== 0;
  }

  typeId(): number {
    return this.exports._ts_tree_cursor_current_node_type_id_wasm(this.tree);
  }

  missing(): boolean {
    return this.exports._ts_tree_cursor_current_node_is_missing_wasm(this.tree) !== 0;
  }

  start(): number {
    return this.exports._ts_tree_cursor_start_index_wasm(this.tree);
  }

  end(): number {
    return this.exports._ts_tree_cursor_end_index_wasm(this.tree);
  }
}

/** The same through the public interface alone, three times as slow. For a web-tree-sitter that is built in another way. */
export function walkPublicly<T>(tree: Tree, use: (cursor: Cursor) => T): T {
  const cursor = tree.walk();
  try {
    return use({
      firstChild: () => cursor.gotoFirstChild(),
      nextSibling: () => cursor.gotoNextSibling(),
      parent: () => cursor.gotoParent(),
      typeId: () => cursor.nodeTypeId,
      missing: () => cursor.nodeIsMissing,
      start: () => cursor.startIndex,
      end: () => cursor.endIndex,
    });
  } finally {
    cursor.delete();
  }
}
