import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Handler, JobQueue } from '../queue/job.js';

/** Figures for Prometheus at /metrics. */
export class Metrics {
  readonly registry = new Registry();
  readonly #jobs = new Counter({
    name: 'dialectic_jobs_total',
    help: 'Attempts at jobs, by kind and outcome.',
    labelNames: ['kind', 'outcome'] as const,
    registers: [this.registry],
  });
  readonly #seconds = new Histogram({
    name: 'dialectic_job_seconds',
    help: 'Duration of attempts at jobs.',
    labelNames: ['kind'] as const,
    buckets: [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120],
    registers: [this.registry],
  });

  constructor(queue: JobQueue) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'dialectic_queue_jobs',
      help: 'Jobs in the queue, by state.',
      labelNames: ['state'] as const,
      registers: [this.registry],
      async collect() {
        const { running, waiting } = await queue.counts();
        this.set({ state: 'running' }, running);
        this.set({ state: 'waiting' }, waiting);
      },
    });
  }

  /** The handler, measured. */
  measuring(handler: Handler): Handler {
    return async (job, attempt) => {
      const end = this.#seconds.startTimer({ kind: job.kind });
      try {
        await handler(job, attempt);
        this.#jobs.inc({ kind: job.kind, outcome: 'done' });
      } catch (error) {
        this.#jobs.inc({ kind: job.kind, outcome: 'failed' });
        throw error;
      } finally {
        end();
      }
    };
  }
}
