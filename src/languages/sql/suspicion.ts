import type { SchemaChange } from './changes.js';
import { HOLE } from './split.js';

const DDL =
  /\b(create|alter|drop|rename)\s+(?:or\s+replace\s+)?(?:unique\s+|materialized\s+|unlogged\s+|temp(?:orary)?\s+)?(\w+)/gi;
/** What these make or change holds no column and no index. */
const HARMLESS =
  /^(function|procedure|routine|trigger|event|role|user|policy|view|sequence|publication|subscription|extension|schema|aggregate|operator|cast|rule|collation|type|database|server|language)$/i;

/**
 * Text that cannot be parsed, or only when it runs, as the change that it may be: words are all there is to judge by.
 * @returns undefined when it speaks of nothing that could change a table
 */
export function suspectedChange(text: string, reason: string, line: number): SchemaChange | undefined {
  const verbs = [...text.matchAll(DDL)].filter((match) => !HARMLESS.test(match[2] ?? ''));
  if (verbs.length === 0) return undefined;
  const makes = verbs.every((match) => /^create$/i.test(match[1] ?? '') && /^table$/i.test(match[2] ?? ''));
  const named = /\b(?:table|on)\s+(?:if\s+(?:not\s+)?exists\s+)?(?:only\s+)?(?:\w+\.)?"?(\w+)"?/i.exec(text)?.[1];
  const known = named !== undefined && !named.includes(HOLE) && !makes ? { table: { name: named } } : {};
  return { kind: 'unknown', reason, line, ...known, ...(makes ? { makes: true } : {}) };
}
