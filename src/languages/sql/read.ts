import type { Node } from 'libpg-query';
import { Unparsable } from '../../core/errors.js';
import type { Problem } from '../../core/facts.js';
import { tagOf } from './ast.js';
import type { SchemaChange } from './changes.js';
import { readChanges } from './ddl.js';
import { foreignDialect, foreignType } from './dialect.js';
import type { Dialect, Direction, SqlFacts, SqlStatement } from './facts.js';
import { lineFinder } from './lines.js';
import { parseStatement } from './parser.js';
import type { ParsedSql } from './parser.js';
import { readQueries } from './query.js';
import { readRoutine } from './routine.js';
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
    const bodyLine = (body: string): number => this.lineOf(piece.offset + Math.max(0, piece.text.indexOf(body)));
    const body = readRoutine(node, piece, { bodyLine, endLine });
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
