import type { RawDocument, RawMapping, RawNode, Range, ScalarValue, YamlFacts } from './facts.js';

export interface YamlEntry {
  readonly key: string;
  readonly keyNode: YamlNode;
  readonly value: YamlNode;
  /** Where the `<<` stands through which the entry came in. The value's own range is where it was first written. */
  readonly mergedAt?: Range;
}

/**
 * One value of a document. Aliases and `<<` are followed: a node's range is where the value is written, and
 * `aliasAt` is where it is used. Everything here is bounded, because documents that expand too far were refused before.
 */
export class YamlNode {
  private merged: Map<string, YamlEntry> | undefined;

  private constructor(
    private readonly document: RawDocument,
    private readonly raw: Exclude<RawNode, { kind: 'alias' }>,
    /** Where `*name` stands, when the value is used through an alias. */
    readonly aliasAt: Range | undefined,
  ) {}

  /** The documents of a file, in order. */
  static documents(facts: YamlFacts): YamlNode[] {
    return facts.documents.flatMap((document) => YamlNode.at(document, document.root) ?? []);
  }

  private static at(document: RawDocument, index: number): YamlNode | undefined {
    let raw = document.nodes[index];
    const aliasAt = raw?.kind === 'alias' ? raw.range : undefined;
    while (raw?.kind === 'alias') raw = document.nodes[raw.target];
    return raw === undefined ? undefined : new YamlNode(document, raw, aliasAt);
  }

  get kind(): 'scalar' | 'mapping' | 'sequence' {
    return this.raw.kind;
  }

  get range(): Range {
    return this.raw.range;
  }

  /** First line, from 1. */
  get line(): number {
    return this.raw.range.start.line;
  }

  /** Last line, from 1. A block scalar's range ends at the start of the next line; this does not count that line. */
  get endLine(): number {
    const { start, end } = this.raw.range;
    return end.column === 1 && end.line > start.line ? end.line - 1 : end.line;
  }

  /** As written: `!reset`, `!!str`, `!Ref`. */
  get tag(): string | undefined {
    return this.raw.tag;
  }

  /** Every tag of the document that this node stands in, as written, with the kind and the line of what carries it. */
  tags(): { readonly tag: string; readonly kind: YamlNode['kind']; readonly line: number }[] {
    return this.document.nodes.flatMap((node) =>
      node.kind === 'alias' || node.tag === undefined
        ? []
        : [{ tag: node.tag, kind: node.kind, line: node.tagLine ?? node.range.start.line }],
    );
  }

  /** A scalar's value by YAML 1.2's core schema; undefined for collections. */
  get value(): ScalarValue | undefined {
    return this.raw.kind === 'scalar' ? this.raw.value : undefined;
  }

  /** A scalar's characters after unquoting, before the schema (`010` stays `010`); undefined for collections. */
  get text(): string | undefined {
    return this.raw.kind === 'scalar' ? this.raw.text : undefined;
  }

  get style(): 'plain' | 'single' | 'double' | 'literal' | 'folded' | undefined {
    return this.raw.kind === 'scalar' ? this.raw.style : undefined;
  }

  get isNull(): boolean {
    return this.raw.kind === 'scalar' && this.raw.value === null;
  }

  /** Follows keys and item numbers; undefined as soon as one is missing. */
  get(...path: readonly (string | number)[]): YamlNode | undefined {
    const [first, ...rest] = path;
    if (first === undefined) return this;
    let node = this.step(first);
    for (const next of rest) node = node?.step(next);
    return node;
  }

  private step(step: string | number): YamlNode | undefined {
    return typeof step === 'number' ? this.items()[step] : this.entry(step)?.value;
  }

  /** The key's own node together with its value. */
  entry(key: string): YamlEntry | undefined {
    return this.map().get(key);
  }

  has(key: string): boolean {
    return this.map().has(key);
  }

  keys(): string[] {
    return [...this.map().keys()];
  }

  /** A mapping's entries with merges applied; of a key written twice the last counts. Empty for other kinds. */
  entries(): YamlEntry[] {
    return [...this.map().values()];
  }

  /** A sequence's items; empty for other kinds. */
  items(): YamlNode[] {
    if (this.raw.kind !== 'sequence') return [];
    return this.raw.items.flatMap((index) => YamlNode.at(this.document, index) ?? []);
  }

  /** Plain values, merges applied, tags dropped. */
  toJS(): unknown {
    if (this.raw.kind === 'scalar') return this.raw.value;
    if (this.raw.kind === 'sequence') return this.items().map((item) => item.toJS());
    return Object.fromEntries(this.entries().map(({ key, value }) => [key, value.toJS()]));
  }

  private map(): Map<string, YamlEntry> {
    if (this.raw.kind !== 'mapping') return EMPTY;
    return (this.merged ??= this.fold(this.raw));
  }

  /** Own keys first, then what each `<<` adds: an earlier source of a merge list wins over a later one. */
  private fold(mapping: RawMapping): Map<string, YamlEntry> {
    const entries = new Map<string, YamlEntry>();
    const sources: { node: YamlNode; at: Range }[] = [];
    for (const [keyIndex, valueIndex] of mapping.pairs) {
      const keyNode = YamlNode.at(this.document, keyIndex);
      const value = YamlNode.at(this.document, valueIndex);
      if (keyNode === undefined || value === undefined) continue;
      if (keyNode.text === '<<' && keyNode.style === 'plain') {
        const nodes = value.kind === 'sequence' ? value.items() : [value];
        sources.push(...nodes.map((node) => ({ node, at: keyNode.range })));
      } else {
        const key = keyNode.text ?? JSON.stringify(keyNode.toJS());
        entries.set(key, { key, keyNode, value });
      }
    }
    for (const { node, at } of sources) {
      for (const entry of node.entries())
        if (!entries.has(entry.key)) entries.set(entry.key, { ...entry, mergedAt: at });
    }
    return entries;
  }
}

const EMPTY = new Map<string, YamlEntry>();
