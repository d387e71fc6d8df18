/** The HTTP side of the local GitHub: REST, GraphQL and git, each request judged before it is served. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Actor, authorize } from './auth.js';
import { type Match, match, type Operation, problems } from './description.js';
import { ApiError, notFound } from './errors.js';
import * as faults from './faults.js';
import { serveGit } from './git-http.js';
import type { LocalGitHub } from './github.js';
import { answerGraphql } from './graphql/execute.js';
import { appOperations } from './operations/apps.js';
import { checkOperations } from './operations/checks.js';
import { contentOperations } from './operations/contents.js';
import { issueOperations } from './operations/issues.js';
import { type Answer, type Call, type Operations } from './operations/operation.js';
import { pullOperations } from './operations/pulls.js';
import { ruleOperations } from './operations/rules.js';
import type { People } from './people.js';

export const served: Operations = {
  ...appOperations,
  ...contentOperations,
  ...pullOperations,
  ...issueOperations,
  ...checkOperations,
  ...ruleOperations,
};

/** Pages for people, beside the API; answers false for addresses that are not its own. */
export type Pages = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean>;

export interface ServerOptions {
  readonly port?: number;
  readonly host?: string;
  readonly pages?: Pages;
}

const LARGEST_BODY = 25 * 1024 * 1024;

export class LocalGitHubServer {
  private constructor(
    private readonly http: Server,
    readonly github: LocalGitHub,
    readonly url: string,
  ) {}

  static async start(github: LocalGitHub, people: People, options: ServerOptions = {}): Promise<LocalGitHubServer> {
    const http = createServer((request, response) => void answer(github, people, options.pages, request, response));
    await new Promise<void>((resolve, reject) =>
      http.once('error', reject).listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve),
    );
    const url = `http://localhost:${(http.address() as AddressInfo).port}`;
    github.addresses = { web: url, api: `${url}/api/v3` };
    await github.storage.listen();
    return new LocalGitHubServer(http, github, url);
  }

  async close(): Promise<void> {
    await this.github.webhooks.settled();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
    await this.github.storage.close();
    this.github.close();
  }
}

async function answer(
  github: LocalGitHub,
  people: People,
  pages: Pages | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', github.addresses.web);
    if (await serveGit(github, people, request, response, url)) return;
    const api = /^\/api\/(v3|graphql)(\/.*)?$/.exec(url.pathname);
    if (api === null && pages && (await pages(request, response, url))) return;
    if (api?.[1] === 'graphql' || url.pathname === '/graphql')
      await answerApi(github, request, response, url, '/graphql');
    else await answerApi(github, request, response, url, api ? (api[2] ?? '/') : url.pathname);
  } catch (error) {
    if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: String(error) }));
    github.violations.push(
      `the local GitHub failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}

async function answerApi(
  github: LocalGitHub,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  pathname: string,
): Promise<void> {
  const method = request.method ?? 'GET';
  const text = await readBody(request);
  const seen = { operation: 'unknown', method, path: `${pathname}${url.search}`, body: parseJson(text) };
  let actor: Actor = { kind: 'anonymous' };
  let result: Answer;
  try {
    actor = github.credentials.identify(request.headers.authorization);
    const found = pathname === '/graphql' ? undefined : match(method, byName(github, pathname));
    seen.operation = pathname === '/graphql' ? 'graphql' : (found?.operation.id ?? 'unknown');
    const fault = github.faults.take(seen.operation);
    await faults.before(fault, github.now());
    result = await github.limits.during(() => work(github, actor, request, url, found, seen));
    faults.after(fault);
  } catch (error) {
    if (error instanceof faults.ConnectionReset) {
      request.socket.destroy();
      return;
    }
    result = failed(github, error);
  }
  github.requests.push({ ...seen, status: result.status });
  send(github, actor, request, response, result);
}

async function work(
  github: LocalGitHub,
  actor: Actor,
  request: IncomingMessage,
  url: URL,
  found: Match | undefined,
  seen: { operation: string; method: string; path: string; body: unknown },
): Promise<Answer> {
  if (seen.operation === 'graphql') {
    github.limits.take(actor, false);
    if (actor.kind === 'anonymous') throw new ApiError(401, 'Bad credentials');
    return answerGraphql(github, actor, seen.body as Parameters<typeof answerGraphql>[2]);
  }
  const operation = found && served[found.operation.id];
  if (found === undefined || operation === undefined) {
    github.violations.push(`unknown route: ${seen.method} ${seen.path}`);
    throw new ApiError(
      501,
      `The local GitHub does not serve ${seen.method} ${seen.path}. Add the operation with scripts/openapi/trim.mjs and serve it in demo/local-github/operations.`,
    );
  }
  const write = seen.method !== 'GET' && operation.needs !== 'app';
  github.limits.take(actor, write);
  const input = judge(github, found, url, seen.body);
  const where = found.operation.path.startsWith('/repos/{owner}/{repo}')
    ? github.findRepository(String(found.parameters['owner']), String(found.parameters['repo']))
    : undefined;
  if (found.operation.path.startsWith('/repos/{owner}/{repo}') && where === undefined) throw notFound();
  authorize(actor, operation.needs, where?.repository);
  if (where?.moved === true) return moved(github, found, url, where.repository.id, seen.method);
  const call = {
    github,
    actor,
    input,
    repository: where?.repository,
    accept: request.headers.accept ?? '',
    url: new URL(`${url.pathname}${url.search}`, github.addresses.web),
  };
  const result = await operation.handle(call as unknown as Call<never>);
  judgeAnswer(github, found.operation, result);
  return result;
}

/** Redirects name repositories by id, which never changes. */
function byName(github: LocalGitHub, pathname: string): string {
  const [, id, rest = ''] = /^\/repositories\/(\d+)(\/.*)?$/.exec(pathname) ?? [];
  const repository = github.repositories.find((candidate) => candidate.id === Number(id));
  return repository ? `/repos/${repository.owner.login}/${repository.name}${rest}` : pathname;
}

/** A renamed or transferred repository answers with a redirect to its id. */
function moved(github: LocalGitHub, found: Match, url: URL, id: number, method: string): Answer {
  const rest = url.pathname
    .split('/')
    .slice(url.pathname.startsWith('/api/v3') ? 6 : 4)
    .join('/');
  const location = `${github.addresses.api}/repositories/${id}${rest === '' ? '' : `/${rest}`}${url.search}`;
  return {
    status: method === 'GET' ? 301 : 307,
    headers: { location },
    body: { message: 'Moved Permanently', url: location, documentation_url: found.operation.path },
  };
}

/** Path, query and body as one, when GitHub's description allows them. @throws ApiError 422 */
function judge(
  github: LocalGitHub,
  { operation, parameters }: Match,
  url: URL,
  body: unknown,
): Record<string, unknown> {
  const given: Record<string, unknown> = { ...Object.fromEntries(url.searchParams), ...parameters };
  const wrong: string[] = [];
  if (!operation.parameters(given)) wrong.push(...problems(operation.parameters));
  const hasBody = body !== undefined;
  if (
    operation.body === undefined
      ? hasBody && Object.keys(body as object).length > 0
      : operation.bodyRequired && !hasBody
  )
    wrong.push(hasBody ? 'takes no body' : 'needs a body');
  else if (operation.body && hasBody && !operation.body(body)) wrong.push(...problems(operation.body));
  if (wrong.length > 0) {
    github.violations.push(...wrong.map((problem) => `${operation.id}: ${problem}`));
    throw new ApiError(422, `Invalid request.\n\n${wrong.join('\n')}`);
  }
  return { ...(body as object | undefined), ...given };
}

/** An outdated comment has no line and no position: the description says integer, GitHub says null. */
const NULL_IN_EARNEST = /\/(line|position) must be integer$/;
/** The description of an installation's account says that it is a user *and* an enterprise; GitHub sends one of them. */
const ONE_OF_IN_EARNEST = /^\/\d+\/account must /;

function judgeAnswer(github: LocalGitHub, operation: Operation, { status, body, raw }: Answer): void {
  const validate = operation.answers.get(status);
  if (raw || validate === undefined) return;
  // Through JSON, as a client will see it.
  if (validate(JSON.parse(JSON.stringify(body)))) return;
  const wrong = problems(validate).filter(
    (problem) => !NULL_IN_EARNEST.test(problem) && !ONE_OF_IN_EARNEST.test(problem),
  );
  github.violations.push(...wrong.slice(0, 5).map((problem) => `answer of ${operation.id}: ${problem}`));
}

function failed(github: LocalGitHub, error: unknown): Answer {
  if (!(error instanceof ApiError)) {
    github.violations.push(
      `the local GitHub failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return { status: 500, body: { message: String(error) } };
  }
  const { errors, headers } = error.details;
  const body = {
    message: error.message,
    ...(errors === undefined ? {} : { errors }),
    documentation_url: 'https://docs.github.com/rest',
    status: String(error.status),
  };
  return { status: error.status, body, ...(headers ? { headers } : {}) };
}

function send(
  github: LocalGitHub,
  actor: Actor,
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, headers, raw }: Answer,
): void {
  const content = raw ? raw.content : body === undefined ? '' : JSON.stringify(body);
  const etag = `"${createHash('sha1').update(content).digest('hex')}"`;
  const shown = {
    ...github.limits.headers(actor),
    'x-github-media-type': 'github.v3; format=json',
    'x-github-request-id': `LOCAL:${github.requests.length}`,
    ...headers,
  };
  if (status === 200 && request.method === 'GET' && request.headers['if-none-match']?.replace(/^W\//, '') === etag) {
    response.writeHead(304, { ...shown, etag }).end();
    return;
  }
  const type = raw?.type ?? 'application/json; charset=utf-8';
  response
    .writeHead(status, {
      ...shown,
      ...(content === '' ? {} : { 'content-type': type }),
      ...(status === 200 ? { etag } : {}),
    })
    .end(content);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new Error('request body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return { 'not JSON': text.slice(0, 100) };
  }
}
