import type { ColumnDef, Constraint, Node } from 'libpg-query';
import { asNode, isSerial, strings, tableName, typeText } from './ast.js';
import type { ColumnDefinition, ConstraintDefinition } from './changes.js';
import { printExpression } from './print.js';

/** Line of a location (UTF-8 byte in the statement); the statement's own first line when there is none. */
export type LineOf = (location: number | undefined) => number;

export interface ColumnParts {
  readonly column: ColumnDefinition;
  readonly constraints: readonly ConstraintDefinition[];
}

/** A column with the constraints written on it taken out. */
export function readColumn(definition: ColumnDef, lineOf: LineOf): ColumnParts {
  const constraints = (definition.constraints ?? []).flatMap((node) => asNode(node, 'Constraint') ?? []);
  const name = definition.colname ?? '';
  const has = (...kinds: string[]): Constraint | undefined => constraints.find((c) => kinds.includes(c.contype ?? ''));
  const value = has('CONSTR_DEFAULT')?.raw_expr;
  const serial = isSerial(definition.typeName);
  const notNull = has('CONSTR_NOTNULL', 'CONSTR_PRIMARY', 'CONSTR_IDENTITY') !== undefined || serial;
  const line = lineOf(definition.location);
  const column: ColumnDefinition = {
    name,
    type: typeText(definition.typeName),
    nullable: !notNull,
    ...(value === undefined ? {} : { default: printExpression(value) }),
    ...(serial ? { default: 'nextval()' } : {}),
    ...(has('CONSTR_GENERATED') === undefined ? {} : { generated: true }),
    line,
    endLine: Math.max(line, ...constraints.map((constraint) => lineOf(constraint.location))),
  };
  const own = constraints.flatMap((constraint) => readConstraint(constraint, lineOf, name) ?? []);
  return { column, constraints: own };
}

const KINDS: Readonly<Record<string, ConstraintDefinition['kind']>> = {
  CONSTR_PRIMARY: 'primary',
  CONSTR_UNIQUE: 'unique',
  CONSTR_FOREIGN: 'foreign',
  CONSTR_CHECK: 'check',
  CONSTR_EXCLUSION: 'exclude',
};

const ON_DELETE: Readonly<Record<string, string>> = { c: 'CASCADE', n: 'SET NULL', d: 'SET DEFAULT', r: 'RESTRICT' };

/** @param column the column it is written on, when it is a column constraint */
export function readConstraint(
  constraint: Constraint,
  lineOf: LineOf,
  column?: string,
): ConstraintDefinition | undefined {
  const kind = KINDS[constraint.contype ?? ''];
  if (kind === undefined) return undefined;
  const target = tableName(constraint.pktable);
  const onDelete = ON_DELETE[constraint.fk_del_action ?? ''];
  return {
    kind,
    columns: column === undefined ? columnsOf(constraint, kind) : [column],
    line: lineOf(constraint.location),
    ...(constraint.conname === undefined ? {} : { name: constraint.conname }),
    ...(constraint.indexname === undefined ? {} : { usingIndex: constraint.indexname }),
    ...(kind === 'exclude' ? { method: constraint.access_method ?? 'btree' } : {}),
    ...(constraint.raw_expr === undefined || kind !== 'check'
      ? {}
      : { expression: printExpression(constraint.raw_expr) }),
    ...(target === undefined
      ? {}
      : {
          references: {
            table: target,
            columns: strings(constraint.pk_attrs),
            ...(onDelete === undefined ? {} : { onDelete }),
          },
        }),
  };
}

function columnsOf(constraint: Constraint, kind: ConstraintDefinition['kind']): string[] {
  if (kind === 'foreign') return strings(constraint.fk_attrs);
  if (kind === 'exclude') return (constraint.exclusions ?? []).flatMap(excludedColumn);
  return strings(constraint.keys);
}

function excludedColumn(node: Node): string[] {
  const element = asNode(asNode(node, 'List')?.items?.[0], 'IndexElem');
  return element?.name === undefined ? [] : [element.name];
}
