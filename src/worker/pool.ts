import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { ConfigurationFile } from '../config/schema.js';
import { Unreadable } from '../core/errors.js';
import type { AskPackageIndex, PackageAnswers, PackageQuestion } from '../core/package-index.js';
import type { Review } from '../core/review.js';
import type { Snapshot, View } from '../core/types.js';
import type { Render } from '../core/rendering.js';
import type { Verify } from '../core/verification.js';
import type { Waiver } from '../reviewers/excuses.js';
import type { Progress } from '../reviewers/review-run.js';
import type { Limits } from '../reviewers/workspace.js';
import type { Answer, Listing, Request, ReviewTask } from './protocol.js';

export interface PoolOptions {
  /** Reviews at a time. */
  readonly threads?: number;
  /** A review that takes longer is given up. */
  readonly deadlineMs?: number;
  /**
   * Resident memory that the process may gain over what it held when the pool was made; above it running reviews are given
   * up: V8's own limits bound neither wasm nor buffers. What was there before is not the reviews' doing.
   */
  readonly maxGrowthBytes?: number;
  /** Threads that each review may start to parse in. By default the cores that are left when all reviews run at once. */
  readonly parserThreads?: number;
  /** The compiled entry of the thread. */
  readonly threadFile?: URL;
  /** Answers `logical.verify`; without it such a question stays open. */
  readonly verify?: Verify;
  /** Renders charts where `physical.helm` says so; without it they are not evaluated. */
  readonly render?: Render;
  /** Answers `development.packageIndex`; without it such a question stays open. */
  readonly packageIndex?: AskPackageIndex;
}

export interface ReviewRequest {
  readonly head: Snapshot;
  readonly base?: Snapshot;
  readonly configuration: ConfigurationFile;
  readonly waivers?: readonly Waiver[];
  readonly views?: readonly View[];
  readonly previous?: Review;
  readonly limits?: Limits;
  readonly today: string;
  readonly progress?: Progress;
  /** Gives the review up from outside, for example because a newer head arrived. */
  readonly signal?: AbortSignal;
}

/** A review that was ended by a bound: nothing is known, and the reason is said. */
export class ReviewAborted extends Error {
  constructor(
    readonly why: string,
    /** The caller gave it up: there is something newer to review. */
    readonly superseded = false,
  ) {
    super(why);
    this.name = 'ReviewAborted';
  }
}

const WATCH_EVERY_MS = 250;

/** More parse faster than one thread can take over. */
const MOST_PARSERS = 3;

/** Cores that each of so many reviews may use besides its own. */
export const spareCores = (reviews: number): number =>
  Math.max(0, Math.min(MOST_PARSERS, Math.floor(availableParallelism() / reviews) - 1));

/** Runs reviews in worker threads, each with a deadline and a bound on memory. Content is read by the main thread, so no token crosses over. */
export class ReviewPool {
  readonly #pool: Piscina<ReviewTask, Review>;
  readonly #deadlineMs: number;
  readonly #maxResidentBytes: number;
  readonly #offers: Offers;
  readonly #parserThreads: number;

  constructor(options: PoolOptions = {}) {
    this.#deadlineMs = options.deadlineMs ?? 120_000;
    this.#maxResidentBytes = process.memoryUsage.rss() + (options.maxGrowthBytes ?? 2.5e9);
    this.#offers = { verify: options.verify, render: options.render, packageIndex: options.packageIndex };
    this.#parserThreads = options.parserThreads ?? spareCores(options.threads ?? 1);
    this.#pool = new Piscina({
      filename: (options.threadFile ?? new URL('./entry.cjs', import.meta.url)).href,
      minThreads: 0,
      maxThreads: options.threads ?? 1,
      idleTimeout: 600_000,
    });
  }

  /**
   * @throws ReviewAborted when the deadline, the memory bound or the caller's signal ended it
   * @throws whatever else than Unreadable a snapshot's read throws: then nothing is known about the file
   */
  async review(request: ReviewRequest): Promise<Review> {
    const { port1, port2 } = new MessageChannel();
    const ended = new AbortController();
    const giveUp = (why: string): void => ended.abort(new ReviewAborted(why));
    const deadline = setTimeout(
      () => giveUp(`the review took longer than ${this.#deadlineMs / 1000} s`),
      this.#deadlineMs,
    );
    const watch = setInterval(() => {
      const resident = process.memoryUsage.rss();
      if (resident > this.#maxResidentBytes)
        giveUp(`the review needed too much memory (${Math.round(resident / 1e6)} MB resident)`);
    }, WATCH_EVERY_MS);
    const cancel = (): void => ended.abort(new ReviewAborted('superseded', true));
    if (request.signal?.aborted) cancel();
    request.signal?.addEventListener('abort', cancel, { once: true });
    serve(port1, request, this.#offers, (error) => ended.abort(error));
    try {
      return await this.#pool.run(taskOf(request, this.#parserThreads, port2), {
        transferList: [port2],
        signal: ended.signal,
      });
    } catch (error) {
      if (ended.signal.aborted) throw ended.signal.reason;
      if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
        throw new ReviewAborted('the review needed more memory than its thread may have');
      throw error;
    } finally {
      clearTimeout(deadline);
      clearInterval(watch);
      request.signal?.removeEventListener('abort', cancel);
      port1.close();
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

const listing = ({ headSha, files, gaps, changes, pull }: Snapshot): Listing => ({
  headSha,
  files,
  ...(gaps ? { gaps } : {}),
  changes,
  ...(pull ? { pull } : {}),
});

const taskOf = (request: ReviewRequest, parserThreads: number, port: MessagePort): ReviewTask => ({
  head: listing(request.head),
  base: request.base && listing(request.base),
  configuration: request.configuration,
  waivers: request.waivers ?? [],
  views: request.views,
  previous: request.previous,
  limits: request.limits,
  today: request.today,
  parserThreads,
  port,
});

const NOT_OFFERED = { kind: 'failed', reason: 'this installation offers no PostgreSQL to verify with' } as const;

const NO_HELM = { kind: 'failed', reason: 'this installation renders no charts' } as const;

/** What only the main thread can do: start other programs, reach the network. */
interface Offers {
  readonly verify: Verify | undefined;
  readonly render: Render | undefined;
  readonly packageIndex: AskPackageIndex | undefined;
}

const unasked = ({ names }: PackageQuestion): PackageAnswers =>
  Object.fromEntries(
    names.map((name) => [name, { kind: 'failed', reason: 'this installation asks no package index' } as const]),
  );

/**
 * Answers the thread's questions from the snapshots and what is offered.
 *
 * @param failed told of an error that is no answer: a file that was not read because the network broke off is not unreadable
 */
function serve(
  port: MessagePort,
  { head, base, progress }: ReviewRequest,
  offers: Offers,
  failed: (error: unknown) => void,
): void {
  const answer = (message: Answer): void => port.postMessage(message);
  port.on('message', (request: Request) => {
    if (request.kind === 'progress') return progress?.(request.done, request.total, request.check);
    if (request.kind === 'verify') {
      const offered = offers.verify?.(request.request) ?? Promise.resolve(NOT_OFFERED);
      void offered.then((verification) => answer({ id: request.id, verification }), failed);
      return;
    }
    if (request.kind === 'render') {
      const offered = offers.render?.(request.request) ?? Promise.resolve(NO_HELM);
      void offered.then((rendering) => answer({ id: request.id, rendering }), failed);
      return;
    }
    if (request.kind === 'packages') {
      const offered = offers.packageIndex?.(request.question) ?? Promise.resolve(unasked(request.question));
      void offered.then((packages) => answer({ id: request.id, packages }), failed);
      return;
    }
    const side = request.side === 'head' ? head : base;
    if (request.kind === 'prefetch') {
      void Promise.resolve(side?.prefetch?.(request.paths)).then(
        () => answer({ id: request.id }),
        () => answer({ id: request.id }),
      );
      return;
    }
    void Promise.resolve(side?.read(request.path)).then(
      (bytes) => answer(bytes ? { id: request.id, bytes } : { id: request.id, unreadable: 'no such snapshot' }),
      (error: unknown) =>
        error instanceof Unreadable ? answer({ id: request.id, unreadable: error.why }) : failed(error),
    );
  });
}
