/** The debates that the seeds settle once for all: decisions 1 to 4 of the planner, and the orchestrator's memory split. */
export type DebateId = 'artifact' | 'concurrency' | 'consistency' | 'memory' | 'schema';

export interface Debate {
  readonly id: DebateId;
  readonly title: string;
  /** The seed's number or task. */
  readonly task: string;
  readonly thesis: string;
  readonly antithesis: string;
  /** The mandated synthesis. */
  readonly synthesis: string;
  /** Words by which a text shows that it speaks of this debate. */
  readonly words: RegExp;
  /** Page under docs/reference. */
  readonly reference: string;
}

export const DEBATES: readonly Debate[] = [
  {
    id: 'artifact',
    title: 'Artifact strategy (POJO or MOJO)',
    task: 'Decision 1',
    thesis: 'a POJO is one plain Java class',
    antithesis: 'it exceeds the JVM method size for ensembles, and a version mismatch breaks it at compile time',
    synthesis: 'MOJO: a binary archive that loads faster and covers all algorithms, exported with its genmodel JAR',
    words: /\b(?:mojo|pojo|genmodel|model artifacts?|artifacts?|h2o[- ]version|model export|onnx|pickle|model file)\b/i,
    reference: 'mojo_vs_pojo',
  },
  {
    id: 'concurrency',
    title: 'Concurrency (async I/O or CPU-bound inference)',
    task: 'Decision 3',
    thesis: 'predict inside the async route',
    antithesis: 'it holds the event loop and the GIL, and every other request waits',
    synthesis: 'offload predictions to a bounded thread pool through run_in_executor()',
    words:
      /\b(?:event[- ]?loop|run_in_executor|to_thread|thread[- ]?pool\w*|executor|async\w*|await|gil|blocking|non-blocking|concurren\w*|coroutines?|workers?|offload\w*|latency|throughput)\b/i,
    reference: 'async_concurrency',
  },
  {
    id: 'consistency',
    title: 'Consistency (live data or snapshot isolation)',
    task: 'Decision 4',
    thesis: 'train on live data, it is always fresh',
    antithesis: 'rows shift during training, and no run can be repeated',
    synthesis: 'freeze the training set through created_at <= snapshot_time',
    words:
      /\b(?:snapshot\w*|point[- ]in[- ]time|as[- ]of|repeatable|reproducib\w*|freshness|live data|stale\w*|isolation|frozen|freez\w*|cut-?off|event[_ ]time|time[- ]travel|training (?:data|set|read|window))\b/i,
    reference: 'dialectical_synthesis',
  },
  {
    id: 'memory',
    title: 'Memory (JVM heap or native buffers)',
    task: 'LEAD-PHY-01-01',
    thesis: 'give the JVM as much heap as the container has',
    antithesis: 'XGBoost, threads and buffers live outside the heap, and the kernel kills the container',
    synthesis: 'heap of 60 to 70 % of the container limit, the rest for native memory',
    words: /\b(?:heap|xmx|native|oom\w*|memory|mem_limit|maxram\w*|off-heap|container limit|java_(?:tool_)?opt\w*)\b/i,
    reference: 'jvm_memory',
  },
  {
    id: 'schema',
    title: 'Schema (relational or JSONB hybrid)',
    task: 'Decision 2',
    thesis: 'relational tables for everything: ACID and efficient storage',
    antithesis: 'every new feature needs ALTER TABLE, which holds up ML iteration',
    synthesis: 'hybrid: relational tables for entities, JSONB with a GIN index for features',
    words:
      /\b(?:schema|jsonb|relational|columns?|tables?|migrations?|gin|index(?:es)?|hybrid|document store|ddl|alembic|primary key|foreign key|partition\w*)\b/i,
    reference: 'jsonb_indexing',
  },
];

const BY_ID = new Map(DEBATES.map((debate) => [debate.id, debate]));

/** @throws Error for an id that is none: the type forbids it */
export function debateOf(id: DebateId): Debate {
  const debate = BY_ID.get(id);
  if (!debate) throw new Error(`no debate ${id}`);
  return debate;
}
