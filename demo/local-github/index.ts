/** A local GitHub, ready to use: an organisation, people, a registered App with its key, and the HTTP server. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LocalGitHub, type Settings } from './github.js';
import { People } from './people.js';
import { LocalGitHubServer, type ServerOptions } from './server.js';
import type { App, Installation, Permissions, Repository, User } from './store.js';

export interface World {
  readonly github: LocalGitHub;
  readonly people: People;
  readonly server: LocalGitHubServer;
  readonly app: App;
  readonly privateKey: string;
  readonly webhookSecret: string;
  readonly organization: User;
  readonly installation: Installation;
  /** Commits the files of a directory (all of them, replacing what was there) to a branch and pushes it. */
  push(repository: Repository, user: User, change: Push): Promise<string>;
  close(): Promise<void>;
}

export interface Push {
  readonly branch: string;
  readonly message: string;
  /** Start the branch here when it does not exist yet. */
  readonly from?: string;
  /** Laid over the files of the branch, in this order. */
  readonly directories?: readonly string[];
  /** Contents by path; null removes. */
  readonly files?: Readonly<Record<string, string | Buffer | null>>;
  /** Symbolic links: target by path. */
  readonly links?: Readonly<Record<string, string>>;
  /** Submodules: commit by path. */
  readonly modules?: Readonly<Record<string, string>>;
  /** Replaces the branch's last commit instead of following it; goes with `force`. */
  readonly amend?: boolean;
  /** Begin with no files at all. */
  readonly clean?: boolean;
  readonly force?: boolean;
}

export interface WorldOptions extends Omit<Settings, 'directory'>, ServerOptions {
  readonly permissions?: Permissions;
  readonly events?: readonly string[];
  readonly organization?: string;
}

/** As app.yml asks for them; a test compares the two. */
export const PERMISSIONS: Permissions = {
  actions: 'read',
  checks: 'write',
  contents: 'read',
  issues: 'write',
  merge_queues: 'read',
  metadata: 'read',
  pull_requests: 'write',
};
export const EVENTS = [
  'check_run',
  'check_suite',
  'issue_comment',
  'issues',
  'merge_group',
  'pull_request',
  'push',
  'workflow_run',
];

const run = promisify(execFile);

export async function startLocalGitHub(options: WorldOptions = {}): Promise<World> {
  const {
    permissions = PERMISSIONS,
    events = EVENTS,
    organization: name = 'acme',
    port,
    host,
    pages,
    ...settings
  } = options;
  const directory = await mkdtemp(join(tmpdir(), 'local-github-'));
  const github = new LocalGitHub({ ...settings, directory });
  const people = new People(github);
  const server = await LocalGitHubServer.start(github, people, {
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host }),
    ...(pages ? { pages } : {}),
  });
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const organization = github.addUser(name, 'Organization');
  const app = people.registerApp({
    slug: 'dialectic',
    name: 'Dialectic',
    owner: organization,
    publicKey,
    permissions,
    events,
  });
  const installation = people.install(app, organization);
  return {
    github,
    people,
    server,
    app,
    privateKey,
    webhookSecret: 'a-secret-for-local-use',
    organization,
    installation,
    push: (repository, user, change) => pushChange(directory, people.remote(repository, user), user, change),
    close: async () => {
      await server.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** A real commit in a real clone, pushed over HTTP. Returns its id. */
async function pushChange(directory: string, remote: string, user: User, change: Push): Promise<string> {
  const work = await mkdtemp(join(directory, 'work-'));
  const identity = {
    GIT_AUTHOR_NAME: user.login,
    GIT_AUTHOR_EMAIL: `${user.login}@users.noreply.local`,
    GIT_COMMITTER_NAME: user.login,
    GIT_COMMITTER_EMAIL: `${user.login}@users.noreply.local`,
  };
  const env = {
    ...process.env,
    ...identity,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
  };
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', args, { cwd: work, env, maxBuffer: 64 * 1024 * 1024 })).stdout.trim();
  try {
    await git('clone', '--quiet', remote, '.').catch(async () => git('init', '--quiet'));
    const start = await startOf(git, change);
    await git('checkout', '--quiet', '-B', change.branch, ...start);
    if (change.clean === true) await git('rm', '-r', '--quiet', '--ignore-unmatch', '.');
    for (const source of change.directories ?? []) await cp(source, work, { recursive: true });
    for (const [path, content] of Object.entries(change.files ?? {})) await putFile(work, path, content);
    for (const [path, target] of Object.entries(change.links ?? {})) await symlink(target, join(work, path));
    await git('add', '--all', '--force');
    for (const [path, commit] of Object.entries(change.modules ?? {}))
      await git('update-index', '--add', '--cacheinfo', `160000,${commit},${path}`);
    const amend = change.amend === true ? ['--amend'] : [];
    await git('commit', '--quiet', '--allow-empty', ...amend, '-m', change.message);
    await git(
      'push',
      '--quiet',
      ...(change.force === true ? ['--force'] : []),
      remote,
      `HEAD:refs/heads/${change.branch}`,
    );
    return await git('rev-parse', 'HEAD');
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function startOf(git: (...args: string[]) => Promise<string>, { branch, from }: Push): Promise<string[]> {
  for (const ref of from === undefined ? [`origin/${branch}`] : [from, `origin/${from}`]) {
    if (await git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`).catch(() => '')) return [ref];
  }
  return [];
}

async function putFile(work: string, path: string, content: string | Buffer | null): Promise<void> {
  const target = join(work, path);
  if (content === null) return rm(target, { recursive: true });
  await mkdir(join(target, '..'), { recursive: true });
  await writeFile(target, content);
}
