import type { Node } from 'libpg-query';
import { Unparsable } from '../../core/errors.js';
import type { Problem } from '../../core/facts.js';
import { asNode, stringOf, strings, tagOf } from './ast.js';
import { readBody } from './body.js';
import type { Body } from './body.js';
import type { SchemaChange } from './changes.js';
import { readChanges } from './ddl.js';
import { foreignDialect, foreignType } from './dialect.js';
import type { Dialect, Direction, Operand, QueryFacts, SqlFacts, SqlStatement } from './facts.js';
import { parseStatement } from './parser.js';
import type { ParsedSql } from './parser.js';
import { readQueries } from './query.js';
import { splitStatements, TooDeep } from './split.js';
import type { Piece, SplitOptions } from './split.js';

export interface ReadOptions extends SplitOptions {
  /** 1-based line of a UTF-16 offset, when the text is part of a file (a string in Python). */
  readonly lineOf?: (offset: number) => number;
}

export interface ReadResult {
  readonly facts: SqlFacts;
  readonly problems: readonly Problem[];
}

/** Longer statements are data, not schema; the parser's memory grows with them. */
const MAX_STATEMENT = 512 * 1024;
/** After this many statements that do not parse the text is not worth more time. */
const MAX_FAILURES = 50;

/**
 * Reads SQL text statement by statement. `loadSqlParser()` must have been awaited.
 * @throws ForeignSql when the text is another database's
 * @throws Unparsable when no statement parses
 */
export function readSql(text: string, options: ReadOptions = {}): ReadResult {
  const lineOf = options.lineOf ?? lineFinder(text);
  const reader = new Reader(text, lineOf, options);
  return reader.read();
}

/** The text is another database's. */
export class ForeignSql extends Unparsable {
  constructor(readonly dialect: Dialect) {
    super(`looks like ${dialect} SQL, not PostgreSQL`, undefined, 'unsupported');
  }
}

class Reader {
  private readonly statements: SqlStatement[] = [];
  private readonly problems: Problem[] = [];
  private failures = 0;

  constructor(
    private readonly text: string,
    private readonly lineOf: (offset: number) => number,
    private readonly options: ReadOptions,
  ) {}

  read(): ReadResult {
    const direction = directionFinder(this.text);
    for (const piece of this.pieces()) {
      if (this.failures >= MAX_FAILURES) break;
      this.readPiece(piece, direction(piece.offset + piece.first));
    }
    this.refuseForeign();
    return { facts: { statements: this.statements }, problems: this.problems };
  }

  private pieces(): readonly Piece[] {
    try {
      return splitStatements(endedAtMarks(this.text), this.options);
    } catch (error) {
      if (error instanceof TooDeep) throw new Unparsable(error.message);
      throw error;
    }
  }

  private readPiece(piece: Piece, direction: Direction): void {
    const line = this.lineOf(piece.offset + piece.first);
    if (piece.text.length > MAX_STATEMENT) return this.tooLong(piece, line);
    const parsed = parseStatement(piece.text);
    if (parsed.kind === 'failed') return this.failed(piece, parsed, line);
    for (const node of parsed.nodes) this.statements.push(this.statement(node, piece, parsed, direction));
  }

  private tooLong(piece: Piece, line: number): void {
    const isData = /^\s*insert\b/i.test(piece.text.slice(piece.first, piece.first + 20));
    if (!isData)
      this.problems.push({
        kind: 'unread',
        line,
        reason: `a statement of ${String(piece.text.length)} characters was not parsed`,
      });
  }

  private failed(piece: Piece, parsed: Extract<ParsedSql, { kind: 'failed' }>, line: number): void {
    this.failures++;
    const at = parsed.offset === undefined ? line : this.lineOf(piece.offset + parsed.offset);
    const reason = piece.templated
      ? `a template that is not SQL before it is rendered: ${parsed.message}`
      : `not PostgreSQL: ${parsed.message}`;
    this.problems.push({ kind: piece.templated ? 'unsupported' : 'unread', line: at, reason });
  }

  private statement(
    node: Node,
    piece: Piece,
    parsed: Extract<ParsedSql, { kind: 'parsed' }>,
    direction: Direction,
  ): SqlStatement {
    const start = piece.offset + piece.first;
    const line = this.lineOf(start);
    const endLine = this.lineOf(piece.offset + piece.text.trimEnd().length);
    const lineAt = (location: number | undefined): number =>
      location === undefined ? line : this.lineOf(piece.offset + parsed.offsetOf(location));
    const context = { line, endLine, lineOf: lineAt };
    const body = this.body(node, piece, endLine);
    return {
      line,
      endLine,
      direction,
      kind: tagOf(node),
      changes: [...readChanges(node, context), ...body.changes],
      queries: [...readQueries(node, context), ...body.queries],
      ...(piece.templated ? { templated: true } : {}),
    };
  }

  /** What DO blocks and functions hold. A function's DDL does not happen when it is created; its queries count. */
  private body(node: Node, piece: Piece, endLine: number): { changes: SchemaChange[]; queries: QueryFacts[] } {
    const isDo = 'DoStmt' in node;
    const source = bodyOf(node);
    if (source === undefined) return { changes: [], queries: [] };
    const bodyLine = this.lineOf(piece.offset + Math.max(0, piece.text.indexOf(source)));
    const held = readBody(piece.text) ?? sqlBody(node, source) ?? { statements: [], variables: [] };
    const variables = new Set([...held.variables, ...parameters(node)]);
    const changes: SchemaChange[] = [];
    const queries: QueryFacts[] = [];
    for (const { sql, line, conditional } of held.statements) {
      const parsed = parseStatement(sql);
      if (parsed.kind === 'failed') continue;
      const at = Math.min(bodyLine + line - 1, endLine);
      const context = {
        line: at,
        endLine: at,
        lineOf: () => at,
        within: isDo ? ('do' as const) : ('function' as const),
      };
      for (const inner of parsed.nodes) {
        queries.push(...readQueries(inner, context).map((query) => withoutVariables(query, variables)));
        if (isDo)
          changes.push(
            ...readChanges(inner, context).map((change) => (conditional ? { ...change, conditional } : change)),
          );
      }
    }
    return { changes, queries };
  }

  private refuseForeign(): void {
    const types = this.statements.flatMap((statement) => statement.changes.flatMap(columnTypes));
    const byType = types.map(foreignType).find((dialect) => dialect !== undefined);
    const dialect = byType ?? (this.failures > 0 ? foreignDialect(this.text) : undefined);
    if (dialect !== undefined) throw new ForeignSql(dialect);
    if (this.statements.length === 0 && this.failures > 0) {
      const first = this.problems[0];
      throw new Unparsable(first?.reason ?? 'no statement parses', first?.line, first?.kind ?? 'unread');
    }
  }
}

function columnTypes(change: SchemaChange): string[] {
  if (change.kind === 'create-table') return change.columns.map((column) => column.type);
  return change.kind === 'add-column' ? [change.column.type] : [];
}

/** The text between the dollar quotes. */
function bodyOf(node: Node): string | undefined {
  const options = asNode(node, 'DoStmt')?.args ?? asNode(node, 'CreateFunctionStmt')?.options ?? [];
  const as = options.map((option) => asNode(option, 'DefElem')).find((option) => option?.defname === 'as');
  return stringOf(as?.arg) ?? strings(asNode(as?.arg, 'List')?.items)[0];
}

/** `LANGUAGE sql` bodies are plain statements. */
function sqlBody(node: Node, source: string): Body | undefined {
  const options = asNode(node, 'CreateFunctionStmt')?.options ?? [];
  const language = options.map((option) => asNode(option, 'DefElem')).find((option) => option?.defname === 'language');
  if (stringOf(language?.arg)?.toLowerCase() !== 'sql') return undefined;
  const lineOf = lineFinder(source);
  const statements = splitStatements(source).map((piece) => ({
    sql: piece.text,
    line: lineOf(piece.offset + piece.first),
    conditional: false,
  }));
  return { statements, variables: [] };
}

const parameters = (node: Node): string[] =>
  (asNode(node, 'CreateFunctionStmt')?.parameters ?? []).flatMap(
    (parameter) => asNode(parameter, 'FunctionParameter')?.name ?? [],
  );

/** A comparison with a field of a parameter is no filter on a column. */
function withoutVariables(query: QueryFacts, variables: ReadonlySet<string>): QueryFacts {
  const isVariable = (operand: Operand | undefined): boolean => variables.has(operand?.json?.column.name ?? '');
  return {
    ...query,
    predicates: query.predicates.filter(({ left, right }) => !isVariable(left) && !isVariable(right)),
  };
}

/**
 * The statements of a file as they would be sent to a server, the way back left out. Undefined when the file is more than
 * SQL: a template, psql's variables and meta-commands, data for COPY.
 */
export function sqlScript(text: string): readonly { readonly sql: string; readonly line: number }[] | undefined {
  if (/^[ \t]*\\[a-z]/im.test(text)) return undefined;
  const lineOf = lineFinder(text);
  const direction = directionFinder(text);
  const script: { sql: string; line: number }[] = [];
  try {
    for (const piece of splitStatements(endedAtMarks(text))) {
      const start = piece.offset + piece.first;
      if (direction(start) === 'down') continue;
      const sql = piece.text.slice(piece.first);
      if (piece.templated || /^copy\b[\s\S]*\bfrom\s+stdin\b/i.test(sql)) return undefined;
      script.push({ sql, line: lineOf(start) });
    }
  } catch (error) {
    if (error instanceof TooDeep) return undefined;
    throw error;
  }
  return script;
}

/** Up and down parts of one file, as dbmate, goose, sql-migrate, Play and node-pg-migrate mark them. */
const SECTION =
  /^[ \t]*--[ \t]*(?:migrate:(up|down)|\+(?:goose|migrate)[ \t]+(Up|Down)\b|!(Ups|Downs)\b|(Up|Down) Migration\b|(rollback)\b)/gim;

/** goose, sql-migrate and dbmate end a statement at their marks, with or without a semicolon. Every offset stays. */
const endedAtMarks = (text: string): string =>
  text.replace(
    /^[ \t]*--[ \t]*(?:\+(?:goose|migrate)[ \t]+(?:StatementEnd|Down)|migrate:down)\b[^\n]*/gim,
    (mark) => `;${' '.repeat(mark.length - 1)}`,
  );

function directionFinder(text: string): (offset: number) => Direction {
  const marks = [...text.matchAll(SECTION)].map((match) => {
    const word = (match[1] ?? match[2] ?? match[3] ?? match[4] ?? match[5] ?? '').toLowerCase();
    return { offset: match.index, direction: word.startsWith('up') ? ('up' as const) : ('down' as const) };
  });
  return (offset) => marks.filter((mark) => mark.offset <= offset).at(-1)?.direction ?? 'up';
}

/** Line of an offset, by binary search over the line starts. */
export function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
