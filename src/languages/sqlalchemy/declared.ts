import type { AnnAssign, Assign, Call, ClassDef, Expr, FunctionDef, Stmt } from '../python/ast.js';
import { dottedName, qualifiedName } from '../python/names.js';
import { findAll } from '../python/walk.js';
import type { ColumnDefinition, ConstraintDefinition, IndexDefinition, TableName } from '../sql/index.js';
import { annotatedType, annotationKey, keyText } from './annotations.js';
import { isColumnCall, readColumn, readIndex, readTableConstraint } from './column.js';
import { argumentOf, keyword } from './evaluate.js';
import type { Environment } from './evaluate.js';
import type { DeclaredClass, DeclaredColumn, DeclaredTable, Relationship } from './facts.js';
import { CLASS_PREFIX } from './facts.js';
import { decoratedType, isColumnType } from './decorated-type.js';
import { columnType, unknownType } from './types.js';
import type { ColumnTypeText } from './types.js';

/** What a class body says about a table. Undefined for a class that has nothing to do with one. */
export function readClass(node: ClassDef, env: Environment): DeclaredClass | undefined {
  const bases = node.bases.flatMap((base) => qualifiedName(base, env.imports) ?? []);
  const columns: DeclaredColumn[] = [];
  const relationships: Relationship[] = [];
  const sqlmodelTable = env.boolean(node.keywords.find((item) => item.name === 'table')?.value) === true;
  for (const statement of node.body) {
    const parts = attributeOf(statement);
    if (parts === undefined) continue;
    const column = readAttribute(parts, env, sqlmodelTable);
    if (column !== undefined) columns.push(column);
    const relationship = readRelationship(parts, env);
    if (relationship !== undefined) relationships.push(relationship);
  }
  const tablename = env.string(valueOf(node, '__tablename__'));
  const computed = computedName(node);
  const args = tableArgs(node, env, tablename);
  const isType = isColumnType(node);
  const annotationTypes = annotationMap(node, env);
  if (
    columns.length === 0 &&
    tablename === undefined &&
    computed === undefined &&
    relationships.length === 0 &&
    !sqlmodelTable &&
    !isType &&
    annotationTypes === undefined
  )
    return undefined;
  return {
    name: node.name,
    bases,
    line: node.line,
    endLine: node.endLine,
    ...(tablename === undefined ? {} : { tablename }),
    ...(computed === undefined ? {} : { computedTablename: computed }),
    ...(args.schema === undefined ? {} : { schema: args.schema }),
    abstract: env.boolean(valueOf(node, '__abstract__')) === true,
    sqlmodelTable,
    columns,
    constraints: args.constraints,
    indexes: args.indexes,
    relationships,
    ...(annotationTypes === undefined ? {} : { annotationTypes }),
    ...(isType ? { columnType: decoratedType(node, env, (expr) => columnType(expr, env)) } : {}),
    incomplete: args.incomplete,
  };
}

/** `type_annotation_map = {…}`, or the one of `registry = registry(type_annotation_map={…})`. */
function annotationMap(node: ClassDef, env: Environment): ReadonlyMap<string, ColumnTypeText> | undefined {
  const registry = env.resolve(valueOf(node, 'registry'));
  const inRegistry = registry?.kind === 'Call' ? keyword(registry, 'type_annotation_map') : undefined;
  const written = env.resolve(valueOf(node, 'type_annotation_map') ?? inRegistry);
  if (written?.kind !== 'Dict') return undefined;
  return new Map(
    written.entries.flatMap(({ key, value }) => {
      const name = keyText(key);
      return name === undefined ? [] : [[name, columnType(value, env)] as const];
    }),
  );
}

interface Attribute {
  readonly name: string;
  readonly annotation: Expr | undefined;
  readonly value: Expr | undefined;
  readonly statement: Assign | AnnAssign;
}

function attributeOf(statement: Stmt): Attribute | undefined {
  if (statement.kind === 'AnnAssign' && statement.target.kind === 'Name') {
    return { name: statement.target.id, annotation: statement.annotation, value: statement.value, statement };
  }
  const target = statement.kind === 'Assign' ? statement.targets[0] : undefined;
  if (statement.kind !== 'Assign' || target?.kind !== 'Name') return declaredAttribute(statement);
  return { name: target.id, annotation: undefined, value: statement.value, statement };
}

/** `@declared_attr def owner_id(cls): return Column(…)`. */
function declaredAttribute(statement: Stmt): Attribute | undefined {
  if (
    statement.kind !== 'FunctionDef' ||
    !statement.decorators.some((decorator) => (dottedName(decorator) ?? '').includes('declared_attr'))
  )
    return undefined;
  const returned = statement.body.findLast((inner) => inner.kind === 'Return')?.value;
  if (returned === undefined) return undefined;
  const { line, column, endLine, endColumn } = returned;
  const target = { kind: 'Name' as const, id: statement.name, line, column, endLine, endColumn };
  return {
    name: statement.name,
    annotation: undefined,
    value: returned,
    statement: { kind: 'Assign', targets: [target], value: returned, line, column, endLine, endColumn },
  };
}

const valueOf = (node: ClassDef, name: string): Expr | undefined =>
  node.body.map(attributeOf).find((attribute) => attribute?.name === name)?.value;

function computedName(node: ClassDef): DeclaredClass['computedTablename'] {
  const method = node.body.find(
    (statement): statement is FunctionDef => statement.kind === 'FunctionDef' && statement.name === '__tablename__',
  );
  if (method === undefined) return undefined;
  const returned = method.body.findLast((statement) => statement.kind === 'Return')?.value;
  const calls = returned === undefined ? [] : findAll(returned, 'Call');
  const isLower =
    returned?.kind === 'Call' &&
    returned.func.kind === 'Attribute' &&
    returned.func.attr === 'lower' &&
    dottedName(returned.func.value) === 'cls.__name__';
  if (isLower) return 'lower';
  return calls.some((call) => /snake/i.test(dottedName(call.func) ?? '')) ? 'snake' : 'unknown';
}

function readAttribute(attribute: Attribute, env: Environment, sqlmodelTable: boolean): DeclaredColumn | undefined {
  const value = env.resolve(attribute.value);
  const at = { line: attribute.statement.line, endLine: attribute.statement.endLine };
  if (value?.kind === 'Call' && isColumnCall(value, env)) return fromCall(value, attribute, env, at);
  if (value?.kind === 'Call' && env.last(value.func) === 'Field' && sqlmodelTable)
    return fromField(value, attribute, env, at);
  if (attribute.annotation === undefined) return undefined;
  const annotated = annotatedType(attribute.annotation, env);
  // Without a call, an annotation is a column only as `Mapped[…]`, or in a SQLModel table.
  if (!annotated.mapped && !sqlmodelTable) return undefined;
  if (annotated.relationship || (value?.kind === 'Call' && env.last(value.func) !== 'Field')) return undefined;
  const base = annotated.call === undefined ? undefined : fromCall(annotated.call, attribute, env, at);
  if (base !== undefined) return base;
  return { ...plain(attribute.name, annotated, at), ...byAnnotation(attribute.annotation) };
}

function byAnnotation(annotation: Expr | undefined): { readonly annotation?: string } {
  const key = annotationKey(annotation);
  return key === undefined ? {} : { annotation: key };
}

type Place = { readonly line: number; readonly endLine: number };

const plain = (name: string, annotated: ReturnType<typeof annotatedType>, at: Place): DeclaredColumn => ({
  attribute: name,
  definition: {
    name,
    type: annotated.type ?? '?',
    nullable: annotated.nullable,
    ...(annotated.type === undefined ? { typeUnknown: true } : {}),
    ...at,
  },
  constraints: [],
  indexed: false,
  unique: false,
  primary: false,
});

function fromCall(call: Call, attribute: Attribute, env: Environment, at: Place): DeclaredColumn | undefined {
  const parts = readColumn(call, env, attribute.name);
  if (parts === undefined) return undefined;
  const annotated = attribute.annotation === undefined ? undefined : annotatedType(attribute.annotation, env);
  let column: ColumnDefinition = { ...parts.column, ...at };
  const untyped = column.type === '?' && column.projectType === undefined;
  if (column.type === '?' && annotated?.type !== undefined) {
    const { typeUnknown: _, ...rest } = column;
    column = { ...rest, type: annotated.type };
  }
  if (annotated !== undefined && keyword(call, 'nullable') === undefined && !parts.primary)
    column = { ...column, nullable: annotated.nullable };
  // A column that only refers elsewhere has the type of what it refers to.
  if (column.type === '?' && parts.constraints.some((constraint) => constraint.kind === 'foreign'))
    column = { ...column, type: '?', typeUnknown: true };
  const unique = env.boolean(keyword(call, 'unique')) === true;
  return {
    attribute: attribute.name,
    definition: column,
    ...(untyped ? byAnnotation(attribute.annotation) : {}),
    constraints: parts.constraints,
    indexed: parts.indexed,
    unique,
    primary: parts.primary,
  };
}

/** SQLModel's `Field(sa_column=Column(…))`, `Field(sa_type=JSON)`, or a type from the annotation. */
function fromField(call: Call, attribute: Attribute, env: Environment, at: Place): DeclaredColumn | undefined {
  const own = env.resolve(keyword(call, 'sa_column'));
  if (own?.kind === 'Call') return fromCall(own, attribute, env, at);
  const annotated = annotatedType(attribute.annotation, env);
  const saType = keyword(call, 'sa_type');
  const written = saType === undefined ? undefined : columnType(saType, env);
  const length = env.number(keyword(call, 'max_length'));
  const base = written?.type ?? annotated.type ?? '?';
  const primary = env.boolean(keyword(call, 'primary_key')) === true;
  const foreign = env.string(keyword(call, 'foreign_key'))?.split('.');
  const definition: ColumnDefinition = {
    name: attribute.name,
    type: base === 'character varying' && length !== undefined ? `character varying(${String(length)})` : base,
    nullable: env.boolean(keyword(call, 'nullable')) ?? (annotated.nullable && !primary),
    ...unknownType({ ...written, ...(base === '?' ? { unknown: true } : {}) }),
    ...at,
  };
  const constraints: ConstraintDefinition[] = [];
  if (primary) constraints.push({ kind: 'primary', columns: [attribute.name], line: at.line });
  if (foreign?.at(-1) !== undefined && foreign.at(-2) !== undefined) {
    constraints.push({
      kind: 'foreign',
      columns: [attribute.name],
      line: at.line,
      references: { table: { name: foreign.at(-2) ?? '' }, columns: [foreign.at(-1) ?? ''] },
    });
  }
  const unique = env.boolean(keyword(call, 'unique')) === true;
  return {
    attribute: attribute.name,
    definition,
    constraints,
    indexed: env.boolean(keyword(call, 'index')) === true,
    unique,
    primary,
  };
}

function readRelationship(attribute: Attribute, env: Environment): Relationship | undefined {
  const call = env.resolve(attribute.value);
  if (call?.kind !== 'Call' || !/^(relationship|relation|Relationship)$/.test(env.last(call.func))) return undefined;
  const first = call.args[0];
  const named =
    env.string(first) ??
    (first === undefined ? undefined : dottedName(first)) ??
    annotatedType(attribute.annotation, env).target;
  const options = env.resolve(keyword(call, 'sa_relationship_kwargs'));
  const nested =
    options?.kind === 'Dict' ? options.entries.find((entry) => env.string(entry.key) === 'cascade')?.value : undefined;
  const cascade = env.string(keyword(call, 'cascade') ?? nested) ?? '';
  return named === undefined
    ? undefined
    : { attribute: attribute.name, target: named.split('.').at(-1) ?? named, cascade, line: attribute.statement.line };
}

interface TableArgs {
  readonly schema: string | undefined;
  readonly constraints: readonly ConstraintDefinition[];
  readonly indexes: readonly IndexDefinition[];
  readonly incomplete: boolean;
}

function tableArgs(node: ClassDef, env: Environment, tablename: string | undefined): TableArgs {
  const written = env.resolve(valueOf(node, '__table_args__'));
  const dynamic = node.body.some(
    (statement) =>
      statement.kind === 'FunctionDef' &&
      statement.name === '__table_args__' &&
      !statement.decorators.some((d) => (dottedName(d) ?? '').includes('declared_attr')),
  );
  const items = written?.kind === 'Dict' ? [written] : (env.elements(written) ?? []);
  const table = { name: tablename ?? `${CLASS_PREFIX}${node.name}` };
  const read = readItems(items, table, env);
  return {
    ...read,
    incomplete: read.incomplete || dynamic || (written !== undefined && items.length === 0 && written.kind !== 'Tuple'),
  };
}

function readItems(items: readonly Expr[], table: TableName, env: Environment): TableArgs {
  const constraints: ConstraintDefinition[] = [];
  const indexes: IndexDefinition[] = [];
  let schema: string | undefined;
  let incomplete = false;
  for (const item of items.map((each) => env.resolve(each) ?? each)) {
    if (item.kind === 'Dict') {
      schema = env.string(item.entries.find((entry) => env.string(entry.key) === 'schema')?.value) ?? schema;
      continue;
    }
    const constraint = readTableConstraint(item, env);
    if (constraint !== undefined) constraints.push(constraint);
    else if (item.kind === 'Call' && env.last(item.func) === 'Index')
      indexes.push(readIndex(item, env, env.string(item.args[0]), table, item.args.slice(1)));
    else incomplete = true;
  }
  return { schema, constraints, indexes, incomplete };
}

/** `users = Table("users", metadata, Column(…), …)`. */
export function readTable(call: Call, env: Environment, variable: string | undefined): DeclaredTable | undefined {
  const name = env.string(argumentOf(call, 0, 'name'));
  if (env.last(call.func) !== 'Table' || name === undefined || call.args.length < 2) return undefined;
  const schema = env.string(keyword(call, 'schema'));
  const table: TableName = schema === undefined ? { name } : { schema, name };
  const items = call.args.slice(2).map((item) => env.resolve(item) ?? item);
  const columns = items.flatMap((item): DeclaredColumn[] => {
    const parts = item.kind === 'Call' && isColumnCall(item, env) ? readColumn(item, env) : undefined;
    if (parts === undefined || item.kind !== 'Call') return [];
    const unique = env.boolean(keyword(item, 'unique')) === true;
    return [
      {
        attribute: parts.column.name,
        definition: parts.column,
        constraints: parts.constraints,
        indexed: parts.indexed,
        unique,
        primary: parts.primary,
      },
    ];
  });
  if (columns.length === 0) return undefined;
  const rest = readItems(
    items.filter((item) => !(item.kind === 'Call' && isColumnCall(item, env))),
    table,
    env,
  );
  const { constraints, indexes, incomplete } = rest;
  return {
    ...(variable === undefined ? {} : { variable }),
    name: table,
    columns,
    constraints,
    indexes,
    incomplete,
    line: call.line,
    endLine: call.endLine,
  };
}

/** `Index("ix", Model.column, …)` outside a class or table. */
export function readModuleIndex(call: Call, env: Environment): IndexDefinition | undefined {
  if (env.last(call.func) !== 'Index') return undefined;
  const [first, ...keys] = call.args;
  const owner = keys
    .flatMap((key) => findAll(key, 'Attribute'))
    .map((attribute) => dottedName(attribute.value)?.replace(/\.c$/, ''))
    .find((name) => name !== undefined && name !== 'func' && name !== 'sa' && name !== 'sa.func');
  if (owner === undefined) return undefined;
  return readIndex(call, env, env.string(first), { name: `${CLASS_PREFIX}${owner.split('.').at(-1) ?? owner}` }, keys);
}
