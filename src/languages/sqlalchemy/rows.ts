import type { Call, Expr, FunctionDef, PyNode } from '../python/ast.js';
import { dottedName } from '../python/names.js';
import { walk } from '../python/walk.js';
import type { QueryFacts } from '../sql/index.js';
import { filtersOf, modelName, queriedModel, writeFacts } from './chains.js';
import { CLASS_PREFIX } from './facts.js';

/** What a name stands for in a function: a row of a mapped class. */
interface Row {
  readonly model: string;
  /** `fresh`: made here. `given`: a parameter. */
  readonly from: 'database' | 'fresh' | 'given';
  readonly predicates: QueryFacts['predicates'];
}

/**
 * Writes that a unit of work makes of rows it holds: `row.payload = …` on a row that came from the database,
 * `session.merge(row)`, `session.delete(row)`. Nothing is said of rows whose class is not known.
 */
export function rowWrites(definition: FunctionDef): readonly QueryFacts[] {
  const reader = new RowReader();
  return reader.read(definition);
}

class RowReader {
  private readonly rows = new Map<string, Row>();
  private readonly writes: QueryFacts[] = [];
  /** One write for all that is assigned to a row, where the first of it stands. */
  private readonly updates = new Map<Row, { readonly at: Expr; readonly columns: string[] }>();
  private readonly added = new Set<string>();

  read(definition: FunctionDef): readonly QueryFacts[] {
    for (const { name, annotation } of definition.params) {
      const model = annotation === undefined ? undefined : annotatedModel(annotation);
      if (model !== undefined) this.rows.set(name, { model, from: 'given', predicates: [] });
    }
    walk(definition.body, {
      enter: (node) => {
        // A function within has names of its own, and is read by itself.
        if (node.kind === 'FunctionDef' || node.kind === 'ClassDef') return 'skip';
        this.visit(node);
        return undefined;
      },
    });
    for (const [row, { at, columns }] of this.updates) this.update(row, at, columns);
    return this.writes;
  }

  private visit(node: PyNode): void {
    if (node.kind === 'Assign') for (const target of node.targets) this.assign(target, node.value);
    else if (node.kind === 'AnnAssign' && node.value !== undefined) this.assign(node.target, node.value);
    else if (node.kind === 'AugAssign') this.attribute(node.target);
    else if (node.kind === 'For') this.bind(node.target, node.iter);
    else if (node.kind === 'Call') this.call(node);
  }

  private assign(target: Expr, value: Expr): void {
    if (target.kind === 'Attribute') this.attribute(target);
    else this.bind(target, value);
  }

  private bind(target: Expr, value: Expr): void {
    if (target.kind !== 'Name') return;
    const row = rowOf(value, this.rows);
    if (row === undefined) this.rows.delete(target.id);
    else this.rows.set(target.id, row);
  }

  private attribute(target: Expr): void {
    if (target.kind !== 'Attribute' || target.value.kind !== 'Name') return;
    this.assigned(target.value.id, target.attr, target);
  }

  private assigned(name: string, column: string, at: Expr): void {
    const row = this.rows.get(name);
    if (row === undefined || row.from === 'fresh') return;
    const known = this.updates.get(row) ?? { at, columns: [] };
    known.columns.push(column);
    this.updates.set(row, known);
  }

  private call(call: Call): void {
    const method = call.func.kind === 'Attribute' ? call.func.attr : undefined;
    const [first, second] = call.args;
    if (call.func.kind === 'Name' && call.func.id === 'setattr' && first?.kind === 'Name')
      return this.assigned(first.id, second?.kind === 'Str' ? second.value : ANY_COLUMN, call);
    if (method === undefined || first === undefined) return;
    if (method === 'add' && first.kind === 'Name') this.added.add(first.id);
    if (method !== 'merge' && method !== 'delete') return;
    const row = first.kind === 'Name' ? this.rows.get(first.id) : rowOf(first, this.rows);
    if (row === undefined || !/session|^db$|^s$/i.test(receiver(call))) return;
    const facts = writeFacts(call, method === 'merge' ? 'insert' : 'delete', { name: `${CLASS_PREFIX}${row.model}` });
    this.writes.push(
      method === 'merge'
        ? { ...facts, conflict: { action: 'update', columns: [], onPrimaryKey: true } }
        : { ...facts, predicates: row.predicates },
    );
  }

  private update(row: Row, at: Expr, columns: readonly string[]): void {
    const isNew = [...this.rows].some(([name, each]) => each === row && this.added.has(name));
    // A parameter that the function adds to the session is a new row.
    if (row.from === 'given' && isNew) return;
    this.writes.push({
      ...writeFacts(at, 'update', { name: `${CLASS_PREFIX}${row.model}` }),
      assignments: columns.map((column) => ({ column, value: '?' })),
      predicates: row.predicates,
      loadedRow: true,
    });
  }
}

/** `setattr(row, key, value)` where the key is known only when it runs. */
export const ANY_COLUMN = '*';

const receiver = (call: Call): string =>
  call.func.kind === 'Attribute' ? (dottedName(call.func.value)?.split('.').at(-1) ?? '') : '';

/** Ways from a statement or a query to its rows. */
const STEPS =
  /^(first|one|one_or_none|scalar|scalar_one|scalar_one_or_none|scalars|all|execute|exec|unique|limit|offset|order_by|options|with_for_update|filter|filter_by|where|get|get_one|join|yield_per|stream_scalars|distinct|execution_options)$/;

/** What an expression yields: a row, or the rows that a loop takes one by one. */
function rowOf(expr: Expr, rows: ReadonlyMap<string, Row>): Row | undefined {
  const node = expr.kind === 'Await' ? expr.value : expr;
  if (node.kind === 'Name') return rows.get(node.id);
  if (node.kind === 'BoolOp') return undefined;
  if (node.kind !== 'Call') return undefined;
  const queried = queriedModel(node);
  if (queried !== undefined) return { model: queried, from: 'database', predicates: filtersOf(node) };
  const made = node.func.kind === 'Name' ? modelName(node.func) : undefined;
  if (made !== undefined) return { model: made, from: 'fresh', predicates: [] };
  if (node.func.kind === 'Name' && node.func.id === 'select') return selected(node);
  if (node.func.kind !== 'Attribute' || !STEPS.test(node.func.attr)) return undefined;
  const byKey = /^(get|get_one)$/.test(node.func.attr) && node.args.length >= 2 ? modelName(node.args[0]) : undefined;
  if (byKey !== undefined) return { model: byKey, from: 'database', predicates: [] };
  const given = node.args[0] === undefined ? undefined : rowOf(node.args[0], rows);
  const inner = statementOf(node, rows) ?? (given?.from === 'database' ? given : undefined);
  return inner === undefined ? undefined : { ...inner, predicates: [...inner.predicates, ...filtersOf(node)] };
}

/** What a chain of steps began with. */
const statementOf = (call: Call, rows: ReadonlyMap<string, Row>): Row | undefined => {
  const inner = call.func.kind === 'Attribute' ? rowOf(call.func.value, rows) : undefined;
  return inner?.from === 'database' ? inner : undefined;
};

/** `select(Model)`: of one class and nothing else, so that its scalars are rows. */
function selected(call: Call): Row | undefined {
  const model = call.args.length === 1 ? modelName(call.args[0]) : undefined;
  return model === undefined ? undefined : { model, from: 'database', predicates: [] };
}

/** `FeatureValue`, `"FeatureValue"`, `FeatureValue | None`, `Optional[FeatureValue]`. */
function annotatedModel(annotation: Expr): string | undefined {
  if (annotation.kind === 'Str') return /^[A-Z]\w*$/.test(annotation.value) ? annotation.value : undefined;
  if (annotation.kind === 'BinOp') return annotatedModel(annotation.left) ?? annotatedModel(annotation.right);
  if (annotation.kind === 'Subscript') {
    const isOptional = dottedName(annotation.value)?.split('.').at(-1) === 'Optional';
    return isOptional ? annotatedModel(annotation.index) : undefined;
  }
  return modelName(annotation);
}
