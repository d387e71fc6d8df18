/** A word of a command: quotes and escapes removed, expansions (`$X`, `${X}`, `$(…)`) left as written. */
export interface ShellWord {
  readonly text: string;
  readonly start: number;
  /** It holds an expansion, so the text is not the value. */
  readonly expands: boolean;
}

export interface ShellCommand {
  readonly words: readonly ShellWord[];
  /** `A=b` in front of the command, or alone. */
  readonly assignments: readonly { readonly name: string; readonly value: ShellWord }[];
  /** Body of a here-document on its input. */
  readonly input?: { readonly text: string; readonly start: number };
  /** It ends in a single `&`. */
  readonly background?: true;
}

interface Reader {
  readonly text: string;
  at: number;
  readonly depth: number;
  readonly commands: ShellCommand[];
}

interface Heredoc {
  readonly delimiter: string;
  readonly tabs: boolean;
  readonly command: { words: ShellWord[]; input?: { text: string; start: number }; background?: true };
}

const DEEPEST = 8;
const KEYWORDS = new Set(['if', 'then', 'else', 'elif', 'do', 'while', 'until', '!', 'time', '{', '}', 'fi', 'done']);
const ASSIGNMENT = /^([A-Za-z_]\w*)\+?=/;

/**
 * The simple commands of a POSIX shell text, those of command substitutions included, in source order of their ends.
 * Comments, quotes, continuations and here-documents are understood; nothing is expanded or run.
 */
export function shellCommands(text: string, depth = 0): ShellCommand[] {
  const reader: Reader = { text, at: 0, depth, commands: [] };
  let words: ShellWord[] = [];
  let heredocs: Heredoc[] = [];
  let current: Heredoc['command'] = { words };
  const finish = (): void => {
    const command = simpleCommand(current);
    if (command) reader.commands.push(command);
    words = [];
    current = { words };
  };
  while (reader.at < text.length) {
    const char = text[reader.at] ?? '';
    if (char === '\n') {
      reader.at++;
      for (const heredoc of heredocs) readHeredoc(reader, heredoc);
      heredocs = [];
      finish();
    } else if (char === ' ' || char === '\t' || char === '\r') reader.at++;
    else if (text.startsWith('\\\n', reader.at) || text.startsWith('\\\r\n', reader.at)) {
      reader.at = text.indexOf('\n', reader.at) + 1;
    } else if (char === '#') {
      const end = text.indexOf('\n', reader.at);
      reader.at = end < 0 ? text.length : end;
    } else if (text.startsWith('<<<', reader.at)) reader.at += 3;
    else if (text.startsWith('<<', reader.at)) {
      const tabs = text[reader.at + 2] === '-';
      reader.at += tabs ? 3 : 2;
      skipBlanks(reader);
      heredocs.push({ delimiter: readWord(reader).text, tabs, command: current });
    } else if (char === '>' || char === '<') {
      dropDescriptor(words, reader.at);
      skipRedirection(reader);
    } else if (';&|()'.includes(char)) {
      if (char === '&' && !'&>'.includes(text[reader.at + 1] ?? '\n') && text[reader.at - 1] !== '&')
        current.background = true;
      reader.at++;
      if (heredocs.length === 0 || char !== '|') finish();
    } else words.push(readWord(reader));
  }
  finish();
  return reader.commands;
}

function simpleCommand({ words, input, background }: Heredoc['command']): ShellCommand | undefined {
  const assignments: { name: string; value: ShellWord }[] = [];
  let first = 0;
  for (; first < words.length; first++) {
    const word = words[first];
    const match = word && ASSIGNMENT.exec(word.text);
    if (word && match) {
      const length = match[0].length;
      assignments.push({
        name: match[1] ?? '',
        value: { ...word, text: word.text.slice(length), start: word.start + length },
      });
    } else if (!word || !KEYWORDS.has(word.text)) break;
  }
  const rest = words.slice(first);
  if (rest.length === 0 && assignments.length === 0) return undefined;
  return { words: rest, assignments, ...(input ? { input } : {}), ...(background ? { background } : {}) };
}

const skipBlanks = (reader: Reader): void => {
  while (reader.text[reader.at] === ' ' || reader.text[reader.at] === '\t') reader.at++;
};

/** The `2` of `2>&1`. */
function dropDescriptor(words: ShellWord[], at: number): void {
  const last = words.at(-1);
  if (last && /^\d$/.test(last.text) && last.start === at - 1) words.pop();
}

function skipRedirection(reader: Reader): void {
  while ('<>&|'.includes(reader.text[reader.at] ?? '\0')) reader.at++;
  skipBlanks(reader);
  if (reader.at < reader.text.length && reader.text[reader.at] !== '\n') readWord(reader);
}

function readHeredoc(reader: Reader, { delimiter, tabs, command }: Heredoc): void {
  const start = reader.at;
  while (reader.at < reader.text.length) {
    const end = reader.text.indexOf('\n', reader.at);
    const line = reader.text.slice(reader.at, end < 0 ? undefined : end);
    const begin = reader.at;
    reader.at = end < 0 ? reader.text.length : end + 1;
    if ((tabs ? line.replace(/^\t+/, '') : line).trimEnd() === delimiter) {
      command.input = { text: reader.text.slice(start, begin), start };
      return;
    }
  }
  command.input = { text: reader.text.slice(start), start };
}

/** Ends at blanks and operators outside quotes. Always consumes at least one character. */
function readWord(reader: Reader): ShellWord {
  const { text } = reader;
  const start = reader.at;
  let out = '';
  let expands = false;
  let quoted = false;
  while (reader.at < text.length) {
    const char = text[reader.at] ?? '';
    if (!quoted && /[\s;&|<>()]/.test(char) && reader.at > start) break;
    if (char === '\\') {
      const next = text[reader.at + 1] ?? '';
      if (next !== '\n') out += quoted && !'"$`\\'.includes(next) ? char + next : next;
      reader.at += 2;
    } else if (char === '"') {
      quoted = !quoted;
      reader.at++;
    } else if (char === "'" && !quoted) {
      const end = text.indexOf("'", reader.at + 1);
      out += text.slice(reader.at + 1, end < 0 ? undefined : end);
      reader.at = end < 0 ? text.length : end + 1;
    } else if (char === '$' || char === '`') {
      expands = true;
      out += readExpansion(reader);
    } else {
      out += char;
      reader.at++;
    }
  }
  return { text: out, start, expands };
}

function readExpansion(reader: Reader): string {
  const { text } = reader;
  const start = reader.at;
  if (text[start] === '`') {
    const end = text.indexOf('`', start + 1);
    reader.at = end < 0 ? text.length : end + 1;
    nested(reader, start + 1, end < 0 ? text.length : end);
  } else if (text[start + 1] === '(') {
    reader.at = closingParenthesis(text, start + 1);
    if (text[start + 2] !== '(') nested(reader, start + 2, reader.at - 1);
  } else if (text[start + 1] === '{') {
    const end = text.indexOf('}', start);
    reader.at = end < 0 ? text.length : end + 1;
  } else reader.at++;
  return text.slice(start, reader.at);
}

/** Just behind the parenthesis that closes the one at `open`; quotes inside are respected. */
function closingParenthesis(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === "'") {
      const end = text.indexOf("'", at + 1);
      if (end > 0) at = end;
    } else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return at + 1;
  }
  return text.length;
}

function nested(reader: Reader, from: number, to: number): void {
  if (reader.depth >= DEEPEST) return;
  for (const command of shellCommands(reader.text.slice(from, to), reader.depth + 1)) {
    reader.commands.push(moved(command, from));
  }
}

const moved = (command: ShellCommand, by: number): ShellCommand => {
  const shift = <T extends { readonly start: number }>(part: T): T => ({ ...part, start: part.start + by });
  return {
    words: command.words.map(shift),
    assignments: command.assignments.map(({ name, value }) => ({ name, value: shift(value) })),
    ...(command.input ? { input: shift(command.input) } : {}),
  };
};
