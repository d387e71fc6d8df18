/** A measurable target in a requirement. */
export interface Target {
  readonly kind: 'rate' | 'latency' | 'recovery' | 'size' | 'share' | 'duration' | 'count';
  /** As written. */
  readonly text: string;
}

const NUMBER = String.raw`\d[\d,.]*\s*(?:k|thousand|million|billion|m(?=\s*(?:req|rows|users)))?`;
const KINDS: readonly (readonly [Target['kind'], RegExp])[] = [
  [
    'rate',
    new RegExp(
      String.raw`(?:[<>≤≥~]=?\s*)?${NUMBER}\s*(?:req(?:uests?)?|queries|transactions|events|messages|predictions|inserts|writes|reads|rows)?\s*(?:\/\s*(?:s|sec|second|min|minute|h|hour|day)|(?:a|per) (?:second|minute|hour|day)|rps|qps|tps)(?!\w)`,
      'gi',
    ),
  ],
  [
    'latency',
    /(?:\bp(?:50|90|95|99(?:\.9)?)\b|\b(?:median|average|mean|max(?:imum)?)\b)?[^\d.;]{0,30}(?:[<>≤≥~]=?\s*)?\d[\d,.]*\s*(?:ms|milliseconds?|µs|microseconds?)(?!\w)/gi,
  ],
  ['recovery', /\bR[PT]O\b[^.;\n]{0,20}?\d[\d,.]*\s*(?:ms|s|sec\w*|min\w*|h|hours?)?|\b(?:zero|no) data loss\b/gi],
  ['share', /(?:[<>≤≥~]=?\s*)?\d[\d.]*\s?%/g],
  ['size', /(?:[<>≤≥~]=?\s*)?\d[\d,.]*\s*(?:[KMGTP]i?B|[MG]i|terabytes?|gigabytes?|petabytes?)(?!\w)/g],
  [
    'duration',
    /(?:[<>≤≥~]=?\s*|within |under |below |at most |every )\d[\d,.]*\s*(?:s|sec(?:onds?)?|min(?:utes?)?|h|hours?|days?|weeks?|months?|years?)(?!\w)/gi,
  ],
  [
    'count',
    new RegExp(
      String.raw`(?:[<>≤≥~]=?\s*)?${NUMBER}\s*(?:million |billion |thousand )?(?:rows|entities|users|customers|tenants|models?|features|jobs|nodes|shards|replicas|pods|connections|parallel|concurrent)\b`,
      'gi',
    ),
  ],
];

/** Targets of a text, by kind, each stretch of text once. */
export function targetsIn(text: string): Target[] {
  const bounded = text.slice(0, 2_000);
  const taken: [number, number][] = [];
  const found: Target[] = [];
  for (const [kind, pattern] of KINDS) {
    for (const match of bounded.matchAll(pattern)) {
      const [from, to] = [match.index, match.index + match[0].length];
      if (taken.some(([start, end]) => from < end && start < to)) continue;
      taken.push([from, to]);
      found.push({ kind, text: match[0].replace(/^[\s,:of]+(?=[<>≤≥~\d])/i, '').trim() });
    }
  }
  return found;
}
