/** One dependency as a file declares it. */
export interface Requirement {
  /** Normalised by PEP 503: lower case, runs of `-_.` are one `-`. */
  readonly name: string;
  /** As written, without comment and options. */
  readonly text: string;
  readonly extras: readonly string[];
  /** Version clauses as written, in order; empty when any version will do. */
  readonly clauses: readonly Clause[];
  /** Direct reference: `name @ https://…`, or a bare address. */
  readonly url?: string;
  readonly marker?: string;
  readonly line: number;
  readonly endLine: number;
}

export interface Clause {
  readonly operator: string;
  readonly version: string;
}

export const normalise = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-');

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?/;
const CLAUSE = /^(===|==|~=|!=|<=|>=|<|>)\s*([^\s,;()]+)$/;
const LONGEST = 4000;

/**
 * Reads `name[extra] >=1,<2 ; marker` or `name @ url` (PEP 508), and bare wheel and archive addresses.
 * @returns undefined when the text is neither
 */
export function parseRequirement(text: string, line: number, endLine = line): Requirement | undefined {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST) return undefined;
  if (/^(?:[a-z][a-z+]*:\/\/|\.{0,2}\/)/i.test(trimmed)) return fromAddress(trimmed, line, endLine);
  const name = NAME.exec(trimmed)?.[0];
  if (name === undefined) return undefined;
  let rest = trimmed.slice(name.length).trimStart();
  let extras: string[] = [];
  if (rest.startsWith('[')) {
    const close = rest.indexOf(']');
    if (close < 0) return undefined;
    extras = split(rest.slice(1, close)).map(normalise);
    rest = rest.slice(close + 1).trimStart();
  }
  const base = { name: normalise(name), text: trimmed, extras, line, endLine };
  if (rest.startsWith('@')) return reference(base, rest.slice(1).trim());
  const semicolon = rest.indexOf(';');
  const marker = semicolon < 0 ? undefined : rest.slice(semicolon + 1).trim();
  const clauses = parseClauses(semicolon < 0 ? rest : rest.slice(0, semicolon));
  return clauses && { ...base, clauses, ...(marker ? { marker } : {}) };
}

const split = (list: string): string[] =>
  list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function reference(base: Omit<Requirement, 'clauses'>, rest: string): Requirement {
  const end = rest.search(/\s+;/);
  const url = end < 0 ? rest : rest.slice(0, end);
  const marker = end < 0 ? '' : rest.slice(end).replace(/^\s*;\s*/, '');
  return { ...base, clauses: [], url, ...(marker ? { marker } : {}) };
}

/** `>=1,<2`, with or without parentheses. Undefined when something in it is no version clause. */
export function parseClauses(text: string): Clause[] | undefined {
  const inner = /^\s*\((.*)\)\s*$/s.exec(text)?.[1] ?? text;
  const clauses: Clause[] = [];
  for (const part of split(inner)) {
    const match = CLAUSE.exec(part);
    if (!match) return undefined;
    clauses.push({ operator: match[1] ?? '', version: match[2] ?? '' });
  }
  return clauses;
}

/** `https://…/h2o-3.46.0.6-py2.py3-none-any.whl`: a wheel's or source archive's file name says what it is. */
function fromAddress(text: string, line: number, endLine: number): Requirement | undefined {
  const url = text.split(/\s/, 1)[0] ?? text;
  const egg = /[#&]egg=([A-Za-z0-9._-]+)/.exec(url)?.[1];
  const file = url.split(/[?#]/, 1)[0]?.split('/').at(-1) ?? '';
  const match = /^([A-Za-z0-9_.]+(?:-[A-Za-z_.][A-Za-z0-9_.]*)*)-\d[^-]*(?:-.*)?\.(?:whl|tar\.gz|zip)$/.exec(file);
  const name = egg ?? match?.[1];
  return name === undefined ? undefined : { name: normalise(name), text, extras: [], clauses: [], url, line, endLine };
}

/**
 * The one version that can satisfy the requirement: `==1.2.3`, `===1.2.3`, `>=1.2.3,<=1.2.3`, or an address that names it.
 * `==1.2.*` leaves a choice. A version that a variable gives (`==${V}`) is returned as written.
 */
export function exactVersion(requirement: Pick<Requirement, 'clauses' | 'url' | 'name'>): string | undefined {
  if (requirement.url !== undefined) return versionInAddress(requirement.url);
  const equal = requirement.clauses.find(
    ({ operator, version }) => operator === '===' || (operator === '==' && !version.endsWith('*')),
  );
  if (equal) return equal.version;
  const low = requirement.clauses.find(({ operator }) => operator === '>=')?.version;
  const high = requirement.clauses.find(({ operator }) => operator === '<=')?.version;
  return low !== undefined && low === high ? low : undefined;
}

/** A file name's version, a `#sha256=` or a full commit of a git address. */
function versionInAddress(url: string): string | undefined {
  const [address = '', fragment = ''] = url.split('#', 2);
  const file = address.split('?', 1)[0]?.split('/').at(-1) ?? '';
  return (
    /-(\d+(?:\.\d+)+[A-Za-z0-9.+]*?)(?:-.*)?\.(?:whl|tar\.gz|zip)$/.exec(file)?.[1] ??
    /@(v?\d+(?:\.\d+)+|[0-9a-f]{40})(?:$|&)/.exec(address)?.[1] ??
    /sha256[=:]([0-9a-f]{64})/.exec(fragment)?.[1]
  );
}
