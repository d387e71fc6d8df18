import type { Extractor, Problem } from '../../core/facts.js';
import type { Module } from '../python/ast.js';
import { parsePython } from '../python/extract.js';
import { codeCells } from './cells.js';
import type { Cell, SourceLine } from './cells.js';
import { decodeText } from '../text.js';

/** A notebook's code as one module: the cells one after the other, as "run all" would. */
export interface Notebook {
  readonly tree: Module;
  /** Line of the module − 1 → line of the file. */
  readonly lines: readonly number[];
}

export const notebook: Extractor<Notebook> = {
  name: 'notebook',
  version: 2,
  async extract(bytes) {
    const cells = codeCells(decodeText(bytes));
    const problems: Problem[] = [];
    const lines = cells.flatMap((cell) => plain(cell, problems));
    const { facts, problems: broken = [] } = await parsePython(lines.map(({ text }) => text).join('\n'));
    const inFile = broken.map((problem) =>
      problem.line === undefined ? problem : { ...problem, line: lines[problem.line - 1]?.line ?? 1 },
    );
    return { facts: { tree: facts.tree, lines: lines.map(({ line }) => line) }, problems: [...problems, ...inFile] };
  },
};

/** Cell magics whose cell is Python all the same. */
const TRANSPARENT = /^%%(time|timeit|capture|prun|memit|script_magic|heat)\b/;

/** The cell's lines with what only IPython understands taken out, one line for one line. */
function plain(cell: Cell, problems: Problem[]): SourceLine[] {
  const first = cell.lines.find(({ text }) => text.trim() !== '');
  if (first?.text.startsWith('%%') && !TRANSPARENT.test(first.text)) {
    problems.push({
      kind: 'unsupported',
      reason: `a cell of ${first.text.split(/\s/, 1)[0] ?? '%%'}`,
      line: first.line,
    });
    return cell.lines.map(({ line }) => ({ text: '', line }));
  }
  return cell.lines.map(({ text, line }) => ({ text: withoutMagic(text), line }));
}

/** `%matplotlib inline`, `!pip install x`, `pip install x`, `df?`, `files = !ls`: kept as a statement that does nothing. */
function withoutMagic(text: string): string {
  const indent = /^\s*/.exec(text)?.[0] ?? '';
  const rest = text.slice(indent.length);
  if (/^(%|!|\?|(pip|conda) \w+ )/.test(rest) || /^[\w.]+\?{1,2}$/.test(rest)) return `${indent}pass`;
  const assigned = /^([\w, ]{1,100}=)\s*[!%]\s*[a-zA-Z]/.exec(rest);
  return assigned ? `${indent}${assigned[1] ?? ''} None` : text;
}
