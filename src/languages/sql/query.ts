import type { A_Expr, InsertStmt, MergeStmt, Node, SelectStmt, WithClause } from 'libpg-query';
import { asNode, strings, tableName } from './ast.js';
import type { TableName } from './changes.js';
import type { LineOf } from './columns.js';
import { ARROWS, jsonPaths, readOperand, Scope, walk } from './expressions.js';
import { conjunctsOf } from './condition.js';
import type { DistanceOrder, JsonPath, Operand, Predicate, QueryFacts, RowCondition } from './facts.js';
import { printExpression } from './print.js';

export interface QueryContext {
  readonly lineOf: LineOf;
  readonly line: number;
  readonly endLine: number;
  readonly within?: QueryFacts['within'];
}

/** What a statement reads, writes and filters by; one entry for the statement and one for each writing CTE. */
export function readQueries(node: Node, context: QueryContext): readonly QueryFacts[] {
  const reader = new QueryReader(context);
  return reader.read(node);
}

const MAX_NESTING = 60;
const DISTANCES = new Set(['<->', '<#>', '<=>', '<+>']);

class QueryReader {
  private readonly tables = new Map<string, TableName>();
  private readonly predicates: Predicate[] = [];
  private readonly conditions: RowCondition[] = [];
  private readonly distances: DistanceOrder[] = [];
  private readonly paths: JsonPath[] = [];
  private readonly others: QueryFacts[] = [];
  private readonly ctes = new Set<string>();
  private nesting = 0;
  private scopes = 0;

  constructor(private readonly context: QueryContext) {}

  read(node: Node): readonly QueryFacts[] {
    const own = this.readRoot(node);
    if (own === undefined) return this.others;
    const { line, endLine, within } = this.context;
    const facts: QueryFacts = {
      line,
      endLine,
      assignments: [],
      ...own,
      tables: [...this.tables.values()],
      predicates: this.predicates,
      conditions: this.conditions,
      distances: this.distances,
      paths: this.paths,
      ...(within === undefined ? {} : { within }),
    };
    return [facts, ...this.others];
  }

  private readRoot(node: Node): (Pick<QueryFacts, 'kind'> & Partial<QueryFacts>) | undefined {
    const select = asNode(node, 'SelectStmt');
    if (select !== undefined) {
      this.select(select);
      return { kind: 'select', limited: select.limitCount !== undefined };
    }
    const truncate = asNode(node, 'TruncateStmt');
    if (truncate !== undefined) return this.truncate(truncate.relations ?? []);
    const insert = asNode(node, 'InsertStmt');
    if (insert !== undefined) return this.insert(insert);
    const merge = asNode(node, 'MergeStmt');
    if (merge !== undefined) return this.merge(merge);
    return this.updateOrDelete(node) ?? this.wrapped(node);
  }

  /** Statements that hold a query: views, CREATE TABLE AS, EXPLAIN, COPY (…), cursors, prepared statements. */
  private wrapped(node: Node): (Pick<QueryFacts, 'kind'> & Partial<QueryFacts>) | undefined {
    const view = asNode(node, 'ViewStmt')?.query ?? asNode(node, 'CreateTableAsStmt')?.query;
    const inner =
      view ??
      asNode(node, 'ExplainStmt')?.query ??
      asNode(node, 'CopyStmt')?.query ??
      asNode(node, 'DeclareCursorStmt')?.query ??
      asNode(node, 'PrepareStmt')?.query;
    if (inner === undefined) return undefined;
    const facts = this.readRoot(inner);
    return facts === undefined || view === undefined ? facts : { ...facts, within: this.context.within ?? 'view' };
  }

  private truncate(relations: readonly Node[]): (Pick<QueryFacts, 'kind'> & Partial<QueryFacts>) | undefined {
    const names = relations.flatMap((relation) => tableName(asNode(relation, 'RangeVar')) ?? []);
    for (const target of names.slice(1)) this.others.push(this.bare('truncate', target));
    return names[0] === undefined ? undefined : { kind: 'truncate', target: names[0] };
  }

  private bare(kind: QueryFacts['kind'], target: TableName): QueryFacts {
    const { line, endLine, within } = this.context;
    const rest = within === undefined ? {} : { within };
    return {
      kind,
      target,
      line,
      endLine,
      tables: [],
      predicates: [],
      distances: [],
      paths: [],
      assignments: [],
      ...rest,
    };
  }

  private insert(insert: InsertStmt): (Pick<QueryFacts, 'kind'> & Partial<QueryFacts>) | undefined {
    const target = tableName(insert.relation);
    if (target === undefined) return undefined;
    this.with(insert.withClause);
    const select = asNode(insert.selectStmt, 'SelectStmt');
    // A dump's VALUES can be huge and say nothing.
    if (select !== undefined && select.valuesLists === undefined) this.select(select);
    const conflict = insert.onConflictClause;
    const insertColumns = (insert.cols ?? []).flatMap((node) => asNode(node, 'ResTarget')?.name ?? []);
    if (conflict === undefined) return { kind: 'insert', target, insertColumns };
    const infer = conflict.infer;
    return {
      kind: 'insert',
      target,
      insertColumns,
      assignments: assignments(conflict.targetList),
      conflict: {
        action: conflict.action === 'ONCONFLICT_UPDATE' ? 'update' : 'nothing',
        columns: (infer?.indexElems ?? []).flatMap((node) => asNode(node, 'IndexElem')?.name ?? []),
        ...(infer?.conname === undefined ? {} : { constraint: infer.conname }),
      },
    };
  }

  private merge(merge: MergeStmt): (Pick<QueryFacts, 'kind'> & Partial<QueryFacts>) | undefined {
    const target = tableName(merge.relation);
    if (target === undefined) return undefined;
    this.with(merge.withClause);
    const scope = this.scope();
    this.range(merge.sourceRelation, scope);
    scope.add(merge.relation?.alias?.aliasname ?? target.name, target);
    this.filter(merge.joinCondition, 'join', scope);
    const clauses = (merge.mergeWhenClauses ?? []).flatMap((node) => asNode(node, 'MergeWhenClause') ?? []);
    const changing = clauses.filter(
      (clause) => clause.commandType === 'CMD_UPDATE' || clause.commandType === 'CMD_DELETE',
    );
    return { kind: 'merge', target, assignments: changing.flatMap((clause) => assignments(clause.targetList)) };
  }

  private updateOrDelete(node: Node): (Pick<QueryFacts, 'kind'> & Partial<QueryFacts>) | undefined {
    const update = asNode(node, 'UpdateStmt');
    const remove = asNode(node, 'DeleteStmt');
    const statement = update ?? remove;
    const target = tableName(statement?.relation);
    if (statement === undefined || target === undefined) return undefined;
    this.with(statement.withClause);
    const scope = this.scope();
    scope.add(statement.relation?.alias?.aliasname ?? target.name, target);
    for (const item of update?.fromClause ?? remove?.usingClause ?? []) this.range(item, scope);
    this.filter(statement.whereClause, 'where', scope);
    this.expressions(update?.targetList, scope);
    return { kind: update === undefined ? 'delete' : 'update', target, assignments: assignments(update?.targetList) };
  }

  private select(select: SelectStmt, outer?: Scope): void {
    if (++this.nesting > MAX_NESTING) return;
    this.with(select.withClause);
    if (select.larg !== undefined) this.select(select.larg, outer);
    if (select.rarg !== undefined) this.select(select.rarg, outer);
    const scope = this.scope(outer);
    for (const item of select.fromClause ?? []) this.range(item, scope);
    this.filter(select.whereClause, 'where', scope);
    this.expressions([select.targetList, select.groupClause, select.havingClause], scope);
    for (const item of select.sortClause ?? []) this.sort(asNode(item, 'SortBy')?.node, select, scope);
    this.nesting--;
  }

  private with(clause: WithClause | undefined): void {
    const ctes = (clause?.ctes ?? []).flatMap((node) => asNode(node, 'CommonTableExpr') ?? []);
    for (const cte of ctes) if (cte.ctename !== undefined) this.ctes.add(cte.ctename);
    for (const cte of ctes) {
      const select = asNode(cte.ctequery, 'SelectStmt');
      if (select !== undefined) this.select(select);
      else if (cte.ctequery !== undefined) this.others.push(...readQueries(cte.ctequery, this.context));
    }
  }

  private range(node: Node | undefined, scope: Scope): void {
    const range = asNode(node, 'RangeVar');
    const table = tableName(range);
    if (range !== undefined && table !== undefined) return this.rangeTable(table, range.alias?.aliasname, scope);
    const join = asNode(node, 'JoinExpr');
    if (join !== undefined) {
      this.range(join.larg, scope);
      this.range(join.rarg, scope);
      // What an outer join asks of its inner side says nothing about rows elsewhere.
      return this.filter(join.quals, 'join', scope, join.jointype === 'JOIN_INNER' ? scope.id : this.scopes++);
    }
    const subselect = asNode(node, 'RangeSubselect');
    const select = asNode(subselect?.subquery, 'SelectStmt');
    if (select !== undefined) this.select(select, scope);
    const derived = subselect?.alias ?? asNode(node, 'RangeFunction')?.alias;
    scope.add(derived?.aliasname ?? `(${String(this.predicates.length)})`, 'derived');
    const call = asNode(node, 'RangeFunction');
    if (call !== undefined) this.expressions(call.functions, scope);
  }

  private rangeTable(table: TableName, alias: string | undefined, scope: Scope): void {
    const derived = table.schema === undefined && this.ctes.has(table.name);
    scope.add(alias ?? table.name, derived ? 'derived' : table);
    if (!derived) this.tables.set(`${table.schema ?? ''}.${table.name}`, table);
  }

  /** Looks for subqueries and JSON paths where no index could help. */
  private expressions(nodes: unknown, scope: Scope): void {
    this.paths.push(...jsonPaths(nodes, scope, this.context.lineOf));
    this.subqueries(nodes, scope);
  }

  private subqueries(nodes: unknown, scope: Scope): void {
    walk(nodes, (node) => {
      const select = asNode(asNode(node, 'SubLink')?.subselect, 'SelectStmt');
      if (select === undefined) return true;
      this.select(select, scope);
      return false;
    });
  }

  private sort(node: Node | undefined, select: SelectStmt, scope: Scope): void {
    const resolved = aliased(node, select) ?? node;
    const expression = asNode(resolved, 'A_Expr');
    const operator = strings(expression?.name).at(-1) ?? '';
    if (expression === undefined || !DISTANCES.has(operator)) return this.expressions(node, scope);
    const sides = [expression.lexpr, expression.rexpr].map((side) => readOperand(side, scope));
    const column = sides.find((side) => side.column !== undefined)?.column;
    if (column !== undefined)
      this.distances.push({ operator, column, scope: scope.id, line: this.context.lineOf(expression.location) });
  }

  private scope(outer?: Scope): Scope {
    return new Scope(outer, this.scopes++);
  }

  /** A condition on rows: whole, to prove others from it, and taken apart into comparisons. */
  private filter(node: Node | undefined, clause: Predicate['clause'], scope: Scope, id = scope.id): void {
    for (const conjunct of conjunctsOf(node)) this.conditions.push({ scope: id, ...conjunct });
    this.collect(node, { clause, scope: id }, true, scope);
  }

  /** Takes a condition apart into comparisons. */
  private collect(
    node: Node | undefined,
    place: Pick<Predicate, 'clause' | 'scope'>,
    conjunct: boolean,
    scope: Scope,
  ): void {
    const logic = asNode(node, 'BoolExpr');
    if (node === undefined) return;
    if (logic !== undefined) {
      const still = conjunct && logic.boolop === 'AND_EXPR';
      if (++this.nesting <= MAX_NESTING)
        for (const argument of logic.args ?? []) this.collect(argument, place, still, scope);
      this.nesting--;
      return;
    }
    this.expressions(node, scope);
    const leaf = readLeaf(node, scope);
    if (leaf === undefined) return;
    this.predicates.push({ ...place, conjunct, ...leaf, line: this.context.lineOf(locationOf(node)) });
  }
}

const locationOf = (node: Node): number | undefined =>
  firstLocation(asNode(node, 'A_Expr')?.lexpr) ??
  (Object.values(node)[0] as { location?: number } | undefined)?.location;

/** The leftmost position of an operand, so that a long comparison is shown where it begins. */
function firstLocation(node: Node | undefined): number | undefined {
  let first: number | undefined;
  walk(node, (visited) => {
    const location = (Object.values(visited)[0] as { location?: number } | null)?.location;
    if (location !== undefined && (first === undefined || location < first)) first = location;
    return true;
  });
  return first;
}

/** An ORDER BY name that means an output column. */
function aliased(node: Node | undefined, select: SelectStmt): Node | undefined {
  const fields = strings(asNode(node, 'ColumnRef')?.fields);
  if (fields.length !== 1) return undefined;
  const target = (select.targetList ?? []).find((item) => asNode(item, 'ResTarget')?.name === fields[0]);
  return asNode(target, 'ResTarget')?.val;
}

function assignments(nodes: readonly Node[] | undefined): { column: string; value: string }[] {
  return (nodes ?? []).flatMap((node) => {
    const target = asNode(node, 'ResTarget');
    return target?.name === undefined ? [] : [{ column: target.name, value: printExpression(target.val) }];
  });
}

type Leaf = { operator: string; left: Operand; right?: Operand };

function readLeaf(node: Node, scope: Scope): Leaf | undefined {
  const expression = asNode(node, 'A_Expr');
  // `data -> 'a'` alone is a value, not a condition.
  if (expression !== undefined)
    return ARROWS.has(strings(expression.name).at(-1) ?? '') ? undefined : comparison(expression, scope);
  const nulls = asNode(node, 'NullTest');
  if (nulls !== undefined) {
    return {
      operator: nulls.nulltesttype === 'IS_NULL' ? 'IS NULL' : 'IS NOT NULL',
      left: readOperand(nulls.arg, scope),
    };
  }
  const link = asNode(node, 'SubLink');
  if (link?.testexpr !== undefined) return { operator: 'IN', left: readOperand(link.testexpr, scope) };
  const call = asNode(node, 'FuncCall');
  if (call !== undefined) {
    const [first, second] = call.args ?? [];
    const right = second === undefined ? {} : { right: readOperand(second, scope) };
    return { operator: `call:${strings(call.funcname).at(-1) ?? ''}`, left: readOperand(first, scope), ...right };
  }
  const isBoolean = 'TypeCast' in node || 'ColumnRef' in node || 'BooleanTest' in node;
  return isBoolean
    ? { operator: 'true', left: readOperand(asNode(node, 'BooleanTest')?.arg ?? node, scope) }
    : undefined;
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  AEXPR_IN: 'IN',
  AEXPR_LIKE: 'LIKE',
  AEXPR_ILIKE: 'ILIKE',
  AEXPR_SIMILAR: 'SIMILAR',
  AEXPR_BETWEEN: 'BETWEEN',
  AEXPR_NOT_BETWEEN: 'NOT BETWEEN',
  AEXPR_DISTINCT: 'IS DISTINCT',
  AEXPR_NOT_DISTINCT: 'IS NOT DISTINCT',
};

function comparison(expression: A_Expr, scope: Scope): Leaf {
  const operator = KIND_NAMES[expression.kind ?? ''] ?? strings(expression.name).at(-1) ?? '?';
  return { operator, left: readOperand(expression.lexpr, scope), right: readOperand(expression.rexpr, scope) };
}
