import type { IndexKey } from '../../languages/sql/index.js';

/** PostgreSQL's limit for a name, in bytes. */
const NAME_BYTES = 63;

/**
 * The name PostgreSQL gives an index or a constraint without one: `table_column_suffix`, shortened to 63 bytes with the
 * longer of the two parts cut first, and numbered when it is taken (`makeObjectName`, `ChooseIndexName`).
 */
export function chooseIndexName(
  table: string,
  keys: readonly IndexKey[],
  taken: ReadonlySet<string>,
  suffix = 'idx',
): string {
  const columns = keys.map((key) => key.column ?? expressionName(key.expression ?? '')).join('_');
  for (let number = 0; ; number++) {
    const name = makeName(table, columns, number === 0 ? suffix : `${suffix}${String(number)}`);
    if (!taken.has(name)) return name;
  }
}

/** A call lends its name (`lower(email)` → `lower`), anything else is `expr`. */
const expressionName = (expression: string): string => /^([a-z_]\w*)\(/.exec(expression)?.[1]?.toLowerCase() ?? 'expr';

function makeName(table: string, columns: string, suffix: string): string {
  const room = NAME_BYTES - suffix.length - 1 - (columns === '' ? 0 : 1);
  let first = table;
  let second = columns;
  while (byteLength(first) + byteLength(second) > room) {
    if (byteLength(first) > byteLength(second)) first = first.slice(0, -1);
    else second = second.slice(0, -1);
  }
  return [first, second, suffix].filter((part) => part !== '').join('_');
}

const byteLength = (text: string): number => Buffer.byteLength(text);
