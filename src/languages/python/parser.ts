import { createRequire } from 'node:module';
import { Language, Parser, type Tree } from 'web-tree-sitter';
import { Unparsable } from '../../core/errors.js';
import { treeSitterReady } from '../tree-sitter.js';

/** Beyond this a file is generated data, and parsing it would hold up everything else. UTF-16 units. */
const MAX_LENGTH = 2_000_000;
/** Error recovery in hostile input is the one thing that is not linear. */
const MAX_MILLISECONDS = 10_000;

let ready: Promise<Parser> | undefined;

async function load(): Promise<Parser> {
  await treeSitterReady();
  const wasm = createRequire(import.meta.url).resolve('tree-sitter-python/tree-sitter-python.wasm');
  return new Parser().setLanguage(await Language.load(wasm));
}

/** The grammar's node types by number. They are there once anything was parsed, in this thread or in another. */
export async function nodeTypes(): Promise<readonly string[]> {
  ready ??= load();
  return (await ready).language?.types ?? [];
}

/**
 * Parses and hands the tree to `use`, then frees it: wasm memory knows no garbage collector.
 * @throws Unparsable when the text is too long or takes too long
 */
export async function withTree<T>(source: string, use: (tree: Tree) => T): Promise<T> {
  if (source.length > MAX_LENGTH) throw new Unparsable(`longer than ${MAX_LENGTH} characters`);
  ready ??= load();
  const parser = await ready;
  const deadline = performance.now() + MAX_MILLISECONDS;
  const tree = parser.parse(source, null, { progressCallback: () => performance.now() > deadline });
  if (tree === null) {
    parser.reset();
    throw new Unparsable('takes too long to parse');
  }
  try {
    return use(tree);
  } finally {
    tree.delete();
  }
}
