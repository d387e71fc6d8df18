import type { Call, Expr } from '../python/ast.js';
import { argument, dottedName } from '../python/names.js';
import { constantString, stringValue, textOf } from '../python/strings.js';
import type { Constants } from '../python/strings.js';
import { findAll } from '../python/walk.js';
import { BY_METHOD, BY_ORIGIN, MEMORY, RETURNS_TEXT, RUNS_SQL, TEMPORARY, TO_PATH } from './catalogue.js';
import type { Effect } from './facts.js';
import type { Origins } from './origins.js';

interface Seen {
  readonly action: Effect['action'];
  readonly what: string;
}

/** What one call does to the outside world; undefined for a call that does nothing to it, as far as is known. */
export function detectEffect(call: Call, origins: Origins, constants: Constants): Effect | undefined {
  const origin = origins.of(call.func);
  const method = call.func.kind === 'Attribute' ? call.func.attr : '';
  const seen =
    opened(call, origin, origins, constants) ??
    byPath(call, method, origins, constants) ??
    byOrigin(call, origin, origins, constants) ??
    bySql(call, method, origin, constants) ??
    byStatement(call, method, origins) ??
    byMethod(method, call, origins, constants);
  if (seen === undefined) return undefined;
  return { ...seen, call: written(call), line: call.line, endLine: call.endLine };
}

/** The callee as it stands in the code, cut to something readable. */
function written(call: Call): string {
  const dotted = dottedName(call.func);
  if (dotted !== undefined) return dotted.length > 60 ? `…${dotted.slice(-50)}` : dotted;
  return call.func.kind === 'Attribute' ? `….${call.func.attr}` : 'call';
}

/** `open(path, "w")`, `Path.open("w")`, `gzip.open`; a mode that cannot be known counts as reading. */
function opened(call: Call, origin: string, origins: Origins, constants: Constants): Seen | undefined {
  const builtin =
    /^(open|io\.open|gzip\.open|bz2\.open|lzma\.open|codecs\.open|fsspec\.open|smart_open\.(smart_)?open)$/.test(
      origin,
    );
  const method = !builtin && /(^pathlib\.(Path|PurePath)\(\).*|FileSystem\(\))\.open$/.test(origin);
  if (!builtin && !method) return undefined;
  if (isTemporary(builtin ? call.args[0] : receiver(call), origins, constants)) return undefined;
  const mode = constantString(argument(call, builtin ? 1 : 0, 'mode'), constants) ?? 'r';
  return /[wax+]/.test(mode) ? { action: 'write', what: 'a file' } : { action: 'read', what: 'a file' };
}

const receiver = (call: Call): Expr | undefined => (call.func.kind === 'Attribute' ? call.func.value : undefined);

function byPath(call: Call, method: string, origins: Origins, constants: Constants): Seen | undefined {
  if (!TO_PATH.test(method)) return undefined;
  const target = argument(
    call,
    0,
    'path',
    'path_or_buf',
    'path_or_buffer',
    'excel_writer',
    'file',
    'buf',
    'fname',
    'target',
    'filename',
    'sink',
  );
  if (target === undefined)
    return RETURNS_TEXT.test(method) || call.args.length === 0 ? undefined : { action: 'write', what: 'a file' };
  // `to_excel(writer)`: the writer was opened where its path stands.
  if (target.kind === 'None' || isTemporary(target, origins, constants) || WRITER.test(origins.of(target)))
    return undefined;
  return { action: 'write', what: 'a file' };
}

const WRITER = /^pandas\.ExcelWriter\(\)$/;

/** In memory, or in a file that goes away with the run. */
function isTemporary(expr: Expr | undefined, origins: Origins, constants: Constants, depth = 0): boolean {
  if (expr === undefined || depth > MAX_NAMES) return false;
  if (findAll(expr, 'Str').some(({ value }) => /^\/(var\/)?tmp(\/|$)/.test(value))) return true;
  const names = findAll(expr, 'Name');
  const isOutside = [...names, ...findAll(expr, 'Call')].some((part) => {
    const origin = origins.of(part);
    return MEMORY.test(origin) || TEMPORARY.test(origin);
  });
  return isOutside || names.some(({ id }) => isTemporary(constants.get(id), origins, constants, depth + 1));
}

/** Names followed through names. */
const MAX_NAMES = 4;

function byOrigin(call: Call, origin: string, origins: Origins, constants: Constants): Seen | undefined {
  const matching = BY_ORIGIN.filter((rule) => rule.pattern.test(origin));
  if (matching.length === 0) return generalRequest(call, origin, constants);
  // A download into a temporary file still reads where it comes from.
  const found = matching.find(
    ({ what }) => !(/^a file$|files$/.test(what) && call.args.some((value) => isTemporary(value, origins, constants))),
  );
  return found?.what === 'a file or a database' && isInMemory(call, origins, constants) ? undefined : found;
}

/** Text and bytes that are there already: reading them reads nothing outside. */
const IN_HAND = /\.(to_\w+|getvalue|dumps|decode|encode|read)\(\)$|\.(text|content)$/;

const isInMemory = (call: Call, origins: Origins, constants: Constants): boolean => {
  const source = call.args[0];
  return source !== undefined && (isTemporary(source, origins, constants) || IN_HAND.test(origins.of(source)));
};

/** What a call of something does, known by its dotted name alone: its class was made elsewhere. */
export function effectOfName(name: string): Seen | undefined {
  const asOrigin = name.replace(/\.([A-Z]\w*)(?=\.)/g, '.$1()');
  const found = BY_ORIGIN.find(({ pattern }) => pattern.test(name) || pattern.test(asOrigin));
  // Of a file, the arguments decide.
  return found === undefined || /file|another process/.test(found.what) ? undefined : found;
}

/** `requests.request("POST", …)`, `http.client`, `urllib3`: the verb is an argument. */
function generalRequest(call: Call, origin: string, constants: Constants): Seen | undefined {
  const byVerb =
    /^((requests|httpx|niquests|aiohttp)\.((Async)?(Client|Session|ClientSession)\(\)\.|session\(\)\.)?request|urllib3\.PoolManager\(\)\.(request|urlopen)|http\.client\.HTTPS?Connection\(\)\.request)$/;
  if (/^urllib\.request\.(urlopen|Request)$/.test(origin)) return urlopened(call, origin, constants);
  if (!byVerb.test(origin)) return undefined;
  return requestOf(constantString(argument(call, 0, 'method'), constants) ?? 'GET');
}

/** A body makes it a POST; a `Request` has its own verb and is sent where it is opened. */
function urlopened(call: Call, origin: string, constants: Constants): Seen | undefined {
  if (origin.endsWith('Request')) return undefined;
  const first = call.args[0];
  const named = first?.kind === 'Name' ? (constants.get(first.id) ?? first) : first;
  const request = named?.kind === 'Call' && /(^|\.)Request$/.test(dottedName(named.func) ?? '') ? named : undefined;
  const has = (of: Call): string | undefined =>
    constantString(argument(of, 5, 'method'), constants) ?? (isGiven(argument(of, 1, 'data')) ? 'POST' : undefined);
  return requestOf((request === undefined ? undefined : has(request)) ?? has(call) ?? 'GET');
}

const isGiven = (expr: Expr | undefined): boolean => expr !== undefined && expr.kind !== 'None';

const requestOf = (verb: string): Seen =>
  /^(GET|HEAD|OPTIONS)$/i.test(verb)
    ? { action: 'read', what: 'an HTTP request' }
    : { action: 'write', what: 'an HTTP request that changes something' };

const SQL_HEAD = String.raw`^\s*(?:--[^\n]*\n\s*|\/\*[\s\S]*?\*\/\s*)*`;
/** The verb with what must follow it: `update > 3` filters a frame. */
const SQL_WRITE = new RegExp(
  `${SQL_HEAD}(?:with\\b[\\s\\S]*?\\)\\s*)?(insert(?=\\s+(?:into|overwrite|ignore|or)\\b)|update(?=\\s+[\\s\\S]*?\\bset\\b)|delete(?=\\s+from\\b|\\s+\\w+\\s+from\\b)|merge(?=\\s+(?:into\\s+)?\\S)|(?:truncate|create|alter|drop|copy|grant|revoke|refresh|vacuum|replace|call|comment|unload)(?=\\s+[\\w"\`\\[{(@]))`,
  'i',
);
const SQL_READ = new RegExp(`${SQL_HEAD}(select|with|show|explain|values|pragma|describe)\\s`, 'i');
/** Several statements in one string: the first one that writes. */
const LATER_WRITE =
  /;\s*(?:--[^\n]*\n\s*)*(insert\s+into|update\s+\S+\s+set|delete\s+from|truncate|drop\s+table|create\s+table|alter\s+table|merge\s+into)\b/i;
/** DuckDB on frames in memory, and SQL over frames, touch nothing outside. */
const IN_PROCESS = /^(duckdb|pandasql|polars\.SQLContext|pandas)\b/;

function bySql(call: Call, method: string, origin: string, constants: Constants): Seen | undefined {
  if (!RUNS_SQL.test(method) && method !== 'load') return undefined;
  const text = sqlText(call, constants);
  if (text === undefined) return undefined;
  if (IN_PROCESS.test(origin)) {
    const path = /^\s*copy\b[\s\S]*\bto\s+'([^']+)'/i.exec(text)?.[1];
    return path === undefined || path.startsWith('/tmp/') ? undefined : { action: 'write', what: 'a file' };
  }
  if (/^\s*create\s+(?:or\s+replace\s+)?(?:global\s+|local\s+)?temp(?:orary)?\b/i.test(text))
    return { action: 'read', what: 'a temporary table' };
  if (/^\s*copy\b[\s\S]*\bto\s+stdout\b/i.test(text)) return { action: 'read', what: 'SQL COPY' };
  const write = SQL_WRITE.exec(text)?.[1] ?? LATER_WRITE.exec(text)?.[1]?.split(/\s/)[0];
  if (write !== undefined) return { action: 'write', what: `SQL ${write.toUpperCase()}` };
  return SQL_READ.test(text) ? { action: 'read', what: 'SQL SELECT' } : undefined;
}

/** `connection.execute(insert(table).values(…))`: a statement built by SQLAlchemy. */
function byStatement(call: Call, method: string, origins: Origins): Seen | undefined {
  if (!/^(execute|scalar|scalars|executemany)$/.test(method)) return undefined;
  const statement = argument(call, 0, 'statement', 'query');
  const origin = statement === undefined ? '' : origins.of(statement);
  const verb =
    /^sqlalchemy(?:\.[\w.]+)?\.(insert|update|delete)\(\)/.exec(origin)?.[1] ??
    /\.(insert|update|delete)\(\)(?:\.(?:values|where|returning|on_conflict_\w+)\(\))*$/.exec(origin)?.[1];
  if (verb !== undefined) return { action: 'write', what: `SQL ${verb.toUpperCase()}` };
  return /^sqlalchemy(?:\.[\w.]+)?\.select\(\)/.test(origin) ? { action: 'read', what: 'SQL SELECT' } : undefined;
}

/** More is data; the verbs stand in front. */
const MAX_SQL = 20_000;

function sqlText(call: Call, constants: Constants): string | undefined {
  const first = argument(call, 0, 'query', 'sql', 'statement', 'operation');
  const inner =
    first?.kind === 'Call' && /(^|\.)(text|SQL|sql)$/.test(dottedName(first.func) ?? '') ? first.args[0] : first;
  const value = stringValue(inner, constants);
  return value === undefined ? undefined : textOf(value, () => 'x').slice(0, MAX_SQL);
}

function byMethod(method: string, call: Call, origins: Origins, constants: Constants): Seen | undefined {
  const found = BY_METHOD.find((rule) => rule.pattern.test(method));
  if (found === undefined) return undefined;
  return isTemporary(receiver(call), origins, constants) ||
    call.args.some((value) => isTemporary(value, origins, constants))
    ? undefined
    : found;
}
