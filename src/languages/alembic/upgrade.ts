import type { Call, Expr, FunctionDef, If, Module, Stmt } from '../python/ast.js';
import { children, findAll } from '../python/walk.js';
import type { QueryFacts, SchemaChange, TableName } from '../sql/index.js';
import { argumentOf, Environment, keyword, readSqlString } from '../sqlalchemy/evaluate.js';
import { dialectTest } from '../sqlalchemy/dialect-test.js';
import { bound, items, writtenOut } from './arguments.js';
import { readOperation } from './operations.js';

/** Loops and helpers multiply; beyond this many changes a revision is not worth following. */
const MAX_CHANGES = 5_000;
const MAX_DEPTH = 12;

export interface Upgrade {
  readonly changes: readonly SchemaChange[];
  readonly queries: readonly QueryFacts[];
  readonly autocommit: boolean;
}

interface Frame {
  readonly env: Environment;
  readonly conditional: boolean;
  readonly depth: number;
  /** Names that stand for a batch: `with op.batch_alter_table("t") as batch_op`. */
  readonly batches: ReadonlyMap<string, TableName>;
}

/** Runs `upgrade()` in the head: what it would do to the schema, as far as it can be known without running it. */
export function runUpgrade(tree: Module): Upgrade {
  return new Interpreter(tree).run();
}

class Interpreter {
  private readonly changes: SchemaChange[] = [];
  private readonly queries: QueryFacts[] = [];
  private readonly functions: ReadonlyMap<string, FunctionDef>;
  private autocommit = false;

  constructor(private readonly tree: Module) {
    const definitions = tree.body.filter((statement) => statement.kind === 'FunctionDef');
    this.functions = new Map(definitions.map((definition) => [definition.name, definition]));
  }

  run(): Upgrade {
    const upgrade = this.functions.get('upgrade');
    const env = Environment.of(this.tree);
    if (upgrade !== undefined) this.block(upgrade.body, { env, conditional: false, depth: 0, batches: new Map() });
    return { changes: this.changes, queries: this.queries, autocommit: this.autocommit };
  }

  /** Statements in order; assignments are seen by those after them. */
  private block(body: readonly Stmt[], frame: Frame): void {
    let current = frame;
    for (const statement of body) {
      if (this.changes.length > MAX_CHANGES) return;
      current = this.statement(statement, current) ?? current;
      if (statement.kind === 'Return' || statement.kind === 'Raise') return;
    }
  }

  /** @returns the frame for the statements after it, when it binds a name */
  private statement(statement: Stmt, frame: Frame): Frame | undefined {
    switch (statement.kind) {
      case 'ExprStmt':
        this.expression(statement.value, frame);
        return undefined;
      case 'Assign':
        this.expression(statement.value, frame);
        return bind(
          frame,
          statement.targets.flatMap((target) => pairs(target, statement.value, frame.env)),
        );
      case 'AnnAssign':
        if (statement.value === undefined) return undefined;
        this.expression(statement.value, frame);
        return bind(frame, pairs(statement.target, statement.value, frame.env));
      case 'If':
        this.condition(statement, frame);
        return undefined;
      case 'For':
        this.loop(statement, frame);
        return undefined;
      case 'While':
        this.block(statement.body, { ...frame, conditional: true });
        return undefined;
      case 'With':
        this.with(statement, frame);
        return undefined;
      case 'Try':
        this.block(statement.body, { ...frame, conditional: frame.conditional || statement.handlers.length > 0 });
        this.block([...statement.orelse, ...statement.finalbody], frame);
        return undefined;
      case 'Return':
        if (statement.value !== undefined) this.expression(statement.value, frame);
        return undefined;
      default:
        return undefined;
    }
  }

  /** A branch on the dialect is decided: this reads for PostgreSQL. Every other branch may or may not run. */
  private condition(statement: If, frame: Frame): void {
    for (const clause of statement.clauses) {
      const known = dialectTest(clause.test, frame.env);
      if (known === true) return this.block(clause.body, frame);
      if (known === undefined) this.block(clause.body, { ...frame, conditional: true });
    }
    const decided = statement.clauses.every((clause) => dialectTest(clause.test, frame.env) === false);
    this.block(statement.orelse, { ...frame, conditional: frame.conditional || !decided });
  }

  private loop(statement: Extract<Stmt, { kind: 'For' }>, frame: Frame): void {
    const values = iterated(statement.iter, frame.env) ?? items(statement.iter, frame.env, this.functions);
    if (values === undefined) {
      if (touchesSchema(statement.body)) this.doubt('a loop over values that are not literal', statement.line, frame);
      return this.queriesOnly(statement.body, frame);
    }
    for (const item of values.slice(0, 500)) {
      this.block(statement.body, bind(frame, pairs(statement.target, item, frame.env)) ?? frame);
    }
  }

  private with(statement: Extract<Stmt, { kind: 'With' }>, frame: Frame): void {
    const batches = new Map(frame.batches);
    for (const item of statement.items) {
      const call = item.context.kind === 'Call' ? item.context : undefined;
      const method = call?.func.kind === 'Attribute' ? call.func.attr : '';
      if (method === 'autocommit_block') this.autocommit = true;
      if (call === undefined || method !== 'batch_alter_table' || item.target?.kind !== 'Name') continue;
      const name = frame.env.string(argumentOf(call, 0, 'table_name'));
      const schema = frame.env.string(keyword(call, 'schema'));
      batches.set(
        item.target.id,
        name === undefined ? { name: '' } : schema === undefined ? { name } : { schema, name },
      );
    }
    this.block(statement.body, { ...frame, batches });
  }

  private expression(expr: Expr, frame: Frame): void {
    if (expr.kind === 'Await') return this.expression(expr.value, frame);
    if (expr.kind !== 'Call') return;
    if (this.operation(expr, frame) || this.helper(expr, frame)) return;
    if (isForeignHelper(expr, frame.env)) this.doubt('a helper of another file', expr.line, frame);
    // `conn.execute(…).fetchall()`, `list(map(…))`: what runs is inside.
    for (const child of [expr.func, ...expr.args]) {
      for (const inner of directCalls(child)) this.expression(inner, { ...frame, depth: frame.depth + 1 });
    }
  }

  private operation(call: Call, frame: Frame): boolean {
    if (frame.depth > MAX_DEPTH || call.func.kind !== 'Attribute') return false;
    const { attr, value } = call.func;
    const batch = value.kind === 'Name' ? frame.batches.get(value.id) : undefined;
    const isOp = value.kind === 'Name' && (frame.env.imports.get(value.id) === 'alembic.op' || value.id === 'op');
    if (attr === 'execute' || attr === 'exec_driver_sql') return this.execute(call, frame);
    if (attr === 'create_all') {
      this.doubt('tables made from the models (`create_all`)', call.line, frame);
      return true;
    }
    if (batch === undefined && !isOp) return false;
    const written = writtenOut(call, frame.env, this.functions);
    const changes = readOperation(attr, written, batch, frame.env);
    if (changes === undefined && /table|column|index/.test(attr))
      this.doubt(`an operation that Alembic itself does not have (\`${attr}\`)`, call.line, frame);
    this.add(changes, frame);
    return changes !== undefined;
  }

  private execute(call: Call, frame: Frame): boolean {
    const argument = argumentOf(call, 0, 'sqltext', 'statement', 'object_', 'clause');
    const text = frame.env.text(argument);
    if (text === undefined) {
      if (argument !== undefined && !isExpressionLanguage(frame.env.resolve(argument))) {
        this.doubt('SQL that is put together when it runs', call.line, frame);
      }
      return true;
    }
    const read = readSqlString(text, false, frame.env.unwrap(argument) ?? call);
    if (read === undefined || read.problems.length > 0)
      this.doubt('SQL that does not parse', call.line, frame, textOfParts(text));
    for (const statement of read?.facts.statements ?? []) {
      this.add(statement.changes, frame);
      this.queries.push(...statement.queries);
    }
    return true;
  }

  /** A function of the same file, with its parameters bound. */
  private helper(call: Call, frame: Frame): boolean {
    const helper = call.func.kind === 'Name' ? this.functions.get(call.func.id) : undefined;
    if (helper === undefined || frame.depth >= MAX_DEPTH) return false;
    const values = bound(writtenOut(call, frame.env, this.functions), helper.params, frame.env);
    this.block(helper.body, { ...frame, env: frame.env.with(values), depth: frame.depth + 1 });
    return true;
  }

  private add(changes: readonly SchemaChange[] | undefined, frame: Frame): void {
    for (const change of changes ?? [])
      this.changes.push(frame.conditional ? { ...change, conditional: true } : change);
  }

  /** Only what could change the schema makes it doubtful. */
  private doubt(reason: string, line: number, frame: Frame, text?: string): void {
    if (text !== undefined && !/\b(create|alter|drop|rename|comment)\b/i.test(text)) return;
    const table =
      text === undefined
        ? undefined
        : /\b(?:table|on)\s+(?:if\s+(?:not\s+)?exists\s+)?(?:only\s+)?"?(\w+)"?/i.exec(text)?.[1];
    this.add([{ kind: 'unknown', reason, line, ...(table === undefined ? {} : { table: { name: table } }) }], frame);
  }

  private queriesOnly(body: readonly Stmt[], frame: Frame): void {
    const before = this.changes.length;
    this.block(body, { ...frame, conditional: true });
    this.changes.splice(
      before,
      this.changes.length - before,
      ...this.changes.slice(before).filter((change) => change.kind === 'unknown'),
    );
  }
}

const textOfParts = (text: { parts: readonly { kind: string; value?: unknown }[] }): string =>
  text.parts
    .map((part) => (typeof part.value === 'string' ? part.value : ''))
    .join(' ')
    .slice(0, 2000);

function bind(frame: Frame, values: readonly (readonly [string, Expr])[]): Frame | undefined {
  return values.length === 0 ? undefined : { ...frame, env: frame.env.with(values) };
}

/** `a = 1`, `a, b = 1, 2`, and the same for loop targets. The value is resolved first: `x = x + "…"` must not loop. */
function pairs(target: Expr, value: Expr, env: Environment): (readonly [string, Expr])[] {
  const resolved = env.resolve(value) ?? value;
  if (target.kind === 'Name')
    return resolved.kind === 'Name' && resolved.id === target.id ? [] : [[target.id, freeze(resolved, target.id, env)]];
  if (target.kind !== 'Tuple' && target.kind !== 'List') return [];
  if (resolved.kind !== 'Tuple' && resolved.kind !== 'List') return [];
  return target.elements.flatMap((element, i) =>
    resolved.elements[i] === undefined ? [] : pairs(element, resolved.elements[i], env),
  );
}

/** A value that mentions its own name keeps what the name meant before. */
function freeze(value: Expr, name: string, env: Environment): Expr {
  const previous = env.names.get(name);
  if (!findAll(value, 'Name').some((node) => node.id === name)) return value;
  const text = env.text(value);
  if (text === undefined || previous === undefined) return { ...value, kind: 'Unknown' };
  const parts = text.parts.map((part) =>
    part.kind === 'Str' ? part : ({ ...part.expr, kind: 'Hole', value: part.expr, format: undefined } as const),
  );
  return {
    kind: 'FString',
    parts,
    line: value.line,
    column: value.column,
    endLine: value.endLine,
    endColumn: value.endColumn,
  };
}

/** The elements of a literal list, tuple or set, of a dictionary's `items()`, `keys()`, `values()`, or of `enumerate`. */
function iterated(iter: Expr, env: Environment): readonly Expr[] | undefined {
  const elements = env.elements(iter);
  if (elements !== undefined) return elements;
  const node = env.resolve(iter);
  if (node?.kind === 'Dict') return node.entries.flatMap((entry) => entry.key ?? []);
  if (node?.kind !== 'Call') return undefined;
  if (
    node.func.kind === 'Name' &&
    (node.func.id === 'sorted' || node.func.id === 'reversed' || node.func.id === 'list')
  )
    return env.elements(node.args[0]);
  const method = node.func.kind === 'Attribute' ? node.func : undefined;
  const dict = env.resolve(method?.value);
  if (method === undefined || dict?.kind !== 'Dict') return undefined;
  if (method.attr === 'keys') return dict.entries.flatMap((entry) => entry.key ?? []);
  if (method.attr === 'values') return dict.entries.map((entry) => entry.value);
  if (method.attr !== 'items') return undefined;
  return dict.entries.flatMap((entry) =>
    entry.key === undefined ? [] : [{ ...entry, kind: 'Tuple' as const, elements: [entry.key, entry.value] }],
  );
}

const LIBRARIES = /^(sqlalchemy|sqlalchemy_utils|sqlmodel|alembic|alembic_utils|geoalchemy2|pgvector)(\.|$)/;
const CHANGING = /^(create|add|drop|alter|rename|ensure|upgrade|migrate|convert|apply)_/;

/** A function from elsewhere in the project that by its name, or because it is handed `op`, changes the schema. */
function isForeignHelper(call: Call, env: Environment): boolean {
  if (call.func.kind !== 'Name') return false;
  const imported = env.imports.get(call.func.id);
  if (imported === undefined || LIBRARIES.test(imported)) return false;
  return CHANGING.test(call.func.id) || call.args.some((argument) => argument.kind === 'Name' && argument.id === 'op');
}

const SCHEMA_CALLS = /^(add_column|alter_column|create_|drop_|rename_table|execute|batch_alter_table)/;

const touchesSchema = (body: readonly Stmt[]): boolean =>
  findAll(body, 'Call').some(
    (call) => call.func.kind === 'Attribute' && SCHEMA_CALLS.test(call.func.attr) && call.func.attr !== 'execute',
  );

/** `table.update().values(…)`, `sa.select(…)`: a statement, but not text, and not DDL. */
function isExpressionLanguage(expr: Expr | undefined): boolean {
  if (expr?.kind !== 'Call') return false;
  const text = /^(update|insert|delete|select|values|where|in_|bulk_insert|join|returning|on_conflict_\w+)$/;
  return findAll(expr, 'Call').some((call) =>
    text.test(call.func.kind === 'Attribute' ? call.func.attr : call.func.kind === 'Name' ? call.func.id : ''),
  );
}

const directCalls = (expr: Expr): Call[] =>
  expr.kind === 'Call' ? [expr] : children(expr).flatMap((child) => (child.kind === 'Call' ? [child] : []));
