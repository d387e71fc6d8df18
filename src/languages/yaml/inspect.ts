import type { Problem } from '../../core/facts.js';
import type { RawDocument, RawMapping, RawNode } from './facts.js';

/** `{{ .Values.x }}` without quotes parses as a mapping whose key is a mapping; nobody writes that by hand. */
export function isTemplate(document: RawDocument): boolean {
  return document.nodes.some((node) => {
    if (node.kind !== 'mapping') return false;
    const key = document.nodes[node.pairs[0]?.[0] ?? -1];
    return key?.kind === 'mapping' && key.range.start.offset === node.range.start.offset + 1;
  });
}

/** Keys written twice in one mapping: parsers disagree on which counts, and some refuse the file. */
export function duplicates(document: RawDocument): Problem[] {
  return document.nodes.flatMap((node) => (node.kind === 'mapping' ? duplicatesIn(node, document.nodes) : []));
}

function duplicatesIn(mapping: RawMapping, nodes: readonly RawNode[]): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  for (const [index] of mapping.pairs) {
    const key = nodes[index];
    if (key?.kind !== 'scalar') continue;
    const line = key.range.start.line;
    const before = seen.get(key.text);
    if (before === undefined) seen.set(key.text, line);
    else
      problems.push({
        kind: 'unread',
        reason: `key "${key.text.slice(0, 80)}" stands twice in one mapping (also on line ${before})`,
        line,
      });
  }
  return problems;
}
