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

const UNTOUCHED = String.raw`\bdo(?:es)?(?: not|n'?t) (?:change|touch|alter|affect)(?: (?:the|any))? `;

const CLAIMS: readonly Claim[] = [
  { pattern: new RegExp(`${UNTOUCHED}(?:database |db |sql )?(?:schema|ddl)\\b`, 'i'), kinds: ['table', 'column'] },
  { pattern: new RegExp(`${UNTOUCHED}(?:public |http )?(?:api|endpoints?|routes?)\\b`, 'i'), kinds: ['endpoint'] },
  claim(
    String.raw`(?:database |db |sql )?(?:schema|ddl)(?: changes?|(?=[^.;]{0,60}\bchange[sd]?\b))|(?:database |db |schema )?migrations?(?: (?:needed|required|involved))?|(?:database|db|table|column) changes?`,
    ['table', 'column'],
  ),
  claim(String.raw`(?:public |http )?(?:api|endpoint|route)s?(?: changes?|(?=[^.;]{0,60}\bchange[sd]?\b))`, [
    'endpoint',
  ]),
  { pattern: /\bno new (?:(?:public |http )?api(?! ?keys?\b)|endpoints?|routes?)\b/i, kinds: ['endpoint'] },
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
    // Of the change, not of something in it: "a test-only component", "how to run tests only".
    pattern:
      /^\W*(?:(?:this|it)(?: (?:pr|pull request|change|commit|patch))?(?: is|'s)\s)?(?:an?\s|purely\s)?(?:docs?|documentation|tests?|comments?|typos?|formatting)[- ]only(?=\W*$|[.,;:!()]|\s[–—-]\s)|(?:^\W*|[.;:!]\s+|\bis\s(?:an?\s)?(?:purely\s)?)(?:docs?|documentation|tests?|comments?|typos?|formatting)[- ]only (?:change|pr|pull request|commit|patch|update)\b|\b(?:contains?|has|makes?|are|is) (?:docs?|documentation|tests?|comments?|typos?|formatting)[- ]only (?:changes|updates)\b|\bonly (?:touches|changes|updates|affects) (?:docs?|documentation|tests?|comments?|formatting)\b/i,
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
      if (match && by && isSaid(text, match.index) && !isQualified(text, match.index + match[0].length))
        return [{ claim: match[0], line, by }];
    }
    return [];
  });
}

/** "If there is no schema change", "a field that has no migration": that is no statement about this change. */
const isSaid = (text: string, start: number): boolean =>
  !/\b(?:if|when(?:ever)?|where|unless|whether|in case|that|which|proving|until)\b[^.;:!?]{0,60}$/i.test(
    text.slice(0, start),
  );

/** "No schema change to the orders table", "no migrations are lost": the statement goes on to narrow itself. */
const isQualified = (text: string, end: number): boolean =>
  /^\s+(?:to|in|for|on|beyond|besides|except|other than|that|which|of|until|without|are|is|can|will|should)\b/i.test(
    text.slice(end),
  );
