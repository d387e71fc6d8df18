import type { Area, AreaKind } from './area.js';

/** A statement of the description that the diff can disprove. */
interface Claim {
  readonly pattern: RegExp;
  /** Kinds of areas that disprove it. */
  readonly kinds: readonly AreaKind[];
}

const NO = String.raw`\b(?:no|without(?: any)?|zero|does(?: not|n'?t) (?:change|touch|alter|affect|contain|include)(?: (?:the|any))?|there (?:is|are) no)\s(?:new\s|other\s|further\s)?`;
const claim = (what: string, kinds: readonly AreaKind[]): Claim => ({
  pattern: new RegExp(`${NO}(?:${what})\\b`, 'i'),
  kinds,
});

const CLAIMS: readonly Claim[] = [
  claim(
    String.raw`(?:database |db |sql )?(?:schema|ddl)(?: changes?)?|(?:database |db |schema )?migrations?(?: (?:needed|required|involved))?|(?:database|db|table|column) changes?`,
    ['table', 'column'],
  ),
  claim(String.raw`(?:api|endpoint|route) changes?|endpoints?|(?:public |http )?api`, ['endpoint']),
  claim(String.raw`(?:infra(?:structure)?|deployment|kubernetes|k8s|manifest|compose) changes?`, [
    'workload',
    'datastore',
    'heap',
  ]),
  claim(String.raw`(?:memory|heap|jvm|resource) changes?`, ['heap']),
  claim(String.raw`(?:model|artifact) changes?`, ['artifact']),
  claim(String.raw`(?:functional|behaviou?r(?:al)?|production|architectural) changes?`, [
    'table',
    'column',
    'endpoint',
    'workload',
    'datastore',
    'artifact',
  ]),
  {
    pattern:
      /\b(?:docs?|documentation|tests?|comments?|typos?|formatting)[- ]only\b|\bonly (?:touches|changes|updates|affects) (?:docs?|documentation|tests?|comments?|formatting)\b/i,
    kinds: ['table', 'column', 'endpoint', 'workload', 'datastore', 'heap', 'artifact'],
  },
];

export interface Disproved {
  /** The words of the description. */
  readonly claim: string;
  readonly line: number;
  readonly by: Area;
}

/** Statements that an area of the diff disproves; one a line. */
export function disproved(
  lines: readonly { readonly line: number; readonly text: string }[],
  areas: readonly Area[],
): Disproved[] {
  return lines.flatMap(({ line, text }) => {
    for (const { pattern, kinds } of CLAIMS) {
      const match = pattern.exec(text);
      const by = match ? areas.find((area) => kinds.includes(area.kind)) : undefined;
      if (match && by && !isQualified(text, match.index + match[0].length)) return [{ claim: match[0], line, by }];
    }
    return [];
  });
}

/** "No schema change to the orders table", "no migrations are lost": the statement goes on to narrow itself. */
const isQualified = (text: string, end: number): boolean =>
  /^\s+(?:to|in|for|on|beyond|besides|except|other than|that|which|of|until|without|are|is|can|will|should)\b/i.test(
    text.slice(end),
  );
