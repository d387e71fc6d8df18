/**
 * Cuts SQL text into statements without understanding them: one syntax error must not lose the file, and the parser's
 * memory stays bounded. Knows what psql and the migration tools add to SQL: meta-commands, COPY data, variables,
 * `{{ }}` templates, `${placeholders}`. Each of those is replaced by something neutral of the *same length*, so that
 * every offset in a piece is an offset in the file.
 */
export interface Piece {
  /** Same length as the source it stands for. Comments are left in. */
  readonly text: string;
  /** UTF-16 offset of `text` in the source. */
  readonly offset: number;
  /** UTF-16 offset in `text` of the first token after blanks and comments. */
  readonly first: number;
  /** Something was substituted: a parse error then says nothing about the file. */
  readonly templated: boolean;
}

export interface SplitOptions {
  /** `%s` and `%(name)s` are parameters (Python's DB-API). */
  readonly percentParameters?: boolean;
}

/** Identifiers that begin so stand for text that is known only when the program runs. */
export const HOLE = '__hole';

/** Nesting beyond this is refused: the parser recurses. */
const MAX_DEPTH = 400;

export class TooDeep extends Error {}

export function splitStatements(source: string, options: SplitOptions = {}): readonly Piece[] {
  return new Splitter(source, options).run();
}

class Splitter {
  private readonly pieces: Piece[] = [];
  private out: string[] = [];
  private start = 0;
  private at = 0;
  private templated = false;
  /** Where text was seen that is neither space nor comment. */
  private first = -1;
  private words: string[] = [];
  private depth = 0;
  private blocks = 0;

  constructor(
    private readonly source: string,
    private readonly options: SplitOptions,
  ) {}

  run(): readonly Piece[] {
    while (this.at < this.source.length) this.step();
    this.finish();
    return this.pieces;
  }

  private step(): void {
    const c = this.source.charAt(this.at);
    if (c === '-' && this.peek(1) === '-') return this.take(this.lineEnd(this.at));
    if (c === '/' && this.peek(1) === '*') return this.take(this.blockCommentEnd());
    if (c === "'") return this.word(this.quoteEnd("'", this.escapeString()));
    if (c === '"') return this.quotedIdentifier();
    if (c === '@') return this.extensionSchema();
    if (c === '$') return this.dollar();
    if (c === '\\') return this.metaCommand();
    if (c === '{') return this.template();
    if (c === ':') return this.variable();
    if (c === '%' && this.options.percentParameters) return this.percent();
    if (c === ';') return this.semicolon();
    if (isWordStart(c)) return this.identifier();
    if (c === '(') this.deeper();
    if (c === ')') this.depth = Math.max(0, this.depth - 1);
    if (c.trim() !== '') this.begin();
    this.take(this.blankEnd());
  }

  private begin(): void {
    if (this.first < 0) this.first = this.at;
  }

  private blankEnd(): number {
    let end = this.at + 1;
    while (end < this.source.length && ' \t\r\n'.includes(this.source.charAt(end))) end++;
    return end;
  }

  private deeper(): void {
    this.depth++;
    if (this.depth > MAX_DEPTH) throw new TooDeep(`parentheses nested more than ${MAX_DEPTH} deep`);
  }

  private peek(ahead: number): string {
    return this.source.charAt(this.at + ahead);
  }

  private take(end: number): void {
    this.out.push(this.source.slice(this.at, end));
    this.at = end;
  }

  private word(end: number): void {
    this.begin();
    this.take(end);
  }

  private lineEnd(from: number): number {
    const end = this.source.indexOf('\n', from);
    return end < 0 ? this.source.length : end;
  }

  private blockCommentEnd(): number {
    let depth = 1;
    let i = this.at + 2;
    for (; i < this.source.length && depth > 0; i++) {
      const two = this.source.slice(i, i + 2);
      if (two !== '/*' && two !== '*/') continue;
      depth += two === '/*' ? 1 : -1;
      i++;
    }
    return i;
  }

  private escapeString(): boolean {
    return /(^|[^A-Za-z0-9_$])[eE]$/.test(this.source.slice(Math.max(0, this.at - 2), this.at));
  }

  private quoteEnd(quote: string, backslashes: boolean): number {
    let i = this.at + 1;
    for (; i < this.source.length; i++) {
      const c = this.source.charAt(i);
      if (backslashes && c === '\\') i++;
      else if (c === quote && this.source.charAt(i + 1) === quote) i++;
      else if (c === quote) return i + 1;
    }
    return this.source.length;
  }

  /** `"{{ .Schema }}"` may hold quotes of its own. */
  private quotedIdentifier(): void {
    const template = /^"\{\{[^\n]{0,200}?\}\}"/.exec(this.source.slice(this.at, this.at + 210))?.[0];
    if (template === undefined) this.word(this.quoteEnd('"', false));
    else this.substitute(this.at + template.length, `"${HOLE}"`);
  }

  /** `@extschema@` and `@extschema:vector@` in the script of an extension. */
  private extensionSchema(): void {
    const name = /^@extschema(?::\w{1,63})?@/.exec(this.source.slice(this.at, this.at + 80))?.[0];
    if (name === undefined) this.word(this.at + 1);
    else this.substitute(this.at + name.length, HOLE);
  }

  private dollar(): void {
    if (this.peek(1) === '{') return this.substitute(this.placeholderEnd('}'), HOLE);
    const tag = /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/.exec(
      this.source.slice(this.at, this.at + 70),
    )?.[0];
    if (tag === undefined) return this.word(this.at + 1);
    const end = this.source.indexOf(tag, this.at + tag.length);
    this.word(end < 0 ? this.source.length : end + tag.length);
  }

  private placeholderEnd(close: string): number {
    const end = this.source.indexOf(close, this.at);
    const line = this.lineEnd(this.at);
    return end < 0 || end > line ? this.at + 1 : end + close.length;
  }

  /** `\connect db`, `\set x 1` stand alone; `\gexec`, `\g` end the statement before them. */
  private metaCommand(): void {
    const end = this.lineEnd(this.at);
    this.flush();
    this.at = end;
    this.start = end;
  }

  private template(): void {
    const opener = this.source.slice(this.at, this.at + 2);
    const closer = { '{{': '}}', '{%': '%}', '{#': '#}' }[opener];
    const end = closer === undefined ? -1 : this.source.indexOf(closer, this.at);
    if (closer === undefined || end < 0) return this.word(this.at + 1);
    // `{{ config(…) }}` before a statement, and `{% … %}` anywhere, print nothing that SQL needs.
    this.substitute(end + 2, opener === '{{' && this.first >= 0 ? HOLE : '');
  }

  /** psql's `:name`, `:'name'`, `:"name"`; not `::type`, not `[1:2]`, not `:=`. */
  private variable(): void {
    if (this.peek(1) === ':') return this.word(this.at + 2);
    const rest = this.source.slice(this.at, this.at + 130);
    const match = /^:(?:[A-Za-z_]\w*|'[A-Za-z_]\w*'|"[A-Za-z_]\w*")/.exec(rest)?.[0];
    if (match === undefined) return this.word(this.at + 1);
    const inner = match.slice(1);
    this.substitute(this.at + match.length, isWordStart(inner.charAt(0)) ? '$1' : inner);
  }

  private percent(): void {
    const match = /^%(?:s|\(\w{1,80}\)s)/.exec(this.source.slice(this.at, this.at + 90))?.[0];
    if (match !== undefined) return this.substitute(this.at + match.length, '$1');
    const doubled = this.peek(1) === '%';
    if (doubled) this.substitute(this.at + 2, '%');
    else this.word(this.at + 1);
  }

  /** Puts `text` where `at..end` was, padded to the same length with the line breaks in place. */
  private substitute(end: number, text: string): void {
    const original = this.source.slice(this.at, end);
    if (original.length <= 1) return this.word(end);
    if (text !== '') this.begin();
    const fits = text.length <= original.length ? text : 'h'.repeat(original.length);
    this.out.push(fits + original.slice(fits.length).replace(/[^\r\n]/g, ' '));
    this.at = end;
    this.templated = true;
  }

  private identifier(): void {
    let end = this.at + 1;
    while (end < this.source.length && isWordPart(this.source.charAt(end))) end++;
    const word = this.source.slice(this.at, end).toLowerCase();
    if (this.words.length < 12) this.words.push(word);
    this.trackBody(word);
    this.word(end);
  }

  /** SQL-standard function bodies (`BEGIN ATOMIC … END`) hold semicolons. */
  private trackBody(word: string): void {
    if (this.words[0] !== 'create') return;
    if (word === 'atomic') this.blocks = 1;
    else if (this.blocks > 0 && (word === 'begin' || word === 'case')) this.blocks++;
    else if (this.blocks > 0 && word === 'end') this.blocks--;
  }

  private semicolon(): void {
    const rule = this.words.includes('rule') && this.words[0] === 'create' && this.depth > 0;
    if (rule || this.blocks > 0) return this.word(this.at + 1);
    const copiesData = this.words[0] === 'copy' && /\bfrom\s+stdin\b/i.test(this.out.join('').slice(0, 20_000));
    this.flush();
    this.at++;
    if (copiesData) this.skipCopyData();
    this.start = this.at;
  }

  private skipCopyData(): void {
    const end = /^\\\.[ \t]*\r?$/m.exec(this.source.slice(this.at));
    this.at = end === null ? this.source.length : this.at + end.index + end[0].length;
  }

  private finish(): void {
    this.flush();
  }

  private flush(): void {
    if (this.first >= 0) {
      const first = this.first - this.start;
      this.pieces.push({ text: this.out.join(''), offset: this.start, first, templated: this.templated });
    }
    this.out = [];
    this.words = [];
    this.depth = 0;
    this.blocks = 0;
    this.templated = false;
    this.first = -1;
  }
}

const isWordStart = (c: string): boolean => /[A-Za-z_\u0080-\uffff]/.test(c);
const isWordPart = (c: string): boolean => /[\w$\u0080-\uffff]/.test(c);
