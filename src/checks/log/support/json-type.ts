/**
 * The lines of a column's definition with `json` made `jsonb`, in SQL or in Python. Undefined when that is not safe to
 * say: the type is not written on these lines, or the Python file does not import JSONB's module.
 * @param file the whole file, for its imports
 */
export function jsonToJsonb(lines: string, column: string, file: string): string | undefined {
  if (column.toLowerCase() === 'json') return undefined;
  if (/\bpostgresql\.JSON\b/.test(lines)) return lines.replace(/\bpostgresql\.JSON\b/g, 'postgresql.JSONB');
  if (/\b(?:sa|sqlalchemy)\.JSON\b/.test(lines)) return fromGeneric(lines, file);
  if (/(?:^|[^.\w])JSON\b/.test(lines) && /\bfrom\s+sqlalchemy/.test(file)) return fromBareName(lines, file);
  return fromSql(lines);
}

const IMPORTS_POSTGRESQL = /^from\s+sqlalchemy\.dialects\s+import\s+[^\n]*\bpostgresql\b/m;
const IMPORTS_JSONB = /^from\s+sqlalchemy\.dialects\.postgresql\s+import\s+(?:\([^)]*\bJSONB\b|[^\n(]*\bJSONB\b)/m;

function fromGeneric(lines: string, file: string): string | undefined {
  const name = IMPORTS_POSTGRESQL.test(file) ? 'postgresql.JSONB' : IMPORTS_JSONB.test(file) ? 'JSONB' : undefined;
  return name === undefined ? undefined : lines.replace(/\b(?:sa|sqlalchemy)\.JSON\b/g, name);
}

function fromBareName(lines: string, file: string): string | undefined {
  return IMPORTS_JSONB.test(file) ? lines.replace(/(^|[^.\w"'])JSON\b(?!["'])/g, '$1JSONB') : undefined;
}

/** Only words outside quotes; `'{"json": 1}'::json` keeps its literal. */
function fromSql(lines: string): string | undefined {
  let changed = false;
  const parts = lines.split(/('(?:[^']|'')*'|"[^"]*"|--[^\n]*|#[^\n]*)/);
  const replaced = parts.map((part, i) =>
    i % 2 === 1
      ? part
      : part.replace(/(?<![.\w])json\b(?!\s*\(|\.)/gi, (word) => {
          changed = true;
          return word === word.toUpperCase() ? 'JSONB' : 'jsonb';
        }),
  );
  return changed ? replaced.join('') : undefined;
}
