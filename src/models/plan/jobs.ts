import type { PlanView } from './views.js';

/** A job to be done, as the seeds state it: an outcome that can be measured. */
export interface Job {
  readonly id: string;
  readonly title: string;
  readonly intent: string;
  readonly superpower: 'Writing-Plans' | 'Scalability Planning' | 'Sequential-Thinking';
  readonly views: readonly PlanView[];
  /** Words by which a requirement shows that it belongs here. */
  readonly words: RegExp;
}

export const JOBS: readonly Job[] = [
  {
    id: 'JTBD-01',
    title: 'Decompose the Stack',
    intent: 'given Mage, H2O and Postgres, decompose them so that no requirement is overlooked',
    superpower: 'Writing-Plans',
    views: ['log', 'dev'],
    words:
      /\b(?:mage|pipelines?|etl|blocks?|h2o|mojo|pojo|artifacts?|model versions?|automl|train\w*|retrain\w*|contracts?|schema|migrations?|pydantic|monorepo|decompos\w*|integrat\w*|components?|modules?|interfaces?|ingest\w*|features? (?:engineering|definitions?|computation)|drift|lineage|audit\w*|access|authenti\w+|authori\w+|encrypt\w*|gdpr|erasure|retention|validat\w+|explain\w*)\b/i,
  },
  {
    id: 'JTBD-02',
    title: 'Scale Inference',
    intent: 'given more than 1,000 requests a second, scale horizontally at p99 below 50 ms',
    superpower: 'Scalability Planning',
    views: ['proc', 'phy'],
    words:
      /\b(?:inference|predict\w*|scor(?:e|es|ing)|latenc\w+|p9[059]|p99\.9|throughput|req(?:uests?)?(?:\s*\/\s*s|\s+(?:a|per) second)|rps|qps|tps|concurren\w*|autoscal\w*|hpa|endpoints?|apis?|cache\w*|caching|real[- ]time|response times?|online serving|serve|serving|load)\b/i,
  },
  {
    id: 'JTBD-03',
    title: 'Shard Feature Store',
    intent: 'given massive growth of data, shard so that no bottleneck arises',
    superpower: 'Sequential-Thinking',
    views: ['log', 'phy'],
    words:
      /\b(?:shard\w*|partition\w*|data growth|grow(?:s|th|ing)|volumes?|terabytes?|petabytes?|tb|pb|(?:billions?|millions?) (?:of )?(?:rows|entities|events|records|users|customers)|feature store|feature values|gin|jsonb|hash(?:ing)?|rebalanc\w*|hot ?spots?|index(?:es|ing)?|vectors?|pgvector)\b/i,
  },
  {
    id: 'JTBD-04',
    title: 'Ensure Persistence',
    intent: 'given the risk of node failure, replicate for RPO = 0',
    superpower: 'Scalability Planning',
    views: ['proc', 'phy'],
    words:
      /\b(?:rpo|rto|replicat\w*|replicas?|failover|fail(?:s|ure|ures)?|node loss|durab\w*|persist\w*|backups?|restor\w*|recover\w*|disaster|patroni|etcd|data loss|lose|lost|availab\w*|uptime|downtime|outages?|volumes? claims?|pvc|resilien\w*|survive\w*)\b/i,
  },
];

/** Ids of jobs in a text, as written: `JTBD-03`, also `JTBD 3` and `jtbd-3`, brought to one form. */
export function jobIdsIn(text: string): string[] {
  const ids = [...text.matchAll(/\bJTBD[-_ ]?(\d{1,3})\b/gi)].map(
    (match) => `JTBD-${(match[1] ?? '').padStart(2, '0')}`,
  );
  return [...new Set(ids)];
}
