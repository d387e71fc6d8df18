/** The pages of the demo, served beside the API: one pull request, its checks, its files, and what people do there. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Pages } from '../local-github/server.js';
import type { CheckRun, Pull, Repository, User } from '../local-github/store.js';
import type { World } from '../local-github/index.js';
import { blobView } from './blob-view.js';
import { checks } from './checks.js';
import { conversation, pullUrl } from './conversation.js';
import { files } from './files.js';
import type { Html } from './html.js';
import { layout } from './layout.js';
import { entriesOf, type PullPage, runsOf, threadsOf } from './model.js';

export interface Stage {
  readonly world: World;
  readonly people: readonly User[];
  /** The demo's next step, as a button; pressing it resolves when it is done. */
  next?: { readonly label: string; readonly hint: string; run(): Promise<void> };
}

const ASSETS: Readonly<Record<string, string>> = {
  '/-/style.css': 'text/css; charset=utf-8',
  '/-/page.js': 'text/javascript; charset=utf-8',
};
const ROUTE = /^\/([\w.-]+)\/([\w.-]+)\/pull\/(\d+)(?:\/(checks|files|comment|apply|check|next))?$/;
/** Comments hold text from anywhere: whatever slipped through the cleaning could still do nothing. */
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const LARGEST_FORM = 200_000;

/** `stage` is asked at each request: the world exists only once its server runs. */
export function pages(stage: () => Stage | undefined): Pages {
  return async (request, response, url) => {
    const now = stage();
    if (now === undefined) return false;
    const type = ASSETS[url.pathname];
    if (type !== undefined)
      return send(response, type, await readFile(new URL(`.${url.pathname.slice(2)}`, import.meta.url), 'utf8'));
    if (url.pathname === '/-/version') return send(response, 'text/plain', version(now));
    if (url.pathname === '/') return redirect(response, homeOf(now));
    const found = findPull(now, url.pathname);
    const blob = await blobPage(now, url.pathname);
    if (blob) return send(response, 'text/html; charset=utf-8', blob.text);
    const run = /^\/[\w.-]+\/[\w.-]+\/runs\/(\d+)$/.exec(url.pathname);
    if (run) return redirect(response, runPage(now, Number(run[1])));
    if (found === undefined) return false;
    if (request.method === 'POST') return act(now, found, await readForm(request), request, response);
    return send(response, 'text/html; charset=utf-8', (await show(now, found, request)).text);
  };
}

interface Found {
  readonly repository: Repository;
  readonly pull: Pull;
  readonly rest: string;
}

function findPull({ world }: Stage, path: string): Found | undefined {
  const [, owner = '', repo = '', number, rest = ''] = ROUTE.exec(path) ?? [];
  const repository = world.github.findRepository(owner, repo)?.repository;
  const pull = repository?.pulls.get(Number(number));
  return repository && pull && { repository, pull, rest };
}

function homeOf({ world }: Stage): string {
  const repository = world.github.repositories.find(({ pulls }) => pulls.size > 0);
  const pull = repository && [...repository.pulls.values()].at(-1);
  return repository && pull ? pullUrl({ repository, pull }) : '/-/version';
}

function runPage({ world }: Stage, id: number): string {
  for (const repository of world.github.repositories) {
    const run = repository.runs.find((candidate) => candidate.id === id);
    const pull = run && [...repository.pulls.values()].find(({ head }) => head.sha === run.headSha);
    if (pull) return `${pullUrl({ repository, pull })}/checks`;
  }
  return '/';
}

const BLOB = /^\/([\w.-]+)\/([\w.-]+)\/blob\/([^/]+)\/(.+)$/;

/** A file at a commit, with numbered lines that comments link to. */
async function blobPage({ world }: Stage, path: string): Promise<Html | undefined> {
  const [, owner = '', name = '', ref = '', file = ''] = BLOB.exec(path) ?? [];
  const repository = world.github.findRepository(owner, name)?.repository;
  const found = await repository?.git.object(`${ref}:${decodeURIComponent(file)}`);
  return repository && found?.type === 'blob'
    ? blobView(repository, ref, decodeURIComponent(file), found.content.toString('utf8'))
    : undefined;
}

/** Changes whenever something happened that a page could show. */
const version = ({ world, next }: Stage): string =>
  `${world.github.requests.filter(({ method }) => method !== 'GET').length}.${world.github.webhooks.log.length}.${next?.label ?? ''}`;

async function show(stage: Stage, { repository, pull, rest }: Found, request: IncomingMessage): Promise<Html> {
  const { github } = stage.world;
  const changed = await github.filesOf(repository, pull);
  const page: PullPage = {
    github,
    repository,
    pull,
    people: stage.people,
    viewer: viewer(stage, request),
    next: stage.next,
    files: changed.length,
    entries: await entriesOf(repository, pull),
    runs: runsOf(repository, pull),
    commits: (await github.commitsOf(repository, pull)).length,
  };
  if (rest === 'checks') return layout(page, 'checks', checks(page));
  if (rest === 'files') return layout(page, 'files', files(page, changed, await threadsOf(repository, pull)));
  return layout(page, 'conversation', conversation(page));
}

function viewer({ people }: Stage, request: IncomingMessage): User {
  const login = /(?:^|;\s*)as=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
  const found = people.find((user) => user.login === login) ?? people[0];
  if (found === undefined) throw new Error('the page needs somebody to look at it');
  return found;
}

async function act(
  stage: Stage,
  { repository, pull, rest }: Found,
  form: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<true> {
  const { world } = stage;
  const by = stage.people.find(({ login }) => login === form.get('as')) ?? viewer(stage, request);
  // A page of another site must not act here.
  const origin = request.headers.origin;
  if (origin !== undefined && new URL(origin).host !== request.headers.host)
    return send(response, 'text/plain', 'not from here', 403);
  const url = pullUrl({ repository, pull });
  if (rest === 'comment') {
    world.people.comment(repository, pull, by, form.get('body') ?? '');
    response.setHeader('set-cookie', `as=${by.login}; SameSite=Lax; Path=/`);
  }
  if (rest === 'apply') await applySuggestion(stage, repository, pull, Number(form.get('comment')));
  if (rest === 'check')
    pressButton(
      stage,
      repository,
      repository.runs.find(({ id }) => id === Number(form.get('run'))),
      form.get('action') ?? '',
      by,
    );
  if (rest === 'next') await stage.next?.run();
  return redirect(response, rest === 'check' ? `${url}/checks` : url);
}

function pressButton(
  { world }: Stage,
  repository: Repository,
  run: CheckRun | undefined,
  action: string,
  by: User,
): void {
  if (run === undefined) return;
  if (action === '') world.people.rerequestRun(repository, run, by);
  else world.people.requestAction(repository, run, by, action);
}

/** What GitHub's "Commit suggestion" does: the lines under the comment become the suggested ones, in a commit. */
async function applySuggestion({ world }: Stage, repository: Repository, pull: Pull, id: number): Promise<void> {
  const comment = repository.reviewComments.find((candidate) => candidate.id === id);
  const [, fence = '', text = ''] = /^(```+)suggestion\n([\s\S]*?)^\1/m.exec(comment?.body ?? '') ?? [];
  if (comment?.line === undefined || fence === '') return;
  const file = await repository.git.object(`${pull.head.sha}:${comment.path}`);
  const lines = (file?.content.toString('utf8') ?? '').split('\n');
  const from = comment.startLine ?? comment.line;
  lines.splice(from - 1, comment.line - from + 1, ...text.replace(/\n$/, '').split('\n'));
  await world.push(pull.head.repository ?? repository, pull.user, {
    branch: pull.head.ref,
    message: `Apply suggestion to ${comment.path}`,
    files: { [comment.path]: lines.join('\n') },
  });
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > LARGEST_FORM) break;
  }
  return new URLSearchParams(text);
}

function send(response: ServerResponse, type: string, text: string, status = 200): true {
  response
    .writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'content-security-policy': POLICY })
    .end(text);
  return true;
}

function redirect(response: ServerResponse, location: string): true {
  response.writeHead(303, { location }).end();
  return true;
}
