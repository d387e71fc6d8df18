import type { Workspace } from '../../core/workspace.js';
import { notebook } from '../../languages/notebook/extract.js';
import type { Module } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';

export interface PythonFile {
  readonly path: string;
  readonly tree: Module;
  /** The file's line of a line of the tree: not the same in a notebook. */
  readonly lineOf: (line: number) => number;
}

/** Python files and notebooks that mention one of the needles, parsed. */
export async function pythonFiles(workspace: Workspace, needles: readonly string[]): Promise<PythonFile[]> {
  const found: PythonFile[] = [];
  for (const path of await workspace.mentioning(workspace.glob('**/*.py', '**/*.ipynb'), needles)) {
    if (path.endsWith('.py')) {
      const facts = await workspace.facts(pythonModule, path);
      if (facts) found.push({ path, tree: facts.tree, lineOf: (line) => line });
    } else {
      const facts = await workspace.facts(notebook, path);
      if (facts) found.push({ path, tree: facts.tree, lineOf: (line) => facts.lines[line - 1] ?? 1 });
    }
  }
  return found;
}
