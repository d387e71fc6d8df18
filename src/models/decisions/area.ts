import type { DebateId } from './debates.js';

export type AreaKind =
  'table' | 'column' | 'endpoint' | 'serving' | 'workload' | 'datastore' | 'heap' | 'artifact' | 'training' | 'offload';

/** A place where the diff decides something that people may disagree about. */
export interface Area {
  readonly kind: AreaKind;
  /** What is decided, ready for a sentence: `table feature_values`. */
  readonly what: string;
  readonly path: string;
  readonly line: number;
  /** The standing debate it belongs to. */
  readonly debate?: DebateId;
  /** Names by which a text may mention it, beside the words of its kind and debate. */
  readonly names: readonly string[];
}

/** Words that mention an area of a kind without naming it: what one says of such a thing in a description. */
export const KIND_WORDS: Readonly<Record<AreaKind, RegExp>> = {
  table: /\b(?:tables?|schema|jsonb|relational|feature store|migrations?|ddl)\b/i,
  column: /\b(?:columns?|tables?|schema|jsonb|migrations?|fields?|ddl)\b/i,
  endpoint: /\b(?:endpoints?|routes?|api)\b/i,
  serving: /\b(?:serv(?:e|es|ing)|predict\w*|scor(?:e|es|ing)|inference)\b/i,
  workload: /\b(?:workloads?|pods?|kubernetes|k8s|helm|manifests?)\b/i,
  datastore: /\b(?:databases?|data ?stores?)\b/i,
  heap: /\b(?:heap|xmx|memory|oom\w*|maxram\w*|jvm)\b/i,
  artifact: /\b(?:mojo|pojo|artifacts?|models?|genmodel)\b/i,
  training: /\b(?:train\w*|snapshot\w*|reproducib\w*|retrain\w*|labels?|fit)\b/i,
  offload: /\b(?:thread\w*|executor|offload\w*|event[- ]?loop|concurren\w*|async\w*|blocking|workers?)\b/i,
};
