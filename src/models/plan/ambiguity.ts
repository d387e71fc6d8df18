import { targetsIn, type Target } from './targets.js';

/** A quality that means something only with a measure, and the question that gets one. */
interface Quality {
  readonly words: RegExp;
  readonly question: string;
  /** Kinds of targets that settle it. */
  readonly settledBy: readonly Target['kind'][];
}

const QUALITIES: readonly Quality[] = [
  {
    words:
      /\b(?:fast(?:er|est)?|quick(?:ly|er)?|rapid(?:ly)?|speedy|snappy|performant|responsive|low[- ]latency|high[- ]performance|good performance|instant(?:ly|aneous)?|blazing\w*|swift(?:ly)?|prompt(?:ly)?)\b/i,
    question: 'At which load, and how many milliseconds at which percentile?',
    settledBy: ['latency', 'rate', 'duration'],
  },
  {
    words: /\b(?:(?:near[- ])?real[- ]?time|timely|as soon as possible|asap|immediately|fresh|up[- ]to[- ]date)\b/i,
    question: 'How old may a value be when it is used, in seconds?',
    settledBy: ['latency', 'duration'],
  },
  {
    words:
      /\b(?:scalab\w+|scales? (?:well|easily|up|out|horizontally|infinitely)|elastic\w*|massive(?:ly)?|huge|large[- ]scale|web[- ]scale|high[- ](?:throughput|volume|load|traffic)|big data|lots of|many (?:users|requests|rows|models)|any load|growing)\b/i,
    question: 'From which rate or volume to which, and within what time?',
    settledBy: ['rate', 'size', 'count'],
  },
  {
    words:
      /\b(?:reliab\w+|robust\w*|resilien\w+|fault[- ]toleran\w+|highly available|high(?:ly)? availab\w+|always (?:on|available)|stable|stability|never (?:fails?|goes down)|bullet[- ]?proof|mission[- ]critical)\b/i,
    question: 'Which availability in per cent, and which RPO and RTO when a node is lost?',
    settledBy: ['recovery', 'share', 'duration'],
  },
  {
    words: /\b(?:secure(?:ly)?|safe(?:ly)?|hardened|protected|compliant)\b/i,
    question: 'Against whom, by which control, and how is that tested?',
    settledBy: [],
  },
  {
    words:
      /\b(?:user[- ]friendly|easy(?: to \w+)?|easily|intuitive(?:ly)?|simple(?: to \w+)?|seamless(?:ly)?|convenient(?:ly)?|self[- ]explanatory)\b/i,
    question: 'Who does what, in how many steps or minutes, without help?',
    settledBy: ['duration', 'count'],
  },
  {
    words:
      /\b(?:efficient(?:ly)?|cost[- ](?:effective|efficient)|cheap(?:ly)?|affordable|lightweight|optimi[sz]ed|minimal (?:cost|overhead|footprint)|resource[- ]friendly)\b/i,
    question: 'Which budget a month, or how much CPU and memory for a thousand requests?',
    settledBy: ['size', 'share', 'rate', 'latency'],
  },
  {
    words:
      /\b(?:flexib\w+|maintainab\w+|extensib\w+|modular|adaptab\w+|future[- ]proof|reusab\w+|configurab\w+|generic)\b/i,
    question: 'Which change must be possible, by whom, in how many days?',
    settledBy: ['duration', 'count'],
  },
  {
    words:
      /\b(?:modern|state[- ]of[- ]the[- ]art|best[- ](?:in[- ]class|practices?|possible)|high[- ]quality|world[- ]class|industry[- ]standard|good quality|enterprise[- ]grade|production[- ](?:ready|grade))\b/i,
    question: 'Which property of it is meant, and how is it measured?',
    settledBy: ['share', 'latency', 'rate'],
  },
  {
    words:
      /\b(?:accurate(?:ly)?|precise(?:ly)?|high accuracy|good (?:models?|predictions?|quality)|better (?:models?|predictions?)|smart(?:er)?|intelligent(?:ly)?)\b/i,
    question: 'Which metric, on which data, above which value?',
    settledBy: ['share', 'count'],
  },
  {
    words:
      /\b(?:as (?:needed|required|appropriate)|if (?:needed|necessary|possible)|where (?:possible|appropriate|necessary)|and so on|etc\b\.?|adequate(?:ly)?|sufficient(?:ly)?|appropriate(?:ly)?|reasonabl\w+|acceptable|as much as possible|minimi[sz]e|maximi[sz]e|various|some kind of)/i,
    question: 'Which cases exactly, and who decides?',
    settledBy: ['latency', 'rate', 'share', 'size', 'duration', 'count', 'recovery'],
  },
];

export interface Ambiguity {
  /** The word, as written. */
  readonly word: string;
  /** What to ask so that it gets a measure. */
  readonly question: string;
}

/** Qualities of a requirement that no measure in it settles. Names of products (`FastAPI`, `fast.ai`) and quoted words are none. */
export function ambiguitiesIn(text: string): Ambiguity[] {
  const plain = text
    .replace(/`[^`]{0,80}`|"[^"]{0,80}"|“[^”]{0,80}”/g, ' ')
    .replace(/\bfast(?:api|\.ai|text)\w*/gi, ' ');
  const kinds = new Set(targetsIn(text).map((target) => target.kind));
  return QUALITIES.flatMap(({ words, question, settledBy }) => {
    const word = words.exec(plain)?.[0];
    return word === undefined || settledBy.some((kind) => kinds.has(kind)) ? [] : [{ word, question }];
  });
}
