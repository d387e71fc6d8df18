/** A place where a text settles on something. */
export interface Commitment {
  /** The sentence, trimmed. */
  readonly sentence: string;
  /** The words that name the thing. */
  readonly term: string;
}

/** Words around a term within which a negation or a comparison reaches it. */
const BEFORE = 70;
const AFTER = 60;

const NEGATED_BEFORE =
  /\b(?:not|no|never|without|neither|nor|none|cannot|don'?t|doesn'?t|won'?t|isn'?t|aren'?t|shouldn'?t|mustn'?t|can'?t|reject\w*|drop(?:s|ped|ping)?|remov\w+|avoid\w*|instead of|rather than|replac\w+|supersed\w+|against|forbid\w*|forbade|ban(?:s|ned)?|rul(?:e|es|ed|ing) out|away from|deprecat\w+|abandon\w*|unlike|than|versus|vs\.?|from|stop\w*|quit|get(?:s|ting)? rid of|eliminat\w+|refus\w+|prevent\w*|prohibit\w*|disallow\w*|discard\w*|retir\w+|delet\w+|over|beats?|block(?:s|ed)?|catch(?:es)?|flag(?:s|ged)?|detects?|fail(?:s|ed)? on|refrain\w*|exclud\w+|no longer|kein\w*|nicht|statt|ohne|pas de|sans|sin|ningún)\s(?:\S+\s){0,4}$/i;
const NEGATED_INSIDE =
  /\b(?:not|no|never|without|neither|nor|cannot|instead of|rather than|no longer|off|over(?! to\b)|against|away from|than|versus|vs|stop\w*|avoid\w*|reject\w*|replac\w+|remov\w+|drop\w*)\b|n't\b/i;
const NEGATED_AFTER =
  /^\S*\s?(?:(?!mojo)\S+\s){0,5}(?:(?:is|are|was|were|be|been|being|gets?|will|would|must|should|can|could|has|have|had|may|does|do)\s(?:\S+\s){0,2})?(?:not|never|no longer|rejected|dropped|removed|out|avoided|replaced|superseded|forbidden|banned|ruled out|deprecated|abandoned|gone|off the table|discarded|retired|deleted|excluded|prohibited|disallowed|exceeds?|fails?|breaks?|blocks?|n'?t|cannot|won'?t|isn'?t|too (?:large|slow|big|rigid)|loses?)\b/i;
const HYPOTHETICAL =
  /\b(?:if|would|could have|might|were we|had we|suppose|imagine|even though|although|while|whereas|when(?:ever)? (?:some|any)\w+|whoever|considered|tempting|originally|initially|at first|used to|until now|so far|previously|formerly|today|currently|before this|the old|legacy)\b/i;
/** Later words of the same sentence that turn it round: "POJO loads fast, but we export MOJO". */
const TURNED =
  /[,;:–—]\s*(?:but|however|yet|so we|therefore|hence|which is why|instead|and so|we (?:therefore|instead)|nevertheless)\b/i;

/** Places of a text that settle on a term: not negated, compared away, quoted, asked or supposed. */
export function commitments(text: string, terms: RegExp): Commitment[] {
  return sentencesOf(text).flatMap((sentence) => {
    if (sentence.endsWith('?')) return [];
    const own = withoutQuotations(sentence);
    for (const match of own.matchAll(globally(terms))) {
      if (settles(own, match.index, match[0].length)) return [{ sentence: sentence.slice(0, 300), term: match[0] }];
    }
    return [];
  });
}

function settles(sentence: string, at: number, length: number): boolean {
  if (NEGATED_INSIDE.test(sentence.slice(at, at + length))) return false;
  const clause = clauseStart(sentence, at);
  const before = sentence.slice(Math.max(clause, at - BEFORE), at);
  const after = sentence.slice(at + length, at + length + AFTER);
  if (NEGATED_BEFORE.test(before) || NEGATED_AFTER.test(after)) return false;
  if (HYPOTHETICAL.test(sentence.slice(clause, at + length + 30))) return false;
  return !TURNED.test(sentence.slice(at + length));
}

/** A negation does not reach across "but", a semicolon or a dash. */
function clauseStart(sentence: string, at: number): number {
  const before = sentence.slice(0, at);
  let start = 0;
  for (const match of before.matchAll(/;|\s[–—]\s|,\s(?:but|and (?:we|it|they)|so|yet)\b|\bbut\b/gi))
    start = match.index + match[0].length;
  return start;
}

const globally = (pattern: RegExp): RegExp =>
  new RegExp(pattern.source, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`);

/** Quoted clauses are somebody else's words; a quoted name is only a name. */
const withoutQuotations = (sentence: string): string =>
  sentence.replace(/"[^"]{1,300}"|“[^”]{1,300}”|«[^»]{1,300}»/g, (quoted) =>
    quoted.split(/\s+/).length > 3 ? ' '.repeat(quoted.length) : quoted.replace(/["“”«»]/g, ' '),
  );

/** Sentences and list items. Full stops inside names (`model.predict`, `3.46`) end none. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/\n|(?<=[.!?。])\s+(?=\S)/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}
