/** Where the values of a TOML document stand. The parser proper gives values without places. */
export interface Entry {
  /** `tool.poetry.dependencies`; empty for the top. Of an array of tables every element has entries of the same name. */
  readonly table: string;
  /** As written before the equals sign, quotes removed: `h2o`, `dependencies`. */
  readonly key: string;
  readonly line: number;
  readonly endLine: number;
  /** Single-line strings in the value, unquoted, with their lines. */
  readonly strings: readonly { readonly text: string; readonly line: number }[];
}

const HEADER = /^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$/;
const KEY = /^\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=/;

/** Reads a document that the parser accepted; of any other the answer is merely incomplete. */
export function tomlEntries(lines: readonly string[]): Entry[] {
  const entries: Entry[] = [];
  let table = '';
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const header = HEADER.exec(line)?.[1];
    if (header !== undefined) {
      table = plainKey(header);
      continue;
    }
    const key = KEY.exec(line);
    if (!key) continue;
    const value = readValue(lines, index, key[0].length);
    entries.push({ table, key: plainKey(key[1] ?? ''), line: index + 1, ...value });
    index = value.endLine - 1;
  }
  return entries;
}

const plainKey = (key: string): string => key.replace(/["'\s]/g, '');

/** Follows brackets and strings until the value is complete. */
function readValue(lines: readonly string[], from: number, column: number): Pick<Entry, 'endLine' | 'strings'> {
  const strings: { text: string; line: number }[] = [];
  let depth = 0;
  let fence: string | undefined;
  for (let index = from; index < lines.length; index++) {
    const line = lines[index] ?? '';
    for (let at = index === from ? column : 0; at < line.length; at++) {
      const char = line[at] ?? '';
      if (fence !== undefined) {
        if (!line.startsWith(fence, at)) continue;
        at += 2;
        fence = undefined;
      } else if (char === '#') break;
      else if (line.startsWith('"""', at) || line.startsWith("'''", at)) {
        fence = line.slice(at, at + 3);
        at += 2;
      } else if (char === '"' || char === "'") {
        const end = closing(line, at);
        strings.push({ text: line.slice(at + 1, end).replace(/\\(["\\])/g, '$1'), line: index + 1 });
        at = end;
      } else if (char === '[' || char === '{') depth++;
      else if (char === ']' || char === '}') depth--;
    }
    if (depth <= 0 && fence === undefined) return { endLine: index + 1, strings };
  }
  return { endLine: lines.length, strings };
}

function closing(line: string, open: number): number {
  const quote = line[open];
  for (let at = open + 1; at < line.length; at++) {
    if (quote === '"' && line[at] === '\\') at++;
    else if (line[at] === quote) return at;
  }
  return line.length;
}
