import type { FindingDraft, Severity } from '../../../core/types.js';
import type { ReadSqlBlock } from '../../../models/mage/sql.js';

/** Statements of a Mage SQL block that change the database. */
export function sqlBlockWrites(block: ReadSqlBlock, severity?: Severity): FindingDraft[] {
  const kind = block.kind.replaceAll('_', ' ');
  return block.statements
    .filter(({ action }) => action === 'write')
    .map(({ verb, line, endLine, head }) => ({
      location: { path: block.path, startLine: line, endLine },
      message: `This SQL ${kind} block runs ${verb}: it should only select; an exporter writes.`,
      consequence:
        'A retried or backfilled run changes the database again, and a failure in a later block leaves half a result behind.',
      evidence: head,
      ...(severity === undefined ? {} : { severity }),
    }));
}
