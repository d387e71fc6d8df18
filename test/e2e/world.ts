import { afterAll, afterEach, beforeAll, beforeEach, expect, jest } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { startLocalGitHub, type Push, type World, type WorldOptions } from '../../demo/local-github/index.js';
import type { NewPull } from '../../demo/local-github/people.js';
import type { CheckRun, Pull, Repository, ReviewComment, User } from '../../demo/local-github/store.js';
import { errorFields, serve, WEBHOOK_PATH, type RunningServer, type ServeOptions } from '../../src/wiring/serve.js';

/** A GitHub, people on it, a repository, and the App running against it over real HTTP. */
export class Stage {
  readonly author: User;
  readonly maintainer: User;
  readonly stranger: User;
  repository!: Repository;
  /** The one that was started last. */
  server: RunningServer | undefined;
  readonly #servers: RunningServer[] = [];
  readonly logs: string[] = [];

  private constructor(
    readonly world: World,
    private readonly overrides: Partial<ServeOptions>,
  ) {
    const { github } = world;
    this.author = github.addUser('ana');
    this.maintainer = github.addUser('maria');
    this.stranger = github.addUser('sven');
  }

  static async open(options: WorldOptions = {}, overrides: Partial<ServeOptions> = {}): Promise<Stage> {
    const stage = new Stage(await startLocalGitHub(options), overrides);
    stage.repository = await stage.addRepository('platform');
    await stage.startApp();
    return stage;
  }

  async addRepository(name: string): Promise<Repository> {
    const repository = await this.world.github.addRepository(this.world.organization, name);
    repository.collaborators.set(this.author.login, 'write');
    repository.collaborators.set(this.maintainer.login, 'write');
    repository.collaborators.set(this.stranger.login, 'read');
    return repository;
  }

  async startApp(over: Partial<ServeOptions> = {}): Promise<void> {
    const { world } = this;
    this.server = await serve({
      credentials: { appId: world.app.id, privateKey: world.privateKey, webhookSecret: world.webhookSecret },
      apiUrl: `${world.server.url}/api/v3`,
      webUrl: world.server.url,
      port: 0,
      host: '127.0.0.1',
      redisUrl: undefined,
      role: 'all',
      sweepMs: 0,
      deadlineMs: 60_000,
      concurrency: 2,
      logLevel: 'info',
      throttle: false,
      patienceMs: [20, 50],
      queue: { backoffMs: 20 },
      // Worker threads run the compiled code: `npm test` builds it first.
      pool: { threadFile: pathToFileURL('dist/worker/entry.cjs') },
      log: pino(
        { level: 'info', serializers: { err: errorFields } },
        { write: (line: string) => void this.logs.push(line) },
      ),
      ...this.overrides,
      ...over,
    });
    this.#servers.push(this.server);
    // A worker receives nothing.
    if (over.role === 'worker') return;
    world.github.webhooks.target = {
      url: `http://127.0.0.1:${this.server.port}${WEBHOOK_PATH}`,
      secret: world.webhookSecret,
    };
  }

  async stopApp(): Promise<void> {
    this.world.github.webhooks.target = undefined;
    for (const server of this.#servers.splice(0)) await server.close();
    this.server = undefined;
  }

  async close(): Promise<void> {
    await this.stopApp();
    await this.world.close();
  }

  push(change: Push, repository = this.repository, user = this.author): Promise<string> {
    return this.world.push(repository, user, change);
  }

  async openPull(wanted: NewPull, repository = this.repository, user = this.author): Promise<Pull> {
    return this.world.people.openPull(repository, user, wanted);
  }

  /** A repository with this on main, and a pull request that lays that over it. */
  async pullOf(
    base: Record<string, string | null>,
    change: Record<string, string | null>,
    over: Partial<NewPull> = {},
  ): Promise<Pull> {
    await this.push({ branch: 'main', message: 'Begin', files: base });
    await this.push({ branch: 'feature', message: 'Change', files: change, from: 'main' });
    return this.openPull({ title: 'Change', body: ARGUED, head: 'feature', ...over });
  }

  /** Resolves when nothing is delivered, waits or runs. */
  async idle(): Promise<void> {
    let quiet = 0;
    for (let round = 0; round < 3000 && quiet < 3; round += 1) {
      await this.world.github.webhooks.settled();
      const counts = (await this.server?.services.queue.counts()) ?? { running: 0, waiting: 0 };
      quiet = counts.running + counts.waiting === 0 ? quiet + 1 : 0;
      await pause(10);
    }
    if (quiet < 3) throw new Error(`the app did not come to rest:\n${this.logs.slice(-6).join('')}`);
  }

  checksOf(sha: string, repository = this.repository): CheckRun[] {
    return repository.runs.filter((run) => run.headSha === sha && run.suite.app === this.world.app);
  }

  /** The newest check run of a pull request's head, as people see it. */
  checkOf(pull: Pull, repository = this.repository): CheckRun {
    const run = this.checksOf(pull.head.sha, repository).at(-1);
    if (!run) throw new Error(`no check run on ${pull.head.sha}\n${this.logs.slice(-6).join('')}`);
    return run;
  }

  /** The App's check runs on a commit, oldest first, as people see them. */
  checksAt(sha: string, repository = this.repository) {
    return this.checksOf(sha, repository).map(({ status, conclusion, output: { title } }) => ({
      status,
      conclusion,
      title,
    }));
  }

  /** What stands on a pull request and is the App's: whole, and free of ids and times. */
  state(pull: Pull, repository = this.repository) {
    const own = (user: User): boolean => user === this.world.app.bot;
    return {
      checks: this.checksAt(pull.head.sha, repository),
      reviews: pull.reviews.filter((review) => own(review.user)).map((review) => review.state),
      inline: repository.reviewComments
        .filter((comment) => comment.pull === pull.number && own(comment.user))
        .map((comment) => `${comment.path}:${comment.line ?? comment.subject} ${headline(comment.body)}`),
      discussion: repository.comments
        .filter((comment) => comment.issue === pull.number && own(comment.user))
        .map((comment) => comment.body.split('\n', 1)[0]),
    };
  }

  /** What the check run of a pull request says, summary and text. */
  summaryOf(pull: Pull): string {
    const { summary, text } = this.checkOf(pull).output;
    return `${summary ?? ''}${text ?? ''}`;
  }

  /** Does something while the next review is judged, before there is a result. */
  duringReview(act: () => unknown): void {
    const { services } = this.server ?? {};
    if (!services) throw new Error('no server');
    const { review } = services;
    Object.assign(services, {
      review: async (request: Parameters<typeof review>[0]) => {
        Object.assign(services, { review });
        await act();
        return review(request);
      },
    });
  }

  /** Looks for what was missed, as at every start. */
  async sweep(): Promise<void> {
    await this.server?.services.queue.add({ kind: 'sweep' });
    await this.idle();
  }

  /** Somebody answers below a comment on the diff. */
  async replyTo(pull: Pull, comment: ReviewComment, user: User, body: string): Promise<ReviewComment> {
    const { github } = this.world;
    const { owner, name, reviewComments } = this.repository;
    const path = `/repos/${owner.login}/${name}/pulls/${pull.number}/comments/${comment.id}/replies`;
    const headers = { authorization: `Bearer ${github.credentials.grantUser(user)}` };
    const request = { method: 'POST', headers, body: JSON.stringify({ body }) };
    const { id } = (await (await fetch(`${github.addresses.api}${path}`, request)).json()) as { id: number };
    const made = reviewComments.find((one) => one.id === id);
    if (!made) throw new Error('the reply was not made');
    return made;
  }

  /** Requests that were made since a mark, writes only. */
  writesSince(mark: number): string[] {
    return this.world.github.requests
      .slice(mark)
      .filter(
        (request) =>
          request.method !== 'GET' &&
          request.operation !== 'graphql' &&
          request.operation !== 'apps/create-installation-access-token',
      )
      .map((request) => request.operation);
  }

  /** Everything that the App asked since a mark, but for its tokens. */
  operationsSince(mark: number): string[] {
    return this.world.github.requests
      .slice(mark)
      .map(({ operation }) => operation)
      .filter((operation) => operation !== 'apps/create-installation-access-token');
  }

  get mark(): number {
    return this.world.github.requests.length;
  }
}

const headline = (body: string): string =>
  body.startsWith('✓')
    ? (body.split('\n', 1)[0] ?? '').replace(/[0-9a-f]{40}/, '<sha>')
    : (/\[([\w/-]+)\]/.exec(body)?.[1] ?? '');

const UNLIMITED = { hourly: 1e6, writesPerMinute: 1e6, writesPerHour: 1e6, pointsPerMinute: 1e6, concurrent: 1000 };

/** One stage for a file of tests, a repository of its own for each of them. */
export function stageForFile(options: WorldOptions = {}, overrides: Partial<ServeOptions> = {}): () => Stage {
  // The first review starts a thread that loads every parser; machines that build are busy.
  jest.setTimeout(90_000);
  let stage: Stage | undefined;
  let count = 0;
  beforeAll(async () => {
    // The App does not pace itself here, so the local GitHub must not either; the limits have tests of their own.
    stage = await Stage.open({ limits: UNLIMITED, ...options }, overrides);
  });
  beforeEach(async () => {
    if (stage) stage.repository = await stage.addRepository(`platform-${(count += 1)}`);
  });
  afterEach(async () => {
    await stage?.idle();
    const violations = stage?.world.github.violations.splice(0);
    expect(violations).toEqual([]);
  });
  afterAll(() => stage?.close());
  return () => {
    if (!stage) throw new Error('the stage opens before the first test');
    return stage;
  };
}

/** A service that is fine, one that blocks, and one that blocks twice. */
export const CLEAN = `import asyncio
import time

from fastapi import FastAPI

app = FastAPI()


@app.get("/score")
async def score():
    return {"score": 1}


@app.get("/limits")
async def limits():
    return {"limits": []}
`;
export const BLOCKING = CLEAN.replace('    return {"score"', '    time.sleep(1)\n    return {"score"');
export const TWICE = BLOCKING.replace('    return {"limits"', '    time.sleep(2)\n    return {"limits"');
export const FILES = { 'service/main.py': CLEAN, 'README.md': '# Platform\n' };

/** A check run that has ended. */
export const ended = (conclusion: string, title: string) => ({ status: 'completed', conclusion, title });
export const RED = ended('failure', '1 finding must be answered');
export const TWICE_RED = ended('failure', '2 findings must be answered');
export const UNARGUED = ended('failure', '1 finding must be answered; thesis, antithesis or synthesis is missing');
export const GREEN = ended('success', 'Nothing to object to');
/** What stands on a pull request that is fine, and on one that blocks on the line of {@link BLOCKING}. */
export const SILENT = { checks: [GREEN], reviews: [], inline: [], discussion: [] };
export const PLACE = 'service/main.py:11 proc/blocking-call';
export const BLOCKED = { checks: [RED], reviews: ['CHANGES_REQUESTED'], inline: [PLACE], discussion: [] };

/** A description that meets the gate. */
export const ARGUED = `## Thesis

Scoring calls the risk service over HTTP from the endpoint, because the score needs the newest limit of the customer.

## Antithesis

The call can time out and then fail every request behind it; a slow risk service would conflict with our latency budget.

## Synthesis

The call gets a timeout of 50 ms and falls back to the cached limit, so a timeout degrades the answer instead of failing it.
`;
