import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino, type Logger } from 'pino';
import { Probot } from 'probot';
import { app } from '../app.js';
import { clientClass, statusOf } from '../github/client.js';
import { caches } from '../github/snapshot.js';
import { BullQueue } from '../queue/bullmq.js';
import { InProcessQueue } from '../queue/in-process.js';
import type { JobQueue, QueueOptions } from '../queue/job.js';
import { helmRenderer } from '../helm/index.js';
import { packageIndexClient } from '../package-index/index.js';
import { postgresVerifier } from '../verify/index.js';
import { ReviewPool, type PoolOptions } from '../worker/pool.js';
import { gateAlone } from './gate-alone.js';
import { handlerFor } from './handle.js';
import { Metrics } from './metrics.js';
import type { Services } from './services.js';
import { Underway } from './underway.js';
import type { Credentials, ServerSettings } from './settings.js';

export interface ServeOptions extends Omit<ServerSettings, 'credentials'> {
  readonly credentials: Credentials;
  readonly log?: Logger;
  /** GitHub's own pace for writes; off only against a stand-in. */
  readonly throttle?: boolean;
  readonly queue?: QueueOptions;
  readonly pool?: PoolOptions;
  readonly patienceMs?: readonly number[];
}

export interface RunningServer {
  readonly port: number;
  readonly services: Services;
  /** Takes nothing new, ends what runs, then resolves. */
  close(): Promise<void>;
}

export const WEBHOOK_PATH = '/api/github/webhooks';
const MAX_WEBHOOK_BYTES = 26e6;

/** Names of fields that must never reach a log. */
const SECRETS = [
  'privateKey',
  '*.privateKey',
  'webhookSecret',
  '*.webhookSecret',
  'verifyUrl',
  '*.verifyUrl',
  'token',
  '*.token',
  'headers.authorization',
  '*.headers.authorization',
  '*.*.headers.authorization',
];

export const logger = (level: string): Logger =>
  pino({
    level,
    redact: { paths: SECRETS, censor: '(hidden)' },
    base: { app: 'dialectic' },
    serializers: { err: errorFields },
  });

/** Of an error what helps to find it: GitHub's whole answers and our whole questions would bury it. */
export function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error).slice(0, 500) };
  const { name, message, stack } = error;
  const status = statusOf(error);
  return {
    name,
    message: message.slice(0, 1000),
    ...(status === undefined ? {} : { status }),
    stack: stack?.slice(0, 3000),
  };
}

/** Starts the whole App: webhooks in, jobs through the queue, reviews out. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const log = options.log ?? logger(options.logLevel);
  const queue = queueFor(options, log);
  const probot = probotFor(options, log);
  await probot.ready();
  const pool = new ReviewPool({
    threads: options.concurrency,
    deadlineMs: options.deadlineMs,
    verify: postgresVerifier({ url: options.verifyUrl }),
    render: helmRenderer({ path: options.programPath }),
    packageIndex: packageIndexClient({ privateAddresses: options.privatePackageIndex ?? false }),
    ...options.pool,
  });
  const underway = new Underway();
  const services: Services = {
    appId: options.credentials.appId,
    clientFor: (installationId) => probot.auth(installationId),
    appClient: () => probot.auth(),
    review: gateAlone((request) => pool.review(request)),
    caches: caches(),
    queue,
    underway,
    log,
    webUrl: options.webUrl,
    now: () => new Date(),
    ...(options.patienceMs ? { patienceMs: options.patienceMs } : {}),
  };
  const metrics = new Metrics(queue);
  const inbox: Pick<JobQueue, 'add'> = {
    add: async (job) => {
      // First: once it is added it may itself be what runs.
      underway.supersede(job);
      await queue.add(job);
    },
  };
  await probot.load(app(inbox, options.credentials.appId));
  const webhooks = options.role === 'worker' ? undefined : await probot.getNodeMiddleware({ path: WEBHOOK_PATH });
  const state = { draining: false };
  const http = createServer(
    (request, response) => void answer(request, response, { webhooks, metrics, queue, state, log }),
  );
  await listening(http, options);
  const stopSweeping = options.role === 'web' ? () => undefined : work(services, metrics, options.sweepMs);
  const { port } = http.address() as AddressInfo;
  log.info({ port, host: options.host, role: options.role, queue: options.redisUrl ? 'redis' : 'in process' }, 'ready');
  return {
    port,
    services,
    close: async () => {
      state.draining = true;
      stopSweeping();
      await new Promise<void>((resolve) => {
        http.close(() => resolve());
        http.closeIdleConnections();
      });
      await queue.close();
      await pool.close();
    },
  };
}

function queueFor(options: ServeOptions, log: Logger): JobQueue {
  const settings: QueueOptions = {
    concurrency: options.concurrency,
    onError: (job, error, attempt) => log.warn({ job, attempt, err: error }, 'a job failed'),
    ...options.queue,
  };
  return options.redisUrl ? new BullQueue(options.redisUrl, settings) : new InProcessQueue(settings);
}

const probotFor = ({ credentials, apiUrl, throttle }: ServeOptions, log: Logger): Probot =>
  new Probot({
    appId: credentials.appId,
    privateKey: credentials.privateKey,
    secret: credentials.webhookSecret,
    baseUrl: apiUrl,
    Octokit: clientClass(throttle === undefined ? {} : { throttle }),
    log,
  });

/** Begins to work, and to look for what was missed: at once, then again and again. */
function work(services: Services, metrics: Metrics, sweepMs: number): () => void {
  services.queue.start(metrics.measuring(handlerFor(services)));
  if (sweepMs === 0) return () => undefined;
  const look = (): void => {
    services.queue.add({ kind: 'sweep' }).catch((error: unknown) => services.log.warn({ err: error }, 'no sweep'));
  };
  look();
  const timer = setInterval(look, sweepMs);
  return () => clearInterval(timer);
}

interface Doors {
  readonly webhooks:
    ((request: IncomingMessage, response: ServerResponse) => boolean | void | Promise<boolean | void>) | undefined;
  readonly metrics: Metrics;
  readonly queue: JobQueue;
  readonly state: { readonly draining: boolean };
  readonly log: Pick<Logger, 'warn'>;
}

async function answer(request: IncomingMessage, response: ServerResponse, doors: Doors): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0];
  if (doors.state.draining) response.shouldKeepAlive = false;
  const say = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
    response.writeHead(status, { 'content-type': type }).end(text);
  };
  try {
    if (request.method === 'GET' && path === '/healthz') return say(200, 'ok\n');
    if (request.method === 'GET' && path === '/readyz') return say(...(await readiness(doors)));
    if (request.method === 'GET' && path === '/metrics')
      return say(200, await doors.metrics.registry.metrics(), doors.metrics.registry.contentType);
    // Over a connection that was open before the doors were shut: GitHub counts it as failed, and it is asked for again.
    if (request.method === 'POST' && doors.state.draining) return say(503, 'stopping\n');
    // An App registered from the manifest sends its webhooks to the address it was registered from.
    if (request.method === 'POST' && path === '/') request.url = WEBHOOK_PATH;
    if (doors.webhooks && request.method === 'POST' && (path === '/' || path === WEBHOOK_PATH)) {
      const body = await bodyOf(request);
      if (body === undefined) {
        // What is still coming is not waited for.
        response.shouldKeepAlive = false;
        return say(413, 'too large\n');
      }
      Object.assign(request, { body });
    }
    if (doors.webhooks && (await doors.webhooks(request, response))) return;
    if (!response.headersSent) say(path === '/' ? 200 : 404, path === '/' ? 'Dialectic is running.\n' : 'not found\n');
  } catch (error) {
    doors.log.warn({ err: error, method: request.method, path }, 'a request failed');
    if (!response.headersSent) say(500, 'internal error\n');
  }
}

/** The body of a delivery; undefined when it is too long. Its signature is checked only once it is whole, so anybody may send one, of no stated length too. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_WEBHOOK_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > MAX_WEBHOOK_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const READY_WITHIN_MS = 2000;

async function readiness({ queue, state }: Doors): Promise<[number, string]> {
  if (state.draining) return [503, 'stopping\n'];
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), READY_WITHIN_MS).unref());
  const counts = await Promise.race([queue.counts().catch(() => 'late' as const), late]);
  return counts === 'late'
    ? [503, 'the queue does not answer\n']
    : [200, `ready, ${counts.running} running, ${counts.waiting} waiting\n`];
}

const listening = (http: Server, { port, host }: ServeOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => resolve());
  });
