import type { Node, SelectStmt } from 'libpg-query';
import { asNode, integerOf, nameOf, stringOf, strings, tableName, typeText } from './ast.js';
import type { QueryShape, ShapeColumn, ShapeSource, ShapeType } from './changes.js';
import { functionType, operatorType } from './shape-types.js';

/** Queries within queries, and expressions within expressions. */
const MAX_DEPTH = 40;

type Known = ReadonlyMap<string, QueryShape | undefined>;

/**
 * The columns that a query gives, as far as its text says: their names, and for each where its type comes from.
 * @param ctes names that stand for queries
 * @returns undefined when not even the names are plain (VALUES, functions in FROM that are starred)
 */
export function shapeOf(select: SelectStmt | undefined, ctes: Known = new Map(), depth = 0): QueryShape | undefined {
  if (select === undefined || depth > MAX_DEPTH || select.valuesLists !== undefined) return undefined;
  const known = withCtes(select, ctes, depth);
  if (select.larg !== undefined)
    return united(shapeOf(select.larg, known, depth + 1), shapeOf(select.rarg, known, depth + 1));
  const sources = (select.fromClause ?? []).flatMap((node) => sourcesOf(node, known, depth));
  // JOIN … USING and NATURAL JOIN give a column once that both sides have.
  const merged = (select.fromClause ?? []).some((node) => mergesColumns(node, depth));
  const columns = (select.targetList ?? []).map((node) => columnOf(node, depth));
  return columns.some((column) => 'star' in column && column.of === undefined && merged)
    ? undefined
    : { columns, sources };
}

function withCtes(select: SelectStmt, ctes: Known, depth: number): Known {
  const known = new Map(ctes);
  for (const node of select.withClause?.ctes ?? []) {
    const cte = asNode(node, 'CommonTableExpr');
    if (cte?.ctename === undefined) continue;
    const query = asNode(cte.ctequery, 'SelectStmt');
    const recursive = select.withClause?.recursive === true;
    known.set(cte.ctename, recursive ? undefined : named(shapeOf(query, known, depth + 1), cte.aliascolnames));
  }
  return known;
}

/** `WITH x (a, b) AS …`, `… AS x (a, b)`, `CREATE TABLE x (a, b) AS …`. */
export function named(shape: QueryShape | undefined, names: readonly Node[] | undefined): QueryShape | undefined {
  const given = strings(names);
  if (shape === undefined || given.length === 0) return shape;
  if (shape.columns.some((column) => 'star' in column)) return undefined;
  const columns = shape.columns.map((column, i): ShapeColumn => {
    const name = given[i];
    return name === undefined || 'star' in column ? column : { ...column, name };
  });
  return { ...shape, columns };
}

/** UNION: names of the first, types on which both agree. */
function united(first: QueryShape | undefined, second: QueryShape | undefined): QueryShape | undefined {
  if (first === undefined) return undefined;
  const columns = first.columns.map((column, i): ShapeColumn => {
    const other = second?.columns[i];
    if ('star' in column) return column;
    const twin = other === undefined || 'star' in other ? UNKNOWN : other.type;
    return { name: column.name, type: { kind: 'same', of: [column.type, inside(twin, second)] } };
  });
  const stars = first.columns.some((column) => 'star' in column);
  const same = JSON.stringify(first.columns) === JSON.stringify(second?.columns);
  return stars ? (same ? first : undefined) : { columns, sources: first.sources };
}

/** A type that is read with the other part's own FROM. */
const inside = (type: ShapeType, shape: QueryShape | undefined): ShapeType =>
  shape === undefined ? UNKNOWN : { kind: 'within', sources: shape.sources, type };

const UNKNOWN: ShapeType = { kind: 'unknown' };

function sourcesOf(node: Node, ctes: Known, depth: number): ShapeSource[] {
  const range = asNode(node, 'RangeVar');
  const table = tableName(range);
  if (range !== undefined && table !== undefined) {
    const alias = range.alias?.aliasname ?? table.name;
    return table.schema === undefined && ctes.has(table.name)
      ? [{ alias, shape: ctes.get(table.name) ?? null }]
      : [{ alias, table }];
  }
  const join = asNode(node, 'JoinExpr');
  if (join !== undefined && depth < MAX_DEPTH)
    return [join.larg, join.rarg].flatMap((side) => (side === undefined ? [] : sourcesOf(side, ctes, depth + 1)));
  const derived = asNode(node, 'RangeSubselect');
  const shape = named(shapeOf(asNode(derived?.subquery, 'SelectStmt'), ctes, depth + 1), derived?.alias?.colnames);
  const alias = derived?.alias?.aliasname ?? asNode(node, 'RangeFunction')?.alias?.aliasname ?? '';
  return [{ alias, shape: shape ?? null }];
}

function mergesColumns(node: Node | undefined, depth: number): boolean {
  const join = asNode(node, 'JoinExpr');
  if (join === undefined || depth > MAX_DEPTH) return false;
  if (join.isNatural === true || (join.usingClause ?? []).length > 0) return true;
  return mergesColumns(join.larg, depth + 1) || mergesColumns(join.rarg, depth + 1);
}

function columnOf(node: Node, depth: number): ShapeColumn {
  const target = asNode(node, 'ResTarget');
  const fields = asNode(target?.val, 'ColumnRef')?.fields ?? [];
  const last = fields.at(-1);
  if (last !== undefined && asNode(last, 'A_Star') !== undefined) {
    const of = stringOf(fields.at(-2));
    return of === undefined ? { star: true } : { star: true, of };
  }
  return { name: target?.name ?? nameOfValue(target?.val) ?? '?column?', type: typeOfValue(target?.val, depth) };
}

/** The name that PostgreSQL gives to a column without an alias (`FigureColname`). */
function nameOfValue(node: Node | undefined, depth = 0): string | undefined {
  if (node === undefined || depth > MAX_DEPTH) return undefined;
  const cast = asNode(node, 'TypeCast');
  if (cast !== undefined) return nameOfValue(cast.arg, depth + 1) ?? strings(cast.typeName?.names).at(-1);
  const choice = asNode(node, 'CaseExpr');
  if (choice !== undefined) return nameOfValue(choice.defresult, depth + 1) ?? 'case';
  const link = asNode(node, 'SubLink');
  if (link !== undefined) {
    const inner = asNode(asNode(link.subselect, 'SelectStmt')?.targetList?.[0], 'ResTarget');
    return link.subLinkType === 'EXISTS_SUBLINK' ? 'exists' : (inner?.name ?? nameOfValue(inner?.val, depth + 1));
  }
  const now = asNode(node, 'SQLValueFunction')?.op?.replace('SVFOP_', '').replace(/_N$/, '').toLowerCase();
  if (now !== undefined) return now;
  if ('CoalesceExpr' in node) return 'coalesce';
  if ('A_ArrayExpr' in node) return 'array';
  const extreme = asNode(node, 'MinMaxExpr');
  if (extreme !== undefined) return extreme.op === 'IS_LEAST' ? 'least' : 'greatest';
  const fields = asNode(node, 'ColumnRef')?.fields;
  return strings(fields ?? asNode(node, 'FuncCall')?.funcname).at(-1);
}

/** Where the type of a value comes from. */
function typeOfValue(node: Node | undefined, depth: number): ShapeType {
  if (node === undefined || depth > MAX_DEPTH) return UNKNOWN;
  const next = (child: Node | undefined): ShapeType => typeOfValue(child, depth + 1);
  const cast = asNode(node, 'TypeCast');
  if (cast !== undefined) return { kind: 'known', type: typeText(cast.typeName) };
  const column = asNode(node, 'ColumnRef');
  if (column !== undefined) return columnType(strings(column.fields));
  if ('A_Const' in node) return constantType(node);
  const call = asNode(node, 'FuncCall');
  if (call !== undefined) return functionType(nameOf(strings(call.funcname))?.name ?? '', (call.args ?? []).map(next));
  const expression = asNode(node, 'A_Expr');
  if (expression !== undefined)
    return expression.kind === 'AEXPR_OP'
      ? operatorType(strings(expression.name).at(-1) ?? '', [next(expression.lexpr), next(expression.rexpr)])
      : expression.kind === 'AEXPR_NULLIF'
        ? UNKNOWN
        : BOOLEAN;
  if ('BoolExpr' in node || 'NullTest' in node || 'BooleanTest' in node) return BOOLEAN;
  const coalesce = asNode(node, 'CoalesceExpr') ?? asNode(node, 'MinMaxExpr');
  if (coalesce !== undefined) return { kind: 'same', of: (coalesce.args ?? []).map(next) };
  const choice = asNode(node, 'CaseExpr');
  if (choice !== undefined) {
    const results = (choice.args ?? []).map((branch) => asNode(branch, 'CaseWhen')?.result);
    return { kind: 'same', of: [...results, ...(choice.defresult === undefined ? [] : [choice.defresult])].map(next) };
  }
  if (asNode(node, 'SubLink')?.subLinkType === 'EXISTS_SUBLINK') return BOOLEAN;
  const now = asNode(node, 'SQLValueFunction')?.op;
  return now === 'SVFOP_CURRENT_TIMESTAMP'
    ? { kind: 'known', type: 'timestamp with time zone' }
    : now === 'SVFOP_CURRENT_DATE'
      ? { kind: 'known', type: 'date' }
      : UNKNOWN;
}

const BOOLEAN: ShapeType = { kind: 'known', type: 'boolean' };

function columnType(fields: readonly string[]): ShapeType {
  const [of, name] = [fields.at(-2), fields.at(-1)];
  if (name === undefined) return UNKNOWN;
  return of === undefined ? { kind: 'column', name } : { kind: 'column', name, of };
}

function constantType(node: Node): ShapeType {
  const constant = asNode(node, 'A_Const');
  if (constant?.sval !== undefined || constant?.isnull === true) return { kind: 'literal' };
  if (constant?.boolval !== undefined) return BOOLEAN;
  if (integerOf(node) !== undefined) return { kind: 'known', type: 'integer' };
  const number = constant?.fval?.fval;
  if (number === undefined) return UNKNOWN;
  return { kind: 'known', type: /^\d{1,18}$/.test(number) ? 'bigint' : 'numeric' };
}
