import { keyOf, type Job } from '../queue/job.js';

type ReviewJob = Extract<Job, { kind: 'review' }>;

/** Reviews that run in this process, so that what arrives for the same pull request can end them early. */
export class Underway {
  readonly #running = new Map<string, AbortController>();

  /** Runs one; `signal` is aborted when something newer arrives. */
  async during<T>(job: ReviewJob, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const key = keyOf(job);
    const controller = new AbortController();
    this.#running.set(key, controller);
    try {
      return await work(controller.signal);
    } finally {
      if (this.#running.get(key) === controller) this.#running.delete(key);
    }
  }

  /** The pull request moved on, or says something else now: a job that will see that waits already. */
  supersede(job: Job): void {
    if (job.kind === 'review') this.#running.get(keyOf(job))?.abort();
  }
}
