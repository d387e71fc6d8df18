import { createRequire } from 'node:module';
import { Language, Parser } from 'web-tree-sitter';
import type { Node } from 'web-tree-sitter';
import { Unparsable } from '../../core/errors.js';
import { treeSitterReady } from '../tree-sitter.js';

export type JvmLanguage = 'java' | 'scala';

/** Beyond this a source file is generated. UTF-16 units. */
const MAX_LENGTH = 500_000;
/** Error recovery in hostile input is the one thing that is not linear. */
const MAX_MILLISECONDS = 5_000;

const parsers = new Map<JvmLanguage, Promise<Parser>>();

async function load(language: JvmLanguage): Promise<Parser> {
  await treeSitterReady();
  const wasm = createRequire(import.meta.url).resolve(`tree-sitter-${language}/tree-sitter-${language}.wasm`);
  return new Parser().setLanguage(await Language.load(wasm));
}

/**
 * Parses and hands the root to `use`, then frees the tree: wasm memory knows no garbage collector.
 * @throws Unparsable when the text is too long or takes too long
 */
export async function withJvmTree<T>(language: JvmLanguage, source: string, use: (root: Node) => T): Promise<T> {
  if (source.length > MAX_LENGTH) throw new Unparsable(`longer than ${MAX_LENGTH} characters`, 1, 'unsupported');
  const loading = parsers.get(language) ?? load(language);
  parsers.set(language, loading);
  const parser = await loading;
  const deadline = performance.now() + MAX_MILLISECONDS;
  const tree = parser.parse(source, null, { progressCallback: () => performance.now() > deadline });
  if (tree === null) {
    parser.reset();
    throw new Unparsable('takes too long to parse');
  }
  try {
    return use(tree.rootNode);
  } finally {
    tree.delete();
  }
}
