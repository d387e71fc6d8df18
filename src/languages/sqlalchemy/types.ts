import type { Call, Expr, IfExp } from '../python/ast.js';
import { dottedName, qualifiedName } from '../python/names.js';
import type { ProjectType } from '../sql/index.js';
import { decoratedType } from './decorated-type.js';
import { dialectTest } from './dialect-test.js';
import type { Environment } from './evaluate.js';
import { argumentOf, keyword } from './evaluate.js';

export interface ColumnTypeText {
  /** As PostgreSQL prints it. */
  readonly type: string;
  readonly unknown?: true;
  readonly project?: ProjectType;
}

/** How a definition says that its type is not known yet. */
export const unknownType = (
  written: Omit<ColumnTypeText, 'type'>,
): { readonly typeUnknown?: true; readonly projectType?: ProjectType } => ({
  ...(written.unknown === true ? { typeUnknown: true } : {}),
  ...(written.project === undefined ? {} : { projectType: written.project }),
});

/** Packages whose types are known by their names. */
const LIBRARIES =
  /^(sqlalchemy(_\w+)?|sa|sqlmodel|pgvector|geoalchemy2|citext|alembic|flask_sqlalchemy|advanced_alchemy|fastapi_users_db_sqlalchemy|fastapi_utils|typing|datetime|uuid|decimal|enum)(\.|$)/;

export const isLibraryType = (dotted: string): boolean => LIBRARIES.test(dotted);

/** What a library's type is by its last name, when it needs no arguments to be known. */
export const plainTypeOf = (dotted: string): string | undefined => PLAIN[dotted.split('.').at(-1) ?? ''];

/** SQLAlchemy's types without arguments, as its PostgreSQL dialect renders them. */
const PLAIN: Readonly<Record<string, string>> = {
  JSON: 'json',
  JSONB: 'jsonb',
  Text: 'text',
  TEXT: 'text',
  UnicodeText: 'text',
  CLOB: 'text',
  Integer: 'integer',
  INTEGER: 'integer',
  INT: 'integer',
  BigInteger: 'bigint',
  BIGINT: 'bigint',
  SmallInteger: 'smallint',
  SMALLINT: 'smallint',
  Boolean: 'boolean',
  BOOLEAN: 'boolean',
  Date: 'date',
  DATE: 'date',
  Interval: 'interval',
  INTERVAL: 'interval',
  LargeBinary: 'bytea',
  BYTEA: 'bytea',
  BINARY: 'bytea',
  BLOB: 'bytea',
  PickleType: 'bytea',
  UUID: 'uuid',
  Uuid: 'uuid',
  GUID: 'uuid',
  UUIDType: 'uuid',
  REAL: 'real',
  DOUBLE_PRECISION: 'double precision',
  Double: 'double precision',
  DOUBLE: 'double precision',
  TSVECTOR: 'tsvector',
  TSVectorType: 'tsvector',
  TSQUERY: 'tsquery',
  INET: 'inet',
  CIDR: 'cidr',
  MACADDR: 'macaddr',
  MACADDR8: 'macaddr8',
  MONEY: 'money',
  OID: 'oid',
  REGCLASS: 'regclass',
  CITEXT: 'citext',
  HSTORE: 'hstore',
  INT4RANGE: 'int4range',
  INT8RANGE: 'int8range',
  NUMRANGE: 'numrange',
  DATERANGE: 'daterange',
  TSRANGE: 'tsrange',
  TSTZRANGE: 'tstzrange',
  INT4MULTIRANGE: 'int4multirange',
  INT8MULTIRANGE: 'int8multirange',
  DATEMULTIRANGE: 'datemultirange',
  TSMULTIRANGE: 'tsmultirange',
  TSTZMULTIRANGE: 'tstzmultirange',
  NUMMULTIRANGE: 'nummultirange',
  LtreeType: 'ltree',
  LTREE: 'ltree',
  JSONPATH: 'jsonpath',
  // sqlalchemy_utils renders json on PostgreSQL.
  JSONType: 'json',
  // sqlalchemy_json wraps SQLAlchemy's JSON.
  MutableJson: 'json',
  NestedMutableJson: 'json',
  EmailType: 'citext',
  URLType: 'text',
  UTCDateTime: 'timestamp with time zone',
  AwareDateTime: 'timestamp with time zone',
  Vector: 'vector',
  VECTOR: 'vector',
  HALFVEC: 'halfvec',
  SPARSEVEC: 'sparsevec',
};

/** Types that are a plain one with a length: `String(50)`. */
const TEXTUAL: Readonly<Record<string, string>> = {
  String: 'character varying',
  VARCHAR: 'character varying',
  NVARCHAR: 'character varying',
  Unicode: 'character varying',
  AutoString: 'character varying',
  CHAR: 'character',
  NCHAR: 'character',
};

/** What a column of this SQLAlchemy type is in PostgreSQL. `unknown` for types of the project's own. */
export function columnType(expr: Expr | undefined, env: Environment, depth = 0): ColumnTypeText {
  const node = env.resolve(expr);
  if (node === undefined || depth > 8) return { type: '?', unknown: true };
  if (node.kind === 'IfExp') return chosenType(node, env, depth);
  if (node.kind !== 'Call')
    return ownType(node, undefined, env, depth) ?? plainType(env.last(node), undefined, env, depth);
  const variant = withVariant(node, env, depth);
  if (variant !== undefined) return variant;
  const name = env.last(node.func);
  // MutableDict.as_mutable(JSONB), type_coerce and the like hand the type through.
  if (name === 'as_mutable' || name === 'evaluates_none')
    return columnType(node.args[0] ?? receiver(node), env, depth + 1);
  return ownType(node.func, node, env, depth) ?? plainType(name, node, env, depth);
}

/** A type that the file defines itself, or imports from somewhere that is no library. */
function ownType(expr: Expr, call: Call | undefined, env: Environment, depth: number): ColumnTypeText | undefined {
  const own = expr.kind === 'Name' ? env.classes.get(expr.id) : undefined;
  if (own !== undefined) return decoratedType(own, env, (inner) => columnType(inner, env, depth + 1));
  const written = dottedName(expr);
  const imported = env.imports.has(written?.split('.')[0] ?? '');
  const dotted = imported ? qualifiedName(expr, env.imports) : undefined;
  if (dotted === undefined || isLibraryType(dotted)) return undefined;
  const byName = plainType(env.last(expr), call, env, depth);
  const project = { dotted, ...(byName.unknown === true ? {} : { byName: byName.type }) };
  return { type: dotted.split('.').at(-1) ?? '', unknown: true, project };
}

/** `JSONB() if bind.dialect.name == "postgresql" else JSON()`. */
function chosenType(node: IfExp, env: Environment, depth: number): ColumnTypeText {
  const answer = dialectTest(node.test, env);
  const [yes, no] = [columnType(node.body, env, depth + 1), columnType(node.orelse, env, depth + 1)];
  if (answer !== undefined) return answer ? yes : no;
  return yes.type === no.type ? yes : { type: '?', unknown: true };
}

const receiver = (call: Call): Expr | undefined => (call.func.kind === 'Attribute' ? call.func.value : undefined);

/** `JSON().with_variant(JSONB(), "postgresql")`: PostgreSQL's variant is the one that counts. */
function withVariant(call: Call, env: Environment, depth: number): ColumnTypeText | undefined {
  if (call.func.kind !== 'Attribute' || call.func.attr !== 'with_variant') return undefined;
  const dialects = call.args.slice(1).map((argument) => env.string(argument));
  return columnType(dialects.includes('postgresql') ? call.args[0] : call.func.value, env, depth + 1);
}

function plainType(name: string, call: Call | undefined, env: Environment, depth: number): ColumnTypeText {
  const textual = TEXTUAL[name];
  if (textual !== undefined) return { type: withLength(textual, call, env) };
  switch (name) {
    case 'DateTime':
    case 'TIMESTAMP':
    case 'DATETIME':
      return { type: timeType('timestamp', call, env, name === 'TIMESTAMP' ? 0 : undefined) };
    case 'Time':
    case 'TIME':
      return { type: timeType('time', call, env, undefined) };
    case 'Float':
    case 'FLOAT':
      return { type: floatType(call, env) };
    case 'Numeric':
    case 'NUMERIC':
    case 'DECIMAL':
      return { type: numericType(call, env) };
    case 'ARRAY':
      return arrayType(call, env, depth);
    case 'Enum':
    case 'ENUM':
      return enumType(call, env);
    case 'Vector':
    case 'VECTOR':
    case 'HALFVEC':
      return { type: vectorType(name === 'HALFVEC' ? 'halfvec' : 'vector', call, env) };
    case 'BIT':
      return {
        type: `bit(${String(env.number(call === undefined ? undefined : argumentOf(call, 0, 'length')) ?? 1)})`,
      };
    case 'Geometry':
    case 'Geography':
      return { type: name.toLowerCase(), unknown: true };
    default:
      return PLAIN[name] === undefined ? { type: name === '' ? '?' : name, unknown: true } : { type: PLAIN[name] };
  }
}

function withLength(name: string, call: Call | undefined, env: Environment): string {
  const length = call === undefined ? undefined : env.number(argumentOf(call, 0, 'length'));
  if (length !== undefined) return `${name}(${String(length)})`;
  return name === 'character' ? 'character(1)' : name;
}

function timeType(name: string, call: Call | undefined, env: Environment, _position: number | undefined): string {
  const zone = call === undefined ? undefined : env.boolean(argumentOf(call, 0, 'timezone'));
  const precision = call === undefined ? undefined : env.number(argumentOf(call, undefined, 'precision'));
  return `${name}${precision === undefined ? '' : `(${String(precision)})`} with${zone === true ? '' : 'out'} time zone`;
}

function floatType(call: Call | undefined, env: Environment): string {
  const precision = call === undefined ? undefined : env.number(argumentOf(call, 0, 'precision'));
  return precision !== undefined && precision < 25 ? 'real' : 'double precision';
}

function numericType(call: Call | undefined, env: Environment): string {
  const precision = call === undefined ? undefined : env.number(argumentOf(call, 0, 'precision'));
  if (call === undefined || precision === undefined) return 'numeric';
  return `numeric(${String(precision)},${String(env.number(argumentOf(call, 1, 'scale')) ?? 0)})`;
}

function arrayType(call: Call | undefined, env: Environment, depth: number): ColumnTypeText {
  if (call === undefined) return { type: '?[]', unknown: true };
  const { project: _, ...item } = columnType(argumentOf(call, 0, 'item_type'), env, depth + 1);
  return { ...item, type: `${item.type.replace(/\[\]$/, '')}[]` };
}

function enumType(call: Call | undefined, env: Environment): ColumnTypeText {
  const native = call === undefined ? undefined : env.boolean(keyword(call, 'native_enum'));
  if (native === false) return { type: 'character varying', unknown: true };
  const name = call === undefined ? undefined : env.string(keyword(call, 'name'));
  if (name !== undefined) return { type: name };
  // A Python enum class gives its own name in lower case.
  const first = call === undefined ? undefined : env.last(call.args[0]);
  return first === undefined || first === '' ? { type: 'enum', unknown: true } : { type: first.toLowerCase() };
}

function vectorType(name: string, call: Call | undefined, env: Environment): string {
  const dimensions = call === undefined ? undefined : env.number(argumentOf(call, 0, 'dim', 'dimensions'));
  return dimensions === undefined ? name : `${name}(${String(dimensions)})`;
}
