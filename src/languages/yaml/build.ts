import {
  boolCoreTag,
  EVENT_ID,
  floatCoreTag,
  getScalarValue,
  intCoreTag,
  NOT_RESOLVED,
  nullCoreTag,
  SCALAR_STYLE,
} from 'js-yaml';
import type { AliasEvent, Event, MappingEvent, ScalarEvent, SequenceEvent } from 'js-yaml';
import type { Problem } from '../../core/facts.js';
import type { RawDocument, RawNode, RawScalar, ScalarValue } from './facts.js';
import type { Lines } from './lines.js';
import { LIMITS } from './limits.js';

type Open = { index: number; children: number[]; event: MappingEvent | SequenceEvent };

const STYLES = {
  [SCALAR_STYLE.PLAIN]: 'plain',
  [SCALAR_STYLE.SINGLE_QUOTED]: 'single',
  [SCALAR_STYLE.DOUBLE_QUOTED]: 'double',
  [SCALAR_STYLE.LITERAL_BLOCK]: 'literal',
  [SCALAR_STYLE.FOLDED_BLOCK]: 'folded',
} as const;
const FLOW = 2;

/**
 * Folds the events of a parse into documents of nodes with positions.
 * @param base offset of the parsed text within the file
 */
export class DocumentBuilder {
  readonly documents: RawDocument[] = [];
  readonly problems: Problem[] = [];
  private nodes: RawNode[] = [];
  private anchors = new Map<string, number>();
  private open: Open[] = [];
  private root: number | undefined;
  private last = 0;

  constructor(
    private readonly source: string,
    private readonly lines: Lines,
    private readonly base: number,
  ) {}

  add(event: Event): void {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        this.nodes = [];
        this.anchors = new Map();
        this.root = undefined;
        return;
      case EVENT_ID.SCALAR:
        return this.place(this.push(this.scalar(event)), event);
      case EVENT_ID.ALIAS:
        return this.place(this.push(this.alias(event)), undefined);
      case EVENT_ID.POP:
        return this.pop();
      default:
        return this.begin(event);
    }
  }

  private push(node: RawNode): number {
    this.last = Math.max(this.last, node.range.end.offset - this.base);
    return this.nodes.push(node) - 1;
  }

  private begin(event: MappingEvent | SequenceEvent): void {
    const kind = event.type === EVENT_ID.MAPPING ? 'mapping' : 'sequence';
    const range = this.lines.range(this.base + event.start, this.base + event.start);
    const node: RawNode = kind === 'mapping' ? { kind, range, pairs: [] } : { kind, range, items: [] };
    const index = this.nodes.push(this.tagged(node, event)) - 1;
    this.anchor(event, index);
    this.open.push({ index, children: [], event });
  }

  private pop(): void {
    const closed = this.open.pop();
    if (closed === undefined) {
      if (this.root !== undefined && this.nodes.length > 0) this.documents.push({ nodes: this.nodes, root: this.root });
      return;
    }
    const node = this.nodes[closed.index];
    if (node === undefined || node.kind === 'scalar' || node.kind === 'alias') return;
    const end = this.endOf(closed);
    this.last = Math.max(this.last, end);
    const range = { start: node.range.start, end: this.lines.at(this.base + end) };
    this.nodes[closed.index] =
      node.kind === 'sequence'
        ? { ...node, range, items: closed.children }
        : { ...node, range, pairs: pairsOf(closed.children) };
    this.place(closed.index, undefined);
  }

  /** Gives a finished node to the collection it stands in, and remembers its anchor. */
  private place(index: number, event: ScalarEvent | undefined): void {
    if (event !== undefined) this.anchor(event, index);
    const parent = this.open[this.open.length - 1];
    if (parent === undefined) this.root = index;
    else parent.children.push(index);
  }

  private anchor(event: ScalarEvent | MappingEvent | SequenceEvent, index: number): void {
    if (event.anchorStart >= 0) this.anchors.set(this.source.slice(event.anchorStart, event.anchorEnd), index);
  }

  private alias(event: AliasEvent): RawNode {
    const name = this.source.slice(event.anchorStart, event.anchorEnd);
    const range = this.lines.range(this.base + event.anchorStart - 1, this.base + event.anchorEnd);
    const target = this.anchors.get(name);
    if (target !== undefined) return { kind: 'alias', range, name, target };
    this.problems.push({ kind: 'unread', reason: `alias *${name} has no anchor`, line: range.start.line });
    return { kind: 'scalar', range, value: null, text: '', style: 'plain' };
  }

  private scalar(event: ScalarEvent): RawNode {
    const text = event.valueStart < 0 ? '' : getScalarValue(this.source, event);
    const style = STYLES[event.style];
    const [start, end] = this.extentOf(event);
    const tag = this.tagOf(event);
    const value = resolve(text, style, tag);
    const node: RawScalar = {
      kind: 'scalar',
      range: this.lines.range(this.base + start, this.base + end),
      value,
      text,
      style,
    };
    return tag === undefined ? node : { ...node, tag, tagLine: this.tagLine(event) };
  }

  /** From the first quote, indicator or character to the end, as offsets in the parsed text. */
  private extentOf(event: ScalarEvent): [number, number] {
    if (event.valueStart < 0) {
      const after = Math.max(this.last, event.tagEnd, event.anchorEnd);
      return [after, after];
    }
    if (event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED)
      return [event.valueStart - 1, event.valueEnd + 1];
    if (event.style === SCALAR_STYLE.PLAIN) return [event.valueStart, event.valueEnd];
    const header = this.source.slice(this.last, event.valueStart).search(/[|>]/);
    return [header < 0 ? event.valueStart : this.last + header, event.valueEnd];
  }

  private endOf(closed: Open): number {
    const tail = closed.children[closed.children.length - 1];
    const end = Math.max(
      tail === undefined ? 0 : (this.nodes[tail]?.range.end.offset ?? 0) - this.base,
      closed.event.start,
    );
    if (closed.event.style !== FLOW) return end;
    const from = tail === undefined ? closed.event.start + 1 : end;
    return from + (/^(?:[\s,]|#[^\r\n]*)*[\]}]/.exec(this.source.slice(from, from + 2_000))?.[0].length ?? 0);
  }

  private tagOf(event: { tagStart: number; tagEnd: number }): string | undefined {
    return event.tagStart < 0 ? undefined : this.source.slice(event.tagStart, event.tagEnd);
  }

  private tagLine(event: { tagStart: number }): number {
    return this.lines.at(this.base + event.tagStart).line;
  }

  private tagged(node: RawNode, event: MappingEvent | SequenceEvent): RawNode {
    const tag = this.tagOf(event);
    return tag === undefined ? node : { ...node, tag, tagLine: this.tagLine(event) };
  }
}

function pairsOf(children: readonly number[]): [number, number][] {
  const pairs: [number, number][] = [];
  for (let i = 0; i + 1 < children.length; i += 2) pairs.push([children[i] ?? 0, children[i + 1] ?? 0]);
  return pairs;
}

const CORE_TAGS = [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag] as const;
const BY_TAG: Readonly<Record<string, (typeof CORE_TAGS)[number]>> = {
  '!!null': nullCoreTag,
  '!!bool': boolCoreTag,
  '!!int': intCoreTag,
  '!!float': floatCoreTag,
};

/** The value by the core schema; YAML 1.1's `yes`, `0777` and `12:30` stay what they look like. */
function resolve(text: string, style: RawScalar['style'], tag: string | undefined): ScalarValue {
  const asked = tag === undefined ? undefined : BY_TAG[tag];
  if (asked !== undefined) {
    const value = asked.resolve(text, true, asked.tagName);
    return value === NOT_RESOLVED ? text : value;
  }
  if (style !== 'plain' || tag === '!!str' || tag === '!') return text;
  for (const candidate of CORE_TAGS) {
    const value = candidate.resolve(text, false, candidate.tagName);
    if (value !== NOT_RESOLVED) return value;
  }
  return text;
}

export const tooManyNodes = (events: readonly Event[]): boolean => events.length > LIMITS.nodes * 2;
