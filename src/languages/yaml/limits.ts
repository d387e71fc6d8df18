import type { RawDocument, RawNode } from './facts.js';

/** Bounds that real manifests stay far below; CRD bundles of a few megabytes pass. */
export const LIMITS = {
  characters: 6_000_000,
  nodes: 600_000,
  documents: 5_000,
  /** Collections inside collections, as written. */
  depth: 100,
  aliases: 5_000,
  /** Nodes that a reader sees who follows every alias. */
  expandedNodes: 1_000_000,
  expandedDepth: 200,
  /** How often a text is parsed again after a line of a flow collection was joined to the one before. */
  rereads: 300,
  rereadCharacters: 30_000_000,
} as const;

interface Extent {
  readonly size: number;
  readonly depth: number;
}

/**
 * What a reader meets who follows aliases: an alias bomb is small as written and endless to walk.
 * @returns the reason to refuse the document, if there is one. After this, walking a document is bounded.
 */
export function refusal(document: RawDocument): string | undefined {
  const aliases = document.nodes.filter((node) => node.kind === 'alias').length;
  if (aliases === 0) return undefined;
  if (aliases > LIMITS.aliases) return `more than ${LIMITS.aliases} aliases`;
  const extent = measure(document);
  if (extent === undefined) return 'an alias that contains itself';
  if (extent.size > LIMITS.expandedNodes) return `aliases that expand to more than ${LIMITS.expandedNodes} nodes`;
  if (extent.depth > LIMITS.expandedDepth) return `aliases that nest deeper than ${LIMITS.expandedDepth} levels`;
  return undefined;
}

const children = (node: RawNode): readonly number[] => {
  if (node.kind === 'mapping') return node.pairs.flat();
  if (node.kind === 'sequence') return node.items;
  return node.kind === 'alias' ? [node.target] : [];
};

/** Depth-first with a stack of its own; undefined when there is a cycle. */
function measure(document: RawDocument): Extent | undefined {
  const extents: (Extent | 'open' | undefined)[] = Array.from({ length: document.nodes.length });
  const stack = [document.root];
  while (stack.length > 0) {
    const index = stack[stack.length - 1] ?? 0;
    const node = document.nodes[index];
    if (node === undefined || typeof extents[index] === 'object') {
      stack.pop();
      continue;
    }
    const below = children(node);
    if (extents[index] === undefined) {
      extents[index] = 'open';
      for (const child of below) {
        if (extents[child] === 'open') return undefined;
        if (extents[child] === undefined) stack.push(child);
      }
      continue;
    }
    extents[index] = combined(below.map((child) => extents[child]));
    stack.pop();
  }
  const root = extents[document.root];
  return typeof root === 'object' ? root : undefined;
}

function combined(below: readonly (Extent | 'open' | undefined)[]): Extent {
  let size = 1;
  let depth = 0;
  for (const extent of below) {
    if (typeof extent !== 'object') continue;
    size += extent.size;
    depth = Math.max(depth, extent.depth);
  }
  return { size, depth: depth + 1 };
}
