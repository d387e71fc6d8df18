import { parsePlPgSQLSync } from 'libpg-query';
import { HOLE } from './split.js';
import { dynamicText, literalArray } from './dynamic.js';

/** A statement inside a PL/pgSQL body. */
export interface BodyStatement {
  /** What is known only when it runs is `HOLE`. */
  readonly sql: string;
  /** 1-based line in the body; the body's first line is 1. */
  readonly line: number;
  /** Under IF, LOOP, CASE or an exception handler. */
  readonly conditional: boolean;
  /** `EXECUTE`: put together when it runs. */
  readonly dynamic: boolean;
}

export interface Body {
  readonly statements: readonly BodyStatement[];
  /** Parameters and local variables: what looks like a column and is none. */
  readonly variables: readonly string[];
}

const MAX_DEPTH = 240;
/** Loops over literal arrays multiply; a body with more statements than this is not worth following. */
const MAX_STATEMENTS = 2_000;

/**
 * The SQL statements of a `CREATE FUNCTION … LANGUAGE plpgsql` or `DO` statement, by the server's own PL/pgSQL parser.
 * @returns undefined when the body does not parse
 */
export function readBody(statement: string): Body | undefined {
  try {
    return new BodyReader(parsePlPgSQLSync(statement)).read();
  } catch {
    return undefined;
  }
}

interface Frame {
  readonly line: number;
  readonly conditional: boolean;
  readonly depth: number;
  /** Variables with a known value; changed by assignments in the same sequence of statements. */
  readonly values: Map<string, string>;
}

const CONDITIONAL = /^PLpgSQL_(stmt_(if|case|while|fors|fori|foreach_a|loop|dynfors)|exception)/;

class BodyReader {
  private readonly statements: BodyStatement[] = [];
  private readonly variables: string[] = [];
  /** By PL/pgSQL's number of the variable. */
  private readonly names: (string | undefined)[] = [];
  private readonly arrays = new Map<string, readonly string[]>();

  constructor(private readonly parsed: unknown) {}

  read(): Body {
    const values = new Map<string, string>();
    visit(this.parsed, 'datums', 6, (datums) => {
      for (const datum of asList(datums)) this.variable(datum, values);
    });
    this.collect(this.parsed, { line: 1, conditional: false, depth: 0, values });
    return { statements: this.statements, variables: this.variables };
  }

  private variable(datum: unknown, values: Map<string, string>): void {
    const [kind, content] = Object.entries((datum ?? {}) as Record<string, unknown>)[0] ?? ['', undefined];
    const name = (content as { refname?: unknown } | undefined)?.refname;
    const named = typeof name === 'string' && /^PLpgSQL_(var|rec|row)$/.test(kind) ? name : undefined;
    this.names.push(named);
    if (named === undefined) return;
    this.variables.push(named);
    const initial = queryOf((content as { default_val?: unknown }).default_val);
    const array = initial === undefined ? undefined : literalArray(initial);
    if (array !== undefined) this.arrays.set(named, array);
    else if (initial !== undefined) values.set(named, dynamicText(initial, values));
  }

  private collect(node: unknown, frame: Frame): void {
    if (typeof node !== 'object' || node === null || frame.depth > MAX_DEPTH) return;
    if (this.statements.length > MAX_STATEMENTS) return;
    if (Array.isArray(node)) {
      for (const item of node) this.collect(item, { ...frame, depth: frame.depth + 1 });
      return;
    }
    for (const [key, value] of Object.entries(node)) {
      if (key === 'datums') continue;
      const line = (value as { lineno?: number } | null)?.lineno ?? frame.line;
      const inner = { ...frame, line, depth: frame.depth + 1 };
      this.statement(key, value, inner);
      this.descend(key, value, inner);
    }
  }

  private descend(key: string, value: unknown, frame: Frame): void {
    if (key === 'PLpgSQL_stmt_foreach_a' && this.literalLoop(value, frame)) return;
    const handled = key === 'PLpgSQL_stmt_block' && (value as { exceptions?: unknown }).exceptions !== undefined;
    const branches = CONDITIONAL.test(key);
    if (!handled && !branches) return this.collect(value, frame);
    this.collect(value, { ...frame, conditional: true, values: new Map(frame.values) });
    this.forget(value, frame);
  }

  /** `FOREACH name IN ARRAY ARRAY['a', 'b'] LOOP`: once for each. */
  private literalLoop(value: unknown, frame: Frame): boolean {
    const { varno, expr, body } = value as { varno?: number; expr?: unknown; body?: unknown };
    const name = this.names[varno ?? -1];
    const source = queryOf(expr) ?? '';
    const elements = this.arrays.get(source.trim()) ?? literalArray(source);
    if (name === undefined || elements === undefined) return false;
    for (const element of elements.slice(0, 200))
      this.collect(body, { ...frame, values: new Map([...frame.values, [name, element]]) });
    this.forget(body, frame);
    return true;
  }

  /** What a branch assigns is not known after it. */
  private forget(value: unknown, frame: Frame): void {
    visit(value, 'varno', MAX_DEPTH, (varno) => {
      const name = typeof varno === 'number' ? this.names[varno] : undefined;
      if (name !== undefined) frame.values.delete(name);
    });
  }

  private statement(key: string, value: unknown, frame: Frame): void {
    const statement = value as Record<string, unknown> | null;
    const add = (sql: string | undefined, dynamic = false): void => {
      if (sql !== undefined) this.statements.push({ sql, line: frame.line, conditional: frame.conditional, dynamic });
    };
    switch (key) {
      case 'PLpgSQL_stmt_execsql':
        return add(queryOf(statement?.['sqlstmt']));
      case 'PLpgSQL_stmt_call':
        return add(queryOf(statement?.['expr']));
      case 'PLpgSQL_stmt_perform':
        return add(queryOf(statement?.['expr'])?.replace(/^\s*perform\b/i, 'SELECT '));
      case 'PLpgSQL_stmt_fors':
      case 'PLpgSQL_stmt_return_query':
        return add(queryOf(statement?.['query']));
      case 'PLpgSQL_stmt_dynexecute':
        // With INTO it is a query.
        if (statement?.['into'] === true && dynamicText(queryOf(statement['query']) ?? '', frame.values) === HOLE)
          return;
        return add(dynamicText(queryOf(statement?.['query']) ?? '', frame.values), true);
      case 'PLpgSQL_stmt_assign':
        return this.assign(statement, frame, add);
      default:
        return;
    }
  }

  private assign(statement: Record<string, unknown> | null, frame: Frame, add: (sql: string) => void): void {
    const value = /^[^:='"(]+:?=([\s\S]*)$/.exec(queryOf(statement?.['expr']) ?? '')?.[1];
    const name = this.names[typeof statement?.['varno'] === 'number' ? statement['varno'] : -1];
    if (value === undefined) return;
    add(`SELECT ${value}`);
    if (name !== undefined) frame.values.set(name, dynamicText(value, frame.values));
  }
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** Calls back for every property of one name. */
function visit(node: unknown, name: string, depth: number, use: (value: unknown) => void): void {
  if (typeof node !== 'object' || node === null || depth < 0) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === name) use(value);
    else visit(value, name, depth - 1, use);
  }
}

function queryOf(expression: unknown): string | undefined {
  const query = (expression as { PLpgSQL_expr?: { query?: string } } | null | undefined)?.PLpgSQL_expr?.query;
  return typeof query === 'string' ? query : undefined;
}
