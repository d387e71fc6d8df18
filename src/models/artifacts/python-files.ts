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

/** Python files, notebooks, and scripts without an ending (`train`) that mention one of the needles, parsed. */
export async function pythonFiles(workspace: Workspace, needles: readonly string[]): Promise<PythonFile[]> {
  const found: PythonFile[] = [];
  const named = await workspace.mentioning(workspace.glob('**/*.py', '**/*.ipynb'), needles);
  for (const path of [...named, ...(await scripts(workspace, needles))]) {
    if (!path.endsWith('.ipynb')) {
      const facts = await workspace.facts(pythonModule, path);
      if (facts) found.push({ path, tree: facts.tree, lineOf: (line) => line });
    } else {
      const facts = await workspace.facts(notebook, path);
      if (facts) found.push({ path, tree: facts.tree, lineOf: (line) => facts.lines[line - 1] ?? 1 });
    }
  }
  return found;
}

/** Programs that a container starts by a bare name, as SageMaker does with `train` and `serve`: their first line says what they are. */
async function scripts(workspace: Workspace, needles: readonly string[]): Promise<string[]> {
  const bare = workspace.files.map(({ path }) => path).filter((path) => /(?:^|\/)[\w-]+$/.test(path));
  const candidates = await workspace.mentioning(await workspace.mentioning(bare, ['#!']), needles);
  const found: string[] = [];
  for (const path of candidates) {
    if (/^#!.*\bpython[\d.]*\b/.test((await workspace.text(path)) ?? '')) found.push(path);
  }
  return found;
}
