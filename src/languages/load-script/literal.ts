/** A JavaScript literal as far as it can be read without running it; an expression keeps its source. */
export type Literal = string | number | boolean | null | Literal[] | { readonly [key: string]: Literal } | Source;

/** An expression that is not a literal. */
export class Source {
  constructor(readonly text: string) {}
}

const MAX_DEPTH = 30;
const OPENERS = '{[(';
const CLOSERS = '}])';

/** Reads one literal at an offset: objects with trailing commas, comments, unquoted keys, template strings without holes. */
export function literalAt(text: string, offset: number): Literal {
  return new Reader(text, offset).value(0);
}

class Reader {
  constructor(
    private readonly text: string,
    private at: number,
  ) {}

  value(depth: number): Literal {
    this.space();
    const first = this.text.charAt(this.at);
    const start = this.at;
    if (depth > MAX_DEPTH) return this.source(start);
    if (first === '{') return this.object(depth);
    if (first === '[') return this.array(depth);
    const plain = this.plain();
    this.space();
    if (plain !== undefined && /^[,}\]);]?$/.test(this.text.charAt(this.at))) return plain;
    return this.source(start);
  }

  private object(depth: number): Literal {
    const entries: [string, Literal][] = [];
    this.at += 1;
    for (this.space(); this.at < this.text.length && this.text.charAt(this.at) !== '}'; this.space()) {
      const before = this.at;
      const key = this.key();
      this.space();
      if (key !== undefined && this.text.charAt(this.at) === ':') {
        this.at += 1;
        entries.push([key, this.value(depth + 1)]);
      } else this.source(this.at);
      this.comma();
      if (this.at === before) this.at += 1;
    }
    this.at += 1;
    return Object.fromEntries(entries);
  }

  private array(depth: number): Literal {
    const elements: Literal[] = [];
    this.at += 1;
    for (this.space(); this.at < this.text.length && this.text.charAt(this.at) !== ']'; this.space()) {
      const before = this.at;
      elements.push(this.value(depth + 1));
      this.comma();
      if (this.at === before) this.at += 1;
    }
    this.at += 1;
    return elements;
  }

  private comma(): void {
    this.space();
    if (this.text.charAt(this.at) === ',') this.at += 1;
  }

  private key(): string | undefined {
    return this.match(/[A-Za-z_$][\w$]{0,200}/y) ?? this.string();
  }

  private plain(): string | number | boolean | null | undefined {
    const string = this.string();
    if (string !== undefined) return string;
    const number = this.match(/-?\d[\d_]{0,30}(?:\.\d{1,30})?/y);
    if (number !== undefined) return Number(number.replaceAll('_', ''));
    const word = this.match(/(?:true|false|null)\b/y);
    return word === undefined ? undefined : word === 'null' ? null : word === 'true';
  }

  private string(): string | undefined {
    const quoted = this.match(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\$]|\\.)*`/y);
    return quoted?.slice(1, -1).replace(/\\(.)/g, '$1');
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private space(): void {
    this.match(/(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)+/y);
  }

  /** Skips an expression up to the comma or bracket that ends it. */
  private source(start: number): Source {
    let depth = 0;
    for (; this.at < this.text.length; this.at += 1) {
      const char = this.text.charAt(this.at);
      if (OPENERS.includes(char)) depth += 1;
      else if (CLOSERS.includes(char) && depth-- === 0) break;
      else if ((char === ',' || char === ';') && depth === 0) break;
    }
    return new Source(this.text.slice(start, this.at).trim().slice(0, 500));
  }
}
