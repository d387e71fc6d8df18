import type { MarkdownFacts } from '../../languages/markdown/index.js';

/** What may be offered to somebody who asks for it in other words: a plan, or the orchestrator's report. */
export type Offer = 'plan' | 'report';

/** The trigger words of the planner and of the orchestrator. */
const WORDS: Readonly<Record<Offer, readonly string[]>> = {
  plan: ['plan', 'architecture', 'design', 'decompose', 'breakdown', 'JTBD', '4+1'],
  report: [
    'architectural review',
    'lead engineer',
    'orchestrator',
    'dialectical reasoning',
    'plan alignment',
    'concurrency critique',
    'artifact strategy',
    'memory allocation',
    'schema drift',
    'MOJO artifact',
    'POJO',
    'JSONB index',
    'event loop',
    'async blocking',
  ],
};

const pattern = (words: readonly string[]): RegExp => {
  const alternatives = words.map((word) => word.replace(/\+/g, '\\+').replaceAll(' ', '[\\s_-]+'));
  return new RegExp(`(?<![\\p{L}\\p{N}_+])(?:${alternatives.join('|')})(?![\\p{L}\\p{N}_+])`, 'iu');
};

const PATTERNS = { plan: pattern(WORDS.plan), report: pattern(WORDS.report) } as const;

/** What the words of a text ask for; a whole word each, in any case. */
export const offersFor = (text: string): readonly Offer[] =>
  (['plan', 'report'] as const).filter((offer) => PATTERNS[offer].test(text));

/** The same for a document: what is quoted, code or hidden was not said by its author. */
export const offersIn = (facts: MarkdownFacts): readonly Offer[] =>
  offersFor(
    facts.blocks
      .filter((block) => block.quote === 0)
      .map((block) =>
        block.kind === 'heading'
          ? block.text
          : block.kind === 'paragraph'
            ? block.lines.map((line) => line.text).join('\n')
            : '',
      )
      .join('\n'),
  );
