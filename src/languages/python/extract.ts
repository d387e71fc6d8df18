import { TextDecoder } from 'node:util';
import { Unparsable } from '../../core/errors.js';
import type { Extracted, FileParser, Problem, StagedExtractor } from '../../core/facts.js';
import type { PythonModule } from './ast.js';
import { nodeTypes, withTree } from './parser.js';
import { MAX_DEPTH, packTree, unpackTree, type PackedTree } from './raw.js';
import { Source } from './source.js';
import { statements } from './statements.js';

/**
 * Parses Python into {@link PythonModule}. Syntax errors leave a partial tree and their lines as problems.
 * @throws Unparsable when the text is too long, takes too long, or is a Git LFS pointer or the like without Python in it
 */
export async function parsePython(text: string): Promise<Extracted<PythonModule>> {
  return moduleOf(text, await packedTree(text));
}

const packedTree = (text: string): Promise<PackedTree> => withTree(text, (tree) => packTree(tree, text));

async function moduleOf(text: string, packed: PackedTree): Promise<Extracted<PythonModule>> {
  const source = new Source(text);
  source.misplacedStar = packed.misplacedStar;
  const root = unpackTree(packed.nodes, await nodeTypes());
  const body = statements(root, source);
  const tree = { kind: 'Module', ...source.span(root.start, root.end), body } as const;
  const problems: Problem[] = [];
  if (root.type === 'ERROR' && source.broken.size === 0) source.broken.add(1);
  const brokenLines = [...source.broken].sort((a, b) => a - b);
  if (brokenLines[0] !== undefined) problems.push({ kind: 'unread', reason: 'syntax error', line: brokenLines[0] });
  if (packed.tooDeep !== undefined) {
    problems.push({
      kind: 'unread',
      reason: `nested deeper than ${MAX_DEPTH} levels`,
      line: source.line(packed.tooDeep),
    });
  }
  return { facts: { tree, brokenLines }, problems };
}

/** Python's source encoding is UTF-8 unless a file says otherwise in its first two lines (PEP 263). */
export function decodePython(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const declared = /^(?:[^\n]*\n)?[ \t\f]*#[^\n]{0,100}?coding[:=][ \t]*([-\w.]+)/.exec(head)?.[1];
  const label = declared === undefined ? 'utf-8' : encodingLabel(declared);
  const decoder = decoderOf(label);
  // Python knows encodings (utf-7, rot13) in which text looks like other text: what is not decoded is not judged.
  if (!decoder) throw new Unparsable(`written in ${label}, which is not read`);
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Unparsable(`not ${label} text`);
  }
}

function decoderOf(label: string): TextDecoder | undefined {
  try {
    return new TextDecoder(label, { fatal: true });
  } catch {
    return undefined;
  }
}

/** Python's name of an encoding as the Encoding Standard spells it, editors' line-end suffixes left out. */
function encodingLabel(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('_', '-')
    .replace(/-(?:unix|dos|mac)$/, '')
    .replace(/^latin-(?=\d)/, 'latin')
    .replace(/^cp(?=125\d$)/, 'windows-')
    .replace(/^utf-8-sig$/, 'utf-8');
}

/** Bytes in, the tree as the grammar has it out. */
export const pythonParser: FileParser<PackedTree> = {
  name: 'python',
  parse: async (bytes) => packedTree(decodePython(bytes)),
  buffers: ({ nodes }) => [nodes.buffer],
};

/** {@link parsePython} of a file that {@link pythonParser} has parsed. */
export const parsedPython = (bytes: Uint8Array, packed: PackedTree): Promise<Extracted<PythonModule>> =>
  moduleOf(decodePython(bytes), packed);

/** A file's whole syntax tree. */
export const pythonModule: StagedExtractor<PythonModule, PackedTree> = {
  name: 'python',
  version: 1,
  extract: (bytes) => parsePython(decodePython(bytes)),
  parser: pythonParser,
  extractParsed: parsedPython,
};
