import type { Call, Expr } from '../python/ast.js';
import { dottedName } from '../python/names.js';
import { isColumnCall } from './column.js';
import type { Environment } from './evaluate.js';
import { columnType } from './types.js';

export interface AnnotatedType {
  /** Written as `Mapped[…]`. */
  readonly mapped: boolean;
  /** What SQLAlchemy makes of the Python type when nothing else is said; undefined when that is the project's own. */
  readonly type: string | undefined;
  readonly nullable: boolean;
  /** `Mapped[list["Child"]]`, `Mapped["Parent"]`. */
  readonly relationship: boolean;
  readonly target: string | undefined;
  /** `Annotated[int, mapped_column(primary_key=True)]`. */
  readonly call: Call | undefined;
}

/** SQLAlchemy 2.0's `type_annotation_map` as it comes, and SQLModel's, which agree. */
const PYTHON_TYPES: Readonly<Record<string, string>> = {
  int: 'integer',
  str: 'character varying',
  float: 'double precision',
  bool: 'boolean',
  bytes: 'bytea',
  datetime: 'timestamp without time zone',
  date: 'date',
  time: 'time without time zone',
  timedelta: 'interval',
  Decimal: 'numeric',
  UUID: 'uuid',
  UUID4: 'uuid',
  EmailStr: 'character varying',
};

/** `Mapped[Optional[dict[str, Any]]]` → `dict[str,Any]`: the key under which a `type_annotation_map` holds it. */
export function annotationKey(annotation: Expr | undefined): string | undefined {
  if (annotation?.kind !== 'Subscript') return undefined;
  const name = dottedName(annotation.value)?.split('.').at(-1);
  return name === 'Mapped' ? keyText(withoutNone(annotation.index)) : undefined;
}

function withoutNone(expr: Expr): Expr {
  if (expr.kind === 'BinOp' && expr.op === '|')
    return expr.right.kind === 'None' ? expr.left : expr.left.kind === 'None' ? expr.right : expr;
  const optional = expr.kind === 'Subscript' && dottedName(expr.value)?.split('.').at(-1) === 'Optional';
  return optional ? expr.index : expr;
}

/** A type as it is written, without its modules. */
export function keyText(expr: Expr | undefined): string | undefined {
  if (expr === undefined) return undefined;
  if (expr.kind === 'Subscript') return `${keyText(expr.value) ?? '?'}[${keyText(expr.index) ?? '?'}]`;
  if (expr.kind === 'Tuple') return expr.elements.map((element) => keyText(element) ?? '?').join(',');
  return expr.kind === 'None' ? 'None' : dottedName(expr)?.split('.').at(-1);
}

const COLLECTIONS = new Set(['list', 'List', 'set', 'Set', 'Sequence', 'WriteOnlyMapped', 'DynamicMapped']);
const MAX_DEPTH = 8;

export function annotatedType(annotation: Expr | undefined, env: Environment, depth = 0): AnnotatedType {
  const none: AnnotatedType = {
    mapped: false,
    type: undefined,
    nullable: false,
    relationship: false,
    target: undefined,
    call: undefined,
  };
  if (annotation === undefined || depth > MAX_DEPTH) return none;
  const node = annotation.kind === 'Name' ? (env.resolve(annotation) ?? annotation) : annotation;
  if (node.kind === 'Str') return { ...none, relationship: true, target: node.value.replace(/[\s'"]|\|\s*None/g, '') };
  if (node.kind === 'BinOp' && node.op === '|') return union([node.left, node.right], env, depth);
  if (node.kind === 'Subscript') return subscript(node.value, node.index, env, depth);
  const name = dottedName(node)?.split('.').at(-1);
  const type = name === undefined ? undefined : PYTHON_TYPES[name];
  return { ...none, type, ...(type === undefined && name !== undefined ? { target: name } : {}) };
}

function subscript(value: Expr, index: Expr, env: Environment, depth: number): AnnotatedType {
  const name = dottedName(value)?.split('.').at(-1) ?? '';
  if (name === 'Mapped' || name === 'WriteOnlyMapped' || name === 'DynamicMapped') {
    return { ...annotatedType(index, env, depth + 1), mapped: true };
  }
  if (name === 'Optional') return { ...annotatedType(index, env, depth + 1), nullable: true };
  if (name === 'Union') return union(index.kind === 'Tuple' ? index.elements : [index], env, depth);
  if (name === 'Annotated' && index.kind === 'Tuple') return annotated(index.elements, env, depth);
  const inner = annotatedType(index, env, depth + 1);
  const collection = COLLECTIONS.has(name) && inner.target !== undefined;
  return {
    mapped: false,
    type: undefined,
    nullable: false,
    relationship: collection,
    target: inner.target,
    call: undefined,
  };
}

function union(members: readonly Expr[], env: Environment, depth: number): AnnotatedType {
  const some = members.filter((member) => member.kind !== 'None');
  const first = annotatedType(some[0], env, depth + 1);
  return { ...first, nullable: first.nullable || some.length < members.length };
}

function annotated(elements: readonly Expr[], env: Environment, depth: number): AnnotatedType {
  const base = annotatedType(elements[0], env, depth + 1);
  const call = elements
    .map((element) => env.resolve(element))
    .find((element) => element?.kind === 'Call' && isColumnCall(element, env));
  if (call?.kind === 'Call') return { ...base, call };
  // `Annotated[str, 50]` is a length; a type object is the type.
  const type = elements
    .slice(1)
    .map((element) => columnType(element, env))
    .find((written) => written.unknown !== true);
  return type === undefined ? base : { ...base, type: type.type };
}
