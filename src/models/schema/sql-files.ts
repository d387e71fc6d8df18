import type { Workspace } from '../../core/workspace.js';
import { sqlFile } from '../../languages/sql/index.js';
import type { SqlFileFacts } from '../../languages/sql/index.js';
import type { SqlFile, SqlHistory } from './histories.js';

export interface ReadFile extends SqlFile {
  readonly facts: SqlFileFacts;
}

/**
 * The files of one history that are PostgreSQL's. A folder rarely serves two databases, so a file that does not parse
 * beside files of another database is that one's, and a history most of whose files are another database's is that
 * one's as a whole. Whatever is left out is recorded as a gap.
 * @param neighbour the database that other files of a folder are for, when their words say so
 */
export async function readHistory(
  workspace: Workspace,
  history: SqlHistory,
  neighbour: (path: string) => string | undefined,
): Promise<readonly ReadFile[]> {
  const files = await readAll(workspace, history);
  const foreign = files.filter(({ facts }) => facts.foreign !== undefined);
  const whole = history.tool !== 'plain' && foreign.length * 2 > files.length ? foreign[0]?.facts.foreign : undefined;
  const kept: ReadFile[] = [];
  for (const file of files) {
    const { path, facts } = file;
    const other = facts.foreign === undefined ? (whole ?? (isUnread(facts) ? neighbour(path) : undefined)) : undefined;
    if (other !== undefined) {
      workspace.gap({ path, kind: 'unsupported', reason: `${other} SQL, judged by the files beside it` });
      continue;
    }
    for (const problem of facts.problems) workspace.gap({ path, ...problem });
    kept.push(file);
  }
  return kept;
}

async function readAll(workspace: Workspace, history: SqlHistory): Promise<ReadFile[]> {
  const files: ReadFile[] = [];
  for (const file of history.files) {
    const facts = await workspace.facts(sqlFile, file.path);
    if (facts !== undefined) files.push({ ...file, facts });
  }
  return files;
}

const isUnread = (facts: SqlFileFacts): boolean => facts.statements.length === 0 && facts.problems.length > 0;

/** For a path, the database that the words of another file in its folder belong to. */
export async function neighbours(
  workspace: Workspace,
  histories: readonly SqlHistory[],
): Promise<(path: string) => string | undefined> {
  const byFolder = new Map<string, string>();
  for (const history of histories) {
    for (const { path, facts } of await readAll(workspace, history))
      if (facts.foreign !== undefined) byFolder.set(folderOf(path), facts.foreign);
  }
  return (path) => byFolder.get(folderOf(path));
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
