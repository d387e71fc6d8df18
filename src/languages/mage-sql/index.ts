import type { Extractor } from '../../core/facts.js';
import { decodeText } from '../text.js';
import { lineFinder, loadSqlParser, splitStatements, TooDeep } from '../sql/index.js';
import type { Piece } from '../sql/split.js';
import { parserFor } from './dialects.js';
import type { Dialect, ReadStatement } from './dialects.js';

export { dialectOf } from './dialects.js';
export type { Dialect } from './dialects.js';

/** A statement of a SQL block. */
export interface BlockStatement {
  /** First word of what it does, in capitals: `SELECT`, `INSERT`, `CREATE`. */
  readonly verb: string;
  readonly action: 'read' | 'write';
  readonly line: number;
  readonly endLine: number;
  /** Its first words, for the reader. */
  readonly head: string;
}

export interface BlockSql {
  readonly statements: readonly BlockStatement[];
  /** Statements whose grammar is not known here; what their words say still counts. */
  readonly unread: readonly { readonly line: number; readonly reason: string }[];
}

const WRITES =
  /^(insert|update|delete|truncate|merge|create|alter|drop|grant|revoke|copy|replace|call|exec|execute|unload|export|load|refresh|vacuum|comment|rename)$/;
const READS = /^(select|with|show|describe|desc|explain|values|from|set|use|declare|begin|commit|end|start|table)$/;

/** The SQL of a Mage block, in the dialect of its data provider. One extractor for each dialect: the text alone does not say. */
export const blockSql = (dialect: Dialect): Extractor<BlockSql> => ({
  name: `mage-sql:${dialect}`,
  version: 2,
  async extract(bytes) {
    await loadSqlParser();
    return { facts: readBlockSql(decodeText(bytes), dialect) };
  },
});

/** The parser must be loaded (`loadSqlParser`). */
export function readBlockSql(text: string, dialect: Dialect): BlockSql {
  const parse = parserFor(dialect);
  const lineOf = lineFinder(text);
  const statements: BlockStatement[] = [];
  const unread: BlockSql['unread'][number][] = [];
  const temporary = new Set<string>();
  const pieces = piecesOf(text);
  if (pieces === undefined) return { statements, unread: [{ line: 1, reason: 'too deeply nested to be read' }] };
  for (const piece of pieces) {
    const code = piece.text.slice(piece.first).trimEnd().replace(/;$/, '');
    const read = parse(code);
    const line = lineOf(piece.offset + piece.first);
    const verb = verbOf(code, read);
    const isKnown = WRITES.test(verb) || (READS.test(verb) && read.kind === 'parsed');
    // A template may stand for any part of the grammar.
    if (!isKnown && verb !== '' && !piece.templated)
      unread.push({ line, reason: read.kind === 'failed' ? read.reason : `\`${verb}\` is not known here` });
    if (/^create$/.test(verb) && isTemporary(code)) {
      temporary.add(targetOf(code));
      continue;
    }
    const isScratch = temporary.has(targetOf(code));
    statements.push({
      verb: verb.toUpperCase(),
      action: WRITES.test(verb) && !isScratch ? 'write' : 'read',
      line,
      endLine: lineOf(piece.offset + piece.text.trimEnd().length),
      head: code.trim().split(/\s+/, 6).join(' '),
    });
  }
  return { statements, unread };
}

function piecesOf(text: string): readonly Piece[] | undefined {
  try {
    return splitStatements(text);
  } catch (error) {
    if (error instanceof TooDeep) return undefined;
    throw error;
  }
}

/** What the grammar says, or else the first word; after `WITH`, the first verb outside of parentheses. */
function verbOf(code: string, read: ReadStatement): string {
  if (read.kind === 'parsed' && read.writes !== undefined) return read.writes;
  const first = /^\(*\s*([a-z]+)/i.exec(code)?.[1]?.toLowerCase() ?? '';
  return first === 'with' ? (afterCommonTables(code) ?? first) : first;
}

function afterCommonTables(code: string): string | undefined {
  let depth = 0;
  for (const [token] of code.matchAll(/'(?:[^']|'')*'|"[^"]*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/|[()]|\w+/g)) {
    if (token === '(') depth++;
    else if (token === ')') depth--;
    else if (depth === 0 && /^(select|insert|update|delete|merge)$/i.test(token)) return token.toLowerCase();
  }
  return undefined;
}

const TEMPORARY = /^create\s+(?:or\s+replace\s+)?(?:(?:global|local|volatile|transient)\s+)*(?:temp|temporary)\b/i;

const isTemporary = (code: string): boolean => TEMPORARY.test(code) || targetOf(code).startsWith('#');

/** The table that a statement makes or changes, as written, in small letters. */
const targetOf = (code: string): string =>
  /^(?:create\s+(?:or\s+replace\s+)?(?:(?:global|local|volatile|transient|temp|temporary)\s+)*table\s+(?:if\s+not\s+exists\s+)?|insert\s+(?:into|overwrite)\s+(?:table\s+)?|update\s+|delete\s+from\s+|truncate\s+(?:table\s+)?|drop\s+table\s+(?:if\s+exists\s+)?|alter\s+table\s+(?:if\s+exists\s+)?|merge\s+(?:into\s+)?)([^\s(;]+)/i
    .exec(code)?.[1]
    ?.toLowerCase() ?? '';
