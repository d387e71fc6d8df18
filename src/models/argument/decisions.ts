import type { MarkdownFacts } from '../../languages/markdown/index.js';
import { passagesOf, type Passage } from './passages.js';
import { MOVEMENTS, type Movement } from './words.js';

/** Movements that belong together. */
export interface ArguedDecision {
  /** The heading or table row it stands under; empty when there is none. */
  readonly title: string;
  readonly line: number;
  readonly passages: readonly Passage[];
}

export interface Argument {
  readonly decisions: readonly ArguedDecision[];
  /** Lines of labels that stand only in a quotation. */
  readonly quotedLabels: readonly number[];
}

/** What a text argues. Several decisions may stand in one text; a movement that comes again begins the next one. */
export function argumentOf(facts: MarkdownFacts): Argument {
  const { passages, quotedLabels } = passagesOf(facts);
  const decisions: Passage[][] = [];
  for (const passage of passages) {
    const current = decisions.at(-1);
    if (current && continues(current, passage)) current.push(passage);
    else decisions.push([passage]);
  }
  return { decisions: decisions.map(toDecision), quotedLabels };
}

/** The same movement twice in a row under one heading is one movement in two parts. */
function continues(decision: readonly Passage[], next: Passage): boolean {
  const last = decision.at(-1);
  if (last?.movement === next.movement) return last.under === next.under;
  return !decision.some((passage) => passage.movement === next.movement);
}

const toDecision = (passages: readonly Passage[]): ArguedDecision => ({
  title: passages.find((passage) => passage.under !== '')?.under ?? '',
  line: passages[0]?.line ?? 1,
  passages,
});

export const passagesFor = (decision: ArguedDecision, movement: Movement): readonly Passage[] =>
  decision.passages.filter((passage) => passage.movement === movement);

export const missingFrom = (decision: ArguedDecision): readonly Movement[] =>
  MOVEMENTS.filter((movement) => passagesFor(decision, movement).length === 0);

/** All text of a movement, one line a source line. */
export const textOfMovement = (decision: ArguedDecision, movement: Movement): string =>
  passagesFor(decision, movement)
    .flatMap((passage) => passage.lines.map((line) => line.text))
    .join('\n');
