import { sentencesOf } from './stance.js';

/** A record in one sentence: "In the context of …, facing …, we decided for … and against …, to achieve …, accepting …". */
export const yStatement = (text: string): boolean =>
  /\bin the context of\b[^]{1,400}\bfacing\b[^]{1,400}\b(?:decided|chose|opted)\b[^]{1,600}\b(?:against|neglect\w*|accept\w*|instead of|rather than)\b/i.test(
    text,
  );

const OBJECTION =
  /\b(?:drawbacks?|downsides?|disadvantages?|trade-?offs?|at the (?:cost|expense|price) of|the risk (?:is|that|of)|risks?:|alternatives?|rejected|ruled out|decided (?:against|not to)|we (?:also )?considered|(?:was|were) (?:also )?(?:considered|evaluated|discarded)|accepting that|we (?:also )?accept that|breaking change for|not (?:chosen|selected|pursued)|cons?:|on the other hand|the price is|we lose|bad,? because)/i;
/** What only describes in a context ("often compared with", "however, they have fixed ids") weighs where something is decided. */
const COMPARISON = /\b(?:instead of|rather than|compar(?:ison|ative)\b|compared (?:to|with)|however,)/i;
/** `Bad: one more key`, as the items below an outcome are often marked. */
const BAD_ITEM = /^\W*(?:bad|cons?|negatives?|minus|drawbacks?|downsides?)\s*[:,–—-]/i;

/**
 * Whether a part of a record raises an objection or weighs an alternative.
 * @param decides whether the part decides or gives the reasons
 */
export function objects(lines: readonly string[], decides: boolean): boolean {
  const text = lines.join(' ');
  if (OBJECTION.test(text) || lines.some((line) => BAD_ITEM.test(line))) return true;
  return decides
    ? COMPARISON.test(text)
    : sentencesOf(text).some((sentence) => COMPARISON.test(sentence) && resolves(sentence));
}

const RESOLUTION =
  /\b(?:we (?:will|have decided|decided|choose|chose|have chosen|agreed|adopt(?:ed)?|are going to|shall|use)|it (?:was|is|has been) decided|chosen option|decision(?=:\s)|is (?:hereby )?(?:adopted|accepted as)|(?:will|shall|must) be (?:used|implemented|supported|introduced|added|replaced|removed|provided|extended|refactored|changed))\b/i;

/** Whether a text says what is done. */
export const resolves = (text: string): boolean => RESOLUTION.test(text);

/** Whether the heading of an option says that it is the chosen one: `Alternative 2 ✅`, `Option B (chosen)`. */
export const isChosen = (heading: string): boolean =>
  /[✅✔☑]|\((?:chosen|selected|accepted|adopted|picked)\)\s*$/iu.test(heading);
