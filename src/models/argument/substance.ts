import { SKELETON_SENTENCES } from '../decisions/index.js';
import type { Passage } from './passages.js';

const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/** Words of any script, lower case; numbers and identifiers count. */
export function wordsOf(text: string): string[] {
  const bounded = text.slice(0, 20_000).replace(/(?<=[\p{L}\p{N}])[-_./:](?=[\p{L}\p{N}])/gu, '\u2024');
  return [...segmenter.segment(bounded)].filter((part) => part.isWordLike).map((part) => part.segment.toLowerCase());
}

/** The same text whatever its case, punctuation and spacing. */
export const normalised = (text: string): string => wordsOf(text).join(' ');

const SKELETON = new Set(SKELETON_SENTENCES.map(normalised));
/** What the skeleton lists as decided: `table scores (migrations/1.sql:3)`. */
const DECIDED =
  /^\W*(?:table|column|type of column|endpoint|prediction by|offload through|(?:replaced )?model (?:training|export|artifact)|workload kind|datastore|JVM heap) [^()]{1,200}(?:\([^()]{1,80}\) ?)?\([^()\s]+:\d+\)\W*$/;

/** A whole line that stands for no text. */
const PLACEHOLDER = [
  /^\W*(?:t\.?b\.?[dca]\.?|to ?do|fix ?me|wip|n\.?\/?a\.?|none|nil|null|nothing|nope?|no|yes|ok(?:ay)?|x{2,}|foo|bar|test|same|idem|ditto|later|pending|empty|blank|skip(?:ped)?|-+|\.{2,}|…+|\?+)\W*$/i,
  /^\W*(?:n\.?\/?a\.?|none|not applicable|not needed|not required|tbd|todo)\b\W*(?:\s+\S+){0,8}$/i,
  /^\W*(?:to be (?:done|written|added|filled(?: in)?|determined|decided|defined|discussed|completed|announced)|coming soon|will (?:add|write|fill)(?: this)?(?: in)? later|work in progress)\b[^]{0,40}$/i,
  /^\W*(?:see|same as|as|per|cf\.?) (?:the )?(?:above|below|before|title|code|diff|description|commit(?:s| message)?|ticket|issue|jira|thesis|antithesis|synthesis|comments?|previous)\W*$/i,
  /^\W*_?no response_?\W*$/i,
  /^\W*(?:not applicable|does not apply|irrelevant|nothing to (?:add|say|see(?: here)?)|no (?:risks?|antithesis|thesis|synthesis|downsides?|drawbacks?|issues?|problems?|concerns?|comments?|conflicts?|objections?|alternatives?)(?: (?:known|found|identified|here|at all|i can think of))?|self[- ]explanatory|obvious|trivial(?: change)?|(?:it'?s |this is )?(?:a )?(?:trivial|obvious|simple|small|minor)(?: (?:change|fix|pr))?)\W*$/i,
  /^\W*(?:thesis|antithesis|synthesis)\W*$/i,
  /^\W*(?:lgtm|ship it|looks good(?: to me)?|done|approved|sounds good|all good|good to go)\W*$/i,
  /^[^\p{L}\p{N}]*(?:keine?|nichts|entfällt|nicht zutreffend|nicht nötig|aucune?|néant|rien(?: à signaler)?|sans objet|non applicable|no aplica|ningun[ao]|ninguno|nada|não se aplica|nenhuma?|non applicabile|nessuna?|niente|geen|n\.?v\.?t|niet van toepassing|nie dotyczy|brak|ej tillämpligt|inga|нет|не применимо|отсутствует|немає|yok|无|無|没有|不适用|なし|特になし|該当なし|없음|해당 ?없음)[^\p{L}\p{N}]*$/iu,
  // What stands behind a link can change, and is not what is reviewed.
  /^\W*(?:(?:see|cf\.?|read|details?|link|doc(?:s|ument)?)(?: (?:in|at))?[:\s]*)?(?:https?:\/\/\S+\s*)+$/i,
];

/** Instructions that templates put below their headings, left untouched or retyped. */
const PROMPT = [
  /\{(?:title of|justification|describe|short title|list |name of|e\.g\.)[^{}]{0,200}\}/i,
  /^\W*(?:\[[^\]]{0,300}\]|<[^>]{0,300}>|\{[^}]{0,300}\})\W*$/,
  /^\W*(?:please )?(?:describe|state|explain|write|fill(?: in)?|insert|enter|provide|list|summari[sz]e|replace)\s[^]{0,120}\b(?:your|here|(?:initial|proposed) approach|failure modes|edge cases|conflicts|mandated pattern|this (?:section|text|line))\b[^]{0,60}$/i,
  /^\W*(?:what|which|how|why)\b[^]{0,100}\b(?:you|your|(?:initial|proposed) (?:approach|idea)|could go wrong|failure modes)\b[^]{0,60}\?\W*$/i,
  /^\W*(?:(?:the )?(?:initial|proposed) (?:approach|idea|position)|(?:the )?strongest (?:case|argument) against(?: it)?|(?:known )?failure modes(?:,? (?:and )?conflicts)?(?:,? (?:and |or )?edge cases)?|conflicts(?:,? (?:and )?edge cases)?|counter-?arguments?|(?:the )?mandated pattern(?: \(defensible decision\))?|(?:the )?(?:defensible )?decision|resolution|what could go wrong|what we (?:do|decided)|the way out)\W*$/i,
];

const FILLER =
  /\b(?:lorem ipsum|dolor sit amet|consectetur adipiscing|asdf\w*|qwert\w*|zxcv\w*|blah(?:[\s,]+blah)+|foo bar(?: baz)?|test test)\b/i;

/** Whether a line of text stands for no text at all. */
export const isPlaceholder = (line: string): boolean =>
  SKELETON.has(normalised(line)) ||
  DECIDED.test(line) ||
  !/[\p{L}\p{N}]/u.test(line) ||
  PLACEHOLDER.some((pattern) => pattern.test(line)) ||
  PROMPT.some((pattern) => pattern.test(line));

/** Text that fills space: the well-known fillers, or a few words over and over. */
export function isFiller(text: string): boolean {
  if (FILLER.test(text)) return true;
  const words = wordsOf(text);
  return words.length >= 6 && new Set(words).size / words.length < 0.25 && new Set(words).size <= 4;
}

/**
 * The lines of a passage that say something.
 * @param template lines of the repository's templates, normalised: text that came with the form is not the author's
 */
export function saidIn(passage: Passage, template: ReadonlySet<string>): string[] {
  const lines = passage.lines.map((line) => line.text);
  const all = lines.length === 0 && passage.heading !== '' ? [passage.heading] : lines;
  return all.filter((line) => !isPlaceholder(line) && !template.has(normalised(line)));
}

/** Whether two texts are the same but for a word here and there. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [wordsOf(a), wordsOf(b)];
  if (left.join(' ') === right.join(' ')) return true;
  const [one, other] = [new Set(left), new Set(right)];
  if (Math.min(one.size, other.size) < 5) return false;
  const shared = [...one].filter((word) => other.has(word)).length;
  return shared / (one.size + other.size - shared) > 0.85;
}
