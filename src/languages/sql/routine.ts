import type { Node } from 'libpg-query';
import { asNode, nameOf, stringOf, strings } from './ast.js';
import { readBody } from './body.js';
import type { Body, BodyStatement } from './body.js';
import type { SchemaChange, TableName } from './changes.js';
import { readChanges } from './ddl.js';
import type { Operand, QueryFacts } from './facts.js';
import { lineFinder } from './lines.js';
import { parseStatement } from './parser.js';
import { readQueries } from './query.js';
import { HOLE, splitStatements } from './split.js';
import type { Piece } from './split.js';
import { suspectedChange } from './suspicion.js';

/** Lines of the file that holds the body. */
export interface RoutinePlace {
  readonly bodyLine: (body: string) => number;
  readonly endLine: number;
}

export interface RoutineFacts {
  readonly changes: readonly SchemaChange[];
  readonly queries: readonly QueryFacts[];
}

/**
 * What DO blocks and functions hold. A `DO` block's changes happen where it stands; a function's when it is called, so
 * they are kept in a `create-routine`.
 */
export function readRoutine(node: Node, piece: Piece, place: RoutinePlace): RoutineFacts {
  const source = sourceOf(node);
  if (source === undefined) return { changes: [], queries: [] };
  const reader = new RoutineReader(node, piece, source, place);
  return reader.read();
}

class RoutineReader {
  private readonly changes: SchemaChange[] = [];
  private readonly queries: QueryFacts[] = [];
  private readonly isDo: boolean;
  private readonly bodyLine: number;
  private readonly label: string;
  private readonly name: TableName | undefined;

  constructor(
    private readonly node: Node,
    private readonly piece: Piece,
    private readonly source: string,
    private readonly place: RoutinePlace,
  ) {
    this.isDo = 'DoStmt' in node;
    this.bodyLine = place.bodyLine(source);
    this.name = nameOf(strings(asNode(node, 'CreateFunctionStmt')?.funcname));
    this.label = this.isDo ? 'a DO block' : `${this.name?.name ?? 'a function'}()`;
  }

  read(): RoutineFacts {
    const body = bodyOf(this.node, this.piece, this.source);
    if (body === undefined) this.suspect(this.source, `the body of ${this.label} could not be read`, this.bodyLine);
    const variables = new Set([...(body?.variables ?? []), ...parameters(this.node)]);
    for (const statement of body?.statements ?? []) this.statement(statement, variables);
    if (this.isDo || this.name === undefined) return { changes: this.changes, queries: this.queries };
    const routine: SchemaChange = {
      kind: 'create-routine',
      name: this.name,
      changes: this.changes,
      line: this.bodyLine,
    };
    return { changes: [routine], queries: this.queries };
  }

  private statement({ sql, line, conditional, dynamic }: BodyStatement, variables: ReadonlySet<string>): void {
    const at = Math.min(this.bodyLine + line - 1, this.place.endLine);
    const reason = `SQL that ${this.label} puts together when it runs`;
    // All that is known is that something is executed: what it may be is in the rest of the body.
    if (dynamic && sql.trim() === HOLE) {
      this.changes.push(suspectedChange(this.source, reason, at) ?? { kind: 'unknown', reason, line: at });
      return;
    }
    const parsed = parseStatement(sql);
    if (parsed.kind === 'failed') {
      if (dynamic) this.suspect(sql, reason, at);
      return;
    }
    const context = {
      line: at,
      endLine: at,
      lineOf: () => at,
      within: this.isDo ? ('do' as const) : ('function' as const),
    };
    for (const inner of parsed.nodes) {
      const found = readChanges(inner, context).map((change) => settled(change, sql, reason));
      this.changes.push(...found.map((change) => (conditional ? { ...change, conditional } : change)));
      if (!dynamic || !sql.includes(HOLE))
        this.queries.push(...readQueries(inner, context).map((query) => withoutVariables(query, variables)));
    }
  }

  private suspect(text: string, reason: string, line: number): void {
    const change = suspectedChange(text, reason, line);
    if (change !== undefined) this.changes.push(change);
  }
}

/** A change with a name in it that is known only at run time is as unknown as what it would do. */
function settled(change: SchemaChange, sql: string, reason: string): SchemaChange {
  if (!JSON.stringify(change).includes(HOLE)) return change;
  const { line } = change;
  if (change.kind === 'create-table' && isHole(change.table)) return { kind: 'unknown', reason, makes: true, line };
  if (change.kind === 'attach-partition' || change.kind === 'detach-partition')
    return { kind: 'unknown', reason, makes: true, line };
  if (change.kind === 'create-index') {
    const { name: _, ...index } = change.index;
    if (!JSON.stringify(index).includes(HOLE)) return { ...change, index };
    return { kind: 'unknown', reason, line, ...(isHole(index.table) ? {} : { table: index.table }) };
  }
  const table = 'table' in change ? change.table : undefined;
  if (table !== undefined && !isHole(table)) return { kind: 'unknown', reason, line, table };
  return suspectedChange(sql, reason, line) ?? { kind: 'unknown', reason, line };
}

const isHole = (table: TableName): boolean => table.name.includes(HOLE);

/** The text between the dollar quotes. */
function sourceOf(node: Node): string | undefined {
  const options = asNode(node, 'DoStmt')?.args ?? asNode(node, 'CreateFunctionStmt')?.options ?? [];
  const as = options.map((option) => asNode(option, 'DefElem')).find((option) => option?.defname === 'as');
  return stringOf(as?.arg) ?? strings(asNode(as?.arg, 'List')?.items)[0];
}

/** @returns undefined in a language that is not read here, and when the body does not parse */
function bodyOf(node: Node, piece: Piece, source: string): Body | undefined {
  const options = asNode(node, 'DoStmt')?.args ?? asNode(node, 'CreateFunctionStmt')?.options ?? [];
  const language = options.map((option) => asNode(option, 'DefElem')).find((option) => option?.defname === 'language');
  const name = stringOf(language?.arg)?.toLowerCase() ?? ('DoStmt' in node ? 'plpgsql' : 'sql');
  return name === 'plpgsql' ? readBody(piece.text) : name === 'sql' ? sqlBody(source) : undefined;
}

/** `LANGUAGE sql` bodies are plain statements. */
function sqlBody(source: string): Body {
  const lineOf = lineFinder(source);
  const statements = splitStatements(source).map((piece) => ({
    sql: piece.text,
    line: lineOf(piece.offset + piece.first),
    conditional: false,
    dynamic: false,
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
