import type { Review } from '../core/review.js';
import { countRequests, type GitHubClient, type Repository } from '../github/client.js';
import { mayWrite, permissionOf } from '../github/permissions.js';
import { readSituation, type Situation } from '../github/situation.js';
import { readIssue, topicOf, type Topic } from '../github/topic.js';
import type { Caches } from '../github/snapshot.js';
import { isAbsent } from '../github/whereabouts.js';
import type { JobQueue, Place } from '../queue/job.js';
import type { ReviewRequest } from '../worker/pool.js';
import type { Underway } from './underway.js';

/** The part of pino that is used. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

/** Everything that jobs need from the outside. Tests give their own. */
export interface Services {
  readonly appId: number;
  /** A client for one installation, with that installation's own budget. */
  readonly clientFor: (installationId: number) => Promise<GitHubClient>;
  /** A client for the App itself: installations and deliveries. */
  readonly appClient: () => Promise<GitHubClient>;
  readonly review: (request: ReviewRequest) => Promise<Review>;
  readonly caches: Caches;
  readonly queue: JobQueue;
  readonly underway: Underway;
  readonly log: Log;
  /** Where people see repositories: https://github.com, or an Enterprise Server. */
  readonly webUrl: string;
  readonly now: () => Date;
  /** Waits between looks for a pull request that GitHub does not show yet, ms. */
  readonly patienceMs?: readonly number[];
}

/** What a job is about is not there, or not any more. */
export class Gone extends Error {
  constructor(what: string) {
    super(`nothing to do: ${what} is not there`);
    this.name = 'Gone';
  }
}

/** One job's view of one repository. */
export class Session {
  readonly repository: Repository;
  readonly requests: () => number;
  readonly #permissions = new Map<string, Promise<boolean>>();

  private constructor(
    readonly services: Services,
    readonly place: Place,
    readonly client: GitHubClient,
    readonly log: Log,
  ) {
    this.repository = { owner: place.owner, repo: place.repo };
    this.requests = countRequests(client);
  }

  static async open(services: Services, place: Place, log: Log): Promise<Session> {
    // Only the place: a job is given here, and its other parts must not travel into the next one.
    const { installationId, owner, repo } = place;
    return new Session(services, { installationId, owner, repo }, await services.clientFor(place.installationId), log);
  }

  /** A pull request can be invisible for a moment right after it was opened. */
  situation(number: number): Promise<Situation | undefined> {
    return this.#patiently(() => readSituation(this.client, this.repository, number, this.services.appId));
  }

  /** The same for what is discussed; `situation` is left out on a plain issue. */
  async topic(
    number: number,
    issue: boolean,
  ): Promise<{ readonly topic: Topic; readonly situation?: Situation } | undefined> {
    if (issue) {
      const topic = await this.#patiently(() => readIssue(this.client, this.repository, number));
      return topic && { topic };
    }
    const situation = await this.situation(number);
    return situation && { topic: topicOf(situation), situation };
  }

  async #patiently<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
    for (const wait of this.services.patienceMs ?? [500, 1500, 3000]) {
      const found = await orAbsent(look);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    return orAbsent(look);
  }

  mayWrite = (login: string): Promise<boolean> => {
    const known = this.#permissions.get(login) ?? permissionOf(this.client, this.repository, login).then(mayWrite);
    this.#permissions.set(login, known);
    return known;
  };

  today(): string {
    return this.services.now().toISOString().slice(0, 10);
  }

  /** Where a person sees a line of a commit. */
  lineLink(sha: string): (path: string, line: number) => string {
    const { owner, repo } = this.repository;
    return (path, line) => {
      const encoded = path
        .split('/')
        .map(encodeURIComponent)
        .join('/')
        .replace(/[()]/g, (c) => (c === '(' ? '%28' : '%29'));
      return `${this.services.webUrl}/${owner}/${repo}/blob/${sha}/${encoded}#L${line}`;
    };
  }
}

async function orAbsent<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
