import { sentencesOf } from './stance.js';
import { wordsOf } from './substance.js';

/**
 * Words that an objection is made of: something breaks, costs, conflicts, or holds only sometimes. Generous on purpose:
 * it must miss no honest objection, and praise has none of them.
 */
const ADVERSE =
  /\b(?:fail\w*|break\w*|broke\w*|block\w*|slow\w*|laten\w*|lock\w*|stale\w*|leak\w*|oom\w*|crash\w*|exceed\w*|los[es]\w*|lost|cost\w*|pric\w*|risk\w*|rac(?:e|es|y|ing)|conflict\w*|contradict\w*|edge|corner cases?|overflow\w*|time[- ]?outs?|starv\w*|delay\w*|miss\w*|wrong\w*|drift\w*|mismatch\w*|incompatib\w*|hard\w*|difficult\w*|complex\w*|overhead|memory|downtime|but|however|although|though|yet|can ?not|can'?t|won'?t|don'?t|doesn'?t|isn'?t|aren'?t|didn'?t|wouldn'?t|couldn'?t|not|no|none|never|nothing|nobody|longer|without|only|limit\w*|too|if|when\w*|unless|until|expensiv\w*|wast\w*|duplicat\w*|inconsisten\w*|corrupt\w*|deadlock\w*|stuck|stall\w*|bugs?|errors?|fall\w*|drops?|dropp\w*|degrad\w*|grow\w*|doubl\w*|increas\w*|unknown|untested|secur\w*|vulnerab\w*|attack\w*|expos\w*|privacy|bottleneck\w*|contention|hidden|hides?|harder|worse|worst|problem\w*|trade-?offs?|drawback\w*|downside\w*|disadvantage\w*|concern\w*|against|rewrit\w*|migrat\w*|lags?|lagg\w*|flak\w*|brittle|fragil\w*|coupl\w*|surpris\w*|confus\w*|ambigu\w*|less|fewer|more|extra|another|additional|yields?|second|instead|rather|depend\w*|require\w*|need\w*|must|forc\w*|manual\w*|maint\w*|old|legacy|noise|noisy|skew\w*|bias\w*|overfit\w*|outage\w*|rollback|restart\w*|retr(?:y|ies)|partial\w*|unbounded|infinite|kill\w*|pressure|spikes?|bloat\w*|scan\w*|rejects?|refus\w*|invalid\w*|outdated|deprecat\w*|unsupported|inhibit\w*|prevent\w*|destroy\w*|hurt\w*|shift\w*|fragment\w*|opaque|unreadable|churn|debt|burden|effort|days?|weeks?|hours?|minutes?|seconds?)\b|[\d<>]|n't\b/i;

/** Answers refer to what was said: a word that does so, whatever the subject. */
const ANSWERING =
  /\b(?:therefore|hence|thus|so|because|since|accept\w*|mitigat\w*|avoid\w*|prevent\w*|solv\w*|address\w*|answer\w*|resolv\w*|reduc\w*|bound\w*|limit\w*|cap(?:s|ped)?|guard\w*|protect\w*|instead|still|nevertheless|despite|trade\w*|compromise|both|either|unless|until|only|behind|fall ?back|revisit\w*|measure\w*|monitor\w*|alert\w*|test\w*|offload\w*|split\w*|worth|outweigh\w*|keeps?|without|while|but|with)\b/i;

/** Non-English text is not judged by English words. */
const LATIN_ENGLISH = /\b(?:the|a|an|is|are|we|it|to|of|and|in|for|with|that|this|on)\b/gi;

const isEnglish = (text: string): boolean => {
  const words = wordsOf(text).length;
  return (
    words > 0 &&
    (text.match(LATIN_ENGLISH)?.length ?? 0) / words >= 0.08 &&
    !/[^\p{ASCII}\p{P}\p{S}\p{Emoji}]{3,}/u.test(text)
  );
};

/** Praise, which belongs to a thesis. Comparatives are left out: "simpler" weighs an alternative. */
const PRAISE =
  /\b(?:great|proven|popular|good|best|nice|excellent|perfect\w*|ideal|fine|likes?|loves?|recommended|widely[- ]used|used by (?:many|most|all|large)|solid|works? (?:well|great|fine)|industry[- ]standard|clean|elegant|powerful|reliable|robust|happy|agrees?|improves?|improvement|benefits?|beneficial|makes? sense)\b/i;

/** Sentences that hold the place of an objection. */
const VACUOUS = [
  /^\W*there (?:are|is|may be|might be|could be|can be|will be)(?: always)? (?:some|other|a few|many|several|certain|various|possible|potential)?\s?(?:other )?(?:approaches|ways|options|alternatives|solutions|risks?|issues?|concerns?|downsides?|drawbacks?|problems?|trade-?offs?|opinions?)\W*$/i,
  /^\W*(?:some(?:one| people| folks| reviewers)?|others?|people|one) (?:may|might|could|can|will|would) (?:disagree|object|complain|argue(?: against (?:it|this))?|prefer (?:another|a different|other) (?:approach|way|option)s?|not like (?:it|this))\W*$/i,
  /^\W*we (?:could|can|may|might) (?:also )?(?:use|do|take|try|choose|go with) (?:another|a different|other|some other) (?:approach|way|option|solution)s?(?: (?:for|to) (?:this|it))?\W*$/i,
  /^\W*(?:we|i) (?:have )?(?:thought|considered|discussed|talked|weighed|looked)(?: (?:about|at|into|through))? (?:it|this|that|everything|the (?:options|alternatives|risks|downsides)|other options|alternatives)(?: (?:carefully|thoroughly|in detail|internally|together))?\W*$/i,
  /^\W*(?:everything|every (?:decision|approach|solution)|it|this) (?:has|comes with) (?:its |some |both )?(?:pros and cons|downsides?|drawbacks?|trade-?offs?|risks?|advantages and disadvantages)\W*$/i,
  /^\W*(?:it|this|that|things|something) (?:may|might|could|can) (?:break|fail|go wrong|not work|have (?:bugs|issues|problems))\W*$/i,
];

/** Whether a text names anything that could go wrong. Only praise and empty phrases do not: anybody else is believed. */
export function raisesObjection(text: string): boolean {
  const vacuous = (sentence: string): boolean => VACUOUS.some((pattern) => pattern.test(sentence));
  if (sentencesOf(text).every(vacuous)) return false;
  if (!isEnglish(text)) return true;
  return ADVERSE.test(text) || !PRAISE.test(text);
}

const COMMON = new Set(
  'the a an is are was were be been being we it its to of and or in for with that this these those on at by as from our their they you i he she has have had do does did will would can could should may might must not no than then so but if when which who what how all any some one two very more most also just into out up down over under there here'.split(
    ' ',
  ),
);

/** First letters of the words that carry meaning: enough to see that "connections" answers "max_connections". */
function stems(text: string): Set<string> {
  const words = wordsOf(text).flatMap((word) => word.split(/[^\p{L}\p{N}]+/u));
  return new Set(words.filter((word) => word.length > 2 && !COMMON.has(word)).map((word) => word.slice(0, 5)));
}

/** Too short to say what it refers to. */
const LEAST_JUDGED = 13;

/** Whether a synthesis refers to anything that was raised before, by its words or by the way it speaks. */
export function answers(synthesis: string, raised: string): boolean {
  if (wordsOf(synthesis).length < LEAST_JUDGED || !isEnglish(synthesis) || ANSWERING.test(synthesis)) return true;
  const before = stems(raised);
  return [...stems(synthesis)].some((stem) => before.has(stem));
}
