/** A repository as an installation of the app sees it. Nothing in here goes stale: heads are read when work starts. */
export interface Place {
  readonly installationId: number;
  readonly owner: string;
  readonly repo: string;
}

/** A slash command as it was written; whether its author may use it is looked up when it runs. */
export interface CommandComment {
  readonly id: number;
  readonly body: string;
  readonly author: string;
}

export type Job =
  /** Review a pull request at whatever its head is then. */
  | ({ readonly kind: 'review'; readonly number: number } & Place)
  /**
   * Review every open pull request whose head is this commit. again: somebody asked for it, so the result is written
   * even if it is the same. missing: only where no check of ours was begun.
   */
  | ({ readonly kind: 'commit'; readonly sha: string; readonly why: 'again' | 'missing' } & Place)
  /** A workflow run on this commit ended, and may have uploaded evidence. */
  | ({
      readonly kind: 'evidence';
      readonly sha: string;
      readonly run: { readonly id: number; readonly updatedAt: string };
    } & Place)
  | ({
      readonly kind: 'merge-group';
      readonly headSha: string;
      readonly baseSha: string;
      readonly headRef: string;
    } & Place)
  /** The base branch's configuration changed. */
  | ({ readonly kind: 'branch'; readonly branch: string } & Place)
  | ({
      readonly kind: 'command';
      readonly number: number;
      /** An issue that is no pull request. */
      readonly issue: boolean;
      readonly comment: CommandComment;
    } & Place)
  /** The words of an issue or a pull request may ask for the planner: offer it, where that is wanted. */
  | ({ readonly kind: 'offer'; readonly number: number; readonly issue: boolean } & Place)
  /** A button of a check run. */
  | ({ readonly kind: 'action'; readonly action: string; readonly sha: string; readonly user: string } & Place)
  /** Look for what was missed. */
  | { readonly kind: 'sweep' };

/** Jobs of one key never run at the same time, and at most one waits. */
export function keyOf(job: Job): string {
  if (job.kind === 'sweep') return 'sweep';
  const place = `${job.installationId}/${job.owner}/${job.repo}`.toLowerCase();
  switch (job.kind) {
    case 'review':
      return `review:${place}#${job.number}`;
    case 'commit':
      return `commit:${place}@${job.sha}:${job.why}`;
    case 'evidence':
      return `evidence:${place}@${job.sha}:${job.run.id}`;
    case 'merge-group':
      return `merge-group:${place}@${job.headSha}`;
    case 'branch':
      return `branch:${place}:${job.branch}`;
    case 'command':
      return `command:${place}!${job.comment.id}`;
    case 'offer':
      return `offer:${place}#${job.number}`;
    case 'action':
      return `action:${place}@${job.sha}:${job.action}`;
  }
}

export interface Attempt {
  /** 1 for the first. */
  readonly number: number;
  /** No further attempt follows: what fails now must be said. */
  readonly last: boolean;
}

/** Throws to be called again later. */
export type Handler = (job: Job, attempt: Attempt) => Promise<void>;

export interface QueueOptions {
  /** What processes that share the work call it; another name in the same Redis is another queue. */
  readonly name?: string;
  /** Jobs at a time. */
  readonly concurrency?: number;
  readonly attempts?: number;
  /** Wait before the second attempt; it grows fourfold. */
  readonly backoffMs?: number;
  /** Told of every attempt that failed. */
  readonly onError?: (job: Job, error: unknown, attempt: Attempt) => void;
}

/**
 * At most one running job a key and at most one behind it. A job holds no state of the world, so which of several
 * equal ones waits makes no difference: the newest head wins because it is read at the start.
 */
export interface JobQueue {
  add(job: Job): Promise<void>;
  /** Begins to work. A queue that is never started only takes jobs, for others to do. */
  start(handler: Handler): void;
  counts(): Promise<{ readonly running: number; readonly waiting: number }>;
  /** Takes no more work; resolves when what runs is done. */
  close(): Promise<void>;
}
