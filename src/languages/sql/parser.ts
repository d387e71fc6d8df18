import { hasSqlDetails, loadModule, parseSync } from 'libpg-query';
import type { Node, RawStmt } from 'libpg-query';

let loading: Promise<void> | undefined;

/** Loads the wasm once. Every entry point of this folder that parses awaits it. */
export function loadSqlParser(): Promise<void> {
  loading ??= loadModule();
  return loading;
}

export type ParsedSql =
  | { readonly kind: 'parsed'; readonly nodes: readonly Node[]; readonly offsetOf: (location: number) => number }
  /** `offset` is the UTF-16 offset of the error, when the parser says where. */
  | { readonly kind: 'failed'; readonly message: string; readonly offset: number | undefined };

/** Parses one statement. Offsets are UTF-16 offsets in `text`; the parser's own locations are UTF-8 bytes. */
export function parseStatement(text: string): ParsedSql {
  try {
    const statements = (parseSync(text) as { stmts?: RawStmt[] }).stmts ?? [];
    const nodes = statements.flatMap((statement) => statement.stmt ?? []);
    return { kind: 'parsed', nodes, offsetOf: byteOffsets(text) };
  } catch (error) {
    if (hasSqlDetails(error)) {
      const at = error.sqlDetails?.cursorPosition;
      return {
        kind: 'failed',
        message: shorten(error.message),
        offset: at === undefined || at < 0 ? undefined : codePointOffset(text, at),
      };
    }
    // The wasm ran out of its stack or memory on this statement: that is about the statement, not about us.
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', message: `the parser gave up (${shorten(message)})`, offset: undefined };
  }
}

/** The message quotes the token, which may be the rest of the file. */
const shorten = (message: string): string => (message.length > 120 ? `${message.slice(0, 120)}…` : message);

function byteOffsets(text: string): (location: number) => number {
  // eslint-disable-next-line no-control-regex -- "only ASCII" is exactly what is asked
  if (/^[\x00-\x7f]*$/.test(text)) return (location) => location;
  const bytes = Buffer.from(text, 'utf8');
  return (location) => bytes.toString('utf8', 0, location).length;
}

function codePointOffset(text: string, points: number): number {
  let offset = 0;
  for (let i = 0; i < points && offset < text.length; i++) offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  return offset;
}
