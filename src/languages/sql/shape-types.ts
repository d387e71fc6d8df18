import type { ShapeType } from './changes.js';

const known = (type: string): ShapeType => ({ kind: 'known', type });
const UNKNOWN: ShapeType = { kind: 'unknown' };

/** Functions of PostgreSQL that always give one type. */
const FIXED: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    bigint: 'count row_number rank dense_rank',
    integer: 'length char_length ntile jsonb_array_length json_array_length',
    text: 'lower upper initcap trim btrim ltrim rtrim concat concat_ws string_agg md5 replace left right substring substr split_part format to_char regexp_replace jsonb_extract_path_text jsonb_typeof',
    jsonb:
      'to_jsonb jsonb_build_object jsonb_build_array jsonb_agg jsonb_object_agg jsonb_object jsonb_set jsonb_strip_nulls jsonb_path_query_array jsonb_path_query_first jsonb_extract_path',
    json: 'to_json json_build_object json_build_array json_agg json_object_agg row_to_json',
    boolean: 'bool_and bool_or every',
    'timestamp with time zone': 'now clock_timestamp statement_timestamp transaction_timestamp to_timestamp',
    'double precision': 'random date_part percentile_cont',
    date: 'to_date',
    uuid: 'gen_random_uuid uuid_generate_v4',
    tsvector: 'to_tsvector jsonb_to_tsvector',
  }).flatMap(([type, names]) => names.split(' ').map((name) => [name, type])),
);

/** The type that a function of PostgreSQL gives for arguments of these types. */
export function functionType(name: string, args: readonly ShapeType[]): ShapeType {
  const fixed = FIXED[name];
  if (fixed !== undefined) return known(fixed);
  const first = args[0] ?? UNKNOWN;
  switch (name) {
    case 'first_value':
    case 'last_value':
    case 'nth_value':
      return first;
    case 'lag':
    case 'lead':
      return args.length < 3 ? first : UNKNOWN;
    case 'min':
    case 'max':
    case 'sum':
    case 'avg':
    case 'array_agg':
    case 'abs':
      return { kind: 'call', name, of: [first] };
    case 'date_trunc':
      return { kind: 'call', name, of: [args[1] ?? UNKNOWN] };
    default:
      return UNKNOWN;
  }
}

const COMPARISONS = /^(=|<>|<|>|<=|>=|!?~~?\*?|@>|<@|\?|\?\||\?&|@\?|@@|&&)$/;

export function operatorType(operator: string, sides: readonly ShapeType[]): ShapeType {
  if (operator === '->>' || operator === '#>>') return known('text');
  if (operator === '->' || operator === '#>') return sides[0] ?? UNKNOWN;
  if (COMPARISONS.test(operator)) return known('boolean');
  return /^[-+*/]$/.test(operator) || operator === '||' ? { kind: 'call', name: operator, of: sides } : UNKNOWN;
}

/** What `min`, `sum`, `+` … give for types that are known. Undefined when that is not plain. */
export function resultType(name: string, types: readonly string[]): string | undefined {
  const [left = '', right = ''] = types.map((type) => type.replace(/\(.*\)/, ''));
  switch (name) {
    case 'min':
    case 'max':
      return left === 'character varying' ? 'text' : left === 'character' || left === '' ? undefined : left;
    case 'sum':
      return { smallint: 'bigint', integer: 'bigint', bigint: 'numeric', interval: 'interval' }[left] ?? floating(left);
    case 'avg':
      return /int|numeric/.test(left) && left !== 'interval'
        ? 'numeric'
        : left === 'real'
          ? 'double precision'
          : floating(left);
    case 'array_agg':
      return left.endsWith('[]') || left === '' ? undefined : `${left}[]`;
    case 'abs':
      return NUMBERS.includes(left) ? left : undefined;
    case 'date_trunc':
      return left === 'date' ? 'timestamp with time zone' : /^(timestamp|interval)/.test(left) ? left : undefined;
    case '||':
      return left === right && /^jsonb$|\[\]$/.test(left)
        ? left
        : /^(text|character varying)$/.test(left) && /^(text|character varying)$/.test(right)
          ? 'text'
          : undefined;
    default:
      return arithmetic(name, left, right);
  }
}

const floating = (type: string): string | undefined =>
  /^(numeric|real|double precision)$/.test(type) ? type : undefined;

/** Each includes those before it. */
const NUMBERS = ['smallint', 'integer', 'bigint', 'numeric', 'double precision'];

function arithmetic(operator: string, left: string, right: string): string | undefined {
  const most = Math.max(NUMBERS.indexOf(left), NUMBERS.indexOf(right));
  if (NUMBERS.includes(left) && NUMBERS.includes(right)) return NUMBERS[most];
  if (operator === '-' && left === right && left.startsWith('timestamp with')) return 'interval';
  return (operator === '+' || operator === '-') && left.startsWith('timestamp with') && right === 'interval'
    ? left
    : undefined;
}
