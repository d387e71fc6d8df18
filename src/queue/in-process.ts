import { keyOf, type Handler, type Job, type JobQueue, type QueueOptions } from './job.js';

interface Waiting {
  readonly job: Job;
  readonly attempt: number;
  /** Not before this time, ms since epoch. */
  readonly notBefore: number;
}

/** The queue of a single process: nothing to install. What a crash loses, the sweep at the next start finds again. */
export class InProcessQueue implements JobQueue {
  readonly #waiting = new Map<string, Waiting>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #options: Required<Omit<QueueOptions, 'onError' | 'name'>> & Pick<QueueOptions, 'onError'>;
  #handler: Handler | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: QueueOptions = {}) {
    this.#options = { concurrency: 2, attempts: 5, backoffMs: 2000, ...options };
  }

  async add(job: Job): Promise<void> {
    // What still runs may add: like all that waits, it is found again at the next start.
    if (this.#closed && this.#running.size === 0) throw new Error('the queue is closed');
    // A newer wish replaces one that waits, also one that waits to be tried again.
    this.#waiting.set(keyOf(job), { job, attempt: 1, notBefore: 0 });
    this.#work();
  }

  start(handler: Handler): void {
    this.#handler = handler;
    this.#work();
  }

  async counts() {
    return { running: this.#running.size, waiting: this.#waiting.size };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await Promise.allSettled(this.#running.values());
  }

  #work(): void {
    const handler = this.#handler;
    if (!handler || this.#closed) return;
    clearTimeout(this.#timer);
    const now = Date.now();
    let next = Infinity;
    for (const [key, waiting] of this.#waiting) {
      if (this.#running.size >= this.#options.concurrency) return;
      if (this.#running.has(key)) continue;
      if (waiting.notBefore > now) {
        next = Math.min(next, waiting.notBefore);
        continue;
      }
      this.#waiting.delete(key);
      const done = this.#run(key, waiting, handler).finally(() => {
        this.#running.delete(key);
        this.#work();
      });
      this.#running.set(key, done);
    }
    if (next < Infinity) this.#timer = setTimeout(() => this.#work(), Math.min(next - now + 1, 2 ** 30));
  }

  async #run(key: string, { job, attempt }: Waiting, handler: Handler): Promise<void> {
    const { attempts, backoffMs, onError } = this.#options;
    const last = attempt >= attempts;
    try {
      await handler(job, { number: attempt, last });
    } catch (error) {
      onError?.(job, error, { number: attempt, last });
      if (last || this.#waiting.has(key)) return;
      this.#waiting.set(key, { job, attempt: attempt + 1, notBefore: Date.now() + backoffMs * 4 ** (attempt - 1) });
    }
  }
}
