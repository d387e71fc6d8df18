import { parsePlPgSQLSync } from 'libpg-query';

/** A statement inside a PL/pgSQL body. */
export interface BodyStatement {
  readonly sql: string;
  /** 1-based line in the body; the body's first line is 1. */
  readonly line: number;
  /** Under IF, LOOP, CASE or an exception handler. */
  readonly conditional: boolean;
}

export interface Body {
  readonly statements: readonly BodyStatement[];
  /** Parameters and local variables: what looks like a column and is none. */
  readonly variables: readonly string[];
}

const MAX_DEPTH = 60;

/**
 * The SQL statements of a `CREATE FUNCTION … LANGUAGE plpgsql` or `DO` statement, by the server's own PL/pgSQL parser.
 * `EXECUTE 'literal'` counts; other dynamic SQL is not followed.
 * @returns undefined when the body does not parse
 */
export function readBody(statement: string): Body | undefined {
  try {
    const statements: BodyStatement[] = [];
    const variables: string[] = [];
    const parsed: unknown = parsePlPgSQLSync(statement);
    collect(parsed, { line: 1, conditional: false }, statements, 0);
    collectVariables(parsed, variables, 0);
    return { statements, variables };
  } catch {
    return undefined;
  }
}

interface Where {
  readonly line: number;
  readonly conditional: boolean;
}

const CONDITIONAL = /^PLpgSQL_(stmt_(if|case|while|fors|fori|foreach_a|loop)|exception)/;

function collect(node: unknown, where: Where, found: BodyStatement[], depth: number): void {
  if (typeof node !== 'object' || node === null || depth > MAX_DEPTH * 4) return;
  if (Array.isArray(node)) {
    for (const item of node) collect(item, where, found, depth + 1);
    return;
  }
  for (const [key, value] of Object.entries(node)) {
    const line = (value as { lineno?: number } | null)?.lineno ?? where.line;
    const handled = key === 'PLpgSQL_stmt_block' && (value as { exceptions?: unknown }).exceptions !== undefined;
    const next = { line, conditional: where.conditional || handled || CONDITIONAL.test(key) };
    statementOf(key, value, next, found);
    collect(value, next, found, depth + 1);
  }
}

function statementOf(key: string, value: unknown, where: Where, found: BodyStatement[]): void {
  const statement = value as { sqlstmt?: Expression; expr?: Expression; query?: Expression } | null;
  const sql =
    key === 'PLpgSQL_stmt_execsql'
      ? queryOf(statement?.sqlstmt)
      : key === 'PLpgSQL_stmt_perform'
        ? queryOf(statement?.expr)?.replace(/^\s*perform\b/i, 'SELECT ')
        : key === 'PLpgSQL_stmt_fors' || key === 'PLpgSQL_stmt_return_query'
          ? queryOf(statement?.query)
          : undefined;
  if (sql !== undefined) found.push({ sql, ...where });
  if (key !== 'PLpgSQL_stmt_dynexecute') return;
  const literal = /^'((?:[^']|'')*)'$/.exec(queryOf(statement?.query)?.trim() ?? '')?.[1];
  if (literal !== undefined) found.push({ sql: literal.replaceAll("''", "'"), ...where });
}

function collectVariables(node: unknown, found: string[], depth: number): void {
  if (typeof node !== 'object' || node === null || depth > 8) return;
  for (const [key, value] of Object.entries(node)) {
    const name = /^PLpgSQL_(var|rec|row)$/.test(key) ? (value as { refname?: unknown } | null)?.refname : undefined;
    if (typeof name === 'string') found.push(name);
    collectVariables(value, found, depth + 1);
  }
}

type Expression = { PLpgSQL_expr?: { query?: string } } | { query?: Expression } | null | undefined;

function queryOf(expression: unknown): string | undefined {
  const query = (expression as { PLpgSQL_expr?: { query?: string } } | null | undefined)?.PLpgSQL_expr?.query;
  return typeof query === 'string' ? query : undefined;
}
