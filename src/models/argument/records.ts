import { posix } from 'node:path';
import { defineModel, type Workspace } from '../../core/workspace.js';
import { documentExtractor } from '../../languages/markdown/index.js';
import { isRecordPath } from './adr-path.js';
import { recordOf, type DecisionRecord } from './record.js';

export interface RecordFile {
  readonly path: string;
  readonly record: DecisionRecord;
}

/** A change of more records than this is a migration of the log, not a set of decisions. */
const MOST = 200;

/** The decision records that the change adds or edits, by path. */
export const changedRecords = defineModel('argument/records', async (workspace): Promise<readonly RecordFile[]> => {
  const paths = recordPaths(workspace).filter((path) => workspace.addedLines(path) !== undefined);
  const found: RecordFile[] = [];
  for (const path of paths.slice(0, MOST)) {
    const facts = await workspace.facts(documentExtractor(path), path);
    if (facts) found.push({ path, record: recordOf(facts) });
  }
  return found;
});

/** Every decision record of the repository, by path. */
export const recordPaths = (workspace: Workspace): readonly string[] =>
  workspace.files.map((file) => file.path).filter(isRecordPath);

/** The file that took a record's place, looked up next to it and by number; undefined when there is none. */
export function successorOf({ path, record }: RecordFile, all: readonly string[]): string | undefined {
  const by = record.status.supersededBy;
  if (by === undefined) return undefined;
  const target = posix.normalize(posix.join(posix.dirname(path), by.replace(/[#?].*$/, '')));
  if (all.includes(target)) return target;
  const number = /\d+/.exec(by.split('/').at(-1) ?? '')?.[0];
  return number === undefined
    ? undefined
    : all.find((candidate) => candidate !== path && Number(numberOf(candidate)) === Number(number));
}

/** `0009-use-odyssey.md`, `ADR-9.md`, `2023-04-26_023-local-state.md`: a date before the number is none. */
const numberOf = (path: string): string =>
  /^(?:\d{4}-\d{2}-\d{2}[-_ ](?=\D{0,6}\d))?\D{0,6}(\d{1,6})/.exec(path.split('/').at(-1) ?? '')?.[1] ?? 'none';
