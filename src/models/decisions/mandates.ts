import type { DebateId } from './debates.js';

/** What a decision of the seeds forbids, as a synthesis would word it. */
export interface Mandate {
  readonly debate: DebateId;
  /** The seed's number. */
  readonly decision: string;
  /** Words that settle on the forbidden way, unless negated. */
  readonly forbidden: RegExp;
  /** The argument must speak of this at all: a plain old Java object is no model artifact. */
  readonly about: RegExp;
  readonly instead: string;
}

const USE = String.raw`(?:use|uses|using|ship|ships|export|exports|keep|keeps|choose|chose|go with|stay with|stick with|pick|adopt|prefer|retain|deploy|serve|settle on|standardi[sz]e on|download|generate|produce|deliver|publish|embed|compile|generat\w+)`;

const STORE = String.raw`(?:(?:an?|the|our|one)\s)?(?:mongo(?:db)?|couchdb|dynamodb|firestore|documentdb|(?:pure(?:ly)?\s)?document[- ](?:store|database|db))\b`;
/** What a feature store holds. A document database for sessions is nobody's business. */
const STORED = String.raw`(?:(?:the|all|both|our|their)\s)?(?:features?|everything|entit(?:y|ies)|rows|values|vectors|documents|data|it|them)`;
/** The ways to settle on a document store; naming one among others ("such as Datomic, MongoDB") is none. */
const IN_DOCUMENTS = [
  String.raw`\b(?:${USE}|move to|migrate to)\s${STORE}(?!\s(?:for|as)\s(?!${STORED}\b|(?:the|our|an?)\sfeature))`,
  String.raw`\b(?:mov\w+|migrat\w+|go(?:es)?|stor(?:e|es|ed|ing)|puts?|ke(?:ep|eps|pt)|persist\w*|sav(?:e|es|ed|ing)|writ\w+|liv(?:e|es|ing))\s(?:(?:${STORED}|and)\s){0,4}(?:over\s)?(?:in|into|to|on)\s${STORE}`,
  String.raw`\bfeatures?\s(?:\S+\s){0,6}?(?:in|into|to|on|as|with)\s${STORE}`,
  String.raw`^\W*(?:chosen option:?\W*)?${STORE}(?=\W*$|["”*]*,?\s(?:because|for\s${STORED}|as\s(?:the|our)\sfeature))`,
  String.raw`\b${STORE}\s(?:is|becomes|as)\s(?:the|our)\s(?:feature store|store|choice|source of truth)\b`,
].join('|');

export const MANDATES: readonly Mandate[] = [
  {
    debate: 'artifact',
    decision: 'Decision 1',
    forbidden: new RegExp(
      String.raw`\b${USE}\s(?:\S+\s){0,6}?(?:h2o[- ])?pojos?\b|\bdownload_pojo\b|^\W*(?:chosen option:?\s*)?(?:the )?pojos?\b(?!\s*(?:(?:vs|versus|or|and)\b|/)|,\s*mojo)|\bpojos? (?:is|are|as) (?:the |our )?(?:artifact|choice|format|model|it)\b`,
      'i',
    ),
    about: /\b(?:h2o|mojo|genmodel|model|scor\w+|artifacts?|predict\w*|ensembles?)\b/i,
    instead: 'MOJO archives with their genmodel JAR',
  },
  {
    debate: 'schema',
    decision: 'Decision 2',
    forbidden: new RegExp(
      String.raw`\b(?:pure(?:ly)?|only|fully|entirely|strictly|plain|all|completely)[- ]relational\b|\brelational (?:tables?|schema|columns?|model)? ?(?:only|alone|for (?:everything|all features|features|every feature))\b|\b(?:one|a|its own|separate|a dedicated) columns? (?:per|for each|for every) feature\b|\b(?:every|each) feature (?:gets|has|is|becomes) (?:its own|one|a|a separate) column\b|${IN_DOCUMENTS}|\b(?:all|everything|whole rows?|entities too) (?:in|as|into) (?:one |a single |a )?jsonb? (?:document|blob|column)\b`,
      'i',
    ),
    // "New features" stand in any description.
    about:
      /\bfeature[-_ ]?(?:stores?|values?|vectors?|tables?|sets?|rows?|columns?|engineering|documents?)\b|^(?=[^]*\bfeatures?\b)[^]*\b(?:jsonb|train(?:s|ed|ing)?|scor(?:e|es|ing)|predict\w*|inference|entit(?:y|ies)|ml)\b/i,
    instead: 'a hybrid schema: relational tables for entities, JSONB for features',
  },
  {
    debate: 'concurrency',
    decision: 'Decision 3',
    forbidden:
      /\b(?:predict\w*|inference|scor(?:e|es|ing)|model\.predict\w*(?:\(\))?|it|call|calls|runs?|running|stays?)\b[^.;]{0,60}\b(?:on|in|inside|within|directly in|straight in) (?:the |an |our |every )?(?:(?:main )?event[- ]loop|async (?:route|handler|endpoint|function|def)\w*|coroutines?)\b|\bpure async(?:io)?\b|\b(?:call|calls|keep|keeps|use|await) (?:\S+ ){0,3}?model\.predict\w*(?:\(\))? (?:directly|inline|straight)\b|\bpredict\w* (?:directly|inline) in the (?:route|handler|endpoint)\b/i,
    about: /\b(?:predict\w*|inference|scor(?:e|es|ing)|model|h2o|mojo)\b/i,
    instead: 'predictions offloaded through run_in_executor()',
  },
  {
    debate: 'consistency',
    decision: 'Decision 4',
    forbidden:
      /\b(?:train\w*|retrain\w*|fit(?:s|ting)?|jobs?|reads?)\b[^.;]{0,50}\b(?:on|from|against|with|reads?|using|use) (?:the |our |always )?(?:live|latest|current|freshest|newest|up-to-date|real-time) (?:data|rows?|tables?|features?|values?|feature store|production data)\b|\b(?:live|latest|freshest) (?:data|rows|features) (?:for|in|during) (?:re)?training\b/i,
    about: /\btrain\w*|\bretrain\w*|\bfit\b/i,
    instead: 'a training set frozen by created_at <= snapshot_time',
  },
];
