import { parseEvents, YAMLException } from 'js-yaml';
import { Unparsable } from '../../core/errors.js';
import type { Extracted, Extractor, Problem } from '../../core/facts.js';
import { joinToLineBefore } from './flow-indentation.js';
import { DocumentBuilder, tooManyNodes } from './build.js';
import { decodeText } from '../text.js';
import { duplicates, isTemplate } from './inspect.js';
import type { RawDocument, YamlFacts } from './facts.js';
import { LIMITS, refusal } from './limits.js';
import { Lines } from './lines.js';

/**
 * YAML with positions: every document that parses, and why the others do not.
 * A file with template markup (Helm, Jinja) between its values is `unsupported` as a whole: what it says depends on
 * values that are not in it.
 */
export const yamlExtractor: Extractor<YamlFacts> = {
  name: 'yaml',
  version: 2,
  extract: (bytes) => extractYaml(decodeText(bytes)),
};

/** @throws Unparsable when no document can be used */
export function extractYaml(text: string): Extracted<YamlFacts> {
  if (text.length > LIMITS.characters)
    throw new Unparsable(`YAML of more than ${LIMITS.characters / 1_000_000} million characters is not evaluated`);
  const lines = new Lines(text);
  const { documents, problems } = parseAll(text, lines);
  if (documents.some(isTemplate)) throw templated(text);
  const usable = documents.filter((document) => {
    const reason = refusal(document);
    if (reason === undefined) problems.push(...duplicates(document));
    else
      problems.push({
        kind: 'unread',
        reason: `the document holds ${reason}`,
        line: document.nodes[document.root]?.range.start.line ?? 1,
      });
    return reason === undefined;
  });
  const first = problems[0];
  if (usable.length === 0 && first !== undefined) throw new Unparsable(first.reason, first.line, first.kind);
  return { facts: { documents: usable }, problems };
}

interface Parsed {
  readonly documents: readonly RawDocument[];
  readonly problems: Problem[];
}

/** The whole file at once; only when that fails document by document, so that one bad document does not lose the others. */
function parseAll(text: string, lines: Lines): Parsed {
  const whole = parse(text, lines, 0);
  if (!(whole instanceof YAMLException)) return whole;
  if (looksTemplated(text)) throw templated(text);
  const documents: RawDocument[] = [];
  const problems: Problem[] = [];
  for (const [start, end] of documentSpans(text)) {
    const parsed = parse(text.slice(start, end), lines, start);
    if (parsed instanceof YAMLException) {
      const line = lines.at(start + (parsed.mark?.position ?? 0)).line;
      problems.push({ kind: 'unread', reason: `not valid YAML: ${parsed.reason}`, line });
    } else {
      documents.push(...parsed.documents);
      problems.push(...parsed.problems);
    }
  }
  return { documents, problems };
}

function parse(source: string, lines: Lines, base: number): Parsed | YAMLException {
  const events = eventsOf(source);
  if (events instanceof YAMLException) return events;
  if (tooManyNodes(events)) throw new Unparsable(`YAML of more than ${LIMITS.nodes} nodes is not evaluated`);
  const builder = new DocumentBuilder(source, lines, base);
  for (const event of events) builder.add(event);
  return builder;
}

/**
 * Tolerates what YAML forbids and every other parser accepts: lines of a flow collection, its closing bracket above all,
 * that are indented no deeper than the key. Such a line is joined to the one before, character for character, so that
 * offsets hold.
 */
function eventsOf(source: string): ReturnType<typeof parseEvents> | YAMLException {
  let text = source;
  let first: YAMLException | undefined;
  for (let tries = 0; tries * source.length <= LIMITS.rereadCharacters && tries <= LIMITS.rereads; tries++) {
    try {
      return parseEvents(text, { maxDepth: LIMITS.depth });
    } catch (error) {
      if (!(error instanceof YAMLException)) throw error;
      first ??= error;
      const joined =
        error.reason === 'deficient indentation' ? joinToLineBefore(text, error.mark?.position ?? 0) : undefined;
      if (joined === undefined) return first;
      text = joined;
    }
  }
  return first ?? new YAMLException('too many lines indented too little');
}

/** `---` in the first column always begins a document, even where a quoted or block scalar stands open. */
function documentSpans(text: string): [number, number][] {
  const spans: [number, number][] = [];
  let start = 0;
  for (const match of text.matchAll(/^---(?=\s|$)/gm)) {
    if (match.index > start) spans.push([start, match.index]);
    start = match.index;
    if (spans.length >= LIMITS.documents)
      throw new Unparsable(`YAML of more than ${LIMITS.documents} documents is not evaluated`);
  }
  spans.push([start, text.length]);
  return spans;
}

const looksTemplated = (text: string): boolean => /(?<!\$)\{\{|\{%/.test(text);

function templated(text: string): Unparsable {
  const at = text.search(/(?<!\$)\{\{|\{%/);
  const line = at < 0 ? 1 : text.slice(0, at).split(/\r\n?|\n/).length;
  return new Unparsable('template markup ({{ … }}) outside strings: not evaluated', line, 'unsupported');
}
