import type { ImportEdge, ImportGraph } from './graph.js';

const LONGEST = 12;

/** What stands behind one import, on the way: it is forbidden, of no concern, or must be followed. */
export type Judgement = 'forbidden' | 'followed' | 'left';

/**
 * The forbidden imports that a file reaches, each with the way there: files that are `followed` are walked through, breadth
 * first, and a file's line is told once.
 */
export function chains(graph: ImportGraph, start: string, judge: (to: string) => Judgement): ImportEdge[][] {
  const found: ImportEdge[][] = [];
  const seen = new Set([start]);
  const waiting: ImportEdge[][] = (graph.get(start)?.edges ?? []).map((edge) => [edge]);
  for (let chain = waiting.shift(); chain; chain = waiting.shift()) {
    const before = chain;
    const to = before.at(-1)?.to ?? '';
    const judged = judge(to);
    if (judged === 'forbidden') found.push(before);
    else if (judged === 'followed' && !seen.has(to) && before.length < LONGEST) {
      seen.add(to);
      waiting.push(...(graph.get(to)?.edges ?? []).map((edge) => [...before, edge]));
    }
  }
  const lines = found.map((chain) => chain[0]?.line);
  return found.filter((chain, index) => lines.indexOf(chain[0]?.line) === index);
}

/** ` through lib/a.py → lib/b.py`, or nothing for a direct import. */
export const through = (chain: readonly ImportEdge[]): string =>
  chain.length < 2
    ? ''
    : ` through ${chain
        .slice(0, -1)
        .map(({ to }) => to)
        .join(' → ')}`;
