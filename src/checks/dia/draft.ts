import { DESCRIPTION_PATH } from '../../core/pull-request.js';
import type { FindingDraft } from '../../core/types.js';

/** A finding about the description of the pull request; its line is the line of the description. */
export const inDescription = (line: number, rest: Omit<FindingDraft, 'location'>): FindingDraft => ({
  location: { path: DESCRIPTION_PATH, startLine: line, endLine: line },
  ...rest,
});

/** `thesis`, `thesis and synthesis`, `thesis, antithesis and synthesis`. */
export function listed(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
}

/** What a missing argument does, in one sentence for all checks of the gate. */
export const UNARGUED =
  'Nobody can tell from this pull request which objection was weighed, so the same debate comes back after an incident.';
