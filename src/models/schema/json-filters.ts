import { givesDocument } from './coverage.js';
import type { ColumnName, Operand, Predicate } from '../../languages/sql/index.js';

/** Operators that a GIN index on a jsonb column can serve. */
const CONTAINMENT: ReadonlySet<string> = new Set(['@>', '?', '?|', '?&', '@?', '@@']);

/** An operand that takes text out of a document: `data ->> 'city'`, `lower(data #>> '{a,b}')`. */
export function textAccess(predicate: Predicate): Operand | undefined {
  return [predicate.left, predicate.right].find(
    (operand) => operand?.json?.operator === '->>' || operand?.json?.operator === '#>>',
  );
}

export interface Search {
  readonly column: ColumnName;
  readonly operand: Operand;
  /** It looks into a document; otherwise into a text or a `tsvector` made of it. */
  readonly document: boolean;
}

/** The column or expression that a containment operator searches. */
export function searched(predicate: Predicate): Search | undefined {
  if (!CONTAINMENT.has(predicate.operator)) return undefined;
  const column = predicate.left.column ?? predicate.left.json?.column;
  if (column === undefined) return undefined;
  return { column, operand: predicate.left, document: givesDocument(predicate.left.expression) };
}
