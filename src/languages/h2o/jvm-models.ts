import type { Extractor } from '../../core/facts.js';
import { decodeText } from '../text.js';
import { JAVA, tokens, type Token } from '../tokens/lexer.js';

/** A call on the JVM that keeps or loads an H2O model. */
export interface JvmModelCall {
  readonly kind: 'mojo' | 'binary' | 'load-binary';
  /** `exportBinaryModel`. */
  readonly text: string;
  readonly line: number;
  readonly endLine: number;
}

/** Of H2O's `Model` and of Sparkling Water's `ModelSerializationSupport`. */
const KINDS: Readonly<Record<string, JvmModelCall['kind']>> = {
  exportBinaryModel: 'binary',
  exportH2OModel: 'binary',
  importBinaryModel: 'load-binary',
  loadH2OModel: 'load-binary',
  exportMOJOModel: 'mojo',
  exportMOJO: 'mojo',
  exportMojo: 'mojo',
  getMojo: 'mojo',
  saveMojo: 'mojo',
  downloadMojo: 'mojo',
};

const IMPORTS_H2O = /^[ \t]*import (?:static )?(?:_root_\.)?(?:hex|water|ai\.h2o|org\.apache\.spark\.h2o)\./m;
/** What H2O's own code does is nobody's pipeline. */
const OF_H2O = /^[ \t]*package (?:hex|water|ai\.h2o|org\.apache\.spark\.(?:ml\.)?h2o)\b/m;

/** Java, Scala, Kotlin and Groovy that import H2O. */
export const jvmModels: Extractor<readonly JvmModelCall[]> = {
  name: 'h2o-jvm-models',
  version: 1,
  extract(bytes) {
    const text = decodeText(bytes);
    return { facts: IMPORTS_H2O.test(text) && !OF_H2O.test(text) ? calls(text) : [] };
  },
};

/** Methods only: a function that has such a name of its own is declared, and called, without a receiver. */
function calls(text: string): JvmModelCall[] {
  const found: JvmModelCall[] = [];
  let receiver: Token | undefined;
  let dot: Token | undefined;
  for (const token of tokens(text, JAVA)) {
    if (token.kind === 'comment') continue;
    const kind = token.kind === 'name' && dot?.text === '.' ? KINDS[token.text] : undefined;
    if (kind !== undefined) {
      const name = receiver?.kind === 'name' ? `${receiver.text}.${token.text}` : token.text;
      found.push({ kind, text: name, line: token.line, endLine: token.line });
    }
    receiver = dot;
    dot = token;
  }
  return found;
}
