import type { PlanView } from './views.js';

/** A question of the structured brainstorming protocol. */
export interface Question {
  /** Stable, so that an answer can be found again: `PHY-1`. */
  readonly id: string;
  readonly view: PlanView;
  readonly text: string;
  readonly why: string;
  /** Shows that a text answers it: always with a value, so that repeating the question answers nothing. */
  readonly answered: RegExp;
  /** 1 changes the whole design, 3 a detail. */
  readonly weight: 1 | 2 | 3;
}

const q = (
  id: string,
  view: PlanView,
  weight: Question['weight'],
  text: string,
  why: string,
  answered: RegExp,
): Question => ({ id, view, weight, text, why, answered });

/** Most decisive first within each weight. */
export const QUESTIONS: readonly Question[] = [
  q(
    'PROC-1',
    'proc',
    1,
    'How many predictions a second at the peak, and for how long?',
    'Decides between one process, replicas with autoscaling, and batches; every other number follows from it.',
    /\d[\d,.]*\s*k?\s*(?:req(?:uests?)?|predictions?|queries|calls)?\s*(?:\/\s*s|per second|a second|rps|qps|tps)/i,
  ),
  q(
    'PHY-1',
    'phy',
    1,
    'How much data may be lost when a node dies (RPO), and how long may it take to recover (RTO)?',
    'RPO = 0 needs synchronous replication, which costs latency on each write.',
    /\bRPO\b[^\n]{0,15}?\d|\bzero data loss\b/i,
  ),
  q(
    'LOG-1',
    'log',
    1,
    'What is an entity, and by which key is everything looked up?',
    'The key becomes the shard key; changing it later means moving all data.',
    /\b(?:entity|shard|primary|partition|lookup) key (?:is|=|:)|\bkeyed by \w+|\bkey:\s*\w+|\bby \w+_id\b|\b(?:customer|user|account|device|entity|merchant|session)_id\b/i,
  ),
  q(
    'LOG-2',
    'log',
    1,
    'How many entities and how many feature values are there now, and in two years?',
    'Decides whether to shard at all: below a terabyte partitions usually do.',
    /\d[\d,.]*\s*(?:k|m|bn|thousand|million|billion)?\s*(?:entities|rows|users|customers|devices|feature values|records|events)\b|\b\d[\d,.]*\s*(?:GB|TB|PB|terabytes?)\b/i,
  ),
  q(
    'PROC-2',
    'proc',
    1,
    'Which latency at which percentile does a caller need?',
    'p99 below 50 ms rules out a cold model, a remote feature join and a queue in between.',
    /\bp(?:50|9[059](?:\.9)?)\b[^\n]{0,15}?\d+\s*m?s|\d+\s*ms\b/i,
  ),
  q(
    'SCN-1',
    'scn',
    1,
    'What must still work when the primary database is gone?',
    'Decides whether reads may be stale, and whether writes queue or fail.',
    /\b(?:reads?|writes?|scoring|requests?) (?:continue|keep working|are served|fail|queue|are queued|stop|pause)|\bread[- ]only (?:mode|during)/i,
  ),
  q(
    'DEV-1',
    'dev',
    1,
    'Who retrains the model, on what trigger, and how often?',
    'A trigger by drift needs monitoring and a pipeline that exports on its own; a quarterly release needs neither.',
    /\bretrain\w*\s+(?:every|each|daily|weekly|nightly|monthly|when|on|at|by)\b|\b(?:daily|weekly|nightly|monthly|quarterly) (?:re)?training|\bPSI\s*[>≥]/i,
  ),
  q(
    'LOG-3',
    'log',
    1,
    'Must a training set be repeatable as of a past moment?',
    'Then history is append-only with event time, and nothing may be updated in place.',
    /\bas of\b|\bpoint[- ]in[- ]time\b|\bsnapshot(?:_time| time|s? (?:are|is|of))|\breproducib\w+|\brepeatable\b|\bappend[- ]only\b/i,
  ),
  q(
    'PROC-3',
    'proc',
    2,
    'How old may a cached score or feature be?',
    'Sets the expiry, and whether a cache is allowed at all.',
    /\b(?:ttl|expir\w+|cached? for|stale(?:ness)?|no older than|at most)\b[^\n]{0,25}?\d+\s*(?:ms|s|sec\w*|min\w*|h|hours?|days?)\b/i,
  ),
  q(
    'PROC-4',
    'proc',
    2,
    'What does the service do above its capacity: queue, refuse or degrade?',
    'Without an answer it queues without bound, and everybody times out.',
    /\b(?:429|503|shed\w*|refuse[sd]?|reject[sd]?|circuit breaker|back ?pressure|degrade[sd]?|queue depth|rate[- ]limit\w*)\b/i,
  ),
  q(
    'PHY-2',
    'phy',
    2,
    'How much memory and how many CPUs does one node have, and what else runs on it?',
    'The heap is at most 70 % of the limit; XGBoost needs its share outside.',
    /\b\d+\s*(?:Gi|GiB|GB)\b[^\n]{0,30}(?:memory|ram|per node|node|limit|container|pod)|(?:memory|ram|limit)[^\n]{0,20}\b\d+\s*(?:Gi|GiB|GB)\b|\b\d+\s*(?:v?CPUs?|cores)\b/i,
  ),
  q(
    'PHY-3',
    'phy',
    2,
    'Which availability is promised, and over which zones or regions?',
    'Two zones are a quorum problem, three are not.',
    /\b99(?:\.\d+)?\s?%|\b(?:two|three|2|3|multi)[- ]?(?:zones?|regions?|AZs?)\b/i,
  ),
  q(
    'SCN-2',
    'scn',
    2,
    'At which drift is the model replaced, measured how and on what?',
    'PSI above 0.25 is the mandate; on which features and window decides how often it fires.',
    /\bPSI\b[^\n]{0,15}?\d|\bdrift\b[^\n]{0,30}?\d/i,
  ),
  q(
    'SCN-3',
    'scn',
    2,
    'How is a new model swapped in while requests arrive, and how back out?',
    'Decides between rolling update, blue-green and reload in place; each needs another load test.',
    /\b(?:rolling update|blue[-/ ]green|canary|shadow|hot (?:swap|reload)|roll(?:ed)? ?back (?:to|by|within))\b/i,
  ),
  q(
    'LOG-4',
    'log',
    2,
    'Which queries filter on feature values, and with which operators?',
    'Containment wants GIN, one extracted key wants a B-tree on the expression, neighbours want pgvector.',
    /@>|->>|\bcontain(?:s|ment)\b[^\n]{0,30}quer|\bnearest neighbou?rs?\b|\bfilters? (?:on|by) \w+|\bANN\b|\bcosine\b/i,
  ),
  q(
    'DEV-2',
    'dev',
    2,
    'Which contract do producer and consumer of features share, and who may change it?',
    'Two definitions drift apart silently.',
    /\bpydantic\b|\bshared (?:contract|schema|model|library)\b|\blib\/shared\b|\bprotobuf\b|\bjson schema\b|\bavro\b/i,
  ),
  q(
    'PHY-4',
    'phy',
    2,
    'Who may reach the databases, from which networks?',
    'A published port is reached by everybody who reaches the host.',
    /\b(?:private|internal) (?:network|subnet|only)|\bvpc\b|\bnetwork polic(?:y|ies)\b|\bClusterIP\b|\bvpn\b/i,
  ),
  q(
    'LOG-5',
    'log',
    3,
    'How long is history kept, and how is one person erased from it?',
    'Decides about partitions by time, and about which rows may be deleted.',
    /\b(?:retention|kept|keep|retain\w*|delet\w+|drop\w*)\b[^\n]{0,30}?\d+\s*(?:days?|weeks?|months?|years?)|\bgdpr\b|\berasure\b/i,
  ),
  q(
    'DEV-3',
    'dev',
    3,
    'Which H2O version is pinned, and who raises it?',
    'Pin, model and JAR must agree.',
    /\bh2o\s*={2,3}\s*\d|\bh2o(?:-3)?\s+\d+\.\d+/i,
  ),
  q(
    'DEV-4',
    'dev',
    3,
    'Which database do the integration tests run on?',
    'SQLite proves nothing about JSONB.',
    /\btestcontainers?\b|\b(?:real|ephemeral) postgres\w*\b/i,
  ),
  q(
    'PROC-5',
    'proc',
    3,
    'Which reads may come from a replica, and which need the primary?',
    'A read of one’s own write from a replica is wrong for as long as it lags.',
    /\b(?:reads?|read path)\b[^\n]{0,30}\b(?:from|on|via|through) (?:a |the )?(?:replicas?|primary|standby)\b|\breplication lag\b[^\n]{0,20}\d/i,
  ),
  q(
    'SCN-4',
    'scn',
    3,
    'What is measured in the load test, on which data, and where is the result kept?',
    'A percentile without its load and data says nothing.',
    /\b(?:k6|locust|gatling|jmeter|vegeta|oha|wrk)\b/i,
  ),
];
