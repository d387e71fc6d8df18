/** A record in one sentence: "In the context of …, facing …, we decided for … and against …, to achieve …, accepting …". */
export const yStatement = (text: string): boolean =>
  /\bin the context of\b[^]{1,400}\bfacing\b[^]{1,400}\b(?:decided|chose|opted)\b[^]{1,600}\b(?:against|neglect\w*|accept\w*|instead of|rather than)\b/i.test(
    text,
  );

const OBJECTION =
  /\b(?:drawbacks?|downsides?|disadvantages?|trade-?offs?|at the (?:cost|expense|price) of|the risk (?:is|that|of)|risks?:|alternatives?|instead of|rather than|rejected|ruled out|decided against|we (?:also )?considered|(?:was|were) (?:also )?(?:considered|evaluated|discarded)|accepting that|we (?:also )?accept that|breaking change for|compar(?:ison|ative)\b|compared (?:to|with)|not (?:chosen|selected|pursued)|cons?:|on the other hand|the price is|we lose|bad,? because|however,)/i;

/** Whether a text raises an objection or weighs an alternative. */
export const objects = (text: string): boolean => OBJECTION.test(text);

const RESOLUTION =
  /\b(?:we (?:will|have decided|decided|choose|chose|have chosen|agreed|adopt(?:ed)?|are going to|shall|use)|it (?:was|is|has been) decided|chosen option|decision(?=:\s)|is (?:hereby )?(?:adopted|accepted as)|(?:will|shall|must) be (?:used|implemented|supported|introduced|added|replaced|removed|provided|extended|refactored|changed))\b/i;

/** Whether a text says what is done. */
export const resolves = (text: string): boolean => RESOLUTION.test(text);
