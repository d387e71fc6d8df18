import type { Octokit } from '@octokit/rest';
import { ProbotOctokit } from 'probot';

/** What the adapter needs of a client: an App's installation, a workflow's token, either does. */
export type GitHubClient = Pick<Octokit, 'rest' | 'graphql' | 'paginate' | 'request' | 'hook'>;

export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

export interface ClientOptions {
  /** GitHub's limits on writes: one a second. Off only against a stand-in. */
  readonly throttle?: boolean;
  readonly maxRateLimitRetries?: number;
}

/**
 * The client class that Probot makes its clients from. Writes are never repeated blindly: a 502 may come after the
 * write was done, so what is missing is found by looking. Being rate limited is waited for, a few times.
 */
export function clientClass({ throttle = true, maxRateLimitRetries = 4 }: ClientOptions = {}): typeof ProbotOctokit {
  const again = (after: number, options: { request?: { retryCount?: number } }): boolean =>
    after < 900 && (options.request?.retryCount ?? 0) < maxRateLimitRetries;
  const Base = ProbotOctokit.plugin(neverRepeatWrites);
  // The function form: Probot sets a handler of its own that gives up at once, and only this form comes after it.
  return Base.defaults((options: { throttle?: object }) => ({
    ...options,
    throttle: throttle
      ? { ...options.throttle, enabled: true, onRateLimit: again, onSecondaryRateLimit: again }
      : { enabled: false },
  }));
}

/** GraphQL here only asks, so it may be repeated like a GET. */
function neverRepeatWrites(octokit: { hook: Octokit['hook'] }): void {
  octokit.hook.before('request', (options) => {
    const reads = options.method === 'GET' || options.method === 'HEAD' || options.url.endsWith('/graphql');
    if (!reads) options.request = { ...options.request, retries: 0 };
  });
}

/** Counts what is asked, for the log: a review's cost is part of its record. */
export function countRequests(client: GitHubClient): () => number {
  let count = 0;
  client.hook.before('request', () => {
    count += 1;
  });
  return () => count;
}

/** The status of a failed request, if it is one. */
export const statusOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
    ? error.status
    : undefined;

/** GitHub's own sentence about what it refused, one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0]?.slice(0, 300) ?? '';
}

/** Too many requests: nobody's fault, and over after a while. */
export const isRateLimit = (error: unknown): boolean =>
  statusOf(error) === 429 || (statusOf(error) === 403 && /rate limit|abuse/i.test(messageOf(error)));

/**
 * GitHub did not get to answer: rate limits, its own errors, a network that broke off, a question that it gave up. Another
 * try may bring the answer, so nothing may be concluded from such a read.
 */
export const isPassing = (error: unknown): boolean =>
  isRateLimit(error) ||
  (statusOf(error) ?? 0) >= 500 ||
  (error instanceof Error && error.name === 'GraphqlResponseError');
