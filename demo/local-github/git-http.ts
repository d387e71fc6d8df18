/** Git over HTTP, served by git's own `http-backend`; a push makes the events that a push makes on GitHub. */
import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocalGitHub } from './github.js';
import type { People } from './people.js';
import type { Repository, User } from './store.js';

const ROUTE = /^\/([\w.-]+)\/([\w.-]+?)(?:\.git)?(\/info\/refs|\/git-upload-pack|\/git-receive-pack)$/;

/** Answers false for an address that is not git's. */
export async function serveGit(
  github: LocalGitHub,
  people: People,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  const [, owner = '', name = '', service = ''] = ROUTE.exec(url.pathname) ?? [];
  if (service === '') return false;
  const repository = github.findRepository(owner, name)?.repository;
  const user = identify(github, request.headers.authorization);
  if (repository === undefined || (user === undefined && repository.private)) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end('Authentication required');
    return true;
  }
  const pushing = service === '/git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack';
  if (pushing && (user === undefined || !mayPush(github, repository, user))) {
    response.writeHead(user ? 403 : 401, { 'www-authenticate': 'Basic realm="GitHub"' }).end('Permission denied');
    return true;
  }
  await backend(repository, service, url, request, response);
  if (service === '/git-receive-pack' && user) await people.afterPush(repository, user);
  response.end();
  return true;
}

function identify(github: LocalGitHub, header: string | undefined): User | undefined {
  const basic = /^basic (.+)$/i.exec(header ?? '')?.[1];
  const password = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString('utf8').split(':')[1];
  if (password === undefined) return undefined;
  try {
    const actor = github.credentials.identify(`token ${password}`);
    return actor.kind === 'user' ? actor.user : actor.kind === 'installation' ? actor.installation.app.bot : undefined;
  } catch {
    return undefined;
  }
}

function mayPush(github: LocalGitHub, repository: Repository, user: User): boolean {
  return ['admin', 'maintain', 'write'].includes(github.roleOf(repository, user));
}

/** Runs the CGI program and passes its answer on, the end of the body excepted: events come before it. */
function backend(
  repository: Repository,
  service: string,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['http-backend'], {
      env: {
        ...process.env,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_SYSTEM: '/dev/null',
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_PROJECT_ROOT: repository.git.path,
        PATH_INFO: service,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        REMOTE_USER: 'local',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
    });
    let head: Buffer | undefined = Buffer.alloc(0);
    child.stdout.on('data', (chunk: Buffer) => {
      if (head === undefined) return void response.write(chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      writeHead(head.subarray(0, end).toString('latin1'), response);
      response.write(head.subarray(end + 4));
      head = undefined;
    });
    child.on('error', reject);
    child.on('close', () => resolve());
    child.stdin.on('error', () => undefined);
    request.pipe(child.stdin);
  });
}

function writeHead(text: string, response: ServerResponse): void {
  const headers = text
    .split('\r\n')
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const);
  const status = headers.find(([name]) => name.toLowerCase() === 'status')?.[1] ?? '200';
  response.writeHead(
    parseInt(status, 10),
    Object.fromEntries(headers.filter(([name]) => name.toLowerCase() !== 'status')),
  );
}
