import type { Node, RangeVar, TypeName } from 'libpg-query';
import type { TableName } from './changes.js';
import { HOLE } from './split.js';

type KeysOf<U> = U extends unknown ? keyof U : never;
export type NodeTag = KeysOf<Node>;
export type NodeOf<K extends NodeTag> = Extract<Node, Record<K, unknown>>[K & keyof Extract<Node, Record<K, unknown>>];

/** The node's content when it is of that kind. */
export function asNode<K extends NodeTag>(node: Node | undefined, tag: K): NodeOf<K> | undefined {
  return node === undefined ? undefined : ((node as Record<string, unknown>)[tag] as NodeOf<K> | undefined);
}

export function tagOf(node: Node): string {
  return Object.keys(node)[0] ?? '';
}

export const stringOf = (node: Node | undefined): string | undefined => asNode(node, 'String')?.sval;

export const strings = (nodes: readonly Node[] | undefined): string[] =>
  (nodes ?? []).flatMap((node) => stringOf(node) ?? []);

export function tableName(range: RangeVar | undefined): TableName | undefined {
  if (range?.relname === undefined) return undefined;
  // A schema that is known only when the program runs is left out: the table is told apart by its name.
  return range.schemaname === undefined || range.schemaname.startsWith(HOLE)
    ? { name: range.relname }
    : { schema: range.schemaname, name: range.relname };
}

export function nameOf(parts: readonly string[]): TableName | undefined {
  const name = parts.at(-1);
  const schema = parts.at(-2);
  if (name === undefined) return undefined;
  return schema === undefined || schema.startsWith(HOLE) ? { name } : { schema, name };
}

/** The string a constant holds, through casts: `'{}'::jsonb` → `{}`. */
export function literalString(node: Node | undefined): string | undefined {
  const constant = asNode(node, 'A_Const');
  if (constant !== undefined) return constant.sval?.sval;
  const cast = asNode(node, 'TypeCast');
  return cast === undefined ? undefined : literalString(cast.arg);
}

export function integerOf(node: Node | undefined): number | undefined {
  const constant = asNode(node, 'A_Const');
  // The parser leaves out a value of zero.
  return constant?.ival === undefined ? undefined : (constant.ival.ival ?? 0);
}

/** What PostgreSQL prints for the aliases it accepts. */
const TYPE_ALIASES: Readonly<Record<string, string>> = {
  int: 'integer',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  varchar: 'character varying',
  bpchar: 'character',
  decimal: 'numeric',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  timetz: 'time with time zone',
  time: 'time without time zone',
  varbit: 'bit varying',
};

const SERIALS: Readonly<Record<string, string>> = {
  serial: 'integer',
  serial4: 'integer',
  bigserial: 'bigint',
  serial8: 'bigint',
  smallserial: 'smallint',
  serial2: 'smallint',
};

export const isSerial = (type: TypeName | undefined): boolean =>
  strings(type?.names).length === 1 && SERIALS[strings(type?.names)[0] ?? ''] !== undefined;

/** The type as `format_type()` prints it; serials as the integer type behind them. */
export function typeText(type: TypeName | undefined): string {
  if (type === undefined) return '';
  const parts = strings(type.names).filter((part) => part !== 'pg_catalog' && part !== 'public');
  const bare = parts.join('.');
  const name = TYPE_ALIASES[bare] ?? SERIALS[bare] ?? bare;
  return withModifiers(name, type) + '[]'.repeat(type.arrayBounds !== undefined && type.arrayBounds.length > 0 ? 1 : 0);
}

function withModifiers(name: string, type: TypeName): string {
  if (name === 'interval') return name;
  const modifiers = (type.typmods ?? []).map(modifierText);
  if (name === 'character' && modifiers.length === 0) return 'character(1)';
  if (name === 'numeric' && modifiers.length === 1) modifiers.push('0');
  if (modifiers.length === 0) return name;
  const zone = / with(out)? time zone$/.exec(name)?.[0] ?? '';
  return `${name.slice(0, name.length - zone.length)}(${modifiers.join(',')})${zone}`;
}

const modifierText = (node: Node): string =>
  String(integerOf(node) ?? literalString(node) ?? strings(asNode(node, 'ColumnRef')?.fields)[0] ?? '?');

/** `character varying(20)` → `character varying`; `jsonb[]` stays apart from `jsonb`. */
export const baseType = (type: string): string => type.replace(/\([^)]*\)/, '');
