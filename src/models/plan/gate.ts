import { isPlaceholder, wordsOf } from '../argument/index.js';

/** A command, named as such or by a program that everybody knows. */
const COMMAND =
  /`[^`]{2,}`|(?:^|\s)(?:\$ )?(?:pytest|npm|npx|make|curl|kubectl|docker|helm|psql|alembic|k6|locust|vegeta|wrk|oha|python3?|pip|dialectic|gradle|mvn|go test|cargo|terraform|tox|ruff|mypy|redis-cli|pg_isready|patronictl|etcdctl|java)\s+[\w./:-]+/i;
const COMPARISON =
  /[<>≤≥=]\s*=?\s*\d|\b\d[\d,.]*\s*(?:[a-z]+\s+)?(?:%|ms|s|sec\w*|min\w*|hours?|h|days?|req\/s|rps|qps|tps|[kmgt]i?b|x|×|replicas?|jobs?|pods?|nodes?|shards?|rows?|requests?|errors?|tests?|users?|connections?|of \d+)(?![\w-])|\bp(?:50|9\d(?:\.\d)?)\b|\bzero\b|\bat (?:least|most)\b|\bno (?:more|fewer|less) than\b|\b(?:below|above|under|within|exceeds?|less than|more than|fewer than|up to)\s+\d/i;
/** A state that somebody can look at. */
const STATE =
  /\b(?:exists?|runs?|running|ready|healthy|succeeds?|success(?:ful)?|completes?|completed|pass(?:es|ed|ing)?|fails?|failed|rejects?|rejected|returns?|green|red|visible|listed|present|absent|created|deleted|applied|deployed|promoted|elected|loadable|loads?|loaded|reachable|unreachable|responsive|responds?|equals?|matches|identical|uses?|used|appears?|shows?|contains?|holds?|blocks?|blocked|trips?|triggered|triggers?|exported|imported|published|merged|signed|stored|written|logged|recorded|alerts?|raises?|refuses?|refused|survives?|restores?|restored|recovers?|reproduces?|reproduced|idempotent|includes?|calls?|pins?|pinned|downloads?|enforced|mapped|defined|handles?|wrapped|replaced|simulates?|append-only|(?:is|are|stays?|lies?) (?:on|in|off|behind|inside|outside)|no (?!issues?\b|problems?\b|bugs?\b|errors?\b|complaints?\b)[\w.`*-]+|exit(?:s)? (?:code )?\d|http \d{3}|[1-5]\d\d\b|approved|signed off)\b/i;
const SUBJECT_WORKS = /^\W*(?:the )?((?:[\w-]+\s+){0,5}[\w-]+)\s+(?:works?|working|functions?|functional)\W*$/i;
const EVERYTHING =
  /^(?:it|all|everything|this|that|system|code|app|application|feature|solution|implementation|task|service|the \w+|stuff)$/i;

/** Words that judge without saying by what. */
const VAGUE =
  /^\W*(?:(?:it|this|that|everything|all|all of it|the (?:\w+ ){0,2}\w+|code|system)\s+)?(?:is |are |should be |looks? |must be |has been |was |feels? )?(?:works?(?: (?:well|fine|correctly|properly|as (?:expected|intended|designed)|great|reliably|smoothly))?|working(?: (?:well|fine|correctly|properly|as expected))?|good(?: enough)?|fine|ok(?:ay)?|great|done|complete[d]?|finished|tested|reviewed|verified|validated|checked|implemented|correct|stable|fast(?: enough)?|robust|scalable|reliable|secure|clean|nice|acceptable|satisf\w+|as expected|no (?:issues|problems|bugs|errors)|manual(?:ly)?(?: (?:check(?:ed)?|test(?:ed|ing)?|verif\w+))?|team (?:is )?happy|stakeholders? (?:are |is )?(?:happy|satisfied)|high quality|performant|improved|better)(?:\s+(?:and|or|,)\s+(?:works?|good|fine|fast|stable|robust|scalable|reliable|clean|done|tested|complete))*\W*$/i;

/** Why a verification cannot be checked; undefined when it can. */
export function uncheckable(text: string): string | undefined {
  const gate = text.trim();
  if (gate === '' || isPlaceholder(gate)) return 'it is empty';
  if (COMMAND.test(gate) || COMPARISON.test(gate)) return undefined;
  if (VAGUE.test(gate)) return 'it judges without saying by what';
  const subject = SUBJECT_WORKS.exec(gate)?.[1];
  if (subject !== undefined) return EVERYTHING.test(subject) ? 'it judges without saying by what' : undefined;
  if (STATE.test(gate) && wordsOf(gate).length >= 2) return undefined;
  return 'it names no command, no threshold and no state that can be observed';
}
