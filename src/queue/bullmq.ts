import { Queue, UnrecoverableError, Worker, type Job as StoredJob } from 'bullmq';
import { Redis } from 'ioredis';
import { keyOf, type Handler, type Job, type JobQueue, type QueueOptions } from './job.js';

const DAY_S = 86_400;

/** The queue that several processes share, on Redis. Jobs survive a restart, and a worker's death. */
export class BullQueue implements JobQueue {
  readonly #connection: Redis;
  readonly #queue: Queue<Job>;
  readonly #options: Required<Omit<QueueOptions, 'onError'>> & Pick<QueueOptions, 'onError'>;
  #worker: Worker<Job> | undefined;

  constructor(url: string, options: QueueOptions = {}) {
    this.#options = { name: 'dialectic', concurrency: 2, attempts: 5, backoffMs: 2000, ...options };
    this.#connection = new Redis(url, { maxRetriesPerRequest: null });
    this.#connection.on('error', () => undefined);
    this.#queue = new Queue(this.#options.name, { connection: this.#connection });
    this.#queue.on('error', () => undefined);
  }

  async add(job: Job): Promise<void> {
    const { attempts, backoffMs } = this.#options;
    await this.#queue.add(job.kind, job, {
      // While one of the key runs, the last addition waits behind it; while one waits, it stands for all.
      deduplication: { id: keyOf(job), keepLastIfActive: true },
      attempts,
      backoff: { type: 'fourfold', delay: backoffMs },
      removeOnComplete: true,
      removeOnFail: { age: 7 * DAY_S, count: 1000 },
    });
  }

  start(handler: Handler): void {
    const { concurrency, attempts, onError } = this.#options;
    const process = async (stored: StoredJob<Job>): Promise<void> => {
      const attempt = { number: stored.attemptsMade + 1, last: stored.attemptsMade + 1 >= attempts };
      try {
        await handler(stored.data, attempt);
      } catch (error) {
        onError?.(stored.data, error, attempt);
        throw attempt.last ? new UnrecoverableError(String(error)) : error;
      }
    };
    this.#worker = new Worker<Job>(this.#options.name, process, {
      connection: this.#connection,
      concurrency,
      // The default gives a job up for good when its worker died twice.
      maxStalledCount: 5,
      settings: { backoffStrategy: (made) => this.#options.backoffMs * 4 ** (made - 1) },
    });
    this.#worker.on('error', () => undefined);
  }

  async counts() {
    const {
      active = 0,
      waiting = 0,
      delayed = 0,
      prioritized = 0,
    } = await this.#queue.getJobCounts('active', 'waiting', 'delayed', 'prioritized');
    return { running: active, waiting: waiting + delayed + prioritized };
  }

  async close(): Promise<void> {
    await this.#worker?.close();
    await this.#queue.close();
    this.#connection.disconnect();
  }

  /** Removes every job: for tests. */
  async obliterate(): Promise<void> {
    await this.#queue.obliterate({ force: true });
  }
}
